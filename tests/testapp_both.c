/*
 * Parameters that may come in the query or in a body, bounds that are
 * themselves outside, and answers that are pictures.
 */
#include "testapp.h"

#include <string.h>

#define TEST_TABLE(verb, where, name, ...)                                    \
	.method = verb, .path = where, .tag = &testapp_tag, .summary = where, \
	.deadline_ms = 1000, .run = name##_run, __VA_ARGS__

#define TEST_ARGS(name) \
	.params = name##_params, .args_size = sizeof(struct name##_query)

/* ---- bounds that are outside */

struct bounded_query {
	int64_t whole;
	double real, share;
	int64_t x_level;
	bool has_x_level;
};

static const struct lc_field bounded_params[] = {
	LC_PARAM(bounded_query, whole, .above = "0", .below = "10", .def = "1",
		 .doc = "Int."),
	LC_PARAM(bounded_query, real, .above = "0", .doc = "Number."),
	LC_PARAM(bounded_query, share, .min = "0", .below = "1", .def = "0.5",
		 .doc = "Number."),
	LC_PARAM_OPTIONAL(bounded_query, x_level, .in = LC_IN_HEADER,
			  .above = "-3", .max = "3", .doc = "Int."),
	LC_FIELD_END};

static const struct lc_field bounded_reply[] = {
	LC_FIELD("whole", LC_INT, .above = "0", .below = "10", .doc = "Int."),
	LC_FIELD("real", LC_NUMBER, .above = "0", .doc = "Number."),
	LC_FIELD("share", LC_NUMBER, .min = "0", .below = "1",
		 .doc = "Number."),
	LC_FIELD_END};

static enum lc_rc
bounded_run(struct lc_call *call, const void *args)
{
	const struct bounded_query *query = args;

	json_int(lc_json(call), "whole", query->whole);
	json_number(lc_json(call), "real", query->real);
	json_number(lc_json(call), "share", query->share);
	return LC_OK;
}

const struct lc_endpoint bounded_endpoint = {
	TEST_TABLE(LC_GET, "/bounded", bounded, TEST_ARGS(bounded),
		   .reply = bounded_reply)};

/* ---- in the query or in the body */

struct both_settings {
	const char *notify;
};

struct both_query {
	double mass_kg;
	double spin;
	bool has_spin;
	int64_t count;
	const char *word;
	bool has_word, flag;
	struct lc_list number;
	bool has_number, loud;
	struct both_settings settings;
	bool has_settings;
};

static const struct lc_field both_item =
	LC_ITEM(double, .above = "0", .doc = "A number.");

static const struct lc_field both_members[] = {
	LC_PARAM(both_settings, notify, .max = "16", .doc = "A text."),
	LC_FIELD_END};

#define BOTH_PARAMS                                                           \
	LC_PARAM(both_query, mass_kg, .in = LC_IN_BOTH, .above = "0",         \
		 .unit = "kg", .doc = "A mass."),                             \
		LC_PARAM_OPTIONAL(both_query, spin, .in = LC_IN_BOTH,         \
				  .above = "-1", .below = "1",                \
				  .doc = "A spin."),                          \
		LC_PARAM(both_query, count, .in = LC_IN_BOTH, .min = "1",     \
			 .below = "9", .def = "3", .doc = "Int."),            \
		LC_PARAM_OPTIONAL(both_query, word, .in = LC_IN_BOTH,         \
				  .min = "1", .max = "8", .doc = "Text."),    \
		LC_PARAM(both_query, flag, .in = LC_IN_BOTH, .def = "false",  \
			 .doc = "Bool."),                                     \
		LC_PARAM_OPTIONAL(both_query, number, .in = LC_IN_BOTH,       \
				  .item = &both_item, .min = "1", .max = "4", \
				  .doc = "Numbers."),                         \
		LC_PARAM(both_query, loud, .def = "false",                    \
			 .doc = "In the query only.")

static const struct lc_field both_params[] = {BOTH_PARAMS, LC_FIELD_END};

static const struct lc_field both_post_params[] = {
	BOTH_PARAMS,
	LC_PARAM_OPTIONAL(both_query, settings, .in = LC_IN_BODY,
			  .members = both_members, .doc = "In the body only."),
	LC_FIELD_END};

static const struct lc_field both_reply[] = {
	LC_FIELD("mass_kg", LC_NUMBER, .doc = "What was bound."),
	LC_FIELD("spin", LC_NUMBER, .nullable = true, .doc = "What was bound."),
	LC_FIELD("count", LC_INT, .doc = "What was bound."),
	LC_FIELD("word", LC_TEXT, .nullable = true, .doc = "What was bound."),
	LC_FIELD("flag", LC_BOOL, .doc = "What was bound."),
	LC_FIELD("numbers", LC_LIST, .item = &both_item,
		 .doc = "What was bound."),
	LC_FIELD("loud", LC_BOOL, .doc = "What was bound."),
	LC_FIELD("notify", LC_TEXT, .nullable = true, .doc = "What was bound."),
	LC_FIELD_END};

static void
text_or_null(struct json *json, const char *name, const char *text)
{
	if (text != NULL)
		json_text(json, name, text);
	else
		json_null(json, name);
}

static void
both_write(struct json *json, const struct both_query *query)
{
	const double *number = query->number.items;

	json_number(json, "mass_kg", query->mass_kg);
	if (query->has_spin)
		json_number(json, "spin", query->spin);
	else
		json_null(json, "spin");
	json_int(json, "count", query->count);
	text_or_null(json, "word", query->word);
	json_bool(json, "flag", query->flag);
	json_array_begin(json, "numbers");
	for (size_t i = 0; i < query->number.count; i++)
		json_number(json, NULL, number[i]);
	json_array_end(json);
	json_bool(json, "loud", query->loud);
	text_or_null(json, "notify",
		     query->has_settings ? query->settings.notify : NULL);
}

/* The word names what is refused. */
static enum lc_rc
both_run(struct lc_call *call, const void *args)
{
	const struct both_query *query = args;

	for (const struct lc_field *f = both_post_params;
	     query->has_word && f->name != NULL; f++)
		if (strcmp(f->name, query->word) == 0)
			return lc_refuse(call, f->name, "value_error", NULL,
					 "Another %s, please", f->name);
	if (query->has_word && strcmp(query->word, "item") == 0)
		return lc_refuse(call, "number.0", "value_error", "0",
				 "Another number, please");
	both_write(lc_json(call), query);
	return LC_OK;
}

static enum lc_rc
both_version(struct lc_call *call, const void *args, uint64_t *version)
{
	(void)args;
	*version = lc_args_digest(call);
	return LC_OK;
}

static const struct lc_example both_examples[] = {
	{"In the query", "/both?mass_kg=5&spin=0.5", NULL, 200},
	{"In the body", "/both", "{\"mass_kg\":5}", 200},
	{.target = NULL}};

const struct lc_endpoint both_get = {
	TEST_TABLE(LC_GET, "/both", both, TEST_ARGS(both), .reply = both_reply,
		   .cache = {.fresh_s = 60}, .version = both_version,
		   .examples = both_examples)};

const struct lc_endpoint both_post = {
	TEST_TABLE(LC_POST, "/both", both, .params = both_post_params,
		   .args_size = sizeof(struct both_query), .reply = both_reply,
		   .examples = both_examples)};

/* ---- a picture, or what is known of it */

/* A grey pixel. */
static const unsigned char pixel[] = {
	0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d,
	0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,
	0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00,
	0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x68, 0x00, 0x00, 0x00,
	0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0x00, 0x00, 0x00, 0x00, 0x49,
	0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

struct picture_query {
	int64_t width_px;
};

static const struct lc_field picture_params[] = {
	LC_PARAM(picture_query, width_px, .in = LC_IN_BOTH, .min = "1",
		 .max = "9", .def = "1", .unit = "px", .doc = "Width."),
	LC_FIELD_END};

static const struct lc_field picture_reply[] = {
	LC_FIELD("width_px", LC_INT, .doc = "What was bound."), LC_FIELD_END};

static enum lc_rc
picture_run(struct lc_call *call, const void *args)
{
	const struct picture_query *query = args;

	if (lc_format(call) == LC_AS_PNG)
		buf_add(lc_body(call, NULL), pixel, sizeof(pixel));
	else
		json_int(lc_json(call), "width_px", query->width_px);
	return LC_OK;
}

static const struct lc_example picture_examples[] = {
	{"What is known of it", "/picture", NULL, 200},
	{"The picture", "/picture?format=png", NULL, 200},
	{.target = NULL}};

const struct lc_endpoint picture_endpoint = {
	TEST_TABLE(LC_GET, "/picture", picture, TEST_ARGS(picture),
		   .work = LC_HEAVY, .formats = LC_AS_JSON | LC_AS_PNG,
		   .reply = picture_reply, .examples = picture_examples)};
