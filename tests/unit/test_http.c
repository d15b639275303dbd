/*
 * What goes out: JSON, problems and heads.  JSON is read back by json-c, as a
 * client would, and compared.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/json.h"
#include "http/problem.h"
#include "http/response.h"
#include "json_c.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1
#define ODD "\xef\xbf\xbd" /* U+FFFD */

/* Reads strictly; fails the test when it is not one JSON text. */
static struct json_object *
json_read(const char *from, size_t length)
{
	struct json_tokener *reader = json_tokener_new();
	char *text = malloc(length + 1);
	struct json_object *object;

	assert_non_null(reader);
	assert_non_null(text);
	memcpy(text, from, length);
	text[length] = '\0'; /* without it a number might go on */
	json_tokener_set_flags(reader, JSON_TOKENER_STRICT |
					       JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(reader, text, (int)length + 1);
	if (json_tokener_get_error(reader) != json_tokener_success ||
	    json_tokener_get_parse_end(reader) != length)
		fail_msg("no JSON: %.*s", (int)length, text);
	json_tokener_free(reader);
	free(text);
	return object;
}

static void
test_strings(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *read;
		size_t read_length;
	} cases[] = {
		{BYTES(""), BYTES("")},
		{BYTES("M 31"), BYTES("M 31")},
		{BYTES("\"\\/"), BYTES("\"\\/")},
		{BYTES("\b\f\n\r\t\x01\x1f\x7f"), BYTES("\b\f\n\r\t\x01\x1f\x7f")},
		{BYTES("a\0b"), BYTES("a\0b")},
		{BYTES("\xc3\xa9"), BYTES("\xc3\xa9")},
		{BYTES("\xc3\xa9\"quoted\"\\"), BYTES("\xc3\xa9\"quoted\"\\")},
		{BYTES("\xc3\xa9\n\xf0\x9f\x8c\x8c\0"),
		 BYTES("\xc3\xa9\n\xf0\x9f\x8c\x8c\0")},
		{BYTES("\xe2\x80\xa8\xe2\x80\xa9"),
		 BYTES("\xe2\x80\xa8\xe2\x80\xa9")},
		{BYTES("\xff"), BYTES(ODD)},
		{BYTES("a\xffz"), BYTES("a" ODD "z")},
		{BYTES("\xc3\xa9\xff\"\xc3"), BYTES("\xc3\xa9" ODD "\"" ODD)},
		{BYTES("\xed\xa0\x80"), BYTES(ODD ODD ODD)},
		{BYTES("\xe2\x82"), BYTES(ODD ODD)},
		{BYTES("\xc0\xaf\"x"), BYTES(ODD ODD "\"x")},
	};
	struct buf buf;

	(void)state;
	buf_init(&buf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *object;
		struct json json;

		buf_reset(&buf);
		json_init(&json, &buf);
		json_bytes(&json, NULL, cases[i].text, cases[i].length);
		object = json_read(buf.bytes, buf.length);
		assert_int_equal(json_object_get_string_len(object),
				 cases[i].read_length);
		assert_memory_equal(json_object_get_string(object),
				    cases[i].read, cases[i].read_length);
		json_object_put(object);
		for (size_t at = 0; at < buf.length; at++)
			assert_true((unsigned char)buf.bytes[at] >= ' ');
	}
	buf_release(&buf);
}

static void
test_numbers(void **state)
{
	static const double cases[] = {
		0, -0.0, 1, -1, 0.1, 10.6847917, 1e-7, 1e21, 1e-320, DBL_MAX,
		-DBL_MAX, DBL_MIN, 123456789012345680.0, M_PI, 5e-324,
	};
	static const double odd[] = {(double)INFINITY, -(double)INFINITY,
				     (double)NAN};
	static const int64_t whole[] = {0, 1, -1, INT64_MAX, INT64_MIN};
	struct json_object *list;
	struct json json;
	struct buf buf;
	size_t at = 0;

	(void)state;
	buf_init(&buf);
	json_init(&json, &buf);
	json_array_begin(&json, NULL);
	for (size_t i = 0; i < COUNT(cases); i++)
		json_number(&json, NULL, cases[i]);
	for (size_t i = 0; i < COUNT(odd); i++)
		json_number(&json, NULL, odd[i]);
	for (size_t i = 0; i < COUNT(whole); i++)
		json_int(&json, NULL, whole[i]);
	json_array_end(&json);
	list = json_read(buf.bytes, buf.length);
	assert_int_equal(json_object_array_length(list),
			 COUNT(cases) + COUNT(odd) + COUNT(whole));
	for (size_t i = 0; i < COUNT(cases); i++, at++) {
		double read = json_object_get_double(
			json_object_array_get_idx(list, at));

		assert_true(read == cases[i]);
	}
	for (size_t i = 0; i < COUNT(odd); i++, at++)
		assert_null(json_object_array_get_idx(list, at));
	for (size_t i = 0; i < COUNT(whole); i++, at++) {
		struct json_object *one = json_object_array_get_idx(list, at);

		assert_true(json_object_is_type(one, json_type_int));
		assert_true(json_object_get_int64(one) == whole[i]);
	}
	json_object_put(list);
	buf_release(&buf);
}

/* All that has members, within one another, and empty ones. */
static void
test_structure(void **state)
{
	static const char wanted[] =
		"{\"a\":[],\"b\":{},\"c\":[{\"d\":true,\"e\":false},null,"
		"[1,[2.5]],\"t\"],\"f\":\"\\u0000\"}";
	struct json_object *read, *expected;
	struct json json;
	struct buf buf;

	(void)state;
	buf_init(&buf);
	json_init(&json, &buf);
	json_object_begin(&json, NULL);
	json_array_begin(&json, "a");
	json_array_end(&json);
	json_object_begin(&json, "b");
	json_object_end(&json);
	json_array_begin(&json, "c");
	json_object_begin(&json, NULL);
	json_bool(&json, "d", true);
	json_bool(&json, "e", false);
	json_object_end(&json);
	json_null(&json, NULL);
	json_array_begin(&json, NULL);
	json_int(&json, NULL, 1);
	json_array_begin(&json, NULL);
	json_number(&json, NULL, 2.5);
	json_array_end(&json);
	json_array_end(&json);
	json_text(&json, NULL, "t");
	json_array_end(&json);
	json_bytes(&json, "f", "", 1);
	json_object_end(&json);
	read = json_read(buf.bytes, buf.length);
	expected = json_read(wanted, sizeof(wanted) - 1);
	assert_true(json_object_equal(read, expected));
	json_object_put(read);
	json_object_put(expected);
	buf_release(&buf);
}

/* As deep as it may get: each level has its own commas. */
static void
test_depth(void **state)
{
	struct json_object *object;
	struct json json;
	struct buf buf;

	(void)state;
	buf_init(&buf);
	json_init(&json, &buf);
	for (int i = 1; i < JSON_DEPTH_MAX; i++) {
		json_array_begin(&json, NULL);
		json_int(&json, NULL, i);
	}
	for (int i = 1; i < JSON_DEPTH_MAX; i++) {
		json_int(&json, NULL, -i);
		json_array_end(&json);
	}
	/* json-c's own reader goes 32 deep: the brackets are counted. */
	assert_int_equal(json.depth, 0);
	assert_memory_equal(buf.bytes, "[1,[2,[3,", 9);
	assert_memory_equal(buf.bytes + buf.length - 9, "-62],-63]", 9);
	buf_reset(&buf);
	json_init(&json, &buf);
	json_null(&json, NULL);
	object = json_read(buf.bytes, buf.length);
	assert_null(object);
	buf_release(&buf);
}

/* ---- heads */

static void
test_head(void **state)
{
	static const struct {
		int status;
		const char *media_type, *body;
		bool streamed;
		const char *head;
	} cases[] = {
		{200, "text/plain", "abc", false,
		 "Status: 200 OK\r\nContent-Type: text/plain\r\n"
		 "Content-Length: 3\r\nX-A: 1 2  3\r\n\r\n"},
		{200, "text/plain", "abc", true,
		 "Status: 200 OK\r\nContent-Type: text/plain\r\n"
		 "X-A: 1 2  3\r\n\r\n"},
		{204, NULL, "", false,
		 "Status: 204 No Content\r\nX-A: 1 2  3\r\n\r\n"},
		{422, "a/b", "", false,
		 "Status: 422 Unprocessable Content\r\nContent-Type: a/b\r\n"
		 "Content-Length: 0\r\nX-A: 1 2  3\r\n\r\n"},
		{599, NULL, "", false,
		 "Status: 599 Unknown\r\nX-A: 1 2  3\r\n\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct response response;
		struct buf out;

		buf_init(&out);
		response_init(&response);
		response.status = 500;
		response_field_text(&response, "X-Old", "forgotten");
		response_reset(&response);
		response.status = cases[i].status;
		response.media_type = cases[i].media_type;
		buf_add_text(&response.body, cases[i].body);
		/* A line's end in a value would begin another field. */
		response_field(&response, "X-A", "%d%s", 1, " 2\r\n3");
		response_head(&response, cases[i].streamed, &out);
		buf_add_char(&out, '\0');
		assert_string_equal(out.bytes, cases[i].head);
		buf_release(&out);
		response_release(&response);
	}
}

/* Every code's status has its phrase. */
static void
test_phrases(void **state)
{
	(void)state;
	for (int rc = 0; rc < LC_RC__MAX; rc++)
		assert_string_not_equal(
			status_phrase(rc_status((enum lc_rc)rc)), "Unknown");
	assert_string_equal(status_phrase(404), "Not Found");
	assert_string_equal(status_phrase(0), "Unknown");
}

/* ---- problems */

static const char *
member(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value))
		return NULL;
	return json_object_get_string(value);
}

static void
test_problem_of_each_code(void **state)
{
	(void)state;
	for (int rc = LC_BAD_REQUEST; rc < LC_RC__MAX; rc++) {
		struct problem problem = {.rc = (enum lc_rc)rc};
		int status = rc_status(problem.rc);
		struct json_object *object;
		struct response response;
		char type[128];

		response_init(&response);
		buf_add_text(&response.body, "half an answer");
		response_field_text(&response, "X-Old", "forgotten");
		problem_write(&response, &problem);
		assert_int_equal(response.status, status);
		assert_string_equal(response.media_type,
				    "application/problem+json");
		buf_add_char(&response.fields, '\0');
		assert_null(strstr(response.fields.bytes, "X-Old"));
		assert_int_equal(strstr(response.fields.bytes,
					"Retry-After: ") != NULL,
				 status == 503);
		object = json_read(response.body.bytes, response.body.length);
		snprintf(type, sizeof(type), "urn:lightcone:problem:%s",
			 rc_label(problem.rc));
		assert_string_equal(member(object, "type"), type);
		assert_string_equal(member(object, "title"),
				    rc_title(problem.rc));
		assert_string_equal(member(object, "detail"),
				    rc_title(problem.rc));
		assert_int_equal(strtol(member(object, "status"), NULL, 10),
				 status);
		assert_null(member(object, "errors"));
		assert_null(member(object, "elapsed_ms"));
		json_object_put(object);
		response_release(&response);
	}
}

static void
test_problem_errors(void **state)
{
	static const char *const wanted[] = {
		"{\"loc\":[\"query\",\"limit\"],\"msg\":\"Say \\\"1\\\"\","
		"\"type\":\"int_parsing\",\"input\":\"\\u00e9\\\"\"}",
		"{\"loc\":[\"query\",\"coordinates\"],\"msg\":\"Field "
		"required\",\"type\":\"missing\",\"input\":null}",
	};
	struct problem_error missing = {
		.in = "query", .name = "coordinates", .type = "missing",
		.message = "Field required"};
	struct problem_error wrong = {
		.in = "query", .name = "limit", .type = "int_parsing",
		.message = "Say \"1\"", .input = "\xc3\xa9\"",
		.input_length = 3, .next = &missing};
	struct problem problem = {
		.rc = LC_INVALID, .detail = "Two.", .errors = &wrong,
		.elapsed_ms = 12.5, .progress = 0.5};
	struct json_object *object, *errors;
	struct response response;
	char input[300];

	(void)state;
	response_init(&response);
	problem_write(&response, &problem);
	object = json_read(response.body.bytes, response.body.length);
	assert_string_equal(member(object, "detail"), "Two.");
	assert_string_equal(member(object, "elapsed_ms"), "12.5");
	assert_string_equal(member(object, "progress"), "0.5");
	assert_true(json_object_object_get_ex(object, "errors", &errors));
	assert_int_equal(json_object_array_length(errors), COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		struct json_object *one = json_read(wanted[i],
						    strlen(wanted[i]));

		assert_true(json_object_equal(
			one, json_object_array_get_idx(errors, i)));
		json_object_put(one);
	}
	json_object_put(object);
	/* 100 bytes of an input are given back, and whole characters. */
	memset(input, 'x', sizeof(input));
	memcpy(input + 99, "\xc3\xa9", 2);
	missing.input = input;
	missing.input_length = sizeof(input);
	problem.errors = &missing;
	problem_write(&response, &problem);
	object = json_read(response.body.bytes, response.body.length);
	json_object_object_get_ex(object, "errors", &errors);
	assert_int_equal(strlen(member(json_object_array_get_idx(errors, 0),
				       "input")), 99);
	json_object_put(object);
	response_release(&response);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_problem_of_each_code),
		cmocka_unit_test(test_problem_errors),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
