/* Jobs among threads and processes: nothing twice, and nobody sleeps on. */
#include "services/jobs.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "child.h"
#include "jobs_fixture.h"
#include "services/state.h"
#include "threads.h"

enum { JOBS = 300, PROCESSES = 2, THREADS = 3, ROUNDS = 20, TURNS = 20 };
enum { LONG_MS = 60000 };

/* For all processes. */
struct shared {
	atomic_int claimed[JOBS + 1], ended[JOBS + 1]; /* by number */
	atomic_int running, most;
	atomic_int wrong;
	atomic_int woken;
};

static char *const why = jobs_fixture.why;
static struct shared *shared;

static int
set_up(void **state)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : jobs_fixture_set_up(state);
}

static int
tear_down(void **state)
{
	munmap(shared, sizeof(*shared));
	return jobs_fixture_tear_down(state);
}

static void
wait_for(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* ---- claiming at once */

static void
add_many(const char *kind)
{
	const struct jobs_order order = jobs_fixture_order(kind);
	char id[JOBS_ID_BYTES];
	struct store *store;
	bool existed;

	assert_int_equal(
		state_open(jobs_fixture.directory, &store, why, JOBS_WHY_MAX),
		LC_OK);
	assert_int_equal(state_begin(store, why, JOBS_WHY_MAX), LC_OK);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(jobs_add_in(store, &order, id, &existed, why,
					     JOBS_WHY_MAX),
				 LC_OK);
	assert_int_equal(state_end(store, LC_OK, why, JOBS_WHY_MAX), LC_OK);
	store_close(store);
}

static void
enter(const struct jobs_claim *claim)
{
	const int now = atomic_fetch_add(&shared->running, 1) + 1;
	int most = atomic_load(&shared->most);

	while (now > most &&
	       !atomic_compare_exchange_weak(&shared->most, &most, now))
		;
	atomic_fetch_add(&shared->claimed[claim->seq], 1);
}

static bool
all_ended(void)
{
	for (int i = 1; i <= JOBS; i++)
		if (atomic_load(&shared->ended[i]) == 0)
			return false;
	return true;
}

/* Works until all is done; a queue of its own, or one of several threads. */
static void *
work(void *queue)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};
	const struct jobs_result none = {0};
	char words[JOBS_WHY_MAX];
	struct jobs_claim claim;

	while (!all_ended()) {
		if (!jobs_fixture_claim_by(queue, &claim)) {
			nanosleep(&pause, NULL);
			continue;
		}
		enter(&claim);
		atomic_fetch_sub(&shared->running, 1);
		if (jobs_succeed(queue, &claim, &none, NULL, NULL, words,
				 sizeof(words)) == LC_OK)
			atomic_fetch_add(&shared->ended[claim.seq], 1);
		else
			atomic_fetch_add(&shared->wrong, 1);
	}
	return NULL;
}

static void
work_in_threads(void)
{
	struct jobs *queue = jobs_new(jobs_fixture.directory);
	pthread_t threads[THREADS];

	threads_run(threads, THREADS, work, queue);
	threads_join(threads, THREADS);
	jobs_free(queue);
}

static void
check_once(const char *kind, int most)
{
	pid_t children[PROCESSES];

	add_many(kind);
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = child_fork();
		if (children[i] == 0) {
			work_in_threads();
			_exit(EXIT_SUCCESS);
		}
	}
	for (int i = 0; i < PROCESSES; i++)
		wait_for(children[i]);
	assert_int_equal(shared->wrong, 0);
	for (int i = 1; i <= JOBS; i++) {
		assert_int_equal(shared->claimed[i], 1);
		assert_int_equal(shared->ended[i], 1);
	}
	assert_in_range(shared->most, 1, most);
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM jobs WHERE"
					     " state <> 'succeeded'"
					     " OR attempts <> 1"),
			 0);
}

static void
test_each_once(void **state)
{
	(void)state;
	check_once("plain", PROCESSES * THREADS);
}

static void
test_two_at_most(void **state)
{
	(void)state;
	check_once("two", 2);
}

/* ---- periodic ones */

static const struct jobs_policy periodic = {
	.kind = "plain", .attempts = 1, .every_s = 86400, .keep_s = 3600};

static void *
sweep(void *barrier)
{
	struct jobs *queue = jobs_new(jobs_fixture.directory);
	char words[JOBS_WHY_MAX];

	pthread_barrier_wait(barrier);
	if (jobs_sweep(queue, &periodic, 1, INT64_MAX, NULL, NULL, words,
		       sizeof(words)) != LC_OK)
		atomic_fetch_add(&shared->wrong, 1);
	jobs_free(queue);
	return NULL;
}

/* A job for each day, of however many who sweep at once. */
static void
test_periodic(void **state)
{
	pthread_t threads[THREADS];
	pthread_barrier_t barrier;

	(void)state;
	pthread_barrier_init(&barrier, NULL, THREADS);
	threads_run(threads, THREADS, sweep, &barrier);
	threads_join(threads, THREADS);
	for (int i = 1; i <= ROUNDS; i++) {
		/* Else only one would be there for another reason. */
		jobs_fixture_sql("UPDATE periodic SET tick = tick - 1;"
				 "UPDATE jobs SET unique_key = NULL");
		threads_run(threads, THREADS, sweep, &barrier);
		threads_join(threads, THREADS);
		assert_int_equal(
			jobs_fixture_number("SELECT count(*) FROM jobs"), i);
	}
	pthread_barrier_destroy(&barrier);
	assert_int_equal(shared->wrong, 0);
}

/* ---- the bell */

static int64_t
now_ms(void)
{
	return clock_mono_ns() / CLOCK_NS_PER_MS;
}

/* Waits for each ring, so long that only the bell can end it. */
static void
hear(void)
{
	struct jobs *queue = jobs_new(jobs_fixture.directory);
	uint32_t heard = jobs_heard(queue);

	for (int i = 1; i <= TURNS; i++) {
		atomic_store(&shared->woken, i);
		while (jobs_heard(queue) == heard)
			jobs_wait(queue, heard, LONG_MS);
		heard++;
		if (jobs_heard(queue) != heard)
			atomic_fetch_add(&shared->wrong, 1);
	}
	atomic_store(&shared->woken, TURNS + 1);
	jobs_free(queue);
}

static void
await_woken(int turn)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

	while (atomic_load(&shared->woken) < turn)
		nanosleep(&pause, NULL);
}

static void
test_bell(void **state)
{
	const struct timespec pause = {.tv_nsec = 2 * CLOCK_NS_PER_MS};
	char id[JOBS_ID_BYTES];
	int64_t start_ms;
	pid_t child = child_fork();

	(void)state;
	if (child == 0) {
		hear();
		_exit(EXIT_SUCCESS);
	}
	start_ms = now_ms();
	for (int i = 1; i <= TURNS; i++) {
		await_woken(i);
		if (i % 2 == 0) /* it sleeps by now, as a rule */
			nanosleep(&pause, NULL);
		jobs_fixture_add("plain", id);
	}
	await_woken(TURNS + 1);
	wait_for(child);
	assert_in_range(now_ms() - start_ms, 0, LONG_MS / 2);
	assert_int_equal(shared->wrong, 0);
	assert_int_equal(jobs_heard(jobs_fixture.jobs), TURNS);
}

/* What has rung before is not waited for, and what does not ring ends. */
static void
test_wait_ends(void **state)
{
	const uint32_t heard = jobs_heard(jobs_fixture.jobs);
	int64_t start_ms = now_ms();

	(void)state;
	jobs_wait(jobs_fixture.jobs, heard, 30);
	assert_in_range(now_ms() - start_ms, 29, LONG_MS);
	jobs_ring(jobs_fixture.jobs);
	start_ms = now_ms();
	jobs_wait(jobs_fixture.jobs, heard, LONG_MS);
	jobs_wait(jobs_fixture.jobs, heard + 1, 0);
	jobs_wait(jobs_fixture.jobs, heard + 1, -1);
	assert_in_range(now_ms() - start_ms, 0, LONG_MS / 2);
}

/* A bell in the place of the one that was heard is heard. */
static void
test_bell_is_replaced(void **state)
{
	struct jobs *other = jobs_new(jobs_fixture.directory);
	uint32_t heard;

	(void)state;
	jobs_ring(other);
	assert_int_equal(jobs_heard(jobs_fixture.jobs), 1);
	assert_int_equal(
		unlink(state_dir_file(jobs_fixture.directory, "jobs.seg")), 0);
	heard = jobs_heard(jobs_fixture.jobs);
	assert_int_equal(heard, 0);
	jobs_ring(other);
	assert_int_equal(jobs_heard(jobs_fixture.jobs), 1);
	jobs_free(other);
}

int
main(void)
{
#define SHARED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		SHARED(test_each_once), SHARED(test_two_at_most),
		SHARED(test_periodic),  SHARED(test_bell),
		SHARED(test_wait_ends), SHARED(test_bell_is_replaced),
	};

	return cmocka_run_group_tests_name("jobs_shared", tests, NULL, NULL);
}
