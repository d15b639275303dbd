/*
 * Tables written as CSV and TSV.
 */
#include "base/scan.h"
#include "base/text.h"
#include "sky/rows_kinds.h"

_Static_assert((int)SCAN_SLACK <= (int)ROWS_LEAD, "copying has room in a row");

static inline uint64_t
csv_odd(uint64_t bytes)
{
	return scan_outside(bytes, ' ') | scan_has(bytes, '"') |
	       scan_has(bytes, ',');
}

static inline uint64_t
tsv_odd(uint64_t bytes)
{
	return scan_outside(bytes, ' ');
}

/* Copies a character of UTF-8, or what stands for none; counts it as done. */
static char *
character_copy(char *at, const char *text, size_t length, size_t *done)
{
	size_t character = text_utf8_one(text + *done, length - *done);

	if (character == 0) {
		memcpy(at, TEXT_REPLACEMENT, 3);
		*done += 1;
		return at + 3;
	}
	memcpy(at, text + *done, character);
	*done += character;
	return at + character;
}

static bool
csv_wants_quotes(const char *text, size_t length)
{
	/* Many readers take a line that begins so for a comment. */
	if (length > 0 && *text == '#')
		return true;
	for (size_t i = 0; i < length; i++)
		if (text[i] == '"' || text[i] == ',' || text[i] == '\n' ||
		    text[i] == '\r')
			return true;
	return false;
}

static char *
csv_text(char *at, const char *text, size_t length)
{
	size_t done = 0;
	bool quotes;

	if (scan_copy(at, text, length, csv_odd) == length &&
	    (length == 0 || *text != '#'))
		return at + length;
	quotes = csv_wants_quotes(text, length);
	if (quotes)
		*at++ = '"';
	while (done < length) {
		if (text[done] == '"')
			*at++ = '"';
		at = character_copy(at, text, length, &done);
	}
	if (quotes)
		*at++ = '"';
	return at;
}

static char *
tsv_text(char *at, const char *text, size_t length)
{
	size_t done = scan_copy(at, text, length, tsv_odd);

	at += done;
	while (done < length) {
		char c = text[done];

		at = character_copy(at, text, length, &done);
		if (c == '\t' || c == '\n' || c == '\r')
			at[-1] = ' ';
	}
	return at;
}

static const struct rows_style csv_style = {
	.text = csv_text,
	.list = csv_text,
	.truth = {"false", "true"},
};

static const struct rows_style tsv_style = {
	.text = tsv_text,
	.list = tsv_text,
	.truth = {"false", "true"},
};

static size_t
csv_lead(char *room, const struct rows_cell *cell, bool first)
{
	(void)cell;
	*room = ',';
	return first ? 0 : 1;
}

static size_t
tsv_lead(char *room, const struct rows_cell *cell, bool first)
{
	(void)cell;
	*room = '\t';
	return first ? 0 : 1;
}

/* One text as a cell would have it. */
static void
text_add(struct buf *out, const char *text, const struct rows_style *style)
{
	size_t length = strlen(text);
	char *room = buf_room(out, ROWS_ESCAPE_MOST * length + ROWS_LEAD);

	if (room != NULL)
		out->length += (size_t)(style->text(room, text, length) - room);
}

static void
names_add(struct rows *rows, const struct rows_style *style)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct rows_cell *cell = &rows->cells[i];

		buf_add(rows->out, cell->lead, cell->lead_length);
		text_add(rows->out, cell->column->name, style);
	}
	buf_add(rows->out, "\r\n", 2);
}

static void
csv_begin(struct rows *rows)
{
	names_add(rows, &csv_style);
}

static void
tsv_begin(struct rows *rows)
{
	names_add(rows, &tsv_style);
}

static inline __attribute__((always_inline)) char *
text_row(const struct rows *rows, char *at, const struct columns_value *values,
	 double separation_deg, const struct rows_style *style)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct rows_cell *cell = &rows->cells[i];

		*at = *cell->lead;
		at += cell->lead_length;
		if (rows_present(cell, values))
			at = rows_value(at, cell, values, separation_deg,
					style);
	}
	memcpy(at, "\r\n", 2);
	return at + 2;
}

static char *
csv_row(struct rows *rows, char *at, const struct columns_value *values,
	double separation_deg)
{
	return text_row(rows, at, values, separation_deg, &csv_style);
}

static char *
tsv_row(struct rows *rows, char *at, const struct columns_value *values,
	double separation_deg)
{
	return text_row(rows, at, values, separation_deg, &tsv_style);
}

/* A line of its own: whatever the message holds, it ends where it ends. */
static void
text_end(struct rows *rows, bool overflow, const char *error)
{
	(void)overflow;
	if (error == NULL)
		return;
	buf_add_text(rows->out, "# error: ");
	text_add(rows->out, error, &tsv_style);
	buf_add(rows->out, "\r\n", 2);
}

static void
text_error(const char *message, struct buf *out, const struct rows_style *style)
{
	buf_add_text(out, "error\r\n");
	text_add(out, message, style);
	buf_add(out, "\r\n", 2);
}

static void
csv_error(const char *message, struct buf *out)
{
	text_error(message, out, &csv_style);
}

static void
tsv_error(const char *message, struct buf *out)
{
	text_error(message, out, &tsv_style);
}

const struct rows_method rows_csv = {
	.media_type = "text/csv; charset=utf-8; header=present",
	.lead = csv_lead,
	.begin = csv_begin,
	.row = csv_row,
	.end = text_end,
	.error = csv_error,
};

const struct rows_method rows_tsv = {
	.media_type = "text/tab-separated-values; charset=utf-8",
	.lead = tsv_lead,
	.begin = tsv_begin,
	.row = tsv_row,
	.end = text_end,
	.error = tsv_error,
};
