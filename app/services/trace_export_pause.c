#include "services/trace_export_pause.h"

void
trace_pause_end(struct trace_pause *pause)
{
	pause->next_ms = 0;
}

int64_t
trace_pause_next_ms(struct trace_pause *pause, int64_t asked_s, uint32_t chance)
{
	int64_t about_ms = pause->next_ms;

	if (about_ms < TRACE_PAUSE_FIRST_MS)
		about_ms = TRACE_PAUSE_FIRST_MS;
	pause->next_ms = 2 * about_ms < TRACE_PAUSE_MOST_MS ?
				 2 * about_ms :
				 TRACE_PAUSE_MOST_MS;
	if (asked_s > TRACE_PAUSE_ASKED_MOST_S)
		asked_s = TRACE_PAUSE_ASKED_MOST_S;
	if (asked_s > 0)
		return asked_s * 1000;
	return about_ms * 3 / 4 + chance % (uint32_t)(about_ms / 2 + 1);
}
