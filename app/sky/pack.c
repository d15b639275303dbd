#include "sky/pack.h"

#include <string.h>

_Static_assert(COLUMNS_LISTED <= 32, "the mask has 32 bits");

void
pack_write(struct buf *out, const struct columns_value *values)
{
	uint32_t mask = 0;

	for (int i = 0; i < COLUMNS_LISTED; i++)
		if (values[i].present)
			mask |= UINT32_C(1) << i;
	buf_add(out, &mask, sizeof(mask));
	for (int i = 0; i < COLUMNS_LISTED; i++) {
		uint16_t length = (uint16_t)values[i].length;

		if (!values[i].present)
			continue;
		if (columns_table[i].type == COLUMNS_REAL) {
			buf_add(out, &values[i].real, sizeof(values[i].real));
			continue;
		}
		if (values[i].length > UINT16_MAX)
			out->failed = true; /* a table's line is shorter */
		buf_add(out, &length, sizeof(length));
		buf_add(out, values[i].text, length);
		buf_add_char(out, '\0');
	}
}

/* Reads a text; NULL when it does not fit. */
static const char *
pack_text(const char *at, const char *end, struct columns_value *value)
{
	uint16_t length;

	if (end - at < (ptrdiff_t)sizeof(length))
		return NULL;
	memcpy(&length, at, sizeof(length));
	at += sizeof(length);
	if (end - at <= (ptrdiff_t)length || at[length] != '\0')
		return NULL;
	value->text = at;
	value->length = length;
	return at + length + 1;
}

bool
pack_read(const char *bytes, size_t length, struct columns_value *values)
{
	const char *at = bytes, *end = bytes + length;
	uint32_t mask;

	if (length < sizeof(mask))
		return false;
	memcpy(&mask, at, sizeof(mask));
	at += sizeof(mask);
	for (int i = 0; i < COLUMNS_LISTED && at != NULL; i++) {
		values[i].present = mask >> i & 1;
		if (!values[i].present)
			continue;
		if (columns_table[i].type != COLUMNS_REAL) {
			at = pack_text(at, end, &values[i]);
		} else if (end - at < (ptrdiff_t)sizeof(double)) {
			at = NULL;
		} else {
			memcpy(&values[i].real, at, sizeof(double));
			at += sizeof(double);
		}
	}
	return at == end;
}
