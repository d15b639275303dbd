#include "relativity/mass_finders.h"

#include <math.h>

/* 4 G / (c^2 au), in milliarcseconds for a solar mass (Gould 2000). */
#define KAPPA_MAS_MSUN 8.14385

/* Where the galaxies of the relations are. */
#define DISPERSION_LEAST_KM_S 60
#define DISPERSION_MOST_KM_S 400

static const struct mass_model microlens = {"microlens mass",
					    "Gould 2000, ApJ 542, 785"};

/* log10 M = alpha + beta log10(sigma / 200 km/s), with a scatter in dex. */
struct relation {
	struct mass_model model;
	double alpha, beta, scatter_dex;
};

static const struct relation relations[MASS_RELATION__MAX] = {
	[MASS_MCCONNELL_MA_2013] = {{"M-sigma of McConnell & Ma",
				     "McConnell & Ma 2013, ApJ 764, 184"},
				    8.32,
				    5.64,
				    0.38},
	[MASS_GULTEKIN_2009] = {{"M-sigma of Gultekin et al.",
				 "Gultekin et al. 2009, ApJ 698, 198"},
				8.12,
				4.24,
				0.44},
};

void
mass_others_microlensing(const struct mass_question *question,
			 struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;

	mass_finders_model(answer, &microlens);
	remarks_warn(remarks, "parallax_mas is the microlens parallax pi_E, a "
			      "number without unit in spite of its name: the "
			      "relative parallax over the Einstein radius");
	answer->mass_msun = inputs->value[INPUT_einstein_radius_mas] /
			    KAPPA_MAS_MSUN / inputs->value[INPUT_parallax_mas];
}

void
mass_others_m_sigma(const struct mass_question *question,
		    struct mass_answer *answer, struct remarks *remarks)
{
	const struct relation *relation = &relations[question->relation];
	double dispersion = question->inputs.value[INPUT_dispersion_km_s];
	double error = question->inputs.error[INPUT_dispersion_km_s];
	double measured_dex = relation->beta * error / dispersion / log(10);
	double sigma_dex = hypot(measured_dex, relation->scatter_dex);
	double middle_dex =
		relation->alpha + relation->beta * log10(dispersion / 200);

	mass_finders_model(answer, &relation->model);
	answer->mass_msun = pow(10, middle_dex);
	answer->lower_msun = pow(10, middle_dex - sigma_dex);
	answer->upper_msun = pow(10, middle_dex + sigma_dex);
	if (dispersion < DISPERSION_LEAST_KM_S ||
	    dispersion > DISPERSION_MOST_KM_S)
		remarks_warn(remarks,
			     "The relation is stretched: its galaxies have "
			     "dispersions of %d to %d km/s",
			     DISPERSION_LEAST_KM_S, DISPERSION_MOST_KM_S);
}
