/*
 * Tables of endpoints: which are refused when the program starts, and how an
 * endpoint is found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "engine/router.h"
#include "engine/table_check.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct fields {
	int64_t whole;
	double real;
	const char *text;
	bool flag;
	const char *one;
	bool has_one;
};

static const char *const ones[] = {"red", "green", "blue", NULL};

static const struct lc_field params[] = {
	LC_PARAM(fields, whole, .min = "-5", .max = "10", .doc = "."),
	LC_PARAM(fields, real, .min = "-1.5", .max = "1e3", .doc = "."),
	LC_PARAM(fields, text, .min = "2", .max = "5", .doc = "."),
	LC_PARAM(fields, flag, .doc = "."),
	LC_PARAM_OPTIONAL(fields, one, .choices = ones, .doc = "."),
	LC_FIELD_END};

#define NO_ONE "Input should be 'red', 'green' or 'blue'"

static enum lc_rc
nothing_run(struct lc_call *call, const void *args)
{
	(void)call;
	(void)args;
	return LC_OK;
}

/* An endpoint that is right but for what stands in its place. */
#define ENDPOINT(...)                                                 \
	{                                                             \
		.method = LC_GET, .path = "/a", .summary = "A.",      \
		.tag = &testapp_tag, .formats = LC_AS_TEXT,           \
		.args_size = sizeof(struct fields), .work = LC_QUICK, \
		.deadline_ms = 1, .run = nothing_run, __VA_ARGS__     \
	}
#define PARAM(field, ...)                                                      \
	.params = (const struct lc_field[])                                    \
	{                                                                      \
		LC_PARAM(fields, field, .doc = ".", __VA_ARGS__), LC_FIELD_END \
	}

#define TWO(first, second)                                             \
	.params = (const struct lc_field[])                            \
	{                                                              \
		LC_PARAM_AS(fields, whole, first, .doc = "."),         \
			LC_PARAM_AS(fields, real, second, .doc = "."), \
			LC_FIELD_END                                   \
	}
#define REPLY(...)                         \
	.reply = (const struct lc_field[]) \
	{                                  \
		__VA_ARGS__, LC_FIELD_END  \
	}
#define EXAMPLE(where)                          \
	.examples = (const struct lc_example[]) \
	{                                       \
		{".", where, NULL, 200},        \
		{                               \
			.target = NULL          \
		}                               \
	}
#define RATES(...)                        \
	.rates = (const struct lc_rate[]) \
	{                                 \
		__VA_ARGS__, LC_RATES_END \
	}
#define COST(...) .cost = {.of = cost_of, __VA_ARGS__}
#define GUARDS(...)                                       \
	.guards = (const struct lc_guard *const[])        \
	{                                                 \
		&(const struct lc_guard)__VA_ARGS__, NULL \
	}

static int64_t
cost_of(struct lc_call *call, const void *args)
{
	(void)call;
	(void)args;
	return 1;
}

static enum lc_rc
nobody_check(struct lc_call *call, const struct lc_guard *guard)
{
	(void)guard;
	return lc_fail(call, LC_FORBIDDEN, "Nobody.");
}

static void
any_problem(const struct lc_problem_view *problem, struct buf *out)
{
	buf_add_text(out, problem->title);
}

static enum lc_rc
any_version(struct lc_call *call, const void *args, uint64_t *version)
{
	(void)call;
	(void)args;
	*version = 1;
	return LC_OK;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const struct {
	struct lc_endpoint endpoint;
	const char *says[2]; /* none: the table is right */
} endpoints[] = {
	{ENDPOINT(.params = params), {NULL, NULL}},
	{ENDPOINT(PARAM(text, .min = "2", .def = "ab")), {NULL, NULL}},
	{ENDPOINT(PARAM(whole, .min = "1", .max = "9", .def = "9")),
	 {NULL, NULL}},
	{ENDPOINT(.path = "/"), {NULL, NULL}},
	{ENDPOINT(.path = NULL), {"(no path)", "begin with /"}},
	{ENDPOINT(.path = "a"), {"GET a", "begin with /"}},
	{ENDPOINT(.path = ""), {"GET ", "begin with /"}},
	{ENDPOINT(.path = "/a/"), {"GET /a/", "ends in /"}},
	{ENDPOINT(.run = NULL), {"GET /a", "no function"}},
	{ENDPOINT(.method = LC_HEAD), {"HEAD /a", "by itself"}},
	{ENDPOINT(.method = LC_OPTIONS), {"OPTIONS /a", "by itself"}},
	{ENDPOINT(.method = LC_METHOD__MAX), {" /a", "by itself"}},
	{ENDPOINT(.deadline_ms = 0), {"GET /a", "no deadline"}},
	{ENDPOINT(.deadline_ms = -1), {"GET /a", "no deadline"}},
	{ENDPOINT(.summary = NULL), {"GET /a", "no summary"}},
	{ENDPOINT(PARAM(whole, .min = "1.5")), {"whole", "\"1.5\""}},
	{ENDPOINT(PARAM(whole, .max = "many")), {"whole", "\"many\""}},
	{ENDPOINT(PARAM(real, .min = "")), {"real", "cannot read"}},
	{ENDPOINT(PARAM(real, .max = "1e999")), {"real", "\"1e999\""}},
	{ENDPOINT(PARAM(text, .max = "long")), {"text", "\"long\""}},
	{ENDPOINT(PARAM(flag, .min = "0")), {"flag", "no bounds"}},
	{ENDPOINT(PARAM(flag, .above = "0")), {"flag", "no bounds"}},
	{ENDPOINT(PARAM(text, .above = "0")), {"text", "only a number"}},
	{ENDPOINT(PARAM(text, .below = "9")), {"text", "only a number"}},
	{ENDPOINT(PARAM(real, .above = "0", .min = "0")),
	 {"real", "on one side"}},
	{ENDPOINT(PARAM(whole, .below = "9", .max = "8")),
	 {"whole", "on one side"}},
	{ENDPOINT(PARAM(whole, .above = "0.5")), {"whole", "\"0.5\""}},
	{ENDPOINT(PARAM(real, .below = "much")), {"real", "\"much\""}},
	{ENDPOINT(PARAM(whole, .above = "0", .below = "2")), {NULL, NULL}},
	{ENDPOINT(PARAM(whole, .above = "0", .below = "1")),
	 {"whole", "nothing is between"}},
	{ENDPOINT(PARAM(whole, .above = "0", .max = "1")), {NULL, NULL}},
	{ENDPOINT(PARAM(whole, .above = "1", .max = "1")),
	 {"whole", "nothing is between"}},
	{ENDPOINT(PARAM(real, .above = "0", .below = "1")), {NULL, NULL}},
	{ENDPOINT(PARAM(real, .min = "1", .below = "1")),
	 {"real", "nothing is between"}},
	{ENDPOINT(PARAM(real, .above = "0", .def = "0")),
	 {"default \"0\"", "greater than 0"}},
	{ENDPOINT(PARAM(whole, .below = "9", .def = "9")),
	 {"default \"9\"", "less than 9"}},
	{ENDPOINT(PARAM(whole, .below = "9", .def = "8")), {NULL, NULL}},
	{ENDPOINT(REPLY(LC_FIELD("x", LC_TEXT, .above = "1", .doc = "."))),
	 {"x", "only a number"}},
	{ENDPOINT(PARAM(text, .min = "-1")), {"text", "\"-1\""}},
	{ENDPOINT(PARAM(whole, .min = "1", .def = "0")),
	 {"default \"0\"", "greater than or equal to 1"}},
	{ENDPOINT(PARAM(real, .max = "1", .def = "1.5")),
	 {"default \"1.5\"", "less than or equal to 1"}},
	{ENDPOINT(PARAM(text, .max = "2", .def = "abc")),
	 {"default \"abc\"", "at most 2"}},
	{ENDPOINT(PARAM(whole, .def = "none")), {"\"none\"", "integer"}},
	{ENDPOINT(PARAM(flag, .def = "maybe")), {"\"maybe\"", "boolean"}},
	{ENDPOINT(PARAM(one, .choices = ones, .def = "pink")),
	 {"\"pink\"", NO_ONE}},
	{ENDPOINT(PARAM(whole, .choices = ones)), {"whole", "choices"}},
	{ENDPOINT(PARAM(whole, .doc = NULL)), {"whole", "no sentence"}},
	{ENDPOINT(PARAM(text, .format = "email", .pattern = "^a+$")),
	 {NULL, NULL}},
	{ENDPOINT(PARAM(text, .format = "phone")), {"text", "phone"}},
	{ENDPOINT(PARAM(text, .pattern = "(")), {"text", "is none"}},
	{ENDPOINT(PARAM(whole, .pattern = "1")), {"whole", "only a text"}},
	{ENDPOINT(PARAM(whole, .nullable = true)), {"whole", "null needs"}},
	{ENDPOINT(PARAM(whole, .nullable = true, .def = "1")), {NULL, NULL}},
	{ENDPOINT(PARAM(text, .in = LC_IN_PATH)), {"GET /a", "not name all"}},
	{ENDPOINT(.path = "/a/{text}", PARAM(text, .in = LC_IN_PATH)),
	 {NULL, NULL}},
	{ENDPOINT(.path = "/a/{text}",
		  PARAM(text, .in = LC_IN_PATH, .def = "x")),
	 {"text", "always there"}},
	{ENDPOINT(.path = "/a/{other}"), {"/a/{other}", "no parameter"}},
	{ENDPOINT(.path = "/a/x{text}", PARAM(text, .in = LC_IN_PATH)),
	 {"GET /a/x{text}", "whole segment"}},
	{ENDPOINT(.formats = 0), {"GET /a", "reply is not described"}},
	{ENDPOINT(.tag = NULL), {"GET /a", "no tag"}},
	{ENDPOINT(.cache = {.fresh_s = -1}), {"GET /a", "negative"}},
	{ENDPOINT(RATES({"x", .limit = 0, .window_s = 1})),
	 {"GET /a", "limit is out"}},
	{ENDPOINT(RATES({"x", .limit = 1, .window_s = 1},
			{"y", .limit = 1, .window_s = 1})),
	 {NULL, NULL}},
	{ENDPOINT(RATES({"x", .limit = 1, .window_s = 1},
			{"x", .limit = 1, .window_s = 1})),
	 {"GET /a", "one name"}},
	{ENDPOINT(RATES({"X", .limit = 1, .window_s = 1})), {"GET /a", "a-z"}},
	{ENDPOINT(RATES({"x", .limit = 1, .window_s = 1}), COST(.most = 1)),
	 {"GET /a", "no sentence"}},
	{ENDPOINT(RATES({"x", .limit = 1, .window_s = 1}),
		  COST(.most = 1, .doc = "1")),
	 {NULL, NULL}},
	{ENDPOINT(COST(.most = 1, .doc = "1")), {"GET /a", "no limit"}},
	{ENDPOINT(REPLY(LC_FIELD("x", LC_INT, .optional = true))),
	 {"x", "no sentence"}},
	{ENDPOINT(REPLY(LC_FIELD("x", LC_LIST, .doc = "."))),
	 {"x", "has an item"}},
	{ENDPOINT(REPLY(LC_FIELD("x", LC_OBJECT, .doc = "."))),
	 {"x", "has members"}},
	{ENDPOINT(REPLY(LC_FIELD("x", LC_INT, .min = "a", .doc = "."))),
	 {"x", "bound"}},
	{ENDPOINT(EXAMPLE("/a?x=1")), {NULL, NULL}},
	{ENDPOINT(EXAMPLE("/b")), {"GET /a", "an example"}},
	{ENDPOINT(GUARDS({.name = "g", .doc = "."})), {"GET /a", "a guard"}},
	{ENDPOINT(GUARDS({.name = "g",
			  .doc = ".",
			  .check = nobody_check,
			  .scope = "king"})),
	 {"GET /a", "scope"}},
	{ENDPOINT(.problem = any_problem, .problem_status = 200,
		  .problem_media = "text/plain"),
	 {NULL, NULL}},
	{ENDPOINT(.problem = any_problem, .problem_status = 200),
	 {"GET /a", "no media"}},
	{ENDPOINT(.problem = any_problem, .problem_status = 400,
		  .problem_media = "text/plain"),
	 {"GET /a", "never answers"}},
	{ENDPOINT(.problem_status = 200), {"GET /a", "own form"}},
	{ENDPOINT(.bodies = LC_BODY_CSV, .body_max_bytes = 9), {NULL, NULL}},
	{ENDPOINT(.body_max_bytes = 9), {"GET /a", "takes none"}},
	{ENDPOINT(.bodies = LC_BODY_CSV, .body_max_bytes = -1),
	 {"GET /a", "negative"}},
	{ENDPOINT(.bodies = LC_BODY_JSON), {"GET /a", "kinds of bodies"}},
	{ENDPOINT(.bodies = 64), {"GET /a", "kinds of bodies"}},
	{ENDPOINT(PARAM(whole, .in = LC_IN_BOTH)), {NULL, NULL}},
	{ENDPOINT(.body_max_bytes = 9, PARAM(whole, .in = LC_IN_BOTH)),
	 {NULL, NULL}},
	{ENDPOINT(.bodies = LC_BODY_CSV, PARAM(whole, .in = LC_IN_BOTH)),
	 {"GET /a", "kinds of bodies"}},
	{ENDPOINT(.params =
			  (const struct lc_field[]){
				  LC_PARAM_AS(fields, whole, "params",
					      .in = LC_IN_BOTH, .doc = "."),
				  LC_FIELD_END}),
	 {"GET /a", "called params"}},
	{ENDPOINT(.params =
			  (const struct lc_field[]){
				  LC_PARAM_AS(fields, whole, "params",
					      .in = LC_IN_BODY, .doc = "."),
				  LC_PARAM(fields, real, .in = LC_IN_BOTH,
					   .doc = "."),
				  LC_FIELD_END}),
	 {"GET /a", "called params"}},
	{ENDPOINT(.params =
			  (const struct lc_field[]){
				  LC_PARAM_AS(fields, whole, "params",
					      .in = LC_IN_BODY, .doc = "."),
				  LC_FIELD_END}),
	 {NULL, NULL}},
	{ENDPOINT(.params =
			  (const struct lc_field[]){
				  LC_PARAM(fields, text, .in = LC_IN_BOTH,
					   .doc = "."),
				  LC_PARAM(fields, text, .in = LC_IN_BODY,
					   .doc = "."),
				  LC_FIELD_END}),
	 {"text", "twice"}},
	{ENDPOINT(.params =
			  (const struct lc_field[]){
				  LC_PARAM(fields, text, .doc = "."),
				  LC_PARAM(fields, text, .in = LC_IN_BOTH,
					   .doc = "."),
				  LC_FIELD_END}),
	 {"text", "twice"}},
	{ENDPOINT(.bodies = LC_BODY_JSON | LC_BODY_CSV,
		  PARAM(whole, .in = LC_IN_BODY)),
	 {NULL, NULL}},
	{ENDPOINT(.bodies = LC_BODY_CSV, PARAM(whole, .in = LC_IN_BODY)),
	 {"GET /a", "kinds of bodies"}},
	{ENDPOINT(TWO("one", "One")), {NULL, NULL}},
	{ENDPOINT(.any_case = true, TWO("one", "two")), {NULL, NULL}},
	{ENDPOINT(.any_case = true, TWO("one", "One")),
	 {"GET /a", "differ in case only"}},
	{ENDPOINT(.default_format = LC_AS_TEXT), {NULL, NULL}},
	{ENDPOINT(.default_format = LC_AS_CSV), {"GET /a", "none of its"}},
	{ENDPOINT(.formats = LC_AS_TEXT | LC_AS_CSV,
		  .default_format = LC_AS_TEXT | LC_AS_CSV),
	 {"GET /a", "none of its"}},
	{ENDPOINT(.version = any_version), {NULL, NULL}},
	{ENDPOINT(.method = LC_PUT, .version = any_version),
	 {"PUT /a", "only what reads"}},
	{ENDPOINT(.method = LC_POST, .version = any_version), {NULL, NULL}},
	{ENDPOINT(.method = LC_POST, .version = any_version,
		  .conditional = true),
	 {"POST /a", "only what reads"}},
	{ENDPOINT(.method = LC_PUT, .conditional = true), {NULL, NULL}},
	{ENDPOINT(.conditional = true), {"GET /a", "only writers"}},
	{ENDPOINT(.args_size = 8, .params = params), {"real", "args_size"}},
	{ENDPOINT(.args_size = offsetof(struct fields, text) + 1,
		  .params = params),
	 {"text", "args_size"}},
	{ENDPOINT(.args_size = offsetof(struct fields, has_one),
		  .params = params),
	 {"one", "args_size"}},
	{ENDPOINT(PARAM(whole, .min = "9", .max = "1")), {"whole", "\"9\""}},
	{ENDPOINT(PARAM(whole, .optional = true)), {"whole", "has_"}},
	{ENDPOINT(.params =
			  (const struct lc_field[]){
				  LC_PARAM(fields, text, .doc = "."),
				  LC_PARAM(fields, text, .doc = "."),
				  LC_FIELD_END}),
	 {"text", "twice"}},
};

#pragma GCC diagnostic pop

static void
test_check(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(endpoints); i++) {
		const struct lc_endpoint *table[] = {&endpoints[i].endpoint,
						     NULL};
		const char *const *says = endpoints[i].says;
		struct buf why;
		enum lc_rc rc;

		buf_init(&why);
		rc = table_check(table, &why);
		buf_add_char(&why, '\0');
		if (rc != (says[0] == NULL ? LC_OK : LC_INVALID) ||
		    (says[0] != NULL && (strstr(why.bytes, says[0]) == NULL ||
					 strstr(why.bytes, says[1]) == NULL))) {
			print_error("table %zu: %s: %s; wanted %s ... %s\n", i,
				    rc_label(rc), why.bytes, says[0], says[1]);
			wrong++;
		}
		buf_release(&why);
	}
	assert_int_equal(wrong, 0);
}

static void
test_check_whole_table(void **state)
{
	static const struct lc_endpoint get = ENDPOINT(.params = NULL);
	static const struct lc_endpoint post = {.method = LC_POST,
						.path = "/a",
						.tag = &testapp_tag,
						.summary = "A.",
						.deadline_ms = 1,
						.formats = LC_AS_TEXT,
						.run = nothing_run};
	static const struct lc_endpoint *const twice[] = {&get, &post, &get,
							  NULL};
	static const struct lc_endpoint *const once[] = {&get, &post, NULL};
	static const struct lc_endpoint *const none[] = {NULL};
	struct options options;
	struct engine engine;
	struct buf why;

	(void)state;
	buf_init(&why);
	assert_int_equal(table_check(once, &why), LC_OK);
	assert_int_equal(table_check(none, &why), LC_OK);
	assert_int_equal(table_check(testapp_table, &why), LC_OK);
	assert_int_equal(why.length, 0);
	/* The engine does not start with it either. */
	assert_int_equal(engine_init(&engine, &options, twice, NULL, &why),
			 LC_INVALID);
	buf_add_char(&why, '\0');
	assert_string_equal(why.bytes, "GET /a: it stands in the table twice");
	buf_release(&why);
}

static void
test_find(void **state)
{
	static const struct lc_endpoint get = ENDPOINT(.params = NULL);
	static const struct lc_endpoint post = {.method = LC_POST,
						.path = "/a"};
	static const struct lc_endpoint put = {.method = LC_PUT, .path = "/b"};
	static const struct lc_endpoint one = {.method = LC_GET,
					       .path = "/a/{x}"};
	static const struct lc_endpoint fixed = {.method = LC_POST,
						 .path = "/a/all"};
	static const struct lc_endpoint deep = {.method = LC_GET,
						.path = "/a/{x}/c/{y}"};
	static const struct lc_endpoint *const table[] = {
		&get, &post, &put, &one, &fixed, &deep, NULL};
	static const struct {
		enum lc_method method;
		const char *path;
		const struct lc_endpoint *found;
		enum lc_rc rc;
	} cases[] = {
		{LC_GET, "/a", &get, LC_OK},
		{LC_HEAD, "/a", &get, LC_OK},
		{LC_POST, "/a", &post, LC_OK},
		{LC_PUT, "/a", NULL, LC_METHOD},
		{LC_OPTIONS, "/a", NULL, LC_METHOD},
		{LC_METHOD__MAX, "/a", NULL, LC_METHOD},
		{LC_PUT, "/b", &put, LC_OK},
		{LC_HEAD, "/b", NULL, LC_METHOD},
		{LC_GET, "/", NULL, LC_NOT_FOUND},
		{LC_GET, "/A", NULL, LC_NOT_FOUND},
		{LC_GET, "/a/", NULL, LC_NOT_FOUND},
		{LC_GET, "", NULL, LC_NOT_FOUND},
		{LC_GET, "/a/b", &one, LC_OK},
		{LC_HEAD, "/a/{x}", &one, LC_OK},
		{LC_POST, "/a/all", &fixed, LC_OK},
		{LC_GET, "/a/all", &one, LC_OK},
		{LC_POST, "/a/b", NULL, LC_METHOD},
		{LC_GET, "/a/b/c/d", &deep, LC_OK},
		{LC_GET, "/a/b/c", NULL, LC_NOT_FOUND},
		{LC_GET, "/a//c/d", NULL, LC_NOT_FOUND},
		{LC_GET, "/a/b/C/d", NULL, LC_NOT_FOUND},
		{LC_GET, "/a/b/c/d/e", NULL, LC_NOT_FOUND},
	};
	const char *allow;
	struct arena arena;
	size_t length;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct lc_endpoint *found = &put;

		assert_int_equal(router_find(table, cases[i].method,
					     cases[i].path, &found),
				 cases[i].rc);
		assert_ptr_equal(found, cases[i].found);
	}
	arena_init(&arena, NULL, 0);
	allow = router_allow(table, "/a", &arena);
	assert_string_equal(allow, "GET, HEAD, POST, OPTIONS");
	allow = router_allow(table, "/b", &arena);
	assert_string_equal(allow, "PUT, OPTIONS");
	allow = router_allow(table, "/a/all", &arena);
	assert_string_equal(allow, "GET, HEAD, POST, OPTIONS");
	assert_memory_equal(
		router_capture("/a/{x}/c/{y}", "/a/bb/c/d", "x", &length),
		"bb/", 3);
	assert_int_equal(length, 2);
	assert_null(router_capture("/a/{x}", "/a/b", "y", &length));
	arena_release(&arena);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_check_whole_table),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
