/*
 * What state.sqlite may be when edits are read: of an earlier version, empty,
 * damaged, in a directory that nobody may write to; and no memory for it.
 */
#include "sky/overlay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/state.h"
#include "alloc_fail.h"
#include "edits_fixture.h"
#include "older_state.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char directory[STATE_DIR_MAX];
static struct edits_fixture_base base;
static struct edits_fixture_object plain;
static struct edits *edits;
static struct overlay *overlay;

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	edits_fixture_base(&base, 10, 1000);
	edits_fixture_object(&plain, 10, 20);
	edits = edits_fixture_new(directory);
	overlay = edits_fixture_overlay(directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	overlay_free(overlay);
	edits_free(edits);
	state_dir_remove(directory);
	return 0;
}

static void
refresh(void)
{
	edits_fixture_refresh(overlay, &base);
}

static void
in_state(const char *sql)
{
	char why[STATE_WHY_MAX] = "";
	struct store *store;

	assert_int_equal(state_open(directory, &store, why, sizeof(why)),
			 LC_OK);
	if (store_exec(store, sql) != LC_OK)
		fail_msg("%s: %s", sql, store_why(store));
	store_close(store);
}

static void
check_fails(enum lc_rc expected, const char *words)
{
	char why[OVERLAY_WHY_MAX] = "";
	enum lc_rc rc = overlay_refresh(overlay, &base.base, why, sizeof(why));

	if (rc != expected || strstr(why, words) == NULL ||
	    strstr(why, directory) != NULL)
		fail_msg("%s: %s", rc_label(rc), why);
	assert_true(overlay_is_empty(overlay));
}

/* Of an earlier Lightcone, and then of this one. */
static void
test_older_schema(void **state)
{
	(void)state;
	in_state(OLDER_STATE_1);
	for (int i = 0; i < 3; i++)
		refresh();
	assert_true(overlay_is_empty(overlay));
	edits_fixture_put(edits, "BASE 1", &plain);
	refresh();
	assert_int_equal(overlay_count(overlay), 1);
}

/* A file in which somebody has not written anything yet. */
static void
test_empty_file(void **state)
{
	(void)state;
	state_dir_write(directory, "state.sqlite", "", 0);
	for (int i = 0; i < 3; i++) {
		refresh();
		assert_true(overlay_is_empty(overlay));
	}
	edits_fixture_put(edits, "BASE 1", &plain);
	refresh();
	assert_int_equal(overlay_count(overlay), 1);
}

static void
test_damaged(void **state)
{
	static const char *const damages[] = {
		"DELETE FROM edit_values WHERE field = 'ra_deg'",
		"UPDATE edit_values SET value = NULL WHERE field = 'dec_deg'",
		"UPDATE edit_values SET value = 'x' WHERE field = 'dec_deg'",
		"UPDATE edits SET key = ''",
		"PRAGMA foreign_keys = OFF; DROP TABLE edits",
	};
	char garbage[8192];

	(void)state;
	memset(garbage, 'x', sizeof(garbage));
	for (size_t i = 0; i < COUNT(damages); i++) {
		edits_fixture_put(edits, "BASE 1", &plain);
		refresh();
		in_state(damages[i]);
		/* It is not read again as long as nothing was changed. */
		refresh();
		base.base.generation++;
		check_fails(LC_UNAVAILABLE, "state.sqlite cannot be");
		tear_down(NULL);
		set_up(NULL);
	}
	edits_fixture_put(edits, "BASE 1", &plain);
	refresh();
	unlink(state_dir_file(directory, "state.sqlite"));
	state_dir_write(directory, "state.sqlite", garbage, sizeof(garbage));
	usleep(11000);
	check_fails(LC_UNAVAILABLE, "state.sqlite cannot be");
	check_fails(LC_UNAVAILABLE, "state.sqlite cannot be");
	unlink(state_dir_file(directory, "state.sqlite"));
	usleep(11000);
	refresh();
	assert_true(overlay_is_empty(overlay));
}

static void
test_base_cannot_be_asked(void **state)
{
	(void)state;
	edits_fixture_put(edits, "BASE 1", &plain);
	base.broken = LC_DEADLINE;
	check_fails(LC_DEADLINE, "");
	base.broken = LC_OK;
	refresh();
	assert_true(overlay_hides(overlay, 1001));
}

/* Nobody may write there: it is looked into each time. */
static int
read_only(const char *path)
{
	struct overlay *other = overlay_new(path, "a");
	char why[OVERLAY_WHY_MAX] = "";
	int found = 0;

	for (int i = 0; i < 3; i++)
		if (overlay_refresh(other, &base.base, why, sizeof(why)) ==
			    LC_OK &&
		    edits_fixture_find(other, "BASE 1") != NULL)
			found++;
	overlay_free(other);
	return found;
}

static void
test_read_only(void **state)
{
	(void)state;
	edits_fixture_put(edits, "BASE 1", &plain);
	unlink(state_dir_file(directory, "changes.seg"));
	assert_int_equal(state_dir_unwritable(directory, read_only), 3);
	assert_int_equal(state_dir_mode(directory, "changes.seg"), -1);
}

/* ---- memory that runs out */

static enum lc_rc
read_all(void)
{
	struct overlay *one = overlay_new(directory, "a");
	char why[OVERLAY_WHY_MAX];
	enum lc_rc rc = LC_NO_MEMORY;

	if (one != NULL)
		rc = overlay_refresh(one, &base.base, why, sizeof(why));
	if (rc == LC_OK && overlay_count(one) != 40)
		rc = LC_INTERNAL;
	overlay_free(one);
	return rc;
}

/* Fails once, and has it all the next time. */
static enum lc_rc
read_again(void)
{
	struct overlay *one = overlay_new(directory, "a");
	char why[OVERLAY_WHY_MAX];
	enum lc_rc rc = LC_NO_MEMORY;

	if (one != NULL) {
		rc = overlay_refresh(one, &base.base, why, sizeof(why));
		if (rc == LC_NO_MEMORY &&
		    (overlay_refresh(one, &base.base, why, sizeof(why)) !=
			     LC_OK ||
		     overlay_count(one) != 40))
			rc = LC_INTERNAL;
	}
	overlay_free(one);
	return rc == LC_INTERNAL ? rc : LC_OK;
}

static void
test_no_memory(void **state)
{
	/* Without changes.seg a reader looks each time. */
	static const struct alloc_case cases[] = {
		{"reading", read_all, true},
		{"reading again", read_again, true},
	};
	struct edits_fixture_object object = plain;
	char name[32];

	(void)state;
	edits_fixture_text(&object, COLUMNS_ALIASES, "One|Two|Three|Four");
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "BASE %d", i);
		edits_fixture_put(edits, name, &object);
	}
	for (size_t i = 0; i < COUNT(cases); i++)
		alloc_fail_each(&cases[i]);
}

int
main(void)
{
#define IN_ITS_OWN(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_older_schema),
		IN_ITS_OWN(test_empty_file),
		IN_ITS_OWN(test_damaged),
		IN_ITS_OWN(test_base_cannot_be_asked),
		IN_ITS_OWN(test_read_only),
		IN_ITS_OWN(test_no_memory),
	};

	return cmocka_run_group_tests_name("overlay, file", tests, NULL, NULL);
}
