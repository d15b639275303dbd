/* What a client says of caches: RFC 9111 section 5.2.1. */
#include "http/cache_control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ANY INT64_MAX
#define NEVER INT64_MAX

struct said {
	const char *field, *pragma;
	struct cache_control control;
};

#define NO_CACHE .no_cache = true
#define NO_STORE .no_store = true
#define ONLY .only_if_cached = true
#define AGES(age, fresh, stale) \
	.max_age_s = (age), .min_fresh_s = (fresh), .max_stale_s = (stale)
#define NONE_STALE .none_stale = true
#define UNSAID AGES(ANY, 0, 0)

static const struct said cases[] = {
	/* nothing */
	{NULL, NULL, {UNSAID}},
	{"", NULL, {UNSAID}},
	{" \t", NULL, {UNSAID}},
	{",,, ,", NULL, {UNSAID}},
	/* words */
	{"no-cache", NULL, {NO_CACHE, UNSAID}},
	{"no-store", NULL, {NO_STORE, UNSAID}},
	{"only-if-cached", NULL, {ONLY, UNSAID}},
	{"No-Cache,NO-STORE ,\tOnly-If-Cached",
	 NULL,
	 {NO_CACHE, NO_STORE, ONLY, UNSAID}},
	{"no-cache=\"Set-Cookie\"", NULL, {NO_CACHE, UNSAID}},
	{"no-cache=1, no-cache", NULL, {NO_CACHE, UNSAID}},
	{"no-cache; no-store", NULL, {NO_CACHE, UNSAID}},
	/* others */
	{"no-transform, private, s-maxage=1, foo=\"no-cache, no-store\"",
	 NULL,
	 {UNSAID}},
	{"no-caches, xno-store, no cache, =no-cache, \"no-cache\"",
	 NULL,
	 {UNSAID}},
	{"foo=\"a\\\",no-cache", NULL, {UNSAID}},
	{"foo=\"a\\\"\",no-cache", NULL, {NO_CACHE, UNSAID}},
	{"max-age-x=1, max_age=1", NULL, {UNSAID}},
	/* max-age */
	{"max-age=0", NULL, {AGES(0, 0, 0)}},
	{"max-age=60", NULL, {AGES(60, 0, 0)}},
	{"MAX-AGE=0060", NULL, {AGES(60, 0, 0)}},
	{"max-age=\"60\"", NULL, {AGES(60, 0, 0)}},
	{"max-age = 60 ,no-store", NULL, {NO_STORE, AGES(60, 0, 0)}},
	{"max-age=60, max-age=30", NULL, {AGES(30, 0, 0)}},
	{"max-age=30, max-age=60", NULL, {AGES(30, 0, 0)}},
	{"max-age=2147483648", NULL, {AGES(INT64_C(2147483648), 0, 0)}},
	{"max-age=9223372036854775807", NULL, {UNSAID}},
	{"max-age=99999999999999999999999", NULL, {UNSAID}},
	{"max-age", NULL, {AGES(0, 0, 0)}},
	{"max-age=", NULL, {AGES(0, 0, 0)}},
	{"max-age=\"\"", NULL, {AGES(0, 0, 0)}},
	{"max-age=-1", NULL, {AGES(0, 0, 0)}},
	{"max-age=+1", NULL, {AGES(0, 0, 0)}},
	{"max-age=1.5", NULL, {AGES(0, 0, 0)}},
	{"max-age=1e3", NULL, {AGES(0, 0, 0)}},
	{"max-age=0x10", NULL, {AGES(0, 0, 0)}},
	{"max-age=60s", NULL, {AGES(0, 0, 0)}},
	{"max-age=60 1", NULL, {AGES(0, 0, 0)}},
	{"max-age=60;a", NULL, {AGES(0, 0, 0)}},
	{"max-age=\"60", NULL, {AGES(0, 0, 0)}},
	{"max-age=\"6\\0\"", NULL, {AGES(0, 0, 0)}},
	{"max-age=\"60\"1", NULL, {AGES(0, 0, 0)}},
	{"max-age=60, max-age=x", NULL, {AGES(0, 0, 0)}},
	/* min-fresh */
	{"min-fresh=0", NULL, {UNSAID}},
	{"min-fresh=60", NULL, {AGES(ANY, 60, 0)}},
	{"min-fresh=30, min-fresh=\"60\", min-fresh=45",
	 NULL,
	 {AGES(ANY, 60, 0)}},
	{"min-fresh", NULL, {AGES(ANY, NEVER, 0)}},
	{"min-fresh=x", NULL, {AGES(ANY, NEVER, 0)}},
	{"min-fresh=-1", NULL, {AGES(ANY, NEVER, 0)}},
	{"min-fresh=99999999999999999999", NULL, {AGES(ANY, NEVER, 0)}},
	/* max-stale */
	{"max-stale", NULL, {AGES(ANY, 0, ANY)}},
	{"max-stale ,no-store", NULL, {NO_STORE, AGES(ANY, 0, ANY)}},
	{"max-stale=0", NULL, {NONE_STALE, AGES(ANY, 0, 0)}},
	{"max-stale=60", NULL, {AGES(ANY, 0, 60)}},
	{"max-stale=99999999999999999999", NULL, {AGES(ANY, 0, ANY)}},
	{"max-stale, max-stale=60", NULL, {AGES(ANY, 0, 60)}},
	{"max-stale=60, max-stale", NULL, {AGES(ANY, 0, 60)}},
	{"max-stale=60, max-stale=0", NULL, {NONE_STALE, AGES(ANY, 0, 0)}},
	{"max-stale=", NULL, {NONE_STALE, AGES(ANY, 0, 0)}},
	{"max-stale=\"\"", NULL, {NONE_STALE, AGES(ANY, 0, 0)}},
	{"max-stale=\"6", NULL, {NONE_STALE, AGES(ANY, 0, 0)}},
	{"max-stale=x", NULL, {NONE_STALE, AGES(ANY, 0, 0)}},
	{"max-stale 60", NULL, {NONE_STALE, AGES(ANY, 0, 0)}},
	{"max-stale;60", NULL, {NONE_STALE, AGES(ANY, 0, 0)}},
	{"max-age=1, min-fresh=2, max-stale=3", NULL, {AGES(1, 2, 3)}},
	/* Pragma, where there is no Cache-Control */
	{NULL, "no-cache", {NO_CACHE, UNSAID}},
	{NULL, "foo=1, No-Cache", {NO_CACHE, UNSAID}},
	{NULL, "no-store, only-if-cached, max-age=1", {UNSAID}},
	{NULL, "cache", {UNSAID}},
	{NULL, "", {UNSAID}},
	{"", "no-cache", {UNSAID}},
	{"max-age=60", "no-cache", {AGES(60, 0, 0)}},
};

static void
test_cases(void **state)
{
	struct cache_control got;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cache_control *c = &cases[i].control;

		memset(&got, 0xff, sizeof(got));
		cache_control_read(&got, cases[i].field, cases[i].pragma);
		if (got.no_cache != c->no_cache ||
		    got.no_store != c->no_store ||
		    got.only_if_cached != c->only_if_cached ||
		    got.none_stale != c->none_stale ||
		    got.max_age_s != c->max_age_s ||
		    got.min_fresh_s != c->min_fresh_s ||
		    got.max_stale_s != c->max_stale_s)
			fail_msg("%s | %s: %d %d %d %lld %lld %lld",
				 cases[i].field != NULL ? cases[i].field : "-",
				 cases[i].pragma != NULL ? cases[i].pragma :
							   "-",
				 got.no_cache, got.no_store, got.only_if_cached,
				 (long long)got.max_age_s,
				 (long long)got.min_fresh_s,
				 (long long)got.max_stale_s);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests_name("cache control", tests, NULL, NULL);
}
