/*
 * Endpoints that tell errors in a form of their own: what comes in it, and
 * what stays a problem document.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const settings[] = {"LIGHTCONE_CHECK_REPLIES=on",
				       "LIGHTCONE_QUERY_MAX_BYTES=512", NULL};

static void
test_form(void **state)
{
	static const struct {
		const char *method, *uri;
		int status;
		const char *says[2];
	} cases[] = {
		{"GET", "/search?RA=1.5", 200, {"votable", "<RA>1.5</RA>"}},
		{"GET",
		 "/search?RA=400&VERB=x",
		 200,
		 {"<ERROR>422 Invalid input: Some of",
		  "query.RA: Input should be less than or equal to 360; "
		  "query.VERB: Input should be a valid integer"}},
		{"GET",
		 "/search",
		 200,
		 {"x-votable+xml\r\n", "; query.RA: Field required</ERROR>"}},
		{"GET",
		 "/search?RA=1&word=wrong",
		 200,
		 {"Cache-Control: no-store",
		  "query.word: Another word, please"}},
		{"GET",
		 "/search?RA=1&word=nothing",
		 200,
		 {"<ERROR>404 Not found: There is nothing.</ERROR>",
		  "votable"}},
		{"GET",
		 "/search?RA=1&format=png",
		 200,
		 {"query.format: Input should be", "votable"}},
		{"GET", "/search?ra=2&Sr=3", 200, {"<RA>2<", "<SR>3<"}},
		{"GET",
		 "/search?Ra=2&BAND=1&band=2&Band=3",
		 200,
		 {"<RA>2<", "<BANDS>3<"}},
		{"GET",
		 "/search?ra=2&RA=2&FORMAT=x",
		 200,
		 {"query.RA: Input should be given once", "query.format: "}},
		/* The negotiated form is that of answers, not of errors. */
		{"GET",
		 "/search?RA=x&format=json",
		 200,
		 {"x-votable+xml\r\n", "query.RA: "}},
		{"GET", "/search/x", 404, {"problem+json", "not-found"}},
		{"POST", "/search?RA=1", 405, {"problem+json", "Allow: GET"}},
	};
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct peer peer;

		peer_init(&peer);
		assert_true(peer_ask(&peer, &scene.engine, cases[i].method,
				     cases[i].uri));
		if (peer_status(&peer) != cases[i].status ||
		    !peer_says(&peer, cases[i].says[0]) ||
		    !peer_says(&peer, cases[i].says[1]))
			fail_msg("%s: %s", cases[i].uri, peer.text);
		assert_int_equal(peer_says(&peer, "ETag: "),
				 cases[i].status == 200 &&
					 !peer_says(&peer, "<ERROR>"));
	}
	scene_close(&scene);
}

/* ---- what is HTTP's own affair, and what the clock says */

static void
own_problem(const struct lc_problem_view *problem, struct buf *out)
{
	buf_printf(out, "own %d %zu", problem->status, problem->error_count);
}

static enum lc_rc
busy_run(struct lc_call *call, const void *args)
{
	enum lc_rc rc = LC_OK;

	(void)args;
	/* As much as it likes: the answer is not made from it. */
	while (rc == LC_OK) {
		buf_add_text(lc_body(call, "text/plain"), "busy");
		rc = progress_stopped(lc_progress(call));
	}
	return rc;
}

static enum lc_rc
refusing_check(struct lc_call *call, const struct lc_guard *guard)
{
	return lc_fail(call, guard->refusals[0], "No.");
}

#define OWN(where, ...)                                                     \
	{                                                                   \
		.method = LC_GET, .path = where, .tag = &testapp_tag,       \
		.summary = ".", .deadline_ms = 60, .formats = LC_AS_TEXT,   \
		.problem = own_problem, .problem_status = 200,              \
		.problem_media = "text/x-own", .run = busy_run, __VA_ARGS__ \
	}
#define GUARD(word, code)                                                     \
	static const enum lc_rc word##_codes[] = {code, LC_OK};               \
	static const struct lc_guard word##_guard = {.name = ".",             \
						     .doc = ".",              \
						     .check = refusing_check, \
						     .refusals =              \
							     word##_codes};   \
	static const struct lc_guard *const word##_guards[] = {&word##_guard, \
							       NULL};         \
	static const struct lc_endpoint word##_endpoint =                     \
		OWN("/" #word, .guards = word##_guards)

GUARD(unauthorized, LC_UNAUTHORIZED);
GUARD(forbidden, LC_FORBIDDEN);
GUARD(rate, LC_RATE);
GUARD(conflict, LC_CONFLICT);
GUARD(unavailable, LC_UNAVAILABLE);

static const struct lc_endpoint heavy_endpoint =
	OWN("/heavy", .work = LC_HEAVY);
static const struct lc_endpoint *const own_table[] = {&unauthorized_endpoint,
						      &forbidden_endpoint,
						      &rate_endpoint,
						      &conflict_endpoint,
						      &unavailable_endpoint,
						      &heavy_endpoint,
						      NULL};

static void
test_what_stays(void **state)
{
	static const struct {
		const char *uri;
		int status;
		const char *says;
	} cases[] = {
		{"/unauthorized", 401, "problem+json"},
		{"/forbidden", 403, "problem+json"},
		{"/rate", 429, "problem+json"},
		{"/conflict", 200, "own 409 0"},
		{"/unavailable", 200, "own 503 0"},
		{"/heavy?format=x", 200, "own 422 1"},
		/* The clock says so, while the function still writes. */
		{"/heavy", 200, "own 504 0"},
	};
	static struct scene scene;

	(void)state;
	scene_open(&scene, own_table, settings, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct peer peer;

		peer_init(&peer);
		assert_true(
			peer_ask(&peer, &scene.engine, "GET", cases[i].uri));
		UNTIL(atomic_load(&peer.freed) > 0, PEER_SOON_MS);
		if (peer_status(&peer) != cases[i].status ||
		    !peer_says(&peer, cases[i].says))
			fail_msg("%s: %s", cases[i].uri, peer.text);
	}
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_what_stays),
	};

	return cmocka_run_group_tests_name("problem form", tests, NULL, NULL);
}
