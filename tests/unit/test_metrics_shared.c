/*
 * Metrics of several processes at once that are killed at any instant: nothing
 * that was counted is lost, nothing is counted twice, and whoever looks
 * meanwhile sees nothing fall.
 */
#include "services/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "chance.h"
#include "child.h"
#include "metrics_fixture.h"
#include "services/metrics_inner.h"
#include "state_dir.h"

enum {
	WRITERS = 8,
	KILLS = 60,
	LOOKS = 30, /* as many pages, spread over the kills */
	ADDERS = 4,
	ADDED = 150, /* series of each family */
	ADD_KILLS = 80
};

/* What a writer was about to count, and what it has counted. */
struct tally {
	_Atomic int64_t begun, done, begun_ns, done_ns, added;
	char rest[24]; /* to a cache line */
};

static const enum metric added_families[] = {METRIC_FAILURES, METRIC_REFUSALS,
					     METRIC_TASKS, METRIC_CACHE};

static char directory[STATE_DIR_MAX];
static struct tally *tallies; /* shared with all processes */

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	tallies = mmap(NULL, WRITERS * sizeof(*tallies), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return tallies == MAP_FAILED;
}

static int
tear_down(void **state)
{
	(void)state;
	munmap(tallies, WRITERS * sizeof(*tallies));
	state_dir_remove(directory);
	return 0;
}

static struct metrics *
join(void)
{
	return metrics_fixture_join(directory, METRICS_WEB, "");
}

static void
pause_ns(long ns)
{
	nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static void
child_end(pid_t child, bool killed)
{
	int status;

	if (killed)
		assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(killed ? WIFSIGNALED(status) : status == 0);
}

/* ---- counting */

static void
count(struct tally *tally, struct metrics *metrics, int events, int stage)
{
	const int64_t ns = 1 + atomic_load(&tally->begun) % 7 * 300000000;

	atomic_fetch_add(&tally->begun, 1);
	atomic_fetch_add(&tally->begun_ns, ns);
	metrics_add(metrics, events, 1);
	metrics_observe(metrics, stage, ns, NULL);
	atomic_fetch_add(&tally->done_ns, ns);
	atomic_fetch_add(&tally->done, 1);
}

static void
write_for_ever(struct tally *tally)
{
	struct metrics *metrics = join();
	const char *label = "query";
	const int events = metrics_series(metrics, METRIC_EVENTS, NULL);
	const int stage = metrics_series(metrics, METRIC_STAGE, &label);

	metrics_set(metrics, metrics_series(metrics, METRIC_PARKED, NULL), 1);
	/* Who looks, and kills, comes first. */
	assert_int_not_equal(nice(19), -1);
	for (;;)
		count(tally, metrics, events, stage);
}

static pid_t
writer_start(struct tally *tally)
{
	const pid_t child = child_fork();

	if (child == 0)
		write_for_ever(tally);
	return child;
}

static void
check_between(const char *page, const char *series, double least, double most)
{
	const double found = metrics_fixture_find(page, series);

	if (!(found >= least && found <= most))
		fail_msg("%s is %.17g, not from %.17g to %.17g", series, found,
			 least, most);
}

static void
check_tallies(const char *page)
{
	int64_t begun = 0, done = 0, begun_ns = 0, done_ns = 0;

	for (int i = 0; i < WRITERS; i++) {
		begun += tallies[i].begun;
		done += tallies[i].done;
		begun_ns += tallies[i].begun_ns;
		done_ns += tallies[i].done_ns;
	}
	assert_true(done > 0);
	/* What each kill can have left half done. */
	assert_true(begun - done <= KILLS + WRITERS);
	check_between(page, "lightcone_events_total", (double)done,
		      (double)begun);
	check_between(page,
		      "lightcone_request_stage_seconds_count{stage=\"query\"}",
		      (double)done, (double)begun);
	check_between(page,
		      "lightcone_request_stage_seconds_sum{stage=\"query\"}",
		      (double)done_ns / 1e9, (double)begun_ns / 1e9);
}

static void
test_killed(void **state)
{
	struct metrics *metrics =
		metrics_fixture_join(directory, METRICS_WORK, "");
	struct chance chance = {88172645463325252u};
	char *before = metrics_fixture_page(metrics, METRICS_TEXT), *page;
	pid_t children[WRITERS];

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		children[i] = writer_start(&tallies[i]);
	for (int i = 0; i < KILLS; i++) {
		const size_t which = chance_below(&chance, WRITERS);

		pause_ns((long)chance_below(&chance, 3000000));
		child_end(children[which], true);
		children[which] = writer_start(&tallies[which]);
		if (i % (KILLS / LOOKS) != 0)
			continue;
		page = metrics_fixture_page(metrics, METRICS_TEXT);
		metrics_fixture_never_falls(before, page);
		check_between(page, "lightcone_processes{role=\"web\"}", 0,
			      WRITERS);
		free(before);
		before = page;
	}
	for (int i = 0; i < WRITERS; i++)
		child_end(children[i], true);
	page = metrics_fixture_page(metrics, METRICS_TEXT);
	metrics_fixture_never_falls(before, page);
	check_tallies(page);
	check_between(page, "lightcone_requests_parked", 0, 0);
	check_between(page, "lightcone_processes{role=\"web\"}", 0, 0);
	check_between(page, "lightcone_metrics_lost_total", 0, 0);
	check_between(page, "lightcone_process_starts_total{role=\"web\"}", 1,
		      KILLS + WRITERS);
	/* No more slots than there were processes at once. */
	assert_true(atomic_load(&metrics->area->slots) <= WRITERS + 1);
	free(before);
	free(page);
	metrics_free(metrics);
}

/* ---- adding series */

/* All add the same ones, each in an order of its own, and count each once. */
static void
add_all(struct tally *tally, unsigned seed, bool for_ever)
{
	struct metrics *metrics = join();
	const size_t families = sizeof(added_families) / sizeof(enum metric);
	const size_t all = families * ADDED;
	char value[16];

	for (size_t i = 0; i < all || for_ever; i++) {
		/* 7 and 600 have no common divisor. */
		const size_t which = (i * 7 + seed * 131) % all;

		snprintf(value, sizeof(value), "%zu", which / families);
		atomic_fetch_add(&tally->begun, 1);
		metrics_count(metrics, added_families[which % families], value,
			      1);
		atomic_fetch_add(&tally->done, 1);
	}
	metrics_free(metrics);
	_exit(EXIT_SUCCESS);
}

/* Entries one after the other, each once, each with cells of its own. */
static void
check_directory(const struct metrics *metrics, uint32_t most)
{
	const uint32_t count = metrics_series_count(metrics);
	uint32_t cell = 1;

	assert_true(count <= most);
	for (uint32_t i = 0; i < count; i++) {
		const struct metrics_entry *entry =
			metrics_entry_at(metrics, i);

		assert_non_null(entry);
		assert_int_equal(entry->first, cell);
		cell += entry->cells;
		assert_int_equal(metrics_find(metrics, &entry->key),
				 entry->first);
	}
}

/* All that was counted under these families. */
static int64_t
added_total(const char *page)
{
	static const char *const series[] = {
		"lightcone_request_failures_total{reason",
		"lightcone_limit_refusals_total{limit",
		"lightcone_tasks_total{outcome",
		"lightcone_cache_results_total{result"};
	char name[128];
	int64_t total = 0;

	for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++)
		for (int j = 0; j < ADDED; j++) {
			double value;

			snprintf(name, sizeof(name), "%s=\"%d\"}", series[i],
				 j);
			value = metrics_fixture_find(page, name);
			total += isnan(value) ? 0 : (int64_t)value;
		}
	return total;
}

static void
test_added_by_several(void **state)
{
	struct metrics *metrics = join();
	const uint32_t before = metrics_series_count(metrics);
	pid_t children[ADDERS];
	char *page;

	(void)state;
	for (unsigned i = 0; i < ADDERS; i++) {
		children[i] = child_fork();
		if (children[i] == 0)
			add_all(&tallies[i], i, false);
	}
	for (int i = 0; i < ADDERS; i++)
		child_end(children[i], false);
	check_directory(metrics, before + 4 * ADDED);
	assert_int_equal(metrics_series_count(metrics), before + 4 * ADDED);
	page = metrics_fixture_page(metrics, METRICS_TEXT);
	assert_int_equal(added_total(page), ADDERS * 4 * ADDED);
	check_between(page, "lightcone_metrics_lost_total", 0, 0);
	free(page);
	metrics_free(metrics);
}

/* Killed all the time, among others while they add. */
static void
test_killed_adding(void **state)
{
	struct metrics *metrics = join();
	const uint32_t before = metrics_series_count(metrics);
	struct chance chance = {1234567};
	pid_t children[ADDERS];
	int64_t begun = 0, done = 0;
	char *page;

	(void)state;
	for (unsigned i = 0; i < ADD_KILLS + ADDERS; i++) {
		const unsigned which = i % ADDERS;

		if (i >= ADDERS) {
			pause_ns((long)chance_below(&chance, 400000));
			child_end(children[which], true);
			check_directory(metrics, before + 4 * ADDED);
		}
		children[which] = child_fork();
		if (children[which] == 0)
			add_all(&tallies[which], i, true);
	}
	for (int i = 0; i < ADDERS; i++) {
		child_end(children[i], true);
		begun += tallies[i].begun;
		done += tallies[i].done;
	}
	check_directory(metrics, before + 4 * ADDED);
	page = metrics_fixture_page(metrics, METRICS_TEXT);
	assert_true(added_total(page) >= done && added_total(page) <= begun);
	check_between(page, "lightcone_metrics_lost_total", 0, 0);
	free(page);
	/* And there is nothing that the next one could not do. */
	metrics_count(metrics, METRIC_LOG, "error", 1);
	page = metrics_fixture_page(metrics, METRICS_TEXT);
	check_between(page, "lightcone_log_messages_total{level=\"error\"}", 1,
		      1);
	free(page);
	metrics_free(metrics);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_killed),
		IN_STATE(test_added_by_several),
		IN_STATE(test_killed_adding),
	};

	return cmocka_run_group_tests_name("metrics of several processes",
					   tests, NULL, NULL);
}
