#include "services/otlp.h"

/* The masks are the protocol's: enum SpanFlags. */
enum {
	FLAG_SAMPLED = 0x001,
	FLAG_REMOTE_KNOWN = 0x100,
	FLAG_REMOTE = 0x200,
};

uint32_t
otlp_flags(const struct trace_span *span)
{
	uint32_t flags = FLAG_SAMPLED | FLAG_REMOTE_KNOWN;

	return span->remote ? flags | FLAG_REMOTE : flags;
}

void
otlp_words(const char *bytes, size_t length, char *out, size_t out_bytes)
{
	bool between = false;
	size_t used = 0;

	for (size_t i = 0; i < length && used + 2 < out_bytes; i++) {
		if (bytes[i] <= ' ' || bytes[i] > '~') {
			between = used > 0;
			continue;
		}
		if (between)
			out[used++] = ' ';
		between = false;
		out[used++] = bytes[i];
	}
	out[used] = '\0';
}
