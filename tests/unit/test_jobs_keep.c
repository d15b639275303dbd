/* What is swept up: lost jobs, periodic ones, and what was kept long enough. */
#include "services/jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "jobs_fixture.h"
#include "services/results.h"

enum { DAY_S = 86400, MANY = 1203 };

static char *const why = jobs_fixture.why;

/* ---- lost ones */

static const struct {
	const char *change;
	bool lost;
} leases[] = {
	{"UPDATE jobs SET lease_ms = lease_ms - 30000", false},
	{"UPDATE jobs SET lease_ms = lease_ms - 30000000", true},
	{"UPDATE jobs SET lease_boot = lease_boot + 1", true},
	{"UPDATE jobs SET lease_boot = lease_boot - 1", true},
};

static void
test_lost(void **state)
{
	for (size_t i = 0; i < sizeof(leases) / sizeof(*leases); i++) {
		char ids[3][JOBS_ID_BYTES];
		struct jobs_claim claim;
		struct jobs_view view;

		for (int job = 0; job < 3; job++) {
			jobs_fixture_add("plain", ids[job]);
			assert_true(jobs_fixture_claim(&claim));
		}
		jobs_fixture_sql(leases[i].change);
		jobs_fixture_sweep(INT64_MAX);
		for (int job = 0; job < 3; job++) {
			view = jobs_fixture_view(ids[job]);
			assert_int_equal(view.state, leases[i].lost ?
							     JOBS_QUEUED :
							     JOBS_RUNNING);
			assert_int_equal(view.attempts, 1);
			assert_int_equal(view.error != NULL, leases[i].lost);
		}
		assert_int_equal(jobs_fixture_claim(&claim), leases[i].lost);
		jobs_fixture_tear_down(state);
		jobs_fixture_set_up(state);
	}
}

/* How often, when its worker is lost each time; and when it was told. */
static void
test_lost_for_good(void **state)
{
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;
	enum jobs_state told;

	(void)state;
	for (int cancelled = 0; cancelled < 2; cancelled++) {
		jobs_fixture_add("plain", id);
		for (int i = 0; i < 3; i++) {
			assert_true(jobs_fixture_claim(&claim));
			assert_string_equal(claim.id, id);
			if (cancelled)
				assert_int_equal(jobs_cancel(jobs_fixture.jobs,
							     id, &told, why,
							     JOBS_WHY_MAX),
						 LC_OK);
			jobs_fixture_sql("UPDATE jobs SET lease_ms = 0");
			jobs_fixture_sweep(INT64_MAX);
			if (cancelled)
				break;
		}
		assert_true(jobs_fixture_is(id, cancelled ? JOBS_CANCELLED :
							    JOBS_FAILED));
		assert_false(jobs_fixture_claim(&claim));
	}
}

/* One of a kind that nobody here knows is not left running for ever. */
static void
test_lost_of_unknown_kind(void **state)
{
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;
	int64_t wait_ms;

	(void)state;
	jobs_fixture_add("plain", id);
	assert_true(jobs_fixture_claim(&claim));
	jobs_fixture_sql("UPDATE jobs SET lease_ms = 0, kind = 'gone'");
	jobs_fixture_sweep(INT64_MAX);
	assert_true(jobs_fixture_is(id, JOBS_QUEUED));
	wait_ms = jobs_fixture_view(id).due_ms - jobs_fixture_now_ms();
	assert_in_range(wait_ms + 1, 0, 1251);
}

/* ---- lost ones */

static enum lc_rc
lost_note(struct store *store, void *arg, const struct jobs_claim *claim,
	  const char *error, bool failed)
{
	const struct jobs_order order = jobs_fixture_order("slow");
	char id[JOBS_ID_BYTES];
	int *told = arg;
	bool existed;

	assert_string_equal(claim->policy->kind, "plain");
	assert_string_equal(claim->payload, failed ? "{\"a\": 1}" : "");
	assert_string_equal(error, "the worker was lost");
	assert_int_equal(failed, claim->attempt == claim->attempts_most);
	assert_in_range(jobs_fixture_now_ms() - claim->started_ms, 0, 600000);
	++*told;
	if (!failed)
		return LC_OK;
	return jobs_add_in(store, &order, id, &existed, why, JOBS_WHY_MAX);
}

/* Of each attempt once, and of the last one with the end itself. */
static void
test_lost_for_good_is_told(void **state)
{
	struct jobs_order order = jobs_fixture_order("plain");
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;
	int told = 0;

	(void)state;
	order.attempts = 2;
	jobs_fixture_add_order(&order, id);
	for (int attempt = 1; attempt <= 3; attempt++) {
		assert_int_equal(jobs_fixture_claim(&claim), attempt <= 2);
		jobs_fixture_sql("UPDATE jobs SET lease_ms = 0"
				 " WHERE state = 'running'");
		assert_int_equal(jobs_sweep(jobs_fixture.jobs,
					    jobs_fixture_policies, 1, INT64_MAX,
					    lost_note, &told, why,
					    JOBS_WHY_MAX),
				 LC_OK);
		assert_int_equal(told, attempt < 2 ? attempt : 2);
		if (attempt == 2)
			assert_int_equal(
				jobs_fixture_number("SELECT count(*) FROM jobs"
						    " WHERE kind = 'slow'"),
				1);
		if (attempt == 2)
			jobs_fixture_sql("DELETE FROM jobs"
					 " WHERE kind = 'slow'");
	}
	assert_true(jobs_fixture_is(id, JOBS_FAILED));
}

/* ---- periodic ones */

static void
sweep_periodic(int64_t every_s)
{
	const struct jobs_policy policy = {.kind = "plain",
					   .attempts = 3,
					   .every_s = every_s,
					   .priority = 4,
					   .keep_s = 3600};

	assert_int_equal(jobs_sweep(jobs_fixture.jobs, &policy, 1, INT64_MAX,
				    NULL, NULL, why, JOBS_WHY_MAX),
			 LC_OK);
}

/* By how many periods the last one was before now, and whether it is due. */
static const struct {
	int64_t every_s;
	int64_t before;
	int64_t added, moved;
} ticks[] = {
	{DAY_S, 0, 0, 0},  {DAY_S, 1, 1, 1},  {DAY_S, 100, 1, 1},
	{3600, -1, 0, 0},  {3600, -24, 0, 0}, {3600, -26, 0, 1},
	{DAY_S, -2, 0, 0}, {DAY_S, -3, 0, 1},
};

static int64_t
jobs_there(void)
{
	return jobs_fixture_number("SELECT count(*) FROM jobs");
}

/* Away from where a day or an hour begins, for as long as this takes. */
static void
test_periodic(void **state)
{
	char sql[256];
	int64_t now;

	(void)state;
	sweep_periodic(DAY_S);
	assert_int_equal(jobs_there(), 0);
	while (jobs_fixture_now_ms() / 1000 % 3600 > 3590)
		sleep(1);
	for (size_t i = 0; i < sizeof(ticks) / sizeof(*ticks); i++) {
		now = jobs_fixture_now_ms() / 1000 / ticks[i].every_s;
		jobs_fixture_sql("DELETE FROM jobs");
		snprintf(sql, sizeof(sql), "UPDATE periodic SET tick = %lld",
			 (long long)(now - ticks[i].before));
		jobs_fixture_sql(sql);
		for (int again = 0; again < 2; again++)
			sweep_periodic(ticks[i].every_s);
		if (jobs_there() != ticks[i].added)
			fail_msg("%zu: %lld jobs", i, (long long)jobs_there());
		assert_int_equal(
			jobs_fixture_number("SELECT tick FROM periodic"),
			ticks[i].moved ? now : now - ticks[i].before);
	}
}

/* While one waits there is no other, and the next one comes in time. */
static void
test_periodic_is_one(void **state)
{
	struct jobs_claim claim;

	(void)state;
	sweep_periodic(1);
	for (int i = 0; i < 3; i++) {
		jobs_fixture_sql("UPDATE periodic SET tick = tick - 1");
		sweep_periodic(1);
		assert_int_equal(jobs_there(), 1);
	}
	assert_int_equal(jobs_fixture_number("SELECT priority FROM jobs"), 4);
	jobs_fixture_sql("UPDATE jobs SET payload = '{\"a\": 1}'");
	assert_true(jobs_fixture_claim(&claim));
	assert_int_equal(claim.attempts_most, 3);
	assert_int_equal(jobs_fixture_succeed(&claim), LC_OK);
	jobs_fixture_sql("UPDATE periodic SET tick = tick - 1");
	sweep_periodic(1);
	assert_int_equal(jobs_there(), 2);
}

/* ---- by age */

/* Kinds, for how long each is over, and whether it goes. */
static const struct {
	const char *kind;
	int64_t ago_s;
	bool goes;
} ages[] = {
	{"plain", 3500, false},        {"plain", 3700, true},
	{"short", 5, false},           {"short", 20, true},
	{"unknown", 6 * DAY_S, false}, {"unknown", 8 * DAY_S, true},
};

static bool
has_result(const char *id)
{
	char words[RESULTS_WHY_MAX];
	int64_t bytes;
	int descriptor;

	if (results_open(jobs_fixture.directory, id, &descriptor, &bytes, words,
			 sizeof(words)) != LC_OK)
		return false;
	close(descriptor);
	return true;
}

/* Ends a job with a result of so many bytes. */
static void
end_one(const char *kind, int64_t bytes, char id[JOBS_ID_BYTES])
{
	const struct jobs_result result = {
		.status = 201, .media = "text/plain", .bytes = bytes};
	static const char content[100];
	char sql[256];
	struct jobs_claim claim;

	jobs_fixture_add("plain", id);
	assert_true(jobs_fixture_claim(&claim));
	assert_int_equal(results_put(jobs_fixture.directory, id, content,
				     (size_t)bytes, why, JOBS_WHY_MAX),
			 LC_OK);
	assert_int_equal(jobs_succeed(jobs_fixture.jobs, &claim, &result, NULL,
				      NULL, why, JOBS_WHY_MAX),
			 LC_OK);
	snprintf(sql, sizeof(sql),
		 "UPDATE jobs SET kind = '%s' WHERE id = '%s'", kind, id);
	jobs_fixture_sql(sql);
}

/* Of jobs that are gone; without the file nobody knows whether they are. */
static void
test_tidy(void **state)
{
	static const char gone[] = "AAAAAAAAAAAAAAAAAAAAAA";
	char id[JOBS_ID_BYTES];

	(void)state;
	assert_int_equal(results_put(jobs_fixture.directory, gone, "x", 1, why,
				     JOBS_WHY_MAX),
			 LC_OK);
	jobs_tidy(jobs_fixture.jobs);
	assert_true(has_result(gone));
	end_one("plain", 1, id);
	jobs_tidy(jobs_fixture.jobs);
	assert_false(has_result(gone));
	assert_true(has_result(id));
	jobs_fixture_sql("DELETE FROM jobs");
	jobs_tidy(jobs_fixture.jobs);
	assert_false(has_result(id));
}

static void
test_kept_by_age(void **state)
{
	char id[JOBS_ID_BYTES], sql[256];
	struct jobs_view view;
	enum lc_rc rc;

	(void)state;
	for (size_t i = 0; i < sizeof(ages) / sizeof(*ages); i++) {
		end_one(ages[i].kind, 10, id);
		snprintf(sql, sizeof(sql),
			 "UPDATE jobs SET ended_ms = ended_ms - %lld",
			 (long long)ages[i].ago_s * 1000);
		jobs_fixture_sql(sql);
		jobs_fixture_sweep(INT64_MAX);
		rc = jobs_find(jobs_fixture.jobs, id, &jobs_fixture.arena,
			       &view, why, JOBS_WHY_MAX);
		if (rc != (ages[i].goes ? LC_NOT_FOUND : LC_OK))
			fail_msg("%zu: %s", i, rc_label(rc));
		assert_int_equal(has_result(id), !ages[i].goes);
		jobs_fixture_sql("DELETE FROM jobs");
	}
}

/* What has not ended stays, and many go at once. */
static void
test_many_go(void **state)
{
	char ids[2][JOBS_ID_BYTES], sql[512];
	struct jobs_claim claim;
	struct jobs_counts counts;

	(void)state;
	jobs_fixture_add("plain", ids[0]);
	assert_true(jobs_fixture_claim(&claim));
	jobs_fixture_add("plain", ids[1]);
	snprintf(sql, sizeof(sql),
		 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
		 " FROM n WHERE i < %d) INSERT INTO jobs (id, kind, state,"
		 " priority, attempts, attempts_most, lease, cancel, progress,"
		 " created_ms, ended_ms, result_status, result_bytes, payload)"
		 " SELECT 'id' || i, 'plain', 'failed', 0, 1, 1, 1, 0, 0, 1, i,"
		 " 0, 0, '{}' FROM n",
		 MANY);
	jobs_fixture_sql(sql);
	assert_int_equal(
		jobs_count(jobs_fixture.jobs, &counts, why, JOBS_WHY_MAX),
		LC_OK);
	assert_int_equal(counts.of[JOBS_FAILED], MANY);
	jobs_fixture_sweep(INT64_MAX);
	assert_int_equal(
		jobs_count(jobs_fixture.jobs, &counts, why, JOBS_WHY_MAX),
		LC_OK);
	assert_int_equal(counts.of[JOBS_FAILED], 0);
	assert_true(jobs_fixture_is(ids[0], JOBS_RUNNING));
	assert_true(jobs_fixture_is(ids[1], JOBS_QUEUED));
}

static void
test_keys_of_a_day(void **state)
{
	struct jobs_order order = jobs_fixture_order("plain");
	char id[JOBS_ID_BYTES];

	(void)state;
	order.client = "a";
	for (int i = 0; i < 2; i++) {
		order.key = i == 0 ? "old" : "new";
		jobs_fixture_add_order(&order, id);
	}
	jobs_fixture_sql("UPDATE job_keys SET created_ms ="
			 " created_ms - 86400000 WHERE key = 'old'");
	jobs_fixture_sweep(INT64_MAX);
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM job_keys"),
			 1);
	assert_int_equal(jobs_there(), 2);
}

/* ---- by bytes */

static const struct {
	int64_t most;
	int left; /* of five with 40 bytes each */
} bounds[] = {{200, 5}, {199, 4}, {120, 3}, {41, 1}, {40, 1}, {39, 0}, {0, 0}};

static void
test_kept_by_bytes(void **state)
{
	for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++) {
		char ids[5][JOBS_ID_BYTES], sql[256];

		for (int job = 0; job < 5; job++) {
			end_one("plain", 40, ids[job]);
			/* Some of them end in the same millisecond. */
			snprintf(sql, sizeof(sql),
				 "UPDATE jobs SET ended_ms = ended_ms + %d"
				 " WHERE id = '%s'",
				 job * 1000, ids[job]);
			jobs_fixture_sql(sql);
		}
		jobs_fixture_sweep(bounds[i].most);
		for (int job = 0; job < 5; job++) {
			const bool stays = job >= 5 - bounds[i].left;
			const struct jobs_view view =
				jobs_fixture_view(ids[job]);

			assert_int_equal(view.state, JOBS_SUCCEEDED);
			assert_int_equal(view.result_status, stays ? 201 : 0);
			assert_int_equal(view.result_bytes, stays ? 40 : 0);
			assert_int_equal(view.result_media != NULL, stays);
			assert_int_equal(has_result(ids[job]), stays);
		}
		jobs_fixture_tear_down(state);
		jobs_fixture_set_up(state);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_tidy),
		IN_ITS_OWN(test_lost_for_good_is_told),
		IN_ITS_OWN(test_lost),
		IN_ITS_OWN(test_lost_for_good),
		IN_ITS_OWN(test_lost_of_unknown_kind),
		IN_ITS_OWN(test_periodic),
		IN_ITS_OWN(test_periodic_is_one),
		IN_ITS_OWN(test_kept_by_age),
		IN_ITS_OWN(test_many_go),
		IN_ITS_OWN(test_keys_of_a_day),
		IN_ITS_OWN(test_kept_by_bytes),
	};

	return cmocka_run_group_tests_name("jobs_keep", tests, NULL, NULL);
}
