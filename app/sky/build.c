#include "sky/build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "services/store.h"
#include "sky/angles.h"
#include "sky/build_names.h"
#include "sky/build_spots.h"
#include "sky/layout.h"
#include "sky/names.h"
#include "sky/publish.h"

enum { BUILD_WHY_MAX = 512 };

struct build {
	struct publish publish;
	struct lc_progress *progress;
	struct store *store;
	struct store_query *fact;
	struct build_names names;
	struct build_spots spots;
	int64_t objects;
	bool finished;
	char why[BUILD_WHY_MAX];
};

/* The words are the store's, or those of a temporary file. */
static enum lc_rc
build_failed(struct build *build, enum lc_rc rc)
{
	const char *why = build_names_why(&build->names);

	if (why[0] == '\0')
		why = build_spots_why(&build->spots);
	if (rc == LC_NO_MEMORY)
		why = "out of memory";
	snprintf(build->why, sizeof(build->why),
		 "the catalogue cannot be written: %s",
		 why[0] != '\0' ? why : store_why(build->store));
	return rc;
}

static enum lc_rc
build_invalid(struct build *build, const char *what)
{
	snprintf(build->why, sizeof(build->why), "%s", what);
	return LC_INVALID;
}

/* The file's tables, empty, and the transaction that fills them. */
static enum lc_rc
build_prepare(struct build *build)
{
	char sql[128];
	enum lc_rc rc;

	snprintf(sql, sizeof(sql),
		 "PRAGMA page_size = %d; PRAGMA application_id = %d;"
		 "PRAGMA user_version = %d; BEGIN;",
		 LAYOUT_PAGE_BYTES, LAYOUT_APPLICATION_HERE, LAYOUT_VERSION);
	rc = store_exec(build->store, sql);
	if (rc == LC_OK)
		rc = store_exec(build->store, LAYOUT_SQL);
	if (rc == LC_OK)
		rc = store_prepare(build->store,
				   "INSERT OR REPLACE INTO fact"
				   " VALUES (?1, ?2)",
				   &build->fact);
	return rc;
}

static enum lc_rc
build_open(struct build *build, char *why, size_t why_bytes)
{
	int directory = build->publish.directory;
	enum lc_rc rc;

	rc = build_names_init(&build->names, directory);
	build_spots_init(&build->spots, directory);
	if (rc != LC_OK) {
		snprintf(why, why_bytes, "out of memory");
		return rc;
	}
	rc = store_open(build->publish.path, STORE_BUILD, &build->store, why,
			why_bytes);
	if (rc != LC_OK)
		return rc;
	store_watch(build->store, build->progress);
	rc = build_prepare(build);
	if (rc != LC_OK)
		snprintf(why, why_bytes, "%s", store_why(build->store));
	return rc;
}

enum lc_rc
build_new(const char *state_dir, const char *name, struct lc_progress *progress,
	  struct build **out, char *why, size_t why_bytes)
{
	struct build *build;
	enum lc_rc rc;

	*out = NULL;
	if (!catalogue_name_ok(name)) {
		snprintf(why, why_bytes,
			 "\"%s\" cannot be a catalogue's name; "
			 "it needs 1 to %d of the characters a-z, 0-9, '_' "
			 "and, but for the first, '-'",
			 name, CATALOGUE_NAME_MAX);
		return LC_INVALID;
	}
	build = calloc(1, sizeof(*build));
	if (build == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	rc = publish_init(&build->publish, state_dir, name, why, why_bytes);
	if (rc != LC_OK) {
		free(build);
		return rc;
	}
	build->progress = progress;
	rc = build_open(build, why, why_bytes);
	if (rc != LC_OK) {
		build_free(build);
		return rc;
	}
	*out = build;
	return LC_OK;
}

static void
build_close_store(struct build *build)
{
	store_finish(build->fact);
	store_close(build->store);
	build->fact = NULL;
	build->store = NULL;
}

void
build_free(struct build *build)
{
	if (build == NULL)
		return;
	build_close_store(build);
	build_names_release(&build->names);
	build_spots_release(&build->spots);
	publish_release(&build->publish);
	free(build);
}

const char *
build_why(const struct build *build)
{
	return build->why;
}

enum lc_rc
build_clear(struct build *build)
{
	build_names_clear(&build->names);
	build_spots_clear(&build->spots);
	build->objects = 0;
	return progress_stopped(build->progress);
}

/* Notes each name of a list of them. */
static enum lc_rc
build_list(struct build *build, enum build_level level,
	   const struct build_owner *owner, const struct columns_value *list)
{
	const char *name = list->text;
	enum lc_rc rc = LC_OK;

	while (list->present && rc == LC_OK && name != NULL) {
		const char *bar = strchr(name, '|');
		size_t length =
			bar == NULL ? strlen(name) : (size_t)(bar - name);

		rc = build_names_add(&build->names, level, owner, name, length);
		name = bar == NULL ? NULL : bar + 1;
	}
	return rc;
}

static enum lc_rc
build_check(struct build *build, const struct columns_value *values)
{
	const struct columns_value *name = &values[COLUMNS_NAME];
	const struct columns_value *ra = &values[COLUMNS_RA];
	const struct columns_value *dec = &values[COLUMNS_DEC];
	const struct columns_value *type = &values[COLUMNS_OBJECT_TYPE];
	char key[NAMES_MAX_BYTES + 1];

	if (!name->present || names_fold(name->text, name->length, key) == 0)
		return build_invalid(build, "the name is empty or too long");
	if (!ra->present || !dec->present)
		return build_invalid(build, "it has no position");
	if (!(fabs(ra->real) <= 360) || !(fabs(dec->real) <= 90))
		return build_invalid(build, "its position is out of range");
	if (type->present && columns_find_type(type->text, type->length) < 0)
		return build_invalid(build, "its type is not a known one");
	return LC_OK;
}

enum lc_rc
build_add(struct build *build, struct columns_value *values,
	  const enum columns_type *own_types, size_t own_count, int64_t line)
{
	const struct columns_value *name = &values[COLUMNS_NAME];
	struct build_owner owner = {.number = build->objects + 1, .line = line};
	enum lc_rc rc = progress_stopped(build->progress);

	if (rc != LC_OK)
		return rc;
	rc = build_check(build, values);
	if (rc != LC_OK)
		return rc;
	owner.ra_deg = angles_wrap_deg(values[COLUMNS_RA].real);
	values[COLUMNS_RA].real = owner.ra_deg;
	owner.dec_deg = values[COLUMNS_DEC].real;
	rc = build_spots_add(&build->spots, &owner, values, own_types,
			     own_count);
	if (rc == LC_INVALID)
		return build_invalid(build,
				     "a text is longer than 65535 bytes");
	if (rc == LC_OK)
		rc = build_names_add(&build->names, LEVEL_NAME, &owner,
				     name->text, name->length);
	if (rc == LC_OK)
		rc = build_list(build, LEVEL_ALIAS, &owner,
				&values[COLUMNS_ALIASES]);
	if (rc == LC_OK)
		rc = build_list(build, LEVEL_IDENTIFIER, &owner,
				&values[COLUMNS_IDENTIFIERS]);
	if (rc != LC_OK)
		return build_failed(build, rc);
	build->objects++;
	return LC_OK;
}

enum lc_rc
build_add_alias(struct build *build, const char *alias, size_t alias_length,
		const char *name, size_t name_length, int64_t line)
{
	enum lc_rc rc = build_names_alias(&build->names, alias, alias_length,
					  name, name_length, line);

	if (rc == LC_INVALID)
		return build_invalid(build, "a name is empty or too long");
	return rc == LC_OK ? LC_OK : build_failed(build, rc);
}

void
build_set_zones(struct build *build, int per_deg)
{
	build->spots.per_deg = per_deg;
}

/* ---- facts */

static enum lc_rc
build_number(struct build *build, const char *word, int64_t number)
{
	store_bind_text(build->fact, 1, word, strlen(word));
	store_bind_int64(build->fact, 2, number);
	return store_run(build->fact);
}

enum lc_rc
build_set_fact(struct build *build, enum facts_fact which, const char *text,
	       size_t length)
{
	const char *word = facts_words[which];
	enum lc_rc rc;

	store_bind_text(build->fact, 1, word, strlen(word));
	store_bind_text(build->fact, 2, text, length);
	rc = store_run(build->fact);
	return rc == LC_OK ? LC_OK : build_failed(build, rc);
}

static enum lc_rc
build_write_column(struct store_query *query,
		   const struct columns_column *column, int known)
{
	store_bind_text(query, 1, column->name, strlen(column->name));
	store_bind_int64(query, 2, known);
	store_bind_int64(query, 3, column->type);
	store_bind_text(query, 4, column->unit, strlen(column->unit));
	store_bind_text(query, 5, column->ucd, strlen(column->ucd));
	store_bind_text(query, 6, column->doc, strlen(column->doc));
	return store_run(query);
}

enum lc_rc
build_set_columns(struct build *build, const struct columns_set *set)
{
	struct store_query *query = NULL;
	enum lc_rc rc = store_exec(build->store, "DELETE FROM field");

	if (rc == LC_OK)
		rc = store_prepare(
			build->store,
			"INSERT INTO field (name, known, type, unit, ucd, doc)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			&query);
	for (int i = 0; i < COLUMNS__MAX && rc == LC_OK; i++)
		if (set->present >> i & 1)
			rc = build_write_column(query, &columns_table[i], i);
	for (size_t i = 0; i < set->own_count && rc == LC_OK; i++)
		rc = build_write_column(query, &set->own[i], -1);
	store_finish(query);
	return rc == LC_OK ? LC_OK : build_failed(build, rc);
}

/* ---- the end */

/* Looks whether all that was added is there, and the file is sound. */
static enum lc_rc
build_verify(struct build *build, const struct build_counts *counts)
{
	enum lc_rc rc;

	if (counts->objects + counts->duplicates != build->objects) {
		snprintf(build->why, sizeof(build->why),
			 "the catalogue has "
			 "%lld objects and should have %lld",
			 (long long)counts->objects,
			 (long long)(build->objects - counts->duplicates));
		return LC_INTERNAL;
	}
	rc = store_check(build->store);
	return rc == LC_OK ? LC_OK : build_failed(build, rc);
}

static int64_t
build_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

enum lc_rc
build_finish(struct build *build, const struct build_report *report,
	     struct build_counts *counts)
{
	struct store *store = build->store;
	enum lc_rc rc;

	*counts = (struct build_counts){.objects = 0};
	rc = build_names_settle(&build->names, build->progress, report, counts);
	if (rc == LC_OK)
		rc = build_spots_write(&build->spots, &build->names, store,
				       build->progress, report, counts);
	if (rc == LC_INVALID)
		return build_invalid(build, "too many objects are at one "
					    "position");
	if (rc == LC_OK)
		rc = build_names_write(&build->names, store,
				       (int)counts->zones_per_deg,
				       build->progress, counts);
	if (rc == LC_OK)
		rc = build_number(build, LAYOUT_FACT_OBJECTS, counts->objects);
	if (rc == LC_OK)
		rc = build_number(build, LAYOUT_FACT_NAMES, counts->names);
	if (rc == LC_OK)
		rc = build_number(build, LAYOUT_FACT_PER_DEG,
				  counts->zones_per_deg);
	if (rc == LC_OK)
		rc = build_number(build, LAYOUT_FACT_DENSITY,
				  counts->objects_per_deg2);
	if (rc == LC_OK)
		rc = build_number(build, LAYOUT_FACT_MADE, build_now_ns());
	if (rc == LC_OK)
		rc = store_exec(store, "COMMIT");
	if (rc != LC_OK)
		return build_failed(build, rc);
	rc = build_verify(build, counts);
	if (rc == LC_OK)
		rc = progress_stopped(build->progress);
	build->finished = rc == LC_OK;
	return rc;
}

enum lc_rc
build_publish(struct build *build, struct build_counts *counts)
{
	struct pointer pointer = {.generation = 0};
	enum lc_rc rc;

	if (!build->finished) {
		snprintf(build->why, sizeof(build->why),
			 "the catalogue is not complete");
		return LC_INTERNAL;
	}
	build_close_store(build);
	rc = publish_finish(&build->publish, &pointer, build->why,
			    sizeof(build->why));
	counts->generation = pointer.generation;
	counts->bytes = pointer.bytes;
	return rc;
}
