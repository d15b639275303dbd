/* What goes out: heads and problems. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/problem.h"
#include "http/response.h"
#include "json_c.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
		assert_int_equal(
			strstr(response.fields.bytes, "Retry-After: ") != NULL,
			status == 503);
		object = json_read(response.body.bytes, response.body.length);
		snprintf(type, sizeof(type), "%s%s",
			 rc == LC_RATE ? "https://iana.org/assignments/"
					 "http-problem-types#" :
					 "urn:lightcone:problem:",
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
		"{\"loc\":[\"query\",\"rays_deg\",2],\"msg\":\"Field "
		"required\",\"type\":\"missing\",\"input\":null}",
	};
	static const struct problem_step query = {.name = "query"};
	static const struct problem_step limit = {.before = &query,
						  .name = "limit"};
	static const struct problem_step rays = {.before = &query,
						 .name = "rays_deg"};
	static const struct problem_step third = {.before = &rays, .index = 2};
	struct problem_error missing = {
		.at = &third, .type = "missing", .message = "Field required"};
	struct problem_error wrong = {.at = &limit,
				      .type = "int_parsing",
				      .message = "Say \"1\"",
				      .input = "\xc3\xa9\"",
				      .input_length = 3,
				      .next = &missing};
	struct problem problem = {.rc = LC_INVALID,
				  .detail = "Two.",
				  .errors = &wrong,
				  .elapsed_ms = 12.5,
				  .progress = 0.5};
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
		struct json_object *one =
			json_read(wanted[i], strlen(wanted[i]));

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
	assert_int_equal(
		strlen(member(json_object_array_get_idx(errors, 0), "input")),
		99);
	json_object_put(object);
	response_release(&response);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_problem_of_each_code),
		cmocka_unit_test(test_problem_errors),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
