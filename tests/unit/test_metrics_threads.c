/*
 * Metrics of several threads of a process, of which some look at pages.
 */
#include "services/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "metrics_fixture.h"
#include "state_dir.h"
#include "threads.h"

enum { THREADS = 4, ROUNDS = 400, SERIES = 50, PAGES = 15, QUICK = 1000000 };

struct shared {
	struct metrics *metrics;
	int sent;
	pthread_barrier_t together;
	_Atomic int next; /* who takes part; the first of them looks */
};

static char directory[STATE_DIR_MAX];

static void
look(struct metrics *metrics)
{
	char *before = metrics_fixture_page(metrics, METRICS_OPENMETRICS);

	for (int i = 0; i < PAGES; i++) {
		char *page = metrics_fixture_page(metrics, METRICS_OPENMETRICS);

		metrics_fixture_never_falls(before, page);
		free(before);
		before = page;
	}
	free(before);
}

/* Each finds, adds and counts the same ones, in an order of its own. */
static void *
take_part(void *arg)
{
	struct shared *shared = arg;
	const int self = atomic_fetch_add(&shared->next, 1);
	const struct metrics_exemplar exemplar = {1, 2, (uint64_t)self};
	char text[16];
	const char *value = text;

	if (self == 0) {
		look(shared->metrics);
		return NULL;
	}
	pthread_barrier_wait(&shared->together);
	for (int i = 0; i < QUICK; i++)
		metrics_add(shared->metrics, shared->sent, 3);
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(text, sizeof(text), "%d", (i + self * 7) % SERIES);
		metrics_count(shared->metrics, METRIC_FAILURES, value, 1);
		metrics_observe(
			shared->metrics,
			metrics_series(shared->metrics, METRIC_STAGE, &value),
			i * INT64_C(1000000), &exemplar);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	pthread_t threads[THREADS];
	struct shared shared = {0};
	char series[80];

	(void)state;
	state_dir_make(directory);
	shared.metrics = metrics_fixture_join(directory, METRICS_WEB, "");
	shared.sent = metrics_series(shared.metrics, METRIC_SENT, NULL);
	pthread_barrier_init(&shared.together, NULL, THREADS - 1);
	threads_run(threads, THREADS, take_part, &shared);
	threads_join(threads, THREADS);
	assert_true(metrics_fixture_value(shared.metrics,
					  "http_server_response_bytes_total") ==
		    3.0 * (THREADS - 1) * QUICK);
	for (int i = 0; i < SERIES; i++) {
		snprintf(series, sizeof(series),
			 "lightcone_request_failures_total{reason=\"%d\"}", i);
		assert_true(metrics_fixture_value(shared.metrics, series) ==
			    (THREADS - 1) * ROUNDS / SERIES);
		snprintf(series, sizeof(series),
			 "lightcone_request_stage_seconds_count{stage=\"%d\"}",
			 i);
		assert_true(metrics_fixture_value(shared.metrics, series) ==
			    (THREADS - 1) * ROUNDS / SERIES);
	}
	pthread_barrier_destroy(&shared.together);
	metrics_free(shared.metrics);
	state_dir_remove(directory);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("metrics of threads", tests, NULL,
					   NULL);
}
