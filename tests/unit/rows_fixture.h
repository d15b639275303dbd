/*
 * A table with columns of every type, and rows for it, for the tests of what
 * is written of it.
 */
#ifndef TESTS_ROWS_FIXTURE_H
#define TESTS_ROWS_FIXTURE_H

#include "http/json_c.h"
#include "sky/rows.h"

enum {
	ROWS_FIXTURE_OWN = 9,
	ROWS_FIXTURE_VALUES = COLUMNS__MAX + ROWS_FIXTURE_OWN
};

extern const struct columns_set rows_fixture_set;
extern const struct columns_set rows_fixture_bare; /* name and position */
extern const struct rows_table rows_fixture_whole; /* all there can be */

/* A row with nearly all values, and one with those that must be there. */
void rows_fixture_row_full(struct columns_value *values);
void rows_fixture_row_empty(struct columns_value *values, const char *name);

/* Writes a table into `out`, which is initialized; LC_NO_MEMORY. */
enum lc_rc rows_fixture_table_write(
	enum rows_format format, const struct rows_table *table,
	struct columns_value (*values)[ROWS_FIXTURE_VALUES], size_t count,
	bool overflow, const char *error, struct buf *out) LC_CHECKED;

/* The same, into `out` alone; the test fails when it cannot be. */
void rows_fixture_table_make(
	enum rows_format format, const struct rows_table *table,
	struct columns_value (*values)[ROWS_FIXTURE_VALUES], size_t count,
	bool overflow, const char *error, struct buf *out);

/* The JSON that was written, which is the caller's to put. */
struct json_object *rows_fixture_json_take(const struct buf *out);
struct json_object *rows_fixture_json_member(struct json_object *object,
					     const char *name);

#endif
