#include "sky/load.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOAD_REPORT_EVERY = 256 };

/* The reading of a table's rows, whatever is made of them. */
struct load {
	struct build *build;
	struct table *table;
	const struct load_report *report;
	struct load_counts *counts;
	struct mapping *mapping;      /* NULL: of aliases */
	struct columns_value *values; /* of one row */
	int alias, name;              /* the columns of aliases */
	int64_t seen;                 /* rows, good or bad */
	int64_t silent;               /* what the first ones are was said */
	char *why;
	size_t why_bytes;
	bool scanning; /* types are looked at, and nothing else */
};

static enum lc_rc
load_object(struct load *load)
{
	enum lc_rc rc = mapping_row(load->mapping, load->table, load->values,
				    load->why, load->why_bytes);

	if (rc != LC_OK)
		return rc;
	if (mapping_must_restart(load->mapping)) {
		if (!load->scanning)
			load->silent = load->seen - 1;
		load->scanning = true;
		return LC_OK;
	}
	rc = build_add(
		load->build, load->values, mapping_own_types(load->mapping),
		mapping_own_count(load->mapping), table_line(load->table));
	if (rc != LC_OK)
		snprintf(load->why, load->why_bytes, "%s",
			 build_why(load->build));
	return rc;
}

static enum lc_rc
load_alias(struct load *load)
{
	const struct table_cell *cells = table_cells(load->table);
	const struct table_cell *alias = &cells[load->alias];
	const struct table_cell *name = &cells[load->name];
	enum lc_rc rc;

	if (!alias->present || !name->present) {
		snprintf(load->why, load->why_bytes, "the %s is empty",
			 alias->present ? "name" : "alias");
		return LC_INVALID;
	}
	rc = build_add_alias(load->build, alias->text, alias->length,
			     name->text, name->length, table_line(load->table));
	if (rc != LC_OK)
		snprintf(load->why, load->why_bytes, "%s",
			 build_why(load->build));
	return rc;
}

/* A row that the table itself could not read. */
static enum lc_rc
load_unread(struct load *load)
{
	if (load->mapping != NULL)
		mapping_skip_row(load->mapping);
	snprintf(load->why, load->why_bytes, "%s", table_why(load->table));
	return LC_INVALID;
}

static void
load_say_bad(struct load *load)
{
	load->counts->skipped++;
	if (load->report->bad_row != NULL && !load->scanning &&
	    load->seen > load->silent)
		load->report->bad_row(load->report->context,
				      table_line(load->table), load->why);
}

/* Says how far it is; LC_OK to go on. */
static enum lc_rc
load_advance(struct load *load)
{
	enum lc_rc rc;

	if (load->report->progress != NULL)
		load->report->progress(load->report->context, load->table);
	rc = progress_stopped(load->report->stop);
	if (rc != LC_OK)
		snprintf(load->why, load->why_bytes, "stopped");
	return rc;
}

static enum lc_rc
load_take(struct load *load, enum table_result result)
{
	load->seen++;
	if (result == TABLE_BAD)
		return load_unread(load);
	return load->mapping != NULL ? load_object(load) : load_alias(load);
}

/* Takes each row; the rest of the table goes on after a bad one. */
static enum lc_rc
load_rows(struct load *load)
{
	enum table_result result;
	enum lc_rc rc;

	*load->counts = (struct load_counts){.rows = 0};
	load->seen = 0;
	while ((result = table_next(load->table)) != TABLE_END) {
		if (result == TABLE_FAILED) {
			snprintf(load->why, load->why_bytes, "%s",
				 table_why(load->table));
			return LC_INVALID;
		}
		rc = load_take(load, result);
		if (rc == LC_OK)
			load->counts->rows++;
		else if (rc == LC_INVALID)
			load_say_bad(load);
		else
			return rc;
		if (load->seen % LOAD_REPORT_EVERY != 0)
			continue;
		rc = load_advance(load);
		if (rc != LC_OK)
			return rc;
	}
	return LC_OK;
}

/* Goes back to the first row, with the types that are known now. */
static enum lc_rc
load_start_over(struct load *load)
{
	enum lc_rc rc;

	if (table_rewind(load->table) != LC_OK) {
		snprintf(load->why, load->why_bytes,
			 "a column turned out to be text after numbers, and "
			 "the table cannot be read once more");
		return LC_INVALID;
	}
	mapping_restart(load->mapping);
	load->scanning = false;
	rc = build_clear(load->build);
	if (rc != LC_OK)
		snprintf(load->why, load->why_bytes, "%s",
			 build_why(load->build));
	return rc;
}

/* The second reading, which can find nothing new about types. */
static enum lc_rc
load_again(struct load *load)
{
	enum lc_rc rc = load_start_over(load);

	if (rc == LC_OK)
		rc = load_rows(load);
	if (rc == LC_OK && load->scanning) {
		snprintf(load->why, load->why_bytes,
			 "the table changed while it was read");
		rc = LC_INVALID;
	}
	return rc;
}

enum lc_rc
load_objects(struct build *build, struct table *table, struct mapping *mapping,
	     const struct load_report *report, struct load_counts *counts,
	     char *why, size_t why_bytes)
{
	struct load load = {.build = build,
			    .table = table,
			    .report = report,
			    .counts = counts,
			    .mapping = mapping,
			    .why = why,
			    .why_bytes = why_bytes};
	enum lc_rc rc;

	*counts = (struct load_counts){.rows = 0};
	load.values = calloc(COLUMNS__MAX + mapping_own_count(mapping),
			     sizeof(*load.values));
	if (load.values == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	rc = load_rows(&load);
	if (rc == LC_OK && load.scanning)
		rc = load_again(&load);
	free(load.values);
	if (rc != LC_OK)
		return rc;
	rc = build_set_columns(build, mapping_columns(mapping));
	if (rc != LC_OK)
		snprintf(why, why_bytes, "%s", build_why(build));
	return rc;
}

/* The column that a table of aliases must have; -1, with `why`, if not. */
static int
load_need(const struct table *table, const char *column, char *why,
	  size_t why_bytes)
{
	const int at = table_find(table, column, strlen(column));
	enum table_type type;

	if (at < 0) {
		snprintf(why, why_bytes, "the header has no column \"%s\"",
			 column);
		return -1;
	}
	type = table_column(table, (size_t)at)->type;
	if (type == TABLE_UNTYPED || type == TABLE_TEXT)
		return at;
	snprintf(why, why_bytes, "the column \"%s\" is not of text", column);
	return -1;
}

enum lc_rc
load_aliases(struct build *build, struct table *table,
	     const struct load_report *report, struct load_counts *counts,
	     char *why, size_t why_bytes)
{
	struct load load = {.build = build,
			    .table = table,
			    .report = report,
			    .counts = counts,
			    .why = why,
			    .why_bytes = why_bytes};

	*counts = (struct load_counts){.rows = 0};
	load.alias = load_need(table, "alias", why, why_bytes);
	if (load.alias < 0)
		return LC_INVALID;
	load.name = load_need(table, "name", why, why_bytes);
	if (load.name < 0)
		return LC_INVALID;
	return load_rows(&load);
}
