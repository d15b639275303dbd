/*
 * What is sent of some spans: OTLP in one of its forms, gzip if wanted.
 */
#ifndef SERVICES_TRACE_EXPORT_BODY_H
#define SERVICES_TRACE_EXPORT_BODY_H

#include "base/buf.h"
#include "services/trace_export_settings.h"

struct trace_export_body {
	struct buf plain, packed;
};

void trace_export_body_init(struct trace_export_body *body);
void trace_export_body_release(struct trace_export_body *body);

/*
 * Makes it of `count` spans, and gives what is to be sent, which lasts until
 * the next; NULL: no memory.
 */
const struct buf *trace_export_body_make(
	struct trace_export_body *body,
	const struct trace_export_settings *settings,
	const struct trace_span *spans, size_t count);

#endif
