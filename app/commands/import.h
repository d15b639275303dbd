/*
 * What the parts of `lightcone import` share: what was asked, what was found
 * beside the file, and what becomes of both.
 */
#ifndef COMMANDS_IMPORT_H
#define COMMANDS_IMPORT_H

#include <limits.h>
#include <stdbool.h>

#include "base/options.h"
#include "base/progress.h"
#include "commands/about.h"
#include "commands/arguments.h"
#include "commands/meter.h"
#include "sky/load.h"
#include "sky/table.h"

enum { IMPORT_LICENCE_MAX = 1 << 18, IMPORT_WHY_MAX = PATH_MAX + 256 };

struct import {
	/* what was asked; NULL: it was not */
	const char *file;
	const char *catalogue;
	const char *aliases_file;
	const char *rejects_file;
	const char *frame;
	const char *facts[FACTS__MAX];
	struct arguments_list map;
	bool strict, drop_edits;
	struct options options;
	/* what there is */
	struct table *table, *aliases;
	struct about about;
	char *licence; /* as a whole; NULL: there is none */
	size_t licence_bytes;
	/* what becomes of it */
	struct lc_progress *progress;
	struct meter meter;
	struct load_counts rows, alias_rows;
};

/*
 * Opens the table, and what stands beside it: aliases, licence, and what it
 * says about itself.  Returns an exit code, with words where it is no 0.
 */
int import_open_files(struct import *import);
void import_close_files(struct import *import);

/* Builds the catalogue and puts it into its place; an exit code, as above. */
int import_make(struct import *import);

/* What is known about the catalogue as a whole; NULL: nothing. */
const char *import_fact(const struct import *import, enum facts_fact which);

#endif
