/* From the opened files of an import to the catalogue in its place. */
#include "commands/import.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "commands/announce.h"
#include "sky/build.h"
#include "sky/edits.h"

static int
import_refuse(const char *file, const char *why)
{
	return command_say(&command_import, COMMAND_DATA_REFUSED, "%s: %s",
			   file, why);
}

/* The exit code of a build that failed. */
static int
import_failed(enum lc_rc rc, const char *why)
{
	switch (rc) {
	case LC_CANCELLED:
		return command_say(&command_import, COMMAND_FAILED,
				   "stopped; nothing was changed");
	case LC_INVALID:
		return command_say(&command_import, COMMAND_DATA_REFUSED, "%s",
				   why);
	case LC_QUEUE_FULL:
		return command_say(&command_import, COMMAND_BUSY, "%s", why);
	case LC_UNAVAILABLE:
		return command_say(&command_import, COMMAND_NO_WRITE,
				   "%s; nothing was changed", why);
	default:
		return command_say(&command_import, COMMAND_FAILED, "%s", why);
	}
}

/* ---- reports */

static void
import_bad_row(void *context, int64_t line, const char *why)
{
	struct import *import = context;

	meter_bad_row(&import->meter, line, why);
}

static void
import_reading(void *context, const struct table *table)
{
	struct import *import = context;
	int64_t bytes = table_bytes_total(table);
	double part = -1;

	if (bytes > 0)
		part = (double)table_bytes_read(table) / (double)bytes;
	meter_show(&import->meter, part,
		   import->rows.rows + import->rows.skipped);
}

static void
import_writing(void *context, double done)
{
	struct import *import = context;

	meter_show(&import->meter, done, -1);
}

static const char *
import_aliases_name(const struct import *import)
{
	return import->aliases_file != NULL ? import->aliases_file :
					      "aliases.tsv";
}

/* An alias of no object. */
static void
import_stray(void *context, int64_t line, const char *why)
{
	struct import *import = context;

	import->meter.file = import_aliases_name(import);
	meter_bad_row(&import->meter, line, why);
	import->meter.file = import->file;
}

/* A column that is ours already, "ra_deg -> ra_deg", needs no words. */
static bool
import_is_plain(const char *line, size_t length)
{
	static const char arrow[] = " -> ";
	const size_t gap = sizeof(arrow) - 1;
	size_t half = (length - gap) / 2;

	return length > gap && half * 2 + gap == length &&
	       memcmp(line + half, arrow, gap) == 0 &&
	       memcmp(line, line + half + gap, half) == 0;
}

/* What became of the columns. */
static void
import_describe(const struct import *import, const struct mapping *mapping)
{
	struct buf words;
	char *line;

	buf_init(&words);
	mapping_describe(mapping, &words);
	buf_add_char(&words, '\0');
	line = words.failed ? NULL : words.bytes;
	if (line != NULL)
		command_say(&command_import, 0, "%s is %s", import->file,
			    table_kind(import->table));
	while (line != NULL && *line != '\0') {
		size_t length = strcspn(line, "\n");
		bool last = line[length] == '\0';

		line[length] = '\0';
		if (!import_is_plain(line, length)) {
			fprintf(stderr, "  ");
			command_print(stderr, line);
			fputc('\n', stderr);
		}
		line = last ? NULL : line + length + 1;
	}
	buf_release(&words);
}

/* ---- reading */

static int
import_load_mapped(struct import *import, struct build *build,
		   struct mapping *mapping)
{
	const struct load_report report = {import_bad_row, import_reading,
					   import, import->progress};
	char why[LOAD_WHY_MAX];
	enum lc_rc rc;

	import->meter.file = import->file;
	meter_stage(&import->meter, "reading");
	rc = load_objects(build, import->table, mapping, &report, &import->rows,
			  why, sizeof(why));
	meter_clear(&import->meter);
	if (table_converted(import->table) > 0)
		command_say(&command_import, 0,
			    "%s: %lld %s not UTF-8, and taken as Windows-1252 "
			    "(Latin-1)",
			    import->file,
			    (long long)table_converted(import->table),
			    table_converted(import->table) == 1 ? "row was" :
								  "rows were");
	if (rc == LC_INVALID)
		return import_refuse(import->file, why);
	if (rc != LC_OK)
		return import_failed(rc, why);
	if (import->rows.rows == 0)
		return import_refuse(import->file, "it has no objects");
	return COMMAND_OK;
}

static int
import_load_objects(struct import *import, struct build *build)
{
	const struct mapping_wishes wishes = {
		.map = import->map.items,
		.map_count = import->map.count,
		.frame = import->frame,
		.catalogue = import->catalogue,
	};
	char why[MAPPING_WHY_MAX];
	struct mapping *mapping;
	int code;
	enum lc_rc rc =
		mapping_new(import->table, &wishes, &mapping, why, sizeof(why));

	if (rc == LC_INVALID)
		return import_refuse(import->file, why);
	if (rc != LC_OK)
		return import_failed(rc, why);
	import_describe(import, mapping);
	code = import_load_mapped(import, build, mapping);
	mapping_free(mapping);
	return code;
}

static int
import_load_aliases(struct import *import, struct build *build)
{
	/* A file that only happens to be there may be of another table. */
	const bool asked = import->aliases_file != NULL;
	const struct load_report report = {asked ? import_bad_row : NULL, NULL,
					   import, import->progress};
	char why[LOAD_WHY_MAX];
	enum lc_rc rc;

	if (import->aliases == NULL)
		return COMMAND_OK;
	import->meter.file = import_aliases_name(import);
	rc = load_aliases(build, import->aliases, &report, &import->alias_rows,
			  why, sizeof(why));
	import->meter.file = import->file;
	if (rc == LC_INVALID)
		return import_refuse(import_aliases_name(import), why);
	if (rc != LC_OK)
		return import_failed(rc, why);
	if (asked)
		import->rows.skipped += import->alias_rows.skipped;
	return COMMAND_OK;
}

/* ---- writing */

static enum lc_rc
import_set_facts(const struct import *import, struct build *build)
{
	char now[CLOCK_RFC3339_MAX];
	enum lc_rc rc = LC_OK;

	clock_rfc3339(now);
	for (int i = 0; i < FACTS__MAX && rc == LC_OK; i++) {
		const char *text = import_fact(import, (enum facts_fact)i);

		if (i == FACTS_IMPORTED)
			text = now;
		if (i == FACTS_LICENCE_TEXT && import->licence != NULL)
			rc = build_set_fact(build, FACTS_LICENCE_TEXT,
					    import->licence,
					    import->licence_bytes);
		else if (text != NULL)
			rc = build_set_fact(build, (enum facts_fact)i, text,
					    strlen(text));
	}
	return rc;
}

/* What was found to be bad late, counted with the rest; an exit code. */
static int
import_judge(struct import *import, const struct build_counts *counts)
{
	const bool asked = import->aliases_file != NULL;
	const int64_t apart = asked ? 0 : counts->strays;

	import->rows.skipped += counts->duplicates;
	if (asked)
		import->rows.skipped += counts->strays;
	if (apart + (asked ? 0 : import->alias_rows.skipped) > 0)
		command_say(&command_import, 0,
			    "%lld of the names in the aliases.tsv beside the "
			    "file are of no object here",
			    (long long)(apart + import->alias_rows.skipped));
	if (!meter_close_rejects(&import->meter))
		return command_say(&command_import, COMMAND_NO_WRITE,
				   "%s: %s; nothing was changed",
				   import->rejects_file, strerror(errno));
	if (!import->strict || import->rows.skipped == 0)
		return COMMAND_OK;
	return command_say(&command_import, COMMAND_DATA_REFUSED,
			   "%lld rows are bad, and --strict was asked for; "
			   "nothing was changed",
			   (long long)import->rows.skipped);
}

/* When it is in its place, and not before: whoever hears of it looks. */
static int
import_announce(const struct import *import, const struct build_counts *counts)
{
	struct announce announce = {.options = &import->options,
				    .what = {.action = COSMIC_IMPORTED,
					     .name = import->catalogue,
					     .generation = counts->generation,
					     .objects = counts->objects}};
	char why[EVENTS_WHY_MAX] = "";
	enum lc_rc rc = announce_alone(&announce, why, sizeof(why));

	return rc == LC_OK ? COMMAND_OK :
			     command_say(&command_import, COMMAND_NO_WRITE,
					 "the catalogue was imported, but no "
					 "observer was told: %s",
					 why);
}

static int
import_write(struct import *import, struct build *build)
{
	const bool asked = import->aliases_file != NULL;
	const struct build_report report = {import_bad_row,
					    asked ? import_stray : NULL,
					    import_writing, import};
	struct build_counts counts;
	enum lc_rc rc = import_set_facts(import, build);
	int code;

	meter_stage(&import->meter, "writing");
	if (rc == LC_OK)
		rc = build_finish(build, &report, &counts);
	meter_clear(&import->meter);
	if (rc != LC_OK)
		return import_failed(rc, build_why(build));
	code = import_judge(import, &counts);
	if (code != COMMAND_OK)
		return code;
	rc = build_publish(build, &counts);
	if (rc != LC_OK)
		return import_failed(rc, build_why(build));
	code = import_announce(import, &counts);
	printf("%s: %lld objects, %lld names, %lld rows skipped, %.2f s; "
	       "generation %lld\n",
	       import->catalogue, (long long)counts.objects,
	       (long long)counts.names, (long long)import->rows.skipped,
	       meter_seconds(&import->meter), (long long)counts.generation);
	return code;
}

/* ---- edits over the old catalogue */

static int
import_end_edits(const struct import *import)
{
	struct announce announce = {.options = &import->options,
				    .what = {.action = COSMIC_EDITS_DROPPED,
					     .name = import->catalogue}};
	char why[EDITS_WHY_MAX] = "";
	int64_t count = 0;
	enum lc_rc rc =
		import->drop_edits ?
			announce_edits_drop(&announce,
					    "lightcone import --drop-edits",
					    &count, why, sizeof(why)) :
			edits_count(import->options.state, import->catalogue,
				    &count, why, sizeof(why));

	if (rc != LC_OK)
		return command_say(&command_import, COMMAND_NO_WRITE,
				   "the catalogue was imported, but not all is "
				   "well with its edits: %s",
				   why);
	if (count > 0)
		command_say(&command_import, 0,
			    import->drop_edits ?
				    "%lld %s dropped" :
				    "%lld %s kept over it, as before; "
				    "--drop-edits drops them",
			    (long long)count,
			    count == 1 ? "edit was" : "edits were");
	return COMMAND_OK;
}

int
import_make(struct import *import)
{
	char why[IMPORT_WHY_MAX];
	struct build *build;
	int code;
	enum lc_rc rc = build_new(import->options.state, import->catalogue,
				  import->progress, &build, why, sizeof(why));

	if (rc != LC_OK)
		return import_failed(rc, why);
	code = import_load_objects(import, build);
	if (code == COMMAND_OK)
		code = import_load_aliases(import, build);
	if (code == COMMAND_OK)
		code = import_write(import, build);
	build_free(build);
	return code == COMMAND_OK ? import_end_edits(import) : code;
}
