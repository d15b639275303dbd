/*
 * Whom a request wants told: what is refused before there is a job, by the
 * operator's options.
 */
#include "notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "context.h"
#include "engine/job_run.h"
#include "kinds.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECRET "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"

struct wishes {
	const char *webhook, *email;
	bool has_webhook, has_email;
};

static enum lc_rc
wishes_run(struct lc_call *call, const void *args)
{
	const struct wishes *wishes = args;
	enum lc_rc rc = LC_OK;

	if (wishes->has_webhook)
		rc = notify_check(call, "webhook", wishes->webhook);
	if (rc == LC_OK && wishes->has_email)
		rc = notify_check_mail(call, "email", wishes->email);
	return rc;
}

static const struct lc_field wishes_params[] = {
	LC_PARAM_OPTIONAL(wishes, webhook, .in = LC_IN_BODY, .doc = "."),
	LC_PARAM_OPTIONAL(wishes, email, .in = LC_IN_BODY, .doc = "."),
	LC_FIELD_END};

static const struct lc_endpoint wishes_work = {
	.method = LC_POST,
	.path = "/wishes",
	.tag = &testapp_tag,
	.summary = "Wishes.",
	.params = wishes_params,
	.args_size = sizeof(struct wishes),
	.work = LC_QUICK,
	.deadline_ms = 10000,
	.formats = LC_AS_TEXT,
	.run = wishes_run,
};

static const struct lc_job_kind wishes_kind = {
	.policy = {.kind = "wishes", .attempts = 1, .timeout_ms = 10000},
	.work = &wishes_work};

static const struct lc_endpoint *const table[] = {NULL};
static const char *const nothing[] = {NULL};

static void
tick(void *arg, double done)
{
	(void)arg;
	(void)done;
}

static const struct {
	const char *payload;
	struct context_outbound options;
	const char *words; /* NULL: it is taken */
} cases[] = {
	{"{}", {.state = NULL}, NULL},
	{"{\"webhook\": \"https://example.org/\"}",
	 {.state = NULL},
	 "no webhook_secret"},
	{"{\"webhook\": \"https://example.org/\"}",
	 {.webhook_secret = ""},
	 "no webhook_secret"},
	{"{\"webhook\": \"https://example.org/\"}",
	 {.webhook_secret = SECRET},
	 NULL},
	{"{\"webhook\": \"http://127.0.0.1/\"}",
	 {.webhook_secret = SECRET},
	 "private networks"},
	{"{\"webhook\": \"http://[::1]/\"}",
	 {.webhook_secret = SECRET},
	 "private networks"},
	{"{\"webhook\": \"http://127.0.0.1/\"}",
	 {.webhook_secret = SECRET, .webhook_private = true},
	 NULL},
	{"{\"webhook\": \"file:///etc/passwd\"}",
	 {.webhook_secret = SECRET, .webhook_private = true},
	 "begins with https://"},
	{"{\"email\": \"a@b.example\"}", {.state = NULL}, "smtp_url"},
	{"{\"email\": \"a@b.example\"}",
	 {.smtp_url = "smtp://localhost", .mail_from = ""},
	 "mail_from"},
	{"{\"email\": \"a@b.example\"}",
	 {.smtp_url = "", .mail_from = "a@b"},
	 "smtp_url"},
	{"{\"email\": \"a@b.example\"}",
	 {.smtp_url = "smtp://localhost", .mail_from = "a@b"},
	 NULL},
	{"{\"email\": \"a@b.example\\r\\nBcc: c@d\"}",
	 {.smtp_url = "smtp://localhost", .mail_from = "a@b"},
	 "one mail address"},
	{"{\"email\": \"a@b.example, c@d.example\"}",
	 {.smtp_url = "smtp://localhost", .mail_from = "a@b"},
	 "one mail address"},
};

static void
test_what_is_refused(void **state)
{
	struct context context = {.catalogue = ""};
	struct scene scene;

	(void)state;
	scene_open(&scene, table, nothing, 0);
	scene.engine.context = &context;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct job_outcome outcome;

		context.outbound = cases[i].options;
		job_outcome_init(&outcome);
		job_run(&scene.engine,
			&(struct job_given){.kind = &wishes_kind,
					    .payload = cases[i].payload},
			NULL, tick, NULL, &outcome);
		if (outcome.rc != (cases[i].words == NULL ? LC_OK : LC_INVALID))
			fail_msg("case %zu: %d", i, outcome.rc);
		if (cases[i].words != NULL &&
		    strstr(outcome.words, cases[i].words) == NULL)
			fail_msg("case %zu: %s", i, outcome.words);
		job_outcome_release(&outcome);
	}
	scene_close(&scene);
}

/* Every kind can be done as it is declared. */
static void
test_kinds(void **state)
{
	(void)state;
	for (const struct lc_job_kind *const *k = job_kinds; *k != NULL; k++) {
		const struct jobs_policy *policy = &(*k)->policy;

		assert_non_null((*k)->work->run);
		assert_non_null((*k)->doc);
		assert_true(policy->attempts >= 1 && policy->timeout_ms > 0);
		assert_true(policy->backoff_ms > 0 &&
			    policy->backoff_most_ms >= policy->backoff_ms);
		assert_true(policy->keep_s > 0);
		assert_true(strspn(policy->kind,
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789-_") == strlen(policy->kind));
		for (const struct lc_job_kind *const *other = job_kinds;
		     other != k; other++)
			assert_string_not_equal((*other)->policy.kind,
						policy->kind);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
