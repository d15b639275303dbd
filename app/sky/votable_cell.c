#include "sky/votable_cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/single.h"
#include "base/text.h"

enum { SHOWN_MAX = 40 }; /* bytes of a wrong value that are shown */

static bool
cell_refuse(const struct votable_field *field, const char *text, size_t length,
	    const char *words, char *why, size_t why_bytes)
{
	size_t shown = text_utf8_cut(text, length, SHOWN_MAX);

	snprintf(why, why_bytes, "%.60s is \"%.*s%s\", which %s %s",
		 field->name, (int)shown, text, shown < length ? "..." : "",
		 words, votable_field_datatype(field));
	return false;
}

/* Whether the text is one of the words, of which NULL is the last. */
static bool
text_is_among(const char *text, const char *const *words)
{
	while (*words != NULL && !text_equal_nocase(*words, text))
		words++;
	return *words != NULL;
}

/* "0x" and digits: the bits of an integer of the datatype. */
static enum number_fault
hexadecimal_read(const struct votable_field *field, const char *text,
		 size_t length, int64_t *out)
{
	unsigned bits = 8 * votable_field_element_bytes(field);
	uint64_t value = 0;

	if (length < 3)
		return NUMBER_SYNTAX;
	for (size_t i = 2; i < length; i++) {
		char c = text_lower(text[i]);
		bool letter = c >= 'a' && c <= 'f';

		if (!letter && !text_is_digit(c))
			return NUMBER_SYNTAX;
		if (value >> (bits - 4) != 0)
			return NUMBER_RANGE;
		value = value << 4 |
			(uint64_t)(letter ? c - 'a' + 10 : c - '0');
	}
	/* A short's 0xFFFF is -1; an unsigned byte's 0xFF is 255. */
	if (field->datatype != VOTABLE_BYTE && value >> (bits - 1) != 0) {
		value = ~value & (UINT64_MAX >> (64 - bits));
		*out = -(int64_t)value - 1;
	} else {
		*out = (int64_t)value;
	}
	return NUMBER_OK;
}

static enum number_fault
integer_read(const struct votable_field *field, const char *text, size_t length,
	     struct table_cell *cell)
{
	enum number_fault fault;
	int64_t least, most;

	if (text[0] == '0' && text_lower(text[1]) == 'x')
		return hexadecimal_read(field, text, length, &cell->integer);
	fault = number_parse_int64(text, length, &cell->integer);
	if (fault != NUMBER_OK)
		return fault;
	votable_field_range(field, &least, &most);
	return cell->integer < least || cell->integer > most ? NUMBER_RANGE :
							       NUMBER_OK;
}

static enum number_fault
real_read(const struct votable_field *field, const char *text, size_t length,
	  struct table_cell *cell)
{
	static const char *const not_finite[] = {"nan", "inf", "infinity",
						 NULL};
	enum number_fault fault =
		number_parse_double(text, length, &cell->real);
	float single;

	if (fault == NUMBER_SYNTAX) {
		text += *text == '+' || *text == '-';
		if (!text_is_among(text, not_finite))
			return fault;
		cell->present = false;
		return NUMBER_OK;
	}
	if (fault != NUMBER_OK || field->datatype != VOTABLE_FLOAT)
		return fault;
	if (!single_round(cell->real, &single))
		return NUMBER_RANGE;
	cell->real = single_shortest(single);
	return NUMBER_OK;
}

static enum number_fault
truth_read(const struct votable_field *field, const char *text,
	   struct table_cell *cell)
{
	static const char *const yes[] = {"1", "t", "true", NULL};
	static const char *const no[] = {"0", "f", "false", NULL};
	bool bit = field->datatype == VOTABLE_BIT;

	if (!bit && strcmp(text, "?") == 0) {
		cell->present = false;
		return NUMBER_OK;
	}
	if (bit && !text_is_digit(text[0]))
		return NUMBER_SYNTAX;
	cell->truth = text_is_among(text, yes);
	return cell->truth || text_is_among(text, no) ? NUMBER_OK :
							NUMBER_SYNTAX;
}

bool
votable_cell_is_null(const struct votable_field *field,
		     const struct table_cell *cell)
{
	const struct table_cell *null = &field->null_cell;

	if (!null->present)
		return false;
	switch (field->type) {
	case TABLE_REAL:
	case TABLE_SINGLE:
		return cell->real == null->real;
	case TABLE_INTEGER:
		return cell->integer == null->integer;
	case TABLE_BOOL:
		return cell->truth == null->truth;
	default:
		return cell->length == null->length &&
		       memcmp(cell->text, null->text, null->length) == 0;
	}
}

/* Parts the elements of an array by one space, and bits by nothing. */
static size_t
elements_join(const struct votable_field *field, char *text, size_t length)
{
	bool parted = field->datatype != VOTABLE_BIT;
	size_t to = 0;

	for (size_t i = 0; i < length; i++) {
		bool space = text_is_space(text[i]);

		if (!space)
			text[to++] = text[i];
		else if (parted && to > 0 && text[to - 1] != ' ')
			text[to++] = ' ';
	}
	return to;
}

void
votable_cell_set_text(const struct votable_field *field, char *text,
		      size_t length, struct table_cell *cell)
{
	while (length > 0 && text_is_space(*text))
		text++, length--;
	while (length > 0 && text_is_space(text[length - 1]))
		length--;
	text[length] = '\0';
	cell->text = text;
	cell->length = (uint32_t)length;
	cell->present = length > 0 && !votable_cell_is_null(field, cell);
}

bool
votable_cell_text(const struct votable_field *field, char *text, size_t length,
		  struct table_cell *cell, char *why, size_t why_bytes)
{
	enum number_fault fault = NUMBER_OK;

	cell->present = true;
	if (field->type == TABLE_TEXT) {
		if (!votable_field_is_text(field))
			length = elements_join(field, text, length);
		votable_cell_set_text(field, text, length, cell);
		return true;
	}
	while (length > 0 && text_is_space(*text))
		text++, length--;
	while (length > 0 && text_is_space(text[length - 1]))
		length--;
	text[length] = '\0';
	if (length == 0) {
		cell->present = false;
		return true;
	}
	if (field->type == TABLE_INTEGER)
		fault = integer_read(field, text, length, cell);
	else if (field->type == TABLE_BOOL)
		fault = truth_read(field, text, cell);
	else
		fault = real_read(field, text, length, cell);
	if (fault == NUMBER_OK) {
		if (cell->present && votable_cell_is_null(field, cell))
			cell->present = false;
		return true;
	}
	/* Some declare a null that their datatype has no room for. */
	cell->present = false;
	if (field->null != NULL && strcmp(field->null, text) == 0)
		return true;
	return cell_refuse(field, text, length,
			   fault == NUMBER_RANGE ? "is out of the range of" :
						   "is no",
			   why, why_bytes);
}
