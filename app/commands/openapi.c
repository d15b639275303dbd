/*
 * lightcone openapi: the document that GET /openapi.json gives.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands/application.h"
#include "commands/command.h"
#include "commands/privilege.h"
#include "engine/openapi.h"

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

/* The examples are answered in place: nothing is left to wait for. */
static int
application_ask(const struct options *options, const char *mount)
{
	struct application application;
	int code = COMMAND_FAILED;
	struct buf why;

	buf_init(&why);
	if (application_init(&application, options, false, &why) == LC_OK) {
		code = document_print(&application.engine, mount);
		application_release(&application);
	} else {
		fprintf(stderr, "lightcone openapi: %.*s\n", (int)why.length,
			why.bytes);
	}
	buf_release(&why);
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
		       application_ask(&options, mount) :
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
