/*
 * Jobs of kind webhook: one message of Standard Webhooks to one URL.
 */
#include <stdio.h>
#include <string.h>

#include "context.h"
#include "kinds.h"
#include "services/outbound.h"
#include "services/webhooks_gone.h"

struct webhook {
	const char *id, *url, *type, *timestamp;
	const char *data; /* JSON */
	bool has_data;
};

static const struct lc_field webhook_params[] = {
	LC_PARAM(webhook, id, .in = LC_IN_BODY,
		 .pattern = "^[A-Za-z0-9_-]{1,64}$",
		 .doc = "The message's, which each attempt has."),
	LC_PARAM(webhook, url, .in = LC_IN_BODY, .max = "2000",
		 .doc = "Where it goes."),
	LC_PARAM(webhook, type, .in = LC_IN_BODY, .max = "100",
		 .doc = "What has happened: \"job.succeeded\"."),
	LC_PARAM(webhook, timestamp, .in = LC_IN_BODY, .max = "40",
		 .doc = "When it happened."),
	{.name = "data",
	 .type = LC_ANY,
	 .in = LC_IN_BODY,
	 .optional = true,
	 .offset = offsetof(struct webhook, data),
	 .bytes = sizeof(const char *),
	 .has_offset = offsetof(struct webhook, has_data),
	 .doc = "What there is to tell of it."},
	LC_FIELD_END};

static void
body_write(const struct webhook *message, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_object_begin(&json, NULL);
	json_text(&json, "type", message->type);
	json_text(&json, "timestamp", message->timestamp);
	if (message->has_data)
		json_raw(&json, "data", message->data, strlen(message->data));
	json_object_end(&json);
}

/* The other side was asked; 410 is remembered. */
static enum lc_rc
webhook_end(struct lc_call *call, const char *url, enum lc_rc rc,
	    const char *why)
{
	const struct context *context = lc_context(call);
	char words[OUTBOUND_WHY_MAX];

	if (rc != LC_NOT_FOUND)
		return rc == LC_OK ? rc : lc_fail(call, rc, "%s", why);
	rc = webhooks_gone_add(context->outbound.state, url, words,
			       sizeof(words));
	return rc == LC_OK ? lc_fail(call, LC_NOT_FOUND, "%s", why) :
			     lc_fail(call, rc, "%s", words);
}

static enum lc_rc
webhook_send(struct lc_call *call, const struct webhook *message)
{
	const struct context *context = lc_context(call);
	char why[OUTBOUND_WHY_MAX] = "";
	struct outbound_webhook webhook = {
		.url = message->url,
		.id = message->id,
		.secret = context->outbound.webhook_secret,
		.allow_private = context->outbound.webhook_private,
		.traceparent = lc_traceparent(call),
	};
	int64_t retry_after_s = 0;
	enum lc_rc rc = LC_NO_MEMORY;
	struct buf body;

	buf_init(&body);
	body_write(message, &body);
	webhook.body = body.bytes;
	webhook.body_length = body.length;
	if (!body.failed)
		rc = outbound_webhook(&webhook, lc_progress(call),
				      &retry_after_s, why, sizeof(why));
	buf_release(&body);
	if (retry_after_s > 0)
		lc_retry_after(call, retry_after_s);
	return webhook_end(call, message->url, rc, why);
}

static enum lc_rc
webhook_run(struct lc_call *call, const void *args)
{
	const struct context *context = lc_context(call);
	const struct webhook *message = args;
	char why[OUTBOUND_WHY_MAX];
	bool gone = false;
	enum lc_rc rc;

	if (!context_is_set(context->outbound.webhook_secret))
		return lc_fail(call, LC_INVALID,
			       "option webhook_secret is not set any more");
	rc = webhooks_gone_has(context->outbound.state, message->url, &gone,
			       why, sizeof(why));
	if (rc != LC_OK)
		return lc_fail(call, rc, "%s", why);
	if (gone)
		return lc_fail(call, LC_NOT_FOUND,
			       "this URL has answered 410 to an earlier "
			       "webhook; `lightcone webhooks URL` allows it "
			       "again");
	return webhook_send(call, message);
}

static const struct lc_tag webhook_tag = {"webhooks", "Messages to others."};

static const enum lc_rc webhook_problems[] = {LC_NOT_FOUND, LC_INVALID,
					      LC_UNAVAILABLE, LC_OK};

static const struct lc_endpoint webhook_work = {
	.method = LC_POST,
	.path = "/webhook",
	.tag = &webhook_tag,
	.summary = "Sends a webhook.",
	.params = webhook_params,
	.args_size = sizeof(struct webhook),
	.work = LC_BRIEF,
	.deadline_ms = 20000,
	.formats = LC_AS_TEXT,
	.problems = webhook_problems,
	.run = webhook_run,
};

const struct lc_job_kind webhook_job = {
	.policy = {.kind = "webhook",
		   .attempts = WEBHOOK_ATTEMPTS,
		   .timeout_ms = 20000,
		   .backoff_ms = 5000,
		   .backoff_most_ms = 3600000,
		   .keep_s = 259200},
	.doc = "Tells a URL what has happened, signed as Standard Webhooks.",
	.work = &webhook_work,
};
