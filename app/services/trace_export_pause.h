/*
 * How long to wait before spans are sent again that could not be: as long as
 * the collector asks for, else ever longer, and never as others do.
 */
#ifndef SERVICES_TRACE_EXPORT_PAUSE_H
#define SERVICES_TRACE_EXPORT_PAUSE_H

#include <stdint.h>

enum {
	TRACE_PAUSE_FIRST_MS = 1000,
	TRACE_PAUSE_MOST_MS = 30000,
	TRACE_PAUSE_ASKED_MOST_S = 300
};

struct trace_pause {
	int64_t next_ms; /* about; 0: nothing has gone wrong */
};

/* It went well. */
void trace_pause_end(struct trace_pause *pause);

/*
 * The next pause.  `asked_s` is what Retry-After says, 0 or less: nothing; it
 * is believed up to TRACE_PAUSE_ASKED_MOST_S.  `chance`, any number, moves the
 * pause by a quarter of it, at most, to either side.
 */
int64_t trace_pause_next_ms(struct trace_pause *pause, int64_t asked_s,
			    uint32_t chance);

#endif
