/*
 * The arguments of a verb: its options, as "--name VALUE", "--name=VALUE" or
 * "--name", and its plain words, in any order; after "--" all are words.
 */
#ifndef COMMANDS_ARGUMENTS_H
#define COMMANDS_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "commands/command.h"

/* Values of an option that may be given again; `items` has room for argc. */
struct arguments_list {
	const char **items;
	size_t count;
};

/* One of the three says where it goes; a NULL name ends a table of them. */
struct arguments_option {
	const char *name; /* "--title" */
	bool *flag;       /* takes no value */
	const char **value;
	struct arguments_list *list;
};

/*
 * Reads the arguments; at most `most` words.  What was not given stays as it
 * is.  False after saying on standard error what is wrong, and the usage.
 */
bool arguments_read(const struct command *verb, int argc, char **argv,
		    const struct arguments_option *options, const char **words,
		    size_t most);

/* Says the usage; returns COMMAND_USAGE. */
int arguments_usage(const struct command *verb);

#endif
