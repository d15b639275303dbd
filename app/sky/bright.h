/*
 * The brightest objects of catalogues, for pictures of the sky.
 *
 * A catalogue is looked through once for each of its states, which takes a
 * tenth of a microsecond a row, and the list is kept for the process.  A
 * lock guards the kept lists for a few instructions; only threads that do
 * heavy work ask.
 */
#ifndef SKY_BRIGHT_H
#define SKY_BRIGHT_H

#include <stddef.h>

#include "base/progress.h"
#include "base/rc.h"
#include "sky/catalogue.h"

enum { BRIGHT_MOST = 20000 };

struct bright_object {
	double ra_deg, dec_deg;
	float magnitude; /* V, or B where V is absent */
	float b_minus_v; /* NAN: not known */
};

/* Immutable; in no order. */
struct bright_list {
	size_t count;
	const struct bright_object *objects;
};

struct bright;

/* NULL when there is no memory. */
struct bright *bright_new(void);

/* Every list must have been released.  NULL is harmless. */
void bright_free(struct bright *bright);

/*
 * The BRIGHT_MOST brightest objects with a magnitude.  LC_UNAVAILABLE as
 * catalogue_why() tells, LC_NO_MEMORY, or why `progress` says to stop.
 */
enum lc_rc bright_acquire(struct bright *bright, struct catalogue *catalogue,
			  struct lc_progress *progress,
			  const struct bright_list **out) LC_CHECKED;

/* NULL is harmless. */
void bright_release(const struct bright_list *list);

#endif
