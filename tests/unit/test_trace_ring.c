/*
 * The ring of spans, in one process: in order, each once, none altered; full;
 * by several threads; where it cannot be had; and what is said of the export.
 */
#include "services/trace_ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "child.h"
#include "full_disk.h"
#include "ring_fixture.h"
#include "state_dir.h"
#include "threads.h"

enum { PLACES = 8, PUTTERS = 3, PUT = 20000 };

static char directory[STATE_DIR_MAX];

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	state_dir_remove(directory);
	return 0;
}

static struct trace_ring *
ring_locked(int64_t spans)
{
	struct trace_ring *ring = ring_open(directory, spans);

	assert_true(trace_ring_lock(ring, directory));
	return ring;
}

static void
test_order(void **state)
{
	struct trace_ring *ring = ring_locked(PLACES);
	struct trace_span spans[PLACES];
	uint32_t put = 0, let_go = 0, whose, nth;
	size_t passed;

	(void)state;
	ring_expect(ring, 1, 0, 0);
	/* Some are taken again each time. */
	for (int round = 0; round < 1000; round++) {
		size_t most = 1 + (size_t)round % PLACES, got, some;

		while (ring_put(ring, 1, put))
			put++;
		assert_int_equal(trace_ring_waiting(ring), PLACES);
		got = trace_ring_take(ring, spans, most, &passed);
		assert_int_equal(got, most);
		assert_int_equal(passed, most);
		for (size_t i = 0; i < got; i++) {
			assert_true(ring_span_is(&spans[i], &whose, &nth));
			assert_int_equal(nth, let_go + i);
		}
		some = (size_t)(round / PLACES) % (most + 1);
		trace_ring_let_go(ring, some);
		let_go += (uint32_t)some;
	}
	ring_expect(ring, 1, let_go, put - let_go);
	assert_int_equal(trace_ring_count(ring, TRACE_RECORDED), put);
	assert_int_equal(trace_ring_count(ring, TRACE_DROPPED), 1000);
	assert_int_equal(trace_ring_count(ring, TRACE_TORN), 0);
	/* No more can be let go of than there are. */
	trace_ring_let_go(ring, 3);
	ring_expect_works(ring);
	trace_ring_close(ring);
	trace_ring_close(NULL);
}

struct size_case {
	int64_t spans;
	int64_t places;
};

static const struct size_case size_cases[] = {
	{-1, 2}, {0, 2}, {2, 2}, {3, 4}, {64, 64}, {65, 128}, {1000, 1024},
};

static void
test_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(size_cases) / sizeof(size_cases[0]);
	     i++) {
		struct trace_ring *ring = ring_locked(size_cases[i].spans);

		assert_int_equal(ring->count, size_cases[i].places);
		ring_expect_works(ring);
		trace_ring_close(ring);
	}
}

/* Another size, and another version, are another ring. */
static void
test_set_aside(void **state)
{
	struct trace_ring *ring = ring_open(directory, PLACES), *other;
	const char *path = state_dir_file(directory, "spans.seg");
	FILE *file;

	(void)state;
	assert_true(ring_put(ring, 1, 0));
	other = ring_locked(2 * PLACES);
	ring_expect(other, 1, 0, 0);
	assert_int_equal(trace_ring_count(other, TRACE_RECORDED), 0);
	/* Who has the old one yet goes on alone. */
	assert_true(ring_put(ring, 1, 1));
	ring_expect(other, 1, 0, 0);
	assert_true(ring_put(other, 1, 0));
	trace_ring_close(other);
	trace_ring_close(ring);
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, 16, SEEK_SET), 0); /* the layout's hash */
	assert_int_equal(fputc(0, file), 0);
	assert_int_equal(fclose(file), 0);
	ring = ring_locked(2 * PLACES);
	ring_expect(ring, 1, 0, 0);
	ring_expect_works(ring);
	trace_ring_close(ring);
}

static int
lock_elsewhere(void)
{
	struct trace_ring *ring = ring_open(directory, PLACES);
	bool locked = trace_ring_lock(ring, directory);

	trace_ring_close(ring);
	return locked;
}

static int
status_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_lock(void **state)
{
	struct trace_ring *ring = ring_locked(PLACES);
	pid_t child;

	(void)state;
	assert_true(trace_ring_lock(ring, directory));
	assert_false(lock_elsewhere());
	child = child_fork();
	if (child == 0)
		_exit(lock_elsewhere());
	assert_int_equal(status_of(child), 0);
	trace_ring_close(ring);
	child = child_fork();
	if (child == 0)
		_exit(lock_elsewhere());
	assert_int_equal(status_of(child), 1);
	ring = ring_open(directory, PLACES);
	assert_false(trace_ring_lock(ring, "/nowhere"));
	trace_ring_close(ring);
}

static void
test_counts(void **state)
{
	struct trace_ring *ring = ring_open(directory, PLACES);

	(void)state;
	for (int i = 0; i < TRACE_COUNT__MAX; i++)
		assert_int_equal(trace_ring_count(ring, (enum trace_count)i),
				 0);
	for (int i = 0; i < TRACE_COUNT__MAX; i++)
		trace_ring_add(ring, (enum trace_count)i, i + 1);
	trace_ring_close(ring);
	ring = ring_open(directory, PLACES);
	for (int i = 0; i < TRACE_COUNT__MAX; i++)
		assert_int_equal(trace_ring_count(ring, (enum trace_count)i),
				 i + 1);
	trace_ring_close(ring);
}

/* ---- threads */

struct shared {
	struct trace_ring *ring;
	_Atomic uint32_t putters;
};

static void *
put_many(void *arg)
{
	struct shared *shared = arg;
	const uint32_t whose = atomic_fetch_add(&shared->putters, 1);

	for (uint32_t i = 0; i < PUT; i++)
		while (!ring_put(shared->ring, whose, i))
			sched_yield();
	return NULL;
}

static void
test_threads(void **state)
{
	struct shared shared = {.ring = ring_locked(64)};
	struct trace_span spans[20];
	uint32_t next[PUTTERS] = {0}, whose, nth;
	pthread_t threads[PUTTERS];
	size_t passed, got, all = 0;

	(void)state;
	threads_run(threads, PUTTERS, put_many, &shared);
	while (all < PUTTERS * PUT) {
		got = trace_ring_take(shared.ring, spans, 20, &passed);
		for (size_t i = 0; i < got; i++) {
			assert_true(ring_span_is(&spans[i], &whose, &nth));
			assert_in_range(whose, 0, PUTTERS - 1);
			assert_int_equal(nth, next[whose]);
			next[whose]++;
		}
		trace_ring_let_go(shared.ring, passed);
		all += got;
		if (got == 0)
			sched_yield();
	}
	threads_join(threads, PUTTERS);
	assert_int_equal(trace_ring_waiting(shared.ring), 0);
	assert_int_equal(trace_ring_count(shared.ring, TRACE_TORN), 0);
	assert_int_equal(trace_ring_count(shared.ring, TRACE_RECORDED),
			 PUTTERS * PUT);
	trace_ring_close(shared.ring);
}

/* ---- what is said */

static void
expect_said(const struct trace_ring *ring, bool well, const char *why)
{
	struct trace_export_state said;

	trace_ring_look(ring, &said);
	assert_true(said.known);
	assert_int_equal(said.well, well);
	assert_string_equal(said.why, why);
}

static int64_t
since_of(const struct trace_ring *ring)
{
	struct trace_export_state said;

	trace_ring_look(ring, &said);
	return said.since_ms;
}

/* Until the calendar's next millisecond. */
static void
a_moment(void)
{
	for (int64_t now_ms = clock_unix_ms(); clock_unix_ms() == now_ms;)
		sched_yield();
}

static void
test_said(void **state)
{
	struct trace_ring *ring = ring_open(directory, PLACES);
	struct trace_export_state said;
	char why[2 * TRACE_WHY_MAX];
	int64_t since_ms;

	(void)state;
	trace_ring_look(ring, &said);
	assert_false(said.known);
	trace_ring_say(ring, true, "");
	expect_said(ring, true, "");
	since_ms = since_of(ring);
	assert_true(llabs(since_ms - clock_unix_ms()) < 60000);
	a_moment();
	trace_ring_say(ring, true, "");
	assert_int_equal(since_of(ring), since_ms);
	a_moment();
	trace_ring_say(ring, false, "connection refused");
	expect_said(ring, false, "connection refused");
	assert_true(since_of(ring) > since_ms);
	since_ms = since_of(ring);
	a_moment();
	trace_ring_say(ring, false, "the collector says 503");
	expect_said(ring, false, "the collector says 503");
	assert_int_equal(since_of(ring), since_ms);
	/* Not within a character. */
	memset(why, 'a', sizeof(why));
	why[sizeof(why) - 1] = '\0';
	memcpy(why + TRACE_WHY_MAX - 2, "\xc3\xb6", 2);
	trace_ring_say(ring, false, why);
	why[TRACE_WHY_MAX - 2] = '\0';
	expect_said(ring, false, why);
	trace_ring_close(ring);
	ring = ring_open(directory, PLACES);
	expect_said(ring, false, why);
	trace_ring_close(ring);
}

/* ---- where it cannot be had */

static int
unwritable_run(const char *path)
{
	char why[TRACE_WHY_MAX] = "";

	return trace_ring_open(path, PLACES, why, sizeof(why)) == NULL &&
			       strstr(why, "spans.seg: Permission") != NULL ?
		       EXIT_SUCCESS :
		       EXIT_FAILURE;
}

static void
test_unwritable(void **state)
{
	char why[TRACE_WHY_MAX] = "";

	(void)state;
	assert_int_equal(state_dir_unwritable(directory, unwritable_run), 0);
	assert_int_equal(state_dir_count(directory), 0);
	assert_null(trace_ring_open("/nowhere", PLACES, why, sizeof(why)));
	assert_string_not_equal(why, "");
}

static void
test_full_disk(void **state)
{
	char why[TRACE_WHY_MAX] = "";
	struct trace_ring *ring;

	(void)state;
	full_disk_from(4096);
	ring = trace_ring_open(directory, 64, why, sizeof(why));
	full_disk_no_more();
	assert_null(ring);
	assert_non_null(strstr(why, "spans.seg: File too large"));
	ring = ring_locked(64);
	ring_expect_works(ring);
	trace_ring_close(ring);
}

static enum lc_rc
ring_case(void)
{
	char why[TRACE_WHY_MAX];
	struct trace_ring *ring =
		trace_ring_open(directory, PLACES, why, sizeof(why));

	trace_ring_close(ring);
	return ring != NULL ? LC_OK : LC_NO_MEMORY;
}

static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"ring", ring_case, false};

	(void)state;
	alloc_fail_each(&of);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_order),     IN_STATE(test_sizes),
		IN_STATE(test_set_aside), IN_STATE(test_lock),
		IN_STATE(test_counts),    IN_STATE(test_threads),
		IN_STATE(test_said),      IN_STATE(test_unwritable),
		IN_STATE(test_full_disk), IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("ring of spans", tests, NULL, NULL);
}
