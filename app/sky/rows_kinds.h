/*
 * What the kinds of written tables share: sky/rows.h's functions are in
 * rows.c and call these.  Of interest to the writers only.
 */
#ifndef SKY_ROWS_KINDS_H
#define SKY_ROWS_KINDS_H

#include <string.h>

#include "base/shortest.h"
#include <math.h>

#include "sky/rows.h"

enum {
	/* Bytes made of one byte of text at most, in every format. */
	ROWS_ESCAPE_MOST = 6,
	/* So many bytes of a lead are always copied, which is quick. */
	ROWS_LEAD = 32,
	/* What stands around a row, and what is written beyond its end. */
	ROWS_AROUND = 128
};

/* What an XML element's ID is, besides those of the columns. */
#define ROWS_ID_FRAME "icrs"
#define ROWS_ID_TABLE "rows"

/* How a value is written; ROWS_SEPARATION is none of the row's values. */
enum rows_kind {
	ROWS_TEXT,
	ROWS_LIST,
	ROWS_REAL,
	ROWS_INTEGER,
	ROWS_BOOL,
	ROWS_SEPARATION
};

/* A column that is written. */
struct rows_cell {
	const char *lead; /* the bytes before its value; ROWS_LEAD readable */
	size_t lead_length;
	enum rows_kind kind;
	size_t place; /* among the row's values */
	const struct columns_column *column;
	const char *ucd; /* that it has in this table, and no other column */
	const char *id;  /* a name for XML */
	bool own;
	bool position; /* right ascension or declination */
};

struct rows_method {
	const char *media_type;
	/*
	 * Writes the bytes before a column's value and returns how many.  There
	 * is room for its name in JSON and ROWS_LEAD more.
	 */
	size_t (*lead)(char *room, const struct rows_cell *cell, bool first);
	void (*begin)(struct rows *rows);
	/* Writes a row where there is room for it; returns its end. */
	char *(*row)(struct rows *rows, char *at,
		     const struct columns_value *values, double separation_deg);
	void (*end)(struct rows *rows, bool overflow, const char *error);
	void (*error)(const char *message, struct buf *out);
};

extern const struct rows_method rows_votable;
extern const struct rows_method rows_csv;
extern const struct rows_method rows_tsv;
extern const struct rows_method rows_json;

/* A column's type as a FIELD has it: "char", "double", ... */
const char *rows_datatype(const struct rows_cell *cell);

/* The attribute that goes with it, with a space before it, or "". */
const char *rows_arraysize(const struct rows_cell *cell);

/* How a format writes its values. */
struct rows_style {
	char *(*text)(char *at, const char *text, size_t length);
	char *(*list)(char *at, const char *text, size_t length);
	char truth[2][8];
};

/* Writes the lead, without its first `skip` bytes. */
static inline char *
rows_lead(char *at, const struct rows_cell *cell, size_t skip)
{
	size_t length = cell->lead_length - skip;

	if (length <= ROWS_LEAD)
		memcpy(at, cell->lead + skip, ROWS_LEAD);
	else
		memcpy(at, cell->lead + skip, length);
	return at + length;
}

static inline bool
rows_present(const struct rows_cell *cell, const struct columns_value *values)
{
	return cell->kind == ROWS_SEPARATION || values[cell->place].present;
}

/* Writes a value that is present. */
static inline __attribute__((always_inline)) char *
rows_value(char *at, const struct rows_cell *cell,
	   const struct columns_value *values, double separation_deg,
	   const struct rows_style *style)
{
	const struct columns_value *value = &values[cell->place];

	switch (cell->kind) {
	case ROWS_TEXT:
		return style->text(at, value->text, value->length);
	case ROWS_LIST:
		return style->list(at, value->text, value->length);
	case ROWS_REAL:
		return at + shortest_format(value->real, at);
	case ROWS_INTEGER:
		return at + shortest_format_int64(value->integer, at);
	case ROWS_BOOL:
		memcpy(at, style->truth[value->truth], 8);
		return at + strlen(style->truth[value->truth]);
	case ROWS_SEPARATION:
		return isnan(separation_deg) ?
			       at :
			       at + shortest_format(separation_deg, at);
	}
	return at;
}

#endif
