/* Tables that become builds: what is added, reported, and done once more. */
#include "sky/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "fake_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A build that writes down what it is told. */
struct build {
	struct buf told;
	enum lc_rc fails; /* build_add() of an object called "fail" */
	int cleared;
};

static void
tell_value(struct buf *told, const char *before, enum columns_type type,
	   const struct columns_value *value)
{
	buf_add_text(told, before);
	if (!value->present)
		buf_add_char(told, '~');
	else if (type == COLUMNS_TEXT)
		buf_printf(told, "\"%s\"", value->text);
	else if (type == COLUMNS_INTEGER)
		buf_printf(told, "%lld", (long long)value->integer);
	else
		buf_printf(told, "%g", value->real);
}

enum lc_rc
build_add(struct build *build, struct columns_value *values,
	  const enum columns_type *types, size_t count, int64_t line)
{
	const char *name = values[COLUMNS_NAME].text;

	if (strcmp(name, "taken") == 0)
		return LC_INVALID;
	if (strcmp(name, "fail") == 0)
		return build->fails;
	buf_printf(&build->told, "%lld %s", (long long)line, name);
	tell_value(&build->told, " ", COLUMNS_REAL, &values[COLUMNS_RA]);
	tell_value(&build->told, " ", COLUMNS_REAL, &values[COLUMNS_DEC]);
	for (size_t i = 0; i < count; i++)
		tell_value(&build->told, " ", types[i],
			   &values[COLUMNS__MAX + i]);
	buf_add_char(&build->told, '\n');
	return LC_OK;
}

const char *
build_why(const struct build *build)
{
	(void)build;
	return "the build says so";
}

enum lc_rc
build_clear(struct build *build)
{
	buf_reset(&build->told);
	build->cleared++;
	return LC_OK;
}

enum lc_rc
build_set_columns(struct build *build, const struct columns_set *set)
{
	static const char letters[COLUMNS_TYPE__MAX + 1] = "tlrsib";

	buf_printf(&build->told, "%x", set->present);
	for (size_t i = 0; i < set->own_count; i++)
		buf_printf(&build->told, " %s:%c", set->own[i].name,
			   letters[set->own[i].type]);
	buf_add_char(&build->told, '\n');
	return LC_OK;
}

enum lc_rc
build_add_alias(struct build *build, const char *alias, size_t alias_length,
		const char *name, size_t name_length, int64_t line)
{
	(void)line;
	if (strcmp(name, "nobody") == 0)
		return LC_INVALID;
	if (strcmp(name, "fail") == 0)
		return build->fails;
	buf_printf(&build->told, "%.*s=%.*s\n", (int)alias_length, alias,
		   (int)name_length, name);
	return LC_OK;
}

/* What is reported, beside what is built. */
struct watch {
	struct buf bad;
	int advances;
	int stop_at; /* the advance that stops; 0: none */
	struct lc_progress stop;
};

static void
watch_bad(void *context, int64_t line, const char *why)
{
	struct watch *watch = context;

	buf_printf(&watch->bad, "%lld: %s\n", (long long)line, why);
}

static void
watch_advance(void *context, const struct table *table)
{
	struct watch *watch = context;

	assert_true(table_bytes_read(table) <= table_bytes_total(table));
	if (++watch->advances == watch->stop_at)
		progress_stop(&watch->stop, LC_CANCELLED);
}

struct load_case {
	const char *header, *rows;
	enum lc_rc rc;
	int64_t taken, skipped;
	int cleared;
	const char *told, *bad, *why;
	enum lc_rc build_fails;
	bool no_rewind;
};

static const struct load_case objects[] = {
	{.header = "name,ra,dec,n",
	 .rows = "a\t1\t2\t7\nb\t3\t4\t\n",
	 .taken = 2,
	 .told = "2 a 1 2 7\n3 b 3 4 ~\n19 n:i\n"},
	{.header = "name,ra,dec",
	 .rows = "a\t1\t2\n!broken\nb\t\t4\n\t1\t2\ntaken\t1\t2\nc\t5\t6\n",
	 .taken = 2,
	 .skipped = 4,
	 .told = "2 a 1 2\n7 c 5 6\n19\n",
	 .bad = "3: broken\n4: it has no position\n5: the name is empty\n"
		"6: the build says so\n"},
	/* Once more, with everything that is bad reported once. */
	{.header = "name,ra,dec,n,x",
	 .rows = "a\t1\t2\t7\t1\n!broken\ntaken\t1\t2\t8\t2\n"
		 "b\t3\t4\tx\t2.5\ntaken\t1\t2\t9\t3\n!more\n"
		 "c\t5\t\t10\t4\n",
	 .taken = 2,
	 .skipped = 5,
	 .cleared = 1,
	 .told = "2 a 1 2 \"7\" 1\n5 b 3 4 \"x\" 2.5\n19 n:t x:r\n",
	 .bad = "3: broken\n4: the build says so\n6: the build says so\n"
		"7: more\n8: it has no position\n"},
	{.header = "ra,dec,n",
	 .rows = "1\t2\t7\n!broken\n3\t4\tx\n",
	 .taken = 2,
	 .skipped = 1,
	 .cleared = 1,
	 .told = "2 survey 1 1 2 \"7\"\n4 survey 3 3 4 \"x\"\n19 n:t\n",
	 .bad = "3: broken\n"},
	{.header = "name,ra,dec,n",
	 .rows = "a\t1\t2\t7\nb\t3\t4\tx\n",
	 .rc = LC_INVALID,
	 .told = "2 a 1 2 7\n",
	 .taken = 2,
	 .why = "cannot be read once more",
	 .no_rewind = true},
	{.header = "name,ra,dec",
	 .rows = "a\t1\t2\n!!the disk is gone\nb\t1\t2\n",
	 .rc = LC_INVALID,
	 .taken = 1,
	 .told = "2 a 1 2\n",
	 .why = "the disk is gone"},
	{.header = "name,ra,dec",
	 .rows = "a\t1\t2\nfail\t1\t2\nb\t1\t2\n",
	 .rc = LC_NO_MEMORY,
	 .build_fails = LC_NO_MEMORY,
	 .taken = 1,
	 .told = "2 a 1 2\n",
	 .why = "the build says so"},
	{.header = "name,ra,dec", .rows = "", .told = "0\n"},
};

static const struct load_case aliases[] = {
	{.header = "name,note,alias",
	 .rows = "NGC 1\tx\tA\nnobody\t\tB\n!broken\n\t\tC\nNGC 2\t\t\n"
		 "NGC 3\t\tD\n",
	 .taken = 2,
	 .skipped = 4,
	 .told = "A=NGC 1\nD=NGC 3\n",
	 .bad = "3: the build says so\n4: broken\n5: the name is empty\n"
		"6: the alias is empty\n"},
	{.header = "name,nick",
	 .rows = "",
	 .rc = LC_INVALID,
	 .why = "no column \"alias\""},
	{.header = "alias",
	 .rows = "",
	 .rc = LC_INVALID,
	 .why = "no column \"name\""},
	{.header = "alias,name|||i",
	 .rows = "",
	 .rc = LC_INVALID,
	 .why = "\"name\" is not of text"},
	{.header = "alias,name",
	 .rows = "A\tfail\nB\tx\n",
	 .rc = LC_UNAVAILABLE,
	 .build_fails = LC_UNAVAILABLE,
	 .why = "the build says so"},
};

static void
compare(const struct load_case *c, const char *what, struct buf *is,
	const char *should)
{
	buf_add_char(is, '\0');
	if (is->failed || strcmp(is->bytes, should == NULL ? "" : should) != 0)
		fail_msg("%s: %s is\n%s", c->header, what, is->bytes);
}

static void
check(const struct load_case *c, bool of_aliases)
{
	const struct mapping_wishes wishes = {.catalogue = "survey"};
	struct build build = {.fails = c->build_fails};
	struct watch watch = {.advances = 0};
	const struct load_report report = {watch_bad, watch_advance, &watch,
					   &watch.stop};
	struct load_counts counts;
	struct mapping *mapping = NULL;
	char why[LOAD_WHY_MAX] = "";
	struct fake_table fake;
	struct table *table = fake_table_init(&fake, c->header, c->rows);
	enum lc_rc rc;

	fake.no_rewind = c->no_rewind;
	progress_init(&watch.stop, 0);
	if (of_aliases) {
		rc = load_aliases(&build, table, &report, &counts, why,
				  sizeof(why));
	} else {
		assert_int_equal(
			mapping_new(table, &wishes, &mapping, why, sizeof(why)),
			LC_OK);
		rc = load_objects(&build, table, mapping, &report, &counts, why,
				  sizeof(why));
	}
	compare(c, "told", &build.told, c->told);
	compare(c, "bad", &watch.bad, c->bad);
	if (rc != c->rc || counts.rows != c->taken ||
	    counts.skipped != c->skipped || build.cleared != c->cleared ||
	    (c->why != NULL && strstr(why, c->why) == NULL))
		fail_msg("%s: %d, %lld rows, %lld skipped, %s", c->header, rc,
			 (long long)counts.rows, (long long)counts.skipped,
			 why);
	mapping_free(mapping);
	buf_release(&build.told);
	buf_release(&watch.bad);
}

static void
objects_are_loaded(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(objects); i++)
		check(&objects[i], false);
}

static void
aliases_are_loaded(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(aliases); i++)
		check(&aliases[i], true);
}

/* Whoever watches hears often, and can stop it, also where nothing is built. */
static void
loading_is_stopped(void **state)
{
	static char rows[16 * 1000];
	const struct mapping_wishes wishes = {.catalogue = "survey"};
	size_t length = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		length += (size_t)snprintf(rows + length, sizeof(rows) - length,
					   "1\t2\t%s\n", i == 1 ? "x" : "7");
	for (int stop_at = 0; stop_at <= 6; stop_at++) {
		struct build build = {.fails = LC_OK};
		struct watch watch = {.stop_at = stop_at};
		const struct load_report report = {NULL, watch_advance, &watch,
						   &watch.stop};
		struct fake_table fake;
		struct table *table = fake_table_init(&fake, "ra,dec,n", rows);
		struct load_counts counts;
		struct mapping *mapping;
		char why[LOAD_WHY_MAX];

		progress_init(&watch.stop, 0);
		assert_int_equal(
			mapping_new(table, &wishes, &mapping, why, sizeof(why)),
			LC_OK);
		assert_int_equal(load_objects(&build, table, mapping, &report,
					      &counts, why, sizeof(why)),
				 stop_at == 0 ? LC_OK : LC_CANCELLED);
		assert_int_equal(watch.advances, stop_at == 0 ? 6 : stop_at);
		assert_int_equal(build.cleared, stop_at == 0 || stop_at > 3);
		if (stop_at == 0)
			assert_int_equal(counts.rows, 1000);
		mapping_free(mapping);
		buf_release(&build.told);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_loaded),
		cmocka_unit_test(aliases_are_loaded),
		cmocka_unit_test(loading_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
