#include "commands/arguments.h"

#include <string.h>

/* The option that an argument is, and where its own value begins, if any. */
static const struct arguments_option *
arguments_find(const struct arguments_option *options, const char *argument,
	       const char **own)
{
	const size_t length = strcspn(argument, "=");

	*own = argument[length] == '=' ? argument + length + 1 : NULL;
	for (; options->name != NULL; options++)
		if (strlen(options->name) == length &&
		    memcmp(options->name, argument, length) == 0)
			return options;
	return NULL;
}

/* Takes the argument, and the next if it is the value; NULL: all is well. */
static const char *
arguments_take(const struct arguments_option *options, char **argv, int *at)
{
	const char *value;
	const struct arguments_option *option =
		arguments_find(options, argv[*at], &value);

	if (option == NULL)
		return "is no option here";
	if (option->flag != NULL) {
		*option->flag = true;
		return value == NULL ? NULL : "takes no value";
	}
	/* argv ends in NULL. */
	if (value == NULL && argv[*at + 1] != NULL)
		value = argv[++*at];
	if (value == NULL || value[0] == '\0')
		return "lacks its value";
	if (option->list != NULL)
		option->list->items[option->list->count++] = value;
	else if (*option->value != NULL)
		return "is given twice";
	else
		*option->value = value;
	return NULL;
}

bool
arguments_read(const struct command *verb, int argc, char **argv,
	       const struct arguments_option *options, const char **words,
	       size_t most)
{
	bool plain = false;
	size_t count = 0;

	for (int at = 1; at < argc; at++) {
		const char *argument = argv[at];
		const char *wrong = NULL;

		if (!plain && strcmp(argument, "--") == 0)
			plain = true;
		else if (!plain && argument[0] == '-')
			wrong = arguments_take(options, argv, &at);
		else if (count == most)
			wrong = "is too much";
		else
			words[count++] = argument;
		if (wrong != NULL) {
			command_say(verb, COMMAND_USAGE, "%s %s", argument,
				    wrong);
			arguments_usage(verb);
			return false;
		}
	}
	return true;
}

int
arguments_usage(const struct command *verb)
{
	fprintf(stderr, "usage: lightcone %s %s\n", verb->name,
		verb->arguments);
	return COMMAND_USAGE;
}
