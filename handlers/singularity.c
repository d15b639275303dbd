/*
 * GET and POST /singularity: the mass of a black hole from what was seen,
 * what follows from it, where rays go, and the picture.
 */
#include "singularity.h"

#include <string.h>

#include "keeping.h"
#include "kinds.h"
#include "relativity/constants.h"
#include "stars.h"
#include "table.h"
#include "usage.h"

/* Raised when the same question gets another answer. */
enum { SINGULARITY_REVISION = 1 };

static const char *const methods[] = {"mass",
				      "kepler",
				      "radial_velocity",
				      "shadow",
				      "schwarzschild_radius",
				      "hawking_temperature",
				      "horizon_area",
				      "isco_frequency",
				      "ringdown",
				      "chirp",
				      "microlensing",
				      "m_sigma",
				      "merger",
				      NULL};
static const char *const relations[] = {"mcconnell_ma_2013", "gultekin_2009",
					NULL};
static const char *const skies[] = {"stars", "grid", "none", NULL};
static const char *const colours[] = {"physical", "redshift", "order", NULL};

/* From so near, angles are off by a thousandth and more. */
static const double near_rg = 1000;

#define BOTH .in = LC_IN_BOTH
#define MEASURED(name, unit_word, more, least, most, less, words)           \
	LC_PARAM_OPTIONAL(singularity_args, name, BOTH, .unit = unit_word,  \
			  .above = more, .min = least, .max = most,         \
			  .below = less, .doc = words),                     \
		LC_PARAM_OPTIONAL(singularity_args, name##_err, BOTH,       \
				  .unit = unit_word, .min = "0",            \
				  .doc = "One standard deviation of " #name \
					 "."),

static const struct lc_field singularity_params[] = {
	LC_PARAM_OPTIONAL(singularity_args, method, BOTH, .choices = methods,
			  .doc = "What the mass is computed from; may be left "
				 "out where the parameters allow just one."),
	INPUTS_TABLE(MEASURED) LC_PARAM_OPTIONAL(
		singularity_args, relation, BOTH, .choices = relations,
		.doc = "Of method m_sigma; McConnell & Ma where it "
		       "is left out."),
	LC_PARAM(singularity_args, star_msun, BOTH, .min = "1e-6",
		 .max = "1000", .def = "1", .unit = "solMass",
		 .doc = "Mass of the star that tides would tear apart."),
	LC_PARAM(singularity_args, star_radius_rsun, BOTH, .min = "1e-6",
		 .max = "10000", .def = "1", .unit = "solRad",
		 .doc = "Its radius."),
	LC_PARAM_OPTIONAL(singularity_args, rays, BOTH, .min = "1",
			  .max = "1000000",
			  .doc = "Rays to follow, to 10,000: \"alpha,beta\" in "
				 "gravitational radii on the observer's sky, "
				 "right and up, with ';' between them."),
	LC_PARAM(singularity_args, width_px, BOTH, .min = "16", .max = "4096",
		 .def = "512", .unit = "pix", .doc = "Of the picture."),
	LC_PARAM(singularity_args, height_px, BOTH, .min = "16", .max = "4096",
		 .def = "512", .unit = "pix", .doc = "Of the picture."),
	LC_PARAM_OPTIONAL(singularity_args, fov_rg, BOTH, .min = "0.001",
			  .max = "10000",
			  .doc = "Width of the picture in gravitational radii "
				 "GM/c2; 30 where no width is given."),
	LC_PARAM_OPTIONAL(singularity_args, fov_uas, BOTH, .above = "0",
			  .max = "1e12", .unit = "uas",
			  .doc = "The same on the sky, by mass and distance."),
	LC_PARAM(singularity_args, disc_outer_rg, BOTH, .min = "0",
		 .max = "10000", .def = "20",
		 .doc = "Outer radius of the picture's disc in gravitational "
			"radii; 0: no disc."),
	LC_PARAM(singularity_args, sky, BOTH, .choices = skies, .def = "stars",
		 .doc = "What stands behind the hole."),
	LC_PARAM(singularity_args, colour, BOTH, .choices = colours,
		 .def = "physical",
		 .doc = "Of the disc: as an eye would see it, or by its "
			"redshift factor, or by the order of its image."),
	LC_PARAM_OPTIONAL(singularity_args, peak_temperature_k, BOTH,
			  .min = "500", .max = "1e9", .unit = "K",
			  .doc = "Of the disc's hottest ring; 10,000 where "
				 "neither it nor the accretion rate is "
				 "given."),
	LC_PARAM_OPTIONAL(singularity_args, accretion_rate_msun_yr, BOTH,
			  .above = "0", .max = "1e6", .unit = "solMass/yr",
			  .doc = "Gives the disc's temperature, with the "
				 "mass."),
	LC_PARAM(singularity_args, ra_deg, BOTH, .min = "0", .max = "360",
		 .def = "266.416817", .unit = "deg",
		 .doc = "Right ascension at which the hole stands before the "
			"stars; the Galaxy's centre otherwise."),
	LC_PARAM(singularity_args, dec_deg, BOTH, .min = "-90", .max = "90",
		 .def = "-29.007825", .unit = "deg",
		 .doc = "Declination. The hole's axis points north, which is "
			"up, and east is left; stars far behind are seen "
			"opposite to where they stand, by light that came "
			"around the hole."),
	LC_PARAM_OPTIONAL(singularity_args, catalogue, BOTH, .min = "1",
			  .max = "64",
			  .doc = "The catalogue whose brightest objects are "
				 "the stars; the default one otherwise."),
	LC_FIELD_END};

#define TAKE(name, ...)                                        \
	q->inputs.value[INPUT_##name] = args->name;            \
	q->inputs.given[INPUT_##name] = args->has_##name;      \
	q->inputs.error[INPUT_##name] =                        \
		args->has_##name##_err ? args->name##_err : 0; \
	q->inputs.error_given[INPUT_##name] = args->has_##name##_err;

static void
question_take(struct mass_question *q, const struct singularity_args *args)
{
	INPUTS_TABLE(TAKE)
	q->method = args->has_method ? args->method : NULL;
	q->relation_given = args->has_relation;
	if (args->has_relation && strcmp(args->relation, relations[1]) == 0)
		q->relation = MASS_GULTEKIN_2009;
}

/* What was refused becomes errors, the others warnings, if they are wanted. */
static enum lc_rc
remarks_tell(struct lc_call *call, const struct remarks *remarks, bool warns)
{
	enum lc_rc rc = LC_OK;

	for (size_t i = 0; i < remarks->count; i++) {
		const struct remark *remark = &remarks->list[i];

		if (remark->input != NULL)
			rc = lc_refuse(call, remark->input, remark->type, NULL,
				       "%s", remark->words);
		else if (warns)
			lc_warn(call, "%s", remark->words);
	}
	return rc;
}

/*
 * The mass, where there is anything to find it from; who only wants rays or
 * a picture needs none.
 */
static enum lc_rc
mass_ask(struct singularity *it, bool needless)
{
	enum lc_rc rc;

	if (needless && !mass_asked(&it->question))
		return LC_OK;
	rc = mass_choose(&it->question, &it->method, &it->remarks);
	if (rc == LC_OK)
		rc = mass_find(it->method, &it->question, &it->answer,
			       &it->remarks);
	return rc;
}

/* Sizes on the sky are those seen from far away. */
static void
distance_look(const struct singularity *it)
{
	double distance_rg =
		it->args->distance_pc * PARSEC_M / singularity_rg_m(it);

	if (distance_rg < near_rg)
		lc_warn(it->call,
			"distance_pc is but %.3g gravitational radii GM/c2: "
			"what is given in microarcseconds is seen so from far "
			"away only.",
			distance_rg);
}

static enum lc_rc
numbers_write(struct singularity *it)
{
	struct json *json = lc_json(it->call);

	if (it->method != NULL && it->answer.is_hole && !it->answer.has_spin)
		lc_warn(it->call, "No spin was given: what follows is that of "
				  "a hole without spin.");
	if (it->method != NULL && it->args->has_distance_pc)
		distance_look(it);
	singularity_reply_write(json, it);
	return it->args->has_rays ? singularity_rays_write(json, it) : LC_OK;
}

/* A chirp tells what two holes weigh together, and there is none to draw. */
static enum lc_rc
hole_check(const struct singularity *it)
{
	if (it->method == NULL || it->answer.is_hole)
		return LC_OK;
	return lc_refuse(it->call, "method", "value_error", it->method->name,
			 "Method %s finds the mass of no single hole, so there "
			 "is none to be drawn: leave its inputs out, or give "
			 "those of another method",
			 it->method->name);
}

static enum lc_rc
worse(enum lc_rc a, enum lc_rc b)
{
	return a != LC_OK ? a : b;
}

/* All that can be wrong with the question, and the mass. */
static enum lc_rc
question_ask(struct lc_call *call, const struct singularity_args *args,
	     struct singularity *it, bool warns)
{
	bool picture = lc_format(call) == LC_AS_PNG;
	enum lc_rc rc;

	it->call = call;
	it->args = args;
	question_take(&it->question, args);
	rc = mass_ask(it, picture || args->has_rays);
	if (picture && rc == LC_OK)
		rc = hole_check(it);
	rc = worse(remarks_tell(call, &it->remarks, warns), rc);
	if (args->has_rays)
		rc = worse(singularity_rays_check(call, args), rc);
	if (picture)
		rc = worse(singularity_picture_check(it), rc);
	return rc;
}

static enum lc_rc
singularity_run(struct lc_call *call, const void *args)
{
	struct singularity *it = lc_alloc(call, sizeof(*it));
	enum lc_rc rc =
		it != NULL ? question_ask(call, args, it, true) : LC_NO_MEMORY;

	if (rc != LC_OK)
		return rc;
	return lc_format(call) == LC_AS_PNG ? singularity_picture_write(it) :
					      numbers_write(it);
}

/* What would be refused becomes no job; and nobody is told of its end. */
static enum lc_rc
singularity_notify(struct lc_call *call, const void *args,
		   struct lc_notify *notify)
{
	struct singularity *it = lc_alloc(call, sizeof(*it));

	(void)notify;
	return it != NULL ? question_ask(call, args, it, false) : LC_NO_MEMORY;
}

/* So many characters of rays are followed in some milliseconds. */
enum { RAYS_BRIEF = 2000, RAY_BYTES = 10 };

static enum lc_work
singularity_weigh(struct lc_call *call, const void *arguments)
{
	const struct singularity_args *args = arguments;

	if (lc_format(call) == LC_AS_PNG)
		return LC_HEAVY;
	return args->has_rays && strlen(args->rays) > RAYS_BRIEF ? LC_HEAVY :
								   LC_BRIEF;
}

static int64_t
singularity_cost(struct lc_call *call, const void *arguments)
{
	const struct singularity_args *args = arguments;

	if (lc_format(call) == LC_AS_PNG)
		return usage_picture_cost(args->width_px, args->height_px);
	return 1 + (args->has_rays ? (int64_t)strlen(args->rays) /
					     (USAGE_RAYS * RAY_BYTES) :
				     0);
}

static enum lc_rc
singularity_version(struct lc_call *call, const void *arguments,
		    uint64_t *version)
{
	const struct singularity_args *args = arguments;
	enum lc_rc rc = LC_OK;

	*version = lc_mix(lc_args_digest(call), SINGULARITY_REVISION);
	/* Only the stars come from elsewhere than from the arguments. */
	if (lc_format(call) == LC_AS_PNG && strcmp(args->sky, "stars") == 0)
		rc = stars_version(call,
				   args->has_catalogue ? args->catalogue : NULL,
				   version);
	return rc;
}

/* Of the numbers by what they are made from, which decides what there is. */
static unsigned
numbers_class(const struct singularity_args *args)
{
	unsigned class = 0;

#define CLASS(name, ...) class = keeping_amount(class, args->has_##name);
	INPUTS_TABLE(CLASS)
#undef CLASS
	return keeping_amount(class,
			      args->has_rays ? (double)strlen(args->rays) : 0);
}

static unsigned
singularity_class(const struct lc_call *call, const void *arguments)
{
	const struct singularity_args *args = arguments;
	unsigned class;

	if (lc_format(call) != LC_AS_PNG)
		return numbers_class(args);
	class = keeping_word(0, args->sky);
	class = keeping_amount(class, args->disc_outer_rg > 0);
	return keeping_amount(class,
			      (double)(args->width_px * args->height_px));
}

double
singularity_spin(const struct singularity *it)
{
	if (it->method != NULL)
		return it->answer.has_spin ? it->answer.spin : 0;
	return it->args->has_spin ? it->args->spin : 0;
}

double
singularity_inclination_deg(const struct singularity *it)
{
	return it->args->has_inclination_deg ? it->args->inclination_deg :
					       SINGULARITY_INCLINATION_DEG;
}

double
singularity_rg_m(const struct singularity *it)
{
	return it->method != NULL ? it->answer.mass_msun * SUN_RG_M : 0;
}

double
singularity_rg_uas(const struct singularity *it)
{
	if (!it->args->has_distance_pc)
		return 0;
	return singularity_rg_m(it) / (it->args->distance_pc * PARSEC_M) *
	       UAS_PER_RAD;
}

static const struct lc_tag singularity_tag = {
	"singularity", "Black holes: their mass, what follows from it, rays "
		       "and pictures."};

static const enum lc_rc singularity_problems[] = {LC_UNAVAILABLE, LC_OK};

static const struct lc_example singularity_examples[] = {
	{"GW150914", "/singularity?m1_msun=36&m2_msun=29", NULL, 200},
	{"Sagittarius A*, from the star S2",
	 "/singularity?semi_major_axis_mas=125.06&period_yr=16.0455&"
	 "distance_pc=8246.7&distance_pc_err=9",
	 NULL, 200},
	{"Where two rays go",
	 "/singularity?spin=0.9&inclination_deg=75&rays=-6,1;6,1", NULL, 200},
	{"Parameters of two methods", "/singularity?mass_msun=10&radius_m=3000",
	 NULL, 422},
	{.target = NULL}};

static const struct lc_example singularity_post_examples[] = {
	{"GW150914", "/singularity",
	 "{\"method\": \"merger\", \"m1_msun\": 36, \"m2_msun\": 29}", 200},
	{.target = NULL}};

#define SINGULARITY_ENDPOINT                                                   \
	.path = "/singularity", .tag = &singularity_tag,                       \
	.params = singularity_params,                                          \
	.args_size = sizeof(struct singularity_args),                          \
	.weigh = singularity_weigh, .rates = usage_limits,                     \
	.cost = {singularity_cost, USAGE_PICTURE_MOST, USAGE_PICTURE_COST},    \
	.deadline_ms = 60000, .job = &singularity_job,                         \
	.body_max_bytes = 1 << 20,                                             \
	.cache = {.fresh_s = 3600,                                             \
		  .stale_s = 86400,                                            \
		  .keep = KEEPING_BY_VERSION(singularity_class)},              \
	.version = singularity_version, .formats = LC_AS_JSON | LC_AS_PNG,     \
	.reply = singularity_reply, .problems = singularity_problems,          \
	.warns = true, .run = singularity_run,                                 \
	.details =                                                             \
		"Give the parameters of one method; NAME_err is one standard " \
		"deviation of NAME, and is propagated. As image/png it is "    \
		"the picture of the hole, for which a spin and an "            \
		"inclination are enough."

const struct lc_endpoint singularity_endpoint = {
	SINGULARITY_ENDPOINT,
	.method = LC_GET,
	.summary = "The mass of a black hole from what was seen, and what "
		   "follows from it.",
	.examples = singularity_examples,
};

const struct lc_endpoint singularity_post_endpoint = {
	SINGULARITY_ENDPOINT,
	.method = LC_POST,
	.summary = "The same from a JSON body, also as {\"params\": {...}}.",
	.examples = singularity_post_examples,
};

const struct lc_job_kind singularity_job = {
	.policy = {.kind = "singularity",
		   .attempts = 3,
		   .timeout_ms = 600000,
		   .backoff_ms = 2000,
		   .backoff_most_ms = 60000,
		   .keep_s = 7 * 86400},
	.doc = "The answer to one GET or POST /singularity.",
	.work = &singularity_endpoint,
	.notify = singularity_notify,
};
