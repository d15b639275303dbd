/*
 * A ring of spans that eight processes fill and one empties, all of which are
 * killed at random: each span that its process was told was put arrives, once
 * to each that takes, none is altered, and the counts add up.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "chance.h"
#include "child.h"
#include "ring_fixture.h"
#include "state_dir.h"

enum {
	PUTTERS = 8,
	PLACES = 1024,
	WORK = 20,
	BATCH = 50,
	MOST = 200000, /* spans of one */
	KILLS = 120,
	KILLS_OF_TAKER = 12, /* one in so many */
	SPEED = 100,         /* so who is stuck is so for 20 ms */
	LATE_MS = TRACE_RING_STUCK_MS / SPEED / 2
};

/* What a process was told, and who saw it arrive last. */
struct fate {
	_Atomic uint8_t told;
	_Atomic uint8_t life; /* 0: nobody */
	_Atomic uint8_t arrived;
};

/* What all processes of the test see. */
struct scene {
	_Atomic bool enough;
	_Atomic uint32_t life; /* of who takes, from 1 on */
	_Atomic int64_t refused, late, altered, twice;
	_Atomic uint32_t next[PUTTERS];
	struct fate fates[PUTTERS][MOST];
};

static struct scene *scene;
static char directory[STATE_DIR_MAX];

/* A ring that is mostly full kills nobody who writes. */
static void
work_a_little(void)
{
	struct trace_span span;

	for (uint32_t i = 0; i < WORK; i++)
		ring_span(&span, i, i);
}

static void
put_for_ever(uint32_t whose)
{
	struct trace_ring *ring = ring_open(directory, PLACES);

	while (!atomic_load(&scene->enough)) {
		/* Taken first: no number is used by two. */
		uint32_t nth = atomic_fetch_add(&scene->next[whose], 1);
		const int64_t from_ns = clock_mono_ns();
		bool put;

		if (nth >= MOST)
			break;
		put = ring_put(ring, whose, nth);
		atomic_store(&scene->fates[whose][nth].told, put);
		atomic_fetch_add(&scene->refused, !put);
		if (clock_mono_ns() - from_ns > LATE_MS * CLOCK_NS_PER_MS)
			atomic_fetch_add(&scene->late, 1);
		if (!put)
			sched_yield();
		work_a_little();
	}
	_exit(EXIT_SUCCESS);
}

static void
arrive(const struct trace_span *span, uint8_t life)
{
	struct fate *fate;
	uint32_t whose, nth;

	if (!ring_span_is(span, &whose, &nth) || whose >= PUTTERS ||
	    nth >= MOST) {
		atomic_fetch_add(&scene->altered, 1);
		return;
	}
	fate = &scene->fates[whose][nth];
	if (atomic_exchange(&fate->life, life) == life)
		atomic_fetch_add(&scene->twice, 1);
	atomic_fetch_add(&fate->arrived, 1);
}

static size_t
take_some(struct trace_ring *ring, uint8_t life)
{
	struct trace_span spans[BATCH];
	size_t passed, got;

	got = trace_ring_take(ring, spans, BATCH, &passed);
	for (size_t i = 0; i < got; i++)
		arrive(&spans[i], life);
	trace_ring_let_go(ring, passed);
	return passed;
}

static void
take_for_ever(void)
{
	const uint8_t life = (uint8_t)atomic_fetch_add(&scene->life, 1);
	struct trace_ring *ring = ring_open(directory, PLACES);

	ring_clock_speed = SPEED;
	/* The one before has been waited for, so its lock is gone. */
	assert_true(trace_ring_lock(ring, directory));
	for (;;)
		if (take_some(ring, life) == 0)
			sched_yield();
}

static pid_t
process_start(uint32_t whose)
{
	pid_t child = child_fork();

	if (child > 0)
		return child;
	if (whose < PUTTERS)
		put_for_ever(whose);
	take_for_ever();
	_exit(EXIT_FAILURE);
}

/* Any that is not killed has failed. */
static void
process_kill(pid_t child)
{
	int status;

	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
kill_at_random(pid_t children[PUTTERS + 1])
{
	struct chance chance = {(uint64_t)clock_mono_ns() | 1};

	for (int i = 0; i < KILLS; i++) {
		const struct timespec pause = {
			.tv_nsec = (long)chance_below(&chance, 8000000)};
		uint32_t whose = (uint32_t)chance_below(&chance, PUTTERS);

		if (i % KILLS_OF_TAKER == 0)
			whose = PUTTERS;
		nanosleep(&pause, NULL);
		process_kill(children[whose]);
		children[whose] = process_start(whose);
	}
}

/* All that is there yet, also what those who were killed have left. */
static void
take_the_rest(struct trace_ring *ring)
{
	const int64_t until_ns = clock_mono_ns() + 60 * CLOCK_NS_PER_S;

	assert_true(trace_ring_lock(ring, directory));
	while (trace_ring_waiting(ring) > 0) {
		assert_true(clock_mono_ns() < until_ns);
		if (take_some(ring, UINT8_MAX) == 0)
			ring_clock_later_ms += TRACE_RING_STUCK_MS;
	}
}

struct sums {
	int64_t told, arrived, again, untold, missing;
};

static struct sums
sums_make(void)
{
	struct sums sums = {0};

	for (int whose = 0; whose < PUTTERS; whose++)
		for (int nth = 0; nth < MOST; nth++) {
			const struct fate *fate = &scene->fates[whose][nth];
			const int told = atomic_load(&fate->told);
			const int times = atomic_load(&fate->arrived);

			sums.told += told;
			sums.arrived += times > 0;
			sums.again += times > 0 ? times - 1 : 0;
			sums.untold += told == 0 && times > 0;
			sums.missing += told > 0 && times == 0;
		}
	return sums;
}

static void
expect_sums(const struct trace_ring *ring)
{
	const int64_t takers = KILLS / KILLS_OF_TAKER;
	const int64_t killed = KILLS - takers;
	const struct sums sums = sums_make();
	const int64_t recorded = trace_ring_count(ring, TRACE_RECORDED);
	const int64_t dropped = trace_ring_count(ring, TRACE_DROPPED);
	const int64_t torn = trace_ring_count(ring, TRACE_TORN);
	const int64_t late = atomic_load(&scene->late);
	/* What was put neither arrived nor is torn; what was refused. */
	const int64_t lost = recorded - sums.arrived - torn;
	const int64_t refused = atomic_load(&scene->refused) - dropped;

	print_message("%lld told, %lld again, %lld dropped, %lld torn, "
		      "%lld late, %lld missing\n",
		      (long long)sums.told, (long long)sums.again,
		      (long long)dropped, (long long)torn, (long long)late,
		      (long long)sums.missing);
	assert_int_equal(atomic_load(&scene->altered), 0);
	assert_int_equal(atomic_load(&scene->twice), 0);
	/* Who was late may have written over another one, which is torn. */
	assert_true(sums.missing <= late && sums.missing <= torn);
	/* Who was killed before it could say that it was told. */
	assert_true(sums.untold <= killed);
	/* Who took was killed before it had let go of what it had. */
	assert_true(sums.again <= takers * BATCH);
	/* Who took was killed before it counted. */
	assert_true(lost >= -late && lost <= takers);
	/* Who was refused was killed before it said so, or was late. */
	assert_true(refused >= -killed && refused <= late);
	assert_true(sums.told > 1000);
}

static void
test_shared(void **state)
{
	pid_t children[PUTTERS + 1];
	struct trace_ring *ring;
	int status;

	(void)state;
	state_dir_make(directory);
	ring = ring_open(directory, PLACES);
	scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(scene != MAP_FAILED);
	atomic_store(&scene->life, 1);
	for (uint32_t i = 0; i <= PUTTERS; i++)
		children[i] = process_start(i);
	kill_at_random(children);
	atomic_store(&scene->enough, true);
	for (int i = 0; i < PUTTERS; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	process_kill(children[PUTTERS]);
	take_the_rest(ring);
	expect_sums(ring);
	ring_expect_works(ring);
	trace_ring_close(ring);
	assert_int_equal(munmap(scene, sizeof(*scene)), 0);
	state_dir_remove(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
	};

	log_set_level(LOG_ERROR_ONLY);
	return cmocka_run_group_tests_name("ring of spans, shared", tests, NULL,
					   NULL);
}
