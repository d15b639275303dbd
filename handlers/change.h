/*
 * What PUT and DELETE of an object share: one change, in one transaction.
 */
#ifndef HANDLERS_CHANGE_H
#define HANDLERS_CHANGE_H

#include "context.h"
#include "sky/edits.h"
#include "sky/names.h"

struct change {
	struct lc_call *call;
	struct catalogue *catalogue;
	const char *asked; /* the name that it was asked for by */
	const void *args;
	/* The object as it is; it may not be there. */
	bool exists;
	struct catalogue_place place;
	const struct columns_set *columns;
	const struct columns_value *before; /* NULL: it is not there */
	struct edit edit;
	/* What it became, when it was made. */
	bool deleted;
	int64_t seq;   /* the change's number */
	int64_t event; /* that of the event which tells of it */
};

/*
 * Begins, finds the object that has this name, holds the request's
 * conditions against it, lets `make` say what it becomes, and ends; the
 * catalogue's reader then sees the change, and `after`, if it is not NULL,
 * is where the object is.  `make` returns what change_put() or
 * change_delete() gave it, or why there is no change.
 */
enum lc_rc change_make(struct lc_call *call, struct catalogue *catalogue,
		       const char *name, const void *args,
		       enum lc_rc (*make)(struct change *change),
		       struct catalogue_place *after) LC_CHECKED;

/*
 * Whether a text can be a name: writes its key, or refuses the parameter
 * `param`.
 */
enum lc_rc change_fold(struct lc_call *call, const char *param,
		       const char *name, char key[NAMES_MAX_BYTES + 1])
	LC_CHECKED;

/* Puts what the change says, or deletes the object. */
enum lc_rc change_put(struct change *change, const struct columns_value *values)
	LC_CHECKED;
enum lc_rc change_delete(struct change *change) LC_CHECKED;

/*
 * Whoever the operator wants told of changes will be: the job for it is part
 * of the change.  change_told_ring() is due when that has lasted.
 */
enum lc_rc change_told(struct change *change) LC_CHECKED;
void change_told_ring(struct lc_call *call);

#endif
