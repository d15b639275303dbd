/*
 * Changes of objects: what is written, how it is undone, and what is said
 * when it cannot be.
 */
#include "sky/edits.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "child.h"
#include "edits_fixture.h"

enum { BASE = 10 };

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
	edits_fixture_base(&base, BASE, 1000);
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

/* Puts an object whose right ascension is its version. */
static void
put_version(struct edits *by, int which, int version)
{
	struct edits_fixture_object object;
	char name[32];

	snprintf(name, sizeof(name), "BASE %d", which);
	edits_fixture_object(&object, version, 0);
	edits_fixture_put(by, name, &object);
}

/* The version that a reader sees; 0 for the base's. */
static int
see_version(const struct overlay *by, int which)
{
	const struct overlay_object *object;
	char name[32];

	snprintf(name, sizeof(name), "BASE %d", which);
	object = edits_fixture_find(by, name);
	return object == NULL ? 0 : (int)object->ra_deg;
}

/* ---- what is written */

struct seen {
	int count;
	int64_t seq[8];
	char line[8][400];
};

static void
note(void *context, const struct edits_change *change)
{
	struct seen *seen = context;

	assert_in_range(seen->count, 0, 7);
	seen->seq[seen->count] = change->seq;
	assert_int_equal(strlen(change->time), 24);
	snprintf(seen->line[seen->count++], sizeof(seen->line[0]),
		 "%s %s %s %s [%s] [%s] %s", change->action, change->catalogue,
		 change->key, change->name, change->before, change->after,
		 change->who);
}

static void
read_history(struct seen *seen, const char *catalogue, const char *key,
	     int64_t most)
{
	char why[EDITS_WHY_MAX] = "";

	seen->count = 0;
	if (edits_history(directory, catalogue, key, most, note, seen, why,
			  sizeof(why)) != LC_OK)
		fail_msg("no history: %s", why);
}

static int64_t
count_of(const char *catalogue)
{
	char why[EDITS_WHY_MAX] = "";
	int64_t count = -1;

	if (edits_count(directory, catalogue, &count, why, sizeof(why)) !=
	    LC_OK)
		fail_msg("no count: %s", why);
	return count;
}

static int64_t
change(const char *catalogue, const char *name,
       const struct edits_fixture_object *object,
       const struct edits_fixture_object *before)
{
	char why[EDITS_WHY_MAX] = "";
	int64_t seq = 0;
	enum lc_rc rc = edits_begin(edits, why, sizeof(why));

	assert_int_equal(rc, LC_OK);
	rc = edits_fixture_change(edits, catalogue, name, object, before, &seq,
				  why, sizeof(why));
	rc = edits_end(edits, rc, why, sizeof(why));
	if (rc != LC_OK)
		fail_msg("%s: %s", name, why);
	return seq;
}

static void
test_history(void **state)
{
	struct edits_fixture_object object = plain;
	int64_t seqs[4];
	struct seen seen;

	(void)state;
	read_history(&seen, NULL, NULL, 10);
	assert_int_equal(seen.count, 0);
	assert_int_equal(count_of("a"), 0);
	assert_int_equal(state_dir_count(directory), 0);

	edits_fixture_text(&object, COLUMNS_ALIASES, "tab\tback\\line\nend|x");
	object.values[COLUMNS__MAX + 1].present = true;
	object.values[COLUMNS__MAX + 1].integer = -7;
	object.values[COLUMNS__MAX + 2].present = true;
	object.values[COLUMNS__MAX + 2].truth = true;
	object.values[COLUMNS_REDSHIFT].present = true;
	object.values[COLUMNS_REDSHIFT].real = -0.001;
	seqs[0] = change("a", "NGC 7", &object, NULL);
	seqs[1] = change("b", "NGC 7", &plain, NULL);
	seqs[2] = change("a", "ngc 07", NULL, &plain);
	seqs[3] = change("a", "IC 1", &plain, NULL);
	assert_int_equal(count_of("a"), 2);
	assert_int_equal(count_of("b"), 1);
	assert_int_equal(count_of("c"), 0);

	read_history(&seen, NULL, NULL, 10);
	assert_int_equal(seen.count, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(seen.seq[3 - i], seqs[i]);
		assert_true(i == 0 || seqs[i] > seqs[i - 1]);
	}
	assert_string_equal(
		seen.line[3],
		"put a NGC7 NGC 7 [] [{\"name\":\"NGC 7\","
		"\"aliases\":[\"tab\\tback\\\\line\\nend\",\"x\"],"
		"\"ra_deg\":10,\"dec_deg\":20,\"redshift\":-0.001,"
		"\"planets\":-7,\"var \\\"iable\":true}] k1 tester");
	assert_string_equal(seen.line[1],
			    "delete a NGC7 ngc 07 [{\"ra_deg\":10,"
			    "\"dec_deg\":20}] [] k1 tester");
	read_history(&seen, "a", NULL, 2);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.seq[0], seqs[3]);
	read_history(&seen, "a", "NGC7", 10);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.seq[0], seqs[2]);
	read_history(&seen, "c", NULL, 10);
	assert_int_equal(seen.count, 0);
}

static void
test_drop(void **state)
{
	char why[EDITS_WHY_MAX] = "";
	int64_t dropped = -1, generation;
	struct overlay *other = overlay_new(directory, "b");
	struct seen seen;

	(void)state;
	assert_int_equal(
		edits_drop(edits, "a", "cli", NULL, &dropped, why, sizeof(why)),
		LC_OK);
	assert_int_equal(dropped, 0);
	assert_int_equal(state_dir_count(directory), 0);
	change("a", "BASE 1", &plain, NULL);
	change("a", "BASE 2", NULL, NULL);
	generation = change("b", "BASE 3", &plain, NULL);
	refresh();
	edits_fixture_refresh(other, &base);
	assert_int_equal(overlay_generation(other), generation);
	assert_int_equal(
		edits_drop(edits, "a", "cli", NULL, &dropped, why, sizeof(why)),
		LC_OK);
	assert_int_equal(dropped, 2);
	assert_int_equal(count_of("a"), 0);
	refresh();
	assert_true(overlay_is_empty(overlay));
	assert_false(overlay_hides(overlay, 1001));
	assert_true(overlay_generation(overlay) > generation);
	edits_fixture_refresh(other, &base);
	assert_int_equal(overlay_generation(other), generation);
	assert_int_equal(overlay_count(other), 1);
	read_history(&seen, "a", "BASE1", 10);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.line[0], "drop a   [] [] cli");
	/* What comes after it is seen as ever. */
	change("a", "BASE 1", &plain, NULL);
	refresh();
	assert_int_equal(overlay_count(overlay), 1);
	overlay_free(other);
}

/* Every change is of one moment, or not at all. */
static void
test_undone(void **state)
{
	char why[EDITS_WHY_MAX] = "", longest[140];
	struct edits_fixture_object nowhere = {0};
	int64_t seq;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	put_version(edits, 1, 1);
	assert_int_equal(edits_begin(edits, why, sizeof(why)), LC_OK);
	for (int i = 0; i < 5; i++)
		assert_int_equal(edits_fixture_change(edits, "a", "BASE 1",
						      i % 2 ? &plain : NULL,
						      NULL, &seq, why,
						      sizeof(why)),
				 LC_OK);
	refresh();
	assert_int_equal(see_version(overlay, 1), 1);
	assert_int_equal(edits_end(edits, LC_PRECONDITION, why, sizeof(why)),
			 LC_PRECONDITION);
	refresh();
	assert_int_equal(see_version(overlay, 1), 1);

	assert_int_equal(edits_begin(edits, why, sizeof(why)), LC_OK);
	assert_int_equal(edits_fixture_change(edits, "a", "BASE 2", &nowhere,
					      NULL, &seq, why, sizeof(why)),
			 LC_INVALID);
	assert_string_equal(why, "an object has a position");
	assert_int_equal(edits_fixture_change(edits, "a", " ", &plain, NULL,
					      &seq, why, sizeof(why)),
			 LC_INVALID);
	assert_int_equal(edits_fixture_change(edits, "a", longest, NULL, NULL,
					      &seq, why, sizeof(why)),
			 LC_INVALID);
	assert_string_equal(why, "an object has a name of 1 to 128 bytes");
	/* They are no failure of the others. */
	assert_int_equal(edits_fixture_change(edits, "a", "BASE 3", &plain,
					      NULL, &seq, why, sizeof(why)),
			 LC_OK);
	assert_int_equal(edits_end(edits, LC_OK, why, sizeof(why)), LC_OK);
	refresh();
	assert_int_equal(overlay_count(overlay), 2);
	assert_int_equal(overlay_generation(overlay), seq);
}

/* ---- what stands in a writer's way */

static const char *expected;

static int
refused(const char *path)
{
	struct edits *one = edits_new(path);
	char why[EDITS_WHY_MAX] = "";
	int64_t seq;
	enum lc_rc rc = edits_begin(one, why, sizeof(why));

	if (rc == LC_OK) {
		rc = edits_fixture_change(one, "a", "BASE 2", &plain, NULL,
					  &seq, why, sizeof(why));
		rc = edits_end(one, rc, why, sizeof(why));
	}
	edits_free(one);
	if (rc == LC_UNAVAILABLE && strstr(why, expected) != NULL &&
	    strstr(why, path) == NULL)
		return 0;
	fprintf(stderr, "%s: %s\n", rc_label(rc), why);
	return 1;
}

/* The disk is full for files that grow beyond some bytes. */
static int
refused_full(const char *path)
{
	const struct rlimit limit = {20000, 20000};
	struct edits *one = edits_new(path);
	char why[EDITS_WHY_MAX] = "";
	enum lc_rc rc = LC_OK;
	int64_t seq;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 2;
	for (int i = 0; i < 10 && rc == LC_OK; i++) {
		rc = edits_begin(one, why, sizeof(why));
		if (rc != LC_OK)
			break;
		rc = edits_fixture_change(one, "a", "BASE 2", &plain, NULL,
					  &seq, why, sizeof(why));
		rc = edits_end(one, rc, why, sizeof(why));
	}
	edits_free(one);
	fprintf(stderr, "full: %s\n", why);
	return rc == LC_UNAVAILABLE && strstr(why, "state.sqlite") != NULL ? 0 :
									     1;
}

static void
test_refused(void **state)
{
	char garbage[8192];
	int status;
	pid_t child;

	(void)state;
	memset(garbage, 'x', sizeof(garbage));
	put_version(edits, 1, 1);
	refresh();
	child = child_fork();
	if (child == 0)
		_exit(refused_full(directory));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	refresh();
	assert_int_equal(see_version(overlay, 1), 1);

	expected = "state.sqlite cannot be changed: changes.seg: Permission";
	assert_int_equal(state_dir_unwritable(directory, refused), 0);
	unlink(state_dir_file(directory, "state.sqlite"));
	state_dir_write(directory, "state.sqlite", garbage, sizeof(garbage));
	expected = "state.sqlite cannot be opened: file is not a database";
	assert_int_equal(refused(directory), 0);
	unlink(state_dir_file(directory, "state.sqlite"));
	/* The one that was open all the time finds its way back. */
	put_version(edits, 1, 2);
	refresh();
	assert_int_equal(see_version(overlay, 1), 2);
}

/* Readers cannot be told, so nothing is changed. */
static void
test_refused_without_segment(void **state)
{
	char blocked[STATE_DIR_MAX + 32];

	(void)state;
	put_version(edits, 1, 1);
	unlink(state_dir_file(directory, "changes.seg"));
	snprintf(blocked, sizeof(blocked), "%s/changes.seg.lock", directory);
	unlink(blocked);
	assert_int_equal(symlink("nowhere/at/all", blocked), 0);
	expected = "state.sqlite cannot be changed: changes.seg: ";
	assert_int_equal(refused(directory), 0);
	refresh();
	assert_int_equal(see_version(overlay, 1), 1);
	assert_int_equal(see_version(overlay, 2), 0);
	unlink(blocked);
	put_version(edits, 2, 1);
	refresh();
	assert_int_equal(see_version(overlay, 2), 1);
}

/* ---- memory that runs out */

static enum lc_rc
write_one(void)
{
	struct edits *one = edits_new(directory);
	char why[EDITS_WHY_MAX];
	enum lc_rc rc = LC_NO_MEMORY;
	int64_t seq;

	if (one != NULL)
		rc = edits_begin(one, why, sizeof(why));
	if (rc == LC_OK) {
		rc = edits_fixture_change(one, "a", "BASE 1", &plain, &plain,
					  &seq, why, sizeof(why));
		rc = edits_end(one, rc, why, sizeof(why));
	}
	edits_free(one);
	return rc;
}

static enum lc_rc
read_once(void)
{
	struct seen seen = {0};
	char why[EDITS_WHY_MAX];

	return edits_history(directory, "a", NULL, 8, note, &seen, why,
			     sizeof(why));
}

static void
test_no_memory(void **state)
{
	static const struct alloc_case cases[] = {
		{"writing", write_one, false},
		{"history", read_once, false},
	};

	(void)state;
	put_version(edits, 1, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		alloc_fail_each(&cases[i]);
}

int
main(void)
{
#define IN_ITS_OWN(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_history),
		IN_ITS_OWN(test_drop),
		IN_ITS_OWN(test_undone),
		IN_ITS_OWN(test_refused),
		IN_ITS_OWN(test_refused_without_segment),
		IN_ITS_OWN(test_no_memory),
	};

	return cmocka_run_group_tests_name("edits", tests, NULL, NULL);
}
