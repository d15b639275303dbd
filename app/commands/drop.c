/*
 * lightcone drop: takes a catalogue away, with what was changed over it.
 */
#include <string.h>

#include "commands/announce.h"
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

/*
 * The edits, and word of what went: in one step, if there are any.  Word
 * comes last, when nobody finds any more what is said to be gone.
 */
static enum lc_rc
drop_edits(const struct options *options, const char *name, bool was_there,
	   int64_t *count, char *why, size_t why_bytes)
{
	struct announce announce = {
		.options = options,
		.what = {.action = was_there ? COSMIC_DROPPED :
					       COSMIC_EDITS_DROPPED,
			 .name = name}};
	enum lc_rc rc = announce_edits_drop(&announce, "lightcone drop", count,
					    why, why_bytes);

	if (rc == LC_OK && *count == 0 && was_there)
		rc = announce_alone(&announce, why, why_bytes);
	return rc;
}

/* Edits may have outlived their catalogue, and go alone then. */
static int
drop_catalogue(const struct options *options, const char *name)
{
	char why[DROP_WHY_MAX], edits_why[EDITS_WHY_MAX];
	enum lc_rc rc = publish_drop(options->state, name, why, sizeof(why));
	enum lc_rc edits_rc;
	int64_t count;

	if (rc != LC_OK && (rc != LC_NOT_FOUND || !catalogue_name_ok(name)))
		return drop_failed(rc, why);
	edits_rc = drop_edits(options, name, rc == LC_OK, &count, edits_why,
			      sizeof(edits_why));
	if (edits_rc != LC_OK) {
		command_say(&command_drop, 0,
			    rc == LC_OK ?
				    "%s is dropped, but not what was changed "
				    "over it, or no observer was told" :
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
		code = drop_catalogue(&options, name);
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
