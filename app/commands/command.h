/*
 * The verbs of `lightcone`: one const table entry and one file for each.
 */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

struct command {
	const char *name;
	const char *arguments; /* as in the line of usage; "" if none */
	const char *summary;   /* one line */
	const char *help;      /* what more there is to know; may be "" */
	/* argv[0] is the verb; returns an exit code. */
	int (*run)(int argc, char **argv);
};

/* Exit codes; those above 2 are of <sysexits.h>. */
enum {
	COMMAND_OK = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2,
	COMMAND_DATA_REFUSED = 65,
	COMMAND_NO_INPUT = 66,
	COMMAND_NO_WRITE = 73,
	COMMAND_BUSY = 75,
	COMMAND_WRONG_OPTION = 78
};

extern const struct command command_import;
extern const struct command command_key;
extern const struct command command_openapi;
extern const struct command command_options;
extern const struct command command_routes;

#endif
