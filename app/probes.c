#include "probes.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "services/cache.h"
#include "services/events.h"
#include "services/presence.h"
#include "services/trace_export.h"
#include "services/trace_ring.h"

/* A time of the monotonic clock by the calendar; 0 stays 0. */
static int64_t
calendar_ms(int64_t mono_ns)
{
	if (mono_ns == 0)
		return 0;
	return clock_unix_ms() - (clock_mono_ns() - mono_ns) / CLOCK_NS_PER_MS;
}

static void
cache_probe(void *self, struct companion_seen *seen)
{
	const struct engine *engine = self;
	struct cache_view view;

	if (engine->cache == NULL) {
		snprintf(seen->why, sizeof(seen->why),
			 "it cannot be opened: see the log");
		return;
	}
	cache_look(engine->cache, &view);
	seen->standing.answers = view.away == 0;
	seen->standing.at_ms = calendar_ms(view.seen_ns);
	seen->standing.began_ms = calendar_ms(view.since_ns);
	if (view.away > 0)
		snprintf(seen->why, sizeof(seen->why),
			 "%s, %u of %u servers: %s",
			 breaker_state_name(view.state), view.away,
			 view.servers, view.why);
}

/* Whether one holds the lock, and since when it says to be there. */
static void
presence_probe(const struct engine *engine, const char *file,
	       struct companion_seen *seen)
{
	seen->standing.answers = presence_look(engine->options->state, file,
					       &seen->standing.began_ms);
	seen->standing.began_is_known = true;
}

static void
worker_probe(void *self, struct companion_seen *seen)
{
	presence_probe(self, PRESENCE_WORK, seen);
	if (!seen->standing.answers)
		snprintf(seen->why, sizeof(seen->why),
			 "no `lightcone work` runs; jobs wait for one");
}

/* Where a hub is, the log of events is made already: nobody waits for that. */
static void
stream_probe(void *self, struct companion_seen *seen)
{
	const struct engine *engine = self;
	struct events_position position;

	presence_probe(engine, PRESENCE_STREAM, seen);
	if (!seen->standing.answers) {
		snprintf(seen->why, sizeof(seen->why),
			 "no `lightcone stream` runs; there is no WebSocket");
		return;
	}
	if (events_position(engine->events, &position, seen->why,
			    sizeof(seen->why)) != LC_OK)
		seen->standing = (struct standing_seen){.answers = false};
}

/* Until the first attempt nothing speaks against the collector. */
static void
traces_probe(void *self, struct companion_seen *seen)
{
	const struct engine *engine = self;
	const struct trace_ring *ring = tracer_ring(engine->tracer);
	struct trace_export_state state;

	if (ring == NULL) {
		snprintf(seen->why, sizeof(seen->why),
			 "no span is recorded: see the log");
		return;
	}
	trace_ring_look(ring, &state);
	seen->standing.answers = !state.known || state.well;
	if (state.known) {
		seen->standing.began_ms = state.since_ms;
		seen->standing.began_is_known = true;
	}
	if (!seen->standing.answers)
		snprintf(seen->why, sizeof(seen->why), "%s", state.why);
}

enum lc_rc
probes_init(struct probes *probes, struct engine *engine,
	    const struct options *options)
{
	struct standing *standing = standing_new(options->state);
	const bool cached = strcmp(options->cache, "off") != 0;
	const bool traced = trace_export_wanted(options);

	*probes = (struct probes){
		.standing = standing,
		.companions = {{"cache", cached ? engine : NULL, cache_probe,
				standing},
			       {"worker", engine, worker_probe, standing},
			       {"stream", engine, stream_probe, standing},
			       {"traces", traced ? engine : NULL, traces_probe,
				standing},
			       {.name = NULL}}};
	return standing != NULL ? LC_OK : LC_NO_MEMORY;
}

void
probes_release(struct probes *probes)
{
	standing_free(probes->standing);
}
