/*
 * A call in the log: one line for each, and a message for what failed by our
 * own fault.
 */
#include <stdio.h>

#include "base/log_line.h"
#include "engine/caller.h"
#include "engine/engine.h"
#include "engine/observe_inner.h"

enum { STAGE_FIELD_MAX = 16 };

static void
stages_add(const struct lc_call *call, int64_t end_ns, struct log_line *line)
{
	static const char *const names[CALL_STAGE__MAX] = {
#define STAGE_FIELD(constant, name) [constant] = name "_ms",
		CALL_STAGE_TABLE(STAGE_FIELD)
#undef STAGE_FIELD
	};
	int64_t from_ns, to_ns;

	for (int i = 0; i < CALL_STAGE__MAX; i++)
		if (observe_stage(call, (enum call_stage)i, end_ns, &from_ns,
				  &to_ns))
			log_line_ms(line, names[i], to_ns - from_ns);
}

/* The function may be at work yet where the engine has answered for it. */
static const char *
detail_of(const struct lc_call *call)
{
	return atomic_load(&call->state) == CALL_BY_RUN ? call->detail : NULL;
}

static void
trace_add(const struct lc_call *call, struct log_line *line)
{
	const struct trace_context *trace = &call->watch.trace;
	char id[33];

	if ((trace->high | trace->low) == 0)
		return;
	trace_id_write(trace->high, trace->low, id);
	log_line_text(line, "trace_id", id);
	trace_span_id_write(trace->span, id);
	log_line_text(line, "span_id", id);
}

static void
client_add(const struct lc_call *call, struct log_line *line)
{
	struct client_address address;
	char client[CLIENT_TEXT_BYTES];

	if (!caller_address(call, &address))
		return;
	client_write(&address, client);
	log_line_text(line, "client", client);
}

static const char *
level_of(int status)
{
	return status >= 500 ? "error" : "info";
}

void
observe_line(struct lc_call *call, int64_t end_ns)
{
	int status = observe_status(call);
	char shown[OBSERVE_SHOWN_MAX];
	enum log_form form;
	struct log_line line;

	if (!log_access_form(&form))
		return;
	log_line_begin(&line, form, level_of(status));
	log_line_text(&line, "method",
		      call->request.method_name != NULL ?
			      call->request.method_name :
			      "");
	log_line_text(&line, "path", observe_shown(call->request.path, shown));
	log_line_text(&line, "route", observe_route(call));
	log_line_int(&line, "status", status);
	log_line_ms(&line, "duration_ms", end_ns - call->arrived_ns);
	stages_add(call, end_ns, &line);
	log_line_int(&line, "bytes", call->watch.sent_bytes);
	log_line_text(&line, "cache", observe_cache(call));
	client_add(call, &line);
	log_line_text(&line, "request_id", call->request_id);
	trace_add(call, &line);
	if (call->verdict != LC_OK) {
		log_line_text(&line, "reason", rc_label(call->verdict));
		log_line_text(&line, "detail",
			      observe_shown(detail_of(call), shown));
	}
	log_line_end(&line);
	log_access(&line);
}

/* Deadlines, full queues and stops are counted, and are nobody's mistake. */
static bool
is_fault(enum lc_rc verdict)
{
	return verdict == LC_INTERNAL || verdict == LC_UNAVAILABLE ||
	       verdict == LC_NO_MEMORY;
}

void
observe_complain(const struct lc_call *call)
{
	char shown_path[OBSERVE_SHOWN_MAX], shown_detail[OBSERVE_SHOWN_MAX];
	const char *path, *detail;

	if (call->work != NULL || !is_fault(call->verdict))
		return;
	path = observe_shown(call->request.path, shown_path);
	detail = observe_shown(detail_of(call), shown_detail);
	log_warning("%s %.200s was answered with %d (%s), request %s: %s",
		    observe_method(call), path != NULL ? path : "",
		    observe_status(call), rc_label(call->verdict),
		    call->request_id,
		    detail != NULL ? detail : "no more is known");
}
