/* What a mapping consists of; for app/sky/mapping*.c only. */
#ifndef SKY_MAPPING_PLAN_H
#define SKY_MAPPING_PLAN_H

#include "sky/mapping.h"
#include "sky/mapping_guess.h"
#include "sky/mapping_name.h"
#include "sky/mapping_place.h"
#include "sky/mapping_value.h"

struct mapping {
	const struct table *table; /* whose texts are borrowed */
	struct mapping_guess guess;
	struct mapping_name name;
	struct mapping_place place;
	struct mapping_step steps[COLUMNS__MAX]; /* of our other fields */
	size_t step_count;
	struct mapping_own *own;
	enum columns_type *own_types; /* of the present row */
	struct columns_column *own_columns;
	size_t own_count;
	struct columns_set set;
	char *list_room; /* NULL: no field is a list */
	int64_t row;     /* the present one, from 1 */
	bool positions_only;
	bool must_restart;
};

#endif
