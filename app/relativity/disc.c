#include "relativity/disc.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/kerr.h"

/*
 * In x = sqrt(r), with x0 at the ISCO and x1, x2, x3 the roots of
 * D = x^3 - 3x + 2a, the equation says
 *
 *	F = 3 / (8 pi) B / (x^4 D)
 *	B = x - x0 - 3a/2 ln(x/x0) - sum (xi - a)/2 ln((x - xi)/(x0 - xi))
 *
 * as its 3 (xi - a)^2 / (xi (xi - xj)(xi - xk)) is (xi - a)/2: a root obeys
 * xi - a = xi (xi^2 - 1)/2.  Nothing is 0/0 at spin 0 then.  The slope of B
 * is 0 at the ISCO, so the linear parts of the logarithms cancel x - x0 and
 * all are left out.  Lengths are counted from 1, where x0, x1 and x2 meet
 * when the spin is 1.
 */
struct disc {
	double lack;  /* 1 - a */
	double inner; /* x0 - 1 */
	struct term {
		double weight, apart; /* of a logarithm; x0 - xi */
	} terms[4];
};

/* ln(1 + u) - u */
static double
log_rest(double u)
{
	double v = u / (2 + u), power = 2 * v, sum = -u * v;

	if (fabs(u) > 0.5)
		return log1p(u) - u;
	for (int i = 3; i < 30; i += 2) {
		power *= v * v;
		sum += power / i;
	}
	return sum;
}

/* D at x = 1 + w. */
static double
cubic(const struct disc *disc, double w)
{
	return w * w * (w + 3) - 2 * disc->lack;
}

/*
 * The ISCO is where x^4 - 6x^2 + 8ax - 3a^2 = 0; one step of Newton's gives
 * x0 - 1 back the digits that r lost near spin 1.
 */
static double
inner_edge(double spin)
{
	double lack = 1 - spin, isco = kerr_isco(spin);
	double w = (isco - 1) / (1 + sqrt(isco));

	if (lack <= 0)
		return 0;
	return w - (w * w * w * (w + 4) - lack * (2 + 8 * w + 3 * lack)) /
			   (4 * (w * w * (w + 3) - 2 * lack));
}

static struct disc
disc_of(double spin)
{
	struct disc disc = {.lack = 1 - spin, .inner = inner_edge(spin)};
	double third = acos(spin) / 3, squared = sin(third / 2);
	double roots[3] = {sqrt(3) * sin(third) - 2 * squared * squared,
			   -sqrt(3) * sin(third) - 2 * squared * squared,
			   -2 * cos(third) - 1};

	disc.terms[0] = (struct term){1.5 * spin, disc.inner + 1};
	for (int i = 0; i < 3; i++)
		disc.terms[1 + i] = (struct term){(roots[i] + disc.lack) / 2,
						  disc.inner - roots[i]};
	return disc;
}

/* B at x = x0 + h. */
static double
gathered(const struct disc *disc, double h)
{
	double sum = 0;

	for (int i = 0; i < 4; i++)
		if (disc->terms[i].apart > 0)
			sum -= disc->terms[i].weight *
			       log_rest(h / disc->terms[i].apart);
	return sum;
}

static double
flux_at(const struct disc *disc, double h)
{
	double x = 1 + disc->inner + h;

	return 3 / (8 * PI) * gathered(disc, h) /
	       (x * x * x * x * cubic(disc, disc->inner + h));
}

double
disc_flux(double spin, double radius_rg)
{
	struct disc disc = disc_of(spin);
	double h = (radius_rg - 1) / (1 + sqrt(radius_rg)) - disc.inner;

	if (!(radius_rg > kerr_isco(spin)) || !(h > 0))
		return 0;
	return flux_at(&disc, h);
}

/* d ln F / dx at x = x0 + h; B' is x^4 - 6x^2 + 8ax - 3a^2 over x D, and
 * has its factor h by itself. */
static double
flux_slope(const struct disc *disc, double h)
{
	double w0 = disc->inner, w = w0 + h, d = cubic(disc, w);
	double rest = (w + w0) * (w * w + w0 * w0) +
		      4 * (w * w + w * w0 + w0 * w0) - 8 * disc->lack;

	return h * rest / ((1 + w) * d * gathered(disc, h)) - 4 / (1 + w) -
	       3 * w * (w + 2) / d;
}

void
disc_peak(double spin, double *radius_rg, double *flux)
{
	struct disc disc = disc_of(spin);
	double low = log(disc.inner / 1000), high = log(10), h, x;

	if (disc.inner <= 0) {
		/* The flux falls from its limit at the ISCO on. */
		*radius_rg = 1;
		*flux = 1 / (12 * PI);
		return;
	}
	for (int i = 0; i < 60; i++) {
		double middle = (low + high) / 2;

		*(flux_slope(&disc, exp(middle)) > 0 ? &low : &high) = middle;
	}
	h = exp(low);
	x = 1 + disc.inner + h;
	*radius_rg = x * x;
	*flux = flux_at(&disc, h);
}

double
disc_peak_temperature_k(double spin, double mass_msun, double rate_msun_yr)
{
	const double c2 = LIGHT_M_S * LIGHT_M_S;
	double gm = mass_msun * SUN_GM, rate = rate_msun_yr * SUN_KG / YEAR_S;
	double radius_rg, flux;

	disc_peak(spin, &radius_rg, &flux);
	flux *= c2 / gm * (c2 / gm) * c2 * rate;
	return sqrt(sqrt(flux / STEFAN_BOLTZMANN));
}

double
disc_eddington_msun_yr(double spin, double mass_msun)
{
	return 4 * PI * NEWTON_G * PROTON_KG /
	       (THOMSON_M2 * LIGHT_M_S * kerr_efficiency(spin)) * mass_msun *
	       YEAR_S;
}
