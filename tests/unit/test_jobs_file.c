/*
 * Jobs when the file is full, damaged, of another time, replaced or may not
 * be written, and when memory runs out.
 */
#include "services/jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "full_disk.h"
#include "jobs_fixture.h"
#include "older_state.h"

static char *const why = jobs_fixture.why;

static enum lc_rc
add_big(size_t bytes)
{
	struct jobs_order order = jobs_fixture_order("plain");
	char *payload = malloc(bytes + 1), id[JOBS_ID_BYTES];
	bool existed;
	enum lc_rc rc;

	memset(payload, ' ', bytes);
	payload[bytes] = '\0';
	order.payload = payload;
	rc = jobs_add(jobs_fixture.jobs, &order, id, &existed, why,
		      JOBS_WHY_MAX);
	assert_int_equal(rc == LC_OK, id[0] != '\0');
	free(payload);
	return rc;
}

/* Nothing changes while there is no room, and all goes on when there is. */
static void
test_full_disk(void **state)
{
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim, other;
	struct stat status;
	bool cancel;

	(void)state;
	jobs_fixture_add("plain", id);
	assert_true(jobs_fixture_claim(&claim));
	assert_int_equal(
		stat(state_dir_file(jobs_fixture.directory, "state.sqlite-wal"),
		     &status),
		0);
	full_disk_from((rlim_t)status.st_size);
	assert_int_equal(add_big(1000000), LC_UNAVAILABLE);
	assert_int_equal(strncmp(why, "state.sqlite", 12), 0);
	assert_null(strstr(why, jobs_fixture.directory));
	assert_int_equal(jobs_fixture_succeed(&claim), LC_UNAVAILABLE);
	assert_int_equal(jobs_fixture_fail(&claim, true), LC_UNAVAILABLE);
	assert_int_equal(jobs_fixture_beat(&claim, &cancel), LC_UNAVAILABLE);
	full_disk_no_more();
	assert_true(jobs_fixture_is(id, JOBS_RUNNING));
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM jobs"), 1);
	assert_int_equal(jobs_fixture_succeed(&claim), LC_OK);
	assert_int_equal(add_big(1000000), LC_OK);
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM jobs"), 2);
	jobs_fixture_sql("DELETE FROM jobs WHERE length(payload) > 1000");
	assert_false(jobs_fixture_claim(&other));
}

/* Everything that can be asked; each must say `rc`. */
static void
ask_everything(enum lc_rc rc, const char *words)
{
	static const struct jobs_result none = {0};
	struct jobs_order order = jobs_fixture_order("plain");
	struct jobs_claim claim = {.id = "AAAAAAAAAAAAAAAAAAAAAA",
				   .policy = jobs_fixture_policies};
	const struct jobs_policy *policies = jobs_fixture_policies;
	const struct jobs_filter filter = {.limit = 1};
	struct jobs *jobs = jobs_fixture.jobs;
	struct arena *arena = &jobs_fixture.arena;
	struct jobs_counts counts;
	struct jobs_view view, *views;
	enum jobs_state told;
	bool flag;
	size_t count;
	int64_t ms;
	char id[JOBS_ID_BYTES];
	const enum lc_rc said[] = {
		jobs_add(jobs, &order, id, &flag, why, JOBS_WHY_MAX),
		jobs_withdraw(jobs, claim.id, why, JOBS_WHY_MAX),
		jobs_hasten(jobs, claim.id, why, JOBS_WHY_MAX),
		jobs_cancel(jobs, claim.id, &told, why, JOBS_WHY_MAX),
		jobs_retry(jobs, claim.id, why, JOBS_WHY_MAX),
		jobs_claim(jobs, policies, 1, 1000, arena, &claim, why,
			   JOBS_WHY_MAX),
		jobs_fixture_beat(&claim, &flag),
		jobs_succeed(jobs, &claim, &none, NULL, NULL, why,
			     JOBS_WHY_MAX),
		jobs_fixture_fail(&claim, false),
		jobs_end_cancelled(jobs, &claim, NULL, NULL, why, JOBS_WHY_MAX),
		jobs_give_back(jobs, &claim, why, JOBS_WHY_MAX),
		jobs_sweep(jobs, policies, 1, 1, NULL, NULL, why, JOBS_WHY_MAX),
		jobs_find(jobs, claim.id, arena, &view, why, JOBS_WHY_MAX),
		jobs_list(jobs, &filter, arena, &views, &count, &flag, why,
			  JOBS_WHY_MAX),
		jobs_count(jobs, &counts, why, JOBS_WHY_MAX),
		jobs_due_in(jobs, policies, 1, &ms, why, JOBS_WHY_MAX),
	};

	for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++)
		if (said[i] != rc)
			fail_msg("%zu: %s (%s)", i, rc_label(said[i]), why);
	if (strstr(why, words) == NULL ||
	    strstr(why, jobs_fixture.directory) != NULL)
		fail_msg("%s", why);
}

static void
test_damaged(void **state)
{
	char id[JOBS_ID_BYTES], garbage[8192];

	(void)state;
	jobs_fixture_add("plain", id);
	jobs_fixture_sql("PRAGMA user_version = 1000");
	jobs_free(jobs_fixture.jobs);
	jobs_fixture.jobs = jobs_new(jobs_fixture.directory);
	ask_everything(LC_UNAVAILABLE, "is of a newer Lightcone");
	memset(garbage, 'x', sizeof(garbage));
	state_dir_write(jobs_fixture.directory, "state.sqlite", garbage,
			sizeof(garbage));
	ask_everything(LC_UNAVAILABLE, "not a database");
}

/* A table that is gone, a job in no state that there is. */
static void
test_damaged_inside(void **state)
{
	char id[JOBS_ID_BYTES];
	struct jobs_view view;
	enum jobs_state told;

	(void)state;
	jobs_fixture_add("plain", id);
	jobs_fixture_sql("UPDATE jobs SET state = 'lost'");
	assert_int_equal(jobs_find(jobs_fixture.jobs, id, &jobs_fixture.arena,
				   &view, why, JOBS_WHY_MAX),
			 LC_UNAVAILABLE);
	assert_int_equal(
		jobs_cancel(jobs_fixture.jobs, id, &told, why, JOBS_WHY_MAX),
		LC_UNAVAILABLE);
	assert_string_equal(why, "state.sqlite has a job that cannot be");
	jobs_fixture_sql("DROP TABLE jobs");
	ask_everything(LC_UNAVAILABLE, "no such table");
}

/* Of before there were jobs: what it has stays. */
static void
test_older_schema(void **state)
{
	char id[JOBS_ID_BYTES];
	struct jobs_counts counts;
	struct jobs_view view;

	(void)state;
	jobs_fixture_sql(OLDER_STATE_2
			 "INSERT INTO keys VALUES"
			 " (1, 'a', 'b', '', x'', '', NULL);"
			 "INSERT INTO generations VALUES ('c', 7, 0)");
	/* Who opens it for writing brings it up to date; readers do not. */
	jobs_fixture_sql(OLDER_STATE_2);
	assert_int_equal(
		jobs_count(jobs_fixture.jobs, &counts, why, JOBS_WHY_MAX),
		LC_OK);
	assert_int_equal(counts.of[JOBS_QUEUED], 0);
	assert_int_equal(jobs_find(jobs_fixture.jobs, "a", &jobs_fixture.arena,
				   &view, why, JOBS_WHY_MAX),
			 LC_NOT_FOUND);
	jobs_fixture_add("plain", id);
	assert_true(jobs_fixture_is(id, JOBS_QUEUED));
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM keys"
					     " WHERE name = 'b'"),
			 1);
	assert_int_equal(
		jobs_fixture_number("SELECT generation FROM generations"), 7);
}

static void
test_replaced(void **state)
{
	char one[JOBS_ID_BYTES], two[JOBS_ID_BYTES], from[STATE_DIR_MAX + 16];
	char directory[STATE_DIR_MAX];
	const struct jobs_order order = jobs_fixture_order("plain");
	struct jobs_claim claim;
	struct jobs_view view;
	struct jobs *other;
	bool existed;

	(void)state;
	jobs_fixture_add("plain", one);
	state_dir_make(directory);
	other = jobs_new(directory);
	assert_int_equal(
		jobs_add(other, &order, two, &existed, why, JOBS_WHY_MAX),
		LC_OK);
	jobs_free(other);
	assert_true(jobs_fixture_claim(&claim));
	/* Its log is another file's, which SQLite cannot tell. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			unlink(state_dir_file(jobs_fixture.directory,
					      i == 0 ? "state.sqlite-wal" :
						       "state.sqlite-shm")),
			0);
	snprintf(from, sizeof(from), "%s/state.sqlite", directory);
	assert_int_equal(rename(from, state_dir_file(jobs_fixture.directory,
						     "state.sqlite")),
			 0);
	assert_int_equal(jobs_find(jobs_fixture.jobs, one, &jobs_fixture.arena,
				   &view, why, JOBS_WHY_MAX),
			 LC_NOT_FOUND);
	assert_true(jobs_fixture_is(two, JOBS_QUEUED));
	/* The same number under the same lease, but another job. */
	assert_true(jobs_fixture_claim_by(jobs_fixture.jobs,
					  &(struct jobs_claim){0}));
	assert_int_equal(jobs_fixture_succeed(&claim), LC_CONFLICT);
	assert_true(jobs_fixture_is(two, JOBS_RUNNING));
	state_dir_remove(directory);
}

static char unwritable_id[JOBS_ID_BYTES];

/* In a child who may not write: looking goes on, and waiting ends. */
static int
look_unwritable(const char *path)
{
	char words[JOBS_WHY_MAX] = "", id[JOBS_ID_BYTES];
	const struct jobs_order order = jobs_fixture_order("plain");
	struct jobs *jobs = jobs_new(path);
	struct jobs_counts counts;
	struct jobs_view view;
	struct arena arena;
	bool existed;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = jobs_find(jobs, unwritable_id, &arena, &view, words,
		       sizeof(words));
	arena_release(&arena);
	if (rc != (unwritable_id[0] == '\0' ? LC_NOT_FOUND : LC_OK) ||
	    jobs_count(jobs, &counts, words, sizeof(words)) != LC_OK ||
	    counts.of[JOBS_QUEUED] != (unwritable_id[0] != '\0') ||
	    jobs_add(jobs, &order, id, &existed, words, sizeof(words)) !=
		    LC_UNAVAILABLE ||
	    jobs_heard(jobs) != 0)
		return EXIT_FAILURE;
	jobs_ring(jobs);
	if (unwritable_id[0] != '\0')
		jobs_wait(jobs, 0, INT64_MAX / 2);
	jobs_free(jobs);
	return EXIT_SUCCESS;
}

static void
test_unwritable(void **state)
{
	(void)state;
	unwritable_id[0] = '\0';
	assert_int_equal(
		state_dir_unwritable(jobs_fixture.directory, look_unwritable),
		EXIT_SUCCESS);
	jobs_fixture_tear_down(state);
	jobs_fixture_set_up(state);
	jobs_fixture_sql("BEGIN; COMMIT");
	jobs_fixture_add("plain", unwritable_id);
	unlink(state_dir_file(jobs_fixture.directory, "jobs.seg"));
	assert_int_equal(
		state_dir_unwritable(jobs_fixture.directory, look_unwritable),
		EXIT_SUCCESS);
}

/* ---- no memory */

static enum lc_rc
use_queue(struct jobs *jobs, struct arena *arena)
{
	const struct jobs_order order = jobs_fixture_order("plain");
	const struct jobs_filter filter = {.limit = 10};
	const struct jobs_policy *policies = jobs_fixture_policies;
	const struct jobs_result none = {0};
	struct jobs_view view, *views;
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;
	size_t count;
	bool flag;
	int64_t ms;
	enum lc_rc rc;

	rc = jobs_add(jobs, &order, id, &flag, why, JOBS_WHY_MAX);
	if (rc == LC_OK)
		rc = jobs_find(jobs, id, arena, &view, why, JOBS_WHY_MAX);
	if (rc == LC_OK)
		rc = jobs_list(jobs, &filter, arena, &views, &count, &flag, why,
			       JOBS_WHY_MAX);
	if (rc == LC_OK)
		rc = jobs_due_in(jobs, policies, JOBS_FIXTURE_KINDS, &ms, why,
				 JOBS_WHY_MAX);
	if (rc == LC_OK)
		rc = jobs_claim(jobs, policies, JOBS_FIXTURE_KINDS, 1000, arena,
				&claim, why, JOBS_WHY_MAX);
	if (rc == LC_OK)
		rc = jobs_succeed(jobs, &claim, &none, NULL, NULL, why,
				  JOBS_WHY_MAX);
	if (rc == LC_OK)
		rc = jobs_sweep(jobs, policies, JOBS_FIXTURE_KINDS, 0, NULL,
				NULL, why, JOBS_WHY_MAX);
	return rc;
}

static enum lc_rc
no_memory(void)
{
	struct jobs *jobs = jobs_new(jobs_fixture.directory);
	struct arena arena;
	enum lc_rc rc = LC_NO_MEMORY;

	arena_init(&arena, NULL, 0);
	if (jobs != NULL)
		rc = use_queue(jobs, &arena);
	arena_release(&arena);
	jobs_free(jobs);
	return rc;
}

static void
test_no_memory(void **state)
{
	/* It can do without the bell. */
	static const struct alloc_case queue = {"queue", no_memory, true};

	(void)state;
	jobs_fixture_sql("BEGIN; COMMIT");
	alloc_fail_each(&queue);
	/* What was said to have failed is not there. */
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM jobs"
					     " WHERE attempts > 1"),
			 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_full_disk),      IN_ITS_OWN(test_damaged),
		IN_ITS_OWN(test_damaged_inside), IN_ITS_OWN(test_older_schema),
		IN_ITS_OWN(test_replaced),       IN_ITS_OWN(test_unwritable),
		IN_ITS_OWN(test_no_memory),
	};

	return cmocka_run_group_tests_name("jobs_file", tests, NULL, NULL);
}
