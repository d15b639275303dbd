/* Which job comes next, and under which lease something may be said. */
#include "services/jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jobs_fixture.h"
#include "services/state.h"

enum { ORDERED = 6 };

static char *const why = jobs_fixture.why;

static int64_t
due_in(void)
{
	int64_t ms;

	assert_int_equal(jobs_due_in(jobs_fixture.jobs, jobs_fixture_policies,
				     JOBS_FIXTURE_KINDS, &ms, why,
				     JOBS_WHY_MAX),
			 LC_OK);
	return ms;
}

/* ---- order */

static void
test_order(void **state)
{
	static const struct {
		const char *kind;
		int64_t priority;
		int place;
	} jobs[ORDERED] = {{"plain", 0, 2}, {"slow", 0, 3}, {"plain", -1, 5},
			   {"slow", 5, 0},  {"slow", 5, 1}, {"plain", 0, 4}};
	char ids[ORDERED][JOBS_ID_BYTES], other[JOBS_ID_BYTES];
	struct jobs_claim claim;

	(void)state;
	assert_false(jobs_fixture_claim(&claim));
	for (int i = 0; i < ORDERED; i++) {
		struct jobs_order order = jobs_fixture_order(jobs[i].kind);

		order.priority = jobs[i].priority;
		jobs_fixture_add_order(&order, ids[jobs[i].place]);
	}
	jobs_fixture_add("a kind that is not known", other);
	for (int i = 0; i < ORDERED; i++) {
		assert_int_equal(due_in(), 0);
		assert_true(jobs_fixture_claim(&claim));
		assert_string_equal(claim.id, ids[i]);
		assert_int_equal(claim.attempt, 1);
		assert_int_equal(claim.attempts_most, 3);
		assert_string_equal(claim.policy->kind,
				    jobs_fixture_view(ids[i]).kind);
	}
	assert_false(jobs_fixture_claim(&claim));
	assert_true(due_in() == INT64_MAX);
	assert_true(jobs_fixture_is(other, JOBS_QUEUED));
}

static void
test_concurrency(void **state)
{
	char id[JOBS_ID_BYTES];
	struct jobs_claim one, two, more;

	(void)state;
	for (int i = 0; i < 4; i++)
		jobs_fixture_add("two", id);
	assert_true(jobs_fixture_claim(&one));
	assert_true(jobs_fixture_claim(&two));
	assert_false(jobs_fixture_claim(&more));
	assert_true(due_in() == INT64_MAX);
	/* Others pass them by. */
	jobs_fixture_add("plain", id);
	assert_int_equal(due_in(), 0);
	assert_true(jobs_fixture_claim(&more));
	assert_string_equal(more.id, id);
	assert_false(jobs_fixture_claim(&more));
	assert_int_equal(jobs_fixture_succeed(&two), LC_OK);
	assert_int_equal(due_in(), 0);
	assert_true(jobs_fixture_claim(&two));
	assert_false(jobs_fixture_claim(&more));
	assert_int_equal(
		jobs_give_back(jobs_fixture.jobs, &one, why, JOBS_WHY_MAX),
		LC_OK);
	assert_true(jobs_fixture_claim(&more));
	assert_string_equal(more.id, one.id);
	assert_int_equal(more.attempt, 1);
	assert_false(jobs_fixture_claim(&more));
}

/* ---- time */

/* How a job waits, and what makes its time come. */
static const struct {
	int64_t run_in_ms, delay_ms;
	const char *comes;
} waits[] = {
	{1000000, 0, "UPDATE jobs SET run_at_ms = run_at_ms - 2000000"},
	{0, 1000000, "UPDATE jobs SET due_ms = due_ms - 2000000"},
	{0, 1000000, "UPDATE jobs SET due_boot = due_boot - 1"},
	{0, 1000000, "UPDATE jobs SET due_boot = due_boot + 1"},
	{1000000, 900000,
	 "UPDATE jobs SET run_at_ms = run_at_ms - 2000000,"
	 " due_ms = due_ms - 2000000"},
};

static void
test_time(void **state)
{
	const int64_t now_ms = jobs_fixture_now_ms();

	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		struct jobs_order order = jobs_fixture_order("plain");
		char id[JOBS_ID_BYTES];
		struct jobs_claim claim;

		if (waits[i].run_in_ms > 0)
			order.run_at_ms = now_ms + waits[i].run_in_ms;
		order.delay_ms = waits[i].delay_ms;
		jobs_fixture_add_order(&order, id);
		assert_false(jobs_fixture_claim(&claim));
		assert_in_range(due_in(), 500000, 1000000);
		assert_in_range(jobs_fixture_view(id).due_ms - now_ms, 1000000,
				1400000);
		jobs_fixture_sql(waits[i].comes);
		assert_int_equal(due_in(), 0);
		assert_int_equal(jobs_fixture_view(id).due_ms, 0);
		if (!jobs_fixture_claim(&claim))
			fail_msg("%zu does not begin", i);
		assert_int_equal(claim.attempt, 1);
		assert_int_equal(jobs_fixture_succeed(&claim), LC_OK);
		jobs_fixture_tear_down(state);
		jobs_fixture_set_up(state);
	}
}

/* Both clocks are waited for, whichever comes first. */
static void
test_both_times(void **state)
{
	static const char *const firsts[][2] = {
		{"UPDATE jobs SET run_at_ms = 1", "UPDATE jobs SET due_ms = 1"},
		{"UPDATE jobs SET due_ms = 1", "UPDATE jobs SET run_at_ms = 1"},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct jobs_order order = jobs_fixture_order("plain");
		char id[JOBS_ID_BYTES];
		struct jobs_claim claim;

		order.run_at_ms = jobs_fixture_now_ms() + 1000000;
		order.delay_ms = 1000000;
		jobs_fixture_add_order(&order, id);
		jobs_fixture_sql(firsts[i][0]);
		assert_false(jobs_fixture_claim(&claim));
		assert_true(jobs_fixture_view(id).due_ms > 0);
		jobs_fixture_sql(firsts[i][1]);
		assert_true(jobs_fixture_claim(&claim));
		assert_int_equal(jobs_fixture_succeed(&claim), LC_OK);
	}
}

static void
test_hasten(void **state)
{
	struct jobs_order order = jobs_fixture_order("plain");
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;

	(void)state;
	order.run_at_ms = jobs_fixture_now_ms() + 1000000;
	order.delay_ms = 1000000;
	jobs_fixture_add_order(&order, id);
	assert_int_equal(jobs_hasten(jobs_fixture.jobs, id, why, JOBS_WHY_MAX),
			 LC_OK);
	assert_int_equal(jobs_fixture_view(id).due_ms, 0);
	assert_true(jobs_fixture_claim(&claim));
}

/* ---- attempts */

/* Each wait is within its bounds, and they are not all the same. */
static void
test_backoff(void **state)
{
	static const int64_t least_ms[] = {1000000, 2000000, 3000000, 3000000};
	struct jobs_order order = jobs_fixture_order("slow");
	const int64_t now_ms = jobs_fixture_now_ms();
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;
	int64_t first = 0, wait_ms, others = 0;

	(void)state;
	order.attempts = 100;
	jobs_fixture_add_order(&order, id);
	for (int i = 0; i < 10; i++) {
		const int64_t least = least_ms[i < 3 ? i : 3];

		assert_true(jobs_fixture_claim(&claim));
		assert_int_equal(claim.attempt, i + 1);
		assert_int_equal(jobs_fixture_fail(&claim, false), LC_OK);
		wait_ms = jobs_fixture_view(id).due_ms - now_ms;
		if (wait_ms < least || wait_ms > least / 4 * 5 + 400000)
			fail_msg("attempt %d waits for %lld ms", i + 1,
				 (long long)wait_ms);
		if (i == 2)
			first = wait_ms;
		else if (i > 2 && wait_ms / 100 != first / 100)
			others++;
		assert_string_equal(jobs_fixture_view(id).error, "it broke");
		jobs_fixture_sql("UPDATE jobs SET due_ms = 0");
	}
	assert_true(others > 0);
}

/* What asks for a longer wait gets it. */
static void
test_delay_of_a_failure(void **state)
{
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;
	int64_t wait_ms;

	(void)state;
	jobs_fixture_add("slow", id);
	assert_true(jobs_fixture_claim(&claim));
	assert_int_equal(jobs_fail(jobs_fixture.jobs, &claim, "later", false,
				   5000000, NULL, NULL, why, JOBS_WHY_MAX),
			 LC_OK);
	wait_ms = jobs_fixture_view(id).due_ms - jobs_fixture_now_ms();
	assert_in_range(wait_ms, 4600000, 5000000);
}

static void
test_attempts_run_out(void **state)
{
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;

	(void)state;
	jobs_fixture_add("plain", id);
	for (int i = 1; i <= 3; i++) {
		assert_true(jobs_fixture_is(id, JOBS_QUEUED));
		assert_true(jobs_fixture_claim(&claim));
		assert_int_equal(claim.attempt, i);
		assert_int_equal(jobs_fixture_fail(&claim, false), LC_OK);
	}
	assert_true(jobs_fixture_is(id, JOBS_FAILED));
	assert_false(jobs_fixture_claim(&claim));
	/* Anew, it has all of them, and the lease goes on. */
	assert_int_equal(jobs_retry(jobs_fixture.jobs, id, why, JOBS_WHY_MAX),
			 LC_OK);
	assert_true(jobs_fixture_claim(&claim));
	assert_int_equal(claim.attempt, 1);
	assert_int_equal(claim.lease, 4);
	assert_int_equal(jobs_fixture_succeed(&claim), LC_OK);
	assert_null(jobs_fixture_view(id).error);
	assert_true(jobs_fixture_view(id).progress == 1.0);
}

static void
test_error_is_cut(void **state)
{
	char id[JOBS_ID_BYTES], error[JOBS_ERROR_MAX + 100];
	struct jobs_claim claim;

	(void)state;
	/* Two bytes each, and the limit falls between the two. */
	for (size_t i = 0; i < sizeof(error) - 3; i += 2)
		memcpy(error + 1 + i, "\xc3\xa4", 3);
	error[0] = 'x';
	jobs_fixture_add("plain", id);
	assert_true(jobs_fixture_claim(&claim));
	assert_int_equal(jobs_fail(jobs_fixture.jobs, &claim, error, true, 0,
				   NULL, NULL, why, JOBS_WHY_MAX),
			 LC_OK);
	error[JOBS_ERROR_MAX - 1] = '\0';
	assert_string_equal(jobs_fixture_view(id).error, error);
}

/* ---- leases */

static enum lc_rc (*const sayings[])(const struct jobs_claim *claim) = {
	jobs_fixture_succeed,       jobs_fixture_say_failed_for_good,
	jobs_fixture_say_cancelled, jobs_fixture_give_back,
	jobs_fixture_say_beat,
};

enum { SAYINGS = sizeof(sayings) / sizeof(*sayings) };

/* All that there is of jobs, as one number. */
static int64_t
all_rows(void)
{
	return jobs_fixture_number(
		"SELECT sum(length(quote(id) || state || attempts || lease"
		" || quote(ready_ms) || quote(due_ms) || quote(ended_ms)"
		" || progress || quote(error)) * 31 + attempts * 7 + lease_ms)"
		" FROM jobs");
}

/* A late one changes nothing, when another has the job and after its end. */
static void
test_fencing(void **state)
{
	struct jobs_claim late, now, after;
	char id[JOBS_ID_BYTES];
	int64_t before;

	(void)state;
	jobs_fixture_add("plain", id);
	assert_true(jobs_fixture_claim(&late));
	jobs_fixture_sql("UPDATE jobs SET lease_ms = 0");
	jobs_fixture_sweep(INT64_MAX);
	assert_string_equal(jobs_fixture_view(id).error, "the worker was lost");
	assert_true(jobs_fixture_claim(&now));
	assert_int_equal(now.seq, late.seq);
	assert_true(now.lease > late.lease);
	before = all_rows();
	for (int i = 0; i < SAYINGS; i++) {
		assert_int_equal(sayings[i](&late), LC_CONFLICT);
		assert_true(all_rows() == before);
		assert_true(jobs_fixture_is(id, JOBS_RUNNING));
	}
	/* Nor one whose number fits, but for another job. */
	after = now;
	memset(after.id, 'A', JOBS_ID_BYTES - 1);
	for (int i = 0; i < SAYINGS - 1; i++)
		assert_int_equal(sayings[i](&after), LC_CONFLICT);
	assert_true(all_rows() == before);
	assert_int_equal(jobs_fixture_succeed(&now), LC_OK);
	before = all_rows();
	for (int i = 0; i < SAYINGS; i++) {
		assert_int_equal(sayings[i](&late), LC_CONFLICT);
		assert_int_equal(sayings[i](&now), LC_CONFLICT);
		assert_true(all_rows() == before);
	}
}

static void
test_beat(void **state)
{
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;
	enum jobs_state told;
	bool cancel;

	(void)state;
	jobs_fixture_add("plain", id);
	assert_true(jobs_fixture_claim(&claim));
	/* A lease that nobody has swept up yet still holds. */
	jobs_fixture_sql("UPDATE jobs SET lease_ms = 0");
	assert_int_equal(jobs_fixture_beat(&claim, &cancel), LC_OK);
	assert_false(cancel);
	assert_true(jobs_fixture_view(id).progress == 0.5);
	jobs_fixture_sweep(INT64_MAX);
	assert_true(jobs_fixture_is(id, JOBS_RUNNING));
	assert_int_equal(
		jobs_cancel(jobs_fixture.jobs, id, &told, why, JOBS_WHY_MAX),
		LC_OK);
	assert_int_equal(told, JOBS_RUNNING);
	assert_int_equal(jobs_fixture_beat(&claim, &cancel), LC_OK);
	assert_true(cancel);
	/* Told twice, it says the same. */
	assert_int_equal(
		jobs_cancel(jobs_fixture.jobs, id, &told, why, JOBS_WHY_MAX),
		LC_OK);
	assert_int_equal(jobs_fixture_say_cancelled(&claim), LC_OK);
	assert_int_equal(
		jobs_cancel(jobs_fixture.jobs, id, &told, why, JOBS_WHY_MAX),
		LC_CONFLICT);
	assert_int_equal(told, JOBS_CANCELLED);
}

/* ---- what is written with the end */

static enum lc_rc
add_another(struct store *store, void *arg)
{
	const struct jobs_order order = jobs_fixture_order("slow");
	const enum lc_rc *rc = arg;
	char id[JOBS_ID_BYTES];
	bool existed;

	assert_int_equal(
		jobs_add_in(store, &order, id, &existed, why, JOBS_WHY_MAX),
		LC_OK);
	return *rc;
}

static void
test_also(void **state)
{
	enum lc_rc fails = LC_UNAVAILABLE, goes = LC_OK;
	const struct jobs_result none = {0};
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;

	(void)state;
	jobs_fixture_add("plain", id);
	assert_true(jobs_fixture_claim(&claim));
	assert_int_equal(jobs_succeed(jobs_fixture.jobs, &claim, &none,
				      add_another, &fails, why, JOBS_WHY_MAX),
			 LC_UNAVAILABLE);
	assert_true(jobs_fixture_is(id, JOBS_RUNNING));
	assert_int_equal(jobs_fail(jobs_fixture.jobs, &claim, "it", true, 0,
				   add_another, &fails, why, JOBS_WHY_MAX),
			 LC_UNAVAILABLE);
	assert_true(jobs_fixture_is(id, JOBS_RUNNING));
	assert_int_equal(jobs_end_cancelled(jobs_fixture.jobs, &claim,
					    add_another, &fails, why,
					    JOBS_WHY_MAX),
			 LC_UNAVAILABLE);
	assert_true(jobs_fixture_is(id, JOBS_RUNNING));
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM jobs"), 1);
	/* An attempt that is not the last one has no end to be told of. */
	assert_int_equal(jobs_fail(jobs_fixture.jobs, &claim, "it", false, 0,
				   add_another, &fails, why, JOBS_WHY_MAX),
			 LC_OK);
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM jobs"), 1);
	assert_true(jobs_fixture_claim(&claim));
	assert_int_equal(jobs_succeed(jobs_fixture.jobs, &claim, &none,
				      add_another, &goes, why, JOBS_WHY_MAX),
			 LC_OK);
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM jobs"), 2);
	assert_true(jobs_fixture_claim(&claim));
	assert_int_equal(jobs_fail(jobs_fixture.jobs, &claim, "it", true, 0,
				   add_another, &goes, why, JOBS_WHY_MAX),
			 LC_OK);
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM jobs"), 3);
	/* What is fenced off writes nothing. */
	assert_int_equal(jobs_succeed(jobs_fixture.jobs, &claim, &none,
				      add_another, &goes, why, JOBS_WHY_MAX),
			 LC_CONFLICT);
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM jobs"), 3);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_order),
		IN_ITS_OWN(test_concurrency),
		IN_ITS_OWN(test_time),
		IN_ITS_OWN(test_both_times),
		IN_ITS_OWN(test_hasten),
		IN_ITS_OWN(test_backoff),
		IN_ITS_OWN(test_delay_of_a_failure),
		IN_ITS_OWN(test_attempts_run_out),
		IN_ITS_OWN(test_error_is_cut),
		IN_ITS_OWN(test_fencing),
		IN_ITS_OWN(test_beat),
		IN_ITS_OWN(test_also),
	};

	return cmocka_run_group_tests_name("jobs_claim", tests, NULL, NULL);
}
