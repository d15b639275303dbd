#include "sky/mapping_name.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

void
mapping_name_init(struct mapping_name *name, int column, enum table_type from,
		  const char *acronym, int64_t least)
{
	*name = (struct mapping_name){
		.column = column, .from = from, .least = least};
	if (acronym == NULL)
		return;
	snprintf(name->text, MAPPING_PREFIX_MAX, "%.*s ",
		 (int)text_utf8_cut(acronym, strlen(acronym),
				    MAPPING_PREFIX_MAX - 2),
		 acronym);
	name->prefix_length = strlen(name->text);
}

static void
name_number(struct mapping_name *name, int64_t number, bool with_prefix,
	    struct columns_value *out)
{
	char *digits = name->text + name->prefix_length;
	const size_t length = shortest_format_int64(number, digits);

	out->text = with_prefix ? name->text : digits;
	out->length = (uint32_t)(digits + length - out->text);
}

/* Whether the text is a number only, or several as in TYC 1-13-1. */
static bool
name_is_bare(const struct mapping_name *name, const struct table_cell *cell)
{
	const size_t length = strspn(
		cell->text, name->least > 0 ? "0123456789" : "0123456789-");
	int64_t number = 0;

	if (length != cell->length || !text_is_digit(cell->text[0]) ||
	    length >= SHORTEST_MAX)
		return false;
	return name->least == 0 ||
	       (number_parse_int64(cell->text, length, &number) == NUMBER_OK &&
		number >= name->least);
}

enum lc_rc
mapping_name_read(struct mapping_name *name, const struct table_cell *cells,
		  int64_t row, struct columns_value *out, char *why,
		  size_t why_bytes)
{
	const struct table_cell *cell;

	out->present = true;
	if (name->column < 0) {
		name_number(name, row, true, out);
		return LC_OK;
	}
	cell = &cells[name->column];
	if (!cell->present ||
	    (name->from != TABLE_INTEGER && cell->length == 0)) {
		snprintf(why, why_bytes, "the name is empty");
		return LC_INVALID;
	}
	if (name->from == TABLE_INTEGER) {
		name_number(name, cell->integer,
			    name->prefix_length > 0 &&
				    cell->integer >= name->least,
			    out);
	} else if (name->prefix_length > 0 && name_is_bare(name, cell)) {
		memcpy(name->text + name->prefix_length, cell->text,
		       cell->length + 1);
		out->text = name->text;
		out->length = (uint32_t)name->prefix_length + cell->length;
	} else {
		out->text = cell->text;
		out->length = cell->length;
	}
	return LC_OK;
}
