/*
 * The mass in the reply of /singularity, and where its numbers come from.
 */
#include "relativity/constants.h"
#include "singularity_parts.h"

void
singularity_mass_write(struct json *json, const struct singularity *it)
{
	const struct mass_answer *answer = &it->answer;

	if (it->method == NULL) {
		json_number(json, "spin", singularity_spin(it));
		return;
	}
	json_number(json, "mass", answer->mass_msun);
	json_text(json, "mass_unit", "solMass");
	json_number(json, "mass_kg", answer->mass_msun * SUN_KG);
	if (answer->uncertainty_msun > 0)
		json_number(json, "mass_uncertainty", answer->uncertainty_msun);
	if (answer->upper_msun > 0) {
		json_number(json, "mass_lower", answer->lower_msun);
		json_number(json, "mass_upper", answer->upper_msun);
	}
	if (it->args->has_redshift)
		json_number(json, "mass_detector", answer->detector_msun);
	if (it->args->has_redshift && answer->detector_uncertainty_msun > 0)
		json_number(json, "mass_detector_uncertainty",
			    answer->detector_uncertainty_msun);
	if (answer->is_minimum)
		json_bool(json, "mass_is_minimum", true);
	if (answer->is_hole) {
		json_number(json, "spin", singularity_spin(it));
		if (answer->spin_uncertainty > 0)
			json_number(json, "spin_uncertainty",
				    answer->spin_uncertainty);
	}
	json_text(json, "method", it->method->name);
	json_number(json, "gravitational_radius_m", singularity_rg_m(it));
	if (singularity_rg_uas(it) > 0)
		json_number(json, "gravitational_radius_uas",
			    singularity_rg_uas(it));
	json_number(json, "gravitational_time_s", answer->mass_msun * SUN_TG_S);
}

/* ---- citations */

const struct lc_field singularity_model_item = {.type = LC_TEXT};

static const struct lc_field citation_fields[] = {
	LC_FIELD("model", LC_TEXT, .doc = "The model, or what it gives."),
	LC_FIELD("citation", LC_TEXT, .doc = "Its source."), LC_FIELD_END};

const struct lc_field singularity_citation_item = {.type = LC_OBJECT,
						   .members = citation_fields};

/* Of what follows from any hole's mass. */
static const struct mass_model followers[] = {
	{"horizon", "Boyer & Lindquist 1967, J. Math. Phys. 8, 265"},
	{"surface gravity",
	 "Bardeen, Carter & Hawking 1973, Commun. Math. Phys. 31, 161"},
	{"orbits", "Bardeen, Press & Teukolsky 1972, ApJ 178, 347"},
	{"epicyclic frequencies", "Torok & Stuchlik 2005, A&A 437, 775"},
	{"shadow", "Bardeen 1973, in Black Holes (Les Houches), p. 215"},
	{"hawking", "Hawking 1975, Commun. Math. Phys. 43, 199"},
	{"hawking lifetime", "Page 1976, Phys. Rev. D 13, 198"},
	{"ringdown", "Leaver 1985, Proc. R. Soc. A 402, 285"},
	{"irreducible mass", "Christodoulou 1970, Phys. Rev. Lett. 25, 1596"},
	{"tides", "Hills 1975, Nature 254, 295"}};

static const struct mass_model rays_model = {
	"rays", "Carter 1968, Phys. Rev. 174, 1559"};

static const struct mass_model merger_model = {
	"BMR2012", "Barausse, Morozova & Rezzolla 2012, ApJ 758, 63"};

static const struct mass_model inspiral_model = {
	"inspiral", "Peters 1964, Phys. Rev. 136, B1224"};

static void
citation_write(struct json *json, const struct mass_model *model)
{
	json_object_begin(json, NULL);
	json_text(json, "model", model->name);
	json_text(json, "citation", model->citation);
	json_object_end(json);
}

static void
mass_citations_write(struct json *json, const struct mass_answer *answer)
{
	for (size_t i = 0; i < answer->model_count; i++)
		citation_write(json, answer->models[i]);
	for (size_t i = 0;
	     answer->is_hole && i < sizeof(followers) / sizeof(followers[0]);
	     i++)
		citation_write(json, &followers[i]);
	if (answer->is_merger)
		citation_write(json, &merger_model);
	if (answer->companion_msun > 0 || answer->is_merger || !answer->is_hole)
		citation_write(json, &inspiral_model);
}

void
singularity_models_write(struct json *json, const struct singularity *it)
{
	const struct mass_answer *answer = &it->answer;

	if (it->method != NULL) {
		json_array_begin(json, "models");
		for (size_t i = 0; i < answer->model_count; i++)
			json_text(json, NULL, answer->models[i]->name);
		json_array_end(json);
	}
	json_array_begin(json, "citations");
	if (it->method != NULL)
		mass_citations_write(json, answer);
	if (it->args->has_rays)
		citation_write(json, &rays_model);
	json_array_end(json);
}
