#include "change.h"

#include <stdio.h>

#include "base/clock.h"
#include "kinds.h"
#include "services/jobs.h"

static void
payload_write(const struct change *change, const char *url, struct buf *out)
{
	char now[CLOCK_RFC3339_MAX], id[32];
	struct json json;

	clock_rfc3339(now);
	snprintf(id, sizeof(id), "msg_change_%lld", (long long)change->seq);
	json_init(&json, out);
	json_object_begin(&json, NULL);
	json_text(&json, "id", id);
	json_text(&json, "url", url);
	json_text(&json, "type",
		  change->deleted ? "object.deleted" : "object.changed");
	json_text(&json, "timestamp", now);
	json_object_begin(&json, "data");
	json_text(&json, "catalogue", change->edit.catalogue);
	json_text(&json, "name", change->edit.name);
	json_int(&json, "change", change->seq);
	json_text(&json, "who", change->edit.who);
	json_object_end(&json);
	json_object_end(&json);
	buf_add_char(out, '\0');
}

enum lc_rc
change_told(struct change *change)
{
	const struct context *context = lc_context(change->call);
	const char *url = context->outbound.changes_webhook;
	struct jobs_order order = {.kind = "webhook",
				   .attempts = WEBHOOK_ATTEMPTS,
				   .trace = lc_traceparent(change->call)};
	char id[JOBS_ID_BYTES], why[JOBS_WHY_MAX] = "";
	enum lc_rc rc = LC_NO_MEMORY;
	bool existed;
	struct buf payload;

	if (!context_is_set(url))
		return LC_OK;
	buf_init(&payload);
	payload_write(change, url, &payload);
	order.payload = payload.bytes;
	if (!payload.failed)
		rc = jobs_add_in(edits_store(context->edits), &order, id,
				 &existed, why, sizeof(why));
	buf_release(&payload);
	return rc == LC_OK || why[0] == '\0' ?
		       rc :
		       lc_fail(change->call, rc, "%s", why);
}

void
change_told_ring(struct lc_call *call)
{
	const struct context *context = lc_context(call);

	if (context_is_set(context->outbound.changes_webhook))
		jobs_ring(lc_jobs(call));
}
