#include "relativity/merger.h"

#include <math.h>
#include <stddef.h>

#include "relativity/kerr.h"

/* The names of coefficients are those of the papers. */
#define XI 0.474046     /* HBR2016: of the effective spin */
#define EPSILON 0.024   /* HBR2016: turns the tilts, in radians */
#define RATIO_MOST 18.0 /* of simulations that the fits were made from */
#define SPIN_MOST 0.95

/* The binary, the heavier hole first. */
struct pair {
	double q, eta, delta;  /* lighter over heavier, (m1 - m2) / M */
	double share1, share2; /* (m / M)^2, of each */
	double chi1, chi2;     /* as given */
	double along1, along2; /* their parts along the axis */
	double tilt1, tilt2;
	double cos_phi;
};

static struct pair
pair_of(const struct merger_binary *binary)
{
	bool swap = binary->m2 > binary->m1;
	double m1 = swap ? binary->m2 : binary->m1;
	double m2 = swap ? binary->m1 : binary->m2;
	double x1 = m1 / (m1 + m2), x2 = m2 / (m1 + m2);
	struct pair pair = {
		.q = m2 / m1,
		.eta = x1 * x2,
		.delta = (m1 - m2) / (m1 + m2),
		.share1 = x1 * x1,
		.share2 = x2 * x2,
		.chi1 = swap ? binary->chi2 : binary->chi1,
		.chi2 = swap ? binary->chi1 : binary->chi2,
		.cos_phi = 1.0,
	};

	if (binary->precessing) {
		pair.tilt1 = swap ? binary->tilt2_rad : binary->tilt1_rad;
		pair.tilt2 = swap ? binary->tilt1_rad : binary->tilt2_rad;
		pair.cos_phi = cos(binary->delta_phi_rad);
	}
	pair.along1 = pair.chi1 * cos(pair.tilt1);
	pair.along2 = pair.chi2 * cos(pair.tilt2);
	return pair;
}

static double
within_1(double spin)
{
	return fmin(fmax(spin, -1.0), 1.0);
}

/* Of two vectors with an angle between them. */
static double
length(double a, double b, double cos_angle)
{
	return sqrt(fmax(a * a + b * b + 2.0 * a * b * cos_angle, 0.0));
}

/* The spins' part that UIB2016 calls S hat. */
static double
mean_spin(const struct pair *pair)
{
	return (pair->share1 * pair->along1 + pair->share2 * pair->along2) /
	       (pair->share1 + pair->share2);
}

/* A factor of the radiated energy that is 1 for equal masses. */
static double
energy_factor(double eta, double f0, double f1)
{
	return f0 + f1 * eta + (16.0 - 16.0 * f0 - 4.0 * f1) * eta * eta;
}

/* UIB2016: radiated energy over M. */
static double
uib_energy(const struct pair *pair)
{
	double n = pair->eta, d = pair->delta, s = mean_spin(pair);
	double apart = pair->along1 - pair->along2;
	double f1 = energy_factor(n, 1.8083565298668276, 15.738082204419655);
	double f2 = energy_factor(n, 4.271313308472851, 0.0);
	double f3 = energy_factor(n, 31.08987570280556, -243.6299258830685);
	double f5 = energy_factor(n, 1.5673498395263061, -0.5808669012986468);
	double still =
		n * (1.0 - 2.0 * sqrt(2.0) / 3.0 +
		     n * (0.5609904135313374 +
			  n * (-0.84667563764404 + n * 3.145145224278187)));
	double above = 1.0 + s * (0.346 * -0.2091189048177395 * f1 +
				  s * (0.211 * -0.19709136361080587 * f2 +
				       s * 0.128 * -0.1588185739358418 * f3));
	double below = 1.0 - 0.212 * 2.9852925538232014 * s * f5;
	double unequal = d * n * n * (1.0 - 3.2283713377939134 * n) *
				 -0.09803730445895877 * apart +
			 d * n * (1.0 - 4.91667749015812 * n) *
				 -0.01978238971523653 * s * apart +
			 0.01118530335431078 * n * n * n * apart * apart;

	return still * above / below + unequal;
}

/* A factor of the final spin, without a term that is the same for all. */
static double
spin_factor(double eta, double f, double g)
{
	return eta * (f + eta * (g + eta * (64.0 - 16.0 * f - 4.0 * g)));
}

/* UIB2016: final spin of the parts along the axis. */
static double
uib_aligned(const struct pair *pair)
{
	double n = pair->eta, d = pair->delta, s = mean_spin(pair);
	double apart = pair->along1 - pair->along2;
	double f1 = spin_factor(n, 4.409160174224525, 0.5118334706832706);
	double f2 = spin_factor(n, 8.77367320110712, -32.060648277652994);
	double f3 = spin_factor(n, 22.830033250479833, -153.83722669033995);
	double f50 = 1.8804718791591157, f51 = -4.770246856212403;
	double f5 =
		f50 + n * f51 + n * n * n * (64.0 - 64.0 * f50 - 16.0 * f51);
	double still = n *
		       (2.0 * sqrt(3.0) + n * (5.24 * 3.8326341618708577 +
					       n * 1.3 * -9.487364155598392)) /
		       (1.0 + 2.88 * 2.5134875145648374 * n);
	double above = s * (-0.194 * 1.0009563702914628 * f1 +
			    s * (0.0851 * 0.7877509372255369 * f2 +
				 s * 0.00954 * 0.6540138407185817 * f3));
	double below = 1.0 - 0.579 * 0.8396665722805308 * s * f5;
	double unequal = d * n * n * (1.0 + 9.332575956437443 * n) *
				 0.3223660562764661 * apart +
			 d * n * n * n * (1.0 - 3.2624649875884852 * n) *
				 2.3170397514509933 * s * apart -
			 0.059808322561702126 * n * n * n * apart * apart;

	return still + above / below + unequal + pair->share1 * pair->along1 +
	       pair->share2 * pair->along2;
}

/* With what of the holes' spins lies in the orbit's plane. */
static double
uib_spin(const struct merger_binary *binary, const struct pair *pair)
{
	double along = uib_aligned(pair);
	double across = length(pair->share1 * pair->chi1 * sin(pair->tilt1),
			       pair->share2 * pair->chi2 * sin(pair->tilt2),
			       pair->cos_phi);

	return within_1(binary->precessing ? hypot(along, across) : along);
}

/* HBR2016: the orbit's angular momentum at the end, over m1 m2. */
static double
hbr_orbital(const struct pair *pair, double along1, double along2)
{
	static const double k[4][5] = {
		{-5.97723, 3.39221, 4.48865, -5.77101, -13.0459},
		{35.1278, -72.9336, -86.0036, 93.7371, 200.975},
		{-146.822, 387.184, 447.009, -467.383, -884.339},
		{223.911, -648.502, -697.177, 753.738, 1166.89},
	};
	double total = pair->share1 * along1 + pair->share2 * along2;
	double effective = within_1(total + XI * pair->eta * (along1 + along2));
	double isco = kerr_isco(effective);
	double energy = sqrt(1.0 - 2.0 / (3.0 * isco));
	double orbital =
		2.0 / (3.0 * sqrt(3.0)) * (1.0 + 2.0 * sqrt(3.0 * isco - 2.0)) -
		2.0 * total * (energy - 1.0);
	double power = 1.0;

	for (size_t row = 0; row < 4; row++) {
		double sum = 0.0;

		for (size_t column = 5; column-- > 0;)
			sum = sum * effective + k[row][column];
		power *= pair->eta;
		orbital += power * sum;
	}
	return fabs(orbital);
}

static double
hbr_spin(const struct merger_binary *binary, const struct pair *pair)
{
	double tilt1 = pair->tilt1 + EPSILON * sin(pair->tilt1);
	double tilt2 = pair->tilt2 + EPSILON * sin(pair->tilt2);
	double along1 = pair->chi1 * cos(tilt1);
	double along2 = pair->chi2 * cos(tilt2);
	double orbital = pair->eta * hbr_orbital(pair, along1, along2);
	double cos_between =
		cos(pair->tilt1) * cos(pair->tilt2) +
		sin(pair->tilt1) * sin(pair->tilt2) * pair->cos_phi;
	double along = pair->share1 * along1 + pair->share2 * along2;
	double spins = length(pair->share1 * pair->chi1,
			      pair->share2 * pair->chi2, cos_between);

	if (!binary->precessing)
		return within_1(along + orbital);
	return within_1(sqrt(
		fmax(spins * spins + 2.0 * along * orbital + orbital * orbital,
		     0.0)));
}

double
merger_chirp_mass(double m1, double m2)
{
	double total = m1 + m2;

	return total * pow(m1 / total * (m2 / total), 0.6);
}

/* Fitted to equal masses: without spins, and with aligned ones. */
#define BMR_P0 0.04827
#define BMR_P1 0.01707

/* Radiated energy over the mass: the test particle's, and what fits add. */
static double
bmr_energy(const struct pair *pair)
{
	double ratio = 1.0 + pair->q;
	double a = (pair->along1 + pair->q * pair->q * pair->along2) /
		   (ratio * ratio);
	double particle = kerr_efficiency(a);
	double most = 4.0 * BMR_P0 + 16.0 * BMR_P1 * a * (a + 1.0);

	return particle * pair->eta +
	       4.0 * pair->eta * pair->eta * (most - particle);
}

void
merger_find(const struct merger_binary *binary, struct merger_remnant *remnant)
{
	struct pair pair = pair_of(binary);
	double total = binary->m1 + binary->m2;
	double heavier = sqrt(pair.share1), lighter = sqrt(pair.share2);

	remnant->radiated = total * uib_energy(&pair);
	remnant->mass = total - remnant->radiated;
	remnant->mass_bmr = total * (1.0 - bmr_energy(&pair));
	remnant->mass_spread = fabs(remnant->mass - remnant->mass_bmr) / 2.0;
	remnant->chirp_mass = merger_chirp_mass(binary->m1, binary->m2);
	remnant->mass_ratio = pair.q;
	remnant->symmetric_mass_ratio = pair.eta;
	remnant->effective_spin = heavier * pair.along1 + lighter * pair.along2;
	remnant->spin_uib = uib_spin(binary, &pair);
	remnant->spin_hbr = hbr_spin(binary, &pair);
	remnant->spin =
		binary->precessing ? remnant->spin_hbr : remnant->spin_uib;
	remnant->spin_spread =
		fabs(remnant->spin_uib - remnant->spin_hbr) / 2.0;
	remnant->extrapolated = pair.q * RATIO_MOST < 1.0 ||
				fabs(pair.chi1) > SPIN_MOST ||
				fabs(pair.chi2) > SPIN_MOST;
}
