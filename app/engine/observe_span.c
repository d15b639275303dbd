/*
 * The spans of a call: its own, and one for each stage.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/caller.h"
#include "engine/engine.h"
#include "engine/observe_inner.h"

static void
name_write(const struct lc_call *call, char name[TRACE_NAME_MAX])
{
	if (call->work != NULL)
		snprintf(name, TRACE_NAME_MAX, "job %s",
			 call->work->policy.kind);
	else if (call->endpoint != NULL)
		snprintf(name, TRACE_NAME_MAX, "%s %s", observe_method(call),
			 call->endpoint->path);
	else
		snprintf(name, TRACE_NAME_MAX, "%s", observe_method(call));
}

static bool
is_https(const struct request *request)
{
	const char *https = request_variable(request, "HTTPS");
	const char *scheme = request_variable(request, "REQUEST_SCHEME");

	return (https != NULL && strcmp(https, "on") == 0) ||
	       (scheme != NULL && strcmp(scheme, "https") == 0);
}

static void
request_tell(const struct lc_call *call, struct trace_span *span)
{
	const struct request *request = &call->request;
	struct client_address address;
	char client[CLIENT_TEXT_BYTES], path[OBSERVE_SHOWN_MAX];

	if (request->method < LC_METHOD__MAX) {
		trace_span_text(span, TRACE_METHOD, observe_method(call));
	} else {
		trace_span_text(span, TRACE_METHOD, "_OTHER");
		trace_span_text(span, TRACE_METHOD_ORIGINAL,
				request->method_name);
	}
	trace_span_text(span, TRACE_SCHEME,
			is_https(request) ? "https" : "http");
	if (call->endpoint != NULL)
		trace_span_text(span, TRACE_ROUTE, call->endpoint->path);
	trace_span_text(span, TRACE_SERVER_ADDRESS,
			request_variable(request, "SERVER_NAME"));
	if (caller_address(call, &address)) {
		client_write(&address, client);
		trace_span_text(span, TRACE_CLIENT_ADDRESS, client);
	}
	trace_span_text(span, TRACE_REQUEST_ID, call->request_id);
	/* The longest comes last: it is cut where there is no room. */
	trace_span_text(span, TRACE_PATH, observe_shown(request->path, path));
}

static void
job_tell(const struct lc_call *call, struct trace_span *span)
{
	const struct call_watch *watch = &call->watch;

	trace_span_text(span, TRACE_JOB_KIND, call->work->policy.kind);
	trace_span_int(span, TRACE_JOB_NUMBER, watch->job_number);
	trace_span_int(span, TRACE_JOB_ATTEMPT, watch->job_attempt);
}

static void
end_tell(const struct lc_call *call, struct trace_span *span)
{
	int status = observe_status(call);

	trace_span_int(span, TRACE_STATUS, status);
	trace_span_int(span, TRACE_RESPONSE_BYTES, call->watch.sent_bytes);
	/* What a client did wrong is no failure of ours; a job has no client. */
	span->failed =
		call->work != NULL ? call->verdict != LC_OK : status >= 500;
	if (span->failed)
		trace_span_text(span, TRACE_ERROR_TYPE,
				rc_label(call->verdict));
}

static void
stages_record(const struct lc_call *call, int64_t end_ns)
{
	const struct engine *engine = call->engine;

	for (int i = 0; i < CALL_STAGE__MAX; i++) {
		struct trace_context context;
		struct trace_span span;
		int64_t from_ns, to_ns;

		if (!observe_stage(call, (enum call_stage)i, end_ns, &from_ns,
				   &to_ns))
			continue;
		tracer_child(engine->tracer, &call->watch.trace, &context);
		trace_span_init(&span, &context, TRACE_INTERNAL,
				observe_stage_name((enum call_stage)i));
		trace_span_times(&span, from_ns, to_ns);
		if (i == CALL_CACHE)
			trace_span_text(&span, TRACE_CACHE,
					observe_cache(call));
		tracer_record(engine->tracer, &span);
	}
}

void
observe_spans(struct lc_call *call, int64_t end_ns)
{
	const struct call_watch *watch = &call->watch;
	char name[TRACE_NAME_MAX];
	struct trace_span span;

	name_write(call, name);
	trace_span_init(&span, &watch->trace, watch->kind, name);
	trace_span_times(&span, call->arrived_ns, end_ns);
	trace_span_int(&span, TRACE_PID, getpid());
	trace_span_text(&span, TRACE_CACHE, observe_cache(call));
	if (watch->event_type != NULL) {
		trace_span_text(&span, TRACE_EVENT_TYPE, watch->event_type);
		trace_span_int(&span, TRACE_EVENT_SEQ, watch->event_seq);
	}
	if (call->work != NULL)
		job_tell(call, &span);
	end_tell(call, &span);
	if (call->work == NULL)
		request_tell(call, &span);
	tracer_record(call->engine->tracer, &span);
	stages_record(call, end_ns);
}
