/* Builds that are stopped, fail, or are in each other's way. */
#include "sky/build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "build_fixture.h"
#include "full_disk.h"
#include "sky_fixture.h"

static struct sky_fixture fixture;

static int
set_up(void **state)
{
	(void)state;
	sky_fixture_init(&fixture);
	sky_fixture_import_small(&fixture, "old",
				 SKY_FIXTURE_SMALL "a\t1\t1\tx\n");
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
builds_do_not_meet(void **state)
{
	struct build *first, *second;
	char why[512], path[PATH_MAX];
	size_t files = sky_fixture_count(&fixture);
	struct stat status;

	(void)state;
	/* What a killed build has left is in nobody's way. */
	sky_fixture_write(&fixture, "meet.tmp", "rubbish", 7);
	first = build_fixture_start(&fixture, "meet", NULL);
	assert_int_equal(build_new(fixture.state, "meet", NULL, &second, why,
				   sizeof(why)),
			 LC_QUEUE_FULL);
	assert_non_null(strstr(why, "another import of meet"));
	build_free(first);
	assert_int_not_equal(
		stat(sky_fixture_path(&fixture, "meet.tmp", path), &status), 0);
	build_free(build_fixture_start(&fixture, "meet", NULL));
	assert_int_equal(sky_fixture_count(&fixture), files);
	assert_int_equal(build_new(fixture.state, "../meet", NULL, &second, why,
				   sizeof(why)),
			 LC_INVALID);
	build_free(NULL);
}

static void
what_is_not_finished_is_not_published(void **state)
{
	size_t files = sky_fixture_count(&fixture);
	struct build *build = build_fixture_start(&fixture, "unfinished", NULL);
	struct build_counts counts;

	(void)state;
	build_fixture_add(build, "a", 1, 1, 1);
	assert_int_equal(build_publish(build, &counts), LC_INTERNAL);
	build_free(build);
	assert_int_equal(sky_fixture_count(&fixture), files);
}

/* Told to stop before the nth object, or at the end. */
static void
stop_at(int nth)
{
	struct lc_progress progress;
	struct build_fixture_told told = {.stop = &progress};
	const struct build_report report = build_fixture_report(&told);
	struct columns_value values[COLUMNS__MAX];
	struct build_counts counts;
	struct build *build;
	enum lc_rc rc = LC_OK;
	char name[32];

	progress_init(&progress, 0);
	build = build_fixture_start(&fixture, "stop", &progress);
	for (int i = 0; i < 5000 && rc == LC_OK; i++) {
		if (i == nth)
			progress_stop(&progress, LC_CANCELLED);
		snprintf(name, sizeof(name), "o %d", i);
		sky_fixture_object(values, name, i % 360, 0);
		rc = build_add(build, values, NULL, 0, i);
	}
	if (nth == 5000)
		progress_stop(&progress, LC_CANCELLED);
	if (rc == LC_OK)
		rc = build_finish(build, &report, &counts);
	assert_int_equal(rc, LC_CANCELLED);
	assert_true(nth > 5000 ? told.advances > 0 && told.advances < 3 :
				 told.advances == 0);
	assert_int_equal(build_publish(build, &counts), LC_INTERNAL);
	build_free(build);
}

static void
a_stopped_build_leaves_nothing(void **state)
{
	size_t files = sky_fixture_count(&fixture);

	(void)state;
	stop_at(0);
	stop_at(4000);
	stop_at(5000);
	stop_at(5001); /* by what the first advance does */
	assert_int_equal(sky_fixture_count(&fixture), files);
}

static void
advances_reach_the_end(void **state)
{
	struct build_fixture_told told = {.stop = NULL};
	const struct build_report report = build_fixture_report(&told);
	struct build *build = build_fixture_start(&fixture, "bar", NULL);
	struct build_counts counts;
	char name[32];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "o %d", i);
		build_fixture_add(build, name, i % 360, i % 180 - 90, i);
	}
	assert_int_equal(build_finish(build, &report, &counts), LC_OK);
	assert_true(told.advances > 5 && told.last > 0.9);
	build_free(build);
}

/* ---- without room, and without memory */

static const struct build_report silent = {.duplicate = NULL};

/* Some objects, with aliases, a duplicate, and a text of their own. */
static enum lc_rc
add_some(struct build *build, int objects)
{
	static const enum columns_type type = COLUMNS_TEXT;
	struct columns_value values[COLUMNS__MAX + 1];
	enum lc_rc rc = LC_OK;
	char name[32], text[300];

	for (int i = 0; i < objects && rc == LC_OK; i++) {
		snprintf(name, sizeof(name), "o %d", i % (objects - 1));
		snprintf(text, sizeof(text), "%0*d", i % 290, i);
		sky_fixture_object(values, name, i % 360, i % 180 - 90);
		sky_fixture_text(values, COLUMNS_ALIASES, "one|two|three");
		values[COLUMNS__MAX] = (struct columns_value){
			.present = true,
			.text = text,
			.length = (uint32_t)strlen(text)};
		rc = build_add(build, values, &type, 1, i);
		if (rc == LC_OK && i % 9 == 0)
			rc = build_add_alias(build, text, strlen(text) % 100,
					     name, strlen(name), i);
		if (rc == LC_INVALID)
			rc = LC_OK; /* no name of no bytes */
	}
	return rc;
}

static enum lc_rc
make_all(const char *name, int objects, char *why, size_t why_bytes)
{
	static const struct columns_column note = {
		"note", COLUMNS_TEXT, "", "", "", 0, 0};
	const struct columns_set columns = {.own_count = 1, .own = &note};
	struct build_counts counts;
	struct build *build;
	enum lc_rc rc =
		build_new(fixture.state, name, NULL, &build, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	rc = add_some(build, objects);
	if (rc == LC_OK)
		rc = build_set_columns(build, &columns);
	if (rc == LC_OK)
		rc = build_set_fact(build, FACTS_TITLE, "All", 3);
	if (rc == LC_OK)
		rc = build_finish(build, &silent, &counts);
	if (rc == LC_OK)
		rc = build_publish(build, &counts);
	snprintf(why, why_bytes, "%s", build_why(build));
	build_free(build);
	return rc;
}

static void
a_full_disk_leaves_nothing(void **state)
{
	size_t files = sky_fixture_count(&fixture);
	struct catalogue_set *set = catalogue_set_new(fixture.state, true);
	struct catalogue *catalogue;
	enum lc_rc rc = LC_UNAVAILABLE;
	char why[512];
	int refusals = 0;

	(void)state;
	for (rlim_t bytes = 100; rc != LC_OK; bytes += bytes / 2) {
		full_disk_from(bytes);
		rc = make_all("old", 9000, why, sizeof(why));
		full_disk_no_more();
		if (rc == LC_OK)
			break;
		refusals++;
		if (rc != LC_UNAVAILABLE || why[0] == '\0' ||
		    strstr(why, "not an error") != NULL ||
		    strstr(why, fixture.state) != NULL)
			fail_msg("%lld bytes: %s, \"%s\"", (long long)bytes,
				 rc_label(rc), why);
		assert_int_equal(sky_fixture_count(&fixture), files);
		catalogue = sky_fixture_acquire(set, "old");
		assert_int_equal(build_fixture_find(catalogue, "x"), 1);
		catalogue_release(catalogue);
	}
	assert_true(refusals > 15);
	catalogue = sky_fixture_acquire(set, "old");
	assert_int_equal(build_fixture_find(catalogue, "x"), -1);
	assert_int_equal(build_fixture_find(catalogue, "o 8999"), -1);
	assert_int_equal(build_fixture_find(catalogue, "o 8998"), 8998 % 360);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static enum lc_rc
build_case(void)
{
	char why[512];

	return make_all("memory", 60, why, sizeof(why));
}

static void
memory_may_run_out(void **state)
{
	size_t files;

	(void)state;
	alloc_fail_each(&(struct alloc_case){"a build", build_case, false});
	files = sky_fixture_count(&fixture);
	for (int i = 0; i < 20; i++) {
		alloc_fail_arm((unsigned)(3 + 4 * i));
		if (build_case() != LC_NO_MEMORY)
			break;
		assert_int_equal(sky_fixture_count(&fixture), files);
	}
	alloc_fail_disarm();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_do_not_meet),
		cmocka_unit_test(what_is_not_finished_is_not_published),
		cmocka_unit_test(a_stopped_build_leaves_nothing),
		cmocka_unit_test(advances_reach_the_end),
		cmocka_unit_test(a_full_disk_leaves_nothing),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
