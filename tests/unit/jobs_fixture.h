/*
 * What the tests of jobs share: a queue over a state directory of its own.
 */
#ifndef TESTS_JOBS_FIXTURE_H
#define TESTS_JOBS_FIXTURE_H

#include "base/arena.h"
#include "services/jobs.h"
#include "state_dir.h"

enum { JOBS_FIXTURE_KINDS = 4, JOBS_FIXTURE_LEASE_MS = 60000 };

struct jobs_fixture {
	char directory[STATE_DIR_MAX];
	struct jobs *jobs;
	struct arena arena;
	char why[JOBS_WHY_MAX];
};

extern struct jobs_fixture jobs_fixture;

/* "plain"; "two", of which two run at once; "slow" with a long backoff;
   "short", which is kept for 10 s.  All are tried three times. */
extern const struct jobs_policy jobs_fixture_policies[JOBS_FIXTURE_KINDS];

/* Before and after each test. */
int jobs_fixture_set_up(void **state);
int jobs_fixture_tear_down(void **state);
#define IN_ITS_OWN(test)                                           \
	cmocka_unit_test_setup_teardown(test, jobs_fixture_set_up, \
					jobs_fixture_tear_down)

/* An order of the kind that has nothing special. */
struct jobs_order jobs_fixture_order(const char *kind);

/* Adds one, which must go well and be new. */
void jobs_fixture_add_order(const struct jobs_order *order,
			    char id[JOBS_ID_BYTES]);
void jobs_fixture_add(const char *kind, char id[JOBS_ID_BYTES]);

/* Claims the next one; false: there is none. */
bool jobs_fixture_claim_by(struct jobs *jobs, struct jobs_claim *claim);
bool jobs_fixture_claim(struct jobs_claim *claim);

enum lc_rc jobs_fixture_succeed(const struct jobs_claim *claim);
enum lc_rc jobs_fixture_fail(const struct jobs_claim *claim, bool final);
enum lc_rc jobs_fixture_beat(const struct jobs_claim *claim, bool *cancel);

/* What may be said of a claim, in one form; with fixed words where any are. */
enum lc_rc jobs_fixture_say_beat(const struct jobs_claim *claim);
enum lc_rc jobs_fixture_say_failed(const struct jobs_claim *claim);
enum lc_rc jobs_fixture_say_failed_for_good(const struct jobs_claim *claim);
enum lc_rc jobs_fixture_say_cancelled(const struct jobs_claim *claim);
enum lc_rc jobs_fixture_give_back(const struct jobs_claim *claim);

void jobs_fixture_sweep(int64_t results_most_bytes);

/* How a job that must be there is. */
struct jobs_view jobs_fixture_view(const char *id);
bool jobs_fixture_is(const char *id, enum jobs_state state);

/* The calendar. */
int64_t jobs_fixture_now_ms(void);

/* Changes the file from outside; reads a number from it. */
void jobs_fixture_sql(const char *sql);
int64_t jobs_fixture_number(const char *sql);

#endif
