#include "relativity/mass_finders.h"

#include <assert.h>

double
mass_finders_stretch(const struct inputs *inputs)
{
	return 1 + inputs_get(inputs, INPUT_redshift, 0);
}

double
mass_finders_spin(const struct inputs *inputs, struct remarks *remarks)
{
	if (!inputs->given[INPUT_spin])
		remarks_warn(remarks, "spin was not given: the mass is that "
				      "of a hole without spin");
	return inputs_get(inputs, INPUT_spin, 0);
}

void
mass_finders_model(struct mass_answer *answer, const struct mass_model *model)
{
	assert(answer->model_count < MASS_MODELS_MOST);
	answer->models[answer->model_count++] = model;
}
