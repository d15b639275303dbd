/*
 * The numbers of /wormhole.
 */
#include <math.h>

#include "relativity/constants.h"
#include "relativity/wormhole_embed.h"
#include "relativity/wormhole_matter.h"
#include "relativity/wormhole_travel.h"
#include "wormhole.h"

static const char *const kinds[] = {
	[WORMHOLE_ELLIS] = "ellis", [WORMHOLE_DNEG] = "dneg", NULL};

/* ---- geometry */

static const struct lc_field geometry_fields[] = {
	LC_FIELD("kind", LC_TEXT, .choices = kinds, .doc = "The shape."),
	LC_FIELD("preset", LC_TEXT, .optional = true,
		 .doc = "The preset, where one was given."),
	LC_FIELD("throat_radius_m", LC_NUMBER, .unit = "m",
		 .doc = "Radius of the throat."),
	LC_FIELD("length_m", LC_NUMBER, .optional = true, .unit = "m",
		 .doc = "Length of the cylinder; dneg's."),
	LC_FIELD("lensing_width_m", LC_NUMBER, .optional = true, .unit = "m",
		 .doc = "By how much the radius grows from the cylinder's end "
			"to where the embedding is at 45 degrees; dneg's."),
	LC_FIELD("mass_parameter_m", LC_NUMBER, .optional = true, .unit = "m",
		 .doc = "M in dneg's formula, which the lensing width fixes; "
			"no mass is felt."),
	LC_FIELD("station_m", LC_NUMBER, .unit = "m",
		 .doc = "Proper distance of the stations from the middle: "
			"where 1 - (dr/dl)^2 is 0.01, so that space is nearly "
			"flat."),
	LC_FIELD("station_radius_m", LC_NUMBER, .unit = "m",
		 .doc = "The radius r there."),
	LC_FIELD("embedding_height_m", LC_NUMBER, .unit = "m",
		 .doc = "Of the embedding, from one station to the other."),
	LC_FIELD_END};

static void
geometry_write(struct json *json, const struct wormhole_question *question)
{
	const struct wormhole_settings *settings = question->settings;
	const struct wormhole *shape = &question->shape;
	double throat_m = question->throat_m;
	double station = wormhole_station(shape);

	json_object_begin(json, "geometry");
	json_text(json, "kind", kinds[shape->kind]);
	if (settings->has_preset)
		json_text(json, "preset", settings->preset);
	json_number(json, "throat_radius_m", throat_m);
	if (shape->kind == WORMHOLE_DNEG) {
		json_number(json, "length_m", question->length_m);
		json_number(json, "lensing_width_m", question->lensing_width_m);
		json_number(json, "mass_parameter_m", shape->mass * throat_m);
	}
	json_number(json, "station_m", station * throat_m);
	json_number(json, "station_radius_m",
		    wormhole_radius(shape, station) * throat_m);
	json_number(json, "embedding_height_m",
		    2 * wormhole_height(shape, station) * throat_m);
	json_object_end(json);
}

/* ---- the way through */

static const struct lc_field traversal_fields[] = {
	LC_FIELD("distance_m", LC_NUMBER, .unit = "m",
		 .doc = "Proper distance from station to station."),
	LC_FIELD("speed_m_s", LC_NUMBER, .unit = "m/s",
		 .doc = "The traveller's: as asked for, or the greatest."),
	LC_FIELD("speed_most_m_s", LC_NUMBER, .unit = "m/s",
		 .doc = "The greatest that tides allow."),
	LC_FIELD("gamma", LC_NUMBER, .doc = "Lorentz factor at that speed."),
	LC_FIELD("time_s", LC_NUMBER, .unit = "s",
		 .doc = "How long it takes by the stations' clocks."),
	LC_FIELD("time_proper_s", LC_NUMBER, .unit = "s",
		 .doc = "How long by the traveller's clock."),
	LC_FIELD("tidal_lateral_m_s2", LC_NUMBER, .unit = "m/s2",
		 .doc = "The greatest tidal acceleration on the way, across "
			"it."),
	LC_FIELD("tidal_radial_m_s2", LC_NUMBER, .unit = "m/s2",
		 .doc = "Along the way, where there is none."),
	LC_FIELD("max_tidal_m_s2", LC_NUMBER, .unit = "m/s2",
		 .doc = "What the traveller is to bear."),
	LC_FIELD("body_m", LC_NUMBER, .unit = "m",
		 .doc = "The traveller's size."),
	LC_FIELD_END};

static void
trip_judge(const struct wormhole_question *question,
	   const struct wormhole_trip *trip)
{
	const struct wormhole_settings *settings = question->settings;

	if (settings->has_speed_m_s && trip->speed_m_s > trip->speed_most_m_s)
		lc_warn(question->call,
			"At %.9g m/s tides reach %.6g m/s2, more than "
			"max_tidal_m_s2; they allow %.9g m/s.",
			trip->speed_m_s, trip->tide_m_s2, trip->speed_most_m_s);
	if (settings->body_m > 2 * question->throat_m)
		lc_warn(question->call,
			"A body of %.6g m does not fit through a throat of "
			"%.6g m radius.",
			settings->body_m, question->throat_m);
}

static void
traversal_write(struct json *json, const struct wormhole_question *question)
{
	const struct wormhole_settings *settings = question->settings;
	struct wormhole_trip trip;

	wormhole_travel(&question->shape, question->throat_m, settings->body_m,
			settings->max_tidal_m_s2,
			settings->has_speed_m_s ? settings->speed_m_s : 0,
			&trip);
	trip_judge(question, &trip);
	json_object_begin(json, "traversal");
	json_number(json, "distance_m", trip.distance_m);
	json_number(json, "speed_m_s", trip.speed_m_s);
	json_number(json, "speed_most_m_s", trip.speed_most_m_s);
	json_number(json, "gamma", trip.gamma);
	json_number(json, "time_s", trip.time_s);
	json_number(json, "time_proper_s", trip.time_proper_s);
	json_number(json, "tidal_lateral_m_s2", trip.tide_m_s2);
	json_number(json, "tidal_radial_m_s2", 0);
	json_number(json, "max_tidal_m_s2", settings->max_tidal_m_s2);
	json_number(json, "body_m", settings->body_m);
	json_object_end(json);
}

/* ---- what holds it open */

static const struct lc_field throat_fields[] = {
	LC_FIELD("energy_density_j_m3", LC_NUMBER, .unit = "J/m3",
		 .doc = "Energy density for who rests there."),
	LC_FIELD("radial_pressure_pa", LC_NUMBER, .unit = "Pa",
		 .doc = "Pressure along l; negative: tension."),
	LC_FIELD("lateral_pressure_pa", LC_NUMBER, .unit = "Pa",
		 .doc = "Pressure across."),
	LC_FIELD("null_energy_j_m3", LC_NUMBER, .unit = "J/m3",
		 .doc = "Energy density and radial pressure together; "
			"negative: the matter is exotic, for light finds its "
			"energy negative. Zero within a cylinder."),
	LC_FIELD_END};

#define AMOUNT_FIELDS(name, words)                                             \
	LC_FIELD(name "_kg", LC_NUMBER, .unit = "kg",                          \
		 .doc = words ", over c2."),                                   \
		LC_FIELD(name "_j", LC_NUMBER, .unit = "J", .doc = words "."), \
		LC_FIELD(name "_msun", LC_NUMBER, .unit = "solMass",           \
			 .doc = words ", over c2, in solar masses.")

static const struct lc_field matter_fields[] = {
	AMOUNT_FIELDS("energy", "The energy density's integral over the "
				"proper volume"),
	AMOUNT_FIELDS("null_energy", "The integral of energy density and "
				     "radial pressure over the proper volume"),
	LC_FIELD("cutoff_m", LC_NUMBER, .nullable = true, .unit = "m",
		 .doc = "How far from the middle the integrals go, on both "
			"sides: dneg's have no end, and go to the stations; "
			"null: everywhere."),
	LC_FIELD("throat", LC_OBJECT, .members = throat_fields,
		 .doc = "Stresses in the middle."),
	LC_FIELD("cylinder_end", LC_OBJECT, .members = throat_fields,
		 .optional = true,
		 .doc = "Stresses just outside the cylinder's ends, where "
			"dneg's matter is the most exotic."),
	LC_FIELD_END};

static void
amount_write(struct json *json, const char *const names[3], double kg)
{
	json_number(json, names[0], kg);
	json_number(json, names[1], kg * LIGHT_M_S * LIGHT_M_S);
	json_number(json, names[2], kg / SUN_KG);
}

static void
stress_write(struct json *json, const char *name,
	     const struct wormhole_question *question, double l)
{
	struct wormhole_stress stress;

	wormhole_stress(&question->shape, question->throat_m, l, &stress);
	json_object_begin(json, name);
	json_number(json, "energy_density_j_m3", stress.energy_density_j_m3);
	json_number(json, "radial_pressure_pa", stress.radial_pressure_pa);
	json_number(json, "lateral_pressure_pa", stress.lateral_pressure_pa);
	json_number(json, "null_energy_j_m3", stress.null_energy_j_m3);
	json_object_end(json);
}

static void
matter_write(struct json *json, const struct wormhole_question *question)
{
	static const char *const energy[] = {"energy_kg", "energy_j",
					     "energy_msun"};
	static const char *const null_energy[] = {
		"null_energy_kg", "null_energy_j", "null_energy_msun"};
	const struct wormhole *shape = &question->shape;
	struct wormhole_matter matter;

	wormhole_matter(shape, question->throat_m, &matter);
	json_object_begin(json, "exotic_matter");
	amount_write(json, energy, matter.energy_kg);
	amount_write(json, null_energy, matter.null_energy_kg);
	json_number(json, "cutoff_m", matter.cutoff_m);
	stress_write(json, "throat", question, 0);
	if (shape->kind == WORMHOLE_DNEG)
		stress_write(json, "cylinder_end", question,
			     nextafter(shape->half_length, INFINITY));
	json_object_end(json);
}

/* ---- the embedding */

static const struct lc_field embedding_number = {.type = LC_NUMBER};
static const struct lc_field embedding_item = {
	.type = LC_LIST, .item = &embedding_number, .min = "3", .max = "3"};

static void
embedding_write(struct json *json, const struct wormhole_question *question)
{
	const struct wormhole *shape = &question->shape;
	double throat_m = question->throat_m;
	struct wormhole_point points[WORMHOLE_POINTS];

	wormhole_meridian(shape, wormhole_reach(shape), points);
	json_array_begin(json, "embedding");
	for (size_t i = 0; i < WORMHOLE_POINTS; i++) {
		json_array_begin(json, NULL);
		json_number(json, NULL, points[i].r * throat_m);
		json_number(json, NULL, points[i].z * throat_m);
		json_number(json, NULL, points[i].l * throat_m);
		json_array_end(json);
	}
	json_array_end(json);
}

/* ---- where numbers come from */

struct model {
	const char *name, *citation;
};

static const struct model shapes[] = {
	[WORMHOLE_ELLIS] = {"ellis", "Ellis 1973, J. Math. Phys. 14, 104"},
	[WORMHOLE_DNEG] = {"dneg", "James, von Tunzelmann, Franklin & Thorne "
				   "2015, Am. J. Phys. 83, 486"}};

static const struct model others[] = {
	{"traversal, stresses", "Morris & Thorne 1988, Am. J. Phys. 56, 395"},
	{"null energy", "Visser, Kar & Dadhich 2003, Phys. Rev. Lett. 90, "
			"201102"},
	{"rays", "James, von Tunzelmann, Franklin & Thorne 2015, Am. J. Phys. "
		 "83, 486"}};

static const struct lc_field model_item = {.type = LC_TEXT};

static const struct lc_field citation_fields[] = {
	LC_FIELD("model", LC_TEXT, .doc = "The model, or what it gives."),
	LC_FIELD("citation", LC_TEXT, .doc = "Its source."), LC_FIELD_END};

static const struct lc_field citation_item = {.type = LC_OBJECT,
					      .members = citation_fields};

static void
citation_write(struct json *json, const struct model *model)
{
	json_object_begin(json, NULL);
	json_text(json, "model", model->name);
	json_text(json, "citation", model->citation);
	json_object_end(json);
}

static void
models_write(struct json *json, const struct wormhole_question *question)
{
	const struct model *shape = &shapes[question->shape.kind];

	json_array_begin(json, "models");
	json_text(json, NULL, shape->name);
	json_array_end(json);
	json_array_begin(json, "citations");
	citation_write(json, shape);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		citation_write(json, &others[i]);
	json_array_end(json);
}

/* ---- all of it, in the order of the documentation */

const struct lc_field wormhole_reply[] = {
	LC_FIELD("open", LC_BOOL, .doc = "True: it can be passed."),
	LC_FIELD("geometry", LC_OBJECT, .members = geometry_fields,
		 .doc = "The shape, with what follows from it."),
	LC_FIELD("traversal", LC_OBJECT, .members = traversal_fields,
		 .doc = "The way from one station to the other, straight "
			"through the middle at constant speed."),
	LC_FIELD("exotic_matter", LC_OBJECT, .members = matter_fields,
		 .doc = "What holds it open."),
	LC_FIELD("embedding", LC_LIST, .item = &embedding_item, .unit = "m",
		 .doc = "A meridian of the equatorial plane as a surface in "
			"flat space, from the far side to the near one: "
			"[r, z, l] each, the radius, the height over the "
			"middle and the proper distance from it, in metres."),
	LC_FIELD("camera", LC_OBJECT, .members = wormhole_camera_members,
		 .doc = "Where rays are seen from, and pictures."),
	LC_FIELD("rays", LC_LIST, .item = &wormhole_ray_item, .optional = true,
		 .doc = "Where the rays go, in their order."),
	LC_FIELD("models", LC_LIST, .item = &model_item,
		 .doc = "The model behind the shape."),
	LC_FIELD("citations", LC_LIST, .item = &citation_item,
		 .doc = "Where each model and formula comes from."),
	LC_FIELD_END};

enum lc_rc
wormhole_reply_write(const struct wormhole_question *question)
{
	struct json *json = lc_json(question->call);
	enum lc_rc rc;

	json_bool(json, "open", true);
	geometry_write(json, question);
	traversal_write(json, question);
	matter_write(json, question);
	embedding_write(json, question);
	wormhole_camera_write(json, question);
	rc = wormhole_rays_write(json, question);
	models_write(json, question);
	return rc;
}
