/*
 * Tasks after the response: done in their order once the answer has gone,
 * whatever became of the one before, and only after a good answer.
 */
#include "engine/after.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "peer.h"
#include "scene.h"
#include "../testapp.h"

enum { TASKS = 3, MANY = 200 };

static atomic_int done, first_out_of_order, before_the_answer;
static atomic_bool gate_shut; /* tasks wait while it is */
static struct peer *answered; /* whose answer must have gone */

struct note {
	int number;
	enum lc_rc says;
	char words[32];
};

static enum lc_rc
note_task(void *context, const void *arg)
{
	const struct note *note = arg;

	(void)context;
	while (atomic_load(&gate_shut))
		;
	if (answered != NULL && atomic_load(&answered->finished) == 0)
		atomic_fetch_add(&before_the_answer, 1);
	if (strcmp(note->words, "copied") != 0 ||
	    note->number != atomic_load(&done) % TASKS)
		atomic_fetch_add(&first_out_of_order, 1);
	atomic_fetch_add(&done, 1);
	return note->says;
}

static enum lc_rc
notes_add(struct lc_call *call)
{
	struct note note = {.words = "copied"};
	enum lc_rc rc = LC_OK;

	for (int i = 0; i < TASKS && rc == LC_OK; i++) {
		note.number = i;
		note.says = i == 1 ? LC_UNAVAILABLE : LC_OK;
		rc = lc_after(call, "note", note_task, &note, sizeof(note));
	}
	memset(&note, 0, sizeof(note)); /* it was copied */
	return rc;
}

static enum lc_rc
good_run(struct lc_call *call, const void *args)
{
	(void)args;
	lc_body(call, NULL);
	return notes_add(call);
}

static enum lc_rc
bad_run(struct lc_call *call, const void *args)
{
	(void)args;
	return notes_add(call) == LC_OK ? LC_CONFLICT : LC_INTERNAL;
}

#define AFTER_ENDPOINT(name, kind, where)                   \
	static const struct lc_endpoint name##_endpoint = { \
		.method = LC_GET,                           \
		.path = where,                              \
		.tag = &testapp_tag,                        \
		.formats = LC_AS_TEXT,                      \
		.summary = "Has tasks.",                    \
		.work = kind,                               \
		.deadline_ms = 60000,                       \
		.run = name##_run,                          \
	}

AFTER_ENDPOINT(good, LC_QUICK, "/good");
AFTER_ENDPOINT(bad, LC_QUICK, "/bad");

static enum lc_rc
heavy_run(struct lc_call *call, const void *args)
{
	return good_run(call, args);
}

AFTER_ENDPOINT(heavy, LC_HEAVY, "/heavy");

static const struct lc_endpoint *const table[] = {&good_endpoint, &bad_endpoint,
						  &heavy_endpoint, NULL};
static const char *const nothing[] = {NULL};

static void
begin(struct scene *scene)
{
	atomic_store(&done, 0);
	atomic_store(&first_out_of_order, 0);
	atomic_store(&before_the_answer, 0);
	atomic_store(&gate_shut, false);
	scene_open(scene, table, nothing, 2);
}

static void
end(struct scene *scene, unsigned failed)
{
	UNTIL(afters_failed(scene->engine.afters) == failed, PEER_SOON_MS);
	scene_close(scene);
	answered = NULL;
	assert_int_equal(atomic_load(&first_out_of_order), 0);
	assert_int_equal(atomic_load(&before_the_answer), 0);
}

static void
ask(struct scene *scene, struct peer *peer, const char *uri, int status)
{
	peer_init(peer);
	answered = peer;
	assert_true(peer_ask(peer, &scene->engine, "GET", uri));
	UNTIL(atomic_load(&peer->finished) > 0, PEER_SOON_MS);
	assert_int_equal(peer_status(peer), status);
}

static void
done_in_order(void **state)
{
	static const char *const uris[] = {"/good", "/heavy"};
	struct scene scene;
	struct peer peer;

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		begin(&scene);
		/* They begin when the answer has gone, and no sooner end. */
		atomic_store(&gate_shut, true);
		ask(&scene, &peer, uris[i], 200);
		assert_int_equal(atomic_load(&peer.freed), 0);
		atomic_store(&gate_shut, false);
		UNTIL(atomic_load(&done) == TASKS, PEER_SOON_MS);
		UNTIL(atomic_load(&peer.freed) == 1, PEER_SOON_MS);
		end(&scene, 1);
	}
}

static void
none_after_a_bad_answer(void **state)
{
	struct scene scene;
	struct peer peer;

	(void)state;
	begin(&scene);
	ask(&scene, &peer, "/bad", 409);
	assert_int_equal(atomic_load(&peer.freed), 1);
	end(&scene, 0);
	assert_int_equal(atomic_load(&done), 0);
}

/* What is left when the engine stops is done before. */
static void
done_before_the_end(void **state)
{
	static struct peer peers[MANY];
	struct scene scene;

	(void)state;
	begin(&scene);
	for (int i = 0; i < MANY; i++)
		peer_go(&scene.engine, &peers[i], false, "/good");
	end(&scene, MANY);
	assert_int_equal(atomic_load(&done), MANY * TASKS);
	peers_answered(peers, MANY, 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(done_in_order),
		cmocka_unit_test(none_after_a_bad_answer),
		cmocka_unit_test(done_before_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
