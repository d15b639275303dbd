/*
 * Making a catalogue's file, and putting it into its place.
 *
 * One thread makes a build, adds objects and aliases to it, finishes and
 * publishes it, or frees it and so leaves everything as it was.  The file
 * grows as NAME.tmp beside the others and is locked meanwhile, so that no
 * two builds of one catalogue meet; what a killed build has left is
 * overwritten by the next one.  Publishing syncs the file, gives it its
 * generation's name, and changes the pointer; older files but the last one
 * are removed.  Memory is bounded: objects and names wait in temporary files
 * until all are there, and are then written in the order of their keys.
 */
#ifndef SKY_BUILD_H
#define SKY_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/rc.h"
#include "sky/columns.h"
#include "sky/facts.h"

struct build;

struct build_counts {
	int64_t objects;
	int64_t names;      /* by which an object is found */
	int64_t duplicates; /* objects left out: their name was taken */
	int64_t strays;     /* aliases left out: of no object */
	int64_t zones_per_deg;
	int64_t objects_per_deg2; /* where there are any */
	int64_t generation;
	int64_t bytes;
};

/* What is found out late is told by calls.  Each may be NULL. */
struct build_report {
	void (*duplicate)(void *context, int64_t line, const char *why);
	void (*stray)(void *context, int64_t line, const char *why);
	/* How far build_finish() is, from 0 to 1; often enough for a bar. */
	void (*advance)(void *context, double done);
	void *context;
};

/*
 * Starts the build of a catalogue in STATE/catalogues, which is made if
 * needed.  LC_QUEUE_FULL when another build of this catalogue is at work,
 * LC_UNAVAILABLE when the directory cannot be written.  `progress`, which
 * may be NULL, can stop the build at any time.
 */
enum lc_rc build_new(const char *state_dir, const char *name,
		     struct lc_progress *progress, struct build **out,
		     char *why, size_t why_bytes) LC_CHECKED;

/* Frees the build; if it was not published nothing of it remains. */
void build_free(struct build *build);

/* What went wrong last, in words. */
const char *build_why(const struct build *build);

/*
 * Adds an object: COLUMNS__MAX values, of which the name and the position
 * must be present, the position in range and the type one of the words; and
 * then the catalogue's own, of these types.  Right ascension is wrapped to 0
 * to below 360 in place.  `line` is where it stands in
 * its table, for reports.  LC_INVALID, the build going on: it cannot be.
 */
enum lc_rc build_add(struct build *build, struct columns_value *values,
		     const enum columns_type *own_types, size_t own_count,
		     int64_t line) LC_CHECKED;

/* Forgets all objects and aliases, to start over. */
enum lc_rc build_clear(struct build *build) LC_CHECKED;

/* Adds one more name for the object whose main name is `name`. */
enum lc_rc build_add_alias(struct build *build, const char *alias,
			   size_t alias_length, const char *name,
			   size_t name_length, int64_t line) LC_CHECKED;

/*
 * Says which columns the objects have; integers may have been added where a
 * column turns out to be one of reals.
 */
enum lc_rc build_set_columns(struct build *build, const struct columns_set *set)
	LC_CHECKED;

/*
 * For tests: so many zones to a degree, whatever the density of the objects
 * asks for.
 */
void build_set_zones(struct build *build, int per_deg);

/* Keeps a fact with the catalogue. */
enum lc_rc build_set_fact(struct build *build, enum facts_fact which,
			  const char *text, size_t length) LC_CHECKED;

/*
 * Makes the file complete.  An object whose name an earlier one has, and an
 * alias of no object, are reported and left out.
 */
enum lc_rc build_finish(struct build *build, const struct build_report *report,
			struct build_counts *counts) LC_CHECKED;

/* Puts the file into its place, which build_finish() has made complete. */
enum lc_rc build_publish(struct build *build, struct build_counts *counts)
	LC_CHECKED;

#endif
