#include "relativity/mass.h"

#include <math.h>
#include <string.h>

#include "relativity/mass_table.h"

/* What is answered: from the Planck mass to where nothing is left to see. */
#define LEAST_MSUN 5e-39
#define MOST_MSUN 1e20

/* The step of a difference, as a part of the value (or of 1, for inputs that
 * may be 0), unless the error is less. */
#define STEP_PART 1e-3

/* A deviation is rough when it is off by so much of itself, or of so little
 * of the value. */
#define ROUGH_PART 0.2
#define ROUGH_LEAST 0.01

/* The answer at one value of an input. */
struct point {
	double at, mass_msun, detector_msun, spin;
	bool usable;
};

struct slope {
	double mass_msun, detector_msun, spin; /* for a unit of the input */
};

static void
evaluate(const struct mass_method *method, const struct mass_question *question,
	 struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;

	memset(answer, 0, sizeof(*answer));
	answer->is_hole = true;
	if (!method->needs->finds_spin) {
		answer->has_spin = inputs->given[INPUT_spin];
		answer->spin = inputs_get(inputs, INPUT_spin, 0);
	} else if (inputs->given[INPUT_spin]) {
		remarks_warn(remarks,
			     "spin is not used: method %s finds it itself",
			     method->name);
	}
	method->find(question, answer, remarks);
	answer->detector_msun =
		answer->mass_msun * (1 + inputs_get(inputs, INPUT_redshift, 0));
}

static bool
is_sound(const struct mass_answer *answer)
{
	const struct merger_remnant *remnant = &answer->remnant;

	return answer->mass_msun >= LEAST_MSUN &&
	       answer->mass_msun <= MOST_MSUN && fabs(answer->spin) <= 1 &&
	       isfinite(answer->axis_m) && isfinite(answer->coalescence_s) &&
	       isfinite(remnant->radiated) && isfinite(remnant->chirp_mass) &&
	       isfinite(remnant->effective_spin) &&
	       isfinite(remnant->spin_uib) && isfinite(remnant->spin_hbr);
}

/* An input that was given of those that the method cannot do without. */
static const char *
first_required(const struct mass_method *method, const struct inputs *inputs)
{
	uint64_t group = method->needs->required[0] & mass_table_given(inputs);
	size_t first = 0;

	while (first + 1 < INPUT__MAX && !(group & UINT64_C(1) << first))
		first++;
	return inputs_name((enum input)first);
}

static void
refuse_answer(const struct mass_method *method, const struct inputs *inputs,
	      const struct mass_answer *answer, struct remarks *remarks)
{
	remarks_refuse(remarks, first_required(method, inputs), "value_error",
		       "These inputs give a mass of %.3g solar masses: "
		       "%.0e to %.0e can be answered",
		       answer->mass_msun, LEAST_MSUN, MOST_MSUN);
}

/* ---- uncertainties */

static struct point
point_at(const struct mass_method *method, const struct mass_question *question,
	 enum input input, double value)
{
	struct mass_question moved = *question;
	struct mass_answer answer;
	struct remarks unheard = {.count = 0};

	if (!inputs_in_range(input, value))
		return (struct point){.usable = false};
	moved.inputs.value[input] = value;
	evaluate(method, &moved, &answer, &unheard);
	return (struct point){.at = value,
			      .mass_msun = answer.mass_msun,
			      .detector_msun = answer.detector_msun,
			      .spin = answer.spin,
			      .usable = !unheard.refused && is_sound(&answer)};
}

/* Inputs that are never 0 are measured by their own size. */
static double
step_of(enum input input, double value, double error)
{
	double size = fabs(value);

	if (inputs_in_range(input, 0))
		size = fmax(size, 1);
	return fmin(error, STEP_PART * size);
}

/* By a central difference; by a one-sided one where a side is out of bounds
 * or of what the method can do.  False: where both are. */
static bool
find_slope(const struct mass_method *method,
	   const struct mass_question *question,
	   const struct mass_answer *answer, enum input input,
	   struct slope *slope)
{
	double value = question->inputs.value[input];
	double step = step_of(input, value, question->inputs.error[input]);
	struct point middle = {value, answer->mass_msun, answer->detector_msun,
			       answer->spin, true};
	struct point low = point_at(method, question, input, value - step);
	struct point high = point_at(method, question, input, value + step);

	if (!low.usable && !high.usable)
		return false;
	if (!low.usable)
		low = middle;
	if (!high.usable)
		high = middle;
	if (high.at == low.at) {
		*slope = (struct slope){0, 0, 0};
		return true;
	}
	slope->mass_msun =
		(high.mass_msun - low.mass_msun) / (high.at - low.at);
	slope->detector_msun =
		(high.detector_msun - low.detector_msun) / (high.at - low.at);
	slope->spin = (high.spin - low.spin) / (high.at - low.at);
	return true;
}

static bool
is_rough(double found, double straight, double middle, double size)
{
	double least = fmax(fabs(straight - middle), ROUGH_LEAST * size);

	return fabs(found - straight) > ROUGH_PART * least;
}

/* Whether a standard deviation on, the answer is far from where the slope
 * leads; or there is none any more. */
static bool
is_stretched(const struct mass_method *method,
	     const struct mass_question *question,
	     const struct mass_answer *answer, enum input input,
	     const struct slope *slope)
{
	double value = question->inputs.value[input];

	for (int side = -1; side <= 1; side += 2) {
		double error = side * question->inputs.error[input];
		struct point there =
			point_at(method, question, input, value + error);
		double mass_msun = answer->mass_msun + slope->mass_msun * error;
		double spin = answer->spin + slope->spin * error;

		if (!there.usable)
			return slope->detector_msun != 0 || slope->spin != 0;
		if (is_rough(there.mass_msun, mass_msun, answer->mass_msun,
			     answer->mass_msun) ||
		    is_rough(there.spin, spin, answer->spin, 1))
			return true;
	}
	return false;
}

/* False where the sum is larger than any number. */
static bool
add_uncertainty(struct mass_answer *answer, const struct slope *slope,
		double error)
{
	answer->uncertainty_msun =
		hypot(answer->uncertainty_msun, slope->mass_msun * error);
	answer->detector_uncertainty_msun =
		hypot(answer->detector_uncertainty_msun,
		      slope->detector_msun * error);
	answer->spin_uncertainty =
		hypot(answer->spin_uncertainty, slope->spin * error);
	return isfinite(answer->uncertainty_msun) &&
	       isfinite(answer->detector_uncertainty_msun) &&
	       isfinite(answer->spin_uncertainty);
}

static void
propagate(const struct mass_method *method,
	  const struct mass_question *question, struct mass_answer *answer,
	  struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;

	for (size_t i = 0; i < INPUT__MAX; i++) {
		enum input input = (enum input)i;
		struct slope slope = {0, 0, 0};

		if (!inputs->given[i] || !(inputs->error[i] > 0))
			continue;
		if (!find_slope(method, question, answer, input, &slope)) {
			remarks_refuse(remarks, inputs_error_name(input),
				       "value_error",
				       "%s is at the edge of what the method "
				       "can do: its uncertainty cannot be "
				       "followed",
				       inputs_name(input));
			return;
		}
		/* A relation that scatters has a range instead. */
		if (!(answer->upper_msun > 0) &&
		    is_stretched(method, question, answer, input, &slope))
			remarks_warn(remarks,
				     "%s is so large that the uncertainties, "
				     "which are of first order, are rough",
				     inputs_error_name(input));
		if (add_uncertainty(answer, &slope, inputs->error[i]))
			continue;
		remarks_refuse(remarks, inputs_error_name(input), "value_error",
			       "It makes the mass's uncertainty larger than "
			       "any number");
		return;
	}
}

/* Of a relation that scatters, the range is the uncertainty. */
static void
take_range(const struct inputs *inputs, struct mass_answer *answer)
{
	double stretch = 1 + inputs_get(inputs, INPUT_redshift, 0);
	double redshift_error = inputs->error[INPUT_redshift];

	answer->uncertainty_msun =
		(answer->upper_msun - answer->lower_msun) / 2;
	answer->detector_uncertainty_msun =
		hypot(answer->uncertainty_msun * stretch,
		      answer->mass_msun * redshift_error);
}

enum lc_rc
mass_find(const struct mass_method *method,
	  const struct mass_question *question, struct mass_answer *answer,
	  struct remarks *remarks)
{
	evaluate(method, question, answer, remarks);
	if (remarks->refused)
		return LC_INVALID;
	if (!is_sound(answer)) {
		refuse_answer(method, &question->inputs, answer, remarks);
		return LC_INVALID;
	}
	propagate(method, question, answer, remarks);
	if (answer->upper_msun > 0)
		take_range(&question->inputs, answer);
	if (!isfinite(answer->detector_uncertainty_msun) && !remarks->refused)
		remarks_refuse(remarks, "dispersion_km_s_err", "value_error",
			       "It makes the mass's uncertainty larger than "
			       "any number");
	return remarks->refused ? LC_INVALID : LC_OK;
}
