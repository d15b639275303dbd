/*
 * One opened file of a catalogue, and its prepared queries: what
 * sky/catalogue.c and sky/cone.c share, of no interest to others.
 */
#ifndef SKY_READER_H
#define SKY_READER_H

#include "base/rc.h"
#include "services/store.h"
#include "sky/catalogue.h"
#include "sky/overlay.h"
#include "sky/pointer.h"

enum reader_query {
	READER_SCAN, /* the packed objects from a key on: sky/spots.h */
	READER_SPOT, /* the same, while that is used */
	READER_NAME, /* where the object with a name is */
	READER_NEAR, /* all names of a length */
	READER_ON,   /* some names, from a key on */
	READER_FACT, /* a fact about the catalogue */
	READER__MAX
};

struct catalogue_entry;
struct reader_columns;

struct catalogue {
	struct catalogue *next; /* in the list of idle ones */
	struct catalogue_entry *entry;
	struct pointer pointer;
	struct pointer_stamp pointer_stamp, file_stamp;
	int64_t looked_ns; /* the clock's tick when that was last seen true */
	int file;          /* held to see whether it changes */
	struct store *store;
	struct store_query *queries[READER__MAX];
	struct overlay *overlay;
	int per_deg;                    /* zones to a degree */
	int64_t objects;                /* of the file */
	int64_t per_deg2;               /* objects, where there are any */
	int64_t made_ns;                /* when the file was made, since 1970 */
	struct reader_columns *columns; /* NULL: not asked for yet */
	struct columns_set shown;       /* those, and the edits' */
	bool broken;
	char why[CATALOGUE_WHY_MAX];
};

/* STATE/catalogues. */
const char *catalogue_set_directory(const struct catalogue_set *set);

/*
 * Opens the file at `path`, which has this stamp, and checks that it is a
 * catalogue of the layout that we read.
 */
enum lc_rc reader_open(const char *path, const struct pointer_stamp *stamp,
		       struct catalogue **out, char *why, size_t why_bytes)
	LC_CHECKED;

/* Whether the file is still as it was opened. */
bool reader_is_fresh(const struct catalogue *reader);

void reader_close(struct catalogue *reader);

/* The query, prepared when it is first asked for. */
enum lc_rc reader_query(struct catalogue *reader, enum reader_query which,
			struct store_query **out) LC_CHECKED;

/* The catalogue's columns, which live as long as the reader. */
enum lc_rc reader_columns(struct catalogue *reader,
			  const struct columns_set **out) LC_CHECKED;

/* NULL is harmless. */
void reader_columns_free(struct reader_columns *columns);

/* A number among the facts; 0 when it is not there. */
enum lc_rc reader_number(struct catalogue *reader, const char *word,
			 int64_t *out) LC_CHECKED;

/*
 * Notes what a failed call to the store means for the reader, and returns
 * `rc`.
 */
enum lc_rc reader_failed(struct catalogue *reader, enum lc_rc rc);

/* Notes that a row holds what it cannot hold; returns LC_UNAVAILABLE. */
enum lc_rc reader_damaged(struct catalogue *reader) LC_CHECKED;

/*
 * The name with this key as it is shown; LC_NOT_FOUND when no object of the
 * file that no edit hides has it.
 */
enum lc_rc catalogue_shown_name(struct catalogue *catalogue, const char *key,
				size_t length, char out[NAMES_MAX_BYTES + 1])
	LC_CHECKED;

#endif
