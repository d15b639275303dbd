/* What is told of a job's end, and to whom. */
#include "commands/work_notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define URL "https://example.org/api/jobs/AbCdEfGhIjKlMnOpQrStUv"
#define HOOK "https://example.com/hook"

struct told {
	const char *name;
	enum work_ending ending;
	const char *webhook, *email, *base, *type, *words;
	size_t count;
	/* Each is in the first or the second payload; NULL: no more. */
	const char *first[8], *second[8];
	const char *nowhere;
};

static const struct told cases[] = {
	{.name = "a webhook of what was done",
	 .ending = WORK_SUCCEEDED,
	 .webhook = HOOK,
	 .base = "https://example.org/api",
	 .type = "image/png",
	 .count = 1,
	 .first = {"{\"id\":\"msg_AbCdEfGhIjKlMnOpQrStUv_7\",\"url\":\"" HOOK
		   "\",\"type\":\"job.succeeded\",\"timestamp\":\"20",
		   "\"data\":{\"id\":\"AbCdEfGhIjKlMnOpQrStUv\",\"kind\":"
		   "\"wormhole\",\"state\":\"succeeded\",\"url\":\"" URL
		   "\",\"result\":\"" URL "/result\"}}"},
	 .nowhere = "error"},
	{.name = "both of what failed",
	 .ending = WORK_FAILED,
	 .webhook = HOOK,
	 .email = "eve@example.com",
	 .base = "https://example.org/api",
	 .words = "It is \"too\" narrow.",
	 .count = 2,
	 .first = {"\"type\":\"job.failed\"", "\"state\":\"failed\"",
		   "\"error\":\"It is \\\"too\\\" narrow.\"}}"},
	 .second = {"{\"id\":\"msg_AbCdEfGhIjKlMnOpQrStUv_7\",\"to\":"
		    "\"eve@example.com\",",
		    "\"subject\":\"Lightcone: your wormhole could not be "
		    "done\"",
		    "The reason: It is \\\"too\\\" narrow.\\n", URL},
	 .nowhere = "/result"},
	{.name = "a mail of what was done",
	 .ending = WORK_SUCCEEDED,
	 .email = "eve@example.com",
	 .base = "https://example.org/api",
	 .type = "image/png",
	 .count = 1,
	 .first = {"your wormhole is ready", "The result: " URL "/result\\n",
		   "It is kept for ", "More about it: " URL "\\n"},
	 .nowhere = "reason"},
	{.name = "what was cancelled",
	 .ending = WORK_CANCELLED,
	 .webhook = HOOK,
	 .base = "https://example.org/api",
	 .count = 1,
	 .first = {"\"type\":\"job.cancelled\"", "\"state\":\"cancelled\""},
	 .nowhere = "/result"},
	{.name = "nobody asked",
	 .ending = WORK_SUCCEEDED,
	 .base = "https://example.org/api"},
	{.name = "it is not over: tried again",
	 .ending = WORK_AGAIN,
	 .webhook = HOOK,
	 .base = "https://example.org/api",
	 .words = "Later."},
	{.name = "it is not over: given back",
	 .ending = WORK_GIVEN_BACK,
	 .webhook = HOOK,
	 .base = "https://example.org/api"},
	{.name = "no request", .ending = WORK_SUCCEEDED, .webhook = HOOK},
};

static void
payload_check(const struct told *told, const char *payload,
	      const char *const *parts)
{
	for (; *parts != NULL; parts++)
		if (strstr(payload, *parts) == NULL)
			fail_msg("%s: %s is not in %s", told->name, *parts,
				 payload);
	if (told->nowhere != NULL && strstr(payload, told->nowhere) != NULL)
		fail_msg("%s: %s is in %s", told->name, told->nowhere, payload);
}

static void
test_notice(void **state)
{
	struct work_kinds kinds;

	(void)state;
	assert_true(work_kinds_init(&kinds));
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct told *told = &cases[i];
		const struct jobs_claim claim = {
			.id = "AbCdEfGhIjKlMnOpQrStUv",
			.lease = 7,
			.policy = work_kinds_policy(&kinds, "wormhole")};
		struct job_outcome outcome = {.webhook = told->webhook,
					      .email = told->email,
					      .base = told->base,
					      .type = told->type,
					      .trace = "of the attempt"};
		struct work_notice notice;

		assert_non_null(claim.policy);
		assert_int_equal(work_notice_init(&notice, &kinds, &claim,
						  &outcome, told->ending,
						  told->words),
				 LC_OK);
		assert_int_equal(notice.count, told->count);
		if (told->count > 0)
			payload_check(told, notice.orders[0].payload,
				      told->first);
		if (told->count > 1)
			payload_check(told, notice.orders[1].payload,
				      told->second);
		for (size_t k = 0; k < notice.count; k++) {
			assert_true(notice.orders[k].attempts > 1);
			assert_string_equal(notice.orders[k].trace,
					    "of the attempt");
		}
		work_notice_release(&notice);
	}
	work_kinds_release(&kinds);
}

/* Of a job whose process, or whose worker, has died. */
static void
test_notice_of_the_lost(void **state)
{
	static const char request[] =
		"{\"method\":\"POST\",\"origin\":\"https://example.org\","
		"\"mount\":\"/api\",\"target\":\"/wormhole\",\"accept\":"
		"\"image/png\",\"webhook\":\"" HOOK "\"}";
	static const struct {
		const char *payload;
		int64_t attempt;
		size_t count;
	} lost[] = {{request, 3, 1}, {request, 2, 0}, {"{}", 3, 0}};
	static const struct told told = {
		.name = "lost",
		.first = {"\"type\":\"job.failed\"", "\"url\":\"" URL "\"",
			  "\"error\":\"the worker was lost\""},
		.nowhere = "/result"};
	struct work_kinds kinds;

	(void)state;
	assert_true(work_kinds_init(&kinds));
	for (size_t i = 0; i < COUNT(lost); i++) {
		const struct jobs_claim claim = {
			.id = "AbCdEfGhIjKlMnOpQrStUv",
			.lease = 7,
			.policy = work_kinds_policy(&kinds, "wormhole"),
			.payload = lost[i].payload,
			.trace = "of what was lost",
			.attempt = lost[i].attempt,
			.attempts_most = 3};
		struct work_notice notice;

		assert_int_equal(work_notice_init_crash(&notice, &kinds, &claim,
							"the worker was lost"),
				 LC_OK);
		assert_int_equal(notice.count, lost[i].count);
		if (notice.count > 0) {
			payload_check(&told, notice.orders[0].payload,
				      told.first);
			assert_string_equal(notice.orders[0].trace,
					    "of what was lost");
		}
		work_notice_release(&notice);
	}
	work_kinds_release(&kinds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notice),
		cmocka_unit_test(test_notice_of_the_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
