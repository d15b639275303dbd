#include "relativity/leaver.h"

#include <math.h>

enum {
	ANGULAR_DEPTH = 24, /* terms fall as |c|^n / n!: 1e-20 at c = 1 */
	ANGULAR_STEPS = 12
};

/* The language's own division takes care of infinities, and is slow. */
static double complex
divided(double complex a, double complex b)
{
	double norm = creal(b) * creal(b) + cimag(b) * cimag(b);

	return a * conj(b) / norm;
}

/* Newton's step for A towards the zero of the angular fraction. */
static double complex
angular_step(double complex c, double complex separation)
{
	double complex sum = 1.0, slope = 0.0;

	for (int k = ANGULAR_DEPTH; k >= 0; k--) {
		double n = k;
		double complex alpha = -2.0 * (n + 1.0) * (n + 5.0);
		double complex beta = n * (n - 1.0) + n * (6.0 - 4.0 * c) +
				      4.0 - 6.0 * c - c * c - separation;
		double complex gamma = 2.0 * c * (n + 1.0);
		double complex rest = 0.0;

		if (k < ANGULAR_DEPTH)
			rest = divided(alpha * gamma, sum);
		slope = divided(rest * slope, sum) - 1.0;
		sum = beta - rest;
	}
	return divided(sum, slope);
}

double complex
leaver_separation(double complex c)
{
	double complex separation = 4.0 - 8.0 / 3.0 * c;

	for (int n = 0; n < ANGULAR_STEPS; n++) {
		double complex step = angular_step(c, separation);

		separation -= step;
		if (cabs(step) < 1e-8) /* the next would be below 1e-16 */
			break;
	}
	return separation;
}

/*
 * How many terms leave an error of 1e-12: it falls as the exponential of
 * -4 Re sqrt(-2 i omega b N), up to a factor that was measured.
 */
static int
radial_depth(double b, double complex omega)
{
	return (int)(20.0 / (b * (cabs(omega) + cimag(omega)))) + 20;
}

double complex
leaver_mismatch(double spin, double complex omega)
{
	double b = sqrt((1.0 - spin) * (1.0 + spin));
	double complex w = omega, k = (w - spin) / b;
	double complex c0 = 3.0 - 2.0 * I * (w + k);
	double complex c1 = -4.0 + 4.0 * I * (w * (2.0 + b) + k);
	double complex c2 = 1.0 - 2.0 * I * (3.0 * w + k);
	double complex c3 = w * w * (16.0 + 8.0 * b - spin * spin) -
			    4.0 * spin * w + 1.0 + 2.0 * I * (2.0 + b) * w -
			    leaver_separation(spin * w) +
			    (8.0 * w + 2.0 * I) * k;
	double complex c4 =
		-1.0 - 8.0 * w * w + 2.0 * I * w - (8.0 * w + 2.0 * I) * k;
	int depth = radial_depth(b, omega);
	double complex ratio = csqrt(-4.0 * I * w * b / (depth + 1.0)) - 1.0;

	for (int term = depth; term > 0; term--) {
		double n = term, nn = n * n;
		double complex alpha = nn + n + c0 * (n + 1.0);
		double complex beta = n * (c1 + 2.0) + c3 - 2.0 * nn;
		double complex gamma = nn + n * (c2 - 3.0) + c4 - c2 + 2.0;

		ratio = divided(gamma, beta - alpha * ratio);
	}
	return c3 - c0 * ratio;
}
