#include "sky/columns_json.h"

#include <string.h>

/* Texts with a '|' between them, as a list. */
static void
columns_json_list(struct json *json, const char *name,
		  const struct columns_value *value)
{
	const char *text = value->text, *end = text + value->length;

	json_array_begin(json, name);
	while (text < end) {
		const char *bar = memchr(text, '|', (size_t)(end - text));
		const char *stop = bar == NULL ? end : bar;

		if (stop > text)
			json_bytes(json, NULL, text, (size_t)(stop - text));
		text = stop + 1;
	}
	json_array_end(json);
}

void
columns_json_value(struct json *json, const struct columns_column *column,
		   const struct columns_value *value)
{
	switch (column->type) {
	case COLUMNS_LIST:
		columns_json_list(json, column->name, value);
		break;
	case COLUMNS_REAL:
	case COLUMNS_SINGLE:
		json_number(json, column->name, value->real);
		break;
	case COLUMNS_INTEGER:
		json_int(json, column->name, value->integer);
		break;
	case COLUMNS_BOOL:
		json_bool(json, column->name, value->truth);
		break;
	case COLUMNS_TEXT:
	case COLUMNS_TYPE__MAX:
		json_bytes(json, column->name, value->text, value->length);
		break;
	}
}
