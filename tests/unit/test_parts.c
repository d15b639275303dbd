/*
 * Heavy work in parts: each is done once, by whoever is free for it; what
 * ends the whole, and that nothing is touched after its end.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/slots.h"
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	MOST = 200, /* parts */
	JOBS = 8,
	NAP_US = 200,
	LONG_US = 20000,
	DEADLINE_MS = 60,
	BRIEF_MS = 4,
	RELEASE_MS = 50,
	NEVER = MOST + 1,
};

struct job {
	size_t count, fails_at;
	size_t stays_at; /* a part that ends only when it is told to */
	int64_t part_us;
	pthread_t owner;
	const struct lc_progress *progress;
	uint64_t results[MOST];
	atomic_int ran[MOST];
	atomic_int running, wrong;
	atomic_uint most; /* of its progress, as it was seen */
	atomic_bool helped, ended;
	enum lc_rc rc;
	int64_t late_ns; /* from the deadline to the end */
};

static struct job jobs[JOBS];
static struct peer peers[JOBS];

static void
nap(void)
{
	const struct timespec pause = {.tv_nsec = NAP_US * 1000};

	nanosleep(&pause, NULL);
}

static void
jobs_reset(size_t count, int64_t part_us)
{
	for (int i = 0; i < JOBS; i++) {
		memset(&jobs[i], 0, sizeof(jobs[i]));
		jobs[i].count = count;
		jobs[i].part_us = part_us;
		jobs[i].fails_at = jobs[i].stays_at = NEVER;
	}
}

/* How far it is never falls behind what another thread has seen. */
static void
progress_look(struct job *job)
{
	unsigned most = atomic_load(&job->most);
	unsigned now = atomic_load(&job->progress->done_ppm);

	if (now < most)
		atomic_fetch_add(&job->wrong, 1);
	while (now > most &&
	       !atomic_compare_exchange_weak(&job->most, &most, now))
		;
}

static enum lc_rc
job_part(void *arg, size_t index, struct lc_progress *progress)
{
	struct job *job = arg;
	int64_t until_ns = clock_mono_ns() + job->part_us * 1000;
	enum lc_rc rc = LC_OK;

	atomic_fetch_add(&job->running, 1);
	if (atomic_load(&job->ended))
		atomic_fetch_add(&job->wrong, 1);
	if (!pthread_equal(pthread_self(), job->owner))
		atomic_store(&job->helped, true);
	while (rc == LC_OK &&
	       (clock_mono_ns() < until_ns || index == job->stays_at)) {
		nap();
		rc = progress_stopped(progress);
	}
	progress_look(job);
	job->results[index] = index * index + 1;
	atomic_fetch_add(&job->ran[index], 1);
	atomic_fetch_sub(&job->running, 1);
	return index == job->fails_at ? LC_UNAVAILABLE : rc;
}

static enum lc_rc
jobs_run(struct lc_call *call, const void *args)
{
	struct job *job = &jobs[*(const int64_t *)args];

	job->owner = pthread_self();
	job->progress = lc_progress(call);
	job->rc = lc_parts(call, job->count, job_part, job, 0.5);
	atomic_store(&job->ended, true);
	if (atomic_load(&job->running) != 0)
		atomic_fetch_add(&job->wrong, 1);
	job->late_ns = clock_mono_ns() - job->progress->deadline_ns;
	for (size_t i = 0; job->rc == LC_OK && i < job->count; i++)
		if (job->results[i] != i * i + 1)
			atomic_fetch_add(&job->wrong, 1);
	if (job->rc == LC_OK && progress_done(job->progress) != 0.5)
		atomic_fetch_add(&job->wrong, 1);
	json_bool(lc_json(call), "helped", atomic_load(&job->helped));
	return job->rc;
}

struct jobs_query {
	int64_t job;
};

static const struct lc_field params[] = {
	LC_PARAM(jobs_query, job, .def = "0", .doc = "Which job."),
	LC_FIELD_END};
static const struct lc_field reply[] = {
	LC_FIELD("helped", LC_BOOL, .doc = "Whether it was helped."),
	LC_FIELD_END};

#define JOBS_ENDPOINT(word, kind, ms)                       \
	static const struct lc_endpoint word##_endpoint = { \
		.method = LC_GET,                           \
		.path = "/" #word,                          \
		.tag = &testapp_tag,                        \
		.summary = ".",                             \
		.params = params,                           \
		.args_size = sizeof(struct jobs_query),     \
		.work = kind,                               \
		.deadline_ms = ms,                          \
		.reply = reply,                             \
		.run = jobs_run}

JOBS_ENDPOINT(whole, LC_HEAVY, 60000);
JOBS_ENDPOINT(hasty, LC_HEAVY, DEADLINE_MS);
JOBS_ENDPOINT(brief, LC_HEAVY, BRIEF_MS);
JOBS_ENDPOINT(quick, LC_QUICK, 60000);

static const struct lc_endpoint *const table[] = {
	&whole_endpoint, &hasty_endpoint, &brief_endpoint, &quick_endpoint,
	NULL};

static void
open_with(struct scene *scene, int threads, int slots)
{
	char threads_line[64], slots_line[64];
	const char *const settings[] = {threads_line, slots_line, NULL};

	snprintf(threads_line, sizeof(threads_line),
		 "LIGHTCONE_POOL_THREADS=%d", threads);
	snprintf(slots_line, sizeof(slots_line), "LIGHTCONE_HEAVY_SLOTS=%d",
		 slots);
	scene_open(scene, table, settings, 2);
}

static void
job_go(struct scene *scene, int job, const char *path)
{
	char uri[64];

	snprintf(uri, sizeof(uri), "%s?job=%d", path, job);
	peer_go(&scene->engine, &peers[job], true, uri);
}

static int
job_ran(const struct job *job)
{
	int sum = 0;

	for (size_t i = 0; i < MOST; i++)
		sum += atomic_load(&job->ran[i]) > 0;
	return sum;
}

static void
job_check(struct job *job)
{
	assert_int_equal(atomic_load(&job->wrong), 0);
	assert_int_equal(atomic_load(&job->running), 0);
	for (size_t i = 0; i < MOST; i++)
		assert_true(atomic_load(&job->ran[i]) <= 1);
	if (job->rc == LC_OK && atomic_load(&job->ended))
		assert_int_equal(job_ran(job), job->count);
}

/* Its client goes away in the middle. */
static void
job_cancel(int job)
{
	assert_false(atomic_load(&jobs[job].ended));
	peer_leave(&peers[job]);
	UNTIL(atomic_load(&peers[job].freed) > 0, PEER_SOON_MS);
	peer_release(&peers[job]);
	assert_int_equal(jobs[job].rc, LC_CANCELLED);
	job_check(&jobs[job]);
}

static void
wait_for_help(struct job *job)
{
	atomic_store(&job->helped, false);
	UNTIL(atomic_load(&job->helped), PEER_SOON_MS);
}

/* ---- the tests */

static void
test_each_once(void **state)
{
	static const size_t counts[] = {0, 1, 2, 7, MOST};
	static const int threads[] = {1, 2, 4};
	static struct scene scene;

	(void)state;
	for (size_t i = 0; i < COUNT(threads); i++) {
		open_with(&scene, threads[i], threads[i]);
		for (size_t j = 0; j < COUNT(counts); j++) {
			jobs_reset(counts[j], (int64_t)j * 50);
			job_go(&scene, 0, "/whole");
			peers_answered(peers, 1, 200);
			job_check(&jobs[0]);
			if (threads[i] == 1 || counts[j] < 2)
				assert_false(atomic_load(&jobs[0].helped));
		}
		scene_close(&scene);
	}
}

/* Whoever is not in the pool does it all. */
static void
test_quick(void **state)
{
	static struct scene scene;

	(void)state;
	open_with(&scene, 2, 2);
	jobs_reset(20, 0);
	job_go(&scene, 0, "/quick");
	peers_answered(peers, 1, 200);
	job_check(&jobs[0]);
	assert_true(pthread_equal(jobs[0].owner, pthread_self()));
	assert_false(atomic_load(&jobs[0].helped));
	scene_close(&scene);
}

/* The part that fails tells the one that would stay; no other begins. */
static void
test_failing(void **state)
{
	static struct scene scene;

	(void)state;
	open_with(&scene, 2, 2);
	jobs_reset(MOST, 0);
	jobs[0].stays_at = 0;
	jobs[0].fails_at = 1;
	job_go(&scene, 0, "/whole");
	peers_answered(peers, 1, 503);
	job_check(&jobs[0]);
	assert_int_equal(jobs[0].rc, LC_UNAVAILABLE);
	/* The other one may have been told before it began. */
	assert_in_range(job_ran(&jobs[0]), 1, 2);
	scene_close(&scene);
}

/* The best of many counts: others may have the processors. */
static void
test_deadline(void **state)
{
	int64_t best_ns = INT64_MAX, until_ns = scene_later(PEER_SOON_MS);
	static struct scene scene;

	(void)state;
	open_with(&scene, 2, 2);
	while (best_ns > RELEASE_MS * CLOCK_NS_PER_MS &&
	       clock_mono_ns() < until_ns) {
		jobs_reset(MOST, LONG_US);
		job_go(&scene, 0, "/hasty");
		peers_answered(peers, 1, 504);
		job_check(&jobs[0]);
		if (!atomic_load(&jobs[0].helped))
			continue;
		assert_int_equal(jobs[0].rc, LC_DEADLINE);
		if (jobs[0].late_ns < best_ns)
			best_ns = jobs[0].late_ns;
	}
	assert_in_range(best_ns, 0, RELEASE_MS * CLOCK_NS_PER_MS);
	scene_close(&scene);
}

/* A call that comes takes a helper away, which returns after it. */
static void
test_second_call(void **state)
{
	static struct scene scene;

	(void)state;
	open_with(&scene, 2, 2);
	jobs_reset(MOST, LONG_US);
	jobs[1].count = 1;
	job_go(&scene, 0, "/whole");
	wait_for_help(&jobs[0]);
	job_go(&scene, 1, "/whole");
	peers_answered(&peers[1], 1, 200);
	assert_false(atomic_load(&jobs[1].helped));
	wait_for_help(&jobs[0]);
	job_cancel(0);
	/* Who sleeps is woken for the next. */
	jobs_reset(MOST, LONG_US);
	job_go(&scene, 0, "/whole");
	wait_for_help(&jobs[0]);
	job_cancel(0);
	scene_close(&scene);
}

/* Two at once share the helpers, also when one comes later. */
static void
test_fair(void **state)
{
	static struct scene scene;

	(void)state;
	open_with(&scene, 4, 4);
	jobs_reset(MOST, LONG_US);
	job_go(&scene, 0, "/whole");
	wait_for_help(&jobs[0]);
	job_go(&scene, 1, "/whole");
	wait_for_help(&jobs[1]);
	wait_for_help(&jobs[0]);
	job_cancel(0);
	wait_for_help(&jobs[1]);
	job_cancel(1);
	scene_close(&scene);
}

/* Without a slot there is no help; a call that wants one goes first. */
static void
test_slots(void **state)
{
	const struct timespec while_ns = {.tv_nsec = 60 * CLOCK_NS_PER_MS};
	static struct scene scene;
	struct lc_progress mine;
	struct slots slots;

	(void)state;
	open_with(&scene, 2, 2);
	jobs_reset(MOST, LONG_US);
	progress_init(&mine, scene_later(PEER_SOON_MS));
	slots_open(&slots, scene.state, 2);
	assert_int_equal(slots_take(&slots, &mine), LC_OK);
	job_go(&scene, 0, "/whole");
	UNTIL(job_ran(&jobs[0]) > 2, PEER_SOON_MS);
	assert_false(atomic_load(&jobs[0].helped));
	slots_give(&slots);
	wait_for_help(&jobs[0]);
	/* The helper had that slot, and makes room for who waits. */
	assert_int_equal(slots_take(&slots, &mine), LC_OK);
	assert_false(slots_awaited(&slots));
	atomic_store(&jobs[0].helped, false);
	nanosleep(&while_ns, NULL);
	assert_false(atomic_load(&jobs[0].helped));
	slots_give(&slots);
	wait_for_help(&jobs[0]);
	job_cancel(0);
	slots_close(&slots);
	scene_close(&scene);
}

static void
test_stop(void **state)
{
	static struct scene scene;

	(void)state;
	open_with(&scene, 3, 3);
	jobs_reset(MOST, LONG_US);
	job_go(&scene, 0, "/whole");
	wait_for_help(&jobs[0]);
	assert_true(engine_stop(&scene.engine, scene_later(PEER_SOON_MS)));
	assert_true(atomic_load(&jobs[0].ended));
	peers_answered(peers, 1, 503);
	assert_int_equal(jobs[0].rc, LC_STOPPING);
	job_check(&jobs[0]);
	scene_close(&scene);
}

/* Many at once: whole ones, failing, late, left, and at last the stop. */
static void
test_crowd(void **state)
{
	static const char *const paths[] = {"/whole", "/whole", "/brief",
					    "/whole"};
	static struct scene scene;

	(void)state;
	open_with(&scene, 4, 3);
	for (int round = 0; round < 25; round++) {
		jobs_reset(30, round % 4 * 100);
		for (int i = 0; i < JOBS; i++) {
			if (i % 4 == 1)
				jobs[i].fails_at = 7;
			job_go(&scene, i, paths[i % 4]);
		}
		for (int i = 3; i < JOBS; i += 4)
			peer_leave(&peers[i]);
		if (round == 24)
			assert_true(engine_stop(&scene.engine,
						scene_later(PEER_SOON_MS)));
		for (int i = 0; i < JOBS; i++) {
			UNTIL(atomic_load(&peers[i].freed) > 0, PEER_SOON_MS);
			job_check(&jobs[i]);
			if (round < 24 && i % 4 < 2)
				assert_int_equal(peer_status(&peers[i]),
						 i % 4 == 0 ? 200 : 503);
			peer_release(&peers[i]);
		}
	}
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_quick),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_second_call),
		cmocka_unit_test(test_fair),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_crowd),
	};

	return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
