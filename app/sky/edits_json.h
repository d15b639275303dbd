/*
 * An object in the history of changes: a JSON object with a member for each
 * value that it has, in the order of the columns; a list is an array.
 */
#ifndef SKY_EDITS_JSON_H
#define SKY_EDITS_JSON_H

#include "base/buf.h"
#include "sky/columns.h"

/*
 * Appends an object; nothing for NULL values.  A `name` that is not NULL
 * stands for its value of COLUMNS_NAME.
 */
void edits_json_write(struct buf *out, const char *name,
		      const struct columns_value *values,
		      const struct columns_set *columns);

#endif
