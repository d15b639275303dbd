/*
 * A value of a column as JSON.
 */
#ifndef SKY_COLUMNS_JSON_H
#define SKY_COLUMNS_JSON_H

#include "base/json.h"
#include "sky/columns.h"

/* Adds a member with the column's name; the value is present. */
void columns_json_value(struct json *json, const struct columns_column *column,
			const struct columns_value *value);

#endif
