/* The files of an import: the table, and what stands beside it. */
#include "commands/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static int
import_open(const char *file, struct table **out)
{
	char why[TABLE_WHY_MAX];
	int code = COMMAND_DATA_REFUSED;
	enum lc_rc rc;

	if (access(file, R_OK) != 0)
		return command_say(&command_import, COMMAND_NO_INPUT, "%s: %s",
				   file, strerror(errno));
	rc = table_open(file, out, why, sizeof(why));
	if (rc == LC_OK)
		return COMMAND_OK;
	if (rc == LC_NO_MEMORY)
		code = COMMAND_FAILED;
	else if (rc == LC_UNAVAILABLE)
		code = COMMAND_NO_INPUT;
	return command_say(&command_import, code, "%s: %s", file, why);
}

/*
 * The path of a file that stands beside the table: `before`, the table's name
 * up to its first point if `named`, `after`.  False if it is too long.
 */
static bool
import_beside(const struct import *import, char path[PATH_MAX],
	      const char *before, bool named, const char *after)
{
	const char *slash = strrchr(import->file, '/');
	const char *stem = slash == NULL ? import->file : slash + 1;
	int directory = (int)(stem - import->file);
	int length = named ? (int)strcspn(stem, ".") : 0;
	int bytes = snprintf(path, PATH_MAX, "%.*s%s%.*s%s", directory,
			     import->file, before, length, stem, after);

	return bytes > 0 && bytes < PATH_MAX;
}

static int
import_open_aliases(struct import *import)
{
	char path[PATH_MAX];

	if (import->aliases_file != NULL)
		return import_open(import->aliases_file, &import->aliases);
	if (!import_beside(import, path, "", false, "aliases.tsv") ||
	    access(path, F_OK) != 0)
		return COMMAND_OK;
	return import_open(path, &import->aliases);
}

static int
import_read_licence(struct import *import)
{
	char path[PATH_MAX];
	FILE *file = NULL;

	if (import_beside(import, path, "LICENSE.", true, ""))
		file = fopen(path, "re");
	if (file == NULL)
		return COMMAND_OK;
	import->licence = malloc(IMPORT_LICENCE_MAX);
	if (import->licence == NULL) {
		fclose(file);
		return command_say(&command_import, COMMAND_FAILED,
				   "out of memory");
	}
	import->licence_bytes =
		fread(import->licence, 1, IMPORT_LICENCE_MAX, file);
	fclose(file);
	if (import->licence_bytes < IMPORT_LICENCE_MAX &&
	    text_is_utf8(import->licence, import->licence_bytes))
		return COMMAND_OK;
	return command_say(&command_import, COMMAND_DATA_REFUSED,
			   "%s: it is not UTF-8, or longer than %d bytes", path,
			   IMPORT_LICENCE_MAX - 1);
}

static int
import_read_about(struct import *import)
{
	char path[PATH_MAX], why[ABOUT_WHY_MAX];
	enum lc_rc rc;

	if (!import_beside(import, path, "", true, ".about"))
		return COMMAND_OK;
	rc = about_read(&import->about, path, why, sizeof(why));
	if (rc == LC_OK || rc == LC_NOT_FOUND)
		return COMMAND_OK;
	return command_say(&command_import,
			   rc == LC_INVALID     ? COMMAND_DATA_REFUSED :
			   rc == LC_UNAVAILABLE ? COMMAND_NO_INPUT :
						  COMMAND_FAILED,
			   "%s: %s", path, why);
}

int
import_open_files(struct import *import)
{
	int code = import_open(import->file, &import->table);

	if (code == COMMAND_OK)
		code = import_open_aliases(import);
	if (code == COMMAND_OK)
		code = import_read_licence(import);
	if (code == COMMAND_OK)
		code = import_read_about(import);
	return code;
}

void
import_close_files(struct import *import)
{
	table_close(import->table);
	table_close(import->aliases);
	about_release(&import->about);
	free(import->licence);
}

/* What the table says of itself. */
static const char *
import_own_fact(const struct import *import, enum facts_fact which)
{
	const char *text = "";

	if (which == FACTS_TITLE)
		text = table_fact(import->table, TABLE_TITLE);
	else if (which == FACTS_DESCRIPTION)
		text = table_fact(import->table, TABLE_DESCRIPTION);
	return text[0] == '\0' ? NULL : text;
}

const char *
import_fact(const struct import *import, enum facts_fact which)
{
	const char *slash = strrchr(import->file, '/');
	const char *text = import->facts[which];

	if (which == FACTS_SOURCE)
		text = slash == NULL ? import->file : slash + 1;
	if (which == FACTS_LICENCE_TEXT)
		text = NULL;
	if (text == NULL)
		text = about_value(&import->about, which);
	if (text == NULL)
		text = import_own_fact(import, which);
	return text != NULL && text_is_utf8(text, strlen(text)) ? text : NULL;
}
