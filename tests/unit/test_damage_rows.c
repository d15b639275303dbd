/*
 * Files that are sound as databases, and hold what cannot be; and files with
 * a byte changed anywhere.  Whatever meets it says so, and nothing worse.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "chance.h"
#include "services/store.h"
#include "sky/catalogue.h"
#include "sky/cone.h"
#include "sky_fixture.h"

enum { FLIPS = 3000, FILE_MAX = 1 << 17 };

static struct sky_fixture fixture;
static char path[PATH_MAX];

static const char table[] =
	"name\tra_deg\tdec_deg\taliases\tmagnitude_v\tnote\tcount\tx\n"
	"NGC 1\t1\t1\tone|uno\t9.5\tsome note\t7\t0.5\n"
	"NGC 2\t2\t2\ttwo\t\t\t-8\t1.5\n"
	"NGC 3\t2\t2\t\t3\tthird\t\t\n";

static int
set_up(void **state)
{
	(void)state;
	sky_fixture_init(&fixture);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sky_fixture_release(&fixture);
	return 0;
}

static void
import(void)
{
	int64_t generation;
	struct catalogue_set *set = catalogue_set_new(fixture.state, false);
	struct catalogue *catalogue;
	char file[64];

	assert_non_null(set);
	sky_fixture_import_small(&fixture, "rows", table);
	catalogue = sky_fixture_acquire(set, "rows");
	generation = catalogue_version(catalogue).generation;
	catalogue_release(catalogue);
	catalogue_set_free(set);
	snprintf(file, sizeof(file), "rows.%lld.sqlite", (long long)generation);
	sky_fixture_path(&fixture, file, path);
}

/* ---- all that can be asked; what fails has a bit */

enum asked {
	ASKED_OPEN = 1,
	ASKED_NAME = 2,
	ASKED_OBJECT = 4,
	ASKED_CONE = 8,
	ASKED_STREAM = 16,
	ASKED_NEAR = 32,
	ASKED_COUNT = 64
};

static unsigned
judge(enum lc_rc rc, unsigned asked)
{
	if (rc != LC_OK && rc != LC_NOT_FOUND && rc != LC_UNAVAILABLE)
		fail_msg("%u gives %s", asked, rc_label(rc));
	return rc == LC_UNAVAILABLE ? asked : 0;
}

static void
read_values(const struct columns_value *values)
{
	static volatile size_t bytes;

	if (values[COLUMNS_NAME].present)
		bytes += strlen(values[COLUMNS_NAME].text);
	if (values[COLUMNS_ALIASES].present)
		bytes += strlen(values[COLUMNS_ALIASES].text);
}

static unsigned
ask_name(struct catalogue *catalogue, struct arena *arena, const char *name)
{
	const struct columns_value *values;
	struct catalogue_place place;
	enum lc_rc rc =
		catalogue_find_name(catalogue, name, strlen(name), &place);
	unsigned failed = judge(rc, ASKED_NAME);

	if (rc != LC_OK)
		return failed;
	rc = catalogue_object(catalogue, place.id, arena, &values);
	if (rc == LC_OK)
		read_values(values);
	return failed | judge(rc, ASKED_OBJECT);
}

static enum lc_rc
meet(void *context, const struct columns_value *values, double separation_deg)
{
	(void)context;
	(void)separation_deg;
	read_values(values);
	return LC_OK;
}

static unsigned
ask_cones(struct catalogue *catalogue, struct arena *arena)
{
	struct cone_query query = {
		.ra_deg = 1, .dec_deg = 1, .radius_deg = 5, .limit = 10};
	const struct columns_value *values;
	struct cone_result result;
	unsigned failed = 0;

	for (int filtered = 0; filtered < 2; filtered++) {
		enum lc_rc rc =
			cone_search(catalogue, &query, NULL, arena, &result);

		failed |= judge(rc, ASKED_CONE);
		for (size_t i = 0; rc == LC_OK && i < result.count; i++) {
			rc = cone_values(catalogue, &result, i, &values);
			if (rc == LC_OK)
				read_values(values);
			failed |= judge(rc, ASKED_CONE);
		}
		failed |= judge(
			cone_each(catalogue, &query, NULL, arena, meet, NULL),
			ASKED_STREAM);
		query.has_magnitude_max = true;
		query.magnitude_max = 20;
		query.type = "galaxy";
	}
	return failed;
}

static unsigned
ask_all(void)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, false);
	struct catalogue *catalogue;
	struct catalogue_near near[3];
	char why[CATALOGUE_WHY_MAX] = "";
	struct arena arena;
	size_t count;
	int64_t objects;
	unsigned failed;

	assert_non_null(set);
	failed = judge(
		catalogue_acquire(set, "rows", &catalogue, why, sizeof(why)),
		ASKED_OPEN);
	if (failed == 0) {
		arena_init(&arena, NULL, 0);
		failed = ask_name(catalogue, &arena, "ngc 1") |
			 ask_name(catalogue, &arena, "two") |
			 ask_cones(catalogue, &arena) |
			 judge(catalogue_nearest_names(catalogue, "ngc 11", 6,
						       near, 3, &count),
			       ASKED_NEAR) |
			 judge(catalogue_count(catalogue, &objects),
			       ASKED_COUNT);
		snprintf(why, sizeof(why), "%s", catalogue_why(catalogue));
		arena_release(&arena);
		catalogue_release(catalogue);
	}
	if (failed != 0 &&
	    (why[0] == '\0' || strstr(why, fixture.state) != NULL))
		fail_msg("%u: \"%s\"", failed, why);
	catalogue_set_free(set);
	return failed;
}

/* ---- what cannot be */

struct row_case {
	const char *sql;
	unsigned fails; /* these and no others, but for `may` */
	unsigned may;
};

/* Near names are shown as their objects have them. */
#define ASKED_BY_NAME (ASKED_NAME | ASKED_NEAR)
#define ASKED_ALL_ROWS (ASKED_BY_NAME | ASKED_CONE | ASKED_STREAM)

static const struct row_case rows[] = {
	{"UPDATE spot SET packed = NULL", ASKED_ALL_ROWS, 0},
	{"UPDATE spot SET packed = x''", ASKED_ALL_ROWS, 0},
	{"UPDATE spot SET packed = 'a text, and not of this kind at all'",
	 ASKED_ALL_ROWS, 0},
	{"UPDATE spot SET packed = 77", ASKED_ALL_ROWS, 0},
	{"UPDATE spot SET packed = zeroblob(length(packed))", ASKED_ALL_ROWS,
	 0},
	{"UPDATE spot SET packed = substr(packed, 1, length(packed) - 1)",
	 ASKED_CONE | ASKED_STREAM | ASKED_NEAR, ASKED_NAME | ASKED_OBJECT},
	{"UPDATE spot SET packed = substr(packed, 1, 20)", ASKED_ALL_ROWS, 0},
	{"UPDATE spot SET packed = packed || x'01'", ASKED_CONE | ASKED_STREAM,
	 ASKED_NAME},
	{"DELETE FROM spot", ASKED_BY_NAME, 0},
	{"UPDATE name SET number = 99", ASKED_BY_NAME, 0},
	{"UPDATE name SET number = NULL", ASKED_BY_NAME, 0},
	{"UPDATE name SET k = 'x'", ASKED_BY_NAME, 0},
	{"UPDATE name SET k = -9223372036854775808", ASKED_BY_NAME, 0},
	{"UPDATE name SET k = 9223372036854775807", ASKED_BY_NAME, 0},
	{"UPDATE name SET shown = x'00ff00'", 0, 0},
	{"DELETE FROM name", 0, 0},
	{"UPDATE near SET keys = NULL", 0, ASKED_NEAR},
	{"UPDATE near SET keys = 7", 0, ASKED_NEAR},
	{"UPDATE near SET keys = x'0a'", 0, ASKED_NEAR},
	{"UPDATE near SET keys = zeroblob(1001)", 0, ASKED_NEAR},
	{"UPDATE field SET known = 77", ASKED_OPEN, 0},
	{"UPDATE field SET known = -2", ASKED_OPEN, 0},
	{"UPDATE field SET type = 99 WHERE known < 0", ASKED_OPEN, 0},
	{"UPDATE field SET type = (type + 1) % 6 WHERE known < 0", 0,
	 ASKED_OBJECT | ASKED_CONE | ASKED_STREAM},
	{"UPDATE field SET type = (type + 3) % 6 WHERE known < 0", 0,
	 ASKED_OBJECT | ASKED_CONE | ASKED_STREAM},
	{"UPDATE field SET name = NULL, unit = NULL", 0, 0},
	{"DELETE FROM field", ASKED_OBJECT | ASKED_CONE | ASKED_STREAM, 0},
	{"INSERT INTO field SELECT place + 100, name, -1, 0, '', '', ''"
	 " FROM field",
	 ASKED_OBJECT | ASKED_CONE | ASKED_STREAM, 0},
	{"UPDATE fact SET value = 99 WHERE word = 'zones_per_deg'", ASKED_OPEN,
	 0},
	{"UPDATE fact SET value = 0 WHERE word = 'zones_per_deg'", ASKED_OPEN,
	 0},
	{"UPDATE fact SET value = NULL", ASKED_OPEN, 0},
	{"DELETE FROM fact", ASKED_OPEN, 0},
	{"DROP TABLE near", ASKED_NEAR, 0},
	{"DROP TABLE name", ASKED_BY_NAME, 0},
	{"DROP TABLE spot", ASKED_ALL_ROWS, 0},
	{"DROP TABLE field", ASKED_OPEN, 0},
	{"DROP TABLE fact", ASKED_OPEN, 0},
};

static void
change(const char *sql)
{
	struct store *store;
	char why[256];

	assert_int_equal(
		store_open(path, STORE_BUILD, &store, why, sizeof(why)), LC_OK);
	if (store_exec(store, sql) != LC_OK)
		fail_msg("%s: %s", sql, store_why(store));
	store_close(store);
}

static void
what_cannot_be_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row_case *c = &rows[i];
		unsigned failed;

		import();
		assert_int_equal(ask_all(), 0);
		change(c->sql);
		failed = ask_all();
		if ((failed & c->fails) != c->fails ||
		    (failed & ~c->fails & ~c->may) != 0)
			fail_msg("%s: %u fail, not %u", c->sql, failed,
				 c->fails);
	}
}

/* ---- bytes that changed */

static size_t
read_file(char bytes[FILE_MAX])
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(file, bytes, FILE_MAX);

	assert_true(length > 0 && length < FILE_MAX);
	close(file);
	return (size_t)length;
}

/* As another file: what is mapped of the first one stays as it was. */
static void
write_file(const char *bytes, size_t length)
{
	int file;

	unlink(path);
	file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	assert_int_equal(write(file, bytes, length), length);
	close(file);
}

/* Where there is something: most of a small file is empty. */
static size_t
choose(const char *bytes, size_t length, struct chance *chance)
{
	size_t at;

	do
		at = chance_below(chance, length);
	while (bytes[at] == '\0' && chance_below(chance, 200) != 0);
	return at;
}

static void
a_changed_byte_does_no_harm(void **state)
{
	static char bytes[FILE_MAX];
	struct chance chance = {99};
	unsigned told = 0;
	size_t length;

	(void)state;
	import();
	length = read_file(bytes);
	for (int i = 0; i < FLIPS; i++) {
		size_t at = choose(bytes, length, &chance);
		char was = bytes[at];

		/* A bit of it, or all. */
		bytes[at] = (char)chance_below(&chance, 256);
		if (i % 2 == 0)
			bytes[at] = (char)((unsigned char)was ^
					   1U << chance_below(&chance, 8));
		write_file(bytes, length);
		told += ask_all() != 0;
		bytes[at] = was;
	}
	assert_true(told > FLIPS / 100);
	write_file(bytes, length);
	assert_int_equal(ask_all(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_is_told),
		cmocka_unit_test(a_changed_byte_does_no_harm),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
