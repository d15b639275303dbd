/* Propagated uncertainties, against draws of the inputs. */
#include "relativity/mass.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "mass_fixture.h"

#define DRAWS 10000
#define TWO_PI 6.283185307179586

/* Of as many draws, the deviation is good to 0.7 %. */
#define AGREES 0.03

/* Errors are so small that first order holds. */
static const char *const questions[] = {
	"mass_msun=62 mass_msun_err=0.6",
	"mass_kg=1e31 mass_kg_err=1e29 redshift=1",
	"semi_major_axis_mas=125 semi_major_axis_mas_err=0.5 "
	"distance_pc=8277 distance_pc_err=30 period_yr=16.05 "
	"period_yr_err=0.05 companion_msun=1e6 companion_msun_err=1e4",
	"period_d=185.6 period_d_err=0.9 amplitude_km_s=66.7 "
	"amplitude_km_s_err=0.6 eccentricity=0.45 eccentricity_err=0.005 "
	"inclination_deg=126.6 inclination_deg_err=0.4 companion_msun=0.93 "
	"companion_msun_err=0.05 redshift=0.1 redshift_err=0.005",
	"diameter_uas=42 diameter_uas_err=0.4 distance_pc=1.68e7 "
	"distance_pc_err=1.5e5 calibration=11 calibration_err=0.1",
	"diameter_uas=42 diameter_uas_err=0.1 distance_pc=1.68e7 spin=0.8 "
	"spin_err=0.03 inclination_deg=50 inclination_deg_err=5",
	"radius_m=3000 radius_m_err=30",
	"temperature_k=1e-7 temperature_k_err=1e-9 spin=0.5 spin_err=0.02",
	"area_m2=1e9 area_m2_err=2e7 spin=0.9 spin_err=0.01",
	"frequency_hz=220 frequency_hz_err=2 spin=0.3 spin_err=0.01 "
	"redshift=0.1 redshift_err=0.01",
	"frequency_hz=273 frequency_hz_err=2 damping_time_ms=3.75 "
	"damping_time_ms_err=0.03 redshift=0.1 redshift_err=0.005",
	"frequency_hz=50 frequency_hz_err=0.3 frequency_derivative_hz_s=100 "
	"frequency_derivative_hz_s_err=1 redshift=0.1 redshift_err=0.01",
	"einstein_radius_mas=0.7 einstein_radius_mas_err=0.007 "
	"parallax_mas=0.11 parallax_mas_err=0.001",
	"m1_msun=36 m1_msun_err=0.4 m2_msun=29 m2_msun_err=0.3 chi1=0.3 "
	"chi1_err=0.05 chi2=-0.2 chi2_err=0.05",
	"m1_msun=36 m1_msun_err=0.4 m2_msun=20 m2_msun_err=0.2 chi1=0.5 "
	"chi1_err=0.02 chi2=0.4 chi2_err=0.02 tilt1_deg=50 tilt1_deg_err=2 "
	"tilt2_deg=80 tilt2_deg_err=2 delta_phi_deg=40 delta_phi_deg_err=5",
};

struct spread {
	double sum, squares;
};

static void
spread_add(struct spread *spread, double value)
{
	spread->sum += value;
	spread->squares += value * value;
}

static double
spread_deviation(const struct spread *spread)
{
	double mean = spread->sum / DRAWS;

	return sqrt(fmax(spread->squares / DRAWS - mean * mean, 0));
}

static double
normal(struct chance *chance)
{
	return sqrt(-2 * log(1 - chance_unit(chance))) *
	       cos(TWO_PI * chance_unit(chance));
}

/* One draw of all inputs around what was measured. */
static void
draw(struct chance *chance, const struct mass_method *method,
     const struct mass_question *question, struct mass_answer *answer)
{
	struct mass_question drawn = *question;
	struct remarks remarks = {.count = 0};

	for (int i = 0; i < INPUT__MAX; i++) {
		if (question->inputs.error[i] > 0)
			drawn.inputs.value[i] +=
				question->inputs.error[i] * normal(chance);
		drawn.inputs.error[i] = 0;
	}
	if (mass_find(method, &drawn, answer, &remarks) != LC_OK)
		fail_msg("%s: %s", method->name,
			 remarks.list[remarks.count - 1].words);
}

static void
check_spread(const char *words, const struct spread *spread, double propagated)
{
	double deviation = spread_deviation(spread);

	if (fabs(deviation - propagated) > AGREES * propagated + 1e-7)
		fail_msg("%s: propagated %g, drawn %g", words, propagated,
			 deviation);
}

static void
check_draws(struct chance *chance, const char *words)
{
	struct spread masses = {0, 0}, detector = {0, 0}, spins = {0, 0};
	struct mass_question question;
	const struct mass_method *method;
	struct mass_answer answer;
	struct remarks remarks;

	method = mass_fixture_answer(NULL, words, &answer, &remarks);
	mass_fixture_read(words, &question);
	assert_true(answer.uncertainty_msun > 0);
	for (int i = 0; i < DRAWS; i++) {
		struct mass_answer drawn;

		draw(chance, method, &question, &drawn);
		spread_add(&masses, drawn.mass_msun / answer.mass_msun - 1);
		spread_add(&detector,
			   drawn.detector_msun / answer.detector_msun - 1);
		spread_add(&spins, drawn.spin);
	}
	check_spread(words, &masses,
		     answer.uncertainty_msun / answer.mass_msun);
	check_spread(words, &detector,
		     answer.detector_uncertainty_msun / answer.detector_msun);
	check_spread(words, &spins, answer.spin_uncertainty);
}

static void
draws_agree(void **state)
{
	struct chance chance = {1};

	(void)state;
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++)
		check_draws(&chance, questions[i]);
}

/* The relation's scatter is drawn too. */
static void
draws_agree_with_a_scatter(void **state)
{
	struct chance chance = {2};
	struct spread logs = {0, 0};
	struct mass_question question;
	const struct mass_method *method;
	struct mass_answer answer;
	struct remarks remarks;
	static const char words[] =
		"dispersion_km_s=200 dispersion_km_s_err=10";

	(void)state;
	method = mass_fixture_answer(NULL, words, &answer, &remarks);
	mass_fixture_read(words, &question);
	for (int i = 0; i < DRAWS; i++) {
		struct mass_answer drawn;

		draw(&chance, method, &question, &drawn);
		spread_add(&logs, log10(drawn.mass_msun / answer.mass_msun) +
					  0.38 * normal(&chance));
	}
	check_spread(words, &logs, log10(answer.upper_msun / answer.mass_msun));
	check_spread(words, &logs, log10(answer.mass_msun / answer.lower_msun));
}

static void
rough_uncertainties_are_told(void **state)
{
	static const struct {
		const char *inputs;
		bool rough;
	} cases[] = {
		{"mass_msun=10 mass_msun_err=9", false},
		{"mass_msun=10 mass_msun_err=11", true},
		{"mass_msun=10 spin=0.9 spin_err=0.05", false},
		{"mass_msun=10 spin=0.9 spin_err=0.2", true},
		{"mass_msun=10 distance_pc=1 distance_pc_err=5", false},
		{"mass_msun=10 redshift=0.1 redshift_err=0.2", true},
		{"semi_major_axis_au=1 period_yr=1 period_yr_err=0.1", false},
		{"semi_major_axis_au=1 period_yr=1 period_yr_err=0.3", true},
		/* Nothing changes in first order. */
		{"period_d=1 amplitude_km_s=70 companion_msun=0.1 "
		 "inclination_deg=90 inclination_deg_err=1",
		 false},
		{"period_d=1 amplitude_km_s=70 companion_msun=0.1 "
		 "inclination_deg=90 inclination_deg_err=10",
		 true},
		{"dispersion_km_s=200 dispersion_km_s_err=50", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mass_answer answer;
		struct remarks remarks;

		mass_fixture_answer(NULL, cases[i].inputs, &answer, &remarks);
		if (mass_fixture_said(&remarks, "_err is so large") !=
		    cases[i].rough)
			fail_msg("%s", cases[i].inputs);
	}
}

/* At a bound the difference is taken to the inner side. */
static void
bounds_have_a_slope(void **state)
{
	static const struct {
		const char *inputs;
		double part; /* of the mass */
	} bounds[] = {
		{"frequency_hz=220 spin=1 spin_err=0.001", 0.12422},
		{"area_m2=1e9 spin=1 spin_err=0.001", 0.02163},
		{"m1_msun=36 m2_msun=29 chi1=1 chi1_err=0.1 chi2=1", 0.01167},
		{"period_d=1 amplitude_km_s=1 companion_msun=0 "
		 "companion_msun_err=1e-9",
		 0.0193},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++) {
		struct mass_answer answer;
		struct remarks remarks;
		double part;

		mass_fixture_answer(NULL, bounds[i].inputs, &answer, &remarks);
		mass_fixture_sound(&answer, bounds[i].inputs);
		part = answer.uncertainty_msun / answer.mass_msun;
		if (fabs(part - bounds[i].part) > 0.02 * bounds[i].part)
			fail_msg("%s: %g", bounds[i].inputs, part);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_agree),
		cmocka_unit_test(draws_agree_with_a_scatter),
		cmocka_unit_test(rough_uncertainties_are_told),
		cmocka_unit_test(bounds_have_a_slope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
