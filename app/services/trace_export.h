/*
 * Sends the spans of the ring to a collector, by OTLP over HTTP: protobuf or
 * JSON, gzip if wanted; one exporter at a time for a state directory.
 *
 * 429, 502, 503, 504 and connections that fail are tried again, as soon as
 * Retry-After says, else ever later; the spans stay in the ring meanwhile, and
 * may arrive twice.  What is too large (413) is sent in halves.  What the
 * collector turns away (other answers) or takes in part only is counted and
 * not sent again.
 */
#ifndef SERVICES_TRACE_EXPORT_H
#define SERVICES_TRACE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/options.h"

struct trace_export;

/* Whether options say that spans are exported at all; needs no libcurl. */
bool trace_export_wanted(const struct options *options);

/*
 * Options need not live on.  NULL without memory, or where the ring cannot be
 * had: `why` says so.  outbound_start() before.
 */
struct trace_export *trace_export_new(const struct options *options, char *why,
				      size_t why_bytes);
void trace_export_free(struct trace_export *exporter); /* NULL is harmless */

/*
 * Exports until trace_export_stop(), in a thread of its own; where another
 * process does it already, waits to take its place.
 */
void trace_export_run(struct trace_export *exporter);

/*
 * Has trace_export_run() export what there is and return, within `last_ms`;
 * said again it can only become less.  Any thread may call.
 */
void trace_export_stop(struct trace_export *exporter, int64_t last_ms);

#endif
