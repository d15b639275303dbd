/*
 * Processes that are killed, or stopped, between any two writes to the ring of
 * spans.  A debugger's single steps find all moments at which the segment has
 * changed; for each of them a process is led there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/log.h"
#include "ring_fixture.h"
#include "state_dir.h"
#include "steps.h"

enum { PLACES = 4, OURS = 1, THEIRS = 2, LATER = 3 };

static char directory[STATE_DIR_MAX];
static struct steps steps;

static int
set_up(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR_ONLY);
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

static bool
moments_find(steps_act *act, struct trace_ring *ring)
{
	return steps_find(&steps, act, ring, ring->front,
			  sizeof(*ring->front) +
				  ring->count * sizeof(*ring->cells));
}

/* Where that cannot be had the test is left out, and leaves nothing. */
static void
moments_need(steps_act *act, struct trace_ring *ring)
{
	if (moments_find(act, ring))
		return;
	trace_ring_close(ring);
	skip();
}

/* ---- who puts */

/* Made before, so that no step is lost on it. */
static struct trace_span theirs;

static int
put_theirs(void *ring)
{
	return trace_ring_put(ring, &theirs) ? STEPS_YES : STEPS_NO;
}

/* Takes all, and says how many were ours and theirs; none is altered. */
static void
take_all(struct trace_ring *ring, int of[LATER + 1])
{
	struct trace_span spans[PLACES];
	size_t passed, got;
	uint32_t whose, nth;

	memset(of, 0, (LATER + 1) * sizeof(of[0]));
	do {
		got = trace_ring_take(ring, spans, PLACES, &passed);
		trace_ring_let_go(ring, passed);
		for (size_t i = 0; i < got; i++) {
			assert_true(ring_span_is(&spans[i], &whose, &nth));
			assert_in_range(whose, OURS, LATER);
			of[whose]++;
		}
	} while (passed > 0);
}

static struct trace_ring *
ring_to_take(void)
{
	struct trace_ring *ring = ring_open(directory, PLACES);

	assert_true(trace_ring_lock(ring, directory));
	return ring;
}

static void
test_putter_killed(void **state)
{
	struct trace_ring *ring = ring_to_take();
	int of[LATER + 1];

	(void)state;
	moments_need(put_theirs, ring);
	ring_clock_later_ms += TRACE_RING_STUCK_MS;
	take_all(ring, of);
	assert_int_equal(of[THEIRS], 1);
	/* The claim, the checksum, words, the mark. */
	assert_true(steps.count > 4);
	for (int i = 0; i < steps.count; i++) {
		const int64_t torn = trace_ring_count(ring, TRACE_TORN);
		const int64_t all = trace_ring_count(ring, TRACE_RECORDED);

		assert_true(ring_put(ring, OURS, 1));
		steps_kill(steps_lead(&steps, ring, i));
		assert_true(ring_put(ring, OURS, 2));
		take_all(ring, of);
		ring_clock_later_ms += TRACE_RING_STUCK_MS;
		/* It was put, or torn, or had not begun. */
		if (trace_ring_waiting(ring) > 0) {
			assert_int_equal(of[OURS], 1);
			take_all(ring, of);
			assert_int_equal(of[OURS], 1);
			assert_int_equal(trace_ring_count(ring, TRACE_TORN),
					 torn + 1);
			of[THEIRS]++;
		}
		assert_int_equal(trace_ring_count(ring, TRACE_RECORDED),
				 all + 2 + of[THEIRS]);
		ring_expect_works(ring);
	}
	trace_ring_close(ring);
}

/*
 * One that was asleep for so long that its place was passed over, and maybe
 * given away anew.  It is told whether it was put; one more span, at most, is
 * torn by what it writes then, and says so.
 */
static int
late_one(struct trace_ring *ring, int moment, uint32_t later)
{
	pid_t child = steps_lead(&steps, ring, moment);
	int64_t torn = trace_ring_count(ring, TRACE_TORN);
	int64_t dropped = trace_ring_count(ring, TRACE_DROPPED);
	int before[LATER + 1], due[LATER + 1], after[LATER + 1], lost;
	bool put;

	take_all(ring, before);
	ring_clock_later_ms += TRACE_RING_STUCK_MS;
	take_all(ring, due);
	assert_int_equal(trace_ring_waiting(ring), 0);
	for (uint32_t i = 0; i < later; i++)
		assert_true(ring_put(ring, LATER, i));
	put = steps_end(child);
	take_all(ring, after);
	torn = trace_ring_count(ring, TRACE_TORN) - torn;
	dropped = trace_ring_count(ring, TRACE_DROPPED) - dropped;
	lost = (int)later - after[LATER];
	assert_int_equal(before[THEIRS] + after[THEIRS], put);
	assert_int_equal(torn, lost + (!put && dropped == 0));
	assert_in_range(lost, 0, torn > 0);
	ring_expect_works(ring);
	return lost;
}

static void
test_putter_late(void **state)
{
	struct trace_ring *ring = ring_to_take();
	int of[LATER + 1], lost = 0;

	(void)state;
	moments_need(put_theirs, ring);
	take_all(ring, of);
	for (int i = 0; i < steps.count; i++) {
		assert_int_equal(late_one(ring, i, PLACES - 1), 0);
		lost += late_one(ring, i, PLACES);
	}
	assert_true(lost > 0);
	trace_ring_close(ring);
}

/* ---- who takes */

/* What the one that takes has done, as others see it. */
static _Atomic size_t *taken;

static int
take_two(void *ring)
{
	struct trace_span spans[2];
	size_t passed;

	*taken = trace_ring_take(ring, spans, 2, &passed);
	trace_ring_let_go(ring, passed);
	*taken = PLACES;
	return STEPS_YES;
}

/* Who takes next has the last ones of three, and then those put later. */
static void
expect_rest(struct trace_ring *ring, size_t later)
{
	const size_t least = *taken == 0 ? 3 : 1;
	const size_t most = *taken == PLACES ? 1 : 3;
	struct trace_span spans[PLACES];
	size_t passed, got, rest = 0;
	uint32_t whose, nth;

	got = trace_ring_take(ring, spans, PLACES, &passed);
	while (rest < got && spans[rest].high == OURS)
		rest++;
	assert_in_range(rest, least, most);
	assert_int_equal(got, rest + later);
	for (size_t i = 0; i < got; i++) {
		assert_true(ring_span_is(&spans[i], &whose, &nth));
		assert_int_equal(whose, i < rest ? OURS : LATER);
		assert_int_equal(nth, i < rest ? 3 - rest + i : i - rest);
	}
	trace_ring_let_go(ring, passed);
}

static void
put_three(struct trace_ring *ring)
{
	for (uint32_t i = 0; i < 3; i++)
		assert_true(ring_put(ring, OURS, i));
	*taken = 0;
}

static void
test_taker_killed(void **state)
{
	struct trace_ring *ring = ring_to_take();
	int of[LATER + 1];

	(void)state;
	put_three(ring);
	moments_need(take_two, ring);
	take_all(ring, of);
	assert_int_equal(steps.count, 5);
	for (int i = 0; i < 2 * steps.count; i++) {
		uint32_t later = 0;

		put_three(ring);
		steps_kill(steps_lead(&steps, ring, i / 2));
		/* With it goes the lock, which is of both. */
		trace_ring_close(ring);
		ring = ring_open(directory, PLACES);
		while (i % 2 == 0 && ring_put(ring, LATER, later))
			later++;
		assert_true(trace_ring_lock(ring, directory));
		expect_rest(ring, later);
		assert_int_equal(trace_ring_count(ring, TRACE_TORN), 0);
		ring_expect_works(ring);
	}
	trace_ring_close(ring);
}

static int
lock_damaged(void *ring)
{
	return trace_ring_lock(ring, directory) ? STEPS_YES : STEPS_NO;
}

/* Three that wait, of which the second is damaged, and so is a free place. */
static void
damage(struct trace_ring *ring)
{
	const uint64_t from = atomic_load(&ring->front->take_at);

	put_three(ring);
	atomic_store(&ring_cell(ring, from + 1)->turn, UINT64_MAX);
	atomic_store(&ring_cell(ring, from + 3)->turn, UINT64_MAX);
}

static void
expect_mended(struct trace_ring *ring)
{
	struct trace_span spans[PLACES];
	size_t passed;

	assert_true(trace_ring_lock(ring, directory));
	assert_int_equal(trace_ring_take(ring, spans, PLACES, &passed), 2);
	assert_int_equal(passed, 3);
	assert_int_equal(spans[0].low, 0);
	assert_int_equal(spans[1].low, 2);
	trace_ring_let_go(ring, passed);
	ring_expect_works(ring);
}

/* Who makes good what was damaged is killed at it. */
static void
test_mender_killed(void **state)
{
	struct trace_ring *ring = ring_open(directory, PLACES);

	(void)state;
	damage(ring);
	moments_need(lock_damaged, ring);
	assert_true(steps.count > 2);
	for (int i = 0; i < steps.count; i++) {
		expect_mended(ring);
		trace_ring_close(ring);
		ring = ring_open(directory, PLACES);
		damage(ring);
		steps_kill(steps_lead(&steps, ring, i));
	}
	expect_mended(ring);
	trace_ring_close(ring);
}

/* ---- who says */

static int
say_no(void *ring)
{
	trace_ring_say(ring, false, "no");
	return STEPS_YES;
}

static void
test_sayer_killed(void **state)
{
	struct trace_ring *ring = ring_open(directory, PLACES);
	struct trace_export_state said;

	(void)state;
	trace_ring_say(ring, true, "yes");
	moments_need(say_no, ring);
	assert_true(steps.count > 3);
	for (int i = 0; i < steps.count; i++) {
		trace_ring_say(ring, true, "yes");
		steps_kill(steps_lead(&steps, ring, i));
		trace_ring_look(ring, &said);
		assert_true(said.known && (said.well || i > 0));
		assert_string_equal(said.why, said.well ? "yes" : "no");
	}
	assert_true(steps_end(steps_lead(&steps, ring, 1)));
	trace_ring_look(ring, &said);
	assert_true(said.known && !said.well);
	trace_ring_close(ring);
}

static int
share(void **state)
{
	(void)state;
	taken = mmap(NULL, sizeof(*taken), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ring_span(&theirs, THEIRS, 7);
	/* How many steps it takes to ask for the time is never certain. */
	ring_clock_speed = 0;
	ring_clock_later_ms = 1;
	return taken == MAP_FAILED;
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_putter_killed), IN_STATE(test_putter_late),
		IN_STATE(test_taker_killed),  IN_STATE(test_mender_killed),
		IN_STATE(test_sayer_killed),
	};

	return cmocka_run_group_tests_name("ring of spans, step by step", tests,
					   share, NULL);
}
