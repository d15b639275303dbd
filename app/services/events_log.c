#include "services/events_log.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

enum { LOG_READ_MOST = 256, LOG_COMPLAIN_S = 10 };

bool
events_log_init(struct events_log *log, struct events *events, size_t bytes)
{
	*log = (struct events_log){.events = events,
				   .tail = events_tail_new(bytes)};
	return log->tail != NULL;
}

void
events_log_release(struct events_log *log)
{
	events_tail_free(log->tail);
}

static void
log_complain(const char *why)
{
	static _Atomic int64_t last_ns;
	int64_t now_ns = clock_mono_ns(), last = last_ns;

	if (last != 0 && now_ns - last < LOG_COMPLAIN_S * CLOCK_NS_PER_S)
		return;
	last_ns = now_ns;
	log_warning("events cannot be read: %s", why);
}

static enum lc_rc
log_take(void *arg, const struct event *event)
{
	struct events_log *log = arg;
	struct tail_event *made = tail_event_new(log->position.epoch, event);
	enum lc_rc rc =
		made == NULL ? LC_NO_MEMORY : events_tail_put(log->tail, made);

	/* One that did not get in is read again the next time. */
	if (rc == LC_OK)
		log->position.last = event->seq;
	return rc;
}

/* Another state.sqlite, or an older one, is in its place. */
static bool
log_is_another(const struct events_log *log, const struct events_position *now)
{
	return !log->looked || strcmp(now->epoch, log->position.epoch) != 0 ||
	       now->last < log->position.last;
}

static void
log_begin(struct events_log *log, const struct events_position *now,
	  int64_t beforehand)
{
	events_tail_clear(log->tail);
	log->position = *now;
	log->position.last -= beforehand;
	if (log->position.last < now->first - 1)
		log->position.last = now->first - 1;
	log->looked = true;
	log->turn++;
}

bool
events_log_look(struct events_log *log, int64_t beforehand)
{
	char why[EVENTS_WHY_MAX] = "out of memory";
	struct events_position now;
	enum lc_rc rc = events_position(log->events, &now, why, sizeof(why));

	if (rc == LC_OK && log_is_another(log, &now))
		log_begin(log, &now, beforehand);
	if (rc == LC_OK)
		log->position.first = now.first;
	while (rc == LC_OK && log->position.last < now.last) {
		int64_t before = log->position.last;

		rc = events_read(log->events, before, LOG_READ_MOST, log_take,
				 log, why, sizeof(why));
		/* They may have gone in between. */
		if (rc == LC_OK && log->position.last == before)
			log->position.last = now.last;
	}
	if (rc != LC_OK)
		log_complain(why);
	return rc == LC_OK;
}

void
events_log_forget(struct events_log *log)
{
	log->looked = false;
}
