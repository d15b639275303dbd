/*
 * The names of a build: gathered with their objects, sorted by their folded
 * keys, and written to the catalogue's file.  Part of sky/build.h's work,
 * and of no interest to others.
 *
 * Of several objects with one name the lowest level has it, and of those the
 * one that was added first.  Two objects may not have the same main name:
 * the later one is dropped.
 */
#ifndef SKY_BUILD_NAMES_H
#define SKY_BUILD_NAMES_H

#include "services/store.h"
#include "sky/build.h"
#include "sky/sorter.h"

enum build_level { LEVEL_NAME, LEVEL_ADDED, LEVEL_ALIAS, LEVEL_IDENTIFIER };

/* Whose names they are. */
struct build_owner {
	int64_t number; /* from 1, in the order of adding */
	int64_t line;
	double ra_deg, dec_deg;
};

struct build_names {
	struct sorter *names, *aliases;
	struct sorter *found;   /* aliases whose objects are known */
	unsigned char *dropped; /* a bit for each number */
	size_t dropped_bytes;
};

enum lc_rc build_names_init(struct build_names *names, int directory)
	LC_CHECKED;
void build_names_release(struct build_names *names);
void build_names_clear(struct build_names *names);
const char *build_names_why(const struct build_names *names);

/* Notes a name; what cannot be one is passed over. */
enum lc_rc build_names_add(struct build_names *names, enum build_level level,
			   const struct build_owner *owner, const char *name,
			   size_t length) LC_CHECKED;

enum lc_rc build_names_alias(struct build_names *names, const char *alias,
			     size_t alias_length, const char *name,
			     size_t name_length, int64_t line) LC_CHECKED;

/*
 * When all are there: drops the objects whose main names are taken, finds
 * the aliases' objects, counts both and reports them.
 */
enum lc_rc build_names_settle(struct build_names *names,
			      struct lc_progress *progress,
			      const struct build_report *report,
			      struct build_counts *counts) LC_CHECKED;

bool build_names_dropped(const struct build_names *names, int64_t number);

/* Writes the tables of names, and counts them. */
enum lc_rc build_names_write(struct build_names *names, struct store *store,
			     int per_deg, struct lc_progress *progress,
			     struct build_counts *counts) LC_CHECKED;

#endif
