/*
 * Metrics within one process: series, updates, what stays from one process to
 * the next, and what there is no room for.
 */
#include "services/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "metrics_fixture.h"
#include "services/metrics_inner.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MANY = 5000 };

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

static struct metrics *
join(void)
{
	return metrics_fixture_join(directory, METRICS_WEB, "");
}

static int
series_of(struct metrics *metrics, enum metric family, const char *value)
{
	return metrics_series(metrics, family, &value);
}

static void
check(struct metrics *metrics, const char *series, double value)
{
	const double found = metrics_fixture_value(metrics, series);

	if (isnan(value) ? !isnan(found) : found != value)
		fail_msg("%s is %g, not %g", series, found, value);
}

/* ---- the table */

static void
test_families(void **state)
{
	(void)state;
	for (int i = 0; i < METRIC__MAX; i++) {
		const struct metrics_family *family = &metrics_families[i];
		const char *name = family->name, *labels = family->labels;
		const char *unit = strrchr(name, '_');
		int count = labels[0] != '\0';

		for (; *labels != '\0'; labels++) {
			count += *labels == ',';
			assert_non_null(strchr(",abcdefghijklmnopqrstuvwxyz_",
					       *labels));
		}
		assert_true(count <= METRICS_LABELS_MOST);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"),
				 strlen(name));
		assert_true(strlen(name) + 1 +
				    METRICS_LABELS_MOST *
					    (METRICS_VALUE_MAX + 1) <
			    METRICS_TEXT_MAX);
		assert_string_not_equal(unit, "_total");
		if (family->unit != METRICS_NUMBER)
			assert_string_equal(unit,
					    family->unit == METRICS_SECONDS ?
						    "_seconds" :
						    "_bytes");
		if (family->type == METRICS_HISTOGRAM)
			assert_int_equal(family->unit, METRICS_SECONDS);
		assert_true(strlen(family->help) > 10);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(name, metrics_families[j].name);
	}
}

/* ---- updates */

static void
test_counters_and_levels(void **state)
{
	struct metrics *metrics = join();
	int sent, parked, log;

	(void)state;
	sent = metrics_series(metrics, METRIC_SENT, NULL);
	parked = metrics_series(metrics, METRIC_PARKED, NULL);
	log = series_of(metrics, METRIC_LOG, "error");
	check(metrics, "http_server_response_bytes_total", 0);
	metrics_add(metrics, sent, 5);
	metrics_add(metrics, sent, 7);
	metrics_add(metrics, parked, 3);
	metrics_add(metrics, parked, -1);
	metrics_add(metrics, log, 1);
	metrics_count(metrics, METRIC_LOG, "error", 2);
	metrics_count(metrics, METRIC_LOG, "notice", 4);
	metrics_count(metrics, METRIC_SENT, NULL, 100);
	check(metrics, "http_server_response_bytes_total", 112);
	check(metrics, "lightcone_requests_parked", 2);
	check(metrics, "lightcone_log_messages_total{level=\"error\"}", 3);
	check(metrics, "lightcone_log_messages_total{level=\"notice\"}", 4);
	check(metrics, "lightcone_log_messages_total{level=\"warning\"}", NAN);
	metrics_set(metrics, parked, -9);
	check(metrics, "lightcone_requests_parked", -9);
	/* It is the same one, however often it is asked for. */
	assert_int_equal(metrics_series(metrics, METRIC_SENT, NULL), sent);
	assert_int_equal(series_of(metrics, METRIC_LOG, "error"), log);
	assert_int_not_equal(series_of(metrics, METRIC_LOG, "notice"), log);
	check(metrics, "lightcone_metrics_lost_total", 0);
	metrics_free(metrics);
}

struct bucket_case {
	int64_t ns;
	const char *below, *in; /* bounds; below has not counted it */
};

static const struct bucket_case bucket_cases[] = {
	{0, NULL, "0.0001"},
	{-1, NULL, "0.0001"},
	{INT64_MIN, NULL, "0.0001"},
	{100000, NULL, "0.0001"},
	{100001, "0.0001", "0.00025"},
	{250000, "0.0001", "0.00025"},
	{999999, "0.0005", "0.001"},
	{1000000, "0.0005", "0.001"},
	{1000001, "0.001", "0.0025"},
	{5000001, "0.005", "0.01"},
	{60000000, "0.05", "0.075"},
	{100000000, "0.075", "0.1"},
	{999999999, "0.75", "1.0"},
	{1000000000, "0.75", "1.0"},
	{1000000001, "1.0", "2.5"},
	{INT64_C(7500000000), "5.0", "7.5"},
	{INT64_C(10000000000), "7.5", "10.0"},
	{INT64_C(10000000001), "10.0", "+Inf"},
	{INT64_C(4000000000000000), "10.0", "+Inf"},
};

static void
check_bucket(struct metrics *metrics, const char *stage, const char *bound,
	     double value)
{
	char series[128];

	snprintf(series, sizeof(series),
		 "lightcone_request_stage_seconds_bucket{stage=\"%s\",le="
		 "\"%s\"}",
		 stage, bound);
	check(metrics, series, value);
}

static void
test_buckets(void **state)
{
	struct metrics *metrics = join();
	char stage[16];

	(void)state;
	for (size_t i = 0; i < COUNT(bucket_cases); i++) {
		const struct bucket_case *c = &bucket_cases[i];

		snprintf(stage, sizeof(stage), "case-%zu", i);
		metrics_observe(metrics,
				series_of(metrics, METRIC_STAGE, stage), c->ns,
				NULL);
		if (c->below != NULL)
			check_bucket(metrics, stage, c->below, 0);
		check_bucket(metrics, stage, c->in, 1);
		check_bucket(metrics, stage, "+Inf", 1);
	}
	check(metrics,
	      "lightcone_request_stage_seconds_count{stage=\"case-8\"}", 1);
	check(metrics, "lightcone_request_stage_seconds_sum{stage=\"case-8\"}",
	      0.001000001);
	check(metrics, "lightcone_request_stage_seconds_sum{stage=\"case-2\"}",
	      0);
	metrics_free(metrics);
}

/* The next process goes on from where this one has stopped. */
static void
test_inherited(void **state)
{
	struct metrics *metrics;

	(void)state;
	for (int i = 1; i <= 3; i++) {
		metrics = join();
		metrics_count(metrics, METRIC_EVENTS, NULL, 10);
		check(metrics, "lightcone_requests_parked", i == 1 ? NAN : 0);
		metrics_add(metrics,
			    metrics_series(metrics, METRIC_PARKED, NULL), 7);
		metrics_observe(metrics, series_of(metrics, METRIC_STAGE, "q"),
				1000000000, NULL);
		check(metrics, "lightcone_events_total", 10 * i);
		check(metrics, "lightcone_requests_parked", 7);
		check_bucket(metrics, "q", "0.75", 0);
		check_bucket(metrics, "q", "1.0", i);
		check(metrics,
		      "lightcone_request_stage_seconds_sum{stage=\"q\"}", i);
		check(metrics, "lightcone_process_starts_total{role=\"web\"}",
		      i);
		metrics_free(metrics);
	}
}

/* Several that run at once are added up, also by one that has joined late. */
static void
test_added_up(void **state)
{
	struct metrics *first = join(), *second = join(), *third;

	(void)state;
	metrics_count(first, METRIC_EVENTS, NULL, 1);
	metrics_count(second, METRIC_EVENTS, NULL, 20);
	metrics_count(first, METRIC_PARKED, NULL, 5);
	metrics_count(second, METRIC_PARKED, NULL, -7);
	third = join();
	metrics_count(third, METRIC_EVENTS, NULL, 300);
	check(first, "lightcone_events_total", 321);
	check(second, "lightcone_events_total", 321);
	check(third, "lightcone_requests_parked", -2);
	metrics_free(second);
	check(third, "lightcone_requests_parked", 5);
	check(third, "lightcone_events_total", 321);
	metrics_free(first);
	metrics_free(third);
}

/* ---- names */

struct value_case {
	const char *value, *printed;
};

#define TEN "0123456789"
#define EIGHTY TEN TEN TEN TEN TEN TEN TEN TEN

static const struct value_case value_cases[] = {
	{"", ""},
	{NULL, ""},
	{"a b", "a b"},
	{"q\"b\\n\n", "q\\\"b\\\\n\\n"},
	{"\xc3\xa9\xe2\x98\x85", "\xc3\xa9\xe2\x98\x85"},
	{EIGHTY, EIGHTY},
	{EIGHTY "1", EIGHTY},
	{EIGHTY "2", EIGHTY},
	{TEN TEN TEN TEN TEN TEN TEN "0123456\xe2\x98\x85x",
	 TEN TEN TEN TEN TEN TEN TEN "0123456\xe2\x98\x85"},
	{TEN TEN TEN TEN TEN TEN TEN "01234567\xe2\x98\x85",
	 TEN TEN TEN TEN TEN TEN TEN "01234567"},
	{"good\xff"
	 "bad",
	 "good"},
};

/* Each is added twice: what is cut to the same is the same series. */
static void
test_values(void **state)
{
	struct metrics *metrics = join();
	char series[256];

	(void)state;
	for (size_t i = 0; i < COUNT(value_cases); i++) {
		const struct value_case *c = &value_cases[i];
		double before;

		snprintf(series, sizeof(series),
			 "lightcone_request_failures_total{reason=\"%s\"}",
			 c->printed);
		before = metrics_fixture_value(metrics, series);
		metrics_count(metrics, METRIC_FAILURES, c->value, 1);
		metrics_count(metrics, METRIC_FAILURES, c->value, 1);
		check(metrics, series, (isnan(before) ? 0 : before) + 2);
	}
	metrics_free(metrics);
}

/* Longer values of all labels are still one series each. */
static void
test_several_labels(void **state)
{
	static const char *const one[] = {EIGHTY, EIGHTY, EIGHTY "x"};
	static const char *const other[] = {EIGHTY, "\"\"\"\\\\\\\n", ""};
	/* Where one value ends matters. */
	static const char *const split[] = {"ab", "c", ""};
	static const char *const elsewhere[] = {"a", "bc", ""};
	struct metrics *metrics = join();
	const int first = metrics_series(metrics, METRIC_REQUEST, one);

	(void)state;
	assert_true(first > 0);
	metrics_observe(metrics, first, 1, NULL);
	metrics_observe(metrics, metrics_series(metrics, METRIC_REQUEST, other),
			1, NULL);
	check(metrics,
	      "http_server_request_duration_seconds_count{method=\"" EIGHTY
	      "\",route=\"" EIGHTY "\",status=\"" EIGHTY "\"}",
	      1);
	check(metrics,
	      "http_server_request_duration_seconds_count{method=\"" EIGHTY
	      "\",route=\"\\\"\\\"\\\"\\\\\\\\\\\\\\n\",status=\"\"}",
	      1);
	assert_int_not_equal(
		metrics_series(metrics, METRIC_REQUEST, split),
		metrics_series(metrics, METRIC_REQUEST, elsewhere));
	metrics_free(metrics);
}

/* ---- no room */

static int
add_many(struct metrics *metrics, enum metric family, int count)
{
	char value[16];
	int added = 0;

	for (int i = 0; i < count; i++) {
		snprintf(value, sizeof(value), "%d", i);
		metrics_count(metrics, family, value, 1);
		added += series_of(metrics, family, value) != 0;
	}
	return added;
}

static void
test_directory_full(void **state)
{
	struct metrics *metrics = join();
	int lost;

	(void)state;
	/* One family leaves room for others, which then have no room. */
	assert_int_equal(add_many(metrics, METRIC_FAILURES, MANY),
			 METRICS_SERIES_MOST);
	lost = MANY - METRICS_SERIES_MOST;
	check(metrics, "lightcone_metrics_lost_total", lost);
	check(metrics, "lightcone_request_failures_total{reason=\"0\"}", 1);
	check(metrics, "lightcone_request_failures_total{reason=\"4999\"}",
	      NAN);
	metrics_count(metrics, METRIC_LOG, "error", 1);
	check(metrics, "lightcone_log_messages_total{level=\"error\"}", 1);
	add_many(metrics, METRIC_CACHE, MANY);
	assert_int_equal(metrics_series_count(metrics), METRICS_SERIES);
	/* However much it is, it is one update. */
	lost = (int)metrics_fixture_value(metrics,
					  "lightcone_metrics_lost_total");
	assert_int_equal(series_of(metrics, METRIC_UP, "memcached"), 0);
	metrics_count(metrics, METRIC_SENT, NULL, 1000);
	metrics_set(metrics, series_of(metrics, METRIC_UP, "memcached"), 5);
	metrics_observe(metrics, series_of(metrics, METRIC_STAGE, "bind"), 77,
			&(struct metrics_exemplar){1, 2, 3});
	check(metrics, "lightcone_metrics_lost_total", lost + 3);
	check(metrics, "lightcone_companion_up{companion=\"memcached\"}", NAN);
	metrics_free(metrics);
}

static void
test_cells_full(void **state)
{
	struct metrics *metrics = join();
	const int most = METRICS_CELLS_MOST / METRICS_HISTOGRAM_CELLS;
	/* But those of lost updates, of starts and of CPU time. */
	const int cells = METRICS_CELLS - 3 - most * METRICS_HISTOGRAM_CELLS;

	(void)state;
	assert_int_equal(add_many(metrics, METRIC_STAGE, 1000), most);
	check(metrics, "lightcone_metrics_lost_total", 1000 - most);
	assert_int_equal(add_many(metrics, METRIC_JOB_WAIT, 1000),
			 cells / METRICS_HISTOGRAM_CELLS);
	assert_int_equal(add_many(metrics, METRIC_LOG, 1000),
			 cells % METRICS_HISTOGRAM_CELLS);
	metrics_free(metrics);
}

static void
test_slots_taken(void **state)
{
	struct metrics *all[METRICS_SLOTS + 3];

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		all[i] = join();
		metrics_count(all[i], METRIC_EVENTS, NULL, 1);
		metrics_count(all[i], METRIC_PARKED, NULL, 1);
	}
	check(all[0], "lightcone_events_total", METRICS_SLOTS + 3);
	check(all[METRICS_SLOTS], "lightcone_events_total", METRICS_SLOTS + 3);
	check(all[0], "lightcone_requests_parked", METRICS_SLOTS);
	check(all[METRICS_SLOTS], "lightcone_requests_parked", METRICS_SLOTS);
	check(all[0], "lightcone_process_starts_total{role=\"web\"}",
	      METRICS_SLOTS + 3);
	/* Who comes next has the one that has become free. */
	metrics_free(all[10]);
	check(all[METRICS_SLOTS], "lightcone_requests_parked",
	      METRICS_SLOTS - 1);
	all[10] = join();
	metrics_count(all[10], METRIC_PARKED, NULL, 100);
	check(all[METRICS_SLOTS], "lightcone_requests_parked",
	      METRICS_SLOTS - 1 + 100);
	for (size_t i = 0; i < COUNT(all); i++)
		metrics_free(all[i]);
	all[0] = join();
	check(all[0], "lightcone_events_total", METRICS_SLOTS + 3);
	metrics_free(all[0]);
}

static void
test_nothing(void **state)
{
	static const struct metrics_exemplar exemplar = {1, 2, 3};
	char *page;

	(void)state;
	assert_int_equal(metrics_series(NULL, METRIC_SENT, NULL), 0);
	metrics_add(NULL, 0, 1);
	metrics_set(NULL, 0, 1);
	metrics_observe(NULL, 0, 1, &exemplar);
	metrics_count(NULL, METRIC_LOG, "error", 1);
	metrics_free(NULL);
	page = metrics_fixture_page(NULL, METRICS_OPENMETRICS);
	assert_string_equal(page, "# EOF\n");
	free(page);
}

static enum lc_rc
join_case(void)
{
	char why[METRICS_WHY_MAX];
	struct metrics *metrics =
		metrics_new(directory, METRICS_WEB, why, sizeof(why));

	metrics_count(metrics, METRIC_SENT, NULL, 1);
	metrics_free(metrics);
	return metrics != NULL ? LC_OK : LC_NO_MEMORY;
}

/* Where only the segment cannot be had for want of memory, it does without. */
static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"metrics", join_case, true};

	(void)state;
	alloc_fail_each(&of);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_families),
		IN_STATE(test_counters_and_levels),
		IN_STATE(test_buckets),
		IN_STATE(test_inherited),
		IN_STATE(test_added_up),
		IN_STATE(test_values),
		IN_STATE(test_several_labels),
		IN_STATE(test_directory_full),
		IN_STATE(test_cells_full),
		IN_STATE(test_slots_taken),
		cmocka_unit_test(test_nothing),
		IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
