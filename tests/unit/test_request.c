/* What comes in: query strings, and the request that variables make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/query.h"
#include "http/request.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { PAIRS_MAX = 4, VARIABLES_MAX = 8 };

struct pair {
	const char *name, *value;
	size_t value_length; /* 0: that of the text */
};

static const struct {
	const char *text;
	struct pair pairs[PAIRS_MAX]; /* end in a NULL name */
} queries[] = {
	{"", {{NULL, NULL, 0}}},
	{"&", {{NULL, NULL, 0}}},
	{"&&&", {{NULL, NULL, 0}}},
	{"a", {{"a", "", 0}}},
	{"a=", {{"a", "", 0}}},
	{"=", {{"", "", 0}}},
	{"=b", {{"", "b", 0}}},
	{"a=b", {{"a", "b", 0}}},
	{"a=b=c", {{"a", "b=c", 0}}},
	{"a=b;c=d", {{"a", "b;c=d", 0}}},
	{"a=1&b=2", {{"a", "1", 0}, {"b", "2", 0}}},
	{"&a=1&&b=2&", {{"a", "1", 0}, {"b", "2", 0}}},
	{"b=2&a=1&b=3", {{"b", "2", 0}, {"a", "1", 0}, {"b", "3", 0}}},
	{"a=x+y&b+c=%2b", {{"a", "x y", 0}, {"b c", "+", 0}}},
	{"%61%3D%26=%3d%26%25", {{"a=&", "=&%", 0}}},
	{"a=%C3%a9", {{"a", "\xc3\xa9", 0}}},
	{"a=%ff%fE", {{"a", "\xff\xfe", 0}}},
	{"a=%00b", {{"a", "\0b", 2}}},
	{"a=%", {{"a", "%", 0}}},
	{"a=%2", {{"a", "%2", 0}}},
	{"a=%zz%2g%g2", {{"a", "%zz%2g%g2", 0}}},
	{"a=%%41", {{"a", "%A", 0}}},
	{"a=%2525", {{"a", "%25", 0}}},
	{"a=%\x01\xff", {{"a", "%\x01\xff", 0}}},
	{"a=10.68%20%2B41.27", {{"a", "10.68 +41.27", 0}}},
};

static void
test_query(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(queries); i++) {
		const struct pair *wanted = queries[i].pairs;
		size_t length = strlen(queries[i].text);
		/* Just the bytes, so that reading beyond them is seen. */
		char *text = malloc(length + (length == 0));
		struct arena arena;
		struct query query;
		size_t at = 0;

		assert_non_null(text);
		memcpy(text, queries[i].text, length);
		arena_init(&arena, NULL, 0);
		assert_int_equal(query_parse(&query, text, length, &arena),
				 LC_OK);
		free(text);
		for (; at < query.count && wanted[at].name != NULL; at++) {
			const struct query_pair *pair = &query.pairs[at];
			size_t bytes = wanted[at].value_length;

			if (bytes == 0)
				bytes = strlen(wanted[at].value);
			assert_string_equal(pair->name, wanted[at].name);
			assert_int_equal(pair->name_length, strlen(pair->name));
			assert_int_equal(pair->value_length, bytes);
			assert_memory_equal(pair->value, wanted[at].value,
					    bytes + 1);
		}
		if (at != query.count || wanted[at].name != NULL)
			fail_msg("%zu pairs in %s", query.count,
				 queries[i].text);
		arena_release(&arena);
	}
}

static void
test_decode(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(query_decode(out, "a+%2B%", 6, false), 4);
	assert_string_equal(out, "a++%");
	assert_int_equal(query_decode(out, "a+%2B%", 6, true), 4);
	assert_string_equal(out, "a +%");
	assert_int_equal(query_decode(out, "%41", 2, true), 2);
	assert_string_equal(out, "%4");
	assert_int_equal(query_decode(out, "", 0, true), 0);
	assert_string_equal(out, "");
}

#define URI(text) "REQUEST_URI=" text
#define INFO(text) "PATH_INFO=" text
#define SCRIPT(text) "SCRIPT_NAME=" text

static const struct {
	const char *variables[VARIABLES_MAX];
	enum lc_rc rc;
	const char *mount, *path;
} routes[] = {
	/* nothing but the URI */
	{{URI("/")}, LC_OK, "", "/"},
	{{URI("/galaxy")}, LC_OK, "", "/galaxy"},
	{{URI("/galaxy?a=/b/")}, LC_OK, "", "/galaxy"},
	{{URI("/galaxy/?")}, LC_OK, "", "/galaxy"},
	{{URI("/galaxy#x")}, LC_OK, "", "/galaxy"},
	{{URI("/a/b///")}, LC_OK, "", "/a/b"},
	{{URI("///")}, LC_OK, "", "/"},
	{{URI("/galaxy/M%2031")}, LC_OK, "", "/galaxy/M 31"},
	{{URI("/galaxy/M+31")}, LC_OK, "", "/galaxy/M+31"},
	{{URI("/%67alax%79")}, LC_OK, "", "/galaxy"},
	{{URI("/a%2Fb")}, LC_OK, "", "/a/b"},
	{{URI("/a%3Fb")}, LC_OK, "", "/a?b"},
	{{URI("/caf%C3%A9")}, LC_OK, "", "/caf\xc3\xa9"},
	{{URI("http://host/galaxy?a=1")}, LC_OK, "", "/galaxy"},
	{{URI("http://host:8080/")}, LC_OK, "", "/"},
	{{URI("http://host")}, LC_OK, "", "/"},
	{{URI("http://host?a=/galaxy")}, LC_OK, "", "/"},
	{{URI("/a?b=http://host/c")}, LC_OK, "", "/a"},
	{{NULL}, LC_OK, "", "/"},
	{{URI("")}, LC_OK, "", "/"},
	/* mounted at the top */
	{{URI("/galaxy"), INFO("/galaxy"), SCRIPT("")}, LC_OK, "", "/galaxy"},
	{{URI("/galaxy/"), INFO("/galaxy/"), SCRIPT("")}, LC_OK, "", "/galaxy"},
	{{URI("/galaxy"), INFO(""), SCRIPT("/")}, LC_OK, "", "/galaxy"},
	{{URI("/galaxy"), INFO(""), SCRIPT("/galaxy")}, LC_OK, "/galaxy", "/"},
	/* mounted at a prefix */
	{{URI("/api/galaxy?x"), INFO("/galaxy"), SCRIPT("/api")},
	 LC_OK,
	 "/api",
	 "/galaxy"},
	{{URI("/api/galaxy"), INFO(""), SCRIPT("/api")},
	 LC_OK,
	 "/api",
	 "/galaxy"},
	{{URI("/api/galaxy"), SCRIPT("/api")}, LC_OK, "/api", "/galaxy"},
	{{URI("/api/galaxy"), SCRIPT("/api/")}, LC_OK, "/api", "/galaxy"},
	{{URI("/api/"), INFO("/"), SCRIPT("/api")}, LC_OK, "/api", "/"},
	{{URI("/api"), INFO(""), SCRIPT("/api")}, LC_OK, "/api", "/"},
	{{URI("/apigalaxy"), SCRIPT("/api")}, LC_OK, "", "/apigalaxy"},
	{{URI("/api%2Fgalaxy"), SCRIPT("/api")}, LC_OK, "/api", "/galaxy"},
	{{URI("/api/a%20b"), INFO("/a b"), SCRIPT("/api")},
	 LC_OK,
	 "/api",
	 "/a b"},
	/* what a client puts before the route is no mount */
	{{URI("//host/..%2f"), INFO("/"), SCRIPT("")}, LC_OK, "", "/"},
	{{URI("//host/%2e%2e/docs"), INFO("/docs"), SCRIPT("/api")},
	 LC_OK,
	 "/api",
	 "/docs"},
	{{URI("/%5Chost/..%2fdocs"), INFO("/docs"), SCRIPT("")},
	 LC_OK,
	 "",
	 "/docs"},
	{{URI("/a/./docs"), INFO("/docs"), SCRIPT("/a")}, LC_OK, "/a", "/docs"},
	{{URI("//docs"), INFO("/docs"), SCRIPT("")}, LC_OK, "", "/docs"},
	{{URI("/.well/docs"), INFO("/docs"), SCRIPT("")},
	 LC_OK,
	 "/.well",
	 "/docs"},
	/* a program in its directory */
	{{URI("/cgi-bin/lightcone.cgi/galaxy"), INFO("/galaxy"),
	  SCRIPT("/cgi-bin/lightcone.cgi")},
	 LC_OK,
	 "/cgi-bin/lightcone.cgi",
	 "/galaxy"},
	{{URI("/cgi-bin/lightcone.cgi"), SCRIPT("/cgi-bin/lightcone.cgi")},
	 LC_OK,
	 "/cgi-bin/lightcone.cgi",
	 "/"},
	{{INFO("/galaxy"), SCRIPT("/cgi-bin/lightcone.cgi")},
	 LC_OK,
	 "/cgi-bin/lightcone.cgi",
	 "/galaxy"},
	/* a server that rewrites */
	{{URI("/sub/galaxy"), INFO("/galaxy"), SCRIPT("/sub/lightcone.fcgi")},
	 LC_OK,
	 "/sub",
	 "/galaxy"},
	{{URI("/sub/galaxy/?a"), INFO("/galaxy/"),
	  SCRIPT("/sub/lightcone.fcgi")},
	 LC_OK,
	 "/sub",
	 "/galaxy"},
	{{URI("/sub/"), INFO("/"), SCRIPT("/sub/lightcone.fcgi")},
	 LC_OK,
	 "/sub",
	 "/"},
	{{URI("/sub/galaxy"), INFO(""), SCRIPT("/sub/lightcone.fcgi")},
	 LC_OK,
	 "/sub",
	 "/galaxy"},
	{{URI("/sub/"), INFO(""), SCRIPT("/sub/lightcone.fcgi")},
	 LC_OK,
	 "/sub",
	 "/"},
	{{URI("/galaxy"), INFO("/galaxy"), SCRIPT("/lightcone.fcgi")},
	 LC_OK,
	 "",
	 "/galaxy"},
	/* the order of the variables is the server's */
	{{SCRIPT("/api"), INFO("/galaxy"), URI("/api/galaxy")},
	 LC_OK,
	 "/api",
	 "/galaxy"},
	{{"PATH_INFOX=/no", "XPATH_INFO=/no", "REQUEST_URIS=/no",
	  URI("/galaxy")},
	 LC_OK,
	 "",
	 "/galaxy"},
	/* what is no text */
	{{URI("/a%00b")}, LC_BAD_REQUEST, NULL, NULL},
	{{URI("/%00")}, LC_BAD_REQUEST, NULL, NULL},
	{{URI("/galaxy%00"), INFO("/galaxy")}, LC_BAD_REQUEST, NULL, NULL},
	{{URI("/%ff")}, LC_BAD_REQUEST, NULL, NULL},
	{{URI("/\xc3")}, LC_BAD_REQUEST, NULL, NULL},
	{{URI("/%ed%a0%80")}, LC_BAD_REQUEST, NULL, NULL},
	{{INFO("/\xff")}, LC_BAD_REQUEST, NULL, NULL},
};

static void
test_routes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(routes); i++) {
		const char *first = routes[i].variables[0];
		struct request request;
		struct arena arena;
		enum lc_rc rc;

		arena_init(&arena, NULL, 0);
		rc = request_read(&request,
				  (char *const *)(uintptr_t)routes[i].variables,
				  &arena);
		if (rc != routes[i].rc ||
		    (rc == LC_OK &&
		     (strcmp(request.mount, routes[i].mount) != 0 ||
		      strcmp(request.path, routes[i].path) != 0)))
			fail_msg("case %zu (%s): %s, mount %s, path %s", i,
				 first != NULL ? first : "none", rc_label(rc),
				 request.mount, request.path);
		arena_release(&arena);
	}
}

static void
test_methods(void **state)
{
	static const struct {
		const char *variable;
		enum lc_method method;
	} cases[] = {
		{"REQUEST_METHOD=GET", LC_GET},
		{"REQUEST_METHOD=HEAD", LC_HEAD},
		{"REQUEST_METHOD=POST", LC_POST},
		{"REQUEST_METHOD=PUT", LC_PUT},
		{"REQUEST_METHOD=PATCH", LC_PATCH},
		{"REQUEST_METHOD=DELETE", LC_DELETE},
		{"REQUEST_METHOD=OPTIONS", LC_OPTIONS},
		{"REQUEST_METHOD=get", LC_METHOD__MAX},
		{"REQUEST_METHOD=BREW", LC_METHOD__MAX},
		{"REQUEST_METHOD=", LC_METHOD__MAX},
		{"OTHER=1", LC_GET},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *variables[] = {cases[i].variable,
					   "QUERY_STRING=a=b",
					   "HTTP_ACCEPT=x=y", NULL};
		struct request request;
		struct arena arena;

		arena_init(&arena, NULL, 0);
		assert_int_equal(
			request_read(&request,
				     (char *const *)(uintptr_t)variables,
				     &arena),
			LC_OK);
		assert_int_equal(request.method, cases[i].method);
		if (cases[i].method < LC_METHOD__MAX)
			assert_string_equal(method_name(cases[i].method),
					    request.method_name);
		assert_string_equal(request.query, "a=b");
		assert_int_equal(request.query_length, 3);
		assert_int_equal(request.body_length, 0);
		assert_string_equal(request_variable(&request, "HTTP_ACCEPT"),
				    "x=y");
		assert_null(request_variable(&request, "HTTP_ACCEP"));
		arena_release(&arena);
	}
	assert_string_equal(method_name(LC_METHOD__MAX), "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_methods),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
