/*
 * What endpoints' tables say of our cache: which of it is refused at start,
 * and which answers the service keeps.
 */
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

#include "engine/table_check.h"
#include "keeping.h"
#include "table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct lc_tag tag = {"test", "."};
static const struct lc_field reply[] = {LC_FIELD("a", LC_ANY, .doc = "."),
					LC_FIELD_END};

static enum lc_rc
nothing_run(struct lc_call *call, const void *args)
{
	(void)call;
	(void)args;
	return LC_OK;
}

struct keep_case {
	enum lc_method method;
	struct lc_cache cache;
	bool conditional;
	bool right;
};

#define KEEP(...)                       \
	{                               \
		.keep = { __VA_ARGS__ } \
	}

static const struct keep_case cases[] = {
	{LC_GET, KEEP(.fresh_s = 0), false, true},
	{LC_GET,
	 {.fresh_s = 1,
	  .keep = {.fresh_s = 1,
		   .stale_s = 2,
		   .error_s = 3,
		   .absent_s = 4,
		   .early = 1}},
	 false,
	 true},
	{LC_GET, {.fresh_s = 1, .keep = {.fresh_s = 2}}, false, false},
	{LC_POST, KEEP(.fresh_s = 1), false, true},
	{LC_POST, KEEP(.fresh_s = 1), true, false},
	{LC_PUT, KEEP(.fresh_s = 1), false, false},
	{LC_PUT, KEEP(.fresh_s = 0), false, true},
	{LC_DELETE, KEEP(.fresh_s = 1), false, false},
	{LC_GET, {1, .is_private = true, .keep = {.fresh_s = 1}}, false, false},
	{LC_GET, {.is_private = true}, false, true},
	{LC_GET, KEEP(.fresh_s = -1), false, false},
	{LC_GET, {1, .keep = {.fresh_s = 1, .stale_s = -1}}, false, false},
	{LC_GET, {1, .keep = {.fresh_s = 1, .error_s = -1}}, false, false},
	{LC_GET, {1, .keep = {.fresh_s = 1, .absent_s = -1}}, false, false},
	{LC_GET, {1, .keep = {.fresh_s = 1, .early = -1}}, false, false},
	{LC_GET, {1, .keep = {.fresh_s = 1, .early = NAN}}, false, false},
	{LC_GET, KEEP(.stale_s = 1), false, false},
	{LC_GET, KEEP(.error_s = 1), false, false},
	{LC_GET, KEEP(.absent_s = 1), false, false},
};

static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct lc_endpoint endpoint = {
			.method = cases[i].method,
			.path = "/a",
			.tag = &tag,
			.summary = ".",
			.deadline_ms = 1000,
			.cache = cases[i].cache,
			.conditional = cases[i].conditional,
			.reply = reply,
			.run = nothing_run};
		const struct lc_endpoint *const table[] = {&endpoint, NULL};
		struct buf why;

		buf_init(&why);
		if ((table_check(table, &why) == LC_OK) != cases[i].right)
			fail_msg("case %zu: %.*s", i, (int)why.length,
				 why.length > 0 ? why.bytes : "");
		buf_add_char(&why, '\0');
		if (!cases[i].right)
			assert_non_null(strstr(why.bytes, "what it keeps"));
		buf_release(&why);
	}
}

static bool
is_kept(const struct lc_endpoint *endpoint)
{
	static const struct {
		enum lc_method method;
		const char *path;
	} kept[] = {
		{LC_GET, "/galaxy"},      {LC_POST, "/galaxy/match"},
		{LC_GET, "/cone"},        {LC_GET, "/cone/{catalogue}"},
		{LC_GET, "/singularity"}, {LC_POST, "/singularity"},
		{LC_POST, "/wormhole"},
	};

	for (size_t i = 0; i < COUNT(kept); i++)
		if (endpoint->method == kept[i].method &&
		    strcmp(endpoint->path, kept[i].path) == 0)
			return true;
	return false;
}

/* Exactly these are kept, and each by a version, as they depend on files. */
static void
test_service(void **state)
{
	(void)state;
	for (const struct lc_endpoint *const *e = endpoint_table; *e != NULL;
	     e++) {
		const struct lc_keep *keep = &(*e)->cache.keep;

		if ((keep->fresh_s > 0) != is_kept(*e))
			fail_msg("%s", (*e)->path);
		if (keep->fresh_s > 0 &&
		    ((*e)->version == NULL || keep->size_class == NULL))
			fail_msg("%s has no version or class", (*e)->path);
	}
}

/* However small: a stranger must not be able to make a thousand of them. */
static void
test_classes(void **state)
{
	static const struct {
		double one, other;
		bool same;
	} amounts[] = {
		{1, 1.5, true},     {1, 2, false},          {0.1, 0.3, false},
		{1e-3, 1e-9, true}, {1e-308, 0, true},      {0, -1, true},
		{0, 0.5, false},    {1e300, 1e-300, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(amounts); i++)
		if ((keeping_amount(7, amounts[i].one) ==
		     keeping_amount(7, amounts[i].other)) != amounts[i].same)
			fail_msg("%g and %g", amounts[i].one, amounts[i].other);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests_name("tables, what they keep", tests,
					   NULL, NULL);
}
