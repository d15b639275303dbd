/*
 * lightcone.fcgi and lightcone.cgi: composition, and nothing else.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "context.h"
#include "gate/gate.h"
#include "services/cache.h"
#include "services/events.h"
#include "services/presence.h"
#include "table.h"

static enum lc_rc
cache_probe(void *self, char *why, size_t why_bytes)
{
	const struct engine *engine = self;
	struct cache_view view;

	if (engine->cache == NULL) {
		snprintf(why, why_bytes, "it cannot be opened: see the log");
		return LC_UNAVAILABLE;
	}
	cache_look(engine->cache, &view);
	if (view.away == 0)
		return LC_OK;
	snprintf(
		why, why_bytes, "%s for %lld s, %u of %u servers: %s",
		breaker_state_name(view.state),
		(long long)((clock_mono_ns() - view.since_ns) / CLOCK_NS_PER_S),
		view.away, view.servers, view.why);
	return LC_UNAVAILABLE;
}

static enum lc_rc
worker_probe(void *self, char *why, size_t why_bytes)
{
	if (presence_seen(self, PRESENCE_WORK))
		return LC_OK;
	snprintf(why, why_bytes, "no `lightcone work` runs; jobs wait for one");
	return LC_UNAVAILABLE;
}

/* Where a hub is, the log of events is made already: nobody waits for that. */
static enum lc_rc
stream_probe(void *self, char *why, size_t why_bytes)
{
	const struct engine *engine = self;
	struct events_position position;

	if (presence_seen(engine->options->state, PRESENCE_STREAM))
		return events_position(engine->events, &position, why,
				       why_bytes);
	snprintf(why, why_bytes,
		 "no `lightcone stream` runs; there is no WebSocket");
	return LC_UNAVAILABLE;
}

/* Serves with everything made; returns the exit code. */
static int
serve(struct gate *gate, const struct options *options)
{
	/* The probe reads it only. */
	void *state = (void *)(uintptr_t)options->state;
	struct engine engine;
	const struct companion companions[] = {
		{"cache", strcmp(options->cache, "off") == 0 ? NULL : &engine,
		 cache_probe},
		{"worker", state, worker_probe},
		{"stream", &engine, stream_probe},
		{.name = NULL}};
	int code = EXIT_FAILURE;
	struct context context;
	struct buf why;

	if (context_init(&context, options, gate->kind == GATE_FCGI) != LC_OK) {
		log_error("no memory to start");
		return code;
	}
	context.companions = companions;
	buf_init(&why);
	if (engine_init(&engine, options, endpoint_table, &context, &why) !=
	    LC_OK) {
		log_error("%.*s", (int)why.length, why.bytes);
	} else {
		if (engine_limit(&engine, &why) == LC_OK)
			code = gate_serve(gate, &engine);
		else
			log_error("%.*s", (int)why.length, why.bytes);
		engine_release(&engine);
	}
	buf_release(&why);
	context_release(&context);
	return code;
}

int
main(int argc, char **argv)
{
	struct options options;
	struct gate gate;
	int code;
	struct buf why;

	if (gate_find(&gate, argc, argv) != LC_OK)
		return EXIT_FAILURE;
	if (gate.kind == GATE_NONE) {
		log_error(
			"lightcone %s is started by a web server (FastCGI "
			"or CGI), or with --socket PATH; see lightcone.fcgi(8)",
			LIGHTCONE_VERSION);
		return EXIT_FAILURE;
	}
	buf_init(&why);
	if (options_load(&options, &why) != LC_OK) {
		log_error("%.*s", (int)why.length, why.bytes);
		buf_release(&why);
		return EXIT_FAILURE;
	}
	buf_release(&why);
	log_start(&options, "web");
	code = serve(&gate, &options);
	options_release(&options);
	return code;
}
