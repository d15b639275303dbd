/*
 * Jobs of kind mail: one message to one address.
 */
#include "context.h"
#include "kinds.h"
#include "services/outbound.h"

struct mail {
	const char *id, *to, *subject, *text;
};

static const struct lc_field mail_params[] = {
	LC_PARAM(mail, id, .in = LC_IN_BODY, .pattern = "^[A-Za-z0-9_-]{1,64}$",
		 .doc = "The message's, which each attempt has."),
	LC_PARAM(mail, to, .in = LC_IN_BODY, .max = "254",
		 .doc = "The address that it goes to."),
	LC_PARAM(mail, subject, .in = LC_IN_BODY, .max = "200",
		 .doc = "One line."),
	LC_PARAM(mail, text, .in = LC_IN_BODY, .max = "20000",
		 .doc = "What there is to tell."),
	LC_FIELD_END};

static enum lc_rc
mail_run(struct lc_call *call, const void *args)
{
	const struct context *context = lc_context(call);
	const struct context_outbound *options = &context->outbound;
	const struct mail *message = args;
	const struct outbound_mail mail = {
		.server = options->smtp_url,
		.user = options->smtp_user,
		.password = options->smtp_password,
		.from = options->mail_from,
		.to = message->to,
		.subject = message->subject,
		.text = message->text,
		.id = message->id,
	};
	char why[OUTBOUND_WHY_MAX];
	enum lc_rc rc;

	if (!context_is_set(mail.server) || !context_is_set(mail.from))
		return lc_fail(call, LC_INVALID,
			       "option smtp_url or mail_from is not set any "
			       "more");
	rc = outbound_mail(&mail, lc_progress(call), why, sizeof(why));
	return rc == LC_OK ? rc : lc_fail(call, rc, "%s", why);
}

static const struct lc_tag mail_tag = {"mail", "Messages to people."};

static const enum lc_rc mail_problems[] = {LC_INVALID, LC_UNAVAILABLE, LC_OK};

static const struct lc_endpoint mail_work = {
	.method = LC_POST,
	.path = "/mail",
	.tag = &mail_tag,
	.summary = "Sends a mail.",
	.params = mail_params,
	.args_size = sizeof(struct mail),
	.work = LC_BRIEF,
	.deadline_ms = 20000,
	.formats = LC_AS_TEXT,
	.problems = mail_problems,
	.run = mail_run,
};

const struct lc_job_kind mail_job = {
	.policy = {.kind = "mail",
		   .attempts = 8,
		   .timeout_ms = 20000,
		   .backoff_ms = 30000,
		   .backoff_most_ms = 7200000,
		   .keep_s = 259200},
	.doc = "Tells an address what has happened.",
	.work = &mail_work,
};
