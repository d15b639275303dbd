/*
 * What the kinds of tables share: sky/table.h's functions are in table.c and
 * call these.  Of interest to the readers of a kind only.
 */
#ifndef SKY_TABLE_KINDS_H
#define SKY_TABLE_KINDS_H

#include <stdio.h>

#include "sky/table.h"

struct table_methods {
	const char *kind; /* "VOTable" */
	enum table_result (*next)(struct table *table);
	enum lc_rc (*rewind)(struct table *table);
	void (*close)(struct table *table); /* frees all, `table` too */
};

/* The first member of each kind's own struct, which keeps it up to date. */
struct table {
	const struct table_methods *methods;
	struct table_column *columns;
	size_t count;
	struct table_cell *cells; /* `count` of them */
	const char *facts[TABLE_FACT__MAX];
	int64_t line;
	int64_t converted;
	int64_t bytes_read, bytes_total;
	char why[TABLE_WHY_MAX];
};

/*
 * Each opens a table of its kind from the file's beginning.  The file is
 * taken: closed with the table, and also on failure.
 */
enum lc_rc table_text_open(FILE *file, struct table **out, char *why,
			   size_t why_bytes) LC_CHECKED;
enum lc_rc table_votable_open(FILE *file, struct table **out, char *why,
			      size_t why_bytes) LC_CHECKED;

#endif
