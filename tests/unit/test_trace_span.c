/*
 * Spans: what goes in comes out, as UTF-8 and within its room; and the
 * calendar's times, also when it is set anew.
 */
#include "services/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "chance.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { HEAD = 3, DAMAGED = 20000 };

static const struct trace_context context = {.high = 1,
					     .low = 2,
					     .span = 3,
					     .parent = 4,
					     .sampled = true,
					     .remote = true};

/* The calendar is set forward by so much. */
static int64_t stepped_s;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int rc = __real_clock_gettime(clock, now);

	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		now->tv_sec += stepped_s;
	return rc;
}

static void
span_begin(struct trace_span *span)
{
	trace_span_init(span, &context, TRACE_SERVER, "GET /galaxy");
}

/* The nth attribute is this text. */
static void
expect_text(const struct trace_span *span, int nth, enum trace_key key,
	    const char *text)
{
	struct trace_attribute got;
	size_t at = 0;

	for (int i = 0; i <= nth; i++)
		if (!trace_span_next(span, &at, &got))
			fail_msg("there is no attribute %d", nth);
	assert_int_equal(got.key, key);
	if (got.length != strlen(text) ||
	    memcmp(got.text, text, got.length) != 0)
		fail_msg("\"%.*s\" is not \"%s\"", (int)got.length, got.text,
			 text);
}

static int
attributes_of(const struct trace_span *span)
{
	struct trace_attribute got;
	size_t at = 0;
	int count = 0;

	while (trace_span_next(span, &at, &got))
		count++;
	return count;
}

static void
test_plain(void **state)
{
	struct trace_attribute got;
	struct trace_span span;
	size_t at = 0, length;

	(void)state;
	span_begin(&span);
	assert_string_equal(span.name, "GET /galaxy");
	assert_int_equal(span.high, 1);
	assert_int_equal(span.low, 2);
	assert_int_equal(span.span, 3);
	assert_int_equal(span.parent, 4);
	assert_int_equal(span.kind, 2);
	assert_true(span.remote);
	assert_false(span.failed);
	assert_int_equal(attributes_of(&span), 0);
	assert_null(trace_span_state(&span, &length));
	trace_span_text(&span, TRACE_METHOD, "GET");
	trace_span_int(&span, TRACE_STATUS, 200);
	trace_span_text(&span, TRACE_ROUTE, NULL);
	trace_span_text(&span, TRACE_SCHEME, "");
	trace_span_int(&span, TRACE_JOB_NUMBER, INT64_MIN);
	expect_text(&span, 0, TRACE_METHOD, "GET");
	expect_text(&span, 2, TRACE_SCHEME, "");
	assert_true(trace_span_next(&span, &at, &got));
	assert_true(trace_span_next(&span, &at, &got));
	assert_int_equal(got.key, TRACE_STATUS);
	assert_int_equal(got.number, 200);
	assert_true(trace_span_next(&span, &at, &got));
	assert_true(trace_span_next(&span, &at, &got));
	assert_int_equal(got.number, INT64_MIN);
	assert_false(trace_span_next(&span, &at, &got));
	for (int i = 0; i < TRACE_KEY__MAX; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(trace_key_names[i],
						trace_key_names[j]);
	assert_true(trace_key_is_number[TRACE_PID]);
}

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define A_HUNDRED_AND_TWENTY SIXTY SIXTY
#define A TEXT_REPLACEMENT

struct text_case {
	const char *in;
	const char *out;
};

static const struct text_case text_cases[] = {
	{"M\xc3\xb6"
	 "bius",
	 "M\xc3\xb6"
	 "bius"},
	{"\xff", A},
	{"a\xffz", "a" A "z"},
	{"\xc3", A},
	{"a\xf0\x9f\x8c", "a" A A A},
	{"\xed\xa0\x80", A A A}, /* half of a pair */
	{"\xc0\x80", A A},       /* a NUL in two bytes */
	{"\x01\x7f", "\x01\x7f"},
	{A_HUNDRED_AND_TWENTY "01234567", A_HUNDRED_AND_TWENTY "01234567"},
	{A_HUNDRED_AND_TWENTY "012345678", A_HUNDRED_AND_TWENTY "01234567"},
	{A_HUNDRED_AND_TWENTY "012345\xc3\xb6",
	 A_HUNDRED_AND_TWENTY "012345\xc3\xb6"},
	{A_HUNDRED_AND_TWENTY "0123456\xc3\xb6",
	 A_HUNDRED_AND_TWENTY "0123456"},
	{A_HUNDRED_AND_TWENTY "01234\xf0\x9f\x8c\x8d",
	 A_HUNDRED_AND_TWENTY "01234"},
	{A_HUNDRED_AND_TWENTY "01234\xff", A_HUNDRED_AND_TWENTY "01234" A},
	{A_HUNDRED_AND_TWENTY "012345\xff", A_HUNDRED_AND_TWENTY "012345"},
	{A_HUNDRED_AND_TWENTY TEN "\xff", A_HUNDRED_AND_TWENTY "01234567"},
};

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(text_cases); i++) {
		const struct text_case *c = &text_cases[i];
		/* In memory of its own: a reading beyond it is seen. */
		char *in = malloc(strlen(c->in) + 1);
		struct trace_span span;

		assert_non_null(in);
		memcpy(in, c->in, strlen(c->in) + 1);
		span_begin(&span);
		trace_span_text(&span, TRACE_PATH, in);
		expect_text(&span, 0, TRACE_PATH, c->out);
		trace_span_init(&span, &context, TRACE_SERVER, in);
		assert_true(text_is_utf8(span.name, strlen(span.name)));
		assert_memory_equal(span.name, c->out, strlen(span.name));
		assert_true(strlen(span.name) + 4 > TRACE_NAME_MAX - 1 ||
			    strcmp(span.name, c->out) == 0);
		free(in);
	}
}

/* However full it is, what is in it is whole. */
static void
test_room(void **state)
{
	struct trace_span span;

	(void)state;
	span_begin(&span);
	for (int i = 0; i < 6; i++)
		trace_span_text(&span, TRACE_PATH, A_HUNDRED_AND_TWENTY TEN);
	assert_int_equal(span.attributes, 6 * (HEAD + TRACE_TEXT_MAX));
	/* 102 are left. */
	trace_span_text(&span, TRACE_ROUTE, A_HUNDRED_AND_TWENTY);
	assert_int_equal(span.attributes, TRACE_ROOM);
	expect_text(&span, 6, TRACE_ROUTE, SIXTY TEN TEN TEN "012345678");
	trace_span_text(&span, TRACE_ROUTE, "");
	trace_span_int(&span, TRACE_STATUS, 1);
	assert_int_equal(attributes_of(&span), 7);
	for (uint16_t left = 0; left < 16; left++) {
		span.attributes = (uint16_t)(TRACE_ROOM - left);
		trace_span_int(&span, TRACE_STATUS, 1);
		assert_int_equal(span.attributes,
				 left < HEAD + 8 ? TRACE_ROOM - left :
						   TRACE_ROOM - left + 11);
	}
	/* Not the half of a character. */
	span.attributes = TRACE_ROOM - HEAD - 1;
	trace_span_text(&span, TRACE_ROUTE, "\xc3\xb6");
	assert_int_equal(span.attributes, TRACE_ROOM - HEAD - 1);
}

static void
expect_state(const struct trace_span *span, const char *text)
{
	size_t length;
	const char *got = trace_span_state(span, &length);

	if (text == NULL) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_int_equal(length, strlen(text));
	assert_memory_equal(got, text, length);
}

static void
test_state(void **state)
{
	struct trace_context with = context;
	char long_one[TRACE_ROOM + 2] = "";
	struct trace_span span;

	(void)state;
	with.state = "rojo=1,congo=2";
	trace_span_init(&span, &with, TRACE_SERVER, "x");
	expect_state(&span, with.state);
	trace_span_text(&span, TRACE_PATH, A_HUNDRED_AND_TWENTY);
	trace_span_int(&span, TRACE_STATUS, 200);
	trace_span_text(&span, TRACE_PATH, A_HUNDRED_AND_TWENTY);
	expect_state(&span, with.state);
	expect_text(&span, 0, TRACE_PATH, A_HUNDRED_AND_TWENTY);
	assert_int_equal(attributes_of(&span), 3);
	for (int i = 0; i < 3; i++)
		trace_span_text(&span, TRACE_PATH, A_HUNDRED_AND_TWENTY TEN);
	trace_span_text(&span, TRACE_PATH, SIXTY TEN TEN TEN TEN TEN "012345");
	/* 119 are left without it, 105 with it. */
	trace_span_text(&span, TRACE_ROUTE, SIXTY TEN TEN TEN TEN "01");
	expect_state(&span, with.state);
	assert_int_equal(span.attributes + span.state, TRACE_ROOM);
	trace_span_int(&span, TRACE_STATUS, 200);
	expect_state(&span, NULL);
	assert_int_equal(attributes_of(&span), 9);
	memset(long_one, 'a', TRACE_ROOM);
	with.state = long_one;
	trace_span_init(&span, &with, TRACE_SERVER, "x");
	expect_state(&span, long_one);
	long_one[TRACE_ROOM] = 'a';
	trace_span_init(&span, &with, TRACE_SERVER, "x");
	expect_state(&span, NULL);
	with.state = "\xff=1";
	trace_span_init(&span, &with, TRACE_SERVER, "x");
	expect_state(&span, NULL);
}

/* What was not written by us is read within its bounds, and comes to an end. */
static void
test_damaged(void **state)
{
	struct chance chance = {1};
	size_t length;

	(void)state;
	for (int i = 0; i < DAMAGED; i++) {
		struct trace_span *span = malloc(sizeof(*span));
		struct trace_attribute got;
		size_t at = 0, last = 0;

		assert_non_null(span);
		span_begin(span);
		for (size_t j = 0; j < TRACE_ROOM; j++)
			span->room[j] = (char)chance_below(&chance, 32);
		/* More than there is room for, now and then. */
		span->attributes = (uint16_t)chance_below(&chance, 400);
		span->state = (uint16_t)chance_below(&chance, 100);
		while (trace_span_next(span, &at, &got)) {
			assert_true(at > last && at <= TRACE_ROOM);
			assert_true(got.key < TRACE_KEY__MAX);
			assert_true(got.text == NULL ||
				    text_is_utf8(got.text, got.length));
			last = at;
		}
		if (trace_span_state(span, &length) != NULL)
			assert_true(span->attributes + length <= TRACE_ROOM);
		free(span);
	}
}

static void
test_times(void **state)
{
	const int64_t now_ns = clock_mono_ns();
	const int64_t unix_ns = clock_unix_ms() * CLOCK_NS_PER_MS;
	struct trace_span outer, inner;

	(void)state;
	span_begin(&outer);
	span_begin(&inner);
	trace_span_times(&outer, now_ns - 5000, now_ns + 7);
	trace_span_times(&inner, now_ns - 4999, now_ns + 7);
	assert_int_equal(outer.end_ns - outer.start_ns, 5007);
	/* Of one moment, to the nanosecond, one time. */
	assert_int_equal(inner.start_ns, outer.start_ns + 1);
	assert_int_equal(inner.end_ns, outer.end_ns);
	assert_true(llabs(outer.end_ns - unix_ns) < 500 * CLOCK_NS_PER_MS);
	/* What ends before it begins took no time. */
	trace_span_times(&inner, now_ns, now_ns - 1);
	assert_int_equal(inner.end_ns, inner.start_ns);
	/* A clock that is set back makes nothing negative. */
	stepped_s = -86400;
	trace_span_times(&inner, now_ns - 5000, now_ns);
	assert_int_equal(inner.end_ns - inner.start_ns, 5000);
	assert_int_equal(inner.start_ns,
			 outer.start_ns - 86400 * CLOCK_NS_PER_S);
	stepped_s = 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),   cmocka_unit_test(test_texts),
		cmocka_unit_test(test_room),    cmocka_unit_test(test_state),
		cmocka_unit_test(test_damaged), cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests_name("spans", tests, NULL, NULL);
}
