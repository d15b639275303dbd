/*
 * One collector, by HTTP: what is sent there, and what its answers mean.  The
 * connection is kept for the next time.
 */
#ifndef SERVICES_TRACE_EXPORT_SEND_H
#define SERVICES_TRACE_EXPORT_SEND_H

#include <stdatomic.h>

#include "base/buf.h"
#include "services/trace_export_settings.h"

struct trace_sender;

/*
 * Settings must outlive it.  `end_ns` is when it has to have ended, on the
 * monotonic clock, and may be changed by any thread.  NULL without memory.
 */
struct trace_sender *trace_sender_new(
	const struct trace_export_settings *settings,
	const _Atomic int64_t *end_ns);
void trace_sender_free(struct trace_sender *sender); /* NULL is harmless */

enum trace_answer_kind {
	TRACE_ANSWER_TAKEN,
	TRACE_ANSWER_LATER,     /* it may be sent again, and should be */
	TRACE_ANSWER_TOO_LARGE, /* perhaps less of it at once */
	TRACE_ANSWER_REFUSED,   /* never again */
	TRACE_ANSWER_NONE       /* it had to end before there was one */
};

struct trace_answer {
	enum trace_answer_kind kind;
	int64_t retry_after_s;   /* 0: it does not say */
	int64_t rejected;        /* spans of those that were taken */
	bool unreadable;         /* it was taken, with words that are none */
	char why[TRACE_WHY_MAX]; /* what it says, or what went wrong; or "" */
};

void trace_sender_send(struct trace_sender *sender, const struct buf *body,
		       struct trace_answer *out);

#endif
