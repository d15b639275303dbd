#include "sky/table_text.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"

static const char delimiters[] = "\t,;|";

static LC_PRINTF(2, 3) enum lc_rc
	header_refuse(struct table_text *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(text->table.why, sizeof(text->table.why), format, list);
	va_end(list);
	return LC_INVALID;
}

static enum lc_rc
header_no_memory(struct table_text *text)
{
	(void)header_refuse(text, "out of memory");
	return LC_NO_MEMORY;
}

/* What a failed reading is called. */
static enum lc_rc
header_read_rc(struct table_text *text, bool read)
{
	if (read)
		return LC_OK;
	(void)header_refuse(text, "%s", strerror(errno));
	return LC_UNAVAILABLE;
}

static struct table_place
place_now(const struct table_source *source)
{
	return (struct table_place){table_source_offset(source), source->line};
}

/* False, with errno, if it cannot be read. */
static bool
place_go(struct table_source *source, struct table_place place)
{
	table_source_go(source, place.offset, place.line);
	return table_source_ready(source);
}

/* ---- where the header is */

/*
 * Whether the line is made of these characters only; of the first of them it
 * must have so many.
 */
static bool
line_is_of(const struct table_source *source, const char *characters,
	   size_t least)
{
	size_t found = 0;

	for (const char *at = source->at; at < source->end; at++) {
		if (*at == source->line_end)
			break;
		if (*at == '\0' || strchr(characters, *at) == NULL)
			return false;
		found += *at == characters[0];
	}
	return found >= least;
}

/* What comes before a header, other than comments. */
static bool
line_is_before(struct table_text *text)
{
	const struct table_source *source = &text->source;
	const char *line = source->at;

	if (line_is_of(source, " \t\r", 0) || line_is_of(source, "-+", 3))
		return true;
	/* Shorter lines end in a line's end, which is none of `delimiters`. */
	if (strncmp(line, "sep=", 4) != 0 || line[4] == '\0' ||
	    strchr(delimiters, line[4]) == NULL ||
	    (line[5] != '\r' && line[5] != '\n'))
		return false;
	text->split.delimiter = line[4];
	return true;
}

/*
 * Finds the first line that may be a header, and the last comment before
 * that says something.
 */
static enum lc_rc
header_find(struct table_text *text, struct table_place *header,
	    struct table_place *comment)
{
	struct table_source *source = &text->source;
	bool read = true;

	while (read) {
		read = table_source_ready(source);
		if (!read)
			break;
		if (source->at == source->end)
			return header_refuse(text,
					     "the file has no header line");
		if (*source->at != '#' && !line_is_before(text))
			break;
		if (*source->at == '#' && !line_is_of(source, "#-=+ \t\r", 1))
			*comment = place_now(source);
		read = table_source_skip(source);
	}
	*header = place_now(source);
	return header_read_rc(text, read);
}

/*
 * Parts the line with the delimiter that makes most cells of it, or with
 * that which "sep=" has set.
 */
static enum table_fault
header_split(struct table_text *text, char set)
{
	struct table_source *source = &text->source;
	struct table_split *split = &text->split;
	enum table_fault fault, first = TABLE_FAULT_NONE;
	char best = set != '\0' ? set : ',';
	size_t most = 1;

	for (const char *at = delimiters; set == '\0' && *at != '\0'; at++) {
		split->delimiter = *at;
		fault = table_split_row(split, source->at, source->end);
		if (first == TABLE_FAULT_NONE)
			first = fault;
		if (fault == TABLE_FAULT_NONE && split->count > most) {
			most = split->count;
			best = *at;
		}
	}
	split->delimiter = best;
	fault = table_split_row(split, source->at, source->end);
	return most == 1 && first != TABLE_FAULT_NONE ? first : fault;
}

/*
 * "10.5", "-41:16:09" and "00 42 44" look like values, and so does "70", but
 * that may name a column too.
 */
static bool
cell_is_value(const struct table_cell *cell, bool or_name)
{
	bool digit = false, other = or_name;

	for (size_t i = 0; i < cell->length; i++) {
		char c = cell->text[i];

		digit |= text_is_digit(c);
		other |= !text_is_digit(c);
		if (!text_is_digit(c) && !text_is_space(c) &&
		    (c == '\0' || strchr("+-.:eE", c) == NULL))
			return false;
	}
	return digit && other;
}

static size_t
values_count(const struct table_split *split, bool or_name)
{
	size_t values = 0;

	for (size_t i = 0; i < split->count && i < TABLE_SPLIT_CELLS; i++)
		values += cell_is_value(&split->cells[i], or_name);
	return values;
}

/* Whether the comment names the columns of the row; its cells are found. */
static bool
comment_fits(struct table_text *text, struct table_place row,
	     struct table_place comment, char set)
{
	struct table_source *source = &text->source;
	struct table_split *split = &text->split;
	size_t count;

	if (!place_go(source, comment) ||
	    header_split(text, set) != TABLE_FAULT_NONE ||
	    values_count(split, true) > 0)
		return false;
	count = split->count;
	return place_go(source, row) &&
	       table_split_row(split, source->at, source->end) ==
		       TABLE_FAULT_NONE &&
	       split->count == count && place_go(source, comment) &&
	       table_split_row(split, source->at, source->end) ==
		       TABLE_FAULT_NONE;
}

/*
 * Finds the cells of the header, which is the row, or the comment before it;
 * then *row is the place after.
 */
static enum lc_rc
header_choose(struct table_text *text, struct table_place *row,
	      struct table_place comment)
{
	struct table_source *source = &text->source;
	struct table_split *split = &text->split;
	const char set = split->delimiter;
	enum table_fault fault;

	split->line_end = source->line_end;
	fault = header_split(text, set);
	if (fault == TABLE_FAULT_NONE && comment.line > 0 &&
	    values_count(split, true) > 0) {
		comment.offset++;
		if (comment_fits(text, *row, comment, set)) {
			(void)table_split_finish(split, source->at);
			return LC_OK;
		}
		if (!place_go(source, *row))
			return header_read_rc(text, false);
		fault = header_split(text, set);
	}
	if (fault != TABLE_FAULT_NONE)
		return header_refuse(text, "the header %s",
				     table_split_why(fault));
	(void)table_split_finish(split, source->at);
	source->at = split->end;
	source->line += split->line_ends;
	*row = place_now(source);
	return LC_OK;
}

/* ---- what it says */

/* "mag", and "mag_2" for one whose name another column has. */
static const char *
name_make(struct table_text *text, const struct table_cell *cell,
	  unsigned *repeats)
{
	struct table *table = &text->table;
	const char *name, *first;
	size_t length;
	int other;

	if (cell->present)
		name = arena_dup(&text->arena, cell->text, cell->length);
	else
		name = arena_printf(&text->arena, "column_%zu",
				    table->count + 1);
	if (name == NULL)
		return NULL;
	length = strlen(name);
	other = table_find(table, name, length);
	if (other < 0)
		return name;
	first = name;
	do {
		/* One past what was found to be taken the last time. */
		unsigned number = 2 + repeats[other]++;

		name = arena_printf(&text->arena, "%s_%u", first, number);
	} while (name != NULL && table_find(table, name, strlen(name)) >= 0);
	return name;
}

static enum lc_rc
header_name(struct table_text *text, size_t count)
{
	unsigned repeats[TABLE_COLUMNS_MAX] = {0};
	struct table *table = &text->table;

	for (size_t i = 0; i < count; i++) {
		struct table_column *column = &text->columns[i];

		column->name = name_make(
			text, &text->split.cells[i + text->framed], repeats);
		if (column->name == NULL)
			return header_no_memory(text);
		column->unit = column->ucd = column->doc = "";
		table->count++;
	}
	return LC_OK;
}

/* Whether these cells can be a header, and how many columns it names. */
static enum lc_rc
header_check(struct table_text *text, size_t *count)
{
	const struct table_split *split = &text->split;
	const struct table_cell *cells = split->cells;
	size_t filled = 0;

	text->framed = split->delimiter == '|' && split->count >= 3 &&
		       split->count <= TABLE_SPLIT_CELLS && !cells->present &&
		       !cells[split->count - 1].present;
	*count = split->count - (text->framed ? 2 : 0);
	if (cells->text[0] == '\\')
		return header_refuse(text, "the file is an IPAC table: save it "
					   "as CSV or VOTable");
	if (*count > TABLE_COLUMNS_MAX)
		return header_refuse(text,
				     "the header has more than %d columns",
				     TABLE_COLUMNS_MAX);
	for (size_t i = 0; i < split->count; i++)
		filled += cells[i].present;
	if (2 * values_count(split, false) > filled ||
	    values_count(split, true) == filled)
		return header_refuse(text, "the first line must name the "
					   "columns");
	if (*count > 1)
		return LC_OK;
	if (memchr(cells[0].text, ' ', cells[0].length) != NULL)
		return header_refuse(
			text, "the header has no tab, comma, semicolon or '|' "
			      "between columns: if spaces are between them, "
			      "save the table as CSV or VOTable");
	return header_refuse(text, "the header names no more than one column");
}

/* ---- what may follow it */

/* A line of dashes, a run of them for each column. */
static bool
line_is_rule(const struct table_text *text)
{
	const struct table_source *source = &text->source;

	return source->at < source->end &&
	       line_is_of(source, "-+=:| \t;,\r", 2 * text->table.count);
}

static enum lc_rc
units_take(struct table_text *text)
{
	const struct table_split *split = &text->split;

	for (size_t i = 0; i < text->table.count; i++) {
		const struct table_cell *cell = &split->cells[i + text->framed];
		char *unit = arena_dup(&text->arena, cell->text, cell->length);

		if (unit == NULL)
			return header_no_memory(text);
		text->columns[i].unit = unit;
	}
	return LC_OK;
}

/* Goes past a rule, and past the units before it, which it takes. */
static enum lc_rc
header_rule(struct table_text *text)
{
	struct table_source *source = &text->source;
	struct table_split *split = &text->split;
	const struct table_place first = place_now(source);
	bool read = table_source_ready(source), rule = false;
	enum lc_rc rc = LC_OK;

	if (read && source->at < source->end && !line_is_rule(text)) {
		read = table_source_skip(source) && table_source_ready(source);
		rule = read && line_is_rule(text);
		read = read && place_go(source, first);
		if (!read || !rule ||
		    table_split_row(split, source->at, source->end) !=
			    TABLE_FAULT_NONE ||
		    split->count != text->table.count + 2 * text->framed)
			return header_read_rc(text, read);
		(void)table_split_finish(split, source->at);
		rc = units_take(text);
		source->at = split->end;
		source->line += split->line_ends;
		read = table_source_ready(source);
	}
	if (rc == LC_OK && read && line_is_rule(text))
		read = table_source_skip(source);
	return rc == LC_OK ? header_read_rc(text, read) : rc;
}

enum lc_rc
table_header_read(struct table_text *text)
{
	struct table_source *source = &text->source;
	struct table_place row = {0, 0}, comment = {0, 0};
	size_t count = 0;
	enum lc_rc rc;

	rc = header_read_rc(text,
			    table_source_begin(source, fileno(text->file)));
	if (rc == LC_OK)
		rc = header_find(text, &row, &comment);
	if (rc == LC_OK)
		rc = header_choose(text, &row, comment);
	if (rc == LC_OK)
		rc = header_check(text, &count);
	if (rc == LC_OK)
		rc = header_name(text, count);
	if (rc == LC_OK)
		rc = header_read_rc(text, place_go(source, row));
	return rc == LC_OK ? header_rule(text) : rc;
}
