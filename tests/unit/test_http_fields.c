/* Fields of HTTP: Accept, If-None-Match and If-Match, Prefer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "http/accept.h"
#include "http/etag.h"
#include "http/field.h"
#include "http/prefer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * What a stranger may send at most, so often that time which grows with the
 * square of the length is seen: some seconds of CPU time for each piece
 * instead of 10 ms.
 */
enum { LONG_BYTES = 8192, LONG_TIMES = 250, LONG_MOST_S = 1 };

/* Pieces of which long fields are made. */
static const char *const long_pieces[] = {
	",",     ";",      "\"",      "\\\"",     "\",",       "\"\\\",",
	"a",     "a/",     "a/b,",    "a/b;c=",   "*/*;q=0,",  "a/b;c=\"\\",
	" ",     "\t,",    "W/\"",    "\"a\",",   "W/\"a\" ,", "wait=1,",
	"wait=", "a=b;c;", "a=\"\";", "1.2.3.4,", "q=\",\"",   "=",
};

static void
long_fill(char field[LONG_BYTES + 1], const char *piece)
{
	size_t length = strlen(piece);

	for (size_t i = 0; i < LONG_BYTES; i++)
		field[i] = piece[i % length];
	field[LONG_BYTES] = '\0';
}

/* ---- Accept */

enum { JSON, HTML, PNG };

static const char *const types[] = {"application/json", "text/html",
				    "image/png"};

static void
test_accept(void **state)
{
	static const struct {
		const char *accept;
		int chosen;
	} cases[] = {
		/* nothing is asked for */
		{NULL, JSON},
		{"", JSON},
		{" \t", JSON},
		{",, ,", JSON},
		/* ranges */
		{"*/*", JSON},
		{"text/html", HTML},
		{"TEXT/Html", HTML},
		{"text/*", HTML},
		{"Image/*", PNG},
		{"image/png, text/html", HTML},
		{"text/plain", -1},
		{"text/plain, */*", JSON},
		{"text/htm", -1},
		{"text/html5", -1},
		{"tex/*", -1},
		{"application/problem+json", -1},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,"
		 "image/avif,image/webp,image/apng,*/*;q=0.8",
		 HTML},
		{"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", HTML},
		{"image/gif, *; q=.2", JSON},
		{"*", JSON},
		/* q */
		{"text/html;q=0.5, image/png;q=0.7", PNG},
		{"text/html;q=0.5, image/png;q=0.501", PNG},
		{"text/html;q=0.7, image/png;q=0.7", HTML},
		{"text/html;Q=0.1, image/png;q=0.09", HTML},
		{"text/html;q=1, image/png;q=1.000", HTML},
		{"text/html;q=0.999, image/png;q=1.", PNG},
		{"text/html;q=0, */*", JSON},
		{"application/json;q=0", -1},
		{"application/json;q=0, */*;q=0.001", HTML},
		{"application/json;q=0.000, text/html;q=0.0, image/*;q=0", -1},
		{"*/*;q=0", -1},
		{"*/*;q=0, image/png", PNG},
		/* the most specific range counts, in any order */
		{"*/*;q=1, application/*;q=0.2, text/*;q=0.3, image/*;q=0",
		 HTML},
		{"text/*;q=0.9, text/html;q=0.1, image/png;q=0.5", PNG},
		{"text/html;q=0.1, text/*;q=0.9, image/png;q=0.5", PNG},
		{"*/*;q=0.9, application/json;q=0.5, text/html;q=0.6", PNG},
		{"text/html;q=0.2, image/png;q=0.3, text/html;q=0.4", HTML},
		/* parameters */
		{"text/html;level=1", HTML},
		{"text/html ; level=1 ; q=0.2, image/png;q=0.3", PNG},
		{"text/html;q=0.2;level=1, image/png;q=0.3", PNG},
		{"text/html;level=1;q=0, text/html", HTML},
		{"text/html;level=1, text/html;q=0.1, image/png;q=0.2", PNG},
		{"text/html;level=1;q=0.9, */*;q=0.5", HTML},
		{"text/html;level=1;q=0.1, text/*;q=0.9, image/png;q=0.5", PNG},
		{"text/html;a=\"x, image/png;q=1\";q=0.5", HTML},
		{"text/html;a=\"\\\", image/png\"", HTML},
		{"text/html;a=\"q=0\"", HTML},
		{"text/html;", HTML},
		{"text/html;;q=0.1;, image/png;q=0.2", PNG},
		{"text/html;q = 0.1, image/png;q=0.2", PNG},
		{"text/html;q=0.1;q=1, image/png;q=0.2", PNG},
		{"text/html;flag", HTML},
		/* malformed elements are skipped */
		{"text/html;q=2, image/png;q=0.1", PNG},
		{"text/html;q=1.001, image/png;q=0.1", PNG},
		{"text/html;q=0.1234, image/png;q=0.1", PNG},
		{"text/html;q=-1, image/png;q=0.1", PNG},
		{"text/html;q=+1, image/png;q=0.1", PNG},
		{"text/html;q=1e0, image/png;q=0.1", PNG},
		{"text/html;q=0x1, image/png;q=0.1", PNG},
		{"text/html;q=, image/png;q=0.1", PNG},
		{"text/html;q, image/png;q=0.1", PNG},
		{"text/html;q=., image/png;q=0.1", PNG},
		{"text/html;q=00.5, image/png;q=0.1", PNG},
		{"text/html;q=0..5, image/png;q=0.1", PNG},
		{"text/html;q=0.5x, image/png;q=0.1", PNG},
		{"text/html image/png", JSON},
		{"text/html image/png, image/png", PNG},
		{"text /html, image/png", PNG},
		{"text/ html, image/png", PNG},
		{"/html, image/png", PNG},
		{"text, image/png", PNG},
		{"text/, image/png", PNG},
		{"*/html, image/png", PNG},
		{"text/html/x, image/png", PNG},
		{"text/html;=1, image/png", PNG},
		{"text/h\xc3\xa9, image/png", PNG},
		{"text/html;a=\xff, image/png", PNG},
		{"text/html;a=\"b\"c, image/png", PNG},
		{"\"a, text/html\", image/png", PNG},
		{"image/png, text/html;a=\"never closed, text/html", PNG},
		{"image/png, text/html;a=\"\\", PNG},
		{"text/html;a=\"never closed, image/png", JSON},
		{"\x01\x02", JSON},
		{"%s%n", JSON},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int chosen = accept_choose(cases[i].accept, types, 3);

		if (chosen != cases[i].chosen)
			fail_msg("\"%s\" gets %d",
				 cases[i].accept != NULL ? cases[i].accept : "",
				 chosen);
	}
	assert_int_equal(accept_choose(NULL, types, 0), -1);
	assert_int_equal(accept_choose("*/*", types, 0), -1);
	assert_int_equal(accept_choose("image/*, text/html", types, 2), HTML);
}

static void
test_accept_most(void **state)
{
	const char *many[ACCEPT_TYPES_MOST];

	(void)state;
	for (int i = 0; i < ACCEPT_TYPES_MOST; i++)
		many[i] = "text/plain";
	many[ACCEPT_TYPES_MOST - 1] = "text/csv";
	assert_int_equal(
		accept_choose("text/csv, */*;q=0.1", many, ACCEPT_TYPES_MOST),
		ACCEPT_TYPES_MOST - 1);
}

/* ---- If-None-Match, If-Match */

static void
test_etag(void **state)
{
	static const struct {
		const char *field, *etag;
		bool weak, strong;
	} cases[] = {
		{NULL, "\"a\"", false, false},
		{"", "\"a\"", false, false},
		{"\"a\"", NULL, false, false},
		{"*", NULL, false, false},
		{"*", "\"a\"", true, true},
		{" * ", "W/\"a\"", true, true},
		{"*, \"b\"", "\"a\"", false, false},
		{"**", "\"a\"", false, false},
		/* RFC 9110 section 8.8.3.2 */
		{"W/\"1\"", "W/\"1\"", true, false},
		{"W/\"1\"", "W/\"2\"", false, false},
		{"W/\"1\"", "\"1\"", true, false},
		{"\"1\"", "W/\"1\"", true, false},
		{"\"1\"", "\"1\"", true, true},
		/* lists */
		{"\"a\", \"b\",\"c\"", "\"c\"", true, true},
		{"\"a\"\t,\t\"b\" , W/\"c\"", "\"c\"", true, false},
		{"W/\"a\", \"a\"", "\"a\"", true, true},
		{", ,\"a\",", "\"a\"", true, true},
		{"\"a,b\"", "\"a,b\"", true, true},
		{"\"a,b\"", "\"b\"", false, false},
		{"\"x, \", \"b\"", "\"b\"", true, true},
		{"\"a\", \"\"", "\"\"", true, true},
		{"\"A\"", "\"a\"", false, false},
		{"\"ab\"", "\"a\"", false, false},
		{"\"a\"", "\"ab\"", false, false},
		/* no escapes */
		{"\"a\\\", \"b\"", "\"b\"", true, true},
		{"\"a\\\"", "\"a\\\"", true, true},
		{"\"\xc3\xa9\"", "\"\xc3\xa9\"", true, true},
		/* malformed parts are skipped */
		{"a, \"b\"", "\"b\"", true, true},
		{"a", "\"a\"", false, false},
		{"w/\"a\"", "\"a\"", false, false},
		{"W/ \"a\"", "\"a\"", false, false},
		{"W/a, W/, W, \"b\"", "\"b\"", true, true},
		{"\"a\" \"b\", \"c\"", "\"a\"", false, false},
		{"\"a\" \"b\", \"c\"", "\"b\"", false, false},
		{"\"a\" \"b\", \"c\"", "\"c\"", true, true},
		{"\"a\"b, \"c\"", "\"a\"", false, false},
		{"x\"a, \"b\"", "\"b\"", false, false},
		{"\"a", "\"a\"", false, false},
		{"a\"", "\"a\"", false, false},
		{"\"b\", \"a", "\"b\"", true, true},
		{"'a'", "\"a\"", false, false},
		/* of what no tag is nothing is the same */
		{"a", "a", false, false},
		{"\"a\"", "\"a\" ", false, false},
		{"\"a\"", "\"a\"x", false, false},
		{"\"a", "\"a", false, false},
		{"", "", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool weak =
			etag_listed(cases[i].field, cases[i].etag, ETAG_WEAK);
		bool strong =
			etag_listed(cases[i].field, cases[i].etag, ETAG_STRONG);

		if (weak != cases[i].weak || strong != cases[i].strong)
			fail_msg("case %zu: weak %d, strong %d", i, weak,
				 strong);
	}
}

/* ---- Prefer */

static void
test_prefer(void **state)
{
	static const struct {
		const char *field;
		struct prefer prefer;
	} cases[] = {
		{NULL, {false, false, -1}},
		{"", {false, false, -1}},
		{" , ,", {false, false, -1}},
		{"respond-async", {true, false, -1}},
		{"Respond-ASYNC", {true, false, -1}},
		{"respond-async, wait=100", {true, false, 100}},
		{"wait=10,handling=strict,respond-async", {true, true, 10}},
		{"HANDLING=Strict", {false, true, -1}},
		{"handling=lenient", {false, false, -1}},
		{"handling=\"strict\"", {false, true, -1}},
		{"handling", {false, false, -1}},
		{"handling=strictly", {false, false, -1}},
		{"handling=stric", {false, false, -1}},
		{"\trespond-async ; x=\"a, wait=1\" ;y, wait = \"20\"",
		 {true, false, 20}},
		{"respond-async; wait=10", {true, false, -1}},
		{"foo; bar=\"\", foo=, respond-async", {true, false, -1}},
		{"respond-async=\"\"", {true, false, -1}},
		{"respond-async=", {true, false, -1}},
		{"respond-async=false", {false, false, -1}},
		{"respond-async;;, wait=1;", {true, false, 1}},
		{"respond-asynch, xwait=1", {false, false, -1}},
		/* wait */
		{"wait=0", {false, false, 0}},
		{"wait=86400", {false, false, 86400}},
		{"wait=86401", {false, false, 86400}},
		{"wait=000000000000000000000007", {false, false, 7}},
		{"wait=99999999999999999999999", {false, false, 86400}},
		{"wait", {false, false, -1}},
		{"wait=", {false, false, -1}},
		{"wait=\"\"", {false, false, -1}},
		{"wait=-1", {false, false, -1}},
		{"wait=+1", {false, false, -1}},
		{"wait=1.5", {false, false, -1}},
		{"wait=1e3", {false, false, -1}},
		{"wait=0x10", {false, false, -1}},
		{"wait=10s", {false, false, -1}},
		{"wait=\" 10\"", {false, false, -1}},
		/* the first of a repeated one */
		{"wait=1, wait=2", {false, false, 1}},
		{"wait=x, wait=2", {false, false, -1}},
		{"handling=lenient, handling=strict", {false, false, -1}},
		{"handling=strict, handling=lenient", {false, true, -1}},
		{"respond-async=no, respond-async", {false, false, -1}},
		/* malformed elements are skipped */
		{"wait=1 2, wait=3", {false, false, 3}},
		{"wait 5, wait=6", {false, false, 6}},
		{"respond-async foo, wait=3", {false, false, 3}},
		{"respond-async/, =, =1, ;, wait=3", {false, false, 3}},
		{"wait=\"1\"2, wait=3", {false, false, 3}},
		{"wait=1;=, wait=3", {false, false, 3}},
		{"wait=1;\"a\", wait=3", {false, false, 3}},
		{"\"a, respond-async\", wait=3", {false, false, 3}},
		{"wait=3, respond-async;a=\"never closed, handling=strict",
		 {false, false, 3}},
		{"handling=\"strict", {false, false, -1}},
		{"handling=\"strict\\", {false, false, -1}},
		{"wait=\xff, respond-async", {true, false, -1}},
		{"wait=\xff , respond-async;", {true, false, -1}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct prefer *wanted = &cases[i].prefer;
		struct prefer prefer;

		memset(&prefer, 0x55, sizeof(prefer));
		prefer_read(&prefer, cases[i].field);
		if (prefer.respond_async != wanted->respond_async ||
		    prefer.strict != wanted->strict ||
		    prefer.wait_s != wanted->wait_s)
			fail_msg("\"%s\": async %d, strict %d, wait %lld",
				 cases[i].field != NULL ? cases[i].field : "",
				 prefer.respond_async, prefer.strict,
				 (long long)prefer.wait_s);
	}
}

/* ---- what they share */

static void
test_lists(void **state)
{
	static const struct {
		const char *list;
		size_t elements;
	} cases[] = {
		{"", 0},
		{"a", 1},
		{"a,", 1},
		{",a", 2},
		{"a,b,c", 3},
		{"\"a,b\",c", 2},
		{"\"a\\\",b\",c", 2},
		{"\"a\\\\\",b", 2},
		{"a,\"b,c,d", 2},
		{"\"", 1},
		{"\"\\", 1},
		{"\\,\\", 2},
		{"a\"b,\"c\",\",d", 2},
		{"a,\"b\\", 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t elements = 0;

		for (const char *at = cases[i].list; *at != '\0';
		     at = field_next(at))
			elements++;
		if (elements != cases[i].elements)
			fail_msg("%s: %zu", cases[i].list, elements);
	}
}

static void
test_long(void **state)
{
	static char field[LONG_BYTES + 1];
	struct prefer prefer;

	(void)state;
	for (size_t i = 0; i < COUNT(long_pieces); i++) {
		clock_t began = clock();

		long_fill(field, long_pieces[i]);
		for (int times = 0; times < LONG_TIMES; times++) {
			int chosen = accept_choose(field, types, 3);

			assert_in_range(chosen + 1, 0, 3);
			assert_false(etag_listed(field, "\"b\"", ETAG_WEAK));
			prefer_read(&prefer, field);
			assert_false(prefer.strict);
		}
		if (clock() - began > LONG_MOST_S * CLOCKS_PER_SEC)
			fail_msg("\"%s\" for %d bytes takes too long",
				 long_pieces[i], LONG_BYTES);
	}
}

/* Every byte in every place: no reading beyond the end, no other way out. */
static void
test_any_byte(void **state)
{
	static const char model[] = "W/\"a\",text/html;q=0.5;x=\"\\\"\",wait=1";
	const size_t length = sizeof(model) - 1;

	(void)state;
	for (size_t at = 0; at < length; at++) {
		for (int byte = 0; byte < 256; byte++) {
			char *field = malloc(sizeof(model));
			struct prefer prefer;

			assert_non_null(field);
			memcpy(field, model, sizeof(model));
			field[at] = (char)byte;
			assert_in_range(accept_choose(field, types, 3) + 1, 0,
					2);
			(void)etag_listed(field, "\"a\"", ETAG_STRONG);
			prefer_read(&prefer, field);
			assert_in_range(prefer.wait_s + 1, 0, 10);
			free(field);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_accept_most),
		cmocka_unit_test(test_etag),
		cmocka_unit_test(test_prefer),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_any_byte),
	};

	return cmocka_run_group_tests_name("http fields", tests, NULL, NULL);
}
