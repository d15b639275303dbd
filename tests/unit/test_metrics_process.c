/*
 * What metrics say of the processes themselves, and whose levels count: those
 * of processes that run, however the others have ended.
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
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "child.h"
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

static void
check(struct metrics *metrics, const char *series, double value)
{
	const double found = metrics_fixture_value(metrics, series);

	if (isnan(value) ? !isnan(found) : found != value)
		fail_msg("%s is %g, not %g", series, found, value);
}

/* ---- children */

struct child {
	pid_t pid;
	int gate; /* a byte: it ends by itself */
};

/* A process that has joined, has so many parked requests, and waits. */
static struct child
child_start(enum metrics_role role, void (*run)(struct metrics *))
{
	struct child child;
	struct metrics *metrics;
	int gate[2], ready[2];
	char byte = 0;

	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	child.pid = child_fork();
	if (child.pid == 0) {
		close(gate[1]);
		metrics = metrics_fixture_join(directory, role, "");
		run(metrics);
		if (write(ready[1], &byte, 1) != 1)
			_exit(2);
		if (read(gate[0], &byte, 1) != 1)
			_exit(3);
		metrics_free(metrics);
		_exit(EXIT_SUCCESS);
	}
	close(gate[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	child.gate = gate[1];
	return child;
}

static void
child_kill(struct child *child)
{
	int status;

	assert_int_equal(kill(child->pid, SIGKILL), 0);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	close(child->gate);
}

static void
child_end(struct child *child)
{
	int status;

	assert_int_equal(write(child->gate, "", 1), 1);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	assert_int_equal(status, 0);
	close(child->gate);
}

static void
park_five(struct metrics *metrics)
{
	metrics_count(metrics, METRIC_PARKED, NULL, 5);
	metrics_count(metrics, METRIC_EVENTS, NULL, 1);
}

static void
burn(int64_t ns)
{
	struct timespec used;

	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	while (used.tv_sec * CLOCK_NS_PER_S + used.tv_nsec < ns);
}

static void
burn_much(struct metrics *metrics)
{
	(void)metrics;
	burn(60 * CLOCK_NS_PER_MS);
}

static void
do_nothing(struct metrics *metrics)
{
	(void)metrics;
}

/* ---- levels */

/* Whether it is killed or ends, and whether or not another comes then. */
static void
test_levels_vanish(void **state)
{
	struct metrics *metrics =
		metrics_fixture_join(directory, METRICS_WORK, "");
	struct child killed, ended;

	(void)state;
	killed = child_start(METRICS_WEB, park_five);
	ended = child_start(METRICS_WEB, park_five);
	check(metrics, "lightcone_requests_parked", 10);
	child_kill(&killed);
	check(metrics, "lightcone_requests_parked", 5);
	check(metrics, "lightcone_events_total", 2);
	child_end(&ended);
	check(metrics, "lightcone_requests_parked", 0);
	/* In the slot of the one that was killed, where 5 is left. */
	killed = child_start(METRICS_WEB, do_nothing);
	check(metrics, "lightcone_requests_parked", 0);
	check(metrics, "lightcone_processes{role=\"web\"}", 1);
	child_kill(&killed);
	check(metrics, "lightcone_events_total", 2);
	metrics_free(metrics);
}

/* One that it has forked may hold its lock when it is gone. */
static void
test_orphan(void **state)
{
	struct metrics *metrics =
		metrics_fixture_join(directory, METRICS_WORK, "");
	struct metrics *theirs;
	int ready[2], gate[2];
	pid_t parent;
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(gate), 0);
	parent = child_fork();
	if (parent == 0) {
		theirs = metrics_fixture_join(directory, METRICS_WEB, "");
		park_five(theirs);
		if (fork() == 0) {
			close(gate[1]);
			if (write(ready[1], &byte, 1) != 1 ||
			    read(gate[0], &byte, 1) != 0)
				_exit(1);
			_exit(0);
		}
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	check(metrics, "lightcone_requests_parked", 5);
	assert_int_equal(kill(parent, SIGKILL), 0);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_true(metrics_slot_held(metrics, 1));
	check(metrics, "lightcone_requests_parked", 0);
	check(metrics, "lightcone_processes{role=\"web\"}", 0);
	close(gate[1]);
	close(gate[0]);
	/* Its end of the pipe closes with it. */
	assert_int_equal(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	metrics_free(metrics);
}

/* A process that has the pid of one that has died is another one. */
static void
test_pid_reused(void **state)
{
	struct metrics *metrics =
		metrics_fixture_join(directory, METRICS_WORK, "");
	struct child child = child_start(METRICS_WEB, park_five);
	struct metrics_slot *slot = &metrics->area->slot[1];

	(void)state;
	assert_int_equal(slot->pid, child.pid);
	check(metrics, "lightcone_processes{role=\"web\"}", 1);
	slot->start_ticks--;
	check(metrics, "lightcone_processes{role=\"web\"}", 0);
	check(metrics, "lightcone_requests_parked", 0);
	check(metrics, "process_threads{role=\"web\"}", NAN);
	/* In another namespace of pids nobody can tell: the lock has to do. */
	slot->space++;
	check(metrics, "lightcone_processes{role=\"web\"}", 1);
	check(metrics, "lightcone_requests_parked", 5);
	check(metrics, "process_threads{role=\"web\"}", NAN);
	slot->space--;
	slot->start_ticks++;
	check(metrics, "process_threads{role=\"web\"}", 1);
	/* One that has just claimed a slot has not yet said who it is. */
	slot->pid = 0;
	check(metrics, "lightcone_processes{role=\"web\"}", 0);
	check(metrics, "lightcone_requests_parked", 0);
	slot->pid = child.pid;
	slot->role = METRICS_ROLE__MAX;
	check(metrics, "lightcone_requests_parked", 0);
	child_kill(&child);
	metrics_free(metrics);
}

/* ---- numbers of processes */

static int64_t
status_kb(const char *word)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	int64_t kb = -1;

	assert_non_null(file);
	while (kb < 0 && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, word, strlen(word)) == 0)
			kb = strtoll(line + strlen(word), NULL, 10);
	fclose(file);
	return kb;
}

static void
check_near(struct metrics *metrics, const char *series, double value,
	   double within)
{
	const double found = metrics_fixture_value(metrics, series);

	if (!(fabs(found - value) <= within))
		fail_msg("%s is %g, not %g", series, found, value);
}

static void
test_own(void **state)
{
	const double now = (double)clock_unix_ms() / 1000;
	struct metrics *metrics =
		metrics_fixture_join(directory, METRICS_RUNNER, "");
	struct rlimit limit;
	int file, another;
	double fds;

	(void)state;
	check_near(metrics, "process_resident_memory_bytes{role=\"runner\"}",
		   (double)status_kb("VmRSS:") * 1024, 4e6);
	check_near(metrics, "process_virtual_memory_bytes{role=\"runner\"}",
		   (double)status_kb("VmSize:") * 1024, 4e6);
	check(metrics, "process_threads{role=\"runner\"}", 1);
	check_near(metrics, "process_start_time_seconds{role=\"runner\"}", now,
		   5);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	check(metrics, "process_max_fds{role=\"runner\"}",
	      limit.rlim_cur == RLIM_INFINITY ? NAN : (double)limit.rlim_cur);
	fds = metrics_fixture_value(metrics,
				    "process_open_fds{role=\"runner\"}");
	file = dup(0);
	another = dup(0);
	check(metrics, "process_open_fds{role=\"runner\"}", fds + 2);
	close(file);
	close(another);
	check(metrics, "lightcone_processes{role=\"runner\"}", 1);
	check(metrics, "lightcone_processes{role=\"web\"}", 0);
	check(metrics, "process_threads{role=\"web\"}", NAN);
	check(metrics, "lightcone_process_starts_total{role=\"web\"}", NAN);
	metrics_free(metrics);
}

static void
test_added_up(void **state)
{
	struct metrics *metrics =
		metrics_fixture_join(directory, METRICS_WORK, "");
	struct child children[3];
	double fds, start, before;

	(void)state;
	children[0] = child_start(METRICS_WEB, do_nothing);
	fds = metrics_fixture_value(metrics, "process_open_fds{role=\"web\"}");
	before = metrics_fixture_value(metrics, "process_start_time_seconds"
						"{role=\"web\"}");
	for (int i = 1; i < 3; i++)
		children[i] = child_start(METRICS_WEB, do_nothing);
	check(metrics, "lightcone_processes{role=\"web\"}", 3);
	check(metrics, "lightcone_processes{role=\"work\"}", 1);
	check(metrics, "lightcone_process_starts_total{role=\"web\"}", 3);
	check(metrics, "process_threads{role=\"web\"}", 3);
	/* Each of them has one more, the way to the one before it. */
	check(metrics, "process_open_fds{role=\"web\"}",
	      fds + (fds + 1) + (fds + 2));
	start = metrics_fixture_value(metrics, "process_start_time_seconds"
					       "{role=\"web\"}");
	assert_true(start >= before);
	/* It is the same each time it is asked for. */
	check(metrics, "process_start_time_seconds{role=\"web\"}", start);
	child_kill(&children[1]);
	child_end(&children[0]);
	check(metrics, "lightcone_processes{role=\"web\"}", 1);
	check(metrics, "process_threads{role=\"web\"}", 1);
	check(metrics, "lightcone_process_starts_total{role=\"web\"}", 3);
	child_kill(&children[2]);
	check(metrics, "process_threads{role=\"web\"}", NAN);
	metrics_free(metrics);
}

/* The least limit of those of a role. */
static void
lower_limit(struct metrics *metrics)
{
	const struct rlimit limit = {.rlim_cur = 77, .rlim_max = 77};

	(void)metrics;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void
test_least_limit(void **state)
{
	struct metrics *metrics =
		metrics_fixture_join(directory, METRICS_WEB, "");
	struct child child = child_start(METRICS_WEB, lower_limit);

	(void)state;
	check(metrics, "process_max_fds{role=\"web\"}", 77);
	child_kill(&child);
	metrics_free(metrics);
}

/* ---- CPU time */

static const char cpu_web[] = "process_cpu_seconds_total{role=\"web\"}";

static void
test_cpu(void **state)
{
	struct metrics *metrics =
		metrics_fixture_join(directory, METRICS_WORK, "");
	double used = 0, now;
	struct child child;

	(void)state;
	/* One after the other, in the same slot; each is seen, then killed. */
	for (int i = 1; i <= 3; i++) {
		child = child_start(METRICS_WEB, burn_much);
		now = metrics_fixture_value(metrics, cpu_web);
		if (!(now - used > 0.0599 && now <= used + 2))
			fail_msg("%g after %g", now, used);
		used = now;
		child_kill(&child);
		check(metrics, cpu_web, used);
	}
	/* Who ends by itself is not waited for by anybody that looks. */
	child = child_start(METRICS_WEB, burn_much);
	child_end(&child);
	now = metrics_fixture_value(metrics, cpu_web);
	assert_true(now - used > 0.0599);
	/* And it never falls, also where somebody looks late. */
	metrics->area->slot[1].cpu_ns = 0;
	child = child_start(METRICS_WEB, do_nothing);
	metrics->area->slot[1].cpu_ns = 0;
	check(metrics, cpu_web, now);
	child_kill(&child);
	metrics_free(metrics);
}

static void
test_cpu_of_own(void **state)
{
	struct metrics *metrics =
		metrics_fixture_join(directory, METRICS_WEB, "");
	struct timespec used;
	double before, found, after;

	(void)state;
	burn(20 * CLOCK_NS_PER_MS);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	before = (double)used.tv_sec + (double)used.tv_nsec / 1e9;
	found = metrics_fixture_value(metrics, cpu_web);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	after = (double)used.tv_sec + (double)used.tv_nsec / 1e9;
	assert_true(found >= before && found <= after);
	metrics_free(metrics);
}

/* Those that share the last slot say at their end what they have used. */
static void
test_cpu_shared_slot(void **state)
{
	struct metrics *all[METRICS_SLOTS];
	struct child children[2];
	double before;

	(void)state;
	for (int i = 0; i < METRICS_SLOTS; i++)
		all[i] = metrics_fixture_join(directory, METRICS_WORK, "");
	for (int i = 0; i < 2; i++)
		children[i] = child_start(METRICS_WEB, burn_much);
	before = metrics_fixture_value(all[0], cpu_web);
	assert_true(before == 0);
	for (int i = 0; i < 2; i++)
		child_end(&children[i]);
	assert_true(metrics_fixture_value(all[0], cpu_web) >= 0.12);
	for (int i = 0; i < METRICS_SLOTS; i++)
		metrics_free(all[i]);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_levels_vanish),
		IN_STATE(test_orphan),
		IN_STATE(test_pid_reused),
		IN_STATE(test_own),
		IN_STATE(test_added_up),
		IN_STATE(test_least_limit),
		IN_STATE(test_cpu),
		IN_STATE(test_cpu_of_own),
		IN_STATE(test_cpu_shared_slot),
	};

	return cmocka_run_group_tests_name("metrics of processes", tests, NULL,
					   NULL);
}
