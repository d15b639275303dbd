/* What a supervisor reads of its runners' slots, and tells them by it. */
#include "commands/work_board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LOOKS = 200000 };

static struct work_job
job_of(int64_t number)
{
	return (struct work_job){.seq = number,
				 .lease = number + 1,
				 .attempt = number + 2,
				 .attempts_most = number + 3,
				 .kind = number + 4,
				 .begun_ns = number + 5,
				 .id = "AbCdEfGhIjKlMnOpQrStUv"};
}

static struct work_board *
board_make(void)
{
	int descriptor;
	struct work_board *board = work_board_new(&descriptor);

	assert_non_null(board);
	close(descriptor);
	return board;
}

static void
test_orders(void **state)
{
	struct work_board *board = board_make();
	struct work_slot *slot = &board->slots[1];
	struct work_job job = job_of(7), seen;
	uint64_t turn;

	(void)state;
	assert_int_equal(work_slot_read(slot, &seen), 0);
	assert_int_equal(work_slot_told(slot), LC_OK);
	work_slot_put(slot, &job);
	turn = work_slot_read(slot, &seen);
	assert_int_not_equal(turn, 0);
	assert_memory_equal(&seen, &job, sizeof(job));
	assert_int_equal(work_slot_told(slot), LC_OK);
	work_slot_progress(slot, 0.25);
	assert_true(work_slot_done(slot) == 0.25);
	work_slot_tell(slot, turn, LC_STOPPING);
	assert_int_equal(work_slot_told(slot), LC_STOPPING);
	assert_false(work_slot_has_run(slot, turn));
	work_slot_ran(slot);
	assert_true(work_slot_has_run(slot, turn));
	work_slot_clear(slot);
	assert_int_equal(work_slot_read(slot, &seen), 0);
	/* The order was for that job, and is none to the next. */
	work_slot_put(slot, &job);
	assert_int_equal(work_slot_told(slot), LC_OK);
	assert_false(work_slot_has_run(slot, work_slot_read(slot, &seen)));
	assert_true(work_slot_done(slot) == 0);
	work_slot_tell(slot, turn, LC_CANCELLED);
	assert_int_equal(work_slot_told(slot), LC_OK);
	work_slot_clear(slot);
	work_slot_clear(slot);
	assert_int_equal(work_slot_read(slot, &seen), 0);
	work_board_free(board);
}

/* Another process changes its job all the time; half a one is never read. */
static void
test_whole_jobs(void **state)
{
	struct work_board *board = board_make();
	struct work_slot *slot = &board->slots[0];
	struct work_job seen;
	int64_t read = 0;
	pid_t pid = fork();

	(void)state;
	for (int64_t i = 1; pid == 0 && !atomic_load(&board->stopping); i++) {
		const struct work_job job = job_of(i * 16);

		work_slot_put(slot, &job);
		work_slot_clear(slot);
	}
	if (pid == 0)
		_exit(0);
	assert_true(pid > 0);
	for (int i = 0; i < LOOKS || read == 0; i++) {
		struct work_job whole;

		if (work_slot_read(slot, &seen) == 0)
			continue;
		read++;
		whole = job_of(seen.seq);
		assert_memory_equal(&seen, &whole, sizeof(whole));
	}
	atomic_store(&board->stopping, true);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	work_board_free(board);
}

/* Whoever dies in its turn leaves it to the others. */
static void
test_turns(void **state)
{
	struct work_board *board = board_make();
	pid_t pid = fork();
	bool taken;

	(void)state;
	if (pid == 0)
		_exit(work_board_take(board) ? 0 : 1);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	for (int i = 0; i < 2; i++) {
		taken = work_board_take(board);
		assert_true(taken);
		work_board_give(board, taken);
	}
	work_board_free(board);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_whole_jobs),
		cmocka_unit_test(test_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
