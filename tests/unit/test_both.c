/*
 * Parameters of the query or of a body: what is bound from where, what is
 * said of it, and who may keep the answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KEPT "Cache-Control: public, max-age=60\r\n"
#define NOT_KEPT "Cache-Control: no-store\r\n"

static const char *const settings[] = {"LIGHTCONE_CHECK_REPLIES=on", NULL};

static const struct {
	const char *uri, *body;
	int status;
	const char *says[2];
} cases[] = {
	{"/both?mass_kg=5", NULL, 200, {"{\"mass_kg\":5,\"spin\":null"}},
	{"/both?mass_kg=5", "", 200, {"{\"mass_kg\":5,\"spin\":null"}},
	{"/both?spin=0.5",
	 "{\"mass_kg\":5}",
	 200,
	 {"{\"mass_kg\":5,\"spin\":0.5", NOT_KEPT}},
	{"/both",
	 "{\"params\":{\"mass_kg\":5,\"number\":[1,2]}}",
	 200,
	 {"\"numbers\":[1,2]", NOT_KEPT}},
	{"/both", NULL, 422, {"[\"query\",\"mass_kg\"]", "\"missing\""}},
	{"/both", "{}", 422, {"[\"body\",\"mass_kg\"]", "\"missing\""}},
	{"/both",
	 "{\"params\":{\"mass_kg\":-1}}",
	 422,
	 {"[\"body\",\"params\",\"mass_kg\"]", "greater than 0"}},
	{"/both?mass_kg=5",
	 "{\"mass_kg\":5}",
	 422,
	 {"[\"query\",\"mass_kg\"]", "in the query and in the body"}},
	{"/both?mass_kg=5&word=spin",
	 "{\"spin\":0.25}",
	 422,
	 {"[\"body\",\"spin\"]", "\"input\":\"0.25\""}},
	{"/both?mass_kg=5&word=spin&spin=0.250",
	 "{}",
	 422,
	 {"[\"query\",\"spin\"]", "\"input\":\"0.250\""}},
	{"/both?mass_kg=5&word=spin",
	 "{\"params\":{}}",
	 422,
	 {"[\"body\",\"params\",\"spin\"]", "\"input\":null"}},
	/* Which has no parameters there ignores a body. */
	{"/bounded?real=1",
	 "{",
	 200,
	 {"\"real\":1", "Cache-Control: no-cache"}},
};

static void
test_places(void **state)
{
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		const char *method = i % 2 == 0 ? "GET" : "HEAD";
		const char *const *says = cases[i / 2].says;
		struct peer peer;

		peer_init(&peer);
		peer.body = cases[i / 2].body;
		assert_true(peer_ask(&peer, &scene.engine, method,
				     cases[i / 2].uri));
		if (peer_status(&peer) != cases[i / 2].status ||
		    (i % 2 == 0 &&
		     (!peer_says(&peer, says[0]) ||
		      (says[1] != NULL && !peer_says(&peer, says[1])))))
			fail_msg("%s %s %s: %s", method, cases[i / 2].uri,
				 cases[i / 2].body, peer.text);
	}
	scene_close(&scene);
}

/* A body's values count, whatever the client says that it has. */
static void
test_tags(void **state)
{
	static const struct {
		const char *uri, *body;
		bool kept;
	} tagged[] = {
		{"/both?mass_kg=5", NULL, true},
		{"/both?mass_kg=5", "", true},
		{"/both?mass_kg=5", "{}", false},
		{"/both", "{\"mass_kg\":5}", false},
	};
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(tagged); i++) {
		struct peer peer;

		peer_init(&peer);
		peer.body = tagged[i].body;
		assert_true(
			peer_ask(&peer, &scene.engine, "GET", tagged[i].uri));
		assert_int_equal(peer_status(&peer), 200);
		assert_int_equal(peer_says(&peer, "ETag: "), tagged[i].kept);
		assert_int_equal(peer_says(&peer, KEPT), tagged[i].kept);
		assert_int_equal(peer_says(&peer, NOT_KEPT), !tagged[i].kept);
	}
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_tags),
	};

	return cmocka_run_group_tests_name("both", tests, NULL, NULL);
}
