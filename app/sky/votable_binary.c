#include "sky/votable_binary.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { COUNT_BYTES = 4 };

void
votable_binary_init(struct votable_binary *binary,
		    const struct votable_field *fields, size_t count,
		    bool nulls)
{
	buf_init(&binary->text);
	buf_init(&binary->bytes);
	binary->fields = fields;
	binary->count = count;
	binary->nulls = nulls;
	votable_binary_reset(binary);
}

void
votable_binary_release(struct votable_binary *binary)
{
	buf_release(&binary->text);
	buf_release(&binary->bytes);
}

static void
binary_begin_row(struct votable_binary *binary)
{
	binary->row = binary->at;
	binary->field = 0;
	binary->begun = binary->counted = binary->oversize = false;
}

void
votable_binary_reset(struct votable_binary *binary)
{
	base64_init(&binary->decoder);
	buf_reset(&binary->text);
	buf_reset(&binary->bytes);
	binary->text_at = binary->at = 0;
	binary->row_number = 0;
	binary->text_line = binary->line = binary->row_line = 0;
	binary_begin_row(binary);
}

void
votable_binary_add(struct votable_binary *binary, const char *text,
		   size_t length, int64_t line)
{
	if (binary->text_at == binary->text.length) {
		/* A failure must be told, not forgotten. */
		if (!binary->text.failed)
			buf_reset(&binary->text);
		binary->text_at = 0;
		binary->text_line = line;
	}
	buf_add(&binary->text, text, length);
}

/* Decodes the text's next line; false when there is none, or it is wrong. */
static bool
binary_decode_line(struct votable_binary *binary)
{
	size_t length = binary->text.length - binary->text_at, bad = 0;
	const char *text, *newline;
	char *room;

	if (length == 0 || binary->text.failed)
		return false;
	text = binary->text.bytes + binary->text_at;
	newline = memchr(text, '\n', length);
	if (newline != NULL)
		length = (size_t)(newline - text) + 1;
	if (binary->row > 0) {
		binary->bytes.length -= binary->row;
		memmove(binary->bytes.bytes, binary->bytes.bytes + binary->row,
			binary->bytes.length);
		binary->at -= binary->row;
		binary->row = 0;
	}
	room = buf_room(&binary->bytes, BASE64_ROOM(length));
	if (room == NULL)
		return false;
	binary->line = binary->text_line;
	binary->bytes.length += base64_decode(&binary->decoder, text, length,
					      (unsigned char *)room, &bad);
	if (binary->decoder.failed) {
		binary->text_at += bad;
		return false;
	}
	binary->text_at += length;
	binary->text_line += newline != NULL;
	return true;
}

/*
 * Passes over the bytes that are left of a field, as far as they are there.
 * Those of a row that is too large are let go.
 */
static bool
binary_pass(struct votable_binary *binary)
{
	size_t there = binary->bytes.length - binary->at;
	size_t taken = binary->left < there ? (size_t)binary->left : there;

	binary->at += taken;
	binary->left -= taken;
	if (binary->at - binary->row > TABLE_ROW_MAX)
		binary->oversize = true;
	if (binary->oversize)
		binary->row = binary->at;
	return binary->left == 0;
}

static uint32_t
binary_read_count(const struct votable_binary *binary)
{
	const unsigned char *at =
		(const unsigned char *)binary->bytes.bytes + binary->at;

	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

/* Finds out where the present field ends; false when that is not there yet. */
static bool
binary_measure(struct votable_binary *binary)
{
	const struct votable_field *field = &binary->fields[binary->field];
	uint32_t elements = field->elements;

	if (field->variable) {
		if (binary->bytes.length - binary->at < COUNT_BYTES)
			return false;
		elements = binary_read_count(binary);
		binary->at += COUNT_BYTES;
	}
	binary->elements[binary->field] = elements;
	binary->starts[binary->field] = (uint32_t)(binary->at - binary->row);
	binary->left = votable_field_bytes(field, elements);
	binary->counted = true;
	return true;
}

/* Goes on through the row; false when it is not there as a whole. */
static bool
binary_walk(struct votable_binary *binary)
{
	if (!binary->begun) {
		if (binary->at == binary->bytes.length)
			return false;
		binary->begun = true;
		binary->row_line = binary->line;
		binary->row_number++;
		binary->left = binary->nulls ? (binary->count + 7) / 8 : 0;
	}
	if (!binary_pass(binary))
		return false;
	while (binary->field < binary->count) {
		if (!binary->counted && !binary_measure(binary))
			return false;
		if (!binary_pass(binary))
			return false;
		binary->counted = false;
		binary->field++;
	}
	return true;
}

static bool
binary_cells(const struct votable_binary *binary, struct votable_room room,
	     struct table_cell *cells, char *why, size_t why_bytes)
{
	const unsigned char *row =
		(const unsigned char *)binary->bytes.bytes + binary->row;

	for (size_t i = 0; i < binary->count; i++) {
		if (binary->nulls && (row[i / 8] >> (7 - i % 8) & 1) != 0)
			cells[i].present = false;
		else if (!votable_cell_bytes(&binary->fields[i],
					     row + binary->starts[i],
					     binary->elements[i], &room,
					     &cells[i], why, why_bytes))
			return false;
	}
	return true;
}

static void
binary_refuse_base64(const struct votable_binary *binary, char *why,
		     size_t why_bytes)
{
	const char *at = binary->text.bytes + binary->text_at;
	size_t length = binary->text.length - binary->text_at;

	snprintf(why, why_bytes, "the base64 of its data has \"%.*s\" in it",
		 (int)text_utf8_one(at, length), at);
}

enum votable_binary_result
votable_binary_next(struct votable_binary *binary, struct votable_room room,
		    struct table_cell *cells, char *why, size_t why_bytes)
{
	bool fine;

	while (!binary_walk(binary)) {
		if (binary_decode_line(binary))
			continue;
		if (binary->text.failed || binary->bytes.failed)
			return VOTABLE_BINARY_NO_MEMORY;
		if (!binary->decoder.failed)
			return VOTABLE_BINARY_MORE;
		binary_refuse_base64(binary, why, why_bytes);
		return VOTABLE_BINARY_FAILED;
	}
	fine = !binary->oversize;
	if (fine)
		fine = binary_cells(binary, room, cells, why, why_bytes);
	else
		snprintf(why, why_bytes, VOTABLE_ROW_TOO_LARGE);
	binary_begin_row(binary);
	return fine ? VOTABLE_BINARY_ROW : VOTABLE_BINARY_BAD;
}

bool
votable_binary_complete(const struct votable_binary *binary, char *why,
			size_t why_bytes)
{
	const struct votable_field *field = &binary->fields[binary->field];

	if (!binary->begun && base64_complete(&binary->decoder))
		return true;
	if (!binary->begun)
		snprintf(why, why_bytes,
			 "the base64 of its data ends within a group of four");
	else if (binary->counted && field->variable)
		snprintf(why, why_bytes,
			 "its data end within row %lld, in %.60s, which is "
			 "said to have %lu elements",
			 (long long)binary->row_number, field->name,
			 (unsigned long)binary->elements[binary->field]);
	else
		snprintf(why, why_bytes,
			 "its data end within row %lld, in %.60s",
			 (long long)binary->row_number, field->name);
	return false;
}
