#include "relativity/inputs.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

struct inputs_row {
	const char *name, *error_name;
	const char *above, *min, *max, *below;
};

static const struct inputs_row rows[INPUT__MAX] = {
#define INPUTS_ROW(name, unit, above, min, max, below, doc) \
	{#name, #name "_err", above, min, max, below},
	INPUTS_TABLE(INPUTS_ROW)
#undef INPUTS_ROW
};

const char *
inputs_name(enum input input)
{
	return rows[input].name;
}

const char *
inputs_error_name(enum input input)
{
	return rows[input].error_name;
}

double
inputs_get(const struct inputs *inputs, enum input input, double otherwise)
{
	return inputs->given[input] ? inputs->value[input] : otherwise;
}

/* The bound as a number; `otherwise` when there is none. */
static double
inputs_bound(const char *text, double otherwise)
{
	double bound = otherwise;

	if (text != NULL &&
	    number_parse_double(text, strlen(text), &bound) != NUMBER_OK)
		return otherwise;
	return bound;
}

bool
inputs_in_range(enum input input, double value)
{
	const struct inputs_row *row = &rows[input];

	return value > inputs_bound(row->above, -INFINITY) &&
	       value >= inputs_bound(row->min, -INFINITY) &&
	       value <= inputs_bound(row->max, INFINITY) &&
	       value < inputs_bound(row->below, INFINITY);
}
