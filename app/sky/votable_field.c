#include "sky/votable_field.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

struct datatype {
	const char *name;
	uint32_t bytes;
	enum table_type type; /* of a single one */
	int64_t least, most;
};

static const struct datatype datatypes[VOTABLE_DATATYPE__MAX] = {
	[VOTABLE_BOOLEAN] = {"boolean", 1, TABLE_BOOL, 0, 0},
	[VOTABLE_BIT] = {"bit", 0, TABLE_BOOL, 0, 0},
	[VOTABLE_BYTE] = {"unsignedByte", 1, TABLE_INTEGER, 0, UINT8_MAX},
	[VOTABLE_SHORT] = {"short", 2, TABLE_INTEGER, INT16_MIN, INT16_MAX},
	[VOTABLE_INT] = {"int", 4, TABLE_INTEGER, INT32_MIN, INT32_MAX},
	[VOTABLE_LONG] = {"long", 8, TABLE_INTEGER, INT64_MIN, INT64_MAX},
	[VOTABLE_CHAR] = {"char", 1, TABLE_TEXT, 0, 0},
	[VOTABLE_UNICODE] = {"unicodeChar", 2, TABLE_TEXT, 0, 0},
	[VOTABLE_FLOAT] = {"float", 4, TABLE_SINGLE, 0, 0},
	[VOTABLE_DOUBLE] = {"double", 8, TABLE_REAL, 0, 0},
	[VOTABLE_FLOAT_COMPLEX] = {"floatComplex", 8, TABLE_TEXT, 0, 0},
	[VOTABLE_DOUBLE_COMPLEX] = {"doubleComplex", 16, TABLE_TEXT, 0, 0},
};

/* The array's dimensions are multiplied; a star may stand after the last. */
static bool
field_read_arraysize(struct votable_field *field, const char *at)
{
	uint64_t elements = 1;
	bool begun = false;

	field->variable = field->grid = false;
	for (;;) {
		size_t digits = strspn(at, "0123456789");
		int64_t size = 1;

		if (digits > 0) {
			if (number_parse_int64(at, digits, &size) !=
				    NUMBER_OK ||
			    size > UINT32_MAX ||
			    (elements *= (uint64_t)size) > UINT32_MAX)
				return false;
			at += digits;
		}
		if (*at == '*') {
			field->variable = true;
			at++;
		} else if (digits == 0) {
			return false;
		}
		if (*at != 'x' || field->variable)
			break;
		field->grid = begun = true;
		at++;
	}
	field->grid = begun;
	field->elements = (uint32_t)elements;
	return *at == '\0';
}

bool
votable_field_shape(struct votable_field *field, const char *datatype,
		    const char *arraysize, char *why, size_t why_bytes)
{
	const char *text = datatype;
	unsigned found = 0;
	char size[64];
	size_t length;

	if (text == NULL)
		text = "char", arraysize = "*";
	while (found < VOTABLE_DATATYPE__MAX &&
	       strcmp(datatypes[found].name, text) != 0)
		found++;
	if (found == VOTABLE_DATATYPE__MAX) {
		snprintf(why, why_bytes,
			 "has the datatype \"%.*s\", which VOTable does not "
			 "have",
			 (int)text_utf8_cut(text, strlen(text), 40), text);
		return false;
	}
	field->datatype = (enum votable_datatype)found;
	field->type = datatypes[found].type;
	field->variable = field->grid = false;
	field->elements = 1;
	if (arraysize == NULL)
		return true;
	while (text_is_space(*arraysize))
		arraysize++;
	length = strlen(arraysize);
	while (length > 0 && text_is_space(arraysize[length - 1]))
		length--;
	if (length == 0)
		return true;
	if (length < sizeof(size)) {
		memcpy(size, arraysize, length);
		size[length] = '\0';
	}
	if (length >= sizeof(size) || !field_read_arraysize(field, size)) {
		snprintf(why, why_bytes,
			 "has the arraysize \"%.*s\", which is none",
			 (int)text_utf8_cut(arraysize, length, 40), arraysize);
		return false;
	}
	/* Writers give "1" to what is single. */
	if (field->variable || field->grid || field->elements != 1)
		field->type = TABLE_TEXT;
	return true;
}

const char *
votable_field_datatype(const struct votable_field *field)
{
	return datatypes[field->datatype].name;
}

uint32_t
votable_field_element_bytes(const struct votable_field *field)
{
	return datatypes[field->datatype].bytes;
}

uint64_t
votable_field_bytes(const struct votable_field *field, uint64_t elements)
{
	if (field->datatype == VOTABLE_BIT)
		return (elements + 7) / 8;
	return elements * datatypes[field->datatype].bytes;
}

void
votable_field_range(const struct votable_field *field, int64_t *least,
		    int64_t *most)
{
	*least = datatypes[field->datatype].least;
	*most = datatypes[field->datatype].most;
}
