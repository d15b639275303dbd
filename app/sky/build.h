/*
 * Making a catalogue's file, and putting it into its place.
 *
 * One thread makes a build, adds objects and aliases to it, and publishes
 * it, or frees it and so leaves everything as it was.  The file grows as
 * NAME.tmp beside the others and is locked meanwhile, so that no two builds
 * of one catalogue meet; what a killed build has left is overwritten by the
 * next one.  Publishing checks and syncs the file, gives it its generation's
 * name, and changes the pointer; older files but the last one are removed.
 * Memory does not grow with the number of objects.
 */
#ifndef SKY_BUILD_H
#define SKY_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/rc.h"
#include "sky/columns.h"

struct build;

struct build_counts {
	int64_t objects;
	int64_t names; /* by which an object is found */
	int64_t generation;
	int64_t bytes;
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
 * must be present, the position in range and the type one of the words.
 * LC_INVALID, the build going on, when its name is taken by another object
 * already.
 */
enum lc_rc build_add(struct build *build, const struct columns_value *values)
	LC_CHECKED;

/*
 * Adds one more name for the object that has `name`.  LC_NOT_FOUND, the
 * build going on, when no object has.  The objects must all be there.
 */
enum lc_rc build_add_alias(struct build *build, const char *alias,
			   size_t alias_length, const char *name,
			   size_t name_length) LC_CHECKED;

/* Keeps the text of the licence with the catalogue. */
enum lc_rc build_set_licence(struct build *build, const char *text,
			     size_t length) LC_CHECKED;

/* Makes the file complete and puts it into its place. */
enum lc_rc build_publish(struct build *build, struct build_counts *counts)
	LC_CHECKED;

#endif
