/*
 * Pages of metrics: both formats to the byte, numbers that others have put,
 * exemplars, and series that are not ours to show.
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
#include "base/clock.h"
#include "metrics_fixture.h"
#include "services/metrics_inner.h"
#include "state_dir.h"

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
	return metrics_fixture_join(directory, METRICS_WORK, "");
}

/* The whole page, to be freed. */
static char *
written(struct metrics_page *page, enum metrics_format format)
{
	struct buf out;

	buf_init(&out);
	assert_int_equal(metrics_page_write(page, format, &out), LC_OK);
	buf_add_char(&out, '\0');
	return out.bytes;
}

static void
check_page(struct metrics_page *page, enum metrics_format format,
	   const char *wanted)
{
	char *text = written(page, format);

	assert_string_equal(text, wanted);
	free(text);
}

/* ---- what the caller puts */

static const char put_text[] =
	"# HELP lightcone_request_failures_total Requests that did not end "
	"well, by reason; deadline, cancelled, queue-full and stopping among "
	"them.\n"
	"# TYPE lightcone_request_failures_total counter\n"
	"lightcone_request_failures_total{reason=\"a\\\"\\\\\\n\"} 3.5\n"
	"lightcone_request_failures_total{reason=\"b\"} 0\n"
	"# HELP lightcone_companion_up Whether a companion is there, as "
	"/health says it.\n"
	"# TYPE lightcone_companion_up gauge\n"
	"lightcone_companion_up{companion=\"a\"} -Inf\n"
	"lightcone_companion_up{companion=\"b\"} NaN\n"
	"lightcone_companion_up{companion=\"c\"} -2.5\n"
	"lightcone_companion_up{companion=\"d\"} 1e21\n"
	"lightcone_companion_up{companion=\"e\"} +Inf\n"
	"# HELP lightcone_jobs_oldest_due_seconds How long the oldest job "
	"that is due has waited.\n"
	"# TYPE lightcone_jobs_oldest_due_seconds gauge\n"
	"lightcone_jobs_oldest_due_seconds 0.25\n"
	"# HELP lightcone_build_info The version that answers.\n"
	"# TYPE lightcone_build_info gauge\n"
	"lightcone_build_info{version=\"1.2\"} 1\n";

static const char put_open[] =
	"# TYPE lightcone_request_failures counter\n"
	"# HELP lightcone_request_failures Requests that did not end well, by "
	"reason; deadline, cancelled, queue-full and stopping among them.\n"
	"lightcone_request_failures_total{reason=\"a\\\"\\\\\\n\"} 3.5\n"
	"lightcone_request_failures_total{reason=\"b\"} 0\n"
	"# TYPE lightcone_companion_up gauge\n"
	"# HELP lightcone_companion_up Whether a companion is there, as "
	"/health says it.\n"
	"lightcone_companion_up{companion=\"a\"} -Inf\n"
	"lightcone_companion_up{companion=\"b\"} NaN\n"
	"lightcone_companion_up{companion=\"c\"} -2.5\n"
	"lightcone_companion_up{companion=\"d\"} 1e21\n"
	"lightcone_companion_up{companion=\"e\"} +Inf\n"
	"# TYPE lightcone_jobs_oldest_due_seconds gauge\n"
	"# UNIT lightcone_jobs_oldest_due_seconds seconds\n"
	"# HELP lightcone_jobs_oldest_due_seconds How long the oldest job "
	"that is due has waited.\n"
	"lightcone_jobs_oldest_due_seconds 0.25\n"
	"# TYPE lightcone_build info\n"
	"# HELP lightcone_build The version that answers.\n"
	"lightcone_build_info{version=\"1.2\"} 1\n"
	"# EOF\n";

/* In no order, and some of it cannot be. */
static struct metrics_page *
put_page(struct arena *arena)
{
	struct metrics_page *page = metrics_page_new(NULL, arena);
	char reason[] = "a\"\\\n";

	if (page == NULL)
		return NULL;
	metrics_page_put_one(page, METRIC_BUILD, 1, "1.2");
	metrics_page_put_one(page, METRIC_BUILD, 1, "1.2");
	metrics_page_put_one(page, METRIC_UP, NAN, "b");
	metrics_page_put_one(page, METRIC_UP, -INFINITY, "a");
	metrics_page_put_one(page, METRIC_UP, 1e21, "d");
	metrics_page_put_one(page, METRIC_UP, INFINITY, "e");
	metrics_page_put_one(page, METRIC_UP, -2.5, "c");
	metrics_page_put_one(page, METRIC_JOBS_OLDEST, 0.25, NULL);
	metrics_page_put_one(page, METRIC_FAILURES, 1.25, reason);
	metrics_page_put_one(page, METRIC_FAILURES, 0, "b");
	metrics_page_put_one(page, METRIC_FAILURES, 2.25, reason);
	metrics_page_put_one(page, METRIC_FAILURES, -1, "b");
	metrics_page_put_one(page, METRIC_FAILURES, NAN, "b");
	metrics_page_put_one(page, METRIC_FAILURES, INFINITY, "c");
	metrics_page_put_one(page, METRIC_STAGE, 1, "bind");
	reason[0] = 'z'; /* values are copied */
	return page;
}

static void
test_put(void **state)
{
	struct arena arena;
	struct metrics_page *page;

	(void)state;
	arena_init(&arena, NULL, 0);
	page = put_page(&arena);
	check_page(page, METRICS_TEXT, put_text);
	check_page(page, METRICS_OPENMETRICS, put_open);
	arena_release(&arena);
}

/* What is counted and what is put of one series is one number. */
static void
test_put_and_counted(void **state)
{
	const int64_t large = INT64_C(9007199254740993);
	struct metrics *metrics = join();
	struct metrics_page *page;
	struct arena arena;
	char *text, *again;

	(void)state;
	metrics_count(metrics, METRIC_LOG, "error", 3);
	metrics_count(metrics, METRIC_LOG, "notice", large);
	metrics_count(metrics, METRIC_PARKED, NULL, 2);
	arena_init(&arena, NULL, 0);
	page = metrics_page_new(metrics, &arena);
	metrics_page_put_one(page, METRIC_LOG, 4, "error");
	metrics_page_put_one(page, METRIC_PARKED, -0.5, NULL);
	text = written(page, METRICS_TEXT);
	assert_true(metrics_fixture_find(text, "lightcone_log_messages_total"
					       "{level=\"error\"}") == 7);
	assert_true(metrics_fixture_find(text, "lightcone_requests_parked") ==
		    1.5);
	/* Not by way of a double. */
	assert_non_null(strstr(text, "{level=\"notice\"} 9007199254740993\n"));
	/* Once gathered, a page stays as it is. */
	metrics_count(metrics, METRIC_LOG, "error", 3);
	again = written(page, METRICS_TEXT);
	assert_string_equal(text, again);
	free(text);
	free(again);
	arena_release(&arena);
	metrics_free(metrics);
}

/* ---- distributions */

static const char stage_text[] =
	"# HELP lightcone_request_stage_seconds How long the stages of "
	"requests took: bind, cache, queue, query, compute, wait "
	"(for events, or for another request), encode.\n"
	"# TYPE lightcone_request_stage_seconds histogram\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.0001\"} 1\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.00025\"} 1\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.0005\"} 1\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.001\"} 1\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.0025\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.005\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.01\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.025\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.05\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.075\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.1\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.25\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.5\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"0.75\"} 3\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"1.0\"} 4\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"2.5\"} 4\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"5.0\"} 4\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"7.5\"} 4\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"10.0\"} 4\n"
	"lightcone_request_stage_seconds_bucket{stage=\"b\",le=\"+Inf\"} 5\n"
	"lightcone_request_stage_seconds_sum{stage=\"b\"} 61.00305\n"
	"lightcone_request_stage_seconds_count{stage=\"b\"} 5\n"
	"# HELP lightcone_process";

static void
observe(struct metrics *metrics, int64_t ns,
	const struct metrics_exemplar *exemplar)
{
	const char *stage = "b";

	metrics_observe(metrics, metrics_series(metrics, METRIC_STAGE, &stage),
			ns, exemplar);
}

static void
test_histogram(void **state)
{
	static const int64_t values[] = {50000, 1500000, 1500000, 1000000000,
					 INT64_C(60000000000)};
	struct metrics *metrics = join();
	char *page;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		observe(metrics, values[i], NULL);
	page = metrics_fixture_page(metrics, METRICS_TEXT);
	if (strncmp(page, stage_text, strlen(stage_text)) != 0)
		fail_msg("%s", page);
	free(page);
	/* One that has not been observed has all of it, too. */
	page = metrics_fixture_page(metrics, METRICS_OPENMETRICS);
	assert_non_null(strstr(page, "_bucket{stage=\"b\",le=\"+Inf\"} 5\n"));
	assert_null(strstr(page, " # "));
	free(page);
	metrics_free(metrics);
}

static void
test_exemplar(void **state)
{
	static const struct metrics_exemplar none = {0, 0, 3};
	static const struct metrics_exemplar first = {1, 2, 3};
	static const struct metrics_exemplar later = {
		0, UINT64_C(0xfedcba9876543210), UINT64_C(0x1234567890abcdef)};
	static const char wanted[] =
		"_bucket{stage=\"b\",le=\"0.0025\"} 3 # {trace_id=\""
		"0000000000000000fedcba9876543210\",span_id=\""
		"1234567890abcdef\"} 0.0017 ";
	struct metrics *metrics = join();
	const double before = (double)clock_unix_ms() / 1000;
	const char *at;
	char *page;

	(void)state;
	observe(metrics, 1500000, &first);
	observe(metrics, 1700000, &later);
	observe(metrics, 1800000, &none);
	observe(metrics, 30000000, NULL);
	page = metrics_fixture_page(metrics, METRICS_OPENMETRICS);
	at = strstr(page, wanted);
	if (at == NULL)
		fail_msg("%s", page);
	at += strlen(wanted);
	assert_true(strtod(at, NULL) >= before - 0.001 &&
		    strtod(at, NULL) <= (double)clock_unix_ms() / 1000);
	assert_int_equal(strspn(at, "0123456789"), 10);
	assert_int_equal(strcspn(at, "\n"), 14);
	assert_null(strstr(at, " # {"));
	free(page);
	page = metrics_fixture_page(metrics, METRICS_TEXT);
	assert_null(strstr(page, "trace_id"));
	free(page);
	metrics_free(metrics);
}

/* One that was not written to its end is none. */
static void
test_torn_exemplar(void **state)
{
	static const struct metrics_exemplar exemplar = {1, 2, 3};
	struct metrics *metrics = join();
	_Atomic uint64_t *words = NULL;
	char *page;

	(void)state;
	observe(metrics, 1500000, &exemplar);
	for (int i = 0; i < METRICS_CELLS && words == NULL; i++)
		if (metrics->area->examples[i].words[0] != 0)
			words = metrics->area->examples[i].words;
	assert_non_null(words);
	for (int i = 0; i < METRICS_EXEMPLAR_WORDS; i++) {
		words[i]++;
		page = metrics_fixture_page(metrics, METRICS_OPENMETRICS);
		assert_null(strstr(page, "trace_id"));
		free(page);
		words[i]--;
	}
	page = metrics_fixture_page(metrics, METRICS_OPENMETRICS);
	assert_non_null(strstr(page, "trace_id"));
	free(page);
	metrics_free(metrics);
}

/* ---- series of others */

/* A version of the program with other bounds, labels, or another unit. */
static void
test_other_version(void **state)
{
	struct metrics *metrics = join();
	const char *value = "error";
	struct metrics_key key;
	char *page;
	int other;

	(void)state;
	metrics->kinds[METRIC_LOG]++;
	assert_true(metrics_key_make(metrics, METRIC_LOG, &value, &key));
	other = metrics_find_or_add(metrics, &key);
	metrics->kinds[METRIC_LOG]--;
	metrics_add(metrics, other, 1000);
	page = metrics_fixture_page(metrics, METRICS_TEXT);
	assert_null(strstr(page, "lightcone_log_messages"));
	free(page);
	metrics_count(metrics, METRIC_LOG, value, 1);
	assert_true(metrics_fixture_value(metrics,
					  "lightcone_log_messages_"
					  "total{level=\"error\"}") == 1);
	metrics_free(metrics);
}

/* As only damage can make it, the same one in two places of the directory. */
static void
test_twice(void **state)
{
	struct metrics *metrics = join();
	const char *value = "error", *at;
	uint32_t count;
	char *page;
	int first;

	(void)state;
	first = metrics_series(metrics, METRIC_LOG, &value);
	count = metrics_series_count(metrics);
	metrics->area->entries[count] = metrics->area->entries[count - 1];
	atomic_store(&metrics->area->series, count + 1);
	metrics_add(metrics, first, 4);
	page = metrics_fixture_page(metrics, METRICS_TEXT);
	at = strstr(page, "{level=\"error\"} 8\n");
	assert_non_null(at);
	assert_null(strstr(at + 1, "{level=\"error\"}"));
	free(page);
	metrics_free(metrics);
}

/* ---- numbers as they must not be */

static void
check_nonsense(const char *page)
{
	static const char *const bounds[] = {"0.0001", "0.001", "0.05",
					     "1.0",    "10.0",  "+Inf"};
	char series[128];
	double before = 0, value;

	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		snprintf(series, sizeof(series),
			 "lightcone_request_stage_seconds_bucket{stage=\"b\","
			 "le=\"%s\"}",
			 bounds[i]);
		value = metrics_fixture_find(page, series);
		assert_true(value >= before);
		before = value;
	}
	assert_true(metrics_fixture_find(page,
					 "lightcone_request_stage_seconds_"
					 "count{stage=\"b\"}") == before);
	assert_true(metrics_fixture_find(page,
					 "lightcone_request_stage_seconds_"
					 "sum{stage=\"b\"}") >= 0);
	assert_true(metrics_fixture_find(page, "lightcone_log_messages_total"
					       "{level=\"error\"}") >= 0);
	assert_true(metrics_fixture_find(page, "lightcone_events_total") >= 0);
	assert_true(metrics_fixture_find(page, "process_cpu_seconds_total"
					       "{role=\"work\"}") >= 0);
}

/* Somebody has written over the cells; what is counted is still a count. */
static void
test_nonsense(void **state)
{
	struct metrics *metrics = join();
	char *page;

	(void)state;
	observe(metrics, 1, NULL);
	metrics_count(metrics, METRIC_LOG, "error", 1);
	metrics_count(metrics, METRIC_EVENTS, NULL, 1);
	for (int side = 0; side < 2; side++) {
		for (int i = 0; i < METRICS_CELLS; i++)
			metrics->mine->cells[i] =
				i % 2 == side ? INT64_MIN : INT64_MAX;
		metrics->mine->cpu_ns = INT64_MAX;
		page = metrics_fixture_page(metrics, METRICS_TEXT);
		check_nonsense(page);
		free(page);
	}
	metrics_free(metrics);
}

/* ---- no memory */

static struct metrics *joined;

static enum lc_rc
page_case(void)
{
	struct metrics_page *page;
	struct arena arena;
	struct buf out;
	enum lc_rc rc = LC_NO_MEMORY;

	arena_init(&arena, NULL, 0);
	buf_init(&out);
	page = metrics_page_new(joined, &arena);
	if (page != NULL) {
		metrics_page_put_one(page, METRIC_UP, 1, "memcached");
		rc = metrics_page_write(page, METRICS_OPENMETRICS, &out);
	}
	if (rc == LC_OK)
		assert_memory_equal(out.bytes + out.length - 6, "# EOF\n", 6);
	buf_release(&out);
	arena_release(&arena);
	return rc;
}

static void
test_no_memory(void **state)
{
	static const struct alloc_case of = {"page", page_case, false};
	const char *value;

	(void)state;
	alloc_fail_each(&of);
	joined = join();
	observe(joined, 1, NULL);
	for (char text[2] = "a"; text[0] < 'z'; text[0]++) {
		value = text;
		metrics_observe(joined,
				metrics_series(joined, METRIC_STAGE, &value), 1,
				NULL);
	}
	alloc_fail_each(&of);
	metrics_free(joined);
	joined = NULL;
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),   IN_STATE(test_put_and_counted),
		IN_STATE(test_histogram),     IN_STATE(test_exemplar),
		IN_STATE(test_torn_exemplar), IN_STATE(test_other_version),
		IN_STATE(test_twice),         IN_STATE(test_nonsense),
		IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("page of metrics", tests, NULL,
					   NULL);
}
