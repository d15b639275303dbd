/*
 * A query string's way: into pairs, into arguments, and, where it is wrong,
 * into a problem that a client can read.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "engine/bind.h"
#include "engine/router.h"
#include "http/query.h"
#include "../testapp.h"
#include "../unit/json_c.h"

/* Not assert(), which a build may leave out. */
const char fuzz_corpus[] = "query";

/* ---- pairs */

static void
byte_encode(struct buf *out, char byte)
{
	buf_printf(out, "%%%02X", (unsigned)(unsigned char)byte);
}

static void
text_encode(struct buf *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		byte_encode(out, text[i]);
}

static void
pairs_compare(const struct query *a, const struct query *b)
{
	MUST(a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct query_pair *one = &a->pairs[i];
		const struct query_pair *other = &b->pairs[i];

		MUST(one->name_length == other->name_length);
		MUST(one->value_length == other->value_length);
		MUST(memcmp(one->name, other->name, one->name_length) == 0);
		MUST(memcmp(one->value, other->value, one->value_length) == 0);
	}
}

/* Pairs are no more than was sent, and survive being sent again. */
static void
pairs_check(const struct query *query, size_t length, struct arena *arena)
{
	size_t sum = 0;
	struct query again;
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < query->count; i++) {
		const struct query_pair *pair = &query->pairs[i];

		MUST(pair->name[pair->name_length] == '\0');
		MUST(pair->value[pair->value_length] == '\0');
		sum += pair->name_length + pair->value_length + 1;
		text_encode(&text, pair->name, pair->name_length);
		buf_add_char(&text, '=');
		text_encode(&text, pair->value, pair->value_length);
		buf_add_char(&text, '&');
	}
	/* Of the last pair "=" and "&" may be missing. */
	MUST(query->count == 0 || sum <= length + query->count);
	MUST(!text.failed);
	MUST(query_parse(&again, text.bytes, text.length, arena) == LC_OK);
	pairs_compare(query, &again);
	buf_release(&text);
}

/* ---- arguments */

static void
whole_check(const struct lc_field *param, int64_t value)
{
	int64_t bound;

	if (param->min != NULL) {
		MUST(number_parse_int64(param->min, strlen(param->min),
					&bound) == NUMBER_OK);
		MUST(value >= bound);
	}
	if (param->max != NULL) {
		MUST(number_parse_int64(param->max, strlen(param->max),
					&bound) == NUMBER_OK);
		MUST(value <= bound);
	}
	if (param->above != NULL) {
		MUST(number_parse_int64(param->above, strlen(param->above),
					&bound) == NUMBER_OK);
		MUST(value > bound);
	}
}

static void
number_check(const struct lc_field *param, double value)
{
	double bound;

	MUST(value - value == 0);
	if (param->min != NULL) {
		MUST(number_parse_double(param->min, strlen(param->min),
					 &bound) == NUMBER_OK);
		MUST(value >= bound);
	}
	if (param->max != NULL) {
		MUST(number_parse_double(param->max, strlen(param->max),
					 &bound) == NUMBER_OK);
		MUST(value <= bound);
	}
	if (param->below != NULL) {
		MUST(number_parse_double(param->below, strlen(param->below),
					 &bound) == NUMBER_OK);
		MUST(value < bound);
	}
}

static int64_t
characters(const char *text)
{
	int64_t count = 0;

	for (size_t left = strlen(text); left > 0; count++) {
		size_t bytes = text_utf8_one(text, left);

		text += bytes;
		left -= bytes;
	}
	return count;
}

static void
text_check(const struct lc_field *param, const char *value)
{
	const char *const *choice = param->choices;

	MUST(value != NULL && text_is_utf8(value, strlen(value)));
	whole_check(param, characters(value));
	while (choice != NULL && *choice != NULL && strcmp(*choice, value) != 0)
		choice++;
	MUST(choice == NULL || *choice != NULL);
}

static void
args_check(const struct lc_call *call)
{
	const char *args = call->args;

	for (const struct lc_field *p = call->endpoint->params; p->name != NULL;
	     p++) {
		const void *field = args + p->offset;

		if (p->optional && !*(const bool *)(args + p->has_offset))
			continue;
		switch (p->type) {
		case LC_INT:
			whole_check(p, *(const int64_t *)field);
			break;
		case LC_NUMBER:
			number_check(p, *(const double *)field);
			break;
		case LC_TEXT:
			text_check(p, *(const char *const *)field);
			break;
		case LC_BOOL:
			MUST(*(const unsigned char *)field <= 1);
			break;
		default:
			abort();
		}
	}
}

/* ---- what is said about it */

static bool
name_known(const struct lc_call *call, const char *name)
{
	for (const struct lc_field *p = call->endpoint->params; p->name != NULL;
	     p++)
		if (strcmp(p->name, name) == 0)
			return true;
	return false;
}

/* Each parameter is wrong at most once. */
static void
errors_check(const struct lc_call *call)
{
	for (const struct problem_error *e = call->errors; e != NULL;
	     e = e->next) {
		MUST(name_known(call, e->at->name));
		MUST(strcmp(e->at->before->name, "query") == 0);
		MUST(e->type[0] != '\0' && e->message[0] != '\0');
		for (const struct problem_error *later = e->next; later != NULL;
		     later = later->next)
			MUST(strcmp(e->at->name, later->at->name) != 0);
	}
}

/* A warning for each unknown parameter, in order, up to so many. */
static void
warnings_check(const struct lc_call *call, const struct query *query)
{
	const struct problem_warning *warning = call->warnings;
	int warned = 0;

	for (size_t i = 0; i < query->count; i++) {
		const struct query_pair *pair = &query->pairs[i];

		if (strlen(pair->name) == pair->name_length &&
		    (name_known(call, pair->name) ||
		     strcmp(pair->name, "format") == 0))
			continue;
		if (warned++ == BIND_WARN_MOST)
			break;
		MUST(warning != NULL);
		warning = warning->next;
	}
	MUST(warning == NULL);
}

static void
json_check(const struct buf *text)
{
	struct json_tokener *reader = json_tokener_new();

	MUST(!text->failed && reader != NULL);
	json_tokener_set_flags(reader, JSON_TOKENER_STRICT |
					       JSON_TOKENER_VALIDATE_UTF8);
	json_object_put(
		json_tokener_parse_ex(reader, text->bytes, (int)text->length));
	MUST(json_tokener_get_error(reader) == json_tokener_success);
	json_tokener_free(reader);
}

/* What a client would read of it is strict JSON. */
static void
replies_check(struct lc_call *call)
{
	struct problem problem = {.rc = LC_INVALID, .errors = call->errors};
	struct buf *body = &call->response.body;
	struct json json;

	problem_write(&call->response, &problem);
	json_check(body);
	buf_reset(body);
	json_init(&json, body);
	json_array_begin(&json, NULL);
	for (const struct problem_warning *w = call->warnings; w != NULL;
	     w = w->next)
		json_text(&json, NULL, w->text);
	json_array_end(&json);
	json_check(body);
}

static void
call_free(struct lc_call *call)
{
	(void)call;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct transport transport = {.free = call_free};
	struct lc_call call;
	enum lc_rc rc;

	call_init(&call, NULL, &transport);
	MUST(router_find(testapp_table, LC_GET, "/typed", &call.endpoint) ==
	     LC_OK);
	MUST(query_parse(&call.query, (const char *)bytes, length,
			 &call.arena) == LC_OK);
	pairs_check(&call.query, length, &call.arena);
	call.request.query = (const char *)bytes;
	call.request.query_length = length;
	rc = bind_request(&call);
	MUST(rc == LC_OK || rc == LC_INVALID);
	MUST((rc == LC_OK) == (call.errors == NULL));
	if (rc == LC_OK)
		args_check(&call);
	errors_check(&call);
	warnings_check(&call, &call.query);
	replies_check(&call);
	call_release(&call);
	return 0;
}
