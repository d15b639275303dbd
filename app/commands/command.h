/*
 * The verbs of `lightcone`: one const table entry and one file for each, and
 * what all of them do alike.
 */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include <stdio.h>

#include "base/options.h"
#include "base/rc.h"

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

extern const struct command command_cache;
extern const struct command command_catalogues;
extern const struct command command_drop;
extern const struct command command_history;
extern const struct command command_import;
extern const struct command command_jobs;
extern const struct command command_key;
extern const struct command command_openapi;
extern const struct command command_options;
extern const struct command command_routes;
extern const struct command command_stream;
extern const struct command command_tail;
extern const struct command command_webhooks;
extern const struct command command_work;

/*
 * Prints a text that may be a stranger's: what a terminal would take for
 * orders becomes '?'.
 */
void command_print(FILE *out, const char *text);

/* Says "lightcone VERB: …" on standard error, in a line; returns `code`. */
int command_say(const struct command *verb, int code, const char *format, ...)
	LC_PRINTF(3, 4);

/*
 * Loads the options; COMMAND_OK, and the caller releases them, or
 * COMMAND_WRONG_OPTION after words on standard error.
 */
int command_load_options(const struct command *verb, struct options *options);

/* Flushes standard output; COMMAND_FAILED, after words, if that fails. */
int command_end_output(const struct command *verb);

#endif
