/*
 * Requests that go on as jobs: at once, when the client has waited enough, or
 * not at all when they were in time; and the deadline that a request asks
 * for itself.
 */
#include "engine/async.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "peer.h"
#include "scene.h"
#include "services/jobs.h"
#include "services/presence.h"
#include "../testapp.h"

enum { PREFER_MAX = 128 };

struct toil {
	int64_t ms, timeout;
};

static atomic_int runs;
static atomic_bool enough; /* who toils may stop, and has done it */

static enum lc_rc
toil_run(struct lc_call *call, const void *args)
{
	const struct toil *toil = args;
	int64_t until_ns = scene_later(toil->ms);
	enum lc_rc rc = LC_OK;

	atomic_fetch_add(&runs, 1);
	while (rc == LC_OK && !atomic_load(&enough) &&
	       clock_mono_ns() < until_ns)
		rc = progress_stopped(lc_progress(call));
	json_int(lc_json(call), "ms", toil->ms);
	return rc;
}

static enum lc_rc
toil_notify(struct lc_call *call, const void *args, struct lc_notify *notify)
{
	const struct toil *toil = args;

	notify->webhook = "https://example.org/hook";
	return toil->ms == 13 ? lc_refuse(call, "ms", "value_error", NULL,
					  "Nobody is told of 13 ms") :
				LC_OK;
}

static const struct lc_endpoint toil_endpoint;
static const struct lc_job_kind toil_job = {
	.policy = {.kind = "toil", .attempts = 3, .timeout_ms = 60000},
	.doc = "Toils.",
	.work = &toil_endpoint,
	.notify = toil_notify,
};

static const struct lc_field toil_params[] = {
	LC_PARAM(toil, ms, .in = LC_IN_BODY, .min = "0", .max = "60000",
		 .doc = "How long it takes."),
	LC_PARAM(toil, timeout, .in = LC_IN_BODY, .min = "1", .max = "60000",
		 .def = "5000", .nullable = true, .doc = "The deadline."),
	LC_FIELD_END};

static const struct lc_field toil_reply[] = {
	LC_FIELD("ms", LC_INT, .doc = "How long it took."), LC_FIELD_END};

static const struct lc_endpoint toil_endpoint = {
	.method = LC_POST,
	.path = "/toil",
	.tag = &testapp_tag,
	.summary = "Toils.",
	.params = toil_params,
	.args_size = sizeof(struct toil),
	.work = LC_HEAVY,
	.deadline_ms = 5000,
	.deadline_from = "timeout",
	.job = &toil_job,
	.reply = toil_reply,
	.run = toil_run,
};

static const struct lc_endpoint *const table[] = {&toil_endpoint, NULL};

static void
begin(struct scene *scene, const char *const *settings)
{
	atomic_store(&runs, 0);
	atomic_store(&enough, false);
	scene_open(scene, table, settings, 2);
}

/* Asks without waiting; `more` are further variables, or NULL. */
static void
send(struct scene *scene, struct peer *peer, const char *body,
     const char *prefer, const char *key)
{
	char method[] = "REQUEST_METHOD=POST", uri[] = "REQUEST_URI=/api/toil";
	char script[] = "SCRIPT_NAME=/api",
	     type[] = "CONTENT_TYPE=application/json";
	char host[] = "HTTP_HOST=example.org", from[] = "REMOTE_ADDR=192.0.2.1";
	char preference[PREFER_MAX], name[PREFER_MAX];
	char *variables[] = {method, uri,        script, type, host,
			     from,   preference, name,   NULL};

	snprintf(preference, sizeof(preference), "HTTP_PREFER=%s", prefer);
	snprintf(name, sizeof(name), "HTTP_IDEMPOTENCY_KEY=%s",
		 key != NULL ? key : "");
	if (key == NULL)
		variables[7] = NULL;
	peer_init(peer);
	peer->body = body;
	assert_true(peer_send(peer, &scene->engine, variables));
}

static void
ask(struct scene *scene, struct peer *peer, const char *body,
    const char *prefer, const char *key, int status)
{
	send(scene, peer, body, prefer, key);
	UNTIL(atomic_load(&peer->finished) > 0, PEER_SOON_MS);
	if (peer_status(peer) != status)
		fail_msg("%s with %s: %s", body, prefer, peer->text);
}

static int64_t
jobs_there(struct scene *scene)
{
	char why[JOBS_WHY_MAX] = "";
	struct jobs_counts counts;

	if (jobs_count(scene->engine.jobs, &counts, why, sizeof(why)) != LC_OK)
		fail_msg("%s", why);
	return counts.of[JOBS_QUEUED];
}

/* The text after "Location: /api/jobs/". */
static void
location_of(const struct peer *peer, char id[JOBS_ID_BYTES])
{
	static const char before[] = "Location: /api/jobs/";
	const char *at = strstr(peer->text, before);

	assert_non_null(at);
	at += sizeof(before) - 1;
	assert_int_equal(strcspn(at, "\r"), JOBS_ID_BYTES - 1);
	memcpy(id, at, JOBS_ID_BYTES - 1);
	id[JOBS_ID_BYTES - 1] = '\0';
}

static void
look(struct scene *scene, const char *id, const char *needle)
{
	char why[JOBS_WHY_MAX] = "";
	struct jobs_view view;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	if (jobs_find(scene->engine.jobs, id, &arena, &view, why,
		      sizeof(why)) != LC_OK)
		fail_msg("%s: %s", id, why);
	assert_string_equal(view.kind, "toil");
	assert_int_equal(view.state, JOBS_QUEUED);
	assert_int_equal(view.attempts_most, 3);
	if (strstr(view.payload, needle) == NULL)
		fail_msg("%s is not in %s", needle, view.payload);
	arena_release(&arena);
}

static const char *const nothing[] = {NULL};

static void
at_once(void **state)
{
	struct scene scene;
	struct peer peer;
	char id[JOBS_ID_BYTES];
	int descriptor;

	(void)state;
	begin(&scene, nothing);
	ask(&scene, &peer, "{\"ms\": 60000}", "respond-async", NULL, 202);
	assert_true(peer_says(&peer, "Preference-Applied: respond-async\r\n"));
	assert_true(peer_says(&peer, "Cache-Control: no-store\r\n"));
	assert_true(peer_says(&peer, "\"state\":\"queued\""));
	assert_true(peer_says(&peer, "\"warnings\":[\"No worker is there"));
	location_of(&peer, id);
	assert_true(peer_says(&peer, id));
	look(&scene, id, "{\\\"ms\\\": 60000}");
	look(&scene, id, "https://example.org/hook");
	look(&scene, id,
	     "\"origin\":\"http://example.org\",\"mount\":\"/api\","
	     "\"target\":\"/toil\"");
	assert_int_equal(atomic_load(&runs), 0);
	descriptor = presence_show(scene.state, PRESENCE_WORK);
	assert_true(descriptor >= 0);
	ask(&scene, &peer, "{\"ms\": 60000}", "respond-async", NULL, 202);
	assert_false(peer_says(&peer, "warnings"));
	close(descriptor);
	assert_false(presence_seen(scene.state, PRESENCE_WORK));
	/* What is wrong is said at once, and no job is made of it. */
	ask(&scene, &peer, "{\"ms\": -1}", "respond-async", NULL, 422);
	ask(&scene, &peer, "{\"ms\": 13}", "respond-async", NULL, 422);
	assert_int_equal(jobs_there(&scene), 2);
	/* Who does not ask for it gets none. */
	ask(&scene, &peer, "{\"ms\": 0}", "wait=60", NULL, 200);
	assert_true(peer_says(&peer, "Preference-Applied: wait=60\r\n"));
	assert_int_equal(jobs_there(&scene), 2);
	scene_close(&scene);
}

static void
in_time(void **state)
{
	struct scene scene;
	struct peer peer;

	(void)state;
	begin(&scene, nothing);
	ask(&scene, &peer, "{\"ms\": 1}", "respond-async, wait=60", "mine",
	    200);
	UNTIL(jobs_there(&scene) == 0, PEER_SOON_MS);
	UNTIL(atomic_load(&peer.freed) == 1, PEER_SOON_MS);
	/* Its key went with it. */
	ask(&scene, &peer, "{\"ms\": 2}", "respond-async", "mine", 202);
	assert_int_equal(jobs_there(&scene), 1);
	scene_close(&scene);
}

static void
too_late(void **state)
{
	struct scene scene;
	struct peer peer;
	char id[JOBS_ID_BYTES];

	(void)state;
	begin(&scene, nothing);
	ask(&scene, &peer, "{\"ms\": 60000}", "respond-async, wait=1", NULL,
	    202);
	assert_true(peer_says(&peer, "respond-async, wait=1"));
	location_of(&peer, id);
	look(&scene, id, "60000");
	/* The request's own deadline leads there, too. */
	ask(&scene, &peer, "{\"ms\": 60000, \"timeout\": 100}",
	    "respond-async, wait=60", NULL, 202);
	assert_int_equal(jobs_there(&scene), 2);
	assert_int_equal(atomic_load(&runs), 2);
	scene_close(&scene);
}

/* A client that leaves while it waits has heard of no job. */
static void
left(void **state)
{
	static const char body[] = "{\"ms\": 60000}";
	struct scene scene;
	struct peer peer;
	char method[] = "REQUEST_METHOD=POST", uri[] = "REQUEST_URI=/toil";
	char prefer[] = "HTTP_PREFER=respond-async, wait=50";
	char type[] = "CONTENT_TYPE=application/json";
	char *variables[] = {method, uri, prefer, type, NULL};

	(void)state;
	begin(&scene, nothing);
	peer_init(&peer);
	peer_connect(&peer);
	peer.body = body;
	assert_true(peer_send(&peer, &scene.engine, variables));
	assert_int_equal(jobs_there(&scene), 1);
	peer_leave(&peer);
	UNTIL(jobs_there(&scene) == 0, PEER_SOON_MS);
	UNTIL(atomic_load(&peer.freed) == 1, PEER_SOON_MS);
	peer_release(&peer);
	scene_close(&scene);
}

static void
with_a_key(void **state)
{
	struct scene scene;
	struct peer peer;
	char first[JOBS_ID_BYTES], second[JOBS_ID_BYTES];

	(void)state;
	begin(&scene, nothing);
	ask(&scene, &peer, "{\"ms\": 1}", "respond-async", "\"once\"", 202);
	location_of(&peer, first);
	ask(&scene, &peer, "{\"ms\": 1}", "respond-async, wait=60", "once",
	    202);
	location_of(&peer, second);
	assert_string_equal(first, second);
	ask(&scene, &peer, "{\"ms\": 2}", "respond-async", "once", 422);
	assert_true(peer_says(&peer, "choose a new one"));
	ask(&scene, &peer, "{\"ms\": 2}", "respond-async", "", 400);
	ask(&scene, &peer, "{\"ms\": 2}", "respond-async", "\xc3\xa4", 400);
	assert_int_equal(jobs_there(&scene), 1);
	assert_int_equal(atomic_load(&runs), 0);
	scene_close(&scene);
}

/*
 * The request that made the job is answered in time; but meanwhile another
 * with the same key was promised the job.
 */
static void
with_a_key_while_it_waits(void **state)
{
	static const char body[] = "{\"ms\": 60000, \"timeout\": 60000}";
	struct scene scene;
	struct peer first, second;
	char id[JOBS_ID_BYTES];

	(void)state;
	begin(&scene, nothing);
	send(&scene, &first, body, "respond-async, wait=60", "once");
	UNTIL(atomic_load(&runs) == 1, PEER_SOON_MS);
	ask(&scene, &second, body, "respond-async, wait=60", "once", 202);
	location_of(&second, id);
	atomic_store(&enough, true);
	UNTIL(atomic_load(&first.freed) == 1, PEER_SOON_MS);
	assert_int_equal(peer_status(&first), 200);
	look(&scene, id, "60000");
	assert_int_equal(jobs_there(&scene), 1);
	scene_close(&scene);
}

/* A full queue is no reason to lose what was accepted. */
static void
with_a_full_queue(void **state)
{
	static const char *const narrow[] = {"LIGHTCONE_POOL_QUEUE=1",
					     "LIGHTCONE_POOL_THREADS=1", NULL};
	static struct peer peers[8];
	struct scene scene;
	int refused = 0, taken = 0;
	struct peer peer;

	(void)state;
	begin(&scene, narrow);
	for (int i = 0; i < 8; i++) {
		send(&scene, &peers[i], "{\"ms\": 60000, \"timeout\": 3000}",
		     "wait=50", NULL);
		UNTIL(atomic_load(&runs) == 1, PEER_SOON_MS);
	}
	ask(&scene, &peer, "{\"ms\": 60000, \"timeout\": 60000}",
	    "respond-async, wait=60", NULL, 202);
	taken = (int)jobs_there(&scene);
	for (int i = 0; i < 8; i++) {
		UNTIL(atomic_load(&peers[i].finished) > 0, PEER_SOON_MS);
		refused += peer_status(&peers[i]) == 503;
	}
	assert_int_equal(taken, 1);
	assert_int_equal(refused, 6);
	scene_close(&scene);
}

static void
a_deadline_of_its_own(void **state)
{
	static const char *const short_ones[] = {"LIGHTCONE_DEADLINE_MAX_MS="
						 "2000",
						 NULL};
	struct scene scene;
	struct peer peer;
	int64_t began_ns;

	(void)state;
	begin(&scene, nothing);
	began_ns = clock_mono_ns();
	ask(&scene, &peer, "{\"ms\": 60000, \"timeout\": 200}", "", NULL, 504);
	assert_true(peer.finished_ns - began_ns >= 200 * CLOCK_NS_PER_MS);
	assert_true(peer_says(&peer, "Beyond the event horizon!"));
	/* It may be longer than the table's, or the client's patience less. */
	ask(&scene, &peer, "{\"ms\": 5200, \"timeout\": 60000}", "", NULL, 200);
	began_ns = clock_mono_ns();
	ask(&scene, &peer, "{\"ms\": 60000, \"timeout\": 60000}", "wait=1",
	    NULL, 504);
	assert_true(peer.finished_ns - began_ns < 30 * CLOCK_NS_PER_S);
	scene_close(&scene);

	begin(&scene, short_ones);
	ask(&scene, &peer, "{\"ms\": 1, \"timeout\": 2001}", "", NULL, 422);
	assert_true(peer_says(&peer, "less than or equal to 2000"));
	ask(&scene, &peer, "{\"ms\": 1, \"timeout\": 2000}", "", NULL, 200);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_once),
		cmocka_unit_test(in_time),
		cmocka_unit_test(too_late),
		cmocka_unit_test(left),
		cmocka_unit_test(with_a_key),
		cmocka_unit_test(with_a_key_while_it_waits),
		cmocka_unit_test(with_a_full_queue),
		cmocka_unit_test(a_deadline_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
