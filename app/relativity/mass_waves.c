#include "relativity/mass_finders.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/inspiral.h"
#include "relativity/kerr.h"
#include "relativity/ringdown.h"

static const struct mass_model isco_orbit = {
	"Kerr ISCO", "Bardeen, Press & Teukolsky 1972, ApJ 178, 347"};
static const struct mass_model ringdown_mode = {
	"Kerr quasinormal mode 220", "Leaver 1985, Proc. R. Soc. A 402, 285"};
static const struct mass_model ringdown_inverted = {
	"spin from the quality of the mode", "Echeverria 1989, PRD 40, 3194"};
static const struct mass_model chirp_quadrupole = {
	"quadrupole chirp", "Peters & Mathews 1963, Phys. Rev. 131, 435"};

/* The mass that turns an angular frequency of c^3/GM into what is observed,
 * at the source. */
static double
mass_of_frequency(double omega, const struct inputs *inputs)
{
	return omega / (2 * PI * SUN_TG_S) / inputs->value[INPUT_frequency_hz] /
	       mass_finders_stretch(inputs);
}

void
mass_waves_isco(const struct mass_question *question,
		struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;
	double spin = mass_finders_spin(inputs, remarks);

	mass_finders_model(answer, &isco_orbit);
	answer->mass_msun = mass_of_frequency(
		kerr_frequency(spin, kerr_isco(spin)), inputs);
}

static void
refuse_quality(double quality, double frequency_hz, struct remarks *remarks)
{
	double least = ringdown_quality_min(), most = ringdown_quality_max();
	double time_ms = 1000 / (PI * frequency_hz); /* for a quality of 1 */

	if (quality < least)
		remarks_refuse(remarks, "damping_time_ms", "value_error",
			       "The quality pi f tau is %.5g, and no hole's is "
			       "below %.5g: the least damping time at this "
			       "frequency is %.6g ms",
			       quality, least, least * time_ms);
	else
		remarks_refuse(remarks, "damping_time_ms", "value_error",
			       "The quality pi f tau is %.5g, which asks for a "
			       "spin beyond 0.9999: the greatest damping time "
			       "at this frequency is %.6g ms",
			       quality, most * time_ms);
}

void
mass_waves_ringdown(const struct mass_question *question,
		    struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;
	double frequency_hz = inputs->value[INPUT_frequency_hz];
	double damping_s = inputs->value[INPUT_damping_time_ms] / 1000;
	double quality = PI * frequency_hz * damping_s;
	struct ringdown mode;

	mass_finders_model(answer, &ringdown_mode);
	mass_finders_model(answer, &ringdown_inverted);
	if (ringdown_spin(quality, &answer->spin) != LC_OK ||
	    ringdown_find(answer->spin, &mode) != LC_OK) {
		refuse_quality(quality, frequency_hz, remarks);
		return;
	}
	answer->has_spin = answer->spin_found = true;
	answer->mass_msun = mass_of_frequency(mode.re, inputs);
}

void
mass_waves_chirp(const struct mass_question *question,
		 struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;
	double f = inputs->value[INPUT_frequency_hz];
	double growth = inputs->value[INPUT_frequency_derivative_hz_s];
	double chirp = pow(5.0 / 96, 0.6) * pow(PI, -1.6) * pow(f, -2.2) *
		       pow(growth, 0.6) / SUN_TG_S;
	double to_total = pow(2, 1.2);

	mass_finders_model(answer, &chirp_quadrupole);
	answer->is_hole = false;
	answer->mass_msun = chirp / mass_finders_stretch(inputs);
	answer->coalescence_s = inspiral_time_from_frequency_s(chirp, f);
	remarks_warn(remarks,
		     "The mass is the chirp mass, (m1 m2)^(3/5) / (m1 + "
		     "m2)^(1/5), and no hole's: of equal masses, the total "
		     "would be %.6f times that, and more otherwise",
		     to_total);
	if (PI * f * chirp * to_total * SUN_TG_S > pow(6, -1.5))
		remarks_warn(remarks,
			     "At this frequency two holes of that chirp mass "
			     "would have left their last stable orbit: the "
			     "formula is one for wider orbits");
}
