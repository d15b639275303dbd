/*
 * POST /galaxy/match: for each of many positions the nearest objects.
 */
#include <math.h>
#include <string.h>

#include "keeping.h"
#include "match_read.h"
#include "objects.h"
#include "sky/cone.h"
#include "table.h"
#include "usage.h"

enum {
	MATCH_SEND_BYTES = 1 << 16,
	MATCH_ARENA_BYTES = 4096,
	MATCH_LINE_BYTES = 16, /* of CSV, about */
	MATCH_QUICK = 100      /* positions; more are heavy work */
};

struct match_query {
	double radius_deg;
	int64_t limit;
	const char *catalogue;
	bool has_catalogue;
	struct lc_list positions; /* of struct match_item */
};

static const struct lc_field match_params[] = {
	LC_PARAM(match_query, radius_deg, .min = "0", .max = "10",
		 .def = "0.01", .unit = "deg", .doc = "How far from each."),
	LC_PARAM(match_query, limit, .min = "1", .max = "100", .def = "1",
		 .doc = "Most objects to return for each position."),
	LC_PARAM_OPTIONAL(match_query, catalogue, .min = "1", .max = "64",
			  .doc = "The catalogue to ask; the default one "
				 "otherwise."),
	LC_PARAM(match_query, positions, .in = LC_IN_BODY,
		 .item = &match_item_field, .max = "10000",
		 .doc = "The positions."),
	LC_FIELD_END};

static const struct lc_field match_object = {.type = LC_OBJECT,
					     .more = objects_field};

static const struct lc_field match_members[] = {
	LC_FIELD("index", LC_INT, .min = "0",
		 .doc = "The position's place among those sent, from 0."),
	LC_FIELD("id", LC_TEXT, .optional = true, .doc = "As it was sent."),
	LC_FIELD("ra_deg", LC_NUMBER, .unit = "deg",
		 .doc = "The position's right ascension, ICRS."),
	LC_FIELD("dec_deg", LC_NUMBER, .unit = "deg", .doc = "Declination."),
	LC_FIELD("matched", LC_INT, .min = "0",
		 .doc = "How many objects there are, also beyond limit."),
	LC_FIELD("system", LC_LIST, .item = &match_object,
		 .doc = "The objects, nearest first."),
	LC_FIELD_END};

static const struct lc_field match_item_reply = {.type = LC_OBJECT,
						 .members = match_members};

static const struct lc_field match_reply[] = {
	LC_FIELD("radius_deg", LC_NUMBER, .unit = "deg",
		 .doc = "How far was searched."),
	LC_FIELD("matches", LC_LIST, .item = &match_item_reply,
		 .doc = "One for each position, in their order."),
	LC_FIELD_END};

static const struct lc_example match_examples[] = {
	{"Two positions and a name", "/galaxy/match?radius_deg=0.05",
	 "{\"positions\": [{\"id\": \"a\", \"ra_deg\": 10.6848, "
	 "\"dec_deg\": 41.2691}, {\"id\": \"b\", \"ra_deg\": 200, "
	 "\"dec_deg\": 0}, {\"coordinates\": \"M1\"}]}",
	 200},
	{"A position that is none", "/galaxy/match",
	 "{\"positions\": [{\"ra_deg\": 10.68}]}", 422},
	{.target = NULL}};

/* An answer that is on its way. */
struct match {
	struct lc_call *call;
	struct catalogue *catalogue;
	const struct match_query *query;
	const struct match_position *positions;
	size_t count;
	const struct columns_set *columns;
};

/* Searches around one position; what it takes is forgotten with `arena`. */
static enum lc_rc
match_search(const struct match *match, size_t i, struct arena *arena,
	     struct cone_result *result)
{
	struct lc_progress *progress = lc_progress(match->call);
	const struct cone_query cone = {
		.ra_deg = match->positions[i].ra_deg,
		.dec_deg = match->positions[i].dec_deg,
		.radius_deg = match->query->radius_deg,
		.limit = match->query->limit,
	};

	progress_report(progress, (double)i / (double)match->count);
	return cone_search(match->catalogue, &cone, progress, arena, result);
}

/* Answers one position after the other by `one`. */
static enum lc_rc
match_each(const struct match *match,
	   enum lc_rc (*one)(const struct match *match, size_t i,
			     struct arena *arena, void *context),
	   void *context)
{
	char room[MATCH_ARENA_BYTES];
	enum lc_rc rc = LC_OK;

	for (size_t i = 0; i < match->count && rc == LC_OK; i++) {
		struct arena arena;

		arena_init(&arena, room, sizeof(room));
		rc = one(match, i, &arena, context);
		arena_release(&arena);
	}
	return rc;
}

/* ---- JSON */

static enum lc_rc
json_objects(const struct match *match, struct json *json,
	     struct cone_result *result)
{
	const char *name = catalogue_name(match->catalogue);
	const struct columns_value *values;
	enum lc_rc rc = LC_OK;

	json_array_begin(json, "system");
	for (size_t i = 0; i < result->count && rc == LC_OK; i++) {
		rc = cone_values(match->catalogue, result, i, &values);
		if (rc != LC_OK)
			break;
		json_object_begin(json, NULL);
		objects_write(json, match->columns, values,
			      &result->rows[i].separation_deg, name, false);
		json_object_end(json);
	}
	json_array_end(json);
	return rc;
}

static enum lc_rc
json_match(const struct match *match, size_t i, struct arena *arena,
	   void *context)
{
	const struct match_position *position = &match->positions[i];
	struct json *json = context;
	struct cone_result result;
	enum lc_rc rc = match_search(match, i, arena, &result);

	if (rc != LC_OK)
		return rc;
	json_object_begin(json, NULL);
	json_int(json, "index", (int64_t)i);
	if (position->id != NULL)
		json_text(json, "id", position->id);
	json_number(json, "ra_deg", position->ra_deg);
	json_number(json, "dec_deg", position->dec_deg);
	json_int(json, "matched", result.matched);
	rc = json_objects(match, json, &result);
	json_object_end(json);
	if (rc == LC_OK && json->out->length >= MATCH_SEND_BYTES)
		rc = lc_body_send(match->call);
	return rc;
}

static enum lc_rc
json_answer(const struct match *match)
{
	struct json *json = lc_json(match->call);
	enum lc_rc rc;

	json_number(json, "radius_deg", match->query->radius_deg);
	json_array_begin(json, "matches");
	rc = match_each(match, json_match, json);
	json_array_end(json);
	return rc;
}

/* ---- CSV */

struct csv_answer {
	struct lc_call *call;
	struct rows rows;
	struct columns_value *nothing; /* a row of absent values */
	struct buf *out;
	bool streaming;
};

/* As in the other cells; what is there and empty is told from what is not. */
static void
csv_id(struct buf *out, const char *id)
{
	bool plain =
		*id != '\0' && *id != '#' && id[strcspn(id, "\",\r\n")] == '\0';

	if (plain) {
		buf_add_text(out, id);
		return;
	}
	buf_add_char(out, '"');
	for (; *id != '\0'; id++) {
		if (*id == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *id);
	}
	buf_add_char(out, '"');
}

static void
csv_lead(struct csv_answer *answer, const struct match *match, size_t i)
{
	const char *id = match->positions[i].id;

	buf_printf(answer->out, "%zu,", i);
	if (id != NULL)
		csv_id(answer->out, id);
	buf_add_char(answer->out, ',');
}

static enum lc_rc
csv_send(struct csv_answer *answer)
{
	enum lc_rc rc = lc_body_send(answer->call);

	answer->streaming |= rc == LC_OK;
	return rc;
}

static enum lc_rc
csv_match(const struct match *match, size_t i, struct arena *arena,
	  void *context)
{
	struct csv_answer *answer = context;
	const struct columns_value *values;
	struct cone_result result;
	enum lc_rc rc = match_search(match, i, arena, &result);

	if (rc == LC_OK && result.count == 0) {
		csv_lead(answer, match, i);
		rows_row(&answer->rows, answer->nothing, NAN);
	}
	for (size_t row = 0; rc == LC_OK && row < result.count; row++) {
		rc = cone_values(match->catalogue, &result, row, &values);
		if (rc != LC_OK)
			break;
		csv_lead(answer, match, i);
		rows_row(&answer->rows, values,
			 result.rows[row].separation_deg);
	}
	if (rc == LC_OK && answer->out->length >= MATCH_SEND_BYTES)
		rc = csv_send(answer);
	return rc;
}

/* Of half an answer the last line says that it is half. */
static enum lc_rc
csv_end(struct csv_answer *answer, enum lc_rc rc)
{
	if (!answer->streaming || rc == LC_OK)
		return rc;
	buf_reset(answer->out);
	rows_end(&answer->rows, false, rc_title(rc));
	if (!answer->out->failed)
		lc_stream_last(answer->call, answer->out->bytes,
			       answer->out->length);
	return rc;
}

static enum lc_rc
csv_answer(const struct match *match)
{
	struct csv_answer answer = {.call = match->call,
				    .out = lc_body(match->call, NULL)};
	struct rows_table table;
	enum lc_rc rc = objects_table(match->call, match->catalogue, &table);

	if (rc != LC_OK)
		return rc;
	table.separation = true;
	answer.nothing = lc_alloc(match->call,
				  (COLUMNS__MAX + match->columns->own_count) *
					  sizeof(*answer.nothing));
	if (answer.nothing == NULL)
		return LC_NO_MEMORY;
	rc = rows_init(&answer.rows, ROWS_CSV, &table, lc_arena(match->call),
		       answer.out);
	if (rc != LC_OK)
		return rc;
	buf_add_text(answer.out, "index,id,");
	rows_begin(&answer.rows);
	return csv_end(&answer, match_each(match, csv_match, &answer));
}

/* ---- the endpoint */

static enum lc_rc
match_ask(struct lc_call *call, struct catalogue *catalogue, const void *args)
{
	struct match match = {
		.call = call, .catalogue = catalogue, .query = args};
	struct match_position *positions = NULL;
	enum lc_rc rc = catalogue_columns(catalogue, &match.columns);

	if (rc == LC_OK && lc_body_kind(call) == LC_BODY_CSV) {
		rc = match_read_csv(call, &positions, &match.count);
	} else if (rc == LC_OK) {
		match.count = match.query->positions.count;
		rc = match_read_json(call, catalogue, &match.query->positions,
				     &positions);
	}
	match.positions = positions;
	if (rc != LC_OK)
		return rc;
	return lc_format(call) == LC_AS_CSV ? csv_answer(&match) :
					      json_answer(&match);
}

static enum lc_rc
match_run(struct lc_call *call, const void *args)
{
	const struct match_query *query = args;

	return objects_ask(call, query->has_catalogue ? query->catalogue : NULL,
			   match_ask, query);
}

/* How many positions there are; of CSV about. */
static size_t
match_count(const struct lc_call *call, const struct match_query *query)
{
	size_t length;

	if (lc_body_kind(call) != LC_BODY_CSV)
		return query->positions.count;
	(void)lc_body_bytes(call, &length);
	return length / MATCH_LINE_BYTES;
}

static enum lc_rc
match_version(struct lc_call *call, const void *args, uint64_t *version)
{
	const struct match_query *query = args;

	return objects_version(
		call, query->has_catalogue ? query->catalogue : NULL, version);
}

static unsigned
match_class(const struct lc_call *call, const void *args)
{
	const struct match_query *query = args;
	unsigned class = objects_class(
		call, query->has_catalogue ? query->catalogue : NULL,
		query->radius_deg);

	class = keeping_amount(class, (double)query->limit);
	return keeping_amount(class, (double)match_count(call, query));
}

static int64_t
match_cost(struct lc_call *call, const void *args)
{
	const struct match_query *query = args;
	size_t count = match_count(call, query);
	int64_t cost =
		(int64_t)count / USAGE_POSITIONS +
		objects_cost(call,
			     query->has_catalogue ? query->catalogue : NULL,
			     query->radius_deg, count);

	return cost < OBJECTS_COST_MOST ? cost : OBJECTS_COST_MOST;
}

static enum lc_work
match_weigh(struct lc_call *call, const void *args)
{
	const struct match_query *query = args;
	size_t count = match_count(call, query);

	if (count > MATCH_QUICK)
		return LC_HEAVY;
	return objects_weigh(call,
			     query->has_catalogue ? query->catalogue : NULL,
			     query->radius_deg, count);
}

const struct lc_endpoint match_endpoint = {
	.method = LC_POST,
	.path = "/galaxy/match",
	.tag = &objects_tag,
	.summary = "The nearest objects of each of many positions.",
	.details = "Up to 10,000 positions, as JSON or as CSV with a header "
		   "line, whose columns of right ascension and declination "
		   "(decimal or sexagesimal) are found as an import finds "
		   "them; its column id, or one of names, is what the answer "
		   "calls them. They are answered in their order; as CSV a "
		   "position without any object has one line too. A CSV that "
		   "could not be finished ends in a line that begins with "
		   "'# error'.",
	.params = match_params,
	.args_size = sizeof(struct match_query),
	.weigh = match_weigh,
	.rates = usage_limits,
	.cost = {match_cost, OBJECTS_COST_MOST,
		 "1, and 1 for every 100 positions or 25,000 objects that are "
		 "looked at"},
	.deadline_ms = 60000,
	.cache = {.keep = KEEPING_BY_VERSION(match_class)},
	.version = match_version,
	.formats = LC_AS_JSON | LC_AS_CSV,
	.bodies = LC_BODY_JSON | LC_BODY_CSV,
	.body_example = "id,ra,dec\n"
			"Messier 31,10.6848,41.2691\n"
			"Bode's,09:55:33.2,+69:03:55\n",
	.body_max_bytes = 2 << 20,
	.reply = match_reply,
	.examples = match_examples,
	.run = match_run,
};
