/* Adding jobs, and looking at them. */
#include "services/jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jobs_fixture.h"
#include "services/state.h"

enum { DAY_MS = 86400000, PAGED = 23 };

static char *const why = jobs_fixture.why;

static void
test_view_of_a_new_one(void **state)
{
	struct jobs_order order = jobs_fixture_order("plain");
	char id[JOBS_ID_BYTES], other[JOBS_ID_BYTES];
	struct jobs_view view;

	(void)state;
	order.payload = "{\"\xc3\xa4\": [1, 2]}";
	order.attempts = 7;
	order.priority = -2;
	jobs_fixture_add_order(&order, id);
	jobs_fixture_add_order(&order, other);
	assert_string_not_equal(id, other);
	assert_int_equal(strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-_"),
			 JOBS_ID_BYTES - 1);
	view = jobs_fixture_view(id);
	assert_string_equal(view.kind, "plain");
	assert_string_equal(view.payload, order.payload);
	assert_int_equal(view.state, JOBS_QUEUED);
	assert_int_equal(view.priority, -2);
	assert_int_equal(view.attempts, 0);
	assert_int_equal(view.attempts_most, 7);
	assert_true(view.progress == 0 && !view.cancelling);
	assert_in_range(view.created_ms, INT64_C(1577836800000),
			INT64_C(9999999999999));
	assert_true(view.due_ms == 0 && view.started_ms == 0 &&
		    view.ended_ms == 0 && view.result_status == 0 &&
		    view.result_bytes == 0);
	assert_null(view.error);
	assert_null(view.result_media);
}

/* ---- once */

struct key {
	const char *kind, *payload, *unique, *client, *key;
};

/* Those that were added before, and what is made of a further one. */
static const struct {
	struct key first, second;
	enum lc_rc rc;
	bool existed;
} keys[] = {
	{{"plain", "1", NULL, "a", "k"},
	 {"plain", "1", NULL, "a", "k"},
	 LC_OK,
	 true},
	{{"plain", "1", NULL, "a", "k"},
	 {"plain", "2", NULL, "a", "k"},
	 LC_INVALID,
	 false},
	{{"plain", "1", NULL, "a", "k"},
	 {"slow", "1", NULL, "a", "k"},
	 LC_INVALID,
	 false},
	{{"plain", "1", NULL, "a", "k"},
	 {"plain", "1", NULL, "b", "k"},
	 LC_OK,
	 false},
	{{"plain", "1", NULL, "a", "k"},
	 {"plain", "1", NULL, "a", "l"},
	 LC_OK,
	 false},
	{{"plain", "1", NULL, "a", "k"},
	 {"plain", "1", NULL, "a", NULL},
	 LC_OK,
	 false},
	{{"plain", "1", "u", NULL, NULL},
	 {"plain", "2", "u", NULL, NULL},
	 LC_OK,
	 true},
	{{"plain", "1", "u", NULL, NULL},
	 {"slow", "1", "u", NULL, NULL},
	 LC_OK,
	 false},
	{{"plain", "1", "u", NULL, NULL},
	 {"plain", "1", "v", NULL, NULL},
	 LC_OK,
	 false},
	{{"plain", "1", "u", "a", "k"},
	 {"plain", "2", "u", "b", "k"},
	 LC_OK,
	 true},
};

static enum lc_rc
add(const struct key *key, char id[JOBS_ID_BYTES], bool *existed)
{
	const struct jobs_order order = {.kind = key->kind,
					 .payload = key->payload,
					 .attempts = 1,
					 .unique = key->unique,
					 .client = key->client,
					 .key = key->key};

	return jobs_add(jobs_fixture.jobs, &order, id, existed, why,
			JOBS_WHY_MAX);
}

static void
test_once(void **state)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		char one[JOBS_ID_BYTES], two[JOBS_ID_BYTES];
		bool existed;
		enum lc_rc rc;

		assert_int_equal(add(&keys[i].first, one, &existed), LC_OK);
		assert_false(existed);
		rc = add(&keys[i].second, two, &existed);
		if (rc != keys[i].rc || existed != keys[i].existed ||
		    (strcmp(one, two) == 0) != existed)
			fail_msg("%zu: %s", i, rc_label(rc));
		assert_int_equal(rc == LC_OK, two[0] != '\0');
		jobs_fixture_tear_down(state);
		jobs_fixture_set_up(state);
	}
}

/* A key is known for a day, even when its job is not there any more. */
static void
test_key_of_a_day(void **state)
{
	static const struct key key = {"plain", "1", NULL, "a", "k"},
				other = {"plain", "2", NULL, "a", "k"};
	char one[JOBS_ID_BYTES], two[JOBS_ID_BYTES], sql[128];
	bool existed;

	(void)state;
	assert_int_equal(add(&key, one, &existed), LC_OK);
	jobs_fixture_sql("DELETE FROM jobs");
	assert_int_equal(add(&key, two, &existed), LC_OK);
	assert_true(existed);
	assert_string_equal(one, two);
	snprintf(sql, sizeof(sql),
		 "UPDATE job_keys SET created_ms = created_ms - %d", DAY_MS);
	jobs_fixture_sql(sql);
	assert_int_equal(add(&other, two, &existed), LC_OK);
	assert_false(existed);
	assert_string_not_equal(one, two);
	assert_int_equal(add(&other, one, &existed), LC_OK);
	assert_true(existed);
}

/* One that has ended is no obstacle; and two never wait at once. */
static void
test_unique_and_retry(void **state)
{
	static const struct key key = {"plain", "1", "u", NULL, NULL};
	char one[JOBS_ID_BYTES], two[JOBS_ID_BYTES];
	enum jobs_state ended;
	bool existed;

	(void)state;
	assert_int_equal(add(&key, one, &existed), LC_OK);
	assert_int_equal(
		jobs_cancel(jobs_fixture.jobs, one, &ended, why, JOBS_WHY_MAX),
		LC_OK);
	assert_int_equal(ended, JOBS_CANCELLED);
	assert_int_equal(add(&key, two, &existed), LC_OK);
	assert_false(existed);
	assert_int_equal(jobs_retry(jobs_fixture.jobs, one, why, JOBS_WHY_MAX),
			 LC_CONFLICT);
	assert_string_equal(why, "another job has taken its place");
	assert_int_equal(
		jobs_cancel(jobs_fixture.jobs, two, &ended, why, JOBS_WHY_MAX),
		LC_OK);
	assert_int_equal(jobs_retry(jobs_fixture.jobs, one, why, JOBS_WHY_MAX),
			 LC_OK);
	assert_true(jobs_fixture_is(one, JOBS_QUEUED));
}

/* What was withdrawn has never been there. */
static void
test_withdrawn_with_its_key(void **state)
{
	struct jobs_order order = jobs_fixture_order("plain");
	char one[JOBS_ID_BYTES], two[JOBS_ID_BYTES];

	(void)state;
	order.client = "a";
	order.key = "k";
	order.delay_ms = 1000000;
	jobs_fixture_add_order(&order, one);
	assert_int_equal(
		jobs_withdraw(jobs_fixture.jobs, one, why, JOBS_WHY_MAX),
		LC_OK);
	jobs_fixture_add_order(&order, two);
	assert_string_not_equal(one, two);
}

static void
test_in_a_transaction(void **state)
{
	const struct jobs_order order = jobs_fixture_order("plain");
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;
	struct store *store;
	bool existed;

	(void)state;
	for (int kept = 0; kept < 2; kept++) {
		assert_int_equal(state_open(jobs_fixture.directory, &store, why,
					    JOBS_WHY_MAX),
				 LC_OK);
		assert_int_equal(state_begin(store, why, JOBS_WHY_MAX), LC_OK);
		assert_int_equal(jobs_add_in(store, &order, id, &existed, why,
					     JOBS_WHY_MAX),
				 LC_OK);
		assert_int_equal(state_end(store,
					   kept == 0 ? LC_INVALID : LC_OK, why,
					   JOBS_WHY_MAX),
				 kept == 0 ? LC_INVALID : LC_OK);
		store_close(store);
		assert_int_equal(jobs_fixture_claim(&claim), kept);
	}
	assert_string_equal(claim.id, id);
}

/* ---- lists and counts */

static const struct {
	const char *kind;
	int state; /* JOBS_STATE__MAX: any */
} filters[] = {
	{NULL, JOBS_STATE__MAX},   {"plain", JOBS_STATE__MAX},
	{"slow", JOBS_STATE__MAX}, {"none", JOBS_STATE__MAX},
	{NULL, JOBS_QUEUED},       {NULL, JOBS_RUNNING},
	{NULL, JOBS_SUCCEEDED},    {NULL, JOBS_FAILED},
	{NULL, JOBS_CANCELLED},    {"plain", JOBS_QUEUED},
	{"plain", JOBS_RUNNING},   {"slow", JOBS_SUCCEEDED},
	{"plain", JOBS_FAILED},    {"slow", JOBS_CANCELLED},
	{"slow", JOBS_QUEUED},
};

/* Makes jobs of two kinds in all states. */
static void
populate(char ids[PAGED][JOBS_ID_BYTES])
{
	for (int i = 0; i < PAGED; i++) {
		struct jobs_order order =
			jobs_fixture_order(i % 2 == 0 ? "plain" : "slow");
		enum jobs_state ended;
		struct jobs_claim claim;

		if (i % 5 == 0) /* stays queued, in three ways */
			order.delay_ms = i % 10 == 0 ? 1000000 : 0;
		if (i % 15 == 0)
			order.run_at_ms = INT64_C(9999999999999);
		order.priority = i % 5 == 0 ? -1 : 0;
		jobs_fixture_add_order(&order, ids[i]);
		if (i % 5 == 4)
			assert_int_equal(jobs_cancel(jobs_fixture.jobs, ids[i],
						     &ended, why, JOBS_WHY_MAX),
					 LC_OK);
		if (i % 5 == 0 || i % 5 == 4)
			continue;
		assert_true(jobs_fixture_claim(&claim));
		assert_string_equal(claim.id, ids[i]);
		if (i % 5 == 1)
			assert_int_equal(jobs_fixture_succeed(&claim), LC_OK);
		else if (i % 5 == 2)
			assert_int_equal(jobs_fixture_fail(&claim, true),
					 LC_OK);
	}
}

/* Reads all pages and holds them against all ids, the newest first. */
static size_t
check_list(char ids[PAGED][JOBS_ID_BYTES], size_t which, int64_t page)
{
	struct jobs_filter filter = {
		.kind = filters[which].kind,
		.has_state = filters[which].state != JOBS_STATE__MAX,
		.state = (enum jobs_state)filters[which].state,
		.limit = page};
	struct jobs_view *views;
	size_t count, found = 0;
	bool more = true;
	int at = PAGED;

	while (more) {
		assert_int_equal(jobs_list(jobs_fixture.jobs, &filter,
					   &jobs_fixture.arena, &views, &count,
					   &more, why, JOBS_WHY_MAX),
				 LC_OK);
		assert_true(!more || count == (size_t)page);
		for (size_t i = 0; i < count; i++, found++) {
			while (at > 0 && strcmp(ids[--at], views[i].id) != 0)
				;
			assert_string_equal(ids[at], views[i].id);
			assert_true(!filter.has_state ||
				    views[i].state == filter.state);
			assert_true(filter.kind == NULL ||
				    strcmp(views[i].kind, filter.kind) == 0);
			filter.after = views[i].id;
		}
	}
	return found;
}

static void
test_lists(void **state)
{
	/* How many of 23 there are for each filter. */
	static const size_t wanted[] = {23, 12, 11, 0, 5, 4, 5, 5,
					4,  3,  2,  3, 3, 2, 2};
	char ids[PAGED][JOBS_ID_BYTES];
	struct jobs_counts counts;
	int64_t all = 0;

	(void)state;
	populate(ids);
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++)
		for (int64_t page = 1; page <= PAGED + 1; page += 5)
			if (check_list(ids, i, page) != wanted[i])
				fail_msg("%zu: %zu instead of %zu", i,
					 check_list(ids, i, page), wanted[i]);
	assert_int_equal(
		jobs_count(jobs_fixture.jobs, &counts, why, JOBS_WHY_MAX),
		LC_OK);
	for (int i = 0; i < JOBS_STATE__MAX; i++)
		assert_int_equal(counts.of[i], wanted[4 + i]);
	for (int i = 0; i < JOBS_STATE__MAX; i++)
		all += counts.of[i];
	assert_int_equal(all, PAGED);
}

static void
test_list_after_nothing(void **state)
{
	struct jobs_filter filter = {.limit = 10};
	char id[JOBS_ID_BYTES];
	struct jobs_view *views;
	size_t count = 1;
	bool more = true;

	(void)state;
	for (int there = 0; there < 2; there++) {
		filter.after = NULL;
		assert_int_equal(jobs_list(jobs_fixture.jobs, &filter,
					   &jobs_fixture.arena, &views, &count,
					   &more, why, JOBS_WHY_MAX),
				 LC_OK);
		assert_int_equal(count, there);
		assert_false(more);
		filter.after = "AAAAAAAAAAAAAAAAAAAAAA";
		assert_int_equal(jobs_list(jobs_fixture.jobs, &filter,
					   &jobs_fixture.arena, &views, &count,
					   &more, why, JOBS_WHY_MAX),
				 LC_NOT_FOUND);
		assert_string_equal(why, "there is no such job");
		if (there == 0)
			assert_int_equal(
				state_dir_count(jobs_fixture.directory), 0);
		jobs_fixture_add("plain", id);
	}
}

/* How long the oldest one has waited, whichever way it did. */
static void
test_oldest(void **state)
{
	static const char *const waits[] = {
		"UPDATE jobs SET ready_ms = ready_ms - 5000",
		"UPDATE jobs SET run_at_ms = ready_ms - 5000, ready_ms = NULL",
	};
	char id[JOBS_ID_BYTES];
	struct jobs_counts counts;

	(void)state;
	assert_int_equal(
		jobs_count(jobs_fixture.jobs, &counts, why, JOBS_WHY_MAX),
		LC_OK);
	assert_int_equal(counts.oldest_due_ms, 0);
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		jobs_fixture_sql("DELETE FROM jobs");
		jobs_fixture_add("plain", id);
		jobs_fixture_sql(waits[i]);
		assert_int_equal(jobs_count(jobs_fixture.jobs, &counts, why,
					    JOBS_WHY_MAX),
				 LC_OK);
		assert_in_range(counts.oldest_due_ms, 5000, 500000);
		assert_int_equal(counts.of[JOBS_QUEUED], 1);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_view_of_a_new_one),
		IN_ITS_OWN(test_once),
		IN_ITS_OWN(test_key_of_a_day),
		IN_ITS_OWN(test_unique_and_retry),
		IN_ITS_OWN(test_withdrawn_with_its_key),
		IN_ITS_OWN(test_in_a_transaction),
		IN_ITS_OWN(test_lists),
		IN_ITS_OWN(test_list_after_nothing),
		IN_ITS_OWN(test_oldest),
	};

	return cmocka_run_group_tests_name("jobs_add", tests, NULL, NULL);
}
