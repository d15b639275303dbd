/*
 * tests/testwork: "work", as the operator's command has it, with the tests'
 * kinds; "add KIND PAYLOAD [COUNT [DELAY_MS]]", which prints ids, in the trace
 * TESTWORK_TRACE; and "cancel ID".
 */
#include "testwork.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "commands/command.h"
#include "kinds.h"
#include "services/jobs.h"
#include "services/jobs_steps.h"
#include "services/state.h"

/* Backoffs are short, and what was done is kept for the tests to look at. */
#define TEST_KIND(word, most, timeout, ...)            \
	&(const struct lc_job_kind)                    \
	{                                              \
		.policy = {.kind = #word,              \
			   .attempts = most,           \
			   .timeout_ms = timeout,      \
			   .backoff_ms = 50,           \
			   .backoff_most_ms = 400,     \
			   .keep_s = 3600,             \
			   __VA_ARGS__},               \
		.doc = #word, .work = &testwork_##word \
	}

/* Instead of the product's, which the linker then leaves out. */
const struct lc_job_kind *const job_kinds[] = {
	TEST_KIND(empty, 50, 10000),
	TEST_KIND(sleep, 50, 20000),
	TEST_KIND(long, 50, 20000),
	TEST_KIND(stubborn, 1, 200),
	TEST_KIND(crash, 2, 10000),
	TEST_KIND(exit, 2, 10000),
	TEST_KIND(fail, 4, 10000),
	TEST_KIND(bad, 4, 10000),
	TEST_KIND(effect, 50, 10000),
	TEST_KIND(big, 2, 10000),
	TEST_KIND(result, 50, 10000),
	TEST_KIND(tick, 5, 10000, .every_s = 2),
	&(const struct lc_job_kind){.policy = {.kind = "hasty",
					       .attempts = 2,
					       .timeout_ms = 200,
					       .backoff_ms = 50,
					       .backoff_most_ms = 50,
					       .keep_s = 3600},
				    .doc = "A sleep that may not last.",
				    .work = &testwork_sleep},
	&(const struct lc_job_kind){.policy = {.kind = "single",
					       .attempts = 50,
					       .timeout_ms = 10000,
					       .concurrency = 1,
					       .backoff_ms = 50,
					       .backoff_most_ms = 400,
					       .keep_s = 3600},
				    .doc = "One at a time.",
				    .work = &testwork_sleep},
	NULL};

/*
 * Instead of the archive's: dies at the step TESTWORK_STEP, by the first
 * process that gets there; that one leaves the file TESTWORK_LATCH.
 */
void
jobs_step(enum jobs_step step)
{
	static const char *const names[JOBS_STEP__MAX] = {
#define NAME(constant, name, when) [constant] = (name),
		JOBS_STEP_TABLE(NAME)
#undef NAME
	};
	const char *wanted = getenv("TESTWORK_STEP");
	const char *latch = getenv("TESTWORK_LATCH");
	int file;

	if (wanted == NULL || latch == NULL || strcmp(wanted, names[step]) != 0)
		return;
	file = open(latch, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file >= 0)
		kill(getpid(), SIGKILL);
}

static const struct command testwork = {.name = "testwork", .arguments = ""};

static int64_t
number(const char *text)
{
	int64_t value = 0;

	if (number_parse_int64(text, strlen(text), &value) != NUMBER_OK)
		exit(COMMAND_USAGE);
	return value;
}

static int64_t
attempts_of(const char *kind)
{
	for (size_t i = 0; job_kinds[i] != NULL; i++)
		if (strcmp(job_kinds[i]->policy.kind, kind) == 0)
			return job_kinds[i]->policy.attempts;
	exit(COMMAND_USAGE);
}

static int
add_one(struct jobs *jobs, const struct jobs_order *order)
{
	char id[JOBS_ID_BYTES], why[JOBS_WHY_MAX];
	bool existed;

	if (jobs_add(jobs, order, id, &existed, why, sizeof(why)) != LC_OK)
		return command_say(&testwork, COMMAND_NO_WRITE, "%s", why);
	puts(id);
	return COMMAND_OK;
}

/* All of them or none, in one transaction, so that it does not take long. */
static int
add_many(const char *state, struct jobs *jobs, const struct jobs_order *order,
	 int64_t count)
{
	char(*ids)[JOBS_ID_BYTES] = calloc((size_t)count, sizeof(*ids));
	char why[JOBS_WHY_MAX] = "out of memory";
	struct store *store = NULL;
	enum lc_rc rc = LC_NO_MEMORY;
	bool existed;

	if (ids != NULL)
		rc = state_open(state, &store, why, sizeof(why));
	if (rc == LC_OK)
		rc = state_begin(store, why, sizeof(why));
	if (rc == LC_OK) {
		for (int64_t i = 0; rc == LC_OK && i < count; i++)
			rc = jobs_add_in(store, order, ids[i], &existed, why,
					 sizeof(why));
		rc = state_end(store, rc, why, sizeof(why));
	}
	store_close(store);
	jobs_ring(jobs);
	for (int64_t i = 0; rc == LC_OK && i < count; i++)
		puts(ids[i]);
	free(ids);
	return rc == LC_OK ?
		       COMMAND_OK :
		       command_say(&testwork, COMMAND_NO_WRITE, "%s", why);
}

static int
add_main(const char *state, struct jobs *jobs, int argc, char **argv)
{
	const struct jobs_order order = {
		.kind = argv[1],
		.payload = argv[2],
		.attempts = attempts_of(argv[1]),
		.trace = getenv("TESTWORK_TRACE"),
		.delay_ms = argc > 4 ? number(argv[4]) : 0};
	const int64_t count = argc > 3 ? number(argv[3]) : 1;

	return count == 1 ? add_one(jobs, &order) :
			    add_many(state, jobs, &order, count);
}

static int
cancel_main(struct jobs *jobs, const char *id)
{
	char why[JOBS_WHY_MAX];
	enum jobs_state state;

	if (jobs_cancel(jobs, id, &state, why, sizeof(why)) != LC_OK)
		return command_say(&testwork, COMMAND_FAILED, "%s", why);
	puts(jobs_state_name(state));
	return COMMAND_OK;
}

int
main(int argc, char **argv)
{
	struct options options;
	struct jobs *jobs;
	int code;

	if (argc > 1 && strcmp(argv[1], "work") == 0)
		return command_work.run(argc - 1, argv + 1);
	code = command_load_options(&testwork, &options);
	if (code != COMMAND_OK)
		return code;
	jobs = jobs_new(options.state);
	code = COMMAND_USAGE;
	if (argc > 3 && strcmp(argv[1], "add") == 0)
		code = add_main(options.state, jobs, argc - 1, argv + 1);
	else if (argc == 3 && strcmp(argv[1], "cancel") == 0)
		code = cancel_main(jobs, argv[2]);
	jobs_free(jobs);
	options_release(&options);
	return code;
}
