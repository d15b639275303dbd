/*
 * lightcone.fcgi and lightcone.cgi: composition, and nothing else.
 */
#include <stdlib.h>

#include "base/log.h"
#include "context.h"
#include "engine/observe.h"
#include "gate/gate.h"
#include "probes.h"
#include "table.h"

/* Serves with everything made; returns the exit code. */
static int
serve(struct gate *gate, const struct options *options)
{
	struct engine engine;
	int code = EXIT_FAILURE;
	struct context context;
	struct probes probes;
	struct buf why;

	if (context_init(&context, options, gate->kind == GATE_FCGI) != LC_OK) {
		log_error("no memory to start");
		return code;
	}
	if (probes_init(&probes, &engine, options) != LC_OK) {
		log_error("no memory to start");
		context_release(&context);
		return code;
	}
	context.companions = probes.companions;
	buf_init(&why);
	if (engine_init(&engine, options, endpoint_table, &context, &why) !=
	    LC_OK) {
		log_error("%.*s", (int)why.length, why.bytes);
	} else {
		if (engine_limit(&engine, &why) == LC_OK &&
		    observe_start(&engine, METRICS_WEB, &why) == LC_OK)
			code = gate_serve(gate, &engine);
		else
			log_error("%.*s", (int)why.length, why.bytes);
		engine_release(&engine);
	}
	buf_release(&why);
	probes_release(&probes);
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
