#include "sky/edits_json.h"

#include <string.h>

#include "sky/columns_json.h"

void
edits_json_write(struct buf *out, const char *name,
		 const struct columns_value *values,
		 const struct columns_set *columns)
{
	struct json json;

	if (values == NULL)
		return;
	json_init(&json, out);
	json_object_begin(&json, NULL);
	for (size_t i = 0; i < COLUMNS__MAX + columns->own_count; i++) {
		const struct columns_column *column =
			i < COLUMNS__MAX ? &columns_table[i] :
					   &columns->own[i - COLUMNS__MAX];

		if (i == COLUMNS_NAME && name != NULL)
			json_text(&json, column->name, name);
		else if (values[i].present)
			columns_json_value(&json, column, &values[i]);
	}
	json_object_end(&json);
}
