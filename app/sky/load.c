#include "sky/load.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

enum { LOAD_PROGRESS_EVERY = 256 };

static const char *const unknown_words[] = {"-",    "--",  "...", "nan", "null",
					    "none", "n/a", "\\N", NULL};

static bool
load_is_unknown(const char *text)
{
	for (int i = 0; unknown_words[i] != NULL; i++)
		if (text_equal_nocase(text, unknown_words[i]))
			return true;
	return false;
}

/* 99, 99.9, -999, 9999.0, …: nines where a value should be. */
static bool
load_is_filler(const char *text)
{
	size_t nines = 0;

	if (*text == '-' || *text == '+')
		text++;
	for (; *text == '9' || *text == '.'; text++)
		nines += *text == '9';
	while (nines >= 2 && *text == '0')
		text++;
	return nines >= 2 && *text == '\0';
}

static enum lc_rc
load_real(const struct columns_column *column, struct tsv_cell cell,
	  struct columns_value *out, char *why, size_t why_bytes)
{
	double real;

	if (number_parse_double(cell.text, cell.length, &real) != NUMBER_OK) {
		snprintf(why, why_bytes, "%s is \"%.40s\", which is no number",
			 column->name, cell.text);
		return LC_INVALID;
	}
	if (!(real >= column->min && real <= column->max)) {
		if (load_is_filler(cell.text))
			return LC_OK;
		snprintf(why, why_bytes,
			 "%s is %.40s and must be from %g to "
			 "%g",
			 column->name, cell.text, column->min, column->max);
		return LC_INVALID;
	}
	out->present = true;
	out->real = real + 0.0; /* minus zero would be shown as such */
	return LC_OK;
}

enum lc_rc
load_value(int column, struct tsv_cell cell, struct columns_value *out,
	   char *why, size_t why_bytes)
{
	const struct columns_column *kind = &columns_table[column];

	*out = (struct columns_value){.present = false};
	if (cell.length == 0)
		return LC_OK;
	if (column != COLUMNS_NAME && load_is_unknown(cell.text))
		return LC_OK;
	if (kind->type == COLUMNS_REAL)
		return load_real(kind, cell, out, why, why_bytes);
	if (column == COLUMNS_OBJECT_TYPE &&
	    columns_find_type(cell.text, cell.length) < 0) {
		snprintf(why, why_bytes,
			 "type is \"%.40s\", which is none of "
			 "those known",
			 cell.text);
		return LC_INVALID;
	}
	out->present = true;
	out->length = (uint32_t)cell.length;
	out->text = cell.text;
	return LC_OK;
}

static enum lc_rc
load_object(struct build *build, const struct tsv *table, const int *places,
	    char *why, size_t why_bytes)
{
	struct columns_value values[COLUMNS__MAX] = {{.present = false}};
	enum lc_rc rc;

	for (int i = 0; i < COLUMNS__MAX; i++) {
		if (places[i] < 0)
			continue;
		rc = load_value(i, tsv_cell(table, (size_t)places[i]),
				&values[i], why, why_bytes);
		if (rc != LC_OK)
			return rc;
	}
	rc = build_add(build, values);
	if (rc != LC_OK)
		snprintf(why, why_bytes, "%s", build_why(build));
	return rc;
}

static enum lc_rc
load_alias(struct build *build, const struct tsv *table, const int *places,
	   char *why, size_t why_bytes)
{
	struct tsv_cell alias = tsv_cell(table, (size_t)places[0]);
	struct tsv_cell name = tsv_cell(table, (size_t)places[1]);
	enum lc_rc rc = build_add_alias(build, alias.text, alias.length,
					name.text, name.length);

	if (rc != LC_OK)
		snprintf(why, why_bytes, "%s", build_why(build));
	return rc == LC_NOT_FOUND ? LC_INVALID : rc;
}

static void
load_say_bad(const struct load_report *report, struct load_counts *counts,
	     const struct tsv *table, const char *why)
{
	counts->skipped++;
	if (report->bad_row != NULL)
		report->bad_row(report->context, tsv_line(table), why);
}

/* Takes each row; the rest of the table goes on after a bad one. */
static enum lc_rc
load_rows(struct build *build, struct tsv *table, const int *places,
	  enum lc_rc (*take)(struct build *, const struct tsv *, const int *,
			     char *, size_t),
	  const struct load_report *report, struct load_counts *counts,
	  char *why, size_t why_bytes)
{
	enum tsv_result result;

	*counts = (struct load_counts){.rows = 0};
	while ((result = tsv_next(table)) != TSV_END) {
		enum lc_rc rc = LC_INVALID;

		if (result == TSV_FAILED) {
			snprintf(why, why_bytes, "%s", tsv_why(table));
			return LC_UNAVAILABLE;
		}
		if (result == TSV_BAD)
			snprintf(why, why_bytes, "%s", tsv_why(table));
		else
			rc = take(build, table, places, why, why_bytes);
		if (rc == LC_OK)
			counts->rows++;
		else if (rc == LC_INVALID)
			load_say_bad(report, counts, table, why);
		else
			return rc;
		if (report->progress != NULL &&
		    (counts->rows + counts->skipped) % LOAD_PROGRESS_EVERY == 0)
			report->progress(report->context, table);
	}
	return LC_OK;
}

static enum lc_rc
load_need(const struct tsv *table, const char *column, char *why,
	  size_t why_bytes)
{
	if (tsv_find(table, column) >= 0)
		return LC_OK;
	snprintf(why, why_bytes, "the header has no column \"%s\"", column);
	return LC_INVALID;
}

enum lc_rc
load_objects(struct build *build, struct tsv *table,
	     const struct load_report *report, struct load_counts *counts,
	     char *why, size_t why_bytes)
{
	int places[COLUMNS__MAX];
	enum lc_rc rc = load_need(table, "name", why, why_bytes);

	if (rc == LC_OK)
		rc = load_need(table, "ra_deg", why, why_bytes);
	if (rc == LC_OK)
		rc = load_need(table, "dec_deg", why, why_bytes);
	if (rc != LC_OK)
		return rc;
	for (int i = 0; i < COLUMNS__MAX; i++)
		places[i] = tsv_find(table, columns_table[i].name);
	return load_rows(build, table, places, load_object, report, counts, why,
			 why_bytes);
}

enum lc_rc
load_aliases(struct build *build, struct tsv *table,
	     const struct load_report *report, struct load_counts *counts,
	     char *why, size_t why_bytes)
{
	const int places[] = {tsv_find(table, "alias"),
			      tsv_find(table, "name")};
	enum lc_rc rc = load_need(table, "alias", why, why_bytes);

	if (rc == LC_OK)
		rc = load_need(table, "name", why, why_bytes);
	if (rc != LC_OK)
		return rc;
	return load_rows(build, table, places, load_alias, report, counts, why,
			 why_bytes);
}
