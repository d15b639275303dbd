/* Jobs: from which state to which, by what. */
#include "services/jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jobs_fixture.h"

static char *const why = jobs_fixture.why;

/* ---- all states and all that may be said */

enum origin {
	FRESH,    /* queued, never begun */
	DELAYED,  /* waiting for its time */
	RETURNED, /* queued, begun once */
	RUNNING,
	STOPPING, /* running, and told to stop */
	SUCCEEDED,
	FAILED,
	CANCELLED,
	ORIGINS
};

static const char *const origins[ORIGINS] = {"fresh",   "delayed",  "returned",
					     "running", "stopping", "succeeded",
					     "failed",  "cancelled"};

/* Brings a new job there; `claim` is of the last lease on it, if any. */
static void
bring(enum origin origin, char id[JOBS_ID_BYTES], struct jobs_claim *claim)
{
	struct jobs_order order = jobs_fixture_order("plain");
	enum jobs_state state;

	if (origin == DELAYED)
		order.delay_ms = 1000000;
	memset(claim, 0, sizeof(*claim));
	jobs_fixture_add_order(&order, id);
	memcpy(claim->id, id, JOBS_ID_BYTES);
	claim->policy = jobs_fixture_policies;
	claim->attempt = 1;
	claim->seq = jobs_fixture_number("SELECT max(seq) FROM jobs");
	if (origin == CANCELLED)
		assert_int_equal(jobs_cancel(jobs_fixture.jobs, id, &state, why,
					     JOBS_WHY_MAX),
				 LC_OK);
	if (origin == FRESH || origin == DELAYED || origin == CANCELLED)
		return;
	assert_true(jobs_fixture_claim(claim));
	assert_string_equal(claim->id, id);
	if (origin == STOPPING)
		assert_int_equal(jobs_cancel(jobs_fixture.jobs, id, &state, why,
					     JOBS_WHY_MAX),
				 LC_OK);
	else if (origin == RETURNED)
		assert_int_equal(jobs_fixture_fail(claim, false), LC_OK);
	else if (origin == SUCCEEDED)
		assert_int_equal(jobs_fixture_succeed(claim), LC_OK);
	else if (origin == FAILED)
		assert_int_equal(jobs_fixture_fail(claim, true), LC_OK);
}

static enum lc_rc
say_cancel(const struct jobs_claim *claim)
{
	enum jobs_state state;

	return jobs_cancel(jobs_fixture.jobs, claim->id, &state, why,
			   JOBS_WHY_MAX);
}

static enum lc_rc
say_retry(const struct jobs_claim *claim)
{
	return jobs_retry(jobs_fixture.jobs, claim->id, why, JOBS_WHY_MAX);
}

static enum lc_rc
say_withdraw(const struct jobs_claim *claim)
{
	return jobs_withdraw(jobs_fixture.jobs, claim->id, why, JOBS_WHY_MAX);
}

static enum lc_rc
say_hasten(const struct jobs_claim *claim)
{
	return jobs_hasten(jobs_fixture.jobs, claim->id, why, JOBS_WHY_MAX);
}

static enum lc_rc
say_claim(const struct jobs_claim *claim)
{
	struct jobs_claim taken;

	(void)claim;
	return jobs_fixture_claim(&taken) ? LC_OK : LC_NOT_FOUND;
}

/* A letter for each origin: the state after it; capitals of those that are
   refused with LC_CONFLICT and stay, '-': the job is gone, '.': LC_NOT_FOUND,
   and it stays. */
static const struct {
	const char *name;
	enum lc_rc (*say)(const struct jobs_claim *claim);
	const char *after;
} sayings[] = {
	/*            FDRrsSFC (fresh to cancelled) */
	{"cancel", say_cancel, "cccrrSFC"},
	{"retry", say_retry, "QQQRRSqq"},
	{"withdraw", say_withdraw, "Q-QRRSFC"},
	{"hasten", say_hasten, "qqqRRSFC"},
	{"claim", say_claim, "r.r....."},
	{"beat", jobs_fixture_say_beat, "QQQrrSFC"},
	{"succeed", jobs_fixture_succeed, "QQQssSFC"},
	{"fail", jobs_fixture_say_failed, "QQQqcSFC"},
	{"fail for good", jobs_fixture_say_failed_for_good, "QQQfcSFC"},
	{"end cancelled", jobs_fixture_say_cancelled, "QQQccSFC"},
	{"give back", jobs_fixture_give_back, "QQQqcSFC"},
};

/* What is in the table for an origin that stays as it is. */
static const char stays[] = "QQQRRSFC";

static void
check(size_t saying, enum origin origin)
{
	static const char states[] = "qrsfc", same[] = "QRSFC";
	const char after = sayings[saying].after[origin];
	const enum lc_rc wanted = after == '.'                ? LC_NOT_FOUND :
				  strchr(same, after) != NULL ? LC_CONFLICT :
								LC_OK;
	const char left = after == '.' ? stays[origin] : after;
	const char *place = strchr(states, left);
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;
	struct jobs_view view;
	enum lc_rc rc;

	bring(origin, id, &claim);
	why[0] = '\0';
	rc = sayings[saying].say(&claim);
	if (rc != wanted)
		fail_msg("%s of a %s job: %s (%s)", sayings[saying].name,
			 origins[origin], rc_label(rc), why);
	assert_int_equal(rc == LC_CONFLICT, why[0] != '\0');
	rc = jobs_find(jobs_fixture.jobs, id, &jobs_fixture.arena, &view, why,
		       JOBS_WHY_MAX);
	if (left == '-') {
		assert_int_equal(rc, LC_NOT_FOUND);
		return;
	}
	assert_int_equal(rc, LC_OK);
	if (place == NULL)
		place = states + (strchr(same, left) - same);
	if (view.state != (enum jobs_state)(place - states))
		fail_msg("a %s job is %s after %s", origins[origin],
			 jobs_state_name(view.state), sayings[saying].name);
	assert_int_equal(view.ended_ms != 0, view.state > JOBS_RUNNING);
	assert_int_equal(view.cancelling,
			 origin == STOPPING ? view.state == JOBS_RUNNING :
					      origin == RUNNING && saying == 0);
}

static void
test_states(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sayings) / sizeof(*sayings); i++)
		for (int origin = 0; origin < ORIGINS; origin++) {
			check(i, (enum origin)origin);
			jobs_fixture_sql("DELETE FROM jobs");
		}
}

/* Nothing is said to what is not there. */
static void
test_no_such_job(void **state)
{
	static const char *const ids[] = {"", "a", "AAAAAAAAAAAAAAAAAAAAAA",
					  "' OR 1 --"};
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;

	(void)state;
	for (int there = 0; there < 2; there++) {
		for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
			struct jobs_view view;

			snprintf(claim.id, sizeof(claim.id), "%s", ids[i]);
			assert_int_equal(jobs_find(jobs_fixture.jobs, ids[i],
						   &jobs_fixture.arena, &view,
						   why, JOBS_WHY_MAX),
					 LC_NOT_FOUND);
			assert_string_equal(why, "there is no such job");
			if (there == 0)
				continue;
			assert_int_equal(say_cancel(&claim), LC_NOT_FOUND);
			assert_int_equal(say_retry(&claim), LC_NOT_FOUND);
			assert_int_equal(say_withdraw(&claim), LC_NOT_FOUND);
			assert_int_equal(say_hasten(&claim), LC_NOT_FOUND);
		}
		if (there == 0)
			assert_int_equal(
				state_dir_count(jobs_fixture.directory), 0);
		jobs_fixture_add("plain", id);
	}
}

/* Nor is a file made where there is none. */
static void
test_no_file(void **state)
{
	static const char id[] = "AAAAAAAAAAAAAAAAAAAAAA";
	struct jobs *jobs = jobs_fixture.jobs;
	enum jobs_state became;

	(void)state;
	assert_int_equal(jobs_cancel(jobs, id, &became, why, JOBS_WHY_MAX),
			 LC_NOT_FOUND);
	assert_int_equal(jobs_retry(jobs, id, why, JOBS_WHY_MAX), LC_NOT_FOUND);
	assert_int_equal(jobs_hasten(jobs, id, why, JOBS_WHY_MAX),
			 LC_NOT_FOUND);
	assert_int_equal(jobs_withdraw(jobs, id, why, JOBS_WHY_MAX),
			 LC_NOT_FOUND);
	assert_string_equal(why, "there is no such job");
	assert_int_equal(state_dir_count(jobs_fixture.directory), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_states),
		IN_ITS_OWN(test_no_such_job),
		IN_ITS_OWN(test_no_file),
	};

	return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
