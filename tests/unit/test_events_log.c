/*
 * The log as its readers see it: what is new, what was there beforehand, and
 * another log in its place.
 */
#include "services/events_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "state_dir.h"

enum { TAIL_BYTES = 1 << 20 };

static const struct events_limits generous = {.keep_s = 86400,
					      .keep_bytes = 1 << 30};

static char directory[STATE_DIR_MAX], why[EVENTS_WHY_MAX];
static struct events *events;
static struct events_log events_log;

static int
set_up(void **state)
{
	(void)state;
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	state_dir_make(directory);
	events = events_new(directory, &generous);
	return events == NULL ||
	       !events_log_init(&events_log, events, TAIL_BYTES);
}

static int
tear_down(void **state)
{
	(void)state;
	events_log_release(&events_log);
	events_free(events);
	state_dir_remove(directory);
	return 0;
}

static void
add_many(struct events *to, size_t count, const char *data)
{
	struct event event = {
		.type = EVENTS_MESSAGE, .data = data, .length = strlen(data)};

	for (size_t i = 0; i < count; i++)
		if (events_add(to, &event, 1, why, sizeof(why)) != LC_OK)
			fail_msg("%s", why);
}

static void
must_be(int64_t first, int64_t last, unsigned turn)
{
	assert_int_equal(events_tail_first(events_log.tail), first);
	assert_int_equal(events_tail_last(events_log.tail), last);
	assert_int_equal(events_log.turn, turn);
}

/* ---- what is new */

static void
test_empty(void **state)
{
	(void)state;
	assert_true(events_log_look(&events_log, 100));
	must_be(0, 0, 1);
	assert_int_equal(events_log.position.last, 0);
	assert_int_equal(strlen(events_log.position.epoch),
			 EVENTS_EPOCH_BYTES - 1);
	add_many(events, 2, "1");
	assert_true(events_log_look(&events_log, 100));
	must_be(1, 2, 1);
	assert_int_equal(events_log.position.last, 2);
}

static void
test_beforehand(void **state)
{
	static const struct {
		int64_t wanted, first;
	} cases[] = {{0, 0}, {1, 600}, {300, 301}, {600, 1}, {9999, 1}};

	(void)state;
	add_many(events, 600, "{}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		events_log_forget(&events_log);
		assert_true(events_log_look(&events_log, cases[i].wanted));
		must_be(cases[i].first, cases[i].first > 0 ? 600 : 0,
			(unsigned)i + 1);
		assert_int_equal(events_log.position.last, 600);
	}
	/* What was there is read no more; all that comes is. */
	add_many(events, 300, "{}");
	assert_true(events_log_look(&events_log, 0));
	must_be(1, 900, 5);
	assert_true(events_log_look(&events_log, 0));
	must_be(1, 900, 5);
}

/* The oldest leave the memory, and the log goes on. */
static void
test_more_than_fits(void **state)
{
	static char large[40000];

	(void)state;
	memset(large, '1', sizeof(large) - 1);
	add_many(events, 60, large);
	assert_true(events_log_look(&events_log, 60));
	assert_in_range(events_tail_first(events_log.tail), 30, 50);
	assert_int_equal(events_tail_last(events_log.tail), 60);
	assert_int_equal(events_log.position.first, 1);
}

/* What has gone from the file is not waited for. */
static void
test_gone(void **state)
{
	static const struct events_limits none = {.keep_s = 86400,
						  .keep_bytes = 0};
	struct events *other = events_new(directory, &none);

	(void)state;
	assert_true(events_log_look(&events_log, 0));
	add_many(events, 100, "1");
	assert_int_equal(events_tidy(other, why, sizeof(why)), LC_OK);
	assert_true(events_log_look(&events_log, 0));
	assert_int_equal(events_log.position.last, 100);
	assert_true(events_log.position.first >= 100);
	add_many(events, 1, "2");
	assert_true(events_log_look(&events_log, 0));
	assert_int_equal(events_tail_last(events_log.tail), 101);
	events_free(other);
}

/* ---- another one in its place */

static void
file_remove(const char *name)
{
	unlink(state_dir_file(directory, name));
}

static void
test_another(void **state)
{
	char epoch[EVENTS_EPOCH_BYTES];

	(void)state;
	add_many(events, 5, "\"old\"");
	assert_true(events_log_look(&events_log, 100));
	must_be(1, 5, 1);
	memcpy(epoch, events_log.position.epoch, sizeof(epoch));
	file_remove("state.sqlite");
	file_remove("state.sqlite-wal");
	file_remove("state.sqlite-shm");
	add_many(events, 7, "\"new\"");
	assert_true(events_log_look(&events_log, 100));
	must_be(1, 7, 2);
	assert_string_not_equal(events_log.position.epoch, epoch);
	assert_non_null(strstr(events_tail_after(events_log.tail, 0)->text,
			       events_log.position.epoch));
}

/* A look that fails changes nothing, and the next one may succeed. */
static void
test_damaged(void **state)
{
	static const char bad[] = "this is no database, whoever looks at it";
	char kept[STATE_DIR_MAX + 256];

	(void)state;
	add_many(events, 3, "1");
	assert_true(events_log_look(&events_log, 100));
	snprintf(kept, sizeof(kept), "%s",
		 state_dir_file(directory, "state.kept"));
	assert_int_equal(
		rename(state_dir_file(directory, "state.sqlite"), kept), 0);
	state_dir_write(directory, "state.sqlite", bad, sizeof(bad));
	assert_false(events_log_look(&events_log, 100));
	must_be(1, 3, 1);
	assert_int_equal(
		rename(kept, state_dir_file(directory, "state.sqlite")), 0);
	assert_true(events_log_look(&events_log, 100));
	must_be(1, 3, 1);
}

#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOG_TEST(test_empty),          LOG_TEST(test_beforehand),
		LOG_TEST(test_more_than_fits), LOG_TEST(test_gone),
		LOG_TEST(test_another),        LOG_TEST(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
