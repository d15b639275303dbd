#include "engine/job_run.h"

#include <poll.h>
#include <string.h>

#include "engine/dispatch.h"
#include "engine/job_payload.h"
#include "engine/own_call.h"
#include "http/json_c.h"
#include "http/json_parse.h"

enum { JOB_TICK_MS = 50 };

void
job_outcome_init(struct job_outcome *outcome)
{
	*outcome = (struct job_outcome){.rc = LC_NO_MEMORY};
	buf_init(&outcome->text);
	arena_init(&outcome->arena, NULL, 0);
}

void
job_outcome_release(struct job_outcome *outcome)
{
	buf_release(&outcome->text);
	arena_release(&outcome->arena);
}

/* Takes from the call, which goes now, what the answer does not say. */
static void
call_finished(const struct lc_call *call, void *arg)
{
	struct job_outcome *outcome = arg;

	outcome->rc = call->verdict;
	outcome->retry_after_s = call->retry_after_s;
	trace_parent_write(&call->watch.trace, outcome->trace);
}

/* ---- what is asked */

static bool
is_request(const struct engine *engine, const struct lc_job_kind *kind)
{
	const struct lc_endpoint *const *e = engine->table;

	while (*e != NULL && *e != kind->work)
		e++;
	return *e != NULL;
}

/* The request that was accepted. */
static enum lc_rc
request_take(struct lc_call *call, const char *text,
	     struct job_outcome *outcome)
{
	struct job_payload payload;
	struct own_request request;
	enum lc_rc rc = job_payload_read(text, &outcome->arena, &payload);

	if (rc != LC_OK)
		return rc;
	outcome->webhook = payload.webhook;
	outcome->email = payload.email;
	outcome->base = arena_printf(&outcome->arena, "%s%s", payload.origin,
				     payload.mount);
	if (outcome->base == NULL)
		return LC_NO_MEMORY;
	request = (struct own_request){
		.method = payload.method,
		.mount = payload.mount,
		.target = payload.target,
		.accept = payload.accept,
		.origin = payload.origin,
		.body = payload.body,
	};
	return own_call_read(call, &request);
}

static enum lc_rc
call_take(struct lc_call *call, const struct lc_job_kind *kind,
	  const char *payload, struct job_outcome *outcome)
{
	const struct own_request request = {
		.method = method_name(kind->work->method),
		.mount = "",
		.target = kind->work->path,
		.body = payload,
	};

	call->work = kind;
	if (is_request(call->engine, kind))
		return request_take(call, payload, outcome);
	call->endpoint = kind->work;
	return own_call_read(call, &request);
}

/* ---- what came of it */

/* A problem's sentence, and the first of what was wrong with the input. */
static const char *
words_read(struct json_object *problem, struct arena *arena)
{
	struct json_object *detail = NULL, *errors = NULL, *first, *message;

	if (!json_object_object_get_ex(problem, "detail", &detail) &&
	    !json_object_object_get_ex(problem, "title", &detail))
		return NULL;
	if (!json_object_object_get_ex(problem, "errors", &errors) ||
	    (first = json_object_array_get_idx(errors, 0)) == NULL ||
	    !json_object_object_get_ex(first, "msg", &message))
		return arena_printf(arena, "%s",
				    json_object_get_string(detail));
	return arena_printf(arena, "%s %s.", json_object_get_string(detail),
			    json_object_get_string(message));
}

static const char *
problem_words(struct job_outcome *outcome)
{
	struct json_object *json = NULL;
	struct json_fault fault;
	const char *words = NULL;

	if (outcome->body_length > 0 &&
	    json_parse_own(outcome->body, outcome->body_length, &json,
			   &fault) == LC_OK)
		words = words_read(json, &outcome->arena);
	json_object_put(json);
	return words != NULL ? words : rc_title(outcome->rc);
}

static void
outcome_read(struct job_outcome *outcome, const struct lc_job_kind *kind)
{
	struct own_answer answer;

	own_answer_read(&outcome->text, &answer);
	if (outcome->text.failed)
		outcome->rc = LC_NO_MEMORY;
	outcome->status = answer.status;
	outcome->body = answer.body;
	outcome->body_length = answer.body_length;
	if (answer.type != NULL)
		outcome->type = arena_dup(&outcome->arena, answer.type,
					  answer.type_length);
	if (outcome->rc == LC_DEADLINE)
		outcome->words = arena_printf(
			&outcome->arena, "It took longer than %lld ms.",
			(long long)kind->policy.timeout_ms);
	else if (outcome->rc != LC_OK)
		outcome->words = problem_words(outcome);
}

/* ---- and how it is waited for */

/* The call may have gone already, and goes only in outbox_act(). */
static void
call_await(struct engine *engine, struct lc_call *call, const bool *freed,
	   struct lc_progress *stop, void (*tick)(void *arg, double done),
	   void *arg)
{
	struct pollfd ready = {.fd = outbox_descriptor(engine->outbox),
			       .events = POLLIN};
	bool told = false;

	while (!*freed) {
		enum lc_rc why = progress_stopped(stop);

		if (why != LC_OK && !told) {
			told = true;
			deadlines_end(engine->deadlines, call, why);
		}
		poll(&ready, 1, JOB_TICK_MS);
		while (outbox_act(engine->outbox))
			;
		if (!*freed)
			tick(arg, progress_done(&call->progress));
	}
}

void
job_run(struct engine *engine, const struct job_given *given,
	struct lc_progress *stop, void (*tick)(void *arg, double done),
	void *arg, struct job_outcome *outcome)
{
	struct own_call *own = own_call_new(engine, &outcome->text);
	struct trace_context causes;
	bool freed = false;
	enum lc_rc rc;

	if (own == NULL)
		return;
	own->finished = call_finished;
	own->arg = outcome;
	own->freed = &freed;
	own->call.progress.parent = stop;
	own->call.watch.kind = TRACE_CONSUMER;
	own->call.watch.job_number = given->number;
	own->call.watch.job_attempt = given->attempt;
	if (given->trace != NULL && trace_parent_read(given->trace, &causes))
		own->call.watch.causes = &causes;
	rc = call_take(&own->call, given->kind, given->payload, outcome);
	dispatch(&own->call, rc);
	call_await(engine, &own->call, &freed, stop, tick, arg);
	outcome_read(outcome, given->kind);
}

void
lc_retry_after(struct lc_call *call, int64_t seconds)
{
	call->retry_after_s = seconds;
}
