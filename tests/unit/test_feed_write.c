/*
 * What is written to a stream, and when: minutes go by in one request.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/feed_inner.h"
#include "peer.h"
#include "scene.h"

static const struct lc_tag tag = {"test", "."};

static struct peer peer;

/* What is written to a stream that is looked at then, and how it is then. */
static const struct {
	int64_t at_ms;
	const char *event; /* one that comes before, and is nowhere; or NULL */
	bool blocked;
	enum reader_state state;
} looks[] = {
	{0, NULL, false, READER_WAITS},
	{14900, NULL, false, READER_WAITS},
	{15100, NULL, false, READER_WAITS}, /* a comment */
	{16000, "1", false, READER_WAITS},
	{30000, NULL, false, READER_WAITS},
	{30200, NULL, false, READER_WAITS}, /* an id */
	{45300, NULL, true, READER_BLOCKED},
	{45400, NULL, false, READER_WAITS}, /* a comment */
};

static void
event_add(struct events *events, const char *text, bool placed)
{
	struct event event = {.type = EVENTS_MESSAGE,
			      .data = text,
			      .length = strlen(text),
			      .placed = placed};
	char why[EVENTS_WHY_MAX] = "";

	if (events_add(events, &event, 1, why, sizeof(why)) != LC_OK)
		fail_msg("%s", why);
}

static enum lc_rc
minutes_run(struct lc_call *call, const void *args)
{
	struct reader reader = {
		.call = call, .streams = true, .spoken_ns = CLOCK_NS_PER_S};
	struct events *events = lc_events_of(call);
	struct events_log log;
	struct buf piece;

	(void)args;
	buf_init(&piece);
	reader.wanted.filter.placed_only = true;
	reader.wanted.replay = 1000;
	assert_true(events_log_init(&log, events, 1 << 20));
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		int64_t now_ns = (looks[i].at_ms + 1000) * CLOCK_NS_PER_MS;

		if (looks[i].event != NULL)
			event_add(events, looks[i].event, false);
		atomic_store(&peer.blocked, looks[i].blocked);
		assert_true(events_log_look(&log, 0));
		assert_int_equal(
			reader_write(&reader, &log, true, &piece, now_ns),
			looks[i].state);
	}
	events_log_release(&log);
	buf_release(&piece);
	return LC_OK;
}

static const struct lc_endpoint minutes = {.method = LC_GET,
					   .path = "/minutes",
					   .tag = &tag,
					   .summary = ".",
					   .work = LC_QUICK,
					   .deadline_ms = 20000,
					   .formats = LC_AS_EVENTS,
					   .run = minutes_run};

static const struct lc_endpoint *const table[] = {&minutes, NULL};

/* It is told now and then that we are there, and where it is. */
static void
test_heartbeat(void **state)
{
	static const char *const words[] = {"retry: ", "\n\nid: ", "-0\n\n",
					    ":\n\nid: ", "-1\n\n:\n\n"};
	static const char *const settings[] = {NULL};
	static struct scene scene;
	const char *at;

	(void)state;
	scene_open(&scene, table, settings, 0);
	peer_go(&scene.engine, &peer, false, "/minutes");
	at = peer_body(&peer);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		at = strstr(at, words[i]);
		if (at == NULL)
			fail_msg("%s: %s", words[i], peer_body(&peer));
		at += strlen(words[i]);
	}
	assert_string_equal(at, "");
	assert_int_equal(atomic_load(&peer.pieces), 6);
	peers_answered(&peer, 1, 200);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heartbeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
