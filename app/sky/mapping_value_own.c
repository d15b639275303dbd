/* Values of columns that are the catalogue's own, and lists. */
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "sky/mapping_value.h"

/* What a text without a type looks like. */
enum own_look { OWN_TEXT, OWN_INTEGER, OWN_REAL };

/* So many digits come back from a double as they were. */
enum { OWN_DIGITS_MAX = 17 };

/* The digits that count in a number: without zeros before and after. */
static size_t
own_digits(const char *text, size_t length)
{
	size_t digits = 0, zeros = 0;
	bool point = false;

	for (size_t i = 0; i < length && text_lower(text[i]) != 'e'; i++) {
		point = point || text[i] == '.';
		if (!text_is_digit(text[i]) || (text[i] == '0' && digits == 0))
			continue;
		digits++;
		zeros = text[i] == '0' ? zeros + 1 : 0;
	}
	return point ? digits - zeros : digits;
}

/*
 * A number in front of which there are zeros is no measure but a word made
 * of digits, and so is one with more digits than a number could keep.
 */
static enum own_look
own_look(const struct table_cell *cell, struct columns_value *out)
{
	const char *text = cell->text;
	const size_t length = cell->length;
	const size_t sign = text[0] == '-' || text[0] == '+';
	size_t digits = sign;
	double real;

	/* Most texts end here. */
	if (!text_is_digit(text[sign]) && text[sign] != '.')
		return OWN_TEXT;
	while (text_is_digit(text[digits]))
		digits++;
	if (text[sign] == '0' && digits > sign + 1)
		return OWN_TEXT;
	if (digits == length && text[0] != '+' &&
	    !(sign == 1 && text[1] == '0'))
		return number_parse_int64(text, length, &out->integer) ==
				       NUMBER_OK ?
			       OWN_INTEGER :
			       OWN_TEXT;
	if (number_parse_double(text, length, &real) != NUMBER_OK ||
	    (length > OWN_DIGITS_MAX &&
	     own_digits(text, length) > OWN_DIGITS_MAX))
		return OWN_TEXT;
	out->real = real + 0.0; /* minus zero would be shown as such */
	return OWN_REAL;
}

static void
own_text(const struct table_cell *cell, struct columns_value *out,
	 enum columns_type *type)
{
	out->length = cell->length;
	out->text = cell->text;
	*type = COLUMNS_TEXT;
}

/* A value of a column that has no type of its own. */
static bool
own_settle(struct mapping_own *own, const struct table_cell *cell,
	   struct columns_value *out, enum columns_type *type)
{
	const bool settled = own->settled;
	enum own_look look = OWN_TEXT;

	own->settled = true;
	if (!settled || own->type != COLUMNS_TEXT)
		look = own_look(cell, out);
	if (look == OWN_TEXT) {
		const bool numbers = settled && own->type != COLUMNS_TEXT;

		own->type = COLUMNS_TEXT;
		own_text(cell, out, type);
		return !numbers;
	}
	if (look == OWN_INTEGER && settled && own->type == COLUMNS_REAL) {
		out->real = (double)out->integer;
		look = OWN_REAL;
	}
	own->type = look == OWN_INTEGER ? COLUMNS_INTEGER : COLUMNS_REAL;
	*type = own->type;
	return true;
}

bool
mapping_value_own(struct mapping_own *own, const struct table_cell *cell,
		  struct columns_value *out, enum columns_type *type)
{
	*type = own->type;
	if (!cell->present)
		return true;
	if (own->type == COLUMNS_TEXT || own->settles) {
		if (mapping_value_is_unknown(cell->text, cell->length))
			return true;
		out->present = true;
		if (own->settles)
			return own_settle(own, cell, out, type);
		own_text(cell, out, type);
		return true;
	}
	out->present = true;
	if (own->type == COLUMNS_INTEGER)
		out->integer = cell->integer;
	else if (own->type == COLUMNS_BOOL)
		out->truth = cell->truth;
	else
		out->real = cell->real;
	return true;
}

static size_t
list_trim(const char **text, size_t length)
{
	while (length > 0 && text_is_space((*text)[0])) {
		(*text)++;
		length--;
	}
	while (length > 0 && text_is_space((*text)[length - 1]))
		length--;
	return length;
}

void
mapping_value_list(struct columns_value *list, char *room, size_t *used)
{
	const char mark[] = {memchr(list->text, ';', list->length) ? ';' : ',',
			     '\0'};
	const char *text = list->text;
	char *out = room + *used;
	size_t at = 0;

	if (memchr(text, '|', list->length) != NULL ||
	    strchr(text, *mark) == NULL ||
	    *used + list->length + 1 > TABLE_ROW_MAX)
		return;
	for (;;) {
		const size_t bytes = strcspn(text, mark);
		const char *item = text;
		const size_t length = list_trim(&item, bytes);

		if (length > 0 && at > 0)
			out[at++] = '|';
		memcpy(out + at, item, length);
		at += length;
		if (text[bytes] == '\0')
			break;
		text += bytes + 1;
	}
	out[at] = '\0';
	*used += at + 1;
	list->text = out;
	list->length = (uint32_t)at;
	list->present = at > 0;
}
