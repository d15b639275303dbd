#include "sky_fixture.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sky/cone.h"

void
sky_fixture_init(struct sky_fixture *fixture)
{
	const char *base = getenv("TMPDIR");

	snprintf(fixture->state, sizeof(fixture->state), "%s/lightcone-XXXXXX",
		 base == NULL ? "/tmp" : base);
	assert_non_null(mkdtemp(fixture->state));
}

static int
remove_one(const char *path, const struct stat *status, int type,
	   struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void
sky_fixture_release(struct sky_fixture *fixture)
{
	nftw(fixture->state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *
sky_fixture_source(const char *name, char path[PATH_MAX])
{
	const char *srcdir = getenv("srcdir");

	snprintf(path, PATH_MAX, "%s/%s", srcdir == NULL ? "." : srcdir, name);
	return path;
}

const char *
sky_fixture_path(const struct sky_fixture *fixture, const char *file,
		 char path[PATH_MAX])
{
	int length = snprintf(path, PATH_MAX, "%s/catalogues/%s",
			      fixture->state, file);

	assert_true(length > 0 && length < PATH_MAX);
	return path;
}

/* Loads a file of ours into a build. */
static void
import_file(struct build *build, const char *name, const char *source,
	    bool aliases, struct load_counts *loaded)
{
	const struct load_report silent = {.bad_row = NULL};
	const struct mapping_wishes wishes = {.catalogue = name};
	char path[PATH_MAX], why[512] = "";
	struct mapping *mapping = NULL;
	struct table *table;
	enum lc_rc rc;

	assert_int_equal(table_open(sky_fixture_source(source, path), &table,
				    why, sizeof(why)),
			 LC_OK);
	if (aliases) {
		rc = load_aliases(build, table, &silent, loaded, why,
				  sizeof(why));
	} else {
		assert_int_equal(
			mapping_new(table, &wishes, &mapping, why, sizeof(why)),
			LC_OK);
		rc = load_objects(build, table, mapping, &silent, loaded, why,
				  sizeof(why));
	}
	assert_int_equal(rc, LC_OK);
	assert_int_equal(loaded->skipped, 0);
	mapping_free(mapping);
	table_close(table);
}

void
sky_fixture_import(const struct sky_fixture *fixture, const char *name,
		   struct build_counts *counts)
{
	sky_fixture_import_zones(fixture, name, 0, counts);
}

void
sky_fixture_import_zones(const struct sky_fixture *fixture, const char *name,
			 int per_deg, struct build_counts *counts)
{
	const struct build_report silent = {.duplicate = NULL};
	struct load_counts loaded;
	struct build *build;
	char why[512] = "";

	assert_int_equal(
		build_new(fixture->state, name, NULL, &build, why, sizeof(why)),
		LC_OK);
	build_set_zones(build, per_deg);
	import_file(build, name, "conf/catalogue/openngc.tsv", false, &loaded);
	assert_int_equal(loaded.rows, 13375);
	import_file(build, name, "conf/catalogue/aliases.tsv", true, &loaded);
	assert_int_equal(build_finish(build, &silent, counts), LC_OK);
	assert_int_equal(counts->duplicates, 0);
	assert_int_equal(counts->strays, 0);
	assert_int_equal(build_publish(build, counts), LC_OK);
	build_free(build);
}

struct first_reason {
	char *text;
	size_t bytes;
};

static void
keep_first_reason(void *context, int64_t line, const char *why)
{
	struct first_reason *first = context;

	if (first->text[0] == '\0')
		snprintf(first->text, first->bytes, "%lld: %s", (long long)line,
			 why);
}

void
sky_fixture_import_text(const struct sky_fixture *fixture, const char *name,
			const char *text, struct load_counts *counts,
			char *reason, size_t reason_bytes)
{
	struct first_reason first = {reason, reason_bytes};
	const struct load_report report = {.bad_row = keep_first_reason,
					   .context = &first};
	const struct build_report late = {.duplicate = keep_first_reason,
					  .context = &first};
	const struct mapping_wishes wishes = {.catalogue = name};
	char path[PATH_MAX], why[512] = "";
	struct build_counts published;
	struct mapping *mapping;
	struct build *build;
	struct table *table;

	reason[0] = '\0';
	assert_int_equal(
		build_new(fixture->state, name, NULL, &build, why, sizeof(why)),
		LC_OK);
	sky_fixture_write(fixture, "text.tsv", text, strlen(text));
	assert_int_equal(table_open(sky_fixture_path(fixture, "text.tsv", path),
				    &table, why, sizeof(why)),
			 LC_OK);
	assert_int_equal(
		mapping_new(table, &wishes, &mapping, why, sizeof(why)), LC_OK);
	assert_int_equal(load_objects(build, table, mapping, &report, counts,
				      why, sizeof(why)),
			 LC_OK);
	assert_int_equal(build_finish(build, &late, &published), LC_OK);
	assert_int_equal(build_publish(build, &published), LC_OK);
	counts->rows -= published.duplicates;
	counts->skipped += published.duplicates;
	assert_int_equal(published.objects, counts->rows);
	mapping_free(mapping);
	table_close(table);
	unlink(path);
	build_free(build);
}

void
sky_fixture_write(const struct sky_fixture *fixture, const char *file,
		  const void *bytes, size_t length)
{
	char path[PATH_MAX];
	FILE *out = fopen(sky_fixture_path(fixture, file, path), "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, length, out), length);
	assert_int_equal(fclose(out), 0);
}

size_t
sky_fixture_count(const struct sky_fixture *fixture)
{
	char path[PATH_MAX];
	DIR *directory = opendir(sky_fixture_path(fixture, "", path));
	const struct dirent *file;
	size_t count = 0;

	assert_non_null(directory);
	while ((file = readdir(directory)) != NULL)
		count += file->d_name[0] != '.';
	closedir(directory);
	return count;
}

void
sky_fixture_import_small(const struct sky_fixture *fixture, const char *name,
			 const char *text)
{
	struct load_counts counts;
	char reason[512];

	sky_fixture_import_text(fixture, name, text, &counts, reason,
				sizeof(reason));
	assert_string_equal(reason, "");
}

void
sky_fixture_text(struct columns_value values[COLUMNS__MAX], int column,
		 const char *text)
{
	values[column].present = true;
	values[column].text = text;
	values[column].length = (uint32_t)strlen(text);
}

void
sky_fixture_object(struct columns_value values[COLUMNS__MAX], const char *name,
		   double ra_deg, double dec_deg)
{
	memset(values, 0, COLUMNS__MAX * sizeof(*values));
	sky_fixture_text(values, COLUMNS_NAME, name);
	values[COLUMNS_RA].present = true;
	values[COLUMNS_RA].real = ra_deg;
	values[COLUMNS_DEC].present = true;
	values[COLUMNS_DEC].real = dec_deg;
}

void
sky_fixture_edit(struct edits *edits, struct catalogue_set *set,
		 const char *catalogue, const char *name,
		 const struct columns_value *values)
{
	struct catalogue *reader = sky_fixture_acquire(set, catalogue);
	char key[NAMES_MAX_BYTES + 1], why[EDITS_WHY_MAX] = "";
	struct edit edit = {
		.catalogue = catalogue, .key = key, .name = name, .who = "me"};
	struct columns_value *all;
	int64_t seq;
	enum lc_rc rc;

	assert_int_equal(catalogue_columns(reader, &edit.columns), LC_OK);
	all = calloc(COLUMNS__MAX + edit.columns->own_count, sizeof(*all));
	assert_non_null(all);
	if (values != NULL)
		memcpy(all, values, COLUMNS__MAX * sizeof(*all));
	edit.values = all;
	assert_true(names_fold(name, strlen(name), key) > 0);
	rc = edits_begin(edits, why, sizeof(why));
	if (rc == LC_OK) {
		rc = values != NULL ?
			     edits_put(edits, &edit, &seq, why, sizeof(why)) :
			     edits_delete(edits, &edit, &seq, why, sizeof(why));
		rc = edits_end(edits, rc, why, sizeof(why));
	}
	if (rc != LC_OK)
		fail_msg("%s: %s", name, why);
	free(all);
	catalogue_release(reader);
}

struct catalogue *
sky_fixture_acquire(struct catalogue_set *set, const char *name)
{
	struct catalogue *catalogue;
	char why[CATALOGUE_WHY_MAX] = "";

	if (catalogue_acquire(set, name, &catalogue, why, sizeof(why)) != LC_OK)
		fail_msg("%s", why);
	return catalogue;
}

void
sky_fixture_unavailable(const struct sky_fixture *fixture,
			struct catalogue_set *set, const char *name,
			const char *words)
{
	struct catalogue *catalogue;
	char why[CATALOGUE_WHY_MAX] = "";
	enum lc_rc rc =
		catalogue_acquire(set, name, &catalogue, why, sizeof(why));

	assert_true(rc == LC_UNAVAILABLE || rc == LC_NOT_FOUND);
	assert_null(catalogue);
	if (strstr(why, words) == NULL || strstr(why, fixture->state) != NULL)
		fail_msg("%s", why);
}

int64_t
sky_fixture_count_around(struct catalogue *catalogue, double ra_deg,
			 double dec_deg, double radius_deg)
{
	const struct cone_query query = {.ra_deg = ra_deg,
					 .dec_deg = dec_deg,
					 .radius_deg = radius_deg,
					 .limit = 5};
	struct cone_result result;
	struct arena arena;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = cone_search(catalogue, &query, NULL, &arena, &result);
	arena_release(&arena);
	return rc == LC_OK ? result.matched : -1;
}
