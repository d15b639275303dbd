#include "commands/work_notice.h"

#include "base/clock.h"
#include "base/json.h"
#include "engine/job_payload.h"

static const char *const notice_states[WORK_ENDING__MAX] = {
	[WORK_SUCCEEDED] = "succeeded",
	[WORK_FAILED] = "failed",
	[WORK_CANCELLED] = "cancelled"};

struct tale {
	const struct jobs_claim *claim;
	const struct job_outcome *outcome;
	enum work_ending ending;
	const char *words;
	const char *trace; /* of the attempt's span; or NULL */
};

/* Where the job can be seen, or its result; of a request only. */
static void
tale_link(const struct tale *tale, const char *rest, struct buf *out)
{
	buf_printf(out, "%s/jobs/%s%s", tale->outcome->base, tale->claim->id,
		   rest);
}

static bool
tale_has_result(const struct tale *tale)
{
	return tale->ending == WORK_SUCCEEDED && tale->outcome->type != NULL;
}

/* ---- a webhook's body, by Standard Webhooks */

static void
json_printed(struct json *json, const char *name, struct buf *text)
{
	json_bytes(json, name, text->bytes != NULL ? text->bytes : "",
		   text->length);
	if (text->failed)
		json->out->failed = true;
	buf_release(text);
}

static void
tale_data(const struct tale *tale, struct json *json)
{
	struct buf link;

	json_object_begin(json, "data");
	json_text(json, "id", tale->claim->id);
	json_text(json, "kind", tale->claim->policy->kind);
	json_text(json, "state", notice_states[tale->ending]);
	buf_init(&link);
	tale_link(tale, "", &link);
	json_printed(json, "url", &link);
	if (tale_has_result(tale)) {
		buf_init(&link);
		tale_link(tale, "/result", &link);
		json_printed(json, "result", &link);
	}
	if (tale->words != NULL)
		json_text(json, "error", tale->words);
	json_object_end(json);
}

static void
tale_webhook(const struct tale *tale, struct json *json)
{
	char now[CLOCK_RFC3339_MAX];
	struct buf type;

	buf_init(&type);
	buf_printf(&type, "job.%s", notice_states[tale->ending]);
	clock_rfc3339(now);
	json_text(json, "url", tale->outcome->webhook);
	json_printed(json, "type", &type);
	json_text(json, "timestamp", now);
	tale_data(tale, json);
}

/* ---- a mail */

static void
span_print(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}};
	size_t i = 0;

	while (i + 1 < sizeof(units) / sizeof(*units) &&
	       seconds < units[i].seconds)
		i++;
	seconds /= units[i].seconds;
	buf_printf(out, "%lld %s%s", (long long)seconds, units[i].name,
		   seconds == 1 ? "" : "s");
}

static void
tale_text(const struct tale *tale, struct buf *out)
{
	const char *kind = tale->claim->policy->kind;

	if (tale->ending == WORK_SUCCEEDED)
		buf_printf(out,
			   "Hello,\n\nwhat you asked for (%s) is ready.\n\n",
			   kind);
	else if (tale->ending == WORK_FAILED)
		buf_printf(out,
			   "Hello,\n\nwe are sorry: what you asked for (%s) "
			   "could not be done.\n\n",
			   kind);
	else
		buf_printf(out,
			   "Hello,\n\nwhat you asked for (%s) was cancelled, "
			   "as you or somebody with\nits address wished.\n\n",
			   kind);
	if (tale->words != NULL)
		buf_printf(out, "The reason: %s\n", tale->words);
	if (tale_has_result(tale)) {
		buf_add_text(out, "The result: ");
		tale_link(tale, "/result", out);
		buf_add_text(out, "\nIt is kept for ");
		span_print(out, tale->claim->policy->keep_s);
		buf_add_text(out, ".\n");
	}
	buf_add_text(out, "More about it: ");
	tale_link(tale, "", out);
	buf_add_char(out, '\n');
}

static void
tale_mail(const struct tale *tale, struct json *json)
{
	static const char *const subjects[WORK_ENDING__MAX] = {
		[WORK_SUCCEEDED] = "is ready",
		[WORK_FAILED] = "could not be done",
		[WORK_CANCELLED] = "was cancelled"};
	struct buf text;

	json_text(json, "to", tale->outcome->email);
	buf_init(&text);
	buf_printf(&text, "Lightcone: your %s %s", tale->claim->policy->kind,
		   subjects[tale->ending]);
	json_printed(json, "subject", &text);
	buf_init(&text);
	tale_text(tale, &text);
	json_printed(json, "text", &text);
}

/* ---- orders */

static enum lc_rc
notice_order(struct work_notice *notice, const struct work_kinds *kinds,
	     const struct tale *tale, const char *kind,
	     void (*write)(const struct tale *tale, struct json *json))
{
	const struct jobs_policy *policy = work_kinds_policy(kinds, kind);
	struct buf *payload = &notice->payloads[notice->count], id;
	struct json json;

	if (policy == NULL)
		return LC_OK;
	buf_init(&id);
	/* One that failed may be tried anew, and its next end is other news. */
	buf_printf(&id, "msg_%s_%lld", tale->claim->id,
		   (long long)tale->claim->lease);
	json_init(&json, payload);
	json_object_begin(&json, NULL);
	json_printed(&json, "id", &id);
	write(tale, &json);
	json_object_end(&json);
	buf_add_char(payload, '\0');
	if (payload->failed)
		return LC_NO_MEMORY;
	notice->orders[notice->count++] = (struct jobs_order){
		.kind = policy->kind,
		.payload = payload->bytes,
		.attempts = policy->attempts,
		.priority = policy->priority,
		.trace = tale->trace,
	};
	return LC_OK;
}

enum lc_rc
work_notice_init(struct work_notice *notice, const struct work_kinds *kinds,
		 const struct jobs_claim *claim,
		 const struct job_outcome *outcome, enum work_ending ending,
		 const char *words)
{
	const struct tale tale = {.claim = claim,
				  .outcome = outcome,
				  .ending = ending,
				  .words = words,
				  .trace = outcome->trace[0] != '\0' ?
						   outcome->trace :
						   claim->trace};
	enum lc_rc rc = LC_OK;

	notice->count = 0;
	for (size_t i = 0; i < WORK_NOTICES_MOST; i++)
		buf_init(&notice->payloads[i]);
	if (notice_states[ending] == NULL || outcome->base == NULL)
		return LC_OK;
	if (outcome->webhook != NULL)
		rc = notice_order(notice, kinds, &tale, "webhook",
				  tale_webhook);
	if (rc == LC_OK && outcome->email != NULL)
		rc = notice_order(notice, kinds, &tale, "mail", tale_mail);
	if (rc != LC_OK)
		work_notice_release(notice);
	return rc;
}

enum lc_rc
work_notice_init_crash(struct work_notice *notice,
		       const struct work_kinds *kinds,
		       const struct jobs_claim *claim, const char *words)
{
	struct job_payload payload;
	struct job_outcome outcome;
	enum lc_rc rc;

	*notice = (struct work_notice){.count = 0};
	if (work_words_failure(claim, false) != WORK_FAILED)
		return LC_OK;
	job_outcome_init(&outcome);
	rc = job_payload_read(claim->payload, &outcome.arena, &payload);
	if (rc == LC_OK) {
		outcome.webhook = payload.webhook;
		outcome.email = payload.email;
		outcome.base = arena_printf(&outcome.arena, "%s%s",
					    payload.origin, payload.mount);
		rc = outcome.base == NULL ?
			     LC_NO_MEMORY :
			     work_notice_init(notice, kinds, claim, &outcome,
					      WORK_FAILED, words);
	}
	job_outcome_release(&outcome);
	/* What is no request has nobody to tell. */
	return rc == LC_NO_MEMORY ? rc : LC_OK;
}

void
work_notice_release(struct work_notice *notice)
{
	for (size_t i = 0; i < WORK_NOTICES_MOST; i++)
		buf_release(&notice->payloads[i]);
}

enum lc_rc
work_notice_add(struct store *store, void *arg)
{
	const struct work_notice *notice = arg;
	char id[JOBS_ID_BYTES], why[JOBS_WHY_MAX];
	enum lc_rc rc = LC_OK;
	bool existed;

	for (size_t i = 0; rc == LC_OK && i < notice->count; i++)
		rc = jobs_add_in(store, &notice->orders[i], id, &existed, why,
				 sizeof(why));
	return rc;
}
