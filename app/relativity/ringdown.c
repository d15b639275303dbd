#include "relativity/ringdown.h"

#include <complex.h>
#include <math.h>
#include <stddef.h>

#include "relativity/leaver.h"

#define ITERATED_MOST 0.9999 /* |spin|, by the continued fractions */

enum { MODE_STEPS = 12, SPIN_STEPS = 60 };

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/*
 * All fits were made from zeros of leaver_mismatch() with four times its
 * depth.  The start: in powers of sqrt(1 - spin); off by 5e-6 at most.
 */
static const double start_fit[][2] = {
	{0.999990800, 0.000007406},   {-1.449323700, -0.354072761},
	{1.755888254, 0.683613463},   {-1.885124223, -0.912105733},
	{1.675461393, 0.965818590},   {-0.879602573, -0.753623052},
	{-0.198696103, 0.267062144},  {0.758859139, 0.169088975},
	{-0.581185221, -0.249868663}, {0.206833785, 0.114181461},
	{-0.029430618, -0.019065446},
};

/* Beyond -0.9999: in powers of 1000 (1 + spin); off by 1e-12. */
static const double retrograde_fit[][2] = {
	{2.9155346436600e-01, -8.8025837319391e-02},
	{5.5153832287782e-05, -2.6540136189906e-06},
	{1.6901923344253e-08, 9.9291944174231e-10},
};

/*
 * Beyond 0.9999, of (omega - 1) / s where s = sqrt(1 - spin): in powers of
 * 100 s, and what oscillates with ln s, as two powers of it times
 * exp(-2 i delta ln(100 s)).  Delta is that of Teukolsky & Press 1974; off by
 * 2e-11 in omega.
 */
#define EXTREMAL_DELTA 2.05093

static const double extremal_fit[][2] = {
	{-1.450225791696, -0.3535533825884},
	{1.778422431322e-02, 6.773519264636e-03},
	{-2.095693190433e-04, -9.181473415799e-05},
	{2.587797599112e-06, 1.344454197863e-06},
};

static const double extremal_wave[][2] = {
	{1.719543296134e-06, 3.013564888124e-06},
	{1.667754540550e-06, 1.296099695668e-08},
};

static double complex
polynomial(const double (*terms)[2], size_t count, double x)
{
	double complex sum = 0.0;

	while (count-- > 0)
		sum = sum * x + terms[count][0] + terms[count][1] * I;
	return sum;
}

static double complex
near_extremal(double spin)
{
	double s = sqrt(1.0 - spin), x = 100.0 * s;
	double complex wave = cexp(-2.0 * EXTREMAL_DELTA * log(x) * I);

	return 1.0 +
	       s * (polynomial(extremal_fit, COUNT(extremal_fit), x) +
		    wave * polynomial(extremal_wave, COUNT(extremal_wave), x));
}

/* The zero of the mismatch, by secants. */
static enum lc_rc
iterate(double spin, double complex *omega)
{
	double b = sqrt((1.0 - spin) * (1.0 + spin));
	double complex here =
		polynomial(start_fit, COUNT(start_fit), sqrt(1.0 - spin));
	double complex step = 1e-5 * b;
	double complex before = leaver_mismatch(spin, here);

	for (int n = 0; n < MODE_STEPS; n++) {
		double complex value = leaver_mismatch(spin, here + step);

		here += step;
		if (value == before)
			return LC_INVALID;
		step *= value / (before - value);
		before = value;
		/* What is left is about the last two steps' product. */
		if (cabs(step) < 1e-7 * b) {
			*omega = here + step;
			return LC_OK;
		}
	}
	return LC_INVALID;
}

enum lc_rc
ringdown_find(double spin, struct ringdown *mode)
{
	double complex omega = 1.0;

	if (!(fabs(spin) <= 1.0))
		return LC_INVALID;
	if (fabs(spin) <= ITERATED_MOST) {
		enum lc_rc rc = iterate(spin, &omega);

		if (rc != LC_OK)
			return rc;
	} else if (spin < 0.0) {
		omega = polynomial(retrograde_fit, COUNT(retrograde_fit),
				   1000.0 * (1.0 + spin));
	} else if (spin < 1.0) {
		omega = near_extremal(spin);
	}
	mode->re = creal(omega);
	mode->im = cimag(omega);
	mode->quality =
		mode->im < 0.0 ? mode->re / (-2.0 * mode->im) : INFINITY;
	return LC_OK;
}

double
ringdown_quality_min(void)
{
	return retrograde_fit[0][0] / (-2.0 * retrograde_fit[0][1]);
}

double
ringdown_quality_max(void)
{
	struct ringdown mode;

	return ringdown_find(ITERATED_MOST, &mode) == LC_OK ? mode.quality :
							      NAN;
}

/* Of 1 / quality, which is nearly linear in sqrt(1 - spin). */
static enum lc_rc
damping(double spin, double *damping)
{
	struct ringdown mode;
	enum lc_rc rc = ringdown_find(spin, &mode);

	if (rc == LC_OK)
		*damping = -2.0 * mode.im / mode.re;
	return rc;
}

/*
 * False position between two values of sqrt(1 - spin); the end that stays
 * has its difference halved (the Illinois rule).
 */
static enum lc_rc
search(double wanted, double x[2], double difference[2], double *found)
{
	for (int n = 0; n < SPIN_STEPS; n++) {
		double weight = difference[0] / (difference[0] - difference[1]);
		double middle = x[0] + weight * (x[1] - x[0]), there;
		enum lc_rc rc;

		*found = fmin(fmax(1.0 - middle * middle, -1.0), ITERATED_MOST);
		if (fmin(fabs(middle - x[0]), fabs(middle - x[1])) < 1e-11)
			return LC_OK;
		rc = damping(*found, &there);
		if (rc != LC_OK)
			return rc;
		there -= wanted;
		if ((there < 0.0) == (difference[1] < 0.0)) {
			x[1] = middle;
			difference[1] = there;
			difference[0] /= 2.0;
		} else {
			x[0] = x[1];
			difference[0] = difference[1];
			x[1] = middle;
			difference[1] = there;
		}
	}
	return LC_INVALID;
}

enum lc_rc
ringdown_spin(double quality, double *spin)
{
	double x[2] = {sqrt(1.0 - ITERATED_MOST), sqrt(2.0)};
	double wanted = 1.0 / quality, difference[2];
	enum lc_rc rc = damping(ITERATED_MOST, &difference[0]);

	if (rc == LC_OK)
		rc = damping(-1.0, &difference[1]);
	if (rc != LC_OK)
		return rc;
	difference[0] -= wanted;
	difference[1] -= wanted;
	if (!(difference[0] <= 0.0 && difference[1] >= 0.0))
		return LC_INVALID;
	return search(wanted, x, difference, spin);
}
