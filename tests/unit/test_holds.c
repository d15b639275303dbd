/*
 * So much of one client at once: never more over all processes, each client by
 * itself, and what a killed process held comes back.
 */
#include "services/holds.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "alloc_fail.h"
#include "child.h"
#include "state_dir.h"

enum { PLACES = 5, ASKERS = 4, TURNS = 4000, CLIENTS = 300 };

static char directory[STATE_DIR_MAX];
static atomic_int *shared; /* how many are held: now, and at most */

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	shared = mmap(NULL, 2 * sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	munmap(shared, 2 * sizeof(*shared));
	state_dir_remove(directory);
	return 0;
}

static bool
take(struct holds *holds, int client, struct hold *hold)
{
	hold->at = 0;
	return holds_take(holds, &client, sizeof(client), hold) == LC_OK;
}

/* As many as there are, of each client, and again when they are given back. */
static void
take_all(struct holds *holds, int client, struct hold held[PLACES + 1])
{
	for (int i = 0; i <= PLACES; i++)
		assert_int_equal(take(holds, client, &held[i]), i < PLACES);
}

static void
check_one_process(const char *state_dir)
{
	struct holds *holds = holds_new(state_dir, PLACES);
	static struct hold held[CLIENTS][PLACES + 1];

	assert_non_null(holds);
	for (int client = 0; client < CLIENTS; client++)
		take_all(holds, client, held[client]);
	for (int client = 0; client < CLIENTS; client++) {
		holds_give(holds, &held[client][2]);
		holds_give(holds, &held[client][2]);
		assert_true(take(holds, client, &held[client][2]));
		assert_false(take(holds, client, &held[client][PLACES]));
	}
	for (int client = 0; client < CLIENTS; client++)
		for (int i = 0; i < PLACES; i++)
			holds_give(holds, &held[client][i]);
	for (int client = 0; client < CLIENTS; client++)
		take_all(holds, client, held[client]);
	for (int client = 0; client < CLIENTS; client++)
		for (int i = 0; i < PLACES; i++)
			holds_give(holds, &held[client][i]);
	holds_free(holds);
	holds_free(NULL);
}

static void
test_one_process(void **state)
{
	(void)state;
	check_one_process(directory);
	/* Where there is no file it counts all the same. */
	check_one_process("/nonexistent");
}

/* All places that the interface has. */
static void
test_most(void **state)
{
	struct hold held[HOLDS_PLACES_MAX + 1];
	struct holds *one = holds_new(directory, HOLDS_PLACES_MAX);
	struct holds *other = holds_new(directory, HOLDS_PLACES_MAX);

	(void)state;
	assert_non_null(one);
	assert_non_null(other);
	for (int i = 0; i <= HOLDS_PLACES_MAX; i++)
		assert_int_equal(take(i % 2 == 0 ? one : other, 7, &held[i]),
				 i < HOLDS_PLACES_MAX);
	holds_give(other, &held[HOLDS_PLACES_MAX - 1]);
	assert_true(take(one, 7, &held[HOLDS_PLACES_MAX]));
	holds_free(one);
	holds_free(other);
}

static void
ask_turns(void)
{
	struct holds *holds = holds_new(directory, PLACES);
	struct hold held[2];

	for (int i = 0; i < TURNS; i++) {
		for (int j = 0; j < 2; j++)
			if (take(holds, 1, &held[j]) &&
			    atomic_fetch_add(&shared[0], 1) >= PLACES)
				atomic_fetch_add(&shared[1], 1);
		for (int j = 0; j < 2; j++) {
			if (held[j].at != 0)
				atomic_fetch_sub(&shared[0], 1);
			holds_give(holds, &held[j]);
		}
	}
	holds_free(holds);
}

static void
test_processes(void **state)
{
	pid_t children[ASKERS];
	int status;

	(void)state;
	for (int i = 0; i < ASKERS; i++) {
		children[i] = child_fork();
		if (children[i] == 0) {
			ask_turns();
			_exit(EXIT_SUCCESS);
		}
	}
	for (int i = 0; i < ASKERS; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(atomic_load(&shared[0]), 0);
	assert_int_equal(atomic_load(&shared[1]), 0);
}

/* Holds all that there is until it is killed. */
static void
hold_for_ever(void)
{
	struct holds *holds = holds_new(directory, PLACES);
	struct hold held[PLACES + 1];

	take_all(holds, 1, held);
	atomic_store(&shared[0], 1);
	for (;;)
		pause();
}

static void
test_killed(void **state)
{
	const struct timespec pause_time = {.tv_nsec = CLOCK_NS_PER_MS};
	struct holds *holds = holds_new(directory, PLACES);
	struct hold held[PLACES + 1];
	pid_t child = child_fork();

	(void)state;
	if (child == 0)
		hold_for_ever();
	assert_non_null(holds);
	while (atomic_load(&shared[0]) == 0)
		nanosleep(&pause_time, NULL);
	assert_false(take(holds, 1, &held[0]));
	assert_true(take(holds, 2, &held[0]));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	take_all(holds, 1, held);
	holds_free(holds);
}

static enum lc_rc
holds_case(void)
{
	struct holds *holds = holds_new(directory, PLACES);
	static struct hold held[2 * CLIENTS];
	enum lc_rc rc = LC_OK;

	if (holds == NULL)
		return LC_NO_MEMORY;
	for (int i = 0; i < CLIENTS && rc == LC_OK; i++)
		rc = holds_take(holds, &i, sizeof(i), &held[i]);
	for (int i = 0; i < CLIENTS; i++)
		holds_give(holds, &held[i]);
	holds_free(holds);
	return rc;
}

static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"holds", holds_case, true};

	(void)state;
	alloc_fail_each(&of);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_one_process), IN_STATE(test_most),
		IN_STATE(test_processes),   IN_STATE(test_killed),
		IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("holds", tests, NULL, NULL);
}
