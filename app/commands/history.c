/*
 * lightcone history: who changed what, and when.
 */
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>

#include "base/arena.h"
#include "base/number.h"
#include "commands/arguments.h"
#include "commands/privilege.h"
#include "sky/catalogue.h"
#include "sky/edits.h"
#include "sky/names.h"

enum { HISTORY_LIMIT = 100 };

struct history {
	const char *catalogue; /* NULL: all */
	const char *object;    /* NULL: all */
	char key[NAMES_MAX_BYTES + 1];
	int64_t limit;
	int64_t shown;
};

/* ---- what a change has changed */

/* An object, as it was kept; NULL when there was none, or it is damaged. */
static struct json_object *
history_object(const char *text)
{
	struct json_object *object = NULL;

	if (text[0] != '\0')
		object = json_tokener_parse(text);
	if (json_object_is_type(object, json_type_object))
		return object;
	json_object_put(object);
	return NULL;
}

static void
history_value(struct json_object *value)
{
	const char *text = json_object_to_json_string_ext(
		value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	command_print(stdout, value == NULL || text == NULL ? "-" : text);
}

/* "magnitude_v 3.44 -> 3.4"; nothing if both are the same. */
static void
history_field(const char *name, struct json_object *before,
	      struct json_object *after, const char **between)
{
	if (json_object_equal(before, after) != 0)
		return;
	printf("%s", *between);
	command_print(stdout, name);
	printf(" ");
	history_value(before);
	printf(" -> ");
	history_value(after);
	*between = ", ";
}

/* All fields that are not the same in both. */
static void
history_differences(struct json_object *before, struct json_object *after)
{
	const char *between = ": ";

	json_object_object_foreach(before, name, value)
	{
		history_field(name, value, json_object_object_get(after, name),
			      &between);
	}
	json_object_object_foreach(after, new_name, new_value)
	{
		if (json_object_object_get(before, new_name) == NULL)
			history_field(new_name, NULL, new_value, &between);
	}
	if (between[0] == ':')
		printf(": nothing");
}

/* What a new object is, but for its name, which is said already. */
static void
history_all(struct json_object *after)
{
	const char *between = ": ";

	json_object_object_foreach(after, name, value)
	{
		if (strcmp(name, columns_table[COLUMNS_NAME].name) == 0)
			continue;
		printf("%s", between);
		command_print(stdout, name);
		printf(" ");
		history_value(value);
		between = ", ";
	}
}

static void
history_line(void *context, const struct edits_change *change)
{
	struct history *history = context;
	struct json_object *before = history_object(change->before);
	struct json_object *after = history_object(change->after);
	const bool put = strcmp(change->action, "put") == 0;

	history->shown++;
	command_print(stdout, change->time);
	printf("  ");
	command_print(stdout, change->who);
	printf("  ");
	command_print(stdout, change->catalogue);
	printf("  ");
	if (put)
		printf("%s ", before == NULL ? "added" : "changed");
	else if (strcmp(change->action, "delete") == 0)
		printf("deleted ");
	else
		printf("dropped all changes");
	command_print(stdout, change->name);
	if (put && before != NULL && after != NULL)
		history_differences(before, after);
	else if (put && after != NULL)
		history_all(after);
	printf("\n");
	json_object_put(before);
	json_object_put(after);
}

/* ---- whose changes */

/*
 * Changes are kept under the main name.  Where the object is not there, or
 * not now, the name that was given is taken for that.
 */
static void
history_find_main(struct history *history, struct catalogue *catalogue,
		  struct arena *arena)
{
	const size_t length = strlen(history->object);
	const struct columns_value *values, *name;
	struct catalogue_place place;

	if (catalogue_find_name(catalogue, history->object, length, &place) !=
		    LC_OK ||
	    catalogue_object(catalogue, place.id, arena, &values) != LC_OK)
		return;
	name = &values[COLUMNS_NAME];
	names_fold(name->text, name->length, history->key);
}

static int
history_find_object(struct history *history, const struct options *options)
{
	char why[CATALOGUE_WHY_MAX];
	struct catalogue_set *set;
	struct catalogue *catalogue;
	struct arena arena;

	if (history->catalogue == NULL)
		history->catalogue = options->catalogue;
	if (names_fold(history->object, strlen(history->object),
		       history->key) == 0)
		return command_say(&command_history, COMMAND_USAGE,
				   "\"%s\" can be no name", history->object);
	set = catalogue_set_new(options->state, false);
	if (set == NULL)
		return command_say(&command_history, COMMAND_FAILED,
				   "out of memory");
	arena_init(&arena, NULL, 0);
	if (catalogue_acquire(set, history->catalogue, &catalogue, why,
			      sizeof(why)) == LC_OK) {
		history_find_main(history, catalogue, &arena);
		catalogue_release(catalogue);
	}
	arena_release(&arena);
	catalogue_set_free(set);
	return COMMAND_OK;
}

static int
history_show(struct history *history, const struct options *options)
{
	char why[EDITS_WHY_MAX];
	int code = COMMAND_OK;
	enum lc_rc rc;

	if (history->object != NULL)
		code = history_find_object(history, options);
	if (code != COMMAND_OK)
		return code;
	rc = edits_history(options->state, history->catalogue,
			   history->object == NULL ? NULL : history->key,
			   history->limit, history_line, history, why,
			   sizeof(why));
	if (rc != LC_OK)
		return command_say(&command_history,
				   rc == LC_UNAVAILABLE ? COMMAND_NO_INPUT :
							  COMMAND_FAILED,
				   "%s", why);
	if (history->shown == 0)
		command_say(&command_history, 0, "there are no changes");
	return command_end_output(&command_history);
}

static bool
history_limit(struct history *history, const char *text)
{
	history->limit = HISTORY_LIMIT;
	if (text == NULL)
		return true;
	if (number_parse_int64(text, strlen(text), &history->limit) ==
		    NUMBER_OK &&
	    history->limit > 0)
		return true;
	command_say(&command_history, 0, "--limit is a number from 1 on");
	return false;
}

static int
history_run(int argc, char **argv)
{
	struct history history = {.object = NULL};
	const char *limit = NULL;
	const struct arguments_option words[] = {
		{"--catalogue", .value = &history.catalogue},
		{"--limit", .value = &limit},
		{.name = NULL},
	};
	struct options options;
	int code;

	if (!arguments_read(&command_history, argc, argv, words,
			    &history.object, 1) ||
	    !history_limit(&history, limit))
		return COMMAND_USAGE;
	code = command_load_options(&command_history, &options);
	if (code != COMMAND_OK)
		return code;
	code = COMMAND_NO_INPUT;
	if (privilege_become_owner(options.state) == LC_OK)
		code = history_show(&history, &options);
	options_release(&options);
	return code;
}

const struct command command_history = {
	.name = "history",
	.arguments = "[--catalogue NAME] [--limit N] [OBJECT]",
	.summary = "Shows who changed which objects, when, and what.",
	.help = "A line for each change, the latest first: the time, whose key "
		"it was, the\ncatalogue, the object, and what was and is.  "
		"OBJECT, by any of its names, is of the\ncatalogue NAME, or of "
		"that of option catalogue; without it, changes of all\nobjects "
		"are shown.\n\n"
		"--catalogue NAME  only of this catalogue\n"
		"--limit N         the latest N; 100 otherwise\n\n"
		"Exit codes: 0 done; 1 failed; 2 wrong usage; 66 the state "
		"cannot be read; 78 a\nwrong option.",
	.run = history_run,
};
