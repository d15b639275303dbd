/*
 * lightcone: the operator's command.  The table of verbs, and the finding of
 * one in it; each verb is a file in commands/.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/command.h"

enum { CLI_NEAR_MOST = 2 };

static const struct command *const verbs[] = {
	&command_import,   &command_catalogues, &command_drop,
	&command_history,  &command_cache,      &command_jobs,
	&command_key,      &command_openapi,    &command_options,
	&command_routes,   &command_stream,     &command_tail,
	&command_webhooks, &command_work,       NULL,
};

static int
usage_print(FILE *out)
{
	fprintf(out, "usage: lightcone VERB [ARGUMENT ...]\n\n");
	for (const struct command *const *v = verbs; *v != NULL; v++)
		fprintf(out, "  lightcone %s%s%s\n        %s\n", (*v)->name,
			(*v)->arguments[0] != '\0' ? " " : "", (*v)->arguments,
			(*v)->summary);
	fprintf(out, "  lightcone help [VERB]\n"
		     "        Says this, or all about one verb.\n"
		     "  lightcone --version\n\n"
		     "Exit codes: 0 done; 1 failed; 2 wrong usage; 65 the data "
		     "was refused;\n66 no input; 73 cannot write; 75 somebody "
		     "else is at it, try again; 78 a wrong option.\n");
	return out == stdout ? COMMAND_OK : COMMAND_USAGE;
}

static const struct command *
verb_find(const char *name)
{
	for (const struct command *const *v = verbs; *v != NULL; v++)
		if (strcmp((*v)->name, name) == 0)
			return *v;
	return NULL;
}

static int
verb_unknown(const char *name)
{
	const char *nearest = NULL;
	unsigned least = CLI_NEAR_MOST + 1;

	for (const struct command *const *v = verbs; *v != NULL; v++) {
		unsigned edits = text_distance(name, (*v)->name, CLI_NEAR_MOST);

		if (edits < least) {
			least = edits;
			nearest = (*v)->name;
		}
	}
	fprintf(stderr, "lightcone: there is no verb '%s'", name);
	if (nearest != NULL)
		fprintf(stderr, "; did you mean '%s'?\n", nearest);
	else
		fprintf(stderr, "; 'lightcone help' lists them\n");
	return COMMAND_USAGE;
}

static int
help_print(const char *name)
{
	const struct command *verb = verb_find(name);

	if (verb == NULL)
		return verb_unknown(name);
	printf("usage: lightcone %s %s\n\n%s\n", verb->name, verb->arguments,
	       verb->summary);
	if (verb->help[0] != '\0')
		printf("\n%s\n", verb->help);
	return COMMAND_OK;
}

int
main(int argc, char **argv)
{
	const struct command *verb;
	const char *name = argc > 1 ? argv[1] : NULL;

	if (name == NULL)
		return usage_print(stderr);
	if (strcmp(name, "--version") == 0) {
		printf("lightcone %s\n", LIGHTCONE_VERSION);
		return COMMAND_OK;
	}
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0)
		return argc > 2 ? help_print(argv[2]) : usage_print(stdout);
	verb = verb_find(name);
	if (verb == NULL)
		return verb_unknown(name);
	if (argc > 2 && strcmp(argv[2], "--help") == 0)
		return help_print(name);
	return verb->run(argc - 1, argv + 1);
}
