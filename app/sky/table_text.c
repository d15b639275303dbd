#include "sky/table_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static enum table_result
text_failed(struct table_text *text)
{
	snprintf(text->table.why, sizeof(text->table.why), "%s",
		 strerror(errno));
	return TABLE_FAILED;
}

/* A row of one cell that holds nothing is a blank line. */
static bool
row_is_blank(const struct table_split *split)
{
	const struct table_cell *cell = split->cells;

	for (size_t i = 0; i < cell->length; i++)
		if (!text_is_space(cell->text[i]))
			return false;
	return split->count == 1;
}

/* Says why a row without a fault does not fit the header. */
static bool
row_fits(struct table_text *text)
{
	const struct table_split *split = &text->split;
	struct table *table = &text->table;
	size_t frame = text->framed ? 2 : 0;

	if (split->count != table->count + frame) {
		snprintf(table->why, sizeof(table->why),
			 "the row has %zu cells, the header %zu",
			 split->count > frame ? split->count - frame : 1,
			 table->count);
		return false;
	}
	if (text->framed && (split->cells[0].present ||
			     split->cells[table->count + 1].present)) {
		snprintf(table->why, sizeof(table->why),
			 "the row does not begin and end with '|'");
		return false;
	}
	return true;
}

/* Takes the row at which the source stands; TABLE_END if it is none. */
static enum table_result
row_take(struct table_text *text)
{
	struct table_source *source = &text->source;
	struct table_split *split = &text->split;
	struct table *table = &text->table;
	char *row = source->at;
	enum table_fault fault = table_split_row(split, row, source->end);
	bool converted;

	if (fault == TABLE_FAULT_NONE || fault == TABLE_FAULT_NUL) {
		source->at = split->end;
		source->line += split->line_ends;
	} else if (!table_source_skip(source)) {
		return text_failed(text);
	}
	table->bytes_read = table_source_offset(source);
	if (fault != TABLE_FAULT_NONE) {
		snprintf(table->why, sizeof(table->why), "the row %s",
			 table_split_why(fault));
		return TABLE_BAD;
	}
	if (row_is_blank(split))
		return TABLE_END;
	converted = table_split_finish(split, row);
	if (!row_fits(text))
		return TABLE_BAD;
	table->converted += converted;
	return TABLE_ROW;
}

/* Comments, and the rules that database clients draw around tables. */
static bool
line_is_skipped(const struct table_text *text)
{
	const char *line = text->source.at;

	return *line == '#' ||
	       (*line == '+' && line[1] == '-' && text->split.delimiter == '|');
}

static enum table_result
text_next(struct table *table)
{
	struct table_text *text = (struct table_text *)table;
	struct table_source *source = &text->source;
	enum table_result result = TABLE_END;

	while (result == TABLE_END) {
		if (!table_source_ready(source))
			return text_failed(text);
		if (source->at == source->end) {
			table->bytes_read = table_source_offset(source);
			return TABLE_END;
		}
		table->line = source->line;
		if (!line_is_skipped(text))
			result = row_take(text);
		else if (!table_source_skip(source))
			return text_failed(text);
	}
	return result;
}

static enum lc_rc
text_rewind(struct table *table)
{
	struct table_text *text = (struct table_text *)table;

	table_source_go(&text->source, text->first_row.offset,
			text->first_row.line);
	table->line = 0;
	table->converted = 0;
	table->bytes_read = text->first_row.offset;
	return LC_OK;
}

static void
text_close(struct table *table)
{
	struct table_text *text = (struct table_text *)table;

	fclose(text->file);
	arena_release(&text->arena);
	free(text);
}

static const struct table_methods *
text_methods(char delimiter)
{
	static const struct table_methods commas = {"CSV", text_next,
						    text_rewind, text_close};
	static const struct table_methods tabs = {"TSV", text_next, text_rewind,
						  text_close};
	static const struct table_methods semicolons = {
		"CSV with semicolons", text_next, text_rewind, text_close};
	static const struct table_methods bars = {"text with bars", text_next,
						  text_rewind, text_close};

	switch (delimiter) {
	case '\t':
		return &tabs;
	case ';':
		return &semicolons;
	case '|':
		return &bars;
	default:
		return &commas;
	}
}

enum lc_rc
table_text_open(FILE *file, struct table **out, char *why, size_t why_bytes)
{
	struct table_text *text = calloc(1, sizeof(*text));
	struct table *table;
	enum lc_rc rc;

	if (text == NULL) {
		snprintf(why, why_bytes, "out of memory");
		fclose(file);
		return LC_NO_MEMORY;
	}
	table = &text->table;
	text->file = file;
	arena_init(&text->arena, NULL, 0);
	table->columns = text->columns;
	for (size_t i = 0; i < TABLE_FACT__MAX; i++)
		table->facts[i] = "";
	rc = table_header_read(text);
	if (rc != LC_OK) {
		snprintf(why, why_bytes, "%s", table->why);
		text_close(table);
		return rc;
	}
	table->methods = text_methods(text->split.delimiter);
	table->cells = text->split.cells + text->framed;
	text->first_row = (struct table_place){
		table_source_offset(&text->source), text->source.line};
	rc = text_rewind(table);
	if (rc == LC_OK)
		*out = table;
	return rc;
}
