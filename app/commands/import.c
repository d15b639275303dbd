/*
 * lightcone import: makes a catalogue of a table, or replaces one.  All or
 * nothing; whoever reads the catalogue meanwhile is not disturbed.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/progress.h"
#include "commands/command.h"
#include "commands/meter.h"
#include "commands/privilege.h"
#include "sky/build.h"
#include "sky/load.h"
#include "sky/table.h"

enum { IMPORT_LICENCE_MAX = 1 << 18, IMPORT_WHY_MAX = PATH_MAX + 256 };

struct import {
	const char *catalogue; /* NULL: the default one */
	const char *file;
	const char *aliases_file; /* NULL: the one beside the file, if any */
	bool strict;
	struct options options;
	char beside[PATH_MAX];
	struct table *table, *aliases;
	struct mapping *mapping;
	char *licence;
	size_t licence_bytes;
	struct build *build;
	struct meter meter;
	struct load_counts rows, alias_rows;
};

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
	/* A reader of our messages who leaves must not leave us half done. */
	signal(SIGPIPE, SIG_IGN);
}

/*
 * The value of an option that takes one, as "--name VALUE" or "--name=VALUE";
 * NULL if this argument is another one.  A missing value is "".
 */
static const char *
import_value(const char *name, int argc, char **argv, int *at)
{
	size_t length = strlen(name);
	const char *argument = argv[*at];

	if (strncmp(argument, name, length) != 0)
		return NULL;
	if (argument[length] == '=')
		return argument + length + 1;
	if (argument[length] != '\0')
		return NULL;
	return *at + 1 < argc ? argv[++*at] : "";
}

static bool
import_argument(struct import *import, int argc, char **argv, int *at)
{
	const char *value;

	if (strcmp(argv[*at], "--strict") == 0) {
		import->strict = true;
		return true;
	}
	value = import_value("--catalogue", argc, argv, at);
	if (value != NULL) {
		import->catalogue = value;
		return *value != '\0';
	}
	value = import_value("--aliases", argc, argv, at);
	if (value != NULL) {
		import->aliases_file = value;
		return *value != '\0';
	}
	return false;
}

static bool
import_arguments(struct import *import, int argc, char **argv)
{
	bool options = true;

	for (int at = 1; at < argc; at++) {
		if (options && strcmp(argv[at], "--") == 0) {
			options = false;
		} else if (options && argv[at][0] == '-') {
			if (import_argument(import, argc, argv, &at))
				continue;
			fprintf(stderr,
				"lightcone import: %s is no option or lacks "
				"its value\n",
				argv[at]);
			return false;
		} else if (import->file != NULL) {
			fprintf(stderr,
				"lightcone import: one FILE at a time\n");
			return false;
		} else {
			import->file = argv[at];
		}
	}
	return import->file != NULL;
}

/* Says what is wrong with a file, and returns the code. */
static int
import_refuse(int code, const char *file, const char *why)
{
	fprintf(stderr, "lightcone import: %s: %s\n", file, why);
	return code;
}

static int
import_open(const char *file, struct table **out)
{
	char why[TABLE_WHY_MAX];
	enum lc_rc rc;

	if (access(file, R_OK) != 0)
		return import_refuse(COMMAND_NO_INPUT, file, strerror(errno));
	rc = table_open(file, out, why, sizeof(why));
	if (rc != LC_OK)
		return import_refuse(rc == LC_UNAVAILABLE ?
					     COMMAND_NO_INPUT :
					     COMMAND_DATA_REFUSED,
				     file, why);
	return COMMAND_OK;
}

/* The path of a file that stands beside the table; false if too long. */
static bool
import_beside(struct import *import, const char *name, size_t length)
{
	const char *slash = strrchr(import->file, '/');
	int directory = slash == NULL ? 0 : (int)(slash + 1 - import->file);
	int bytes = snprintf(import->beside, sizeof(import->beside), "%.*s%.*s",
			     directory, import->file, (int)length, name);

	return bytes > 0 && (size_t)bytes < sizeof(import->beside);
}

static int
import_open_aliases(struct import *import)
{
	static const char name[] = "aliases.tsv";

	if (import->aliases_file != NULL)
		return import_open(import->aliases_file, &import->aliases);
	if (!import_beside(import, name, sizeof(name) - 1) ||
	    access(import->beside, F_OK) != 0)
		return COMMAND_OK;
	return import_open(import->beside, &import->aliases);
}

/* Reads LICENSE.NAME beside NAME.tsv, if it is there. */
static int
import_read_licence(struct import *import)
{
	const char *slash = strrchr(import->file, '/');
	const char *stem = slash == NULL ? import->file : slash + 1;
	char name[NAME_MAX + 1];
	int length = snprintf(name, sizeof(name), "LICENSE.%.*s",
			      (int)strcspn(stem, "."), stem);
	FILE *file;

	if (length <= 0 || (size_t)length >= sizeof(name) ||
	    !import_beside(import, name, (size_t)length))
		return COMMAND_OK;
	file = fopen(import->beside, "re");
	if (file == NULL)
		return COMMAND_OK;
	import->licence = malloc(IMPORT_LICENCE_MAX);
	if (import->licence == NULL) {
		fclose(file);
		return import_refuse(COMMAND_FAILED, import->beside,
				     "out of memory");
	}
	import->licence_bytes =
		fread(import->licence, 1, IMPORT_LICENCE_MAX, file);
	fclose(file);
	return COMMAND_OK;
}

/* The exit code of a build that failed. */
static int
import_failed(enum lc_rc rc, const char *why)
{
	switch (rc) {
	case LC_CANCELLED:
		fprintf(stderr, "lightcone import: stopped; nothing was "
				"changed\n");
		return COMMAND_FAILED;
	case LC_INVALID:
		fprintf(stderr, "lightcone import: %s\n", why);
		return COMMAND_DATA_REFUSED;
	case LC_QUEUE_FULL:
		fprintf(stderr, "lightcone import: %s\n", why);
		return COMMAND_BUSY;
	case LC_UNAVAILABLE:
		fprintf(stderr, "lightcone import: %s; nothing was changed\n",
			why);
		return COMMAND_NO_WRITE;
	default:
		fprintf(stderr, "lightcone import: %s\n", why);
		return COMMAND_FAILED;
	}
}

static void
import_bad_row(void *context, int64_t line, const char *why)
{
	struct import *import = context;

	meter_bad_row(&import->meter, line, why);
}

static void
import_advance(void *context, const struct table *table)
{
	struct import *import = context;

	meter_show(&import->meter, table_bytes_read(table),
		   table_bytes_total(table), table_line(table));
}

static int
import_load_objects(struct import *import)
{
	const struct load_report report = {import_bad_row, import_advance,
					   import, NULL};
	const struct mapping_wishes wishes = {.catalogue = import->catalogue};
	char why[LOAD_WHY_MAX];
	enum lc_rc rc;

	import->meter.file = import->file;
	rc = mapping_new(import->table, &wishes, &import->mapping, why,
			 sizeof(why));
	if (rc == LC_OK)
		rc = load_objects(import->build, import->table, import->mapping,
				  &report, &import->rows, why, sizeof(why));
	meter_clear(&import->meter);
	if (rc == LC_INVALID)
		return import_refuse(COMMAND_DATA_REFUSED, import->file, why);
	if (rc != LC_OK)
		return import_failed(rc, why);
	if (import->rows.rows == 0)
		return import_refuse(COMMAND_DATA_REFUSED, import->file,
				     "it has no objects");
	return COMMAND_OK;
}

static int
import_load_aliases(struct import *import)
{
	const bool asked = import->aliases_file != NULL;
	const char *file = asked ? import->aliases_file : "aliases.tsv";
	/* A file that only happens to be there may be of another table. */
	const struct load_report report = {asked ? import_bad_row : NULL, NULL,
					   import, NULL};
	char why[LOAD_WHY_MAX];
	enum lc_rc rc;

	if (import->aliases == NULL)
		return COMMAND_OK;
	import->meter.file = file;
	rc = load_aliases(import->build, import->aliases, &report,
			  &import->alias_rows, why, sizeof(why));
	if (rc == LC_INVALID)
		return import_refuse(COMMAND_DATA_REFUSED, file, why);
	if (rc != LC_OK)
		return import_failed(rc, why);
	if (asked)
		import->rows.skipped += import->alias_rows.skipped;
	else if (import->alias_rows.skipped > 0)
		fprintf(stderr,
			"lightcone import: %lld of the names in the "
			"aliases.tsv beside the file are of no object here\n",
			(long long)import->alias_rows.skipped);
	return COMMAND_OK;
}

static int
import_publish(struct import *import)
{
	const struct build_report report = {import_bad_row, import_bad_row,
					    NULL, import};
	struct build_counts counts;
	enum lc_rc rc = LC_OK;

	if (import->strict && import->rows.skipped > 0) {
		fprintf(stderr,
			"lightcone import: %lld rows are bad, and --strict "
			"was asked for; nothing was changed\n",
			(long long)import->rows.skipped);
		return COMMAND_DATA_REFUSED;
	}
	if (import->licence != NULL)
		rc = build_set_fact(import->build, FACTS_LICENCE_TEXT,
				    import->licence, import->licence_bytes);
	if (rc == LC_OK)
		rc = build_finish(import->build, &report, &counts);
	if (rc == LC_OK)
		rc = build_publish(import->build, &counts);
	if (rc != LC_OK)
		return import_failed(rc, build_why(import->build));
	printf("%s: %lld objects, %lld names, %lld rows skipped, %.2f s; "
	       "generation %lld\n",
	       import->catalogue, (long long)counts.objects,
	       (long long)counts.names, (long long)import->rows.skipped,
	       meter_seconds(&import->meter), (long long)counts.generation);
	return COMMAND_OK;
}

static int
import_build(struct import *import)
{
	char why[IMPORT_WHY_MAX];
	enum lc_rc rc;
	int code;

	if (privilege_become_owner(import->options.state) != LC_OK)
		return COMMAND_NO_WRITE;
	import_catch_signals();
	rc = build_new(import->options.state, import->catalogue,
		       &import_progress, &import->build, why, sizeof(why));
	if (rc != LC_OK) {
		code = import_failed(rc, why);
		return rc == LC_INVALID ? COMMAND_USAGE : code;
	}
	code = import_load_objects(import);
	if (code == COMMAND_OK)
		code = import_load_aliases(import);
	if (code == COMMAND_OK)
		code = import_publish(import);
	build_free(import->build);
	return code;
}

static int
import_options(struct import *import)
{
	struct buf why;
	int code = COMMAND_OK;

	buf_init(&why);
	if (options_load(&import->options, &why) != LC_OK) {
		fprintf(stderr, "lightcone import: %.*s\n", (int)why.length,
			why.bytes);
		code = COMMAND_WRONG_OPTION;
	}
	buf_release(&why);
	return code;
}

static int
import_run(int argc, char **argv)
{
	struct import import = {.file = NULL};
	int code;

	meter_init(&import.meter);
	if (!import_arguments(&import, argc, argv)) {
		fprintf(stderr, "usage: lightcone import %s\n",
			command_import.arguments);
		return COMMAND_USAGE;
	}
	code = import_options(&import);
	if (code != COMMAND_OK)
		return code;
	if (import.catalogue == NULL)
		import.catalogue = import.options.catalogue;
	code = import_open(import.file, &import.table);
	if (code == COMMAND_OK)
		code = import_open_aliases(&import);
	if (code == COMMAND_OK)
		code = import_read_licence(&import);
	if (code == COMMAND_OK)
		code = import_build(&import);
	mapping_free(import.mapping);
	table_close(import.table);
	table_close(import.aliases);
	free(import.licence);
	options_release(&import.options);
	if (import_signal != 0) {
		signal(import_signal, SIG_DFL);
		raise(import_signal);
	}
	return code;
}

const struct command command_import = {
	.name = "import",
	.arguments = "[--catalogue NAME] [--aliases FILE] [--strict] FILE",
	.summary = "Makes or replaces a catalogue from a table of objects.",
	.help = "FILE is text with a tab between its columns and a header "
		"line that names them:\nname, ra_deg and dec_deg, and of the "
		"others those that are there.  Rows that are\nbad are "
		"reported with their line and left out; with --strict they "
		"refuse the file.\nThe catalogue changes as a whole or not at "
		"all, while programs go on reading it.\n\n"
		"--catalogue NAME  the catalogue; otherwise the option "
		"catalogue says which\n"
		"--aliases FILE    more names, a table with the columns alias "
		"and name; otherwise\n                  the aliases.tsv "
		"beside FILE, if there is one\n\n"
		"A LICENSE.NAME beside NAME.tsv is kept with the catalogue.\n"
		"Exit codes: 0 imported; 2 wrong usage; 65 the data was "
		"refused; 66 FILE cannot\nbe read; 73 the state directory "
		"cannot be written; 75 another import of this\ncatalogue is "
		"running; 78 a wrong option.",
	.run = import_run,
};
