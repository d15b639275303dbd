/*
 * What the tests of edits share: a directory of their own, a base catalogue
 * that is a table, and short ways to change and to look.
 */
#ifndef TESTS_EDITS_FIXTURE_H
#define TESTS_EDITS_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sky/edits.h"
#include "sky/overlay.h"
#include "state_dir.h"

enum { EDITS_FIXTURE_OWN = 5 };

/* A text, an integer, a truth, a single and a list of the catalogue's own. */
extern const struct columns_column edits_fixture_own[EDITS_FIXTURE_OWN];
extern const struct columns_set edits_fixture_columns;

/*
 * A base that has the objects "BASE 0" to "BASE n-1" with the IDs first_id
 * and following.
 */
struct edits_fixture_base {
	int count;
	int64_t first_id;
	enum lc_rc broken; /* what looking gives, if not LC_OK */
	struct overlay_base base;
};

void edits_fixture_base(struct edits_fixture_base *base, int count,
			int64_t first_id);

/* An object's values with nothing but a position, and room for all. */
struct edits_fixture_object {
	struct columns_value values[COLUMNS__MAX + EDITS_FIXTURE_OWN];
};

void edits_fixture_object(struct edits_fixture_object *object, double ra_deg,
			  double dec_deg);
void edits_fixture_text(struct edits_fixture_object *object, int column,
			const char *text);

/* Puts an object (or deletes, for NULL) in the catalogue "a", and no failure. */
int64_t edits_fixture_put(struct edits *edits, const char *name,
			  const struct edits_fixture_object *object);

/* The same within a change that has begun, in any catalogue. */
enum lc_rc edits_fixture_change(struct edits *edits, const char *catalogue,
				const char *name,
				const struct edits_fixture_object *object,
				const struct edits_fixture_object *before,
				int64_t *seq, char *why, size_t why_bytes);

struct edits *edits_fixture_new(const char *directory);
struct overlay *edits_fixture_overlay(const char *directory);

/* Refreshes, and no failure. */
void edits_fixture_refresh(struct overlay *overlay,
			   const struct edits_fixture_base *base);

/* Finds by a name in any spelling. */
const struct overlay_object *edits_fixture_find(const struct overlay *overlay,
						const char *name);

/* How many objects base and edits have together. */
int edits_fixture_visible(const struct overlay *overlay,
			  const struct edits_fixture_base *base);

#endif
