/*
 * lightcone options: every option with its value, default and bounds; and
 * the manual page lightcone.conf(5), from the same table.
 */
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "commands/command.h"

static void
bounds_print(const struct option *option, struct buf *out)
{
	switch (option->type) {
	case OPTION_INT:
		buf_printf(out, "%lld to %lld", (long long)option->min,
			   (long long)option->max);
		break;
	case OPTION_CHOICE:
		for (const char *const *c = option->choices; *c != NULL; c++)
			buf_printf(out, "%s%s",
				   c == option->choices ? "" : ", ", *c);
		break;
	case OPTION_TEXT:
		buf_printf(out, "text of %lld to %lld bytes",
			   (long long)option->min, (long long)option->max);
		break;
	}
	if (option->unit[0] != '\0')
		buf_printf(out, " (%s)", option->unit);
}

static void
also_print(const struct option *option, struct buf *out)
{
	for (const char *const *name = option->also; *name != NULL; name++)
		buf_printf(out, "%s%s", name == option->also ? "" : ", ",
			   *name);
}

static void
option_print(const struct options *options, const struct option *option,
	     struct buf *out)
{
	buf_printf(out, "%s = ", option->name);
	options_print(options, option, out);
	buf_printf(out, "\n    %s\n    ", option->doc);
	bounds_print(option, out);
	buf_printf(out, "; default: %s\n",
		   option->def[0] != '\0' ? option->def : "\"\"");
	if (option->also != NULL) {
		buf_add_text(out, "    also set by ");
		also_print(option, out);
		buf_add_char(out, '\n');
	}
	buf_add_char(out, '\n');
}

static const char manual_head[] =
	".Dd November 23, 2026\n.Dt LIGHTCONE.CONF 5\n.Os\n"
	".Sh NAME\n.Nm lightcone.conf\n.Nd options of Lightcone\n"
	".Sh DESCRIPTION\n"
	"Each line is\n.Li name = value ,\nempty, or a comment after\n"
	".Li # .\nA value may stand in double quotes.\n"
	"The file is the one that\n.Ev LIGHTCONE_CONF\nnames; else\n"
	".Pa lightcone.conf\nbeside the program; else\n"
	".Pa " LIGHTCONE_CONF_DIR "/lightcone.conf .\n"
	"Every option can also be set in the environment, as\n"
	".Ev LIGHTCONE_ Ns Ar NAME ,\nwhich outweighs the file.\nSome are also "
	"set by variables of OpenTelemetry, which outweigh it, too;\none of "
	"those that cannot be used is ignored with a warning.\n"
	"A wrong value stops the start, with the file, the line and what\n"
	"would be right.\n"
	".Sh OPTIONS\n.Bl -tag -width Ds\n";

static const char manual_tail[] =
	".El\n.Sh FILES\nThe state directory holds\n.Pa catalogues/ ,\n"
	"the catalogues that\n.Xr lightcone 1\nimports,\n"
	".Pa state.sqlite ,\nwhich has the API keys, the changes of objects "
	"and the jobs,\n"
	".Pa results/ ,\nwhat jobs have made,\n"
	".Pa changes.seg\nand\n.Pa jobs.seg ,\nby which processes learn of "
	"changes and jobs,\n"
	".Pa metrics.seg\nand\n.Pa spans.seg ,\nwhat processes have counted, "
	"and spans that are to be exported,\n"
	".Pa health.seg ,\nhow the companions stand, and since when,\n"
	".Pa limits.seg ,\nin which rate limits are counted,\n"
	".Pa slots.lock\nand\n.Pa heavy.lock ,\nwhich count heavy work over "
	"all "
	"processes, all of it and each client's, and\n"
	".Pa work.lock ,\nwhich workers hold.\n"
	".Sh SEE ALSO\n.Xr lightcone 1 ,\n.Xr lightcone.fcgi 8\n";

static void
option_manual(const struct option *option, struct buf *out)
{
	buf_printf(out, ".It Ic %s\n%s\n", option->name, option->doc);
	buf_add_text(out, "Allowed: ");
	bounds_print(option, out);
	buf_printf(out, ".\nDefault:\n.Li %s .\n",
		   option->def[0] != '\0' ? option->def : "(empty)");
	if (option->also == NULL)
		return;
	buf_add_text(out, "Also set by ");
	also_print(option, out);
	buf_add_text(out, ".\n");
}

static int
options_write(struct buf *out)
{
	int code = COMMAND_OK;

	if (out->failed ||
	    fwrite(out->bytes, 1, out->length, stdout) != out->length ||
	    fflush(stdout) != 0) {
		perror("lightcone options");
		code = COMMAND_FAILED;
	}
	return code;
}

static int
options_show(struct buf *out)
{
	struct options options;
	int code;

	if (options_load(&options, out) != LC_OK) {
		fprintf(stderr, "lightcone options: %.*s\n", (int)out->length,
			out->bytes);
		return COMMAND_WRONG_OPTION;
	}
	for (const struct option *o = options_table; o->name != NULL; o++)
		option_print(&options, o, out);
	code = options_write(out);
	options_release(&options);
	return code;
}

static int
options_manual(struct buf *out)
{
	buf_add_text(out, manual_head);
	for (const struct option *o = options_table; o->name != NULL; o++)
		option_manual(o, out);
	buf_add_text(out, manual_tail);
	return options_write(out);
}

static int
options_run(int argc, char **argv)
{
	int code = COMMAND_USAGE;
	struct buf out;

	buf_init(&out);
	if (argc == 1)
		code = options_show(&out);
	else if (argc == 2 && strcmp(argv[1], "--man") == 0)
		code = options_manual(&out);
	else
		fprintf(stderr, "usage: lightcone options [--man]\n");
	buf_release(&out);
	return code;
}

const struct command command_options = {
	.name = "options",
	.arguments = "[--man]",
	.summary = "Prints every option with its value, bounds and default.",
	.help = "The values are those that a program would get that is "
		"started now and here.\nWith --man it prints the manual page "
		"lightcone.conf(5).",
	.run = options_run,
};
