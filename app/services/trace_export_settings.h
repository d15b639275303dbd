/*
 * How spans are exported: what options say, as the exporter wants it.
 *
 * Pairs of NAME=VALUE with commas between them, as OTEL_RESOURCE_ATTRIBUTES
 * and OTEL_EXPORTER_OTLP_HEADERS have them, are percent-decoded, and white
 * space around names and values is cut.  A pair that cannot be used is left
 * out and counted.
 */
#ifndef SERVICES_TRACE_EXPORT_SETTINGS_H
#define SERVICES_TRACE_EXPORT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/options.h"
#include "services/otlp.h"

struct trace_export_settings {
	const char *url;
	const char *certificate; /* a file of those that are trusted; "" */
	bool json, gzip;
	int64_t timeout_ms, delay_ms;
	size_t batch; /* spans that are sent at once, at most */

	char **fields; /* of the request: "name: value" */
	size_t field_count;
	unsigned fields_wrong;

	struct otlp_pair *resource;
	size_t resource_count;
	unsigned attributes_wrong;

	struct arena arena; /* all of it lives there */
};

/* LC_NO_MEMORY; it is to be released in any case. */
enum lc_rc trace_export_settings_init(struct trace_export_settings *settings,
				      const struct options *options) LC_CHECKED;
void trace_export_settings_release(struct trace_export_settings *settings);

#endif
