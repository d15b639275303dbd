/* Webhooks: see outbound.h. */
#include "services/outbound.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "services/outbound_address.h"
#include "services/outbound_sign.h"
#include "services/outbound_transfer.h"

enum { RETRY_AFTER_MAX_S = 86400 };

/* The request's own fields, each with a NUL at its end. */
static enum lc_rc
fields_write(const struct outbound_webhook *webhook, struct buf *out)
{
	const int64_t now_s = (int64_t)time(NULL);
	enum lc_rc rc;

	buf_add_text(out, "Content-Type: application/json");
	buf_add_char(out, '\0');
	buf_printf(out, "webhook-id: %s", webhook->id);
	buf_add_char(out, '\0');
	buf_printf(out, "webhook-timestamp: %lld", (long long)now_s);
	buf_add_char(out, '\0');
	buf_add_text(out, "webhook-signature: ");
	rc = outbound_sign(webhook->secret, webhook->id, now_s, webhook->body,
			   webhook->body_length, out);
	buf_add_char(out, '\0');
	if (webhook->traceparent != NULL) {
		buf_printf(out, "traceparent: %s", webhook->traceparent);
		buf_add_char(out, '\0');
	}
	return rc == LC_OK && out->failed ? LC_NO_MEMORY : rc;
}

/* The same as curl wants them; the caller frees the list. */
static enum lc_rc
fields_make(const struct outbound_webhook *webhook, struct curl_slist **out)
{
	struct curl_slist *fields = NULL;
	struct buf lines;
	enum lc_rc rc;

	buf_init(&lines);
	rc = fields_write(webhook, &lines);
	for (size_t at = 0; rc == LC_OK && at < lines.length;
	     at += strlen(lines.bytes + at) + 1) {
		struct curl_slist *more =
			curl_slist_append(fields, lines.bytes + at);

		if (more != NULL)
			fields = more;
		else
			rc = LC_NO_MEMORY;
	}
	buf_release(&lines);
	*out = fields;
	return rc;
}

/* What the other side's status means for the message. */
static enum lc_rc
status_judge(long status, char *why, size_t why_bytes)
{
	const char *words = "";
	enum lc_rc rc = LC_INVALID;

	if (status >= 200 && status < 300)
		return LC_OK;
	if (status == 410) {
		rc = LC_NOT_FOUND;
		words = ", so it wants no more";
	} else if (status == 408 || status == 425 || status == 429 ||
		   status >= 500) {
		rc = LC_UNAVAILABLE;
	} else if (status >= 300 && status < 400) {
		words = ", but redirects are not followed; "
			"give the URL that it leads to";
	}
	snprintf(why, why_bytes, "the other side answered %ld%s", status,
		 words);
	return rc;
}

static enum lc_rc
webhook_judge(const struct outbound_transfer *transfer, CURLcode code,
	      int64_t *retry_after_s, char *why, size_t why_bytes)
{
	curl_off_t after = 0;
	long status = 0;
	enum lc_rc rc;

	/* Once the answer has begun, its end does not matter. */
	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200)
		return outbound_transfer_failed(transfer, code, why, why_bytes);
	rc = status_judge(status, why, why_bytes);
	curl_easy_getinfo(transfer->curl, CURLINFO_RETRY_AFTER, &after);
	if (rc == LC_UNAVAILABLE && after > 0)
		*retry_after_s =
			after < RETRY_AFTER_MAX_S ? after : RETRY_AFTER_MAX_S;
	return rc;
}

static enum lc_rc
webhook_send(struct outbound_transfer *transfer,
	     const struct outbound_webhook *webhook,
	     const struct curl_slist *fields, struct lc_progress *progress,
	     int64_t *retry_after_s, char *why, size_t why_bytes)
{
	CURL *curl = transfer->curl;
	CURLcode code = CURLE_OK;
	enum lc_rc rc;

	if (curl_easy_setopt(curl, CURLOPT_POST, 1L) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
			     (long)webhook->body_length) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, webhook->body) !=
		    CURLE_OK)
		return LC_NO_MEMORY;
	rc = outbound_transfer_run(transfer, progress, &code, why, why_bytes);
	return rc != LC_OK ? rc :
			     webhook_judge(transfer, code, retry_after_s, why,
					   why_bytes);
}

/* A message's id stands in a header field and in what is signed. */
static bool
id_ok(const char *id)
{
	size_t length = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return length > 0 && id[length] == '\0';
}

static enum lc_rc
webhook_check(const struct outbound_webhook *webhook, char *why,
	      size_t why_bytes)
{
	if (!id_ok(webhook->id))
		snprintf(why, why_bytes,
			 "a message's id has letters, digits, '-' and '_' "
			 "only");
	else if (webhook->body_length > OUTBOUND_BODY_MAX)
		snprintf(why, why_bytes,
			 "a webhook has a body of %d bytes at most",
			 OUTBOUND_BODY_MAX);
	else
		return outbound_url_check(webhook->url, webhook->allow_private,
					  why, why_bytes);
	return LC_INVALID;
}

enum lc_rc
outbound_webhook(const struct outbound_webhook *webhook,
		 struct lc_progress *progress, int64_t *retry_after_s,
		 char *why, size_t why_bytes)
{
	struct outbound_transfer transfer;
	struct curl_slist *fields;
	enum lc_rc rc;

	*retry_after_s = 0;
	rc = webhook_check(webhook, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	rc = fields_make(webhook, &fields);
	if (rc == LC_INVALID)
		snprintf(why, why_bytes,
			 "the secret to sign with is none of Standard "
			 "Webhooks");
	if (rc == LC_OK) {
		rc = outbound_transfer_init(&transfer, webhook->url,
					    OUTBOUND_HTTP,
					    webhook->allow_private);
		if (rc == LC_OK)
			rc = webhook_send(&transfer, webhook, fields, progress,
					  retry_after_s, why, why_bytes);
		outbound_transfer_release(&transfer);
	}
	curl_slist_free_all(fields);
	if (rc == LC_NO_MEMORY)
		snprintf(why, why_bytes, "out of memory");
	return rc;
}
