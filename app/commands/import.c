/*
 * lightcone import: makes a catalogue of a table, or replaces one.  All or
 * nothing; whoever reads the catalogue meanwhile is not disturbed.
 */
#include "commands/import.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "commands/privilege.h"
#include "sky/catalogue.h"

/* A signal's handler can reach nothing else. */
static struct lc_progress import_progress;
static volatile sig_atomic_t import_signal;

static void
import_stop(int number)
{
	import_signal = number;
	progress_stop(&import_progress, LC_CANCELLED);
}

static void
import_catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = import_stop};

	progress_init(&import_progress, 0);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaction(numbers[i], &action, NULL);
	/*
	 * A reader of our messages who leaves must not leave us half done,
	 * and a file that may not grow is as a full disk.
	 */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

/* Paths below /cone, where each catalogue has its own. */
static const char *const import_taken[] = {"availability", "capabilities",
					   "tables"};

static bool
import_name_ok(const char *name)
{
	if (!catalogue_name_ok(name)) {
		command_say(&command_import, 0,
			    "\"%s\" cannot be a catalogue's name; it needs 1 "
			    "to %d of the characters a-z, 0-9, '_' and, but "
			    "for the first, '-'",
			    name, CATALOGUE_NAME_MAX);
		return false;
	}
	for (size_t i = 0; i < sizeof(import_taken) / sizeof(*import_taken);
	     i++)
		if (strcmp(name, import_taken[i]) == 0) {
			command_say(&command_import, 0,
				    "\"%s\" cannot be a catalogue's name: "
				    "/cone/%s is something else",
				    name, name);
			return false;
		}
	return true;
}

/* What people wrote for others to read. */
static bool
import_texts_ok(const struct import *import)
{
	for (int i = 0; i < FACTS__MAX; i++) {
		const char *text = import->facts[i];

		if (text != NULL && !text_is_utf8(text, strlen(text))) {
			command_say(&command_import, 0, "the %s is not UTF-8",
				    facts_words[i]);
			return false;
		}
	}
	return true;
}

static bool
import_arguments(struct import *import, int argc, char **argv)
{
	const struct arguments_option options[] = {
		{"--aliases", .value = &import->aliases_file},
		{"--catalogue", .value = &import->catalogue},
		{"--citation", .value = &import->facts[FACTS_CITATION]},
		{"--description", .value = &import->facts[FACTS_DESCRIPTION]},
		{"--drop-edits", .flag = &import->drop_edits},
		{"--licence", .value = &import->facts[FACTS_LICENCE]},
		{"--map", .list = &import->map},
		{"--map-frame", .value = &import->frame},
		{"--rejects", .value = &import->rejects_file},
		{"--strict", .flag = &import->strict},
		{"--title", .value = &import->facts[FACTS_TITLE]},
		{.name = NULL},
	};

	if (!arguments_read(&command_import, argc, argv, options, &import->file,
			    1))
		return false;
	if (import->file == NULL) {
		arguments_usage(&command_import);
		return false;
	}
	return import_texts_ok(import);
}

/* Whether the list of bad rows would be written over what is read. */
static bool
import_rejects_itself(const struct import *import)
{
	struct stat rejects, table;

	return import->rejects_file != NULL &&
	       stat(import->rejects_file, &rejects) == 0 &&
	       stat(import->file, &table) == 0 && S_ISREG(table.st_mode) &&
	       rejects.st_dev == table.st_dev && rejects.st_ino == table.st_ino;
}

/* With the options loaded: opens all that is read and written, and works. */
static int
import_work(struct import *import)
{
	int code;

	if (import->catalogue == NULL)
		import->catalogue = import->options.catalogue;
	if (!import_name_ok(import->catalogue))
		return COMMAND_USAGE;
	if (import_rejects_itself(import))
		return command_say(&command_import, COMMAND_USAGE,
				   "--rejects would write over %s",
				   import->file);
	code = import_open_files(import);
	if (code != COMMAND_OK)
		return code;
	if (import->rejects_file != NULL &&
	    !meter_open_rejects(&import->meter, import->rejects_file))
		return command_say(&command_import, COMMAND_NO_WRITE, "%s: %s",
				   import->rejects_file, strerror(errno));
	if (privilege_become_owner(import->options.state) != LC_OK)
		return COMMAND_NO_WRITE;
	import_catch_signals();
	return import_make(import);
}

static int
import_run(int argc, char **argv)
{
	struct import import = {.progress = &import_progress};
	int code = COMMAND_USAGE;

	meter_init(&import.meter);
	about_init(&import.about);
	import.map.items = calloc((size_t)argc, sizeof(*import.map.items));
	if (import.map.items == NULL)
		return command_say(&command_import, COMMAND_FAILED,
				   "out of memory");
	if (import_arguments(&import, argc, argv))
		code = command_load_options(&command_import, &import.options);
	if (code == COMMAND_OK) {
		code = import_work(&import);
		options_release(&import.options);
	}
	/* If it is still open there is a reason already why it may be cut. */
	(void)meter_close_rejects(&import.meter);
	import_close_files(&import);
	free(import.map.items);
	if (import_signal != 0) {
		signal(import_signal, SIG_DFL);
		raise(import_signal);
	}
	return code;
}

const struct command command_import = {
	.name = "import",
	.arguments = "[--catalogue NAME] [--map COLUMN=FIELD ...]\n"
		     "           [--map-frame FRAME] [--title TEXT] "
		     "[--description TEXT]\n"
		     "           [--licence TEXT] [--citation TEXT] "
		     "[--aliases FILE] [--strict]\n"
		     "           [--rejects FILE] [--drop-edits] FILE",
	.summary = "Makes or replaces a catalogue from a table of objects.",
	.help = "FILE is CSV, TSV or other delimited text with a header line, "
		"or a VOTable.  What\nits columns are is guessed from their "
		"names, units and UCDs, and said; columns\nthat mean nothing "
		"to Lightcone are kept and given back as they are.  Positions\n"
		"may be decimal or sexagesimal, in any frame.  Rows that are "
		"bad are reported with\ntheir line and left out.  The "
		"catalogue changes as a whole or not at all, while\nprograms "
		"go on reading it.\n\n"
		"--catalogue NAME     the catalogue; otherwise the option "
		"catalogue says which\n"
		"--map COLUMN=FIELD   what a column is: name, ra_deg, dec_deg, "
		"ra_hours,\n                     coordinates, magnitude_v, …; "
		"\"own\" keeps it as it is and\n                     \"-\" "
		"leaves it out; may be given for several columns\n"
		"--map-frame FRAME    in which the positions are: ICRS, FK4, "
		"galactic, …\n"
		"--title TEXT, --description TEXT, --licence TEXT, --citation "
		"TEXT\n                     what is said of the catalogue; "
		"otherwise the lines\n                     \"title: …\" of "
		"NAME.about beside NAME.csv, or what a VOTable\n"
		"                     says\n"
		"--aliases FILE       more names, a table with the columns "
		"alias and name;\n                     otherwise the "
		"aliases.tsv beside FILE, if there is one\n"
		"--strict             a bad row refuses the whole FILE\n"
		"--rejects FILE       where all bad rows are listed with the "
		"reasons; standard\n                     error shows the "
		"first hundred\n"
		"--drop-edits         drops what was changed over the old "
		"catalogue since\n\n"
		"A LICENSE.NAME beside NAME.csv is kept with the catalogue.\n"
		"Exit codes: 0 imported; 1 stopped, or out of memory; 2 wrong "
		"usage; 65 the data was\nrefused; 66 FILE cannot be read; 73 "
		"the state directory, or the file of --rejects,\ncannot be "
		"written; 75 another import of this catalogue is running; 78 a "
		"wrong option.",
	.run = import_run,
};
