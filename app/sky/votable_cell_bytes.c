#include "sky/votable_cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/shortest.h"
#include "base/single.h"
#include "base/text.h"

_Static_assert(2 * SHORTEST_MAX + 2 < VOTABLE_ROOM_BEYOND,
	       "an element's text may begin just before the room's end");

static uint64_t
bytes_number(const unsigned char *bytes, unsigned count)
{
	uint64_t number = 0;

	while (count-- > 0)
		number = number << 8 | *bytes++;
	return number;
}

static int64_t
bytes_integer(const struct votable_field *field, const unsigned char *bytes)
{
	switch (field->datatype) {
	case VOTABLE_BYTE:
		return bytes[0];
	case VOTABLE_SHORT:
		return (int16_t)bytes_number(bytes, 2);
	case VOTABLE_INT:
		return (int32_t)bytes_number(bytes, 4);
	default:
		return (int64_t)bytes_number(bytes, 8);
	}
}

static double
bytes_double(const unsigned char *bytes)
{
	uint64_t bits = bytes_number(bytes, 8);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static double
bytes_float(const unsigned char *bytes)
{
	uint32_t bits = (uint32_t)bytes_number(bytes, 4);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return single_shortest(value);
}

/* 'T', 'F', or '?' for null; NUL for what is no boolean. */
static char
byte_truth(unsigned char byte)
{
	switch (byte) {
	case 'T':
	case 't':
	case '1':
		return 'T';
	case 'F':
	case 'f':
	case '0':
		return 'F';
	case '?':
	case ' ':
	case '\0':
		return '?';
	default:
		return '\0';
	}
}

static bool
bit_at(const unsigned char *bytes, uint32_t i)
{
	return (bytes[i / 8] >> (7 - i % 8) & 1) != 0;
}

static char *
real_write(double value, char *at)
{
	if (isfinite(value))
		return at + shortest_format(value, at);
	memcpy(at, isnan(value) ? "NaN" : value > 0 ? "Inf" : "-Inf", 4);
	return at + (value < 0 ? 4 : 3);
}

/* Writes the element `i` of an array, as a TD would have it. */
static char *
element_write(const struct votable_field *field, const unsigned char *bytes,
	      uint32_t i, char *at)
{
	const unsigned char *element =
		bytes + (size_t)i * votable_field_element_bytes(field);
	char truth;

	switch (field->datatype) {
	case VOTABLE_BOOLEAN:
		truth = byte_truth(*element);
		*at++ = truth == '\0' ? '?' : truth;
		return at;
	case VOTABLE_BIT:
		*at++ = bit_at(bytes, i) ? '1' : '0';
		return at;
	case VOTABLE_FLOAT:
		return real_write(bytes_float(element), at);
	case VOTABLE_DOUBLE:
		return real_write(bytes_double(element), at);
	case VOTABLE_FLOAT_COMPLEX:
		at = real_write(bytes_float(element), at);
		*at++ = ' ';
		return real_write(bytes_float(element + 4), at);
	case VOTABLE_DOUBLE_COMPLEX:
		at = real_write(bytes_double(element), at);
		*at++ = ' ';
		return real_write(bytes_double(element + 8), at);
	default:
		return at +
		       shortest_format_int64(bytes_integer(field, element), at);
	}
}

static bool
cell_no_room(char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, VOTABLE_ROW_TOO_LARGE);
	return false;
}

static bool
cell_list(const struct votable_field *field, const unsigned char *bytes,
	  uint32_t elements, struct votable_room *room, struct table_cell *cell,
	  char *why, size_t why_bytes)
{
	char *const start = room->at;
	char *at = start;

	for (uint32_t i = 0; i < elements; i++) {
		if (at >= room->end)
			return cell_no_room(why, why_bytes);
		if (i > 0 && field->datatype != VOTABLE_BIT)
			*at++ = ' ';
		at = element_write(field, bytes, i, at);
	}
	if (at >= room->end)
		return cell_no_room(why, why_bytes);
	votable_cell_set_text(field, start, (size_t)(at - start), cell);
	room->at = at + 1;
	return true;
}

/* Writes a character in UTF-8. */
static char *
character_write(uint32_t c, char *at)
{
	if (c < 0x80) {
		*at++ = (char)c;
	} else if (c < 0x800) {
		*at++ = (char)(0xc0 | c >> 6);
		*at++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*at++ = (char)(0xe0 | c >> 12);
		*at++ = (char)(0x80 | (c >> 6 & 0x3f));
		*at++ = (char)(0x80 | (c & 0x3f));
	} else {
		*at++ = (char)(0xf0 | c >> 18);
		*at++ = (char)(0x80 | (c >> 12 & 0x3f));
		*at++ = (char)(0x80 | (c >> 6 & 0x3f));
		*at++ = (char)(0x80 | (c & 0x3f));
	}
	return at;
}

/*
 * Turns UTF-16 into UTF-8, three bytes at most for two; NULL when halves of
 * a pair stand alone.
 */
static char *
unicode_read(const unsigned char *bytes, uint32_t elements, char *at)
{
	for (uint32_t i = 0; i < elements; i++) {
		uint32_t c = (uint32_t)bytes_number(bytes + 2 * (size_t)i, 2);
		uint32_t low;

		if (c >= 0xdc00 && c <= 0xdfff)
			return NULL;
		if (c >= 0xd800 && c <= 0xdbff) {
			if (++i == elements)
				return NULL;
			low = (uint32_t)bytes_number(bytes + 2 * (size_t)i, 2);
			if (low < 0xdc00 || low > 0xdfff)
				return NULL;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
		at = character_write(c, at);
	}
	return at;
}

/*
 * A char is ASCII by the standard; STILTS writes Latin-1, and others UTF-8.
 */
static char *
char_read(const unsigned char *bytes, uint32_t elements, char *at)
{
	if (elements == 0)
		return at;
	if (text_is_utf8((const char *)bytes, elements)) {
		memcpy(at, bytes, elements);
		return at + elements;
	}
	for (uint32_t i = 0; i < elements; i++)
		at = character_write(bytes[i], at);
	return at;
}

static bool
cell_characters(const struct votable_field *field, const unsigned char *bytes,
		uint32_t elements, struct votable_room *room,
		struct table_cell *cell, char *why, size_t why_bytes)
{
	const bool unicode = field->datatype == VOTABLE_UNICODE;
	char *const start = room->at;
	char *end, *nul;
	size_t length;

	end = unicode ? unicode_read(bytes, elements, start) :
			char_read(bytes, elements, start);
	if (end == NULL) {
		snprintf(why, why_bytes, "%.60s is not UTF-16", field->name);
		return false;
	}
	/* A NUL ends a text, and each of those in a grid. */
	for (length = (size_t)(end - start);
	     (nul = memchr(start, '\0', length)) != NULL;) {
		if (field->grid)
			*nul = ' ';
		else
			length = (size_t)(nul - start);
	}
	votable_cell_set_text(field, start, length, cell);
	if (cell->length >= (size_t)(room->end - start))
		return cell_no_room(why, why_bytes);
	memmove(start, cell->text, cell->length + 1);
	cell->text = start;
	room->at = start + cell->length + 1;
	return true;
}

static bool
cell_truth(const struct votable_field *field, unsigned char byte,
	   struct table_cell *cell, char *why, size_t why_bytes)
{
	char truth = byte_truth(byte);

	if (truth == '\0') {
		snprintf(why, why_bytes,
			 "%.60s has the byte 0x%02x, which is no boolean",
			 field->name, byte);
		return false;
	}
	cell->present = truth != '?';
	cell->truth = truth == 'T';
	return true;
}

bool
votable_cell_bytes(const struct votable_field *field,
		   const unsigned char *bytes, uint32_t elements,
		   struct votable_room *room, struct table_cell *cell,
		   char *why, size_t why_bytes)
{
	cell->present = true;
	switch (field->type) {
	case TABLE_INTEGER:
		cell->integer = bytes_integer(field, bytes);
		break;
	case TABLE_REAL:
		cell->real = bytes_double(bytes);
		cell->present = isfinite(cell->real);
		break;
	case TABLE_SINGLE:
		cell->real = bytes_float(bytes);
		cell->present = isfinite(cell->real);
		break;
	case TABLE_BOOL:
		/* The first bit by the standard, the fifth by astropy. */
		if (field->datatype == VOTABLE_BIT)
			cell->truth = *bytes != 0;
		else if (!cell_truth(field, *bytes, cell, why, why_bytes))
			return false;
		break;
	default:
		if (votable_field_is_text(field))
			return cell_characters(field, bytes, elements, room,
					       cell, why, why_bytes);
		return cell_list(field, bytes, elements, room, cell, why,
				 why_bytes);
	}
	if (cell->present && votable_cell_is_null(field, cell))
		cell->present = false;
	return true;
}
