/*
 * The cache on a Memcached that does not do what it should.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "cache_fixture.h"
#include "memcached_fixture.h"
#include "threads.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ASKED = 400, ASKERS = 4 };

struct place {
	char directory[STATE_DIR_MAX];
	struct memcached_process process;
	struct cache *cache;
};

static int
set_up(void **state)
{
	static struct place place;

	place = (struct place){.process = {.pid = 0}};
	state_dir_make(place.directory);
	*state = &place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	cache_free(place->cache);
	memcached_kill(&place->process);
	state_dir_remove(place->directory);
	return 0;
}

static void
start(struct place *place)
{
	memcached_start(&place->process, place->directory, "m", NULL);
	if (place->cache == NULL)
		place->cache = cache_at(place->process.socket);
}

static void
keep(struct cache *cache)
{
	assert_int_equal(cache_put_surely(cache, &some_key, &some_entry, 600),
			 LC_OK);
}

static int64_t
get_takes_ns(struct cache *cache, enum lc_rc rc)
{
	int64_t began_ns = clock_mono_ns();

	assert_int_equal(cache_get_some(cache), rc);
	return clock_mono_ns() - began_ns;
}

/* Many questions of every kind, which nobody answers. */
static void *
ask_in_vain(void *arg)
{
	struct cache *cache = arg;

	for (int i = 0; i < ASKED; i++) {
		assert_int_equal(cache_get_some(cache), LC_UNAVAILABLE);
		assert_int_equal(cache_put_some(cache), LC_UNAVAILABLE);
		assert_int_equal(cache_lease(cache, &some_key),
				 CACHE_LEASE_NONE);
		cache_unlease(cache, &some_key);
	}
	return NULL;
}

static int64_t
ask_at_once(struct cache *cache)
{
	const int64_t began_ns = clock_mono_ns();
	pthread_t threads[ASKERS];

	threads_run(threads, ASKERS, ask_in_vain, cache);
	threads_join(threads, ASKERS);
	return clock_mono_ns() - began_ns;
}

static enum breaker_state
state_of(struct cache *cache)
{
	struct cache_view view;

	cache_look(cache, &view);
	return view.state;
}

/* It has been so since a time between two, and was seen so lately. */
static void
check_times(struct cache *cache, bool away, int64_t from_ns, int64_t to_ns)
{
	struct cache_view view;

	cache_look(cache, &view);
	assert_int_equal(view.away, away ? 1 : 0);
	assert_in_range(view.since_ns, from_ns, to_ns);
	assert_in_range(view.seen_ns, view.since_ns, clock_mono_ns());
	assert_true(clock_mono_ns() - view.seen_ns < 2 * CLOCK_NS_PER_S);
}

static void
test_frozen(void **state)
{
	struct place *place = *state;
	int64_t slow_ns;

	start(place);
	keep(place->cache);
	cache_await(place->cache, LC_OK);
	memcached_freeze(&place->process);
	slow_ns = get_takes_ns(place->cache, LC_UNAVAILABLE);
	assert_true(slow_ns >= CACHE_TIMEOUT_MS * CLOCK_NS_PER_MS * 3 / 4);
	/* 6,400 questions: waiting for one in a hundred would take 3.2 s. */
	assert_true(ask_at_once(place->cache) < 16 * slow_ns + CLOCK_NS_PER_S);
	assert_int_not_equal(state_of(place->cache), BREAKER_CLOSED);
	memcached_thaw(&place->process);
	/* What was asked while it stood still is answered to nobody. */
	assert_true(cache_await(place->cache, LC_OK) <
		    2 * CLOCK_NS_PER_S + slow_ns);
	for (int i = 0; i < ASKED; i++)
		cache_await(place->cache, LC_OK);
}

/* It freezes and thaws again and again while others ask for different keys. */
static atomic_bool shaken;

static void *
ask_shaken(void *arg)
{
	struct cache *cache = arg;
	struct cache_entry entry = some_entry, got;
	struct buf bytes;
	intptr_t hits = 0;

	buf_init(&bytes);
	for (unsigned i = 0; !atomic_load(&shaken); i++) {
		const struct cache_key key = {{(unsigned char)(i % 50)}};
		char body[8];
		enum lc_rc rc;

		snprintf(body, sizeof(body), "%u", i % 50);
		entry.body = body;
		entry.body_length = strlen(body);
		rc = cache_put(cache, &key, &entry, 600);
		assert_true(rc == LC_OK || rc == LC_UNAVAILABLE);
		rc = cache_get(cache, &key, &bytes, &got);
		assert_true(rc != LC_OK ||
			    (got.body_length == entry.body_length &&
			     memcmp(got.body, body, got.body_length) == 0));
		hits += rc == LC_OK;
	}
	buf_release(&bytes);
	return (void *)hits;
}

static void
test_shaken(void **state)
{
	const struct timespec still = {.tv_nsec = 60 * CLOCK_NS_PER_MS};
	struct place *place = *state;
	pthread_t threads[ASKERS];
	intptr_t total = 0;
	void *hits;

	start(place);
	atomic_store(&shaken, false);
	threads_run(threads, ASKERS, ask_shaken, place->cache);
	for (int i = 0; i < 3; i++) {
		memcached_freeze(&place->process);
		nanosleep(&still, NULL);
		memcached_thaw(&place->process);
		nanosleep(&still, NULL);
	}
	cache_await(place->cache, LC_NOT_FOUND);
	atomic_store(&shaken, true);
	for (int i = 0; i < ASKERS; i++) {
		pthread_join(threads[i], &hits);
		total += (intptr_t)hits;
	}
	assert_true(total > 0);
}

static void
test_killed(void **state)
{
	struct place *place = *state;
	int64_t killed_ns, started_ns;

	start(place);
	keep(place->cache);
	/* Gone and back unseen: its connections are made anew. */
	memcached_kill(&place->process);
	start(place);
	cache_await(place->cache, LC_NOT_FOUND);
	keep(place->cache);
	check_times(place->cache, false, 0, clock_mono_ns());
	killed_ns = clock_mono_ns();
	memcached_kill(&place->process);
	/* A refusal is quick, and after some nobody tries. */
	assert_true(ask_at_once(place->cache) < 4 * CLOCK_NS_PER_S);
	assert_int_not_equal(state_of(place->cache), BREAKER_CLOSED);
	check_times(place->cache, true, killed_ns, clock_mono_ns());
	started_ns = clock_mono_ns();
	start(place);
	assert_true(cache_await(place->cache, LC_NOT_FOUND) <
		    2 * CLOCK_NS_PER_S);
	check_times(place->cache, false, started_ns, clock_mono_ns());
	keep(place->cache);
	cache_await(place->cache, LC_OK);
}

/* Nobody is there from the start; a look finds that out by itself. */
static void
test_nobody(void **state)
{
	static const char *const hosts[] = {"127.0.0.1:1", "[::1]:1",
					    "/nowhere/m.sock",
					    "no-such-host.invalid"};
	struct cache_view view;

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		struct cache *cache = cache_at(hosts[i]);

		cache_look(cache, &view);
		assert_int_equal(view.away, 1);
		assert_int_not_equal(view.state, BREAKER_CLOSED);
		assert_true(strlen(view.why) > 8);
		assert_true(ask_at_once(cache) < 4 * CLOCK_NS_PER_S);
		cache_free(cache);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_frozen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_shaken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed, set_up, tear_down),
		cmocka_unit_test(test_nobody),
	};

	log_set_level(LOG_ERROR_ONLY);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
