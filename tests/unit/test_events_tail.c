/*
 * The last events in memory: their texts, what follows a number, what goes
 * when there are too many.
 */
#include "services/events_tail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"

static const char epoch[] = "0123456789abcdef";

static struct event
event_of(int64_t seq, const char *data)
{
	return (struct event){.seq = seq,
			      .time_ms = 1700000000123,
			      .type = EVENTS_MESSAGE,
			      .name = "message",
			      .data = data,
			      .length = strlen(data)};
}

static struct tail_event *
made(int64_t seq, const char *data)
{
	struct event event = event_of(seq, data);
	struct tail_event *tail_event = tail_event_new(epoch, &event);

	assert_non_null(tail_event);
	return tail_event;
}

static void
put(struct events_tail *tail, int64_t seq, const char *data)
{
	assert_int_equal(events_tail_put(tail, made(seq, data)), LC_OK);
}

/* ---- one of them */

static void
test_text(void **state)
{
	struct tail_event *event = made(42, "{\"a\": 1}");
	static const char text[] = "{\"seq\":42,\"epoch\":\"0123456789abcdef\","
				   "\"time\":\"2023-11-14T22:13:20.123Z\","
				   "\"type\":\"message\",\"data\":{\"a\": 1}}";

	(void)state;
	assert_string_equal(event->text, text);
	assert_int_equal(event->length, strlen(text));
	assert_memory_equal(event->text + event->data_at, "{\"a\": 1}",
			    event->data_length);
	assert_int_equal(event->data_length, strlen("{\"a\": 1}"));
	assert_false(event->placed);
	tail_event_free(event);
}

/* Of what is traced that comes last. */
static void
test_traced_text(void **state)
{
	struct event event = event_of(42, "\"}\"");
	struct tail_event *tail_event;

	(void)state;
	event.trace = "00-01-02-01";
	tail_event = tail_event_new(epoch, &event);
	assert_string_equal(strstr(tail_event->text, ",\"data\""),
			    ",\"data\":\"}\",\"traceparent\":\"00-01-02-01\"}");
	assert_int_equal(tail_event->length, strlen(tail_event->text));
	assert_int_equal(tail_event->data_length, 3);
	assert_memory_equal(tail_event->text + tail_event->data_at, "\"}\"", 3);
	tail_event_free(tail_event);
}

/* A type that only a later Lightcone knows keeps its name. */
static void
test_unknown_type(void **state)
{
	struct event event = event_of(1, "1");
	struct tail_event *tail_event;

	(void)state;
	event.type = EVENTS_TYPE__MAX;
	event.name = "supernova";
	tail_event = tail_event_new(epoch, &event);
	assert_non_null(strstr(tail_event->text, "\"type\":\"supernova\""));
	tail_event_free(tail_event);
}

static void
test_place(void **state)
{
	static const struct {
		double ra_deg, dec_deg, place[3];
	} cases[] = {
		{0, 0, {1, 0, 0}},      {90, 0, {0, 1, 0}},
		{180, 0, {-1, 0, 0}},   {270, 0, {0, -1, 0}},
		{360, 0, {1, 0, 0}},    {0, 90, {0, 0, 1}},
		{123, -90, {0, 0, -1}},
	};
	double place[3];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		events_place(cases[i].ra_deg, cases[i].dec_deg, place);
		for (int k = 0; k < 3; k++)
			assert_float_equal(place[k], cases[i].place[k], 1e-15);
	}
}

/* ---- all of them */

static void
test_empty(void **state)
{
	struct events_tail *tail = events_tail_new(1000);

	(void)state;
	assert_null(events_tail_after(tail, 0));
	assert_int_equal(events_tail_first(tail), 0);
	assert_int_equal(events_tail_last(tail), 0);
	assert_int_equal(events_tail_total(tail), 0);
	events_tail_clear(tail);
	events_tail_free(tail);
	events_tail_free(NULL);
}

/* Numbers may be missing, and the ring grows and wraps meanwhile. */
static void
test_after(void **state)
{
	static int64_t seqs[3000];
	struct events_tail *tail = events_tail_new(1 << 30);
	struct chance chance = {8};
	int64_t seq = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		seq += 1 + (int64_t)(chance_below(&chance, 8) == 0 ?
					     chance_below(&chance, 5) :
					     0);
		seqs[i] = seq;
		put(tail, seq, "1");
	}
	assert_int_equal(events_tail_first(tail), seqs[0]);
	assert_int_equal(events_tail_last(tail), seq);
	for (int64_t after = 0, i = 0; after <= seq; after++) {
		const struct tail_event *next = events_tail_after(tail, after);

		while (i < 3000 && seqs[i] <= after)
			i++;
		if (i == 3000)
			assert_null(next);
		else
			assert_int_equal(next->seq, seqs[i]);
	}
	events_tail_free(tail);
}

/* The oldest go, and what is left is no more than is kept. */
static void
test_most(void **state)
{
	const int64_t most = 20000;
	struct events_tail *tail = events_tail_new((size_t)most);
	const struct tail_event *first;

	(void)state;
	for (int64_t seq = 1; seq <= 1000; seq++) {
		put(tail, seq, "\"some text, that takes some room\"");
		first = events_tail_after(tail, 0);
		assert_int_equal(first->seq, events_tail_first(tail));
		/* `total` counts what went before it, too. */
		assert_true(events_tail_total(tail) - first->total <= most);
	}
	assert_true(events_tail_first(tail) > 800);
	assert_int_equal(events_tail_last(tail), 1000);
	assert_int_equal(events_tail_after(tail, 500)->seq,
			 events_tail_first(tail));
	events_tail_free(tail);
}

/* One that is larger than all that is kept is there, alone. */
static void
test_large(void **state)
{
	struct events_tail *tail = events_tail_new(10);

	(void)state;
	put(tail, 1, "1");
	put(tail, 2, "2");
	assert_int_equal(events_tail_last(tail), 2);
	assert_non_null(events_tail_after(tail, 1));
	events_tail_clear(tail);
	assert_null(events_tail_after(tail, 0));
	put(tail, 1, "again");
	assert_int_equal(events_tail_first(tail), 1);
	events_tail_free(tail);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_traced_text),
		cmocka_unit_test(test_unknown_type),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_after),
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
