/*
 * A table of any kind, read row by row: delimited text (CSV, TSV and their
 * kin) or a VOTable.
 *
 * Whoever reads it sees columns and cells only.  A row that cannot be read
 * is bad: it is reported, and reading goes on with the next where that is
 * possible.  One thread; the memory used does not grow with the file, and no
 * row may be larger than TABLE_ROW_MAX.
 */
#ifndef SKY_TABLE_H
#define SKY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum {
	TABLE_ROW_MAX = 1 << 16, /* bytes */
	TABLE_COLUMNS_MAX = 1024,
	TABLE_WHY_MAX = 256
};

enum table_type {
	TABLE_UNTYPED, /* of delimited text: whatever the cells look like */
	TABLE_TEXT,
	TABLE_REAL,
	TABLE_SINGLE, /* a real that was stored in 32 bits */
	TABLE_INTEGER,
	TABLE_BOOL
};

/* Texts that are not there are "". */
struct table_column {
	const char *name;
	const char *unit;
	const char *ucd;
	const char *doc;
	enum table_type type;
};

/*
 * One value, of its column's type.  A text, which is what an untyped column
 * has too, is without surrounding spaces, is UTF-8, ends in NUL and lives
 * until the next row.  A single has the value of the shortest decimal that
 * reads back as it: 0.1, not 0.10000000149.
 */
struct table_cell {
	bool present;    /* false: empty, or what the table declares as null */
	uint32_t length; /* of the text */
	union {
		const char *text;
		double real; /* finite */
		int64_t integer;
		bool truth;
	};
};

enum table_result {
	TABLE_ROW,   /* a row is there */
	TABLE_BAD,   /* table_why() says what is wrong with this one */
	TABLE_END,   /* nothing follows */
	TABLE_FAILED /* nothing more can be read; table_why() */
};

/* What a table says of itself as a whole. */
enum table_fact {
	TABLE_TITLE,
	TABLE_DESCRIPTION,
	TABLE_FRAME, /* of its positions: "ICRS", "FK5", "FK4", "galactic" */
	TABLE_FACT__MAX
};

struct table;

/*
 * Opens the file, finds out what it is, and reads what comes before its
 * rows.  LC_INVALID, with the reason in `why`, when it is none that can be
 * read (a compressed one, say); LC_UNAVAILABLE when the file cannot be read.
 */
enum lc_rc table_open(const char *path, struct table **out, char *why,
		      size_t why_bytes) LC_CHECKED;

/*
 * Opens delimited text that is in memory; the bytes are not needed after it.
 */
enum lc_rc table_text_bytes(const char *bytes, size_t length,
			    struct table **out, char *why, size_t why_bytes)
	LC_CHECKED;

/* NULL is harmless. */
void table_close(struct table *table);

/* "CSV", "TSV", "VOTable": for messages. */
const char *table_kind(const struct table *table);

size_t table_count(const struct table *table); /* of its columns */
const struct table_column *table_column(const struct table *table, size_t i);

/* The column of this name, letters' case aside; -1 when there is none. */
int table_find(const struct table *table, const char *name, size_t length);

/* What the table says of itself; "" when it says nothing. */
const char *table_fact(const struct table *table, enum table_fact which);

enum table_result table_next(struct table *table);

/* The present row's cells, table_count() of them. */
const struct table_cell *table_cells(const struct table *table);

/* The line of the file in which the present row begins, from 1. */
int64_t table_line(const struct table *table);
const char *table_why(const struct table *table);

/* Rows so far that were not UTF-8 and were taken as Windows-1252. */
int64_t table_converted(const struct table *table);

/* Starts over with the first row. */
enum lc_rc table_rewind(struct table *table) LC_CHECKED;

/* Bytes read so far, and in all (0 when that is not known). */
int64_t table_bytes_read(const struct table *table);
int64_t table_bytes_total(const struct table *table);

#endif
