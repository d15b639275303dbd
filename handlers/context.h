/*
 * What the program gives its handlers: see lc_context().
 */
#ifndef HANDLERS_CONTEXT_H
#define HANDLERS_CONTEXT_H

#include "lightcone.h"
#include "sky/bright.h"
#include "sky/catalogue.h"
#include "sky/edits.h"

/* A process beside ours that we can do without. */
struct companion {
	const char *name;
	void *self; /* NULL: not configured */
	/* LC_OK, or why it does not answer; takes 50 ms at most. */
	enum lc_rc (*probe)(void *self, char *why, size_t why_bytes);
};

enum { COMPANION_WHY_MAX = 160 };

struct context {
	struct catalogue_set *catalogues;
	struct edits *edits;
	struct bright *bright;
	const char *catalogue;              /* the default one's name */
	const struct companion *companions; /* ends in a NULL name */
};

#endif
