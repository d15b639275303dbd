/*
 * What calls tell others of their trace, and what it is told of them.
 */
#include "lightcone.h"
#include "lightcone_events.h"

#include <string.h>

#include "engine/call.h"

const char *
lc_traceparent(struct lc_call *call)
{
	char text[TRACE_PARENT_BYTES];

	trace_parent_write(&call->watch.trace, text);
	return text[0] != '\0' ? arena_dup(&call->arena, text, strlen(text)) :
				 NULL;
}

const char *
lc_events_trace(struct lc_call *call)
{
	const struct trace_context *trace = &call->watch.trace;

	return trace->sampled || trace->parent != 0 ? lc_traceparent(call) :
						      NULL;
}

void
lc_events_note(struct lc_call *call, enum events_type type, int64_t seq)
{
	call->watch.event_type = events_type_name(type);
	call->watch.event_seq = seq;
}
