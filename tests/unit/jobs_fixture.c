#include "jobs_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/state.h"

struct jobs_fixture jobs_fixture;

const struct jobs_policy jobs_fixture_policies[JOBS_FIXTURE_KINDS] = {
	{.kind = "plain", .attempts = 3, .keep_s = 3600},
	{.kind = "two", .attempts = 3, .concurrency = 2, .keep_s = 3600},
	{.kind = "slow",
	 .attempts = 3,
	 .backoff_ms = 1000000,
	 .backoff_most_ms = 3000000,
	 .keep_s = 3600},
	{.kind = "short", .attempts = 3, .keep_s = 10},
};

int
jobs_fixture_set_up(void **state)
{
	(void)state;
	/* Most of what is done waits for the disk, if there is one. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	state_dir_make(jobs_fixture.directory);
	jobs_fixture.jobs = jobs_new(jobs_fixture.directory);
	arena_init(&jobs_fixture.arena, NULL, 0);
	jobs_fixture.why[0] = '\0';
	return jobs_fixture.jobs == NULL;
}

int
jobs_fixture_tear_down(void **state)
{
	(void)state;
	jobs_free(jobs_fixture.jobs);
	arena_release(&jobs_fixture.arena);
	state_dir_remove(jobs_fixture.directory);
	return 0;
}

static void
must(enum lc_rc rc)
{
	if (rc != LC_OK)
		fail_msg("%s: %s", rc_label(rc), jobs_fixture.why);
}

struct jobs_order
jobs_fixture_order(const char *kind)
{
	return (struct jobs_order){
		.kind = kind, .payload = "{\"a\": 1}", .attempts = 3};
}

void
jobs_fixture_add_order(const struct jobs_order *order, char id[JOBS_ID_BYTES])
{
	bool existed;

	must(jobs_add(jobs_fixture.jobs, order, id, &existed, jobs_fixture.why,
		      JOBS_WHY_MAX));
	assert_false(existed);
	assert_int_equal(strlen(id), JOBS_ID_BYTES - 1);
}

void
jobs_fixture_add(const char *kind, char id[JOBS_ID_BYTES])
{
	const struct jobs_order order = jobs_fixture_order(kind);

	jobs_fixture_add_order(&order, id);
}

bool
jobs_fixture_claim_by(struct jobs *jobs, struct jobs_claim *claim)
{
	char why[JOBS_WHY_MAX] = "";
	struct arena arena;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = jobs_claim(jobs, jobs_fixture_policies, JOBS_FIXTURE_KINDS,
			JOBS_FIXTURE_LEASE_MS, &arena, claim, why, sizeof(why));
	if (rc != LC_OK && (rc != LC_NOT_FOUND || why[0] != '\0'))
		fail_msg("%s: %s", rc_label(rc), why);
	if (rc == LC_OK)
		assert_string_equal(claim->payload, "{\"a\": 1}");
	claim->payload = NULL;
	if (rc == LC_OK && claim->trace != NULL)
		claim->trace = arena_dup(&jobs_fixture.arena, claim->trace,
					 strlen(claim->trace));
	arena_release(&arena);
	return rc == LC_OK;
}

bool
jobs_fixture_claim(struct jobs_claim *claim)
{
	return jobs_fixture_claim_by(jobs_fixture.jobs, claim);
}

enum lc_rc
jobs_fixture_succeed(const struct jobs_claim *claim)
{
	const struct jobs_result none = {0};

	return jobs_succeed(jobs_fixture.jobs, claim, &none, NULL, NULL,
			    jobs_fixture.why, JOBS_WHY_MAX);
}

enum lc_rc
jobs_fixture_fail(const struct jobs_claim *claim, bool final)
{
	return jobs_fail(jobs_fixture.jobs, claim, "it broke", final, 0, NULL,
			 NULL, jobs_fixture.why, JOBS_WHY_MAX);
}

enum lc_rc
jobs_fixture_beat(const struct jobs_claim *claim, bool *cancel)
{
	return jobs_beat(jobs_fixture.jobs, claim->seq, claim->lease,
			 JOBS_FIXTURE_LEASE_MS, 0.5, cancel, jobs_fixture.why,
			 JOBS_WHY_MAX);
}

enum lc_rc
jobs_fixture_say_beat(const struct jobs_claim *claim)
{
	bool cancel;

	return jobs_fixture_beat(claim, &cancel);
}

enum lc_rc
jobs_fixture_say_failed(const struct jobs_claim *claim)
{
	return jobs_fixture_fail(claim, false);
}

enum lc_rc
jobs_fixture_say_failed_for_good(const struct jobs_claim *claim)
{
	return jobs_fixture_fail(claim, true);
}

enum lc_rc
jobs_fixture_say_cancelled(const struct jobs_claim *claim)
{
	return jobs_end_cancelled(jobs_fixture.jobs, claim, NULL, NULL,
				  jobs_fixture.why, JOBS_WHY_MAX);
}

enum lc_rc
jobs_fixture_give_back(const struct jobs_claim *claim)
{
	return jobs_give_back(jobs_fixture.jobs, claim, jobs_fixture.why,
			      JOBS_WHY_MAX);
}

void
jobs_fixture_sweep(int64_t results_most_bytes)
{
	must(jobs_sweep(jobs_fixture.jobs, jobs_fixture_policies,
			JOBS_FIXTURE_KINDS, results_most_bytes, NULL, NULL,
			jobs_fixture.why, JOBS_WHY_MAX));
}

struct jobs_view
jobs_fixture_view(const char *id)
{
	struct jobs_view view;

	must(jobs_find(jobs_fixture.jobs, id, &jobs_fixture.arena, &view,
		       jobs_fixture.why, JOBS_WHY_MAX));
	assert_string_equal(view.id, id);
	return view;
}

bool
jobs_fixture_is(const char *id, enum jobs_state state)
{
	const struct jobs_view view = jobs_fixture_view(id);

	if (view.state == state)
		return true;
	print_error("%s is %s, not %s\n", id, jobs_state_name(view.state),
		    jobs_state_name(state));
	return false;
}

int64_t
jobs_fixture_now_ms(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
jobs_fixture_sql(const char *sql)
{
	struct store *store;

	must(state_open(jobs_fixture.directory, &store, jobs_fixture.why,
			JOBS_WHY_MAX));
	if (store_exec(store, sql) != LC_OK)
		fail_msg("%s: %s", sql, store_why(store));
	store_close(store);
}

int64_t
jobs_fixture_number(const char *sql)
{
	struct store *store;
	int64_t number;

	must(state_open(jobs_fixture.directory, &store, jobs_fixture.why,
			JOBS_WHY_MAX));
	if (store_pragma(store, sql, &number) != LC_OK)
		fail_msg("%s: %s", sql, store_why(store));
	store_close(store);
	return number;
}
