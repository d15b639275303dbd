/*
 * lightcone openapi: the document that GET /openapi.json gives.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "commands/command.h"
#include "commands/privilege.h"
#include "context.h"
#include "engine/openapi.h"
#include "table.h"

enum { OPENAPI_STOP_MS = 1000 };

static int
document_print(struct engine *engine, const char *mount)
{
	int code = COMMAND_FAILED;
	struct buf out;

	buf_init(&out);
	if (openapi_write(engine, mount, &out) != LC_OK)
		fprintf(stderr, "lightcone openapi: out of memory\n");
	else if (fwrite(out.bytes, 1, out.length, stdout) != out.length ||
		 fflush(stdout) != 0)
		perror("lightcone openapi");
	else
		code = COMMAND_OK;
	buf_release(&out);
	return code;
}

/* With an engine of our own, which serves nobody else. */
static int
engine_ask(const struct options *options, const char *mount)
{
	static const struct companion nobody[] = {{.name = NULL}};
	struct context context = {
		.catalogues = catalogue_set_new(options->state, false),
		.edits = edits_new(options->state),
		.bright = bright_new(),
		.catalogue = options->catalogue,
		.companions = nobody,
	};
	int code = COMMAND_FAILED;
	struct engine engine;
	struct buf why;

	buf_init(&why);
	if (context.catalogues == NULL || context.edits == NULL ||
	    context.bright == NULL)
		fprintf(stderr, "lightcone openapi: out of memory\n");
	else if (engine_init(&engine, options, endpoint_table, &context,
			     &why) != LC_OK)
		fprintf(stderr, "lightcone openapi: %.*s\n", (int)why.length,
			why.bytes);
	else {
		code = document_print(&engine, mount);
		/* Examples are answered in place: nothing is left to wait for. */
		if (!engine_stop(&engine,
				 clock_mono_ns() +
					 OPENAPI_STOP_MS * CLOCK_NS_PER_MS))
			return code;
		engine_release(&engine);
	}
	buf_release(&why);
	bright_free(context.bright);
	edits_free(context.edits);
	catalogue_set_free(context.catalogues);
	return code;
}

/* As the web server would say it: "" or "/api", without a slash at its end. */
static bool
mount_read(char *mount)
{
	size_t length = strlen(mount);

	while (length > 0 && mount[length - 1] == '/')
		mount[--length] = '\0';
	return length == 0 || (mount[0] == '/' && strpbrk(mount, "?#") == NULL);
}

static int
openapi_run(int argc, char **argv)
{
	char *mount = (char[]){""};
	struct options options;
	struct buf why;
	int code;

	if (argc == 3 && strcmp(argv[1], "--mount") == 0) {
		mount = argv[2];
	} else if (argc != 1) {
		fprintf(stderr, "usage: lightcone openapi [--mount PATH]\n");
		return COMMAND_USAGE;
	}
	if (!mount_read(mount)) {
		fprintf(stderr,
			"lightcone openapi: --mount takes a path such as "
			"/api\n");
		return COMMAND_USAGE;
	}
	buf_init(&why);
	if (options_load(&options, &why) != LC_OK) {
		fprintf(stderr, "lightcone openapi: %.*s\n", (int)why.length,
			why.bytes);
		buf_release(&why);
		return COMMAND_WRONG_OPTION;
	}
	buf_release(&why);
	/* An engine opens, and may make, files in the state directory. */
	code = privilege_become_owner(options.state) == LC_OK ?
		       engine_ask(&options, mount) :
		       COMMAND_NO_WRITE;
	options_release(&options);
	return code;
}

const struct command command_openapi = {
	.name = "openapi",
	.arguments = "[--mount PATH]",
	.summary = "Prints the document of all endpoints (OpenAPI 3.1).",
	.help = "The same as GET /openapi.json, for an application that "
		"answers at PATH.\nThe examples are what the endpoints answer "
		"from the state directory; those\nthat cannot be answered "
		"there are left out.",
	.run = openapi_run,
};
