/*
 * Who shows that a companion is there, and since when.
 */
#include "services/presence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "child.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

/* Since when one is there; -1: none is. */
static int64_t
look(void)
{
	int64_t since_ms = -2;
	const bool seen = presence_look(directory, PRESENCE_WORK, &since_ms);

	assert_int_equal(presence_seen(directory, PRESENCE_WORK), seen);
	if (seen)
		return since_ms;
	assert_int_equal(since_ms, 0);
	return -1;
}

static int
show(void)
{
	int descriptor = presence_show(directory, PRESENCE_WORK);

	assert_true(descriptor >= 0);
	return descriptor;
}

/* The next one would be told apart by its time. */
static void
wait_for_the_next_ms(void)
{
	const int64_t now_ms = clock_unix_ms();

	while (clock_unix_ms() == now_ms)
		usleep(100);
}

static void
test_since(void **state)
{
	const int64_t before_ms = clock_unix_ms();
	int64_t since_ms;
	int first, second;

	(void)state;
	assert_int_equal(look(), -1);
	first = show();
	since_ms = look();
	assert_true(since_ms >= before_ms && since_ms <= clock_unix_ms());
	wait_for_the_next_ms();
	/* As long as there is one, they have been there since the first. */
	second = show();
	assert_int_equal(look(), since_ms);
	close(first);
	assert_int_equal(look(), since_ms);
	close(second);
	assert_int_equal(look(), -1);
	first = show();
	assert_true(look() > since_ms);
	close(first);
}

static void
test_killed(void **state)
{
	int ready[2], status;
	int64_t since_ms;
	pid_t child;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = child_fork();
	if (child == 0) {
		show();
		close(ready[1]);
		pause();
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 0);
	close(ready[0]);
	since_ms = look();
	assert_true(since_ms > 0);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(look(), -1);
	wait_for_the_next_ms();
	show();
	assert_true(look() > since_ms);
}

/* What somebody else has written is no time. */
static void
test_rubbish(void **state)
{
	static const char *const texts[] = {"",
					    "\n",
					    "x\n",
					    "1796050807593",
					    "1796050807593 \n",
					    "99999999999999999999\n",
					    "179605080759317960508075931796\n"};
	int descriptor = show();

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		state_dir_write(directory, PRESENCE_WORK, texts[i],
				strlen(texts[i]));
		assert_int_equal(look(), 0);
	}
	state_dir_write(directory, PRESENCE_WORK, "1796050807593\n", 14);
	assert_int_equal(look(), INT64_C(1796050807593));
	close(descriptor);
}

static int
unwritable_run(const char *path)
{
	int64_t since_ms;

	return presence_show(path, PRESENCE_WORK) < 0 &&
			       !presence_look(path, PRESENCE_WORK, &since_ms) ?
		       EXIT_SUCCESS :
		       EXIT_FAILURE;
}

static void
test_unwritable(void **state)
{
	(void)state;
	assert_int_equal(state_dir_unwritable(directory, unwritable_run), 0);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_since),
		IN_STATE(test_killed),
		IN_STATE(test_rubbish),
		IN_STATE(test_unwritable),
	};

	return cmocka_run_group_tests_name("presence", tests, NULL, NULL);
}
