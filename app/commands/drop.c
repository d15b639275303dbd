/*
 * lightcone drop: takes a catalogue away, with what was changed over it.
 */
#include <string.h>

#include "commands/arguments.h"
#include "commands/privilege.h"
#include "sky/catalogue.h"
#include "sky/edits.h"
#include "sky/publish.h"

enum { DROP_WHY_MAX = PATH_MAX + 256 };

static int
drop_failed(enum lc_rc rc, const char *why)
{
	switch (rc) {
	case LC_NOT_FOUND:
		return command_say(&command_drop, COMMAND_NO_INPUT, "%s", why);
	case LC_QUEUE_FULL:
		return command_say(&command_drop, COMMAND_BUSY, "%s", why);
	case LC_UNAVAILABLE:
		return command_say(&command_drop, COMMAND_NO_WRITE, "%s", why);
	default:
		return command_say(&command_drop, COMMAND_FAILED, "%s", why);
	}
}

static enum lc_rc
drop_edits(const char *state, const char *name, int64_t *count, char *why,
	   size_t why_bytes)
{
	struct edits *edits = edits_new(state);
	enum lc_rc rc = LC_NO_MEMORY;

	*count = 0;
	if (edits == NULL)
		snprintf(why, why_bytes, "out of memory");
	else
		rc = edits_drop(edits, name, "lightcone drop", count, why,
				why_bytes);
	edits_free(edits);
	return rc;
}

/* Edits may have outlived their catalogue, and go alone then. */
static int
drop_catalogue(const char *state, const char *name)
{
	char why[DROP_WHY_MAX], edits_why[EDITS_WHY_MAX];
	enum lc_rc rc = publish_drop(state, name, why, sizeof(why)), edits_rc;
	int64_t count;

	if (rc != LC_OK && (rc != LC_NOT_FOUND || !catalogue_name_ok(name)))
		return drop_failed(rc, why);
	edits_rc =
		drop_edits(state, name, &count, edits_why, sizeof(edits_why));
	if (edits_rc != LC_OK) {
		command_say(&command_drop, 0,
			    rc == LC_OK ? "%s is dropped, its edits are not" :
					  "%s has edits, which are not dropped",
			    name);
		return drop_failed(edits_rc, edits_why);
	}
	if (rc != LC_OK && count == 0)
		return drop_failed(rc, why);
	printf("%s is dropped", name);
	if (count > 0)
		printf(", with %lld edits", (long long)count);
	printf("\n");
	return command_end_output(&command_drop);
}

static int
drop_run(int argc, char **argv)
{
	const struct arguments_option none = {.name = NULL};
	struct options options;
	const char *name = NULL;
	int code;

	if (!arguments_read(&command_drop, argc, argv, &none, &name, 1))
		return COMMAND_USAGE;
	if (name == NULL)
		return arguments_usage(&command_drop);
	code = command_load_options(&command_drop, &options);
	if (code != COMMAND_OK)
		return code;
	code = COMMAND_NO_WRITE;
	if (privilege_become_owner(options.state) == LC_OK)
		code = drop_catalogue(options.state, name);
	options_release(&options);
	return code;
}

const struct command command_drop = {
	.name = "drop",
	.arguments = "NAME",
	.summary = "Takes a catalogue away, and what was changed over it.",
	.help = "It is gone at once for whoever asks from then on; who is "
		"being answered from it is\nanswered to the end.  Nothing is "
		"asked first.  The history of changes stays.\n"
		"Exit codes: 0 dropped; 1 failed; 2 wrong usage; 66 there is "
		"no such catalogue;\n73 the state directory cannot be written; "
		"75 an import of this catalogue is\nrunning; 78 a wrong "
		"option.",
	.run = drop_run,
};
