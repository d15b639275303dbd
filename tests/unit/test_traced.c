/*
 * What jobs and events say of the trace that they belong to, and how long a
 * job has waited when it begins.
 */
#include "services/jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jobs_fixture.h"
#include "older_state.h"
#include "services/events.h"

enum { SLACK_MS = 300000, EVENTS_MOST = 8 };

#define TRACE "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-"
#define RECORDED TRACE "01"
#define UNRECORDED TRACE "00"

static char *const why = jobs_fixture.why;

static void
add_traced(const char *trace, char id[JOBS_ID_BYTES])
{
	struct jobs_order order = jobs_fixture_order("plain");

	order.trace = trace;
	jobs_fixture_add_order(&order, id);
}

/* ---- jobs */

static void
test_a_job_keeps_it(void **state)
{
	static const char *const traces[] = {RECORDED, NULL, UNRECORDED};
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;

	(void)state;
	for (size_t i = 0; i < sizeof(traces) / sizeof(*traces); i++) {
		add_traced(traces[i], id);
		for (int attempt = 1; attempt <= 3; attempt++) {
			assert_true(jobs_fixture_claim(&claim));
			assert_int_equal(claim.attempt, attempt);
			if (traces[i] == NULL)
				assert_null(claim.trace);
			else
				assert_string_equal(claim.trace, traces[i]);
			assert_int_equal(jobs_fixture_fail(&claim, false),
					 LC_OK);
		}
	}
}

/* Whoever asks again, in another trace, asks for the same. */
static void
test_a_key_is_of_the_payload(void **state)
{
	struct jobs_order order = jobs_fixture_order("plain");
	char id[JOBS_ID_BYTES], again[JOBS_ID_BYTES];
	struct jobs_claim claim;
	bool existed;

	(void)state;
	order.client = "eve";
	order.key = "once";
	order.trace = RECORDED;
	jobs_fixture_add_order(&order, id);
	order.trace = UNRECORDED;
	assert_int_equal(jobs_add(jobs_fixture.jobs, &order, again, &existed,
				  why, JOBS_WHY_MAX),
			 LC_OK);
	assert_true(existed);
	assert_string_equal(again, id);
	assert_true(jobs_fixture_claim(&claim));
	assert_string_equal(claim.trace, RECORDED);
}

/* How a job waits, what makes its time come, and since when that was so. */
static const struct {
	int64_t run_in_ms, delay_ms;
	bool fails; /* once, before */
	const char *comes;
	int64_t waited_ms;
} waits[] = {
	{0, 0, false, "SELECT 1", 0},
	{0, 0, false, "UPDATE jobs SET ready_ms = ready_ms - 1000000", 1000000},
	/* The calendar was set back. */
	{0, 0, false, "UPDATE jobs SET ready_ms = ready_ms + 1000000", 0},
	{1000000, 0, false, "UPDATE jobs SET run_at_ms = run_at_ms - 3000000",
	 2000000},
	{0, 1000000, false, "UPDATE jobs SET due_ms = due_ms - 3000000",
	 2000000},
	/* Another boot: nobody knows. */
	{0, 1000000, false,
	 "UPDATE jobs SET due_ms = 1, due_boot = due_boot - 1", 0},
	{0, 1000000, false,
	 "UPDATE jobs SET due_ms = 1, due_boot = due_boot + 1", 0},
	/* The last to come counts, and it is not known when that was. */
	{2000000, 1000000, false,
	 "UPDATE jobs SET due_ms = due_ms - 2000000,"
	 " run_at_ms = run_at_ms - 4000000",
	 1000000},
	{0, 0, true, "UPDATE jobs SET due_ms = due_ms - 1000000", 1000000},
};

static void
test_wait(void **state)
{
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		struct jobs_order order = jobs_fixture_order("plain");
		char id[JOBS_ID_BYTES];
		struct jobs_claim claim;

		if (waits[i].run_in_ms > 0)
			order.run_at_ms =
				jobs_fixture_now_ms() + waits[i].run_in_ms;
		order.delay_ms = waits[i].delay_ms;
		jobs_fixture_add_order(&order, id);
		if (waits[i].fails) {
			assert_true(jobs_fixture_claim(&claim));
			assert_int_equal(jobs_fixture_fail(&claim, false),
					 LC_OK);
		}
		jobs_fixture_sql(waits[i].comes);
		assert_true(jobs_fixture_claim(&claim));
		if (claim.wait_ms < waits[i].waited_ms ||
		    claim.wait_ms > waits[i].waited_ms + SLACK_MS)
			fail_msg("%zu has waited %lld ms", i,
				 (long long)claim.wait_ms);
		assert_in_range(jobs_fixture_now_ms() - claim.started_ms, 0,
				SLACK_MS);
		jobs_fixture_tear_down(state);
		jobs_fixture_set_up(state);
	}
}

/* Who asks for it at once has it wait from then on. */
static void
test_hastened(void **state)
{
	struct jobs_order order = jobs_fixture_order("plain");
	char id[JOBS_ID_BYTES];
	struct jobs_claim claim;

	(void)state;
	order.delay_ms = 1000000;
	jobs_fixture_add_order(&order, id);
	jobs_fixture_sql("UPDATE jobs SET created_ms = created_ms - 900000");
	assert_int_equal(jobs_hasten(jobs_fixture.jobs, id, why, JOBS_WHY_MAX),
			 LC_OK);
	assert_true(jobs_fixture_claim(&claim));
	assert_in_range(claim.wait_ms, 0, SLACK_MS);
}

/* ---- events */

struct seen {
	size_t count;
	char traces[EVENTS_MOST][EVENTS_TRACE_BYTES]; /* "": none */
};

static enum lc_rc
event_see(void *arg, const struct event *event)
{
	struct seen *seen = arg;

	assert_true(seen->count < EVENTS_MOST);
	snprintf(seen->traces[seen->count++], EVENTS_TRACE_BYTES, "%s",
		 event->trace != NULL ? event->trace : "");
	return LC_OK;
}

static struct events *
events_open(void)
{
	static const struct events_limits generous = {.keep_s = 86400,
						      .keep_bytes = 1 << 30};

	return events_new(jobs_fixture.directory, &generous);
}

static void
must_be(struct events *events, const char *const *traces, size_t count)
{
	struct seen seen = {.count = 0};

	assert_int_equal(events_read(events, 0, EVENTS_MOST, event_see, &seen,
				     why, JOBS_WHY_MAX),
			 LC_OK);
	assert_int_equal(seen.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(seen.traces[i], traces[i]);
}

/* Observers are told it of what is recorded. */
static void
test_the_end_of_a_job(void **state)
{
	static const char *const traces[] = {RECORDED, NULL, UNRECORDED};
	static const char *const told[] = {RECORDED, "", "", RECORDED};
	struct events *events = events_open();
	char id[JOBS_ID_BYTES];
	enum jobs_state was;
	struct jobs_claim claim;

	(void)state;
	for (size_t i = 0; i < sizeof(traces) / sizeof(*traces); i++) {
		add_traced(traces[i], id);
		assert_true(jobs_fixture_claim(&claim));
		assert_int_equal(jobs_fixture_succeed(&claim), LC_OK);
	}
	/* However it ends. */
	add_traced(RECORDED, id);
	assert_int_equal(
		jobs_cancel(jobs_fixture.jobs, id, &was, why, JOBS_WHY_MAX),
		LC_OK);
	must_be(events, told, 4);
	events_free(events);
}

static struct event
message(const char *trace)
{
	return (struct event){.type = EVENTS_MESSAGE,
			      .data = "1",
			      .length = 1,
			      .trace = trace};
}

/* It is kept as it was given, and counts in what is kept. */
static void
test_events(void **state)
{
	static const char *const told[] = {"", RECORDED, UNRECORDED};
	struct event list[] = {message(NULL), message(RECORDED),
			       message(UNRECORDED)};
	struct events *events = events_open();

	(void)state;
	assert_int_equal(events_add(events, list, 3, why, JOBS_WHY_MAX), LC_OK);
	must_be(events, told, 3);
	assert_int_equal(jobs_fixture_number("SELECT max(total) FROM events"),
			 3 * (64 + 1) + 2 * ((int)sizeof(RECORDED) - 1));
	/* One that somebody else has written, and that is none. */
	jobs_fixture_sql("UPDATE events SET trace = '' WHERE seq = 2;"
			 "UPDATE events SET trace = x'00' WHERE seq = 3");
	must_be(events, (const char *const[]){"", "", ""}, 3);
	events_free(events);
}

/* ---- a file of before */

static void
test_older_schema(void **state)
{
	static const char *const told[] = {"", "", RECORDED, RECORDED};
	struct event list[] = {message(NULL), message(RECORDED)};
	char before[JOBS_ID_BYTES], after[JOBS_ID_BYTES];
	struct events *events = events_open();
	struct events_position position;
	struct jobs_claim claim;

	(void)state;
	jobs_fixture_add("plain", before);
	assert_int_equal(events_add(events, &list[0], 1, why, JOBS_WHY_MAX),
			 LC_OK);
	events_free(events);
	jobs_free(jobs_fixture.jobs);
	jobs_fixture_sql(OLDER_STATE_6);
	jobs_fixture.jobs = jobs_new(jobs_fixture.directory);
	events = events_open();
	/* Jobs are there as ever; for events it must be brought up to date. */
	assert_true(jobs_fixture_is(before, JOBS_QUEUED));
	assert_int_equal(events_peek(events, &position, why, JOBS_WHY_MAX),
			 LC_NOT_FOUND);
	assert_true(jobs_fixture_claim(&claim));
	assert_string_equal(claim.id, before);
	assert_null(claim.trace);
	assert_int_equal(jobs_fixture_succeed(&claim), LC_OK);
	assert_int_equal(events_position(events, &position, why, JOBS_WHY_MAX),
			 LC_OK);
	assert_int_equal(position.last, 2);
	add_traced(RECORDED, after);
	assert_true(jobs_fixture_claim(&claim));
	assert_string_equal(claim.trace, RECORDED);
	assert_int_equal(jobs_fixture_succeed(&claim), LC_OK);
	assert_int_equal(events_add(events, &list[1], 1, why, JOBS_WHY_MAX),
			 LC_OK);
	must_be(events, told, 4);
	/* The trigger is the new one, and alone. */
	assert_int_equal(jobs_fixture_number("SELECT count(*) FROM events"
					     " WHERE data LIKE '%of 6%'"),
			 0);
	events_free(events);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_a_job_keeps_it),
		IN_ITS_OWN(test_a_key_is_of_the_payload),
		IN_ITS_OWN(test_wait),
		IN_ITS_OWN(test_hastened),
		IN_ITS_OWN(test_the_end_of_a_job),
		IN_ITS_OWN(test_events),
		IN_ITS_OWN(test_older_schema),
	};

	return cmocka_run_group_tests_name("traced", tests, NULL, NULL);
}
