/*
 * Apart from what exports, for programs that only record and have no libcurl.
 */
#include <string.h>

#include "services/trace_export.h"

bool
trace_export_wanted(const struct options *options)
{
	if (strcmp(options->traces_off, "true") == 0)
		return false;
	if (strcmp(options->traces, "auto") != 0)
		return strcmp(options->traces, "otlp") == 0;
	return options->otlp_endpoint[0] != '\0' ||
	       options->otlp_traces_endpoint[0] != '\0';
}
