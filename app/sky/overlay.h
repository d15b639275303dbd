/*
 * The edits of one catalogue, as its readers see them: what lies over the
 * immutable file.
 *
 * An edit stands for the whole object that has its name, and hides that
 * object of the base catalogue, if there is one; a deleted object is an edit
 * that only hides.  Edits are kept in state.sqlite (sky/edits.h writes them);
 * an overlay holds all of its catalogue's in memory.
 *
 * An overlay belongs to one reader of the catalogue, and like that to one
 * thread at a time; nothing is shared but through state.sqlite and
 * sky/changes.h.  A reader refreshes it before each request.  After that it
 * has every change that was answered before, and shows one moment of
 * state.sqlite until the next refresh.  What it gives out lives as long.
 *
 * A refresh that has nothing to read costs a few nanoseconds; one that has
 * reads what is new.  When it fails, edits are not to be had, and neither is
 * the catalogue: it must not show what somebody has changed.  The next
 * refresh tries anew.
 */
#ifndef SKY_OVERLAY_H
#define SKY_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "sky/angles.h"
#include "sky/columns.h"

struct overlay;

enum { OVERLAY_WHY_MAX = 256 };

/* What the edits lie over: one generation of the catalogue. */
struct overlay_base {
	int64_t generation; /* when it differs, all edits are read anew */
	const struct columns_set *columns;
	/*
	 * Finds the object whose main name has this key, and its ID, which
	 * is not negative; LC_NOT_FOUND when there is none.
	 */
	enum lc_rc (*find)(void *context, const char *key, size_t length,
			   int64_t *id);
	void *context;
};

/* Which of several objects that have a name is meant: the first of these. */
enum overlay_rank {
	OVERLAY_MAIN,
	OVERLAY_ALIAS,
	OVERLAY_IDENTIFIER,
	OVERLAY_DELETED
};

/* What an object is found by; the texts end in NUL. */
struct overlay_name {
	enum overlay_rank rank;
	const char *key;
	const char *shown;
	uint32_t key_length, shown_length;
	uint64_t hash;
	const struct overlay_object *object;
};

struct overlay_object {
	int64_t id;      /* -seq, so no other object's */
	int64_t seq;     /* the number of the change that made it */
	int64_t base_id; /* of the object it hides, or -1 */
	bool deleted;    /* it only hides, and has no values */
	size_t at;       /* its place among the living */
	double ra_deg, dec_deg;
	/* COLUMNS__MAX values, and then those of the base's own columns. */
	const struct columns_value *values;
	/* The main one first; a deleted object has only that. */
	const struct overlay_name *names;
	size_t name_count;
};

/* The edits of a catalogue; NULL when memory is exhausted. */
struct overlay *overlay_new(const char *state_dir, const char *catalogue);

/* NULL is harmless. */
void overlay_free(struct overlay *overlay);

/*
 * Brings the overlay up to date.  LC_UNAVAILABLE, LC_NO_MEMORY, or what
 * base->find() failed with; `why` then has words that a client may see, but
 * for failures of find().
 */
enum lc_rc overlay_refresh(struct overlay *overlay,
			   const struct overlay_base *base, char *why,
			   size_t why_bytes) LC_CHECKED;

/* Whether nothing lies over the base. */
bool overlay_is_empty(const struct overlay *overlay);

/*
 * The number of the catalogue's last change, which only grows; 0 when it was
 * never changed.
 */
int64_t overlay_generation(const struct overlay *overlay);

/* Whether the base's object is replaced or deleted. */
bool overlay_hides(const struct overlay *overlay, int64_t base_id);

/* The edit that replaces or deletes it, or NULL. */
const struct overlay_object *overlay_hider(const struct overlay *overlay,
					   int64_t base_id);

/*
 * The object that has a name with this key, by rank, and of several the one
 * that was changed last; NULL when no edit has it.
 */
const struct overlay_object *overlay_find(const struct overlay *overlay,
					  const char *key, size_t length);

/* The living object of this ID, or NULL. */
const struct overlay_object *overlay_by_id(const struct overlay *overlay,
					   int64_t id);

/* How many objects there are more (or fewer) than in the base. */
int64_t overlay_surplus(const struct overlay *overlay);

/* A bit for each column of columns_table of which a living object has a value. */
uint32_t overlay_columns(const struct overlay *overlay);

/*
 * The living objects: how many, each one, and the directions of them all in
 * the same order, for a search that looks at each.
 */
size_t overlay_count(const struct overlay *overlay);
const struct overlay_object *overlay_at(const struct overlay *overlay,
					size_t at);
const struct angles_vector *overlay_places(const struct overlay *overlay);

#endif
