/*
 * From a table to a build: each row of a table becomes an object, each row
 * of a table of aliases one more name.
 *
 * A row that cannot be read, has a value that cannot be, or a name that is
 * taken, is bad as a whole: it is reported, and the others go on.  When a
 * column of a table without types turns out to be text after numbers, the
 * build is cleared and the table read again, once; bad rows are reported and
 * counted once all the same.
 */
#ifndef SKY_LOAD_H
#define SKY_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/rc.h"
#include "sky/build.h"
#include "sky/mapping.h"
#include "sky/table.h"

enum { LOAD_WHY_MAX = MAPPING_WHY_MAX };

struct load_report {
	/* A row was left out.  May be NULL. */
	void (*bad_row)(void *context, int64_t line, const char *why);
	/* Called now and then.  May be NULL. */
	void (*progress)(void *context, const struct table *table);
	void *context;
	/* Asked, now and then, whether to go on.  May be NULL. */
	struct lc_progress *stop;
};

struct load_counts {
	int64_t rows;    /* taken */
	int64_t skipped; /* bad, and reported */
};

/*
 * Adds all objects of a table that has just been opened, and tells the build
 * its columns.  LC_INVALID when the table cannot be read to its end, or not
 * once more when that is needed; other failures are the build's, or the reason
 * to stop.
 */
enum lc_rc load_objects(struct build *build, struct table *table,
			struct mapping *mapping,
			const struct load_report *report,
			struct load_counts *counts, char *why, size_t why_bytes)
	LC_CHECKED;

/*
 * Adds all aliases of a table.  LC_INVALID, with `why`, also when it lacks the
 * columns "alias" and "name".
 */
enum lc_rc load_aliases(struct build *build, struct table *table,
			const struct load_report *report,
			struct load_counts *counts, char *why, size_t why_bytes)
	LC_CHECKED;

#endif
