#include "sky/edits_json.h"

#include <string.h>

#include "base/json.h"

/* A column's name may need escapes if it is the catalogue's own. */
static const char *
edits_json_name(struct buf *out, struct buf *scratch, const char *name)
{
	struct json json;

	buf_reset(scratch);
	json_init(&json, scratch);
	json_text(&json, NULL, name);
	if (scratch->failed) {
		out->failed = true;
		return "";
	}
	scratch->bytes[scratch->length - 1] = '\0';
	return scratch->bytes + 1; /* what is within the quotes */
}

static void
edits_json_list(struct json *json, const char *name, const char *text,
		size_t length)
{
	json_array_begin(json, name);
	while (length > 0) {
		const char *bar = memchr(text, '|', length);
		size_t one = bar == NULL ? length : (size_t)(bar - text);

		json_bytes(json, NULL, text, one);
		if (bar != NULL)
			one++;
		text += one;
		length -= one;
	}
	json_array_end(json);
}

static void
edits_json_value(struct json *json, const char *name, enum columns_type type,
		 const struct columns_value *value)
{
	switch (type) {
	case COLUMNS_TEXT:
		json_bytes(json, name, value->text, value->length);
		break;
	case COLUMNS_LIST:
		edits_json_list(json, name, value->text, value->length);
		break;
	case COLUMNS_REAL:
	case COLUMNS_SINGLE:
		json_number(json, name, value->real);
		break;
	case COLUMNS_INTEGER:
		json_int(json, name, value->integer);
		break;
	case COLUMNS_BOOL:
		json_bool(json, name, value->truth);
		break;
	case COLUMNS_TYPE__MAX:
		break;
	}
}

void
edits_json_write(struct buf *out, const char *name,
		 const struct columns_value *values,
		 const struct columns_set *columns)
{
	struct buf scratch;
	struct json json;

	if (values == NULL)
		return;
	buf_init(&scratch);
	json_init(&json, out);
	json_object_begin(&json, NULL);
	for (size_t i = 0; i < COLUMNS__MAX + columns->own_count; i++) {
		const struct columns_column *column =
			i < COLUMNS__MAX ? &columns_table[i] :
					   &columns->own[i - COLUMNS__MAX];

		if (i == COLUMNS_NAME && name != NULL)
			json_text(&json, column->name, name);
		else if (values[i].present)
			edits_json_value(
				&json,
				edits_json_name(out, &scratch, column->name),
				column->type, &values[i]);
	}
	json_object_end(&json);
	buf_release(&scratch);
}
