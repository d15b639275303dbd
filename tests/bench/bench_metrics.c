/*
 * What metrics cost, as tables for RESULTS.md.
 *
 *	bench_metrics
 *
 * Updates: nanoseconds of a processor for each, in one thread and in two at
 * once that update the same series; the least of several rounds.  The first
 * row is the yardstick: one atomic addition to memory of the process's own.
 *
 * The page: milliseconds of a processor for 300 series, of which 60 are
 * distributions, and nine processes that have a slot, ours among them; in a
 * fresh directory below /tmp.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "services/metrics.h"
#include "services/segment.h"

enum {
	ROUNDS = 7,
	UPDATES = 1000000,
	PAGES = 200,
	PROCESSES = 8,
	DISTRIBUTIONS = 60,
	COUNTERS = 225, /* the others are those of processes */
	AIM_MS = 5
};

struct bench {
	struct metrics *metrics;
	int counter, distribution;
};

static _Atomic int64_t plain;

/* Of this thread, so that others' work does not count. */
static int64_t
cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

/* ---- updates */

static void
update_plain(const struct bench *bench, int i)
{
	(void)bench;
	atomic_fetch_add_explicit(&plain, i, memory_order_relaxed);
}

static void
update_add(const struct bench *bench, int i)
{
	(void)i;
	metrics_add(bench->metrics, bench->counter, 1);
}

static void
update_set(const struct bench *bench, int i)
{
	metrics_set(bench->metrics, bench->counter, i);
}

static void
update_observe(const struct bench *bench, int i)
{
	metrics_observe(bench->metrics, bench->distribution,
			INT64_C(7919) * (i & 0xfffff), NULL);
}

static void
update_exemplar(const struct bench *bench, int i)
{
	const struct metrics_exemplar exemplar = {1, 2, (uint64_t)i + 1};

	metrics_observe(bench->metrics, bench->distribution,
			INT64_C(7919) * (i & 0xfffff), &exemplar);
}

static void
update_count(const struct bench *bench, int i)
{
	(void)i;
	metrics_count(bench->metrics, METRIC_LOG, "warning", 1);
}

static const struct update {
	const char *what;
	void (*run)(const struct bench *bench, int i);
} updates[] = {{"one atomic addition", update_plain},
	       {"metrics_add()", update_add},
	       {"metrics_set()", update_set},
	       {"metrics_observe()", update_observe},
	       {"metrics_observe(), with an exemplar", update_exemplar},
	       {"metrics_count()", update_count}};

struct runner {
	const struct bench *bench;
	const struct update *update;
	double ns;
};

static void *
runner_run(void *arg)
{
	struct runner *runner = arg;
	int64_t least_ns = INT64_MAX;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t took_ns = -cpu_ns();

		for (int i = 0; i < UPDATES; i++)
			runner->update->run(runner->bench, i);
		took_ns += cpu_ns();
		if (took_ns < least_ns)
			least_ns = took_ns;
	}
	runner->ns = (double)least_ns / UPDATES;
	return NULL;
}

static void
print_update(const struct bench *bench, const struct update *update)
{
	struct runner alone = {.bench = bench, .update = update};
	struct runner two[2] = {alone, alone};
	pthread_t other;

	runner_run(&alone);
	if (pthread_create(&other, NULL, runner_run, &two[1]) != 0)
		exit(EXIT_FAILURE);
	runner_run(&two[0]);
	pthread_join(other, NULL);
	printf("| %s | %.1f | %.1f |\n", update->what, alone.ns,
	       (two[0].ns + two[1].ns) / 2);
}

/* ---- the page */

static void
fill(struct metrics *metrics)
{
	char route[32], status[8];
	const char *values[METRICS_LABELS_MOST] = {"GET", route, status};
	const char *value = route;

	for (int i = 0; i < DISTRIBUTIONS; i++) {
		snprintf(route, sizeof(route), "/an/endpoint/%d/{name}", i / 3);
		snprintf(status, sizeof(status), "%d", 200 + i % 3);
		for (int64_t ns = 1000; ns < INT64_C(100000000000); ns *= 3)
			metrics_observe(
				metrics,
				metrics_series(metrics, METRIC_REQUEST, values),
				ns, &(struct metrics_exemplar){1, 2, 3});
	}
	for (int i = 0; i < COUNTERS; i++) {
		snprintf(route, sizeof(route), "reason-%d", i);
		metrics_add(metrics,
			    metrics_series(metrics, METRIC_FAILURES, &value),
			    i);
	}
}

static pid_t
start(const char *directory)
{
	char why[METRICS_WHY_MAX], byte = 0;
	struct metrics *metrics;
	int ready[2];
	pid_t child;

	if (pipe(ready) != 0 || (child = fork()) < 0)
		exit(EXIT_FAILURE);
	if (child == 0) {
		metrics = metrics_new(directory, METRICS_WEB, why, sizeof(why));
		fill(metrics);
		if (write(ready[1], &byte, 1) != 1)
			_exit(EXIT_FAILURE);
		close(ready[0]);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		exit(EXIT_FAILURE);
	close(ready[0]);
	return child;
}

static void
print_page(struct metrics *metrics, enum metrics_format format,
	   const char *what)
{
	int64_t least_ns = INT64_MAX;
	struct arena arena;
	struct buf out;

	buf_init(&out);
	for (int i = 0; i < PAGES; i++) {
		int64_t took_ns = -cpu_ns();

		arena_init(&arena, NULL, 0);
		buf_reset(&out);
		if (metrics_page_write(metrics_page_new(metrics, &arena),
				       format, &out) != LC_OK)
			exit(EXIT_FAILURE);
		arena_release(&arena);
		took_ns += cpu_ns();
		if (took_ns < least_ns)
			least_ns = took_ns;
	}
	printf("| %s | %.0f | %.2f | < %d |\n", what, (double)out.length / 1000,
	       (double)least_ns / 1e6, (int)AIM_MS);
	buf_release(&out);
}

static void
clean(const char *directory)
{
	static const char *const names[] = {"metrics.seg", "metrics.seg.lock",
					    "metrics.lock"};
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	rmdir(directory);
}

int
main(void)
{
	char directory[] = "/tmp/bench-metrics-XXXXXX", why[METRICS_WHY_MAX];
	const char *stage = "query";
	pid_t children[PROCESSES];
	struct bench bench = {0};

	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	for (int i = 0; i < PROCESSES; i++)
		children[i] = start(directory);
	bench.metrics = metrics_new(directory, METRICS_WORK, why, sizeof(why));
	if (bench.metrics == NULL || why[0] != '\0')
		return EXIT_FAILURE;
	bench.counter = metrics_series(bench.metrics, METRIC_SENT, NULL);
	bench.distribution =
		metrics_series(bench.metrics, METRIC_STAGE, &stage);
	printf("| update | one thread, ns | two, ns |\n| --- | ---: | ---: "
	       "|\n");
	for (size_t i = 0; i < sizeof(updates) / sizeof(updates[0]); i++)
		print_update(&bench, &updates[i]);
	printf("\n| page | kB | CPU, ms | aim |\n| --- | ---: | ---: | ---: "
	       "|\n");
	print_page(bench.metrics, METRICS_TEXT, "text 0.0.4");
	print_page(bench.metrics, METRICS_OPENMETRICS, "OpenMetrics 1.0");
	for (int i = 0; i < PROCESSES; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	metrics_free(bench.metrics);
	clean(directory);
	return EXIT_SUCCESS;
}
