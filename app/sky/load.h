/*
 * From a table of text to a build: each row of a table becomes an object,
 * each row of a table of aliases one more name.
 *
 * A cell that is empty, or holds what catalogues write for "unknown" ("nan",
 * "null", "-", 99.9, 999, …), is an absent value.  A row with a value that
 * cannot be is bad as a whole: it is reported, and the others go on.
 */
#ifndef SKY_LOAD_H
#define SKY_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "sky/build.h"
#include "sky/columns.h"
#include "sky/tsv.h"

enum { LOAD_WHY_MAX = 256 };

struct load_report {
	/* A row was left out.  May be NULL. */
	void (*bad_row)(void *context, int64_t line, const char *why);
	/* Called now and then.  May be NULL. */
	void (*progress)(void *context, const struct tsv *table);
	void *context;
};

struct load_counts {
	int64_t rows;    /* taken */
	int64_t skipped; /* bad, and reported */
};

/*
 * Adds all objects of a table.  LC_INVALID, with `why`, when it lacks the
 * columns "name", "ra_deg" or "dec_deg".
 */
enum lc_rc load_objects(struct build *build, struct tsv *table,
			const struct load_report *report,
			struct load_counts *counts, char *why, size_t why_bytes)
	LC_CHECKED;

/* Adds all aliases of a table with the columns "alias" and "name". */
enum lc_rc load_aliases(struct build *build, struct tsv *table,
			const struct load_report *report,
			struct load_counts *counts, char *why, size_t why_bytes)
	LC_CHECKED;

/* One cell as a column's value; LC_INVALID, with `why`, if it cannot be. */
enum lc_rc load_value(int column, struct tsv_cell cell,
		      struct columns_value *out, char *why, size_t why_bytes)
	LC_CHECKED;

#endif
