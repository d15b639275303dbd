/*
 * Catalogues, opened for reading.
 *
 * A catalogue is an immutable file that a small pointer file names (see
 * sky/pointer.h); import puts a new file beside the old one and then changes
 * the pointer.  A catalogue_set belongs to the process.  Any thread acquires
 * a reader from it for one request and releases it again; an acquired reader
 * belongs to that thread.  Idle readers are kept, each with its own
 * connection and prepared queries.  A mutex guards the list of them for a
 * few instructions, never during input or output; a second one makes threads
 * wait while the first of them checks a file that is new to the process.
 * They are this room's only locks.
 *
 * The pointer and the file are looked at once in each tick of the coarse
 * clock (1 to 10 ms): a new generation is taken at once, and before its
 * import ends; a file that is missing, cut, overwritten or damaged is
 * LC_UNAVAILABLE until it is right again.  Nothing is ever written, so
 * the state directory may be read-only.  Over the file lie the edits of
 * state.sqlite (see sky/overlay.h): a reader has all that were answered
 * before it was acquired, and all functions see both as one.
 */
#ifndef SKY_CATALOGUE_H
#define SKY_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "sky/columns.h"
#include "sky/facts.h"
#include "sky/names.h"

struct catalogue_set;
struct catalogue;

enum { CATALOGUE_NAME_MAX = 64, CATALOGUE_WHY_MAX = 256 };

/*
 * The catalogues under STATE/catalogues, which need not be there yet.  With
 * `vet` each new file of up to 64 MB is looked through for damage before it
 * is used; that takes milliseconds for each megabyte, once for a process.
 * NULL when memory is exhausted.
 */
struct catalogue_set *catalogue_set_new(const char *state_dir, bool vet);

/* Every reader must have been released.  NULL is harmless. */
void catalogue_set_free(struct catalogue_set *set);

/* Whether a word may name a catalogue: a-z, 0-9, '-' and '_', 1 to 64. */
bool catalogue_name_ok(const char *name);

/*
 * Calls `each` for the name of every catalogue that has a pointer, in their
 * order; whether it can be read is another question.  LC_UNAVAILABLE, with
 * words that hold no path, when the directory cannot be read; one that is not
 * there has none.
 */
enum lc_rc catalogue_list(const struct catalogue_set *set,
			  void (*each)(void *context, const char *name),
			  void *context, char *why, size_t why_bytes)
	LC_CHECKED;

/*
 * A reader of the catalogue's newest generation.  LC_NOT_FOUND when the word
 * cannot name a catalogue or there is none of that name; LC_UNAVAILABLE when
 * it is there and not right.  `why` then holds a sentence that a client may see.
 */
enum lc_rc catalogue_acquire(struct catalogue_set *set, const char *name,
			     struct catalogue **out, char *why,
			     size_t why_bytes) LC_CHECKED;

/* Gives a reader back.  NULL is harmless. */
void catalogue_release(struct catalogue *catalogue);

const char *catalogue_name(const struct catalogue *catalogue);

/* What tells one state of the catalogue from all its others. */
struct catalogue_version {
	int64_t generation; /* of the file, which begins anew after a drop */
	int64_t made_ns;    /* when the file was made, since 1970 */
	int64_t edits;      /* the last one; 0: none */
};

struct catalogue_version catalogue_version(const struct catalogue *catalogue);

/*
 * Takes in edits that were made since the reader was acquired: for who makes
 * one, and must see what it changes.
 */
enum lc_rc catalogue_refresh(struct catalogue *catalogue) LC_CHECKED;

/*
 * What went wrong last with this reader since it was acquired, as a sentence
 * that a client may see; "" when nothing did.
 */
const char *catalogue_why(const struct catalogue *catalogue);

/* How many objects the catalogue holds. */
enum lc_rc catalogue_count(struct catalogue *catalogue, int64_t *objects)
	LC_CHECKED;

/* How large its file is, and how many names that finds objects by. */
enum lc_rc catalogue_size(struct catalogue *catalogue, int64_t *bytes,
			  int64_t *names) LC_CHECKED;

/* A fact about the catalogue, in the arena; "" when it is not known. */
enum lc_rc catalogue_fact(struct catalogue *catalogue, enum facts_fact which,
			  struct arena *arena, const char **out) LC_CHECKED;

/* The columns of its objects, edited or not, which live until its release. */
enum lc_rc catalogue_columns(struct catalogue *catalogue,
			     const struct columns_set **out) LC_CHECKED;

struct catalogue_place {
	int64_t id; /* of the object, until the next change; edits' are < 0 */
	double ra_deg, dec_deg;
};

/*
 * Finds the object that has this name, in any spelling; LC_NOT_FOUND when
 * there is none.
 */
enum lc_rc catalogue_find_name(struct catalogue *catalogue, const char *name,
			       size_t length, struct catalogue_place *out)
	LC_CHECKED;

/* Some object of the file; LC_NOT_FOUND when edits hide all of them. */
enum lc_rc catalogue_any(struct catalogue *catalogue,
			 struct catalogue_place *out) LC_CHECKED;

/*
 * The values of one object, COLUMNS__MAX and those of the catalogue's own
 * columns, in the arena.
 */
enum lc_rc catalogue_object(struct catalogue *catalogue, int64_t id,
			    struct arena *arena,
			    const struct columns_value **out) LC_CHECKED;

/* What tells one state of an object from all its others. */
uint64_t catalogue_object_version(const struct catalogue *catalogue,
				  int64_t id);

struct catalogue_near {
	char name[NAMES_MAX_BYTES + 1]; /* as it is displayed */
};

/*
 * Names that differ in a few letters only from this one, nearest first;
 * *count is at most `most`.  Takes some milliseconds.
 */
enum lc_rc catalogue_nearest_names(struct catalogue *catalogue,
				   const char *name, size_t length,
				   struct catalogue_near *out, size_t most,
				   size_t *count) LC_CHECKED;

#endif
