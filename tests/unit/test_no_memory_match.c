/*
 * Memory that runs out while many positions are read and answered: each
 * allocation is refused in turn, and none stays behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "base/log.h"
#include "context.h"
#include "peer.h"
#include "scene.h"
#include "sky_fixture.h"
#include "table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct match_case {
	const char *uri, *type, *body;
	int status;
	const char *says[3]; /* in this order */
};

static const struct match_case cases[] = {
	{"/galaxy/match?radius_deg=1",
	 "application/json",
	 "{\"positions\":[{\"id\":\"one\",\"ra_deg\":10,\"dec_deg\":20},"
	 "{\"coordinates\":\"Twin\"},{\"coordinates\":\"50 +60\"}]}",
	 200,
	 {"\"id\":\"one\"", "\"name\":\"B 2\"", "\"system\":[]"}},
	{"/galaxy/match?radius_deg=1&format=csv",
	 "text/csv",
	 "id,ra,dec,other\none,10,20,x\n,00:40:00,+20:00:00,\nthree,50,60,y\n",
	 200,
	 {"0,one,A 1,", "1,,A 1,", "2,three,,"}},
	{"/galaxy/match",
	 "application/json",
	 "{\"positions\":[{\"ra_deg\":10},{\"coordinates\":\"x\"},{},"
	 "{\"coordinates\":\"0 95\"}]}",
	 422,
	 {"0,\"dec_deg\"]", "1,\"coordinates\"]", "3,\"coordinates\"]"}},
	{"/galaxy/match",
	 "text/csv",
	 "name;ra;dec\na;10;95\nb;10\n\xe9;1;2\n",
	 422,
	 {"[\"body\",2]", "[\"body\",3]", "[\"body\",4]"}},
	{"/galaxy/match",
	 "text/csv",
	 "x,y\n1,2\n",
	 422,
	 {"[\"body\"]", "no position is found", ""}},
};

static struct sky_fixture fixture;
static struct options options;
static struct context context = {.catalogue = "small"};
static const struct match_case *now;

static bool
says_all(const struct peer *peer)
{
	const char *at = peer->text;

	for (size_t i = 0; i < COUNT(now->says); i++) {
		at = strstr(at, now->says[i]);
		if (at == NULL)
			return false;
	}
	return true;
}

static enum lc_rc
match_send(struct engine *engine)
{
	char method[] = "REQUEST_METHOD=POST", uri[128], query[128], type[64];
	char *variables[] = {method, uri, query, type, NULL};
	const char *question = strchr(now->uri, '?');
	static struct peer peer;

	snprintf(uri, sizeof(uri), "REQUEST_URI=%s", now->uri);
	snprintf(query, sizeof(query), "QUERY_STRING=%s",
		 question != NULL ? question + 1 : "");
	snprintf(type, sizeof(type), "CONTENT_TYPE=%s", now->type);
	peer_init(&peer);
	peer.body = now->body;
	if (!peer_send(&peer, engine, variables))
		return LC_NO_MEMORY;
	assert_int_equal(atomic_load(&peer.freed), 1);
	if (peer_status(&peer) == now->status && says_all(&peer))
		return LC_OK;
	if (peer_status(&peer) != 503 ||
	    !peer_says(&peer, "problem:out-of-memory"))
		fail_msg("%s: %s", now->body, peer.text);
	return LC_NO_MEMORY;
}

static enum lc_rc
match_case(void)
{
	static const struct lc_endpoint *const table[] = {&match_endpoint,
							  NULL};
	struct engine engine;
	struct buf why;
	enum lc_rc rc;

	buf_init(&why);
	rc = engine_init(&engine, &options, table, &context, &why);
	buf_release(&why);
	if (rc != LC_OK)
		return rc;
	rc = match_send(&engine);
	while (!engine_stop(&engine, scene_later(100)))
		;
	engine_release(&engine);
	return rc;
}

static void
test_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		/* Its work is weighed without much care for memory. */
		struct alloc_case one = {cases[i].body, match_case, true};

		now = &cases[i];
		/* From here on the reader is kept, as in a process. */
		assert_int_equal(match_case(), LC_OK);
		alloc_fail_each(&one);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_each)};
	static char *const nothing[] = {NULL};
	struct buf why;
	int failed;

	log_set_level(LOG_ERROR_ONLY);
	buf_init(&why);
	if (options_load_from(&options, NULL, nothing, &why) != LC_OK)
		return EXIT_FAILURE;
	sky_fixture_init(&fixture);
	sky_fixture_import_small(&fixture, "small",
				 SKY_FIXTURE_SMALL "A 1\t10\t20\tOne\n"
						   "B 2\t30\t-40\tTwin\n");
	context.catalogues = catalogue_set_new(fixture.state, true);
	if (context.catalogues == NULL)
		return EXIT_FAILURE;
	options.state = "/nonexistent"; /* then slots are not counted */
	failed = cmocka_run_group_tests_name("no memory, match", tests, NULL,
					     NULL);
	catalogue_set_free(context.catalogues);
	sky_fixture_release(&fixture);
	options_release(&options);
	buf_release(&why);
	return failed;
}
