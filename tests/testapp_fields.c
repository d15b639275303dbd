/*
 * Endpoints that declare something of everything: parameters of each type in
 * each place, lists and nested bodies, guards, formats, a limit, a cache.
 * What they are given is what they answer.
 */
#include "testapp.h"

#define TEST_TABLE(verb, where, name, ...)                                    \
	.method = verb, .path = where, .tag = &testapp_tag, .summary = where, \
	.work = LC_QUICK, .deadline_ms = 1000, .run = name##_run, __VA_ARGS__

#define TEST_ARGS(name) \
	.params = name##_params, .args_size = sizeof(struct name##_query)

/* ---- one parameter of each type */

static const char *const colours[] = {"red", "green", "blue", NULL};

struct typed_query {
	int64_t count;
	double ratio;
	const char *word;
	bool flag;
	const char *colour;
	bool has_colour;
};

static const struct lc_field typed_params[] = {
	LC_PARAM(typed_query, count, .min = "1", .max = "10", .doc = "Int."),
	LC_PARAM(typed_query, ratio, .min = "-1.5", .max = "1.5", .def = "0.5",
		 .doc = "Number."),
	LC_PARAM(typed_query, word, .min = "2", .max = "8", .def = "word",
		 .doc = "Text."),
	LC_PARAM(typed_query, flag, .def = "false", .doc = "Bool."),
	LC_PARAM_OPTIONAL(typed_query, colour, .choices = colours,
			  .doc = "Choice."),
	LC_FIELD_END};

static const struct lc_field typed_reply[] = {
	LC_FIELD("count", LC_INT, .min = "1", .max = "10", .doc = "Int."),
	LC_FIELD("ratio", LC_NUMBER, .doc = "Number."),
	LC_FIELD("word", LC_TEXT, .doc = "Text."),
	LC_FIELD("flag", LC_BOOL, .doc = "Bool."),
	LC_FIELD("colour", LC_TEXT, .choices = colours, .optional = true,
		 .doc = "Choice."),
	LC_FIELD_END};

static enum lc_rc
typed_run(struct lc_call *call, const void *args)
{
	const struct typed_query *query = args;
	struct json *json = lc_json(call);

	json_int(json, "count", query->count);
	json_number(json, "ratio", query->ratio);
	json_text(json, "word", query->word);
	json_bool(json, "flag", query->flag);
	if (query->has_colour)
		json_text(json, "colour", query->colour);
	return LC_OK;
}

const struct lc_endpoint typed_endpoint = {TEST_TABLE(
	LC_GET, "/typed", typed, TEST_ARGS(typed), .reply = typed_reply)};

/* ---- lists in the query */

struct listed_query {
	struct lc_list number, colour;
	bool has_colour;
};

static const struct lc_field number_item =
	LC_ITEM(double, .min = "0", .max = "100", .doc = "A number.");
static const struct lc_field colour_item =
	LC_ITEM(const char *, .choices = colours, .doc = "A colour.");

static const struct lc_field listed_params[] = {
	LC_PARAM(listed_query, number, .item = &number_item, .min = "2",
		 .max = "4", .doc = "Numbers."),
	LC_PARAM_OPTIONAL(listed_query, colour, .item = &colour_item,
			  .doc = "Colours."),
	LC_FIELD_END};

static const struct lc_field listed_reply[] = {
	LC_FIELD("numbers", LC_LIST, .item = &number_item, .doc = "Numbers."),
	LC_FIELD("colours", LC_LIST, .item = &colour_item, .doc = "Colours."),
	LC_FIELD_END};

static void
list_write(struct json *json, const char *name, const struct lc_list *list,
	   const struct lc_field *item)
{
	json_array_begin(json, name);
	for (size_t i = 0; i < list->count; i++)
		if (item->type == LC_NUMBER)
			json_number(json, NULL,
				    ((const double *)list->items)[i]);
		else
			json_text(json, NULL,
				  ((const char *const *)list->items)[i]);
	json_array_end(json);
}

static enum lc_rc
listed_run(struct lc_call *call, const void *args)
{
	const struct listed_query *query = args;

	list_write(lc_json(call), "numbers", &query->number, &number_item);
	list_write(lc_json(call), "colours", &query->colour, &colour_item);
	return LC_OK;
}

const struct lc_endpoint listed_endpoint = {TEST_TABLE(
	LC_GET, "/listed", listed, TEST_ARGS(listed), .reply = listed_reply)};

/* ---- a path */

struct item_query {
	const char *shelf;
	int64_t number;
};

static const struct lc_field item_params[] = {
	LC_PARAM(item_query, shelf, .in = LC_IN_PATH, .pattern = "^[a-z]+$",
		 .doc = "A shelf."),
	LC_PARAM(item_query, number, .in = LC_IN_PATH, .min = "1", .max = "99",
		 .doc = "A number."),
	LC_FIELD_END};

static const struct lc_field item_reply[] = {
	LC_FIELD("shelf", LC_TEXT, .doc = "The shelf."),
	LC_FIELD("number", LC_INT, .doc = "The number."), LC_FIELD_END};

static enum lc_rc
item_run(struct lc_call *call, const void *args)
{
	const struct item_query *query = args;

	json_text(lc_json(call), "shelf", query->shelf);
	json_int(lc_json(call), "number", query->number);
	return LC_OK;
}

const struct lc_endpoint item_endpoint = {
	TEST_TABLE(LC_GET, "/shelves/{shelf}/items/{number}", item,
		   TEST_ARGS(item), .reply = item_reply)};

/* ---- a flat body with a query beside it */

struct body_query {
	int64_t timeout;
	const char *mail, *link, *day, *moment, *id;
	bool has_mail, has_link, has_day, has_moment, has_id;
	double mass_kg;
	bool has_mass_kg;
	bool loud;
};

static const struct lc_field body_params[] = {
	LC_PARAM(body_query, loud, .def = "false", .doc = "In the query."),
	LC_PARAM(body_query, timeout, .in = LC_IN_BODY, .nullable = true,
		 .min = "1", .max = "60000", .def = "5000", .unit = "ms",
		 .doc = "As POST /wormhole will have it."),
	LC_PARAM_OPTIONAL(body_query, mail, .in = LC_IN_BODY, .format = "email",
			  .doc = "An e-mail address."),
	LC_PARAM_OPTIONAL(body_query, link, .in = LC_IN_BODY, .format = "uri",
			  .doc = "An address."),
	LC_PARAM_OPTIONAL(body_query, day, .in = LC_IN_BODY, .format = "date",
			  .doc = "A day."),
	LC_PARAM_OPTIONAL(body_query, moment, .in = LC_IN_BODY,
			  .format = "date-time", .doc = "A moment."),
	LC_PARAM_OPTIONAL(body_query, id, .in = LC_IN_BODY, .format = "uuid",
			  .doc = "An id."),
	LC_PARAM_OPTIONAL(body_query, mass_kg, .in = LC_IN_BODY, .min = "0",
			  .nullable = true, .unit = "kg", .doc = "A mass."),
	LC_FIELD_END};

static const struct lc_field body_reply[] = {
	LC_FIELD("timeout", LC_INT, .doc = "What was bound."),
	LC_FIELD("loud", LC_BOOL, .doc = "What was bound."),
	LC_FIELD("mail", LC_TEXT, .optional = true, .doc = "What was bound."),
	LC_FIELD("mass_kg", LC_NUMBER, .optional = true,
		 .doc = "What was bound."),
	LC_FIELD_END};

static enum lc_rc
body_run(struct lc_call *call, const void *args)
{
	const struct body_query *query = args;
	struct json *json = lc_json(call);

	json_int(json, "timeout", query->timeout);
	json_bool(json, "loud", query->loud);
	if (query->has_mail)
		json_text(json, "mail", query->mail);
	if (query->has_mass_kg)
		json_number(json, "mass_kg", query->mass_kg);
	return LC_OK;
}

const struct lc_endpoint body_endpoint = {TEST_TABLE(
	LC_POST, "/body", body, TEST_ARGS(body), .reply = body_reply)};

/* ---- a nested body */

struct nested_point {
	double ra_deg, dec_deg;
	const char *label;
	bool has_label;
};

struct nested_image {
	int64_t width_px, height_px;
};

struct nested_settings {
	double throat_radius_m;
	const char *kind;
	struct nested_image image;
	bool has_image;
	struct lc_list rays_deg;
	bool has_rays_deg;
};

struct nested_query {
	struct nested_settings settings;
	struct lc_list points;
	struct lc_list rows;
	bool has_rows;
};

static const char *const kinds[] = {"ellis", "dneg", NULL};

static const struct lc_field point_members[] = {
	LC_PARAM(nested_point, ra_deg, .min = "0", .max = "360", .unit = "deg",
		 .doc = "Right ascension."),
	LC_PARAM(nested_point, dec_deg, .min = "-90", .max = "90",
		 .unit = "deg", .doc = "Declination."),
	LC_PARAM_OPTIONAL(nested_point, label, .max = "8", .doc = "A name."),
	LC_FIELD_END};

static const struct lc_field image_members[] = {
	LC_PARAM(nested_image, width_px, .min = "16", .max = "4096",
		 .def = "512", .unit = "px", .doc = "Width."),
	LC_PARAM(nested_image, height_px, .min = "16", .max = "4096",
		 .def = "512", .unit = "px", .doc = "Height."),
	LC_FIELD_END};

static const struct lc_field ray_item =
	LC_ITEM(double, .min = "-180", .max = "180", .doc = "An angle.");
static const struct lc_field point_item = LC_ITEM(
	struct nested_point, .members = point_members, .doc = "A point.");
static const struct lc_field cell_item = LC_ITEM(int64_t, .doc = "A cell.");
static const struct lc_field row_item = LC_ITEM(
	struct lc_list, .item = &cell_item, .max = "3", .doc = "A row.");

static const struct lc_field settings_members[] = {
	LC_PARAM(nested_settings, throat_radius_m, .min = "0.001",
		 .max = "1e12", .unit = "m", .doc = "A radius."),
	LC_PARAM(nested_settings, kind, .choices = kinds, .def = "ellis",
		 .doc = "A kind."),
	LC_PARAM_OPTIONAL(nested_settings, image, .members = image_members,
			  .nullable = true, .doc = "An image."),
	LC_PARAM_OPTIONAL(nested_settings, rays_deg, .item = &ray_item,
			  .max = "5", .unit = "deg", .doc = "Angles."),
	LC_FIELD_END};

static const struct lc_field nested_params[] = {
	LC_PARAM(nested_query, settings, .in = LC_IN_BODY,
		 .members = settings_members, .doc = "Settings."),
	LC_PARAM(nested_query, points, .in = LC_IN_BODY, .item = &point_item,
		 .min = "1", .max = "200", .doc = "Points."),
	LC_PARAM_OPTIONAL(nested_query, rows, .in = LC_IN_BODY,
			  .item = &row_item, .doc = "Rows."),
	LC_FIELD_END};

static const struct lc_field nested_reply[] = {
	LC_FIELD("throat_radius_m", LC_NUMBER, .doc = "What was bound."),
	LC_FIELD("kind", LC_TEXT, .doc = "What was bound."),
	LC_FIELD("width_px", LC_INT, .nullable = true,
		 .doc = "What was bound."),
	LC_FIELD("rays_deg", LC_LIST, .item = &ray_item,
		 .doc = "What was bound."),
	LC_FIELD("labels", LC_LIST,
		 .item = &(const struct lc_field){.type = LC_TEXT,
						  .nullable = true},
		 .doc = "What was bound."),
	LC_FIELD("sum_deg", LC_NUMBER, .doc = "Of all coordinates."),
	LC_FIELD("cells", LC_INT, .doc = "Of all rows."),
	LC_FIELD_END};

static void
points_write(struct json *json, const struct lc_list *points)
{
	const struct nested_point *point = points->items;
	double sum_deg = 0;

	json_array_begin(json, "labels");
	for (size_t i = 0; i < points->count; i++, point++) {
		sum_deg += point->ra_deg + point->dec_deg;
		if (point->has_label)
			json_text(json, NULL, point->label);
		else
			json_null(json, NULL);
	}
	json_array_end(json);
	json_number(json, "sum_deg", sum_deg);
}

static enum lc_rc
nested_run(struct lc_call *call, const void *args)
{
	const struct nested_query *query = args;
	const struct nested_settings *settings = &query->settings;
	const struct lc_list *rows = query->rows.items;
	struct json *json = lc_json(call);
	size_t cells = 0;

	for (size_t i = 0; i < query->rows.count; i++)
		cells += rows[i].count;
	json_number(json, "throat_radius_m", settings->throat_radius_m);
	json_text(json, "kind", settings->kind);
	if (settings->has_image)
		json_int(json, "width_px", settings->image.width_px);
	else
		json_null(json, "width_px");
	list_write(json, "rays_deg", &settings->rays_deg, &ray_item);
	points_write(json, &query->points);
	json_int(json, "cells", (int64_t)cells);
	return LC_OK;
}

static const struct lc_example nested_examples[] = {
	{"One point", "/nested",
	 "{\"settings\":{\"throat_radius_m\":1000},\"points\":[{\"ra_deg\":10,"
	 "\"dec_deg\":-5}]}",
	 200},
	{"No point", "/nested",
	 "{\"settings\":{\"throat_radius_m\":1000},\"points\":[]}", 422},
	{.target = NULL}};

const struct lc_endpoint nested_endpoint = {
	TEST_TABLE(LC_POST, "/nested", nested, TEST_ARGS(nested),
		   .reply = nested_reply, .examples = nested_examples)};
