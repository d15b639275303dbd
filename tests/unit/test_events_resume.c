/*
 * Where an observer goes on, and what it is told that it has missed.
 */
#include "services/events_resume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW "00000000000000aa"
#define OTHER "00000000000000bb"

static void
test_resume(void **state)
{
	static const struct {
		int64_t first, last; /* that are kept */
		const char *epoch;   /* NULL: it says nothing */
		int64_t after, most;
		int64_t from;
		enum events_gap gap;
	} cases[] = {
		/* Who says nothing begins with what comes. */
		{1, 100, NULL, 0, 10, 100, EVENTS_NO_GAP},
		{1, 0, NULL, 0, 10, 0, EVENTS_NO_GAP},
		/* All is there. */
		{1, 100, NOW, 100, 10, 100, EVENTS_NO_GAP},
		{1, 100, NOW, 90, 10, 90, EVENTS_NO_GAP},
		{1, 100, "", 95, 10, 95, EVENTS_NO_GAP},
		{1, 100, NOW, 0, 100, 0, EVENTS_NO_GAP},
		{50, 100, NOW, 49, 100, 49, EVENTS_NO_GAP},
		{1, 0, NOW, 0, 10, 0, EVENTS_NO_GAP},
		{101, 100, NOW, 100, 10, 100, EVENTS_NO_GAP},
		/* Some is kept no longer, or all. */
		{50, 100, NOW, 48, 100, 49, EVENTS_GAP_GONE},
		{50, 100, "", 0, 100, 49, EVENTS_GAP_GONE},
		{101, 100, NOW, 99, 10, 100, EVENTS_GAP_GONE},
		/* Some is more than is sent again. */
		{1, 100, NOW, 89, 10, 90, EVENTS_GAP_MANY},
		{1, 100, NOW, 0, 10, 90, EVENTS_GAP_MANY},
		{50, 100, NOW, 0, 10, 90, EVENTS_GAP_GONE},
		{1, 100, NOW, 50, 0, 100, EVENTS_GAP_MANY},
		/* Another log's: all that there is. */
		{1, 100, OTHER, 100, 1000, 0, EVENTS_GAP_EPOCH},
		{1, 100, OTHER, 5000, 1000, 0, EVENTS_GAP_EPOCH},
		{50, 100, OTHER, 99, 1000, 49, EVENTS_GAP_EPOCH},
		{1, 100, OTHER, 99, 10, 90, EVENTS_GAP_EPOCH},
		{1, 0, OTHER, 7, 10, 0, EVENTS_GAP_EPOCH},
		/* This log has not come so far yet, or has been restored. */
		{1, 100, NOW, 101, 10, 100, EVENTS_GAP_FUTURE},
		{1, 100, "", INT64_MAX, 10, 100, EVENTS_GAP_FUTURE},
		{1, 0, "", 1, 10, 0, EVENTS_GAP_FUTURE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct events_position position = {
			.epoch = NOW,
			.first = cases[i].first,
			.last = cases[i].last,
		};
		struct events_had had = {.says = cases[i].epoch != NULL,
					 .after = cases[i].after};
		struct events_resume got;

		if (had.says)
			strncpy(had.epoch, cases[i].epoch,
				sizeof(had.epoch) - 1);
		got = events_resume(&position, &had, cases[i].most);
		if (got.after != cases[i].from || got.gap != cases[i].gap)
			fail_msg("case %zu: from %lld, gap %d", i,
				 (long long)got.after, (int)got.gap);
	}
}

static void
test_id_read(void **state)
{
	static const struct {
		const char *text, *epoch; /* NULL: it is none */
		int64_t after;
	} cases[] = {
		{"0", "", 0},
		{"42", "", 42},
		{"9223372036854775807", "", INT64_MAX},
		{NOW "-42", NOW, 42},
		{"a-1", "a", 1},
		{"", NULL, 0},
		{"-", NULL, 0},
		{"-5", NULL, 0},
		{"x", NULL, 0},
		{"4 2", NULL, 0},
		{"4.2", NULL, 0},
		{"9223372036854775808", NULL, 0},
		{NOW "-", NULL, 0},
		{NOW "--1", NULL, 0},
		{NOW "0-1", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct events_had had;
		bool is = events_id_read(cases[i].text, strlen(cases[i].text),
					 &had);

		if (is != (cases[i].epoch != NULL))
			fail_msg("\"%s\"", cases[i].text);
		if (!is)
			continue;
		assert_true(had.says);
		assert_string_equal(had.epoch, cases[i].epoch);
		assert_int_equal(had.after, cases[i].after);
	}
}

static void
test_written(void **state)
{
	const struct events_position position = {.epoch = NOW, .last = 9};
	const struct events_had had = {.says = true, .after = 3};
	const struct events_resume resume = {6, EVENTS_GAP_GONE};
	struct events_had read;
	struct buf out;

	(void)state;
	buf_init(&out);
	events_id_write(NOW, 77, &out);
	assert_true(events_id_read(out.bytes, out.length, &read));
	assert_int_equal(read.after, 77);
	assert_string_equal(read.epoch, NOW);
	buf_reset(&out);
	events_gap_write(&position, &had, &resume, &out);
	buf_add_char(&out, '\0');
	assert_string_equal(out.bytes,
			    "{\"type\":\"gap\",\"epoch\":\"" NOW "\","
			    "\"after\":3,\"next\":7,\"reason\":\"gone\"}");
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_id_read),
		cmocka_unit_test(test_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
