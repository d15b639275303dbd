/*
 * Metrics where something is wrong: a segment that is damaged or of another
 * version, a disk that is full, a directory that cannot be written to, a
 * process that has stopped with the lock, and series half of which are there.
 */
#include "services/metrics.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "chance.h"
#include "child.h"
#include "full_disk.h"
#include "metrics_fixture.h"
#include "services/metrics_inner.h"
#include "state_dir.h"

static const char events[] = "lightcone_events_total";

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
join(const char *words)
{
	return metrics_fixture_join(directory, METRICS_WEB, words);
}

static void
check(struct metrics *metrics, const char *series, double value)
{
	const double found = metrics_fixture_value(metrics, series);

	if (isnan(value) ? !isnan(found) : found != value)
		fail_msg("%s is %g, not %g", series, found, value);
}

/* ---- nothing to share */

/* Alone, with numbers of its own. */
static void
check_alone(const char *words)
{
	struct metrics *metrics = join(words);
	struct metrics *other = join(words);

	metrics_count(metrics, METRIC_EVENTS, NULL, 2);
	metrics_count(metrics, METRIC_PARKED, NULL, 3);
	metrics_count(other, METRIC_EVENTS, NULL, 100);
	check(metrics, events, 2);
	check(metrics, "lightcone_requests_parked", 3);
	check(metrics, "lightcone_processes{role=\"web\"}", 1);
	check(metrics, "lightcone_process_starts_total{role=\"web\"}", 1);
	check(metrics, "process_threads{role=\"web\"}", 1);
	metrics_free(metrics);
	metrics_free(other);
}

static void
test_full_disk(void **state)
{
	(void)state;
	full_disk_from(100000);
	check_alone("metrics.seg: ");
	full_disk_no_more();
	assert_int_equal(state_dir_mode(directory, "metrics.seg"), -1);
}

static int
unwritable_run(const char *path)
{
	(void)path;
	check_alone("metrics.seg: Permission");
	return EXIT_SUCCESS;
}

static void
test_unwritable(void **state)
{
	(void)state;
	assert_int_equal(state_dir_unwritable(directory, unwritable_run), 0);
	assert_int_equal(state_dir_count(directory), 0);
}

static int
lock_unwritable_run(const char *path)
{
	(void)path;
	check_alone("metrics.");
	return EXIT_SUCCESS;
}

static void
test_unwritable_later(void **state)
{
	(void)state;
	metrics_free(join(""));
	assert_int_equal(state_dir_unwritable(directory, lock_unwritable_run),
			 0);
}

static void
test_no_lock(void **state)
{
	(void)state;
	assert_int_equal(mkdir(state_dir_file(directory, "metrics.lock"), 0700),
			 0);
	check_alone("metrics.lock: Is a directory");
	assert_int_equal(rmdir(state_dir_file(directory, "metrics.lock")), 0);
	assert_int_equal(
		symlink("elsewhere", state_dir_file(directory, "metrics.lock")),
		0);
	check_alone("metrics.lock: ");
	assert_int_equal(unlink(state_dir_file(directory, "metrics.lock")), 0);
}

static void
test_no_directory(void **state)
{
	char why[METRICS_WHY_MAX], path[200];
	struct metrics *metrics;

	(void)state;
	metrics = metrics_new("/nowhere", METRICS_WEB, why, sizeof(why));
	assert_non_null(metrics);
	assert_non_null(strstr(why, "state directory"));
	metrics_free(metrics);
	/* Cut where it must be. */
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	metrics = metrics_new(path, METRICS_WEB, why, 10);
	assert_int_equal(strlen(why), 9);
	metrics_free(metrics);
}

/* ---- another's segment */

static void
test_other_segment(void **state)
{
	static const char *const bad[] = {"", "nothing like it"};
	struct metrics *metrics = join("");

	(void)state;
	metrics_count(metrics, METRIC_EVENTS, NULL, 5);
	metrics_free(metrics);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		state_dir_write(directory, "metrics.seg", bad[i],
				strlen(bad[i]));
		metrics = join("");
		check(metrics, events, NAN);
		metrics_count(metrics, METRIC_EVENTS, NULL, 1);
		check(metrics, events, 1);
		metrics_free(metrics);
		assert_int_not_equal(
			state_dir_mode(directory, "metrics.seg.bad"), -1);
	}
}

/* Who still has an old one goes on; who comes has a new one. */
static void
test_other_layout(void **state)
{
	struct segment *segment;
	char why[SEGMENT_WHY_MAX];
	struct metrics *metrics;

	(void)state;
	assert_int_equal(segment_open(directory, "metrics.seg", "metrics 0",
				      sizeof(struct metrics_area), &segment,
				      why, sizeof(why)),
			 LC_OK);
	memset(segment_bytes(segment), 0xff, sizeof(struct metrics_area));
	metrics = join("");
	metrics_count(metrics, METRIC_EVENTS, NULL, 1);
	check(metrics, events, 1);
	metrics_free(metrics);
	segment_close(segment);
}

/* ---- damage behind the header */

/* Each thing that processes do, and that none of it ends one. */
static void
exercise(struct metrics *metrics)
{
	static const struct metrics_exemplar exemplar = {1, 2, 3};
	const char *stage = "query";
	struct metrics *other;
	const int known = metrics_series(metrics, METRIC_STAGE, &stage);

	metrics_observe(metrics, known, 1000, &exemplar);
	metrics_count(metrics, METRIC_EVENTS, NULL, 1);
	metrics_count(metrics, METRIC_LOG, "error", 1);
	metrics_set(metrics, metrics_series(metrics, METRIC_PARKED, NULL), 1);
	for (int format = 0; format < 2; format++)
		free(metrics_fixture_page(metrics,
					  (enum metrics_format)format));
	other = join("");
	metrics_count(other, METRIC_EVENTS, NULL, 1);
	metrics_free(other);
}

static void
fill(struct metrics *metrics)
{
	exercise(metrics);
	for (char text[2] = "a"; text[0] <= 'z'; text[0]++) {
		metrics_count(metrics, METRIC_FAILURES, text, 1);
		metrics_count(metrics, METRIC_UP, text, 1);
	}
}

static void
test_overwritten(void **state)
{
	struct chance chance = {88172645463325252u};

	(void)state;
	for (int pattern = 0; pattern < 4; pattern++) {
		struct metrics *metrics = join("");
		unsigned char *bytes = segment_bytes(metrics->segment);

		fill(metrics);
		for (size_t i = 0; i < sizeof(struct metrics_area); i++)
			bytes[i] = pattern == 0 ?
					   0xff :
				   pattern == 1 ?
					   0 :
				   pattern == 2 ?
					   0x80 :
					   (unsigned char)chance_bits(&chance);
		exercise(metrics);
		metrics_free(metrics);
		assert_int_equal(
			unlink(state_dir_file(directory, "metrics.seg")), 0);
	}
}

/* How many lines a page has of what fill() has counted; NULL: any. */
static int
filled_lines(struct metrics *metrics, const char *among)
{
	char *page = metrics_fixture_page(metrics, METRICS_TEXT), *next;
	int lines = 0;

	for (char *at = page; *at != '\0'; at = next) {
		next = at + strcspn(at, "\n") + 1;
		next[-1] = '\0';
		if (strncmp(at, "lightcone_", 10) != 0)
			continue;
		lines++;
		if (among != NULL && strstr(among, at) == NULL)
			fail_msg("%s", at);
	}
	free(page);
	return lines;
}

/* Single bytes of the directory: a series is missing, and no other is. */
static void
test_damaged_entries(void **state)
{
	const int most = METRICS_HISTOGRAM_CELLS + 1; /* lines of a series */
	struct chance chance = {362436069};
	struct metrics *metrics = join("");
	unsigned char *bytes;
	int lines, missing = 0;
	char *page;

	(void)state;
	fill(metrics);
	page = metrics_fixture_page(metrics, METRICS_TEXT);
	lines = filled_lines(metrics, page);
	bytes = (unsigned char *)metrics->area->entries;
	for (int i = 0; i < 2000; i++) {
		const size_t entry =
			chance_below(&chance, metrics_series_count(metrics));
		const size_t at =
			entry * sizeof(struct metrics_entry) +
			chance_below(&chance, sizeof(struct metrics_entry));
		const unsigned char was = bytes[at];
		int left;

		bytes[at] = (unsigned char)chance_bits(&chance);
		left = filled_lines(metrics, page);
		assert_true(left <= lines && left >= lines - most);
		missing += left < lines;
		bytes[at] = was;
	}
	free(page);
	assert_true(missing > 0);
	assert_int_equal(filled_lines(metrics, NULL), lines);
	check(metrics, "lightcone_request_failures_total{reason=\"m\"}", 1);
	metrics->area->entries[metrics_series_count(metrics) - 1].check++;
	/* Nobody can tell where free cells begin. */
	lines = (int)metrics_series_count(metrics);
	assert_int_equal(metrics_series(metrics, METRIC_EVENTS_KEPT, NULL), 0);
	assert_int_equal(metrics_series_count(metrics), lines);
	check(metrics, "lightcone_request_failures_total{reason=\"m\"}", 1);
	check(metrics, "lightcone_companion_up{companion=\"z\"}", NAN);
	metrics_free(metrics);
}

/* ---- adding that does not end */

/* As a process leaves it that was killed while it was writing an entry. */
static void
test_half_added(void **state)
{
	struct metrics *metrics = join("");
	struct metrics_area *area = metrics->area;
	const uint32_t count = metrics_series_count(metrics);

	(void)state;
	memset(&area->entries[count], 0xa5, sizeof(area->entries[count]) - 8);
	area->hashes[count] = 0xa5a5;
	metrics_count(metrics, METRIC_EVENTS, NULL, 1);
	check(metrics, events, 1);
	/* All of it but the count, which is what publishes it. */
	atomic_store(&area->series, count);
	check(metrics, events, NAN);
	metrics_count(metrics, METRIC_LOG, "error", 5);
	check(metrics, "lightcone_log_messages_total{level=\"error\"}", 6);
	metrics_count(metrics, METRIC_EVENTS, NULL, 1);
	check(metrics, events, 1);
	metrics_free(metrics);
}

static void
lock_directory(short type)
{
	struct flock lock = {.l_type = type,
			     .l_whence = SEEK_SET,
			     .l_start = METRICS_SLOTS,
			     .l_len = 1};
	static int file = -1;

	if (file < 0)
		file = open(state_dir_file(directory, "metrics.lock"),
			    O_RDWR | O_CLOEXEC);
	assert_int_equal(fcntl(file, F_OFD_SETLK, &lock), 0);
	if (type == F_UNLCK) {
		close(file);
		file = -1;
	}
}

/* Somebody has stopped with the lock: what is new is lost, and soon. */
static void
test_locked(void **state)
{
	struct metrics *metrics = join("");

	(void)state;
	metrics_count(metrics, METRIC_EVENTS, NULL, 1);
	lock_directory(F_WRLCK);
	metrics_count(metrics, METRIC_EVENTS, NULL, 1);
	metrics_count(metrics, METRIC_LOG, "error", 5);
	check(metrics, events, 2);
	check(metrics, "lightcone_metrics_lost_total", 1);
	lock_directory(F_UNLCK);
	metrics_count(metrics, METRIC_LOG, "error", 5);
	check(metrics, "lightcone_log_messages_total{level=\"error\"}", 5);
	metrics_free(metrics);
}

/* One that is killed with it gives it back. */
static void
test_killed_with_lock(void **state)
{
	struct metrics *metrics = join("");
	int ready[2];
	pid_t child;
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = child_fork();
	if (child == 0) {
		lock_directory(F_WRLCK);
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	metrics_count(metrics, METRIC_LOG, "error", 5);
	check(metrics, "lightcone_log_messages_total{level=\"error\"}", 5);
	close(ready[0]);
	close(ready[1]);
	metrics_free(metrics);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_full_disk),
		IN_STATE(test_unwritable),
		IN_STATE(test_unwritable_later),
		IN_STATE(test_no_lock),
		cmocka_unit_test(test_no_directory),
		IN_STATE(test_other_segment),
		IN_STATE(test_other_layout),
		IN_STATE(test_overwritten),
		IN_STATE(test_damaged_entries),
		IN_STATE(test_half_added),
		IN_STATE(test_locked),
		IN_STATE(test_killed_with_lock),
	};

	return cmocka_run_group_tests_name("metrics' faults", tests, NULL,
					   NULL);
}
