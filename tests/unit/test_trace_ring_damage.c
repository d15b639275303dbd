/*
 * A ring of spans with places that nobody fills, that two fill, or that were
 * damaged: what was in them is counted, all else comes, and it works on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "chance.h"
#include "child.h"
#include "ring_fixture.h"
#include "state_dir.h"

enum { PLACES = 16, SPOILT = 300 };

static char directory[STATE_DIR_MAX];

static int
set_up(void **state)
{
	struct trace_ring *ring;

	log_set_level(LOG_ERROR_ONLY);
	state_dir_make(directory);
	ring = ring_open(directory, PLACES);
	assert_true(trace_ring_lock(ring, directory));
	*state = ring;
	return 0;
}

static int
tear_down(void **state)
{
	trace_ring_close(*state);
	state_dir_remove(directory);
	return 0;
}

/* ---- claimed, and not filled */

/* As if somebody had been killed between claiming places and filling them. */
static void
claim(struct trace_ring *ring, uint64_t places)
{
	atomic_fetch_add(&ring->front->put_at, places);
}

static void
expect_torn(const struct trace_ring *ring, int64_t count)
{
	assert_int_equal(trace_ring_count(ring, TRACE_TORN), count);
}

/* So many can be had now, and stay. */
static void
expect_some(struct trace_ring *ring, size_t count)
{
	struct trace_span spans[PLACES];
	size_t passed;

	assert_int_equal(trace_ring_take(ring, spans, PLACES, &passed), count);
}

static void
test_claimed(void **state)
{
	struct trace_ring *ring = *state;

	assert_true(ring_put(ring, 1, 0));
	claim(ring, 1);
	assert_true(ring_put(ring, 1, 1));
	assert_true(ring_put(ring, 1, 2));
	assert_int_equal(trace_ring_waiting(ring), 4);
	/* What came before it can be had, and what came after it not yet. */
	expect_some(ring, 1);
	ring_clock_later_ms += TRACE_RING_STUCK_MS / 2;
	expect_some(ring, 1);
	expect_torn(ring, 0);
	ring_clock_later_ms += TRACE_RING_STUCK_MS / 2;
	ring_expect(ring, 1, 0, 3);
	expect_torn(ring, 1);
	assert_int_equal(trace_ring_count(ring, TRACE_RECORDED), 4);
	ring_expect_works(ring);
}

/* All become due together; who claims one later, has as long as they had. */
static void
test_many_claimed(void **state)
{
	struct trace_ring *ring = *state;

	claim(ring, 5);
	assert_true(ring_put(ring, 1, 0));
	claim(ring, 2);
	expect_some(ring, 0);
	claim(ring, 1);
	ring_clock_later_ms += TRACE_RING_STUCK_MS;
	expect_some(ring, 1);
	expect_torn(ring, 7);
	ring_clock_later_ms += TRACE_RING_STUCK_MS;
	ring_expect(ring, 1, 0, 1);
	expect_torn(ring, 8);
	ring_expect_works(ring);
}

/* Whoever comes after one that was killed counts nothing twice. */
static void
test_torn_before(void **state)
{
	struct trace_ring *ring = *state;

	claim(ring, PLACES);
	expect_some(ring, 0);
	ring_clock_later_ms += TRACE_RING_STUCK_MS;
	expect_some(ring, 0);
	expect_torn(ring, PLACES);
	trace_ring_close(ring);
	ring = ring_open(directory, PLACES);
	*state = ring;
	assert_true(trace_ring_lock(ring, directory));
	ring_expect(ring, 1, 0, 0);
	expect_torn(ring, PLACES);
	ring_expect_works(ring);
}

/* ---- damaged */

/* What another one wrote over a span is not taken for it. */
static void
test_overwritten(void **state)
{
	struct trace_ring *ring = *state;
	const size_t words = 1 + RING_WORDS;

	for (uint32_t i = 0; i < words; i++) {
		const uint64_t place = atomic_load(&ring->front->put_at);
		struct ring_cell *cell = ring_cell(ring, place + 1);
		_Atomic uint64_t *word =
			i == 0 ? &cell->check : &cell->words[i - 1];

		for (uint32_t j = 0; j < 3; j++)
			assert_true(ring_put(ring, 1, 3 * i + j));
		/* One bit of it. */
		atomic_fetch_xor(word, UINT64_C(1) << i % 64);
		expect_some(ring, 2);
		expect_torn(ring, i + 1);
		expect_some(ring, 2);
		expect_torn(ring, i + 1);
		trace_ring_let_go(ring, 3);
	}
	/* A whole span, but of a round ago. */
	for (uint32_t i = 0; i < PLACES; i++)
		assert_true(ring_put(ring, 1, i));
	trace_ring_let_go(ring, PLACES);
	claim(ring, PLACES);
	for (uint64_t i = 0; i < PLACES; i++)
		atomic_fetch_or(&ring->cells[i].turn, RING_FULL);
	ring_expect(ring, 1, 0, 0);
	expect_torn(ring, (int64_t)words + PLACES);
	ring_expect_works(ring);
}

/* Sums that are right over what makes no sense. */
static void
test_senseless(void **state)
{
	struct trace_ring *ring = *state;
	struct trace_span span;

	ring_span(&span, 1, 0);
	span.name[TRACE_NAME_MAX - 1] = 'a';
	assert_true(trace_ring_put(ring, &span));
	ring_span(&span, 1, 0);
	span.state = 1;
	assert_true(trace_ring_put(ring, &span));
	assert_true(ring_put(ring, 1, 0));
	ring_expect(ring, 1, 0, 1);
	expect_torn(ring, 2);
}

/* Takes all, also what becomes due; each is one that was put. */
static void
ring_empty(struct trace_ring *ring)
{
	for (int i = 0; i < 3; i++) {
		struct trace_span spans[PLACES];
		size_t passed, got;
		uint32_t whose, nth;

		got = trace_ring_take(ring, spans, PLACES, &passed);
		assert_true(got <= passed && passed <= PLACES);
		for (size_t j = 0; j < got; j++)
			assert_true(ring_span_is(&spans[j], &whose, &nth));
		trace_ring_let_go(ring, passed);
		ring_clock_later_ms += TRACE_RING_STUCK_MS;
	}
}

/* What is damaged further on is found on the way there. */
static void
ring_mend(struct trace_ring *ring)
{
	ring_empty(ring);
	for (uint32_t i = 0; i < PLACES && ring_put(ring, 1, i); i++)
		continue;
	ring_empty(ring);
}

struct front_case {
	const char *what;
	uint64_t put_at;
	uint64_t take_at;
};

static const struct front_case front_cases[] = {
	{"as it is", 20, 20},
	{"take behind by a round", 20, 4},
	{"take behind by more", 20, 3},
	{"take far behind", 20, 0},
	{"take ahead", 20, 21},
	{"take far ahead", 20, UINT64_MAX},
	{"put ahead", 36, 20},
	{"put ahead by more", 37, 20},
	{"put far ahead", UINT64_C(1) << 59, 20},
	{"put beyond all", UINT64_C(1) << 60, 20},
	{"put at the end", UINT64_MAX, 20},
	{"both at the end", UINT64_MAX, UINT64_MAX},
	{"both behind", 0, 0},
	{"put behind", 19, 20},
	{"put far behind", 0, 20},
};

/* Who puts meanwhile is not kept, and who takes makes it good. */
static void
test_front(void **state)
{
	struct trace_ring *ring = *state;

	for (size_t i = 0; i < sizeof(front_cases) / sizeof(front_cases[0]);
	     i++) {
		const struct front_case *c = &front_cases[i];

		memset(ring->front, 0, sizeof(*ring->front));
		memset(ring->cells, 0, PLACES * sizeof(*ring->cells));
		for (uint32_t j = 0; j < 20; j++) {
			assert_true(ring_put(ring, 1, j));
			ring_expect(ring, 1, j, 1);
		}
		atomic_store(&ring->front->put_at, c->put_at);
		atomic_store(&ring->front->take_at, c->take_at);
		(void)ring_put(ring, 1, 0);
		assert_in_range(trace_ring_waiting(ring), 0, PLACES);
		ring_mend(ring);
		if (trace_ring_waiting(ring) != 0)
			fail_msg("%s: some are left", c->what);
		ring_expect_works(ring);
	}
}

/* Writes over some of its words, or all; what is in them are numbers. */
static void
spoil(struct trace_ring *ring, struct chance *chance, bool all)
{
	_Atomic uint64_t *words = (_Atomic uint64_t *)(void *)ring->front;
	const size_t count =
		(sizeof(*ring->front) + PLACES * sizeof(struct ring_cell)) /
		sizeof(*words);

	for (size_t i = 0; i < count; i++) {
		/* Turns and places are small, or anything at all. */
		const uint64_t number =
			chance_bits(chance) >> chance_below(chance, 64);

		if (all || chance_below(chance, 20) == 0)
			atomic_store(&words[i], number);
	}
}

static void
test_spoilt(void **state)
{
	struct trace_ring *ring = *state;
	struct chance chance = {1};

	for (uint32_t i = 0; i < SPOILT; i++) {
		struct trace_export_state said;

		for (uint32_t j = 0; j < 5; j++)
			(void)ring_put(ring, 1, j);
		spoil(ring, &chance, i % 3 == 0);
		for (uint32_t j = 0; j < 5; j++)
			(void)ring_put(ring, 1, j);
		assert_in_range(trace_ring_waiting(ring), 0, PLACES);
		trace_ring_look(ring, &said);
		trace_ring_let_go(ring, i);
		/* The same one, or the next. */
		if (i % 2 == 0) {
			trace_ring_close(ring);
			ring = ring_open(directory, PLACES);
			*state = ring;
			assert_true(trace_ring_lock(ring, directory));
		}
		ring_mend(ring);
		assert_int_equal(trace_ring_waiting(ring), 0);
		ring_expect_works(ring);
		trace_ring_say(ring, true, "again");
		trace_ring_look(ring, &said);
		assert_true(said.known && said.well);
		assert_string_equal(said.why, "again");
	}
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_claimed),     IN_STATE(test_many_claimed),
		IN_STATE(test_torn_before), IN_STATE(test_overwritten),
		IN_STATE(test_senseless),   IN_STATE(test_front),
		IN_STATE(test_spoilt),
	};

	return cmocka_run_group_tests_name("ring of spans, damaged", tests,
					   NULL, NULL);
}
