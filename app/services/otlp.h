/*
 * Spans as OTLP 1.x has them: the body of a request to /v1/traces, and what
 * the answer says.
 *
 * No network; any thread may call.
 */
#ifndef SERVICES_OTLP_H
#define SERVICES_OTLP_H

#include "base/buf.h"
#include "services/trace.h"

/* A pair of the resource's attributes; both in UTF-8. */
struct otlp_pair {
	const char *name, *value;
};

struct otlp_batch {
	const struct otlp_pair *resource; /* service.name among them */
	size_t resource_count;
	const struct trace_span *spans;
	size_t count;
};

/* What recorded the spans: the scope's name, and telemetry.sdk.name. */
#define OTLP_SCOPE "lightcone"

/* Adds an ExportTraceServiceRequest; a failure is `out`'s. */
void otlp_write_protobuf(const struct otlp_batch *batch, struct buf *out);
void otlp_write_json(const struct otlp_batch *batch, struct buf *out);

enum { OTLP_MESSAGE_MAX = 256 };

/* What a collector with an answer of 200 did not take. */
struct otlp_partial {
	int64_t rejected;
	char message[OTLP_MESSAGE_MAX]; /* printable; "" */
};

/* False: it cannot be read, and says nothing. */
bool otlp_read_protobuf(const char *bytes, size_t length,
			struct otlp_partial *out);
bool otlp_read_json(const char *bytes, size_t length, struct otlp_partial *out);

/* What a collector says in protobuf with another answer: a google.rpc.Status. */
bool otlp_read_status(const char *bytes, size_t length,
		      char out[OTLP_MESSAGE_MAX]);

/* ---- what both forms share */

/* Span.flags: it is sampled, and it is known whether the parent is remote. */
uint32_t otlp_flags(const struct trace_span *span);

/*
 * The first words of what a stranger says, for one line of a log: printable
 * ASCII, one space for all that is between.
 */
void otlp_words(const char *bytes, size_t length, char *out, size_t out_bytes);

#endif
