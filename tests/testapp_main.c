/* tests/testapp.fcgi and .cgi: the test endpoints behind the real gate. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/observe.h"
#include "gate/gate.h"
#include "testapp.h"

/*
 * A test looks whether another one notices that a guard was forgotten: then
 * there is a file of that name in the state directory, which every web server
 * tells us.
 */
static const struct lc_endpoint *const *
table_wanted(const struct options *options)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/unguarded", options->state);
	return access(path, F_OK) == 0 ? testapp_unguarded_table :
					 testapp_table;
}

int
main(int argc, char **argv)
{
	struct options options;
	struct engine engine;
	int code = EXIT_FAILURE;
	struct gate gate;
	struct buf why;

	buf_init(&why);
	if (gate_find(&gate, argc, argv) != LC_OK || gate.kind == GATE_NONE ||
	    options_load(&options, &why) != LC_OK)
		return EXIT_FAILURE;
	log_start(&options, "web");
	if (engine_init(&engine, &options, table_wanted(&options), NULL,
			&why) == LC_OK) {
		testapp_start();
		if (engine_limit(&engine, &why) == LC_OK &&
		    observe_start(&engine, METRICS_WEB, &why) == LC_OK)
			code = gate_serve(&gate, &engine);
		testapp_stop();
		engine_release(&engine);
	}
	if (why.length > 0)
		log_error("%.*s", (int)why.length, why.bytes);
	buf_release(&why);
	options_release(&options);
	return code;
}
