#include "relativity/inspiral.h"

#include <math.h>

#include "relativity/constants.h"

/* Of Peters' equations 5.11 and 5.14. */
#define PETERS_SQUARE (121.0 / 304.0)
#define PETERS_AXIS (870.0 / 2299.0)
#define PETERS_TIME (1181.0 / 2299.0)

/* Below it a circle's time is right to 4e-12. */
#define CIRCLE_BELOW 1e-6

enum { NODES = 70 }; /* to each side of the middle */
#define NODE_STEP 0.05

static double
circle_time(double m1_msun, double m2_msun, double axis_m)
{
	double axis_s = axis_m / LIGHT_M_S, square = axis_s * axis_s;
	double masses = m1_msun * m2_msun * (m1_msun + m2_msun);

	return 5.0 / 256.0 * square * square /
	       (SUN_TG_S * SUN_TG_S * SUN_TG_S * masses);
}

/*
 * Peters' integrand over x = 1 / sqrt(1 - e^2) - 1, in which it stays finite
 * however close e comes to 1.
 */
static double
integrand(double x)
{
	double square = x * (x + 2.0) / ((1.0 + x) * (1.0 + x));

	return pow(square, 5.0 / 19.0) *
	       pow(1.0 + PETERS_SQUARE * square, PETERS_TIME);
}

/* From 0 to `end`: tanh-sinh, for its root at 0 and its turn at 1. */
static double
integral(double end)
{
	double sum = 0.0;

	for (int n = -NODES; n <= NODES; n++) {
		double t = NODE_STEP * n, spread = exp(-PI * sinh(t));
		double part = 1.0 / (1.0 + spread);

		sum += integrand(end * part) * part * part * spread * cosh(t);
	}
	return sum * PI * NODE_STEP * end;
}

double
inspiral_time_s(double m1_msun, double m2_msun, double axis_m,
		double eccentricity)
{
	double circle = circle_time(m1_msun, m2_msun, axis_m);
	double square = eccentricity * eccentricity;
	double rest = (1.0 - eccentricity) * (1.0 + eccentricity);
	double root = sqrt(rest), scale;

	if (eccentricity < CIRCLE_BELOW)
		return circle;
	/* (c0 / a0)^4 */
	scale = rest * rest * rest * rest * pow(square, -24.0 / 19.0) *
		pow(1.0 + PETERS_SQUARE * square, -4.0 * PETERS_AXIS);
	return 48.0 / 19.0 * circle * scale *
	       integral(square / (root * (1.0 + root)));
}

double
inspiral_time_from_frequency_s(double chirp_msun, double frequency_hz)
{
	double chirp_s = SUN_TG_S * chirp_msun;

	return 5.0 / 256.0 * chirp_s *
	       pow(PI * frequency_hz * chirp_s, -8.0 / 3.0);
}

double
inspiral_axis_m(double m1_msun, double m2_msun, double period_s)
{
	double turn_s = period_s / (2.0 * PI);

	return cbrt(SUN_GM * (m1_msun + m2_msun) * turn_s * turn_s);
}
