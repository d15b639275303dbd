#include "engine/async.h"

#include <string.h>

#include "base/clock.h"
#include "engine/after.h"
#include "engine/caller.h"
#include "engine/engine.h"
#include "engine/job_payload.h"
#include "engine/schema.h"
#include "services/jobs.h"
#include "services/presence.h"

_Static_assert((int)CALL_JOB_BYTES == (int)JOBS_ID_BYTES, "an id's room");

enum { ASYNC_KEY_MAX = 255, ASYNC_ASK_AGAIN_S = 1, ASYNC_TRIES = 3 };

bool
async_is_wanted(const struct lc_call *call)
{
	return call->endpoint->job != NULL && call->prefer.respond_async &&
	       call->request.method != LC_HEAD && call->work == NULL &&
	       !call->in_place;
}

bool
async_is_all(const struct lc_call *call)
{
	return async_is_wanted(call) && call->prefer.wait_s <= 0;
}

/* Who asks: a key of one client says nothing of another's. */
static const char *
client_name(struct lc_call *call)
{
	const struct lc_key *key = lc_key_of(call);
	char text[CLIENT_TEXT_BYTES] = "";
	struct client_address address;

	if (key != NULL)
		return arena_printf(&call->arena, "key %s", key->id);
	if (caller_address(call, &address))
		client_write(&address, text);
	return arena_printf(&call->arena, "address %s", text);
}

/* The field Idempotency-Key, quoted or not; NULL: there is none. */
static enum lc_rc
key_read(struct lc_call *call, const char **key)
{
	const char *field = call->request.fields[REQUEST_IDEMPOTENCY_KEY];
	size_t length;

	*key = NULL;
	if (field == NULL)
		return LC_OK;
	length = strlen(field);
	if (length >= 2 && field[0] == '"' && field[length - 1] == '"') {
		field++;
		length -= 2;
	}
	if (length == 0 || length > ASYNC_KEY_MAX ||
	    memchr(field, '"', length) != NULL)
		return lc_fail(call, LC_BAD_REQUEST,
			       "Idempotency-Key should have 1 to %d "
			       "characters.",
			       (int)ASYNC_KEY_MAX);
	for (size_t i = 0; i < length; i++)
		if (field[i] < ' ' || field[i] > '~')
			return lc_fail(call, LC_BAD_REQUEST,
				       "Idempotency-Key should be ASCII.");
	*key = arena_dup(&call->arena, field, length);
	return *key != NULL ? LC_OK : LC_NO_MEMORY;
}

/* How much longer the client waits, from now; 0: it does not. */
static int64_t
wait_left_ms(const struct lc_call *call)
{
	int64_t waited_ms =
		(clock_mono_ns() - call->arrived_ns) / CLOCK_NS_PER_MS;
	int64_t wait_ms = call->prefer.wait_s * 1000;

	if (wait_ms > call->deadline_ms)
		wait_ms = call->deadline_ms;
	return wait_ms > waited_ms ? wait_ms - waited_ms : 0;
}

/* ---- the job */

/*
 * A task after the response: whoever was answered in time needs no job.  One
 * that is due already, or was hastened for another, does no harm.  And whoever
 * was promised one, perhaps earlier than after all the time it would have
 * waited, has it begun now.
 */
static enum lc_rc
settle(void *context, const void *arg)
{
	const struct lc_call *call = *(const struct lc_call *const *)arg;
	struct jobs *jobs = call->engine->jobs;
	char why[JOBS_WHY_MAX];
	enum lc_rc rc;

	(void)context;
	if (call->job_id[0] == '\0')
		return LC_OK;
	rc = call->job_takes_over ?
		     jobs_hasten(jobs, call->job_id, why, sizeof(why)) :
		     jobs_withdraw(jobs, call->job_id, why, sizeof(why));
	return rc == LC_CONFLICT || rc == LC_NOT_FOUND ? LC_OK : rc;
}

/*
 * Adds the job, or finds the one that the client's key has made.  That one may
 * be about to be withdrawn by the request that made it, which is answered
 * meanwhile: hastened, it cannot be any more.
 */
static enum lc_rc
job_have(struct lc_call *call, const struct jobs_order *order, bool *existed,
	 char *why, size_t why_bytes)
{
	struct jobs *jobs = call->engine->jobs;
	enum lc_rc rc = LC_NOT_FOUND;

	for (int i = 0; i < ASYNC_TRIES && rc == LC_NOT_FOUND; i++) {
		rc = jobs_add(jobs, order, call->job_id, existed, why,
			      why_bytes);
		if (rc != LC_OK || !*existed)
			return rc;
		rc = jobs_hasten(jobs, call->job_id, why, why_bytes);
	}
	return rc == LC_CONFLICT || rc == LC_NOT_FOUND ? LC_OK : rc;
}

/* One that was there already may have begun, or ended. */
static void
job_look(struct lc_call *call)
{
	char why[JOBS_WHY_MAX];
	struct jobs_view view;

	if (jobs_find(call->engine->jobs, call->job_id, &call->arena, &view,
		      why, sizeof(why)) == LC_OK)
		call->job_state = view.state;
}

static enum lc_rc
job_add(struct lc_call *call, const struct lc_notify *notify, int64_t delay_ms)
{
	const struct lc_job_kind *kind = call->endpoint->job;
	struct jobs_order order = {
		.kind = kind->policy.kind,
		.payload = job_payload_write(call, notify),
		.attempts = kind->policy.attempts,
		.priority = kind->policy.priority,
		.delay_ms = delay_ms,
		.client = client_name(call),
		.trace = lc_traceparent(call),
	};
	char why[JOBS_WHY_MAX] = "";
	bool existed = false;
	enum lc_rc rc;

	if (order.payload == NULL || order.client == NULL)
		return LC_NO_MEMORY;
	rc = key_read(call, &order.key);
	if (rc != LC_OK)
		return rc;
	rc = job_have(call, &order, &existed, why, sizeof(why));
	if (rc != LC_OK)
		call->job_id[0] = '\0';
	call->job_link = arena_printf(&call->arena, "%s/jobs/%s",
				      call->request.mount, call->job_id);
	if (call->job_link == NULL)
		return LC_NO_MEMORY;
	if (rc == LC_INVALID)
		return lc_fail(call, rc,
			       "This Idempotency-Key came with another request "
			       "before: choose a new one.");
	call->job_takes_over = existed || delay_ms == 0;
	if (rc == LC_OK && existed)
		job_look(call);
	return rc == LC_OK || why[0] == '\0' ? rc :
					       lc_fail(call, rc, "%s", why);
}

enum lc_rc
async_begin(struct lc_call *call)
{
	const struct lc_job_kind *kind = call->endpoint->job;
	struct lc_notify notify = {NULL, NULL};
	struct lc_call *self = call;
	int64_t left_ms = wait_left_ms(call);
	enum lc_rc rc = LC_OK;

	if (kind->notify != NULL)
		rc = kind->notify(call, call->args, &notify);
	if (rc == LC_OK && left_ms > 0)
		rc = after_add(call, "settle", settle, &self, sizeof(self),
			       true);
	if (rc == LC_OK)
		rc = job_add(call, &notify, left_ms);
	return rc;
}

bool
async_takes_over(struct lc_call *call, enum lc_rc verdict)
{
	if (call->job_id[0] != '\0' &&
	    (verdict == LC_DEADLINE || verdict == LC_QUEUE_FULL ||
	     verdict == LC_STOPPING))
		call->job_takes_over = true;
	return call->job_takes_over;
}

void
async_reply(const struct lc_call *call, struct response *response)
{
	struct json json;

	response->status = 202;
	response->media_type = "application/json";
	json_init(&json, &response->body);
	json_object_begin(&json, NULL);
	json_text(&json, "id", call->job_id);
	json_text(&json, "state", jobs_state_name(call->job_state));
	json_text(&json, "job", call->job_link);
	if (call->job_state == JOBS_QUEUED &&
	    !presence_seen(call->engine->options->state, PRESENCE_WORK)) {
		json_array_begin(&json, schema_warnings.name);
		json_text(&json, NULL,
			  "No worker is there just now; the job begins when "
			  "one is.");
		json_array_end(&json);
	}
	json_object_end(&json);
	buf_add_char(&response->body, '\n');
	response_field_text(response, "Location", call->job_link);
	response_field(response, "Retry-After", "%d", (int)ASYNC_ASK_AGAIN_S);
	response_field_text(response, "Cache-Control", "no-store");
	if (call->prefer.wait_s >= 0)
		response_field(response, "Preference-Applied",
			       "respond-async, wait=%lld",
			       (long long)call->prefer.wait_s);
	else
		response_field_text(response, "Preference-Applied",
				    "respond-async");
}

struct jobs *
lc_jobs(const struct lc_call *call)
{
	return call->engine->jobs;
}
