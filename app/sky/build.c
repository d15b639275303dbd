#include "sky/build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "services/store.h"
#include "sky/angles.h"
#include "sky/layout.h"
#include "sky/names.h"
#include "sky/pack.h"
#include "sky/publish.h"
#include "sky/tables.h"
#include "sky/zones.h"

enum { BUILD_WHY_MAX = 512 };

/* Who wins when two objects have the same name. */
enum build_level { LEVEL_NAME, LEVEL_ADDED, LEVEL_ALIAS, LEVEL_IDENTIFIER };

enum build_query {
	BUILD_STAGE,
	BUILD_TAKE,
	BUILD_FIND,
	BUILD_NAME,
	BUILD_FACT,
	BUILD__MAX
};

struct build {
	struct publish publish;
	struct lc_progress *progress;
	struct store *store;
	struct store_query *queries[BUILD__MAX];
	int64_t objects;
	char why[BUILD_WHY_MAX];
};

static const char *const fixed_sql[BUILD__MAX] = {
	[BUILD_TAKE] = "INSERT OR IGNORE INTO taken VALUES (?1, ?2)",
	[BUILD_FIND] = "SELECT line FROM taken WHERE key = ?1",
	[BUILD_NAME] = "INSERT INTO named VALUES (?1, ?2, ?3, ?4)",
	[BUILD_FACT] = "INSERT INTO fact VALUES (?1, ?2)",
};

static enum lc_rc
build_failed(struct build *build, enum lc_rc rc)
{
	snprintf(build->why, sizeof(build->why),
		 "the catalogue cannot be written: %s",
		 store_why(build->store));
	return rc;
}

static enum lc_rc
build_invalid(struct build *build, const char *what)
{
	snprintf(build->why, sizeof(build->why), "%s", what);
	return LC_INVALID;
}

static enum lc_rc
build_prepare(struct build *build)
{
	struct buf sql;
	enum lc_rc rc = LC_NO_MEMORY;

	buf_init(&sql);
	buf_add_text(&sql, "INSERT INTO staged VALUES (?1");
	for (int i = 2; i < TABLES_STAGED_COLUMNS + COLUMNS__MAX; i++)
		buf_printf(&sql, ", ?%d", i);
	buf_add(&sql, ")", sizeof(")"));
	if (!sql.failed)
		rc = store_prepare(build->store, sql.bytes,
				   &build->queries[BUILD_STAGE]);
	buf_release(&sql);
	for (int i = 0; i < BUILD__MAX && rc == LC_OK; i++)
		if (fixed_sql[i] != NULL)
			rc = store_prepare(build->store, fixed_sql[i],
					   &build->queries[i]);
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
			 "it needs 1 to %d of the characters a-z, 0-9, '-' "
			 "and '_'",
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
	rc = store_open(build->publish.path, STORE_BUILD, &build->store, why,
			why_bytes);
	if (rc == LC_OK) {
		store_watch(build->store, progress);
		rc = tables_make(build->store);
		if (rc == LC_OK)
			rc = build_prepare(build);
		if (rc != LC_OK)
			snprintf(why, why_bytes, "%s", store_why(build->store));
	}
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
	for (int i = 0; i < BUILD__MAX; i++) {
		store_finish(build->queries[i]);
		build->queries[i] = NULL;
	}
	store_close(build->store);
	build->store = NULL;
}

void
build_free(struct build *build)
{
	if (build == NULL)
		return;
	build_close_store(build);
	publish_release(&build->publish);
	free(build);
}

const char *
build_why(const struct build *build)
{
	return build->why;
}

/* Notes a name of an object; what cannot be a name is passed over. */
static enum lc_rc
build_name(struct build *build, int64_t line, enum build_level level,
	   const char *name, size_t length)
{
	struct store_query *query = build->queries[BUILD_NAME];
	char key[NAMES_MAX_BYTES + 1];
	size_t key_length = names_fold(name, length, key);

	if (key_length == 0)
		return LC_OK;
	store_bind_text(query, 1, key, key_length);
	store_bind_int64(query, 2, level);
	store_bind_int64(query, 3, line);
	store_bind_text(query, 4, name, length);
	return store_run(query);
}

/* Notes each name of a list of them. */
static enum lc_rc
build_names(struct build *build, int64_t line, enum build_level level,
	    const struct columns_value *list)
{
	const char *name = list->text;
	enum lc_rc rc = LC_OK;

	while (list->present && rc == LC_OK && name != NULL) {
		const char *bar = strchr(name, '|');
		size_t length =
			bar == NULL ? strlen(name) : (size_t)(bar - name);

		rc = build_name(build, line, level, name, length);
		name = bar == NULL ? NULL : bar + 1;
	}
	return rc;
}

static enum lc_rc
build_take_name(struct build *build, const struct columns_value *name,
		int64_t line)
{
	struct store_query *query = build->queries[BUILD_TAKE];
	char key[NAMES_MAX_BYTES + 1];
	size_t length =
		!name->present ? 0 : names_fold(name->text, name->length, key);
	enum lc_rc rc;

	if (length == 0)
		return build_invalid(build, "the name is empty or too long");
	store_bind_text(query, 1, key, length);
	store_bind_int64(query, 2, line);
	rc = store_run(query);
	if (rc == LC_OK && store_changes(build->store) == 0)
		return build_invalid(build, "its name is that of an earlier "
					    "object");
	return rc == LC_OK ? LC_OK : build_failed(build, rc);
}

static enum lc_rc
build_check(struct build *build, const struct columns_value *values)
{
	const struct columns_value *ra = &values[COLUMNS_RA];
	const struct columns_value *dec = &values[COLUMNS_DEC];
	const struct columns_value *type = &values[COLUMNS_OBJECT_TYPE];

	if (!ra->present || !dec->present)
		return build_invalid(build, "it has no position");
	if (!(fabs(ra->real) <= 360) || !(fabs(dec->real) <= 90))
		return build_invalid(build, "its position is out of range");
	if (type->present && columns_find_type(type->text, type->length) < 0)
		return build_invalid(build, "its type is not a known one");
	return LC_OK;
}

static void
build_bind_values(struct store_query *query, const struct columns_value *values)
{
	for (int i = 0; i < COLUMNS__MAX; i++) {
		const int at = TABLES_STAGED_COLUMNS + i;

		if (!values[i].present)
			store_bind_null(query, at);
		else if (columns_table[i].type != COLUMNS_REAL)
			store_bind_text(query, at, values[i].text,
					values[i].length);
		else if (i == COLUMNS_RA)
			store_bind_real(query, at,
					angles_wrap_deg(values[i].real));
		else
			store_bind_real(query, at, values[i].real);
	}
}

static void
build_pack(struct buf *packed, const struct columns_value *values,
	   double ra_deg)
{
	struct columns_value shown[COLUMNS_LISTED];

	memcpy(shown, values, sizeof(shown));
	shown[COLUMNS_RA].real = ra_deg;
	pack_write(packed, shown);
}

static enum lc_rc
build_stage(struct build *build, const struct columns_value *values,
	    int64_t line)
{
	struct store_query *query = build->queries[BUILD_STAGE];
	const struct columns_value *name = &values[COLUMNS_NAME];
	const struct columns_value *type = &values[COLUMNS_OBJECT_TYPE];
	const struct columns_value *bright =
		values[COLUMNS_MAGNITUDE_V].present ?
			&values[COLUMNS_MAGNITUDE_V] :
			&values[COLUMNS_MAGNITUDE_B];
	const double ra_deg = angles_wrap_deg(values[COLUMNS_RA].real);
	const double dec_deg = values[COLUMNS_DEC].real;
	const struct angles_vector place = angles_vector(ra_deg, dec_deg);
	char order[NAMES_ORDER_BYTES];
	struct buf packed;
	enum lc_rc rc;

	store_bind_int64(query, TABLES_STAGED_LINE, line);
	store_bind_int64(query, TABLES_STAGED_K, zones_key(ra_deg, dec_deg));
	store_bind_blob(query, TABLES_STAGED_ORDERING, order,
			names_order(name->text, name->length, order));
	store_bind_real(query, TABLES_STAGED_X, place.x);
	store_bind_real(query, TABLES_STAGED_Y, place.y);
	store_bind_real(query, TABLES_STAGED_Z, place.z);
	if (type->present)
		store_bind_int64(query, TABLES_STAGED_KIND,
				 columns_find_type(type->text, type->length));
	else
		store_bind_null(query, TABLES_STAGED_KIND);
	if (bright->present)
		store_bind_real(query, TABLES_STAGED_BRIGHTNESS, bright->real);
	else
		store_bind_null(query, TABLES_STAGED_BRIGHTNESS);
	build_bind_values(query, values);
	buf_init(&packed);
	build_pack(&packed, values, ra_deg);
	store_bind_blob(query, TABLES_STAGED_PACKED, packed.bytes,
			packed.length);
	rc = store_run(query);
	if (packed.failed)
		rc = LC_NO_MEMORY;
	buf_release(&packed);
	return rc;
}

enum lc_rc
build_add(struct build *build, const struct columns_value *values)
{
	const struct columns_value *name = &values[COLUMNS_NAME];
	const int64_t line = build->objects + 1;
	enum lc_rc rc = progress_stopped(build->progress);

	if (rc != LC_OK)
		return rc;
	rc = build_check(build, values);
	if (rc == LC_OK)
		rc = build_take_name(build, name, line);
	if (rc != LC_OK)
		return rc;
	rc = build_stage(build, values, line);
	if (rc == LC_OK)
		rc = build_name(build, line, LEVEL_NAME, name->text,
				name->length);
	if (rc == LC_OK)
		rc = build_names(build, line, LEVEL_ALIAS,
				 &values[COLUMNS_ALIASES]);
	if (rc == LC_OK)
		rc = build_names(build, line, LEVEL_IDENTIFIER,
				 &values[COLUMNS_IDENTIFIERS]);
	if (rc != LC_OK)
		return build_failed(build, rc);
	build->objects = line;
	return LC_OK;
}

enum lc_rc
build_add_alias(struct build *build, const char *alias, size_t alias_length,
		const char *name, size_t name_length)
{
	struct store_query *query = build->queries[BUILD_FIND];
	char key[NAMES_MAX_BYTES + 1];
	size_t key_length = names_fold(name, name_length, key);
	int64_t line = 0;
	enum lc_rc rc;
	bool row;

	store_bind_text(query, 1, key, key_length);
	rc = store_step(query, &row);
	if (row)
		line = store_int64(query, 0);
	store_reset(query);
	if (rc == LC_OK && line == 0) {
		snprintf(build->why, sizeof(build->why),
			 "there is no object %.*s", (int)name_length, name);
		return LC_NOT_FOUND;
	}
	if (rc == LC_OK)
		rc = build_name(build, line, LEVEL_ADDED, alias, alias_length);
	return rc == LC_OK ? LC_OK : build_failed(build, rc);
}

static enum lc_rc
build_fact(struct build *build, const char *word, const char *text,
	   size_t length, int64_t number)
{
	struct store_query *query = build->queries[BUILD_FACT];

	store_bind_text(query, 1, word, strlen(word));
	if (text != NULL)
		store_bind_text(query, 2, text, length);
	else
		store_bind_int64(query, 2, number);
	return store_run(query);
}

enum lc_rc
build_set_licence(struct build *build, const char *text, size_t length)
{
	enum lc_rc rc = build_fact(build, LAYOUT_FACT_LICENCE, text, length, 0);

	return rc == LC_OK ? LC_OK : build_failed(build, rc);
}

/* Looks whether all that was added is there, and the file is sound. */
static enum lc_rc
build_verify(struct build *build, int64_t placed)
{
	enum lc_rc rc;

	if (placed != build->objects) {
		snprintf(build->why, sizeof(build->why),
			 "the catalogue has "
			 "%lld objects and should have %lld",
			 (long long)placed, (long long)build->objects);
		return LC_INTERNAL;
	}
	rc = store_check(build->store);
	return rc == LC_OK ? LC_OK : build_failed(build, rc);
}

enum lc_rc
build_publish(struct build *build, struct build_counts *counts)
{
	struct pointer pointer = {.generation = 0};
	int64_t placed = 0;
	enum lc_rc rc;

	*counts = (struct build_counts){.objects = build->objects};
	rc = tables_fill(build->store, &placed, &counts->names);
	if (rc == LC_INVALID)
		return build_invalid(build, "too many objects are at one "
					    "position");
	if (rc != LC_OK)
		return build_failed(build, rc);
	rc = build_verify(build, placed);
	if (rc == LC_OK)
		rc = progress_stopped(build->progress);
	if (rc != LC_OK)
		return rc;
	build_close_store(build);
	rc = publish_finish(&build->publish, &pointer, build->why,
			    sizeof(build->why));
	counts->generation = pointer.generation;
	counts->bytes = pointer.bytes;
	return rc;
}
