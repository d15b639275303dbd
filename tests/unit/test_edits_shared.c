/*
 * Nobody who asks after a change's end sees what was before, in this process
 * or in another one, whatever becomes of files and writers.
 */
#include "sky/changes.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "services/state.h"
#include "child.h"
#include "edits_fixture.h"
#include "threads.h"

enum {
	BASE = 50,
	EDITS = 1000,
	READERS = 4, /* in each of the two processes */
	ADDERS = 2,
	ADDED = 60,
	KILLS = 25,
	KILL_WITHIN_US = 6000
};

/* What has been answered, for all processes: each object's last version. */
struct scene_shared {
	atomic_int version[BASE];
	atomic_int over;
	atomic_int stale, torn, failed;
	atomic_long looks;
};

static char directory[STATE_DIR_MAX];
static struct edits_fixture_base base;
static struct edits *edits;
static struct overlay *overlay;
static struct scene_shared *scene;

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	edits_fixture_base(&base, BASE, 1000);
	edits = edits_fixture_new(directory);
	overlay = edits_fixture_overlay(directory);
	scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(scene != MAP_FAILED);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	munmap(scene, sizeof(*scene));
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

/* The word of changes.seg as it is there now. */
static uint64_t
word_now(void)
{
	char why[SEGMENT_WHY_MAX];
	struct changes changes;
	uint64_t word;
	bool anew;

	changes_init(&changes);
	assert_int_equal(
		changes_follow(&changes, directory, &anew, why, sizeof(why)),
		LC_OK);
	assert_true(anew);
	word = changes_word(&changes);
	changes_release(&changes);
	return word;
}

static void
test_word(void **state)
{
	char why[SEGMENT_WHY_MAX];
	struct changes one, two;
	uint64_t first, second;
	bool anew;

	(void)state;
	changes_init(&one);
	changes_init(&two);
	assert_false(changes_is_still(changes_word(&one)));
	assert_int_equal(
		changes_follow(&one, directory, &anew, why, sizeof(why)),
		LC_OK);
	assert_int_equal(
		changes_follow(&two, directory, &anew, why, sizeof(why)),
		LC_OK);
	assert_int_equal(changes_word(&two), 0);
	first = changes_start(&one);
	assert_int_equal(first, 1);
	assert_false(changes_is_still(changes_word(&two)));
	/* The next one begins before the first has ended. */
	second = changes_start(&two);
	assert_int_equal(second, 3);
	changes_finish(&one, first);
	assert_int_equal(changes_word(&one), 3);
	changes_finish(&two, second);
	assert_int_equal(changes_word(&one), 4);
	/* One that was killed leaves it odd; the next one puts it right. */
	first = changes_start(&one);
	second = changes_start(&two);
	changes_finish(&two, second);
	assert_int_equal(changes_word(&one), 8);
	assert_int_equal(
		changes_follow(&one, directory, &anew, why, sizeof(why)),
		LC_OK);
	assert_false(anew);
	changes_release(&one);
	changes_release(&two);
}

static void
replace_state(void)
{
	char old[STATE_DIR_MAX + 32];
	struct store *store;
	char why[STATE_WHY_MAX];
	static const char *const files[] = {"state.sqlite", "state.sqlite-wal",
					    "state.sqlite-shm"};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(old, sizeof(old), "%s/old-%s", directory, files[i]);
		assert_int_equal(
			rename(state_dir_file(directory, files[i]), old), 0);
	}
	assert_int_equal(state_open(directory, &store, why, sizeof(why)),
			 LC_OK);
	store_close(store);
}

/* What is answered after a file was made, its readers had time to find. */
static void
test_time_to_find(void **state)
{
	static const char *const names[] = {"", "changes.seg", "state.sqlite"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int64_t before_ns = clock_mono_ns();

		if (i > 0)
			unlink(state_dir_file(directory, names[i]));
		put_version(edits, 1, 1);
		assert_true(clock_mono_ns() - before_ns >= CLOCK_TICK_MAX_NS);
	}
}

/* Whatever has just become of the files. */
static void
test_files_come_and_go(void **state)
{
	struct edits *other = edits_fixture_new(directory);

	(void)state;
	refresh();
	for (int i = 1; i < 40; i++) {
		put_version(i % 2 ? edits : other, 1, i);
		refresh();
		if (see_version(overlay, 1) != i)
			fail_msg("round %d: version %d", i,
				 see_version(overlay, 1));
		if (i % 5 == 1)
			unlink(state_dir_file(directory, "changes.seg"));
		if (i % 7 == 1) {
			replace_state();
			usleep(11000);
			refresh();
			assert_true(overlay_is_empty(overlay));
		}
		if (i % 4 == 1)
			refresh();
		assert_true(changes_is_still(word_now()));
	}
	edits_free(other);
}

static void *
read_versions(void *arg)
{
	struct overlay *own = edits_fixture_overlay(directory);
	char why[OVERLAY_WHY_MAX];
	unsigned random = (unsigned)(uintptr_t)&own;

	(void)arg;
	while (!atomic_load(&scene->over)) {
		int which, answered;

		random = random * 1103515245 + 12345;
		which = (int)((random >> 16) % BASE);
		answered = atomic_load(&scene->version[which]);
		if (overlay_refresh(own, &base.base, why, sizeof(why)) !=
		    LC_OK) {
			atomic_fetch_add(&scene->failed, 1);
			continue;
		}
		if (see_version(own, which) < answered)
			atomic_fetch_add(&scene->stale, 1);
		if (edits_fixture_visible(own, &base) != BASE)
			atomic_fetch_add(&scene->torn, 1);
		atomic_fetch_add(&scene->looks, 1);
	}
	overlay_free(own);
	return NULL;
}

static pid_t
start_readers(void)
{
	pid_t child = child_fork();
	pthread_t threads[READERS];

	if (child != 0)
		return child;
	threads_run(threads, READERS, read_versions, NULL);
	threads_join(threads, READERS);
	_exit(EXIT_SUCCESS);
}

static void
check_scene(void)
{
	assert_int_equal(atomic_load(&scene->failed), 0);
	assert_int_equal(atomic_load(&scene->stale), 0);
	assert_int_equal(atomic_load(&scene->torn), 0);
	assert_true(atomic_load(&scene->looks) > 0);
}

/* From before the first state.sqlite on, in two processes. */
static void
test_processes(void **state)
{
	pthread_t threads[READERS];
	int64_t before_ns, left_ns;
	pid_t child = start_readers();
	int status;

	(void)state;
	threads_run(threads, READERS, read_versions, NULL);
	before_ns = clock_mono_ns();
	for (int i = 0; i < EDITS; i++) {
		int which = i * 7 % BASE;

		put_version(edits, which, i + 1);
		atomic_store(&scene->version[which], i + 1);
	}
	left_ns = clock_mono_ns() - before_ns;
	atomic_store(&scene->over, 1);
	threads_join(threads, READERS);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	check_scene();
	print_message("%d edits in %d ms, %ld looks\n", EDITS,
		      (int)(left_ns / CLOCK_NS_PER_MS),
		      atomic_load(&scene->looks));
}

/* One writer has committed and not said so yet, and the next one judges. */
static void
test_committed_in_silence(void **state)
{
	char why[SEGMENT_WHY_MAX + STATE_WHY_MAX];
	struct changes changes;
	struct store *store;
	uint64_t started;
	bool anew;

	(void)state;
	put_version(edits, 1, 1);
	refresh();
	changes_init(&changes);
	assert_int_equal(
		changes_follow(&changes, directory, &anew, why, sizeof(why)),
		LC_OK);
	assert_int_equal(state_open(directory, &store, why, sizeof(why)),
			 LC_OK);
	started = changes_start(&changes);
	assert_int_equal(store_exec(store,
				    "PRAGMA foreign_keys = OFF; BEGIN;"
				    "UPDATE edit_values SET value = 2.0"
				    " WHERE field = 'ra_deg';"
				    "UPDATE edit_values SET seq = seq + 1;"
				    "UPDATE edits SET seq = seq + 1;"
				    "UPDATE generations"
				    " SET generation = generation + 1;"
				    "COMMIT"),
			 LC_OK);
	refresh();
	assert_int_equal(see_version(overlay, 1), 2);
	changes_finish(&changes, started);
	refresh();
	assert_int_equal(see_version(overlay, 1), 2);
	assert_int_equal(overlay_count(overlay), 1);
	store_close(store);
	changes_release(&changes);
}

/* Adds one to what it sees while nobody else may change it. */
static void
add_one(struct edits *by, struct overlay *own)
{
	struct edits_fixture_object object;
	char why[EDITS_WHY_MAX] = "";
	int64_t seq;
	enum lc_rc rc = edits_begin(by, why, sizeof(why));

	if (rc != LC_OK)
		fail_msg("%s", why);
	edits_fixture_refresh(own, &base);
	edits_fixture_object(&object, see_version(own, 0) + 1, 0);
	rc = edits_fixture_change(by, "a", "BASE 0", &object, NULL, &seq, why,
				  sizeof(why));
	rc = edits_end(by, rc, why, sizeof(why));
	if (rc != LC_OK)
		fail_msg("%s", why);
}

static void *
add_many(void *arg)
{
	struct overlay *own = edits_fixture_overlay(directory);

	for (int i = 0; i < ADDED; i++)
		add_one(arg, own);
	overlay_free(own);
	return NULL;
}

/* What is judged within a change is what the change before it has left. */
static void
test_no_lost_change(void **state)
{
	pthread_t threads[ADDERS];
	pid_t child = child_fork();
	int status;

	(void)state;
	threads_run(threads, ADDERS, add_many, edits);
	threads_join(threads, ADDERS);
	if (child == 0)
		_exit(EXIT_SUCCESS);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	refresh();
	assert_int_equal(see_version(overlay, 0), 2 * ADDERS * ADDED);
}

/* A writer that is killed leaves all of a change or nothing. */
static void
test_killed(void **state)
{
	unsigned random = 99;
	int status, odd = 0;
	pid_t readers = start_readers();

	(void)state;
	put_version(edits, 0, 1);
	atomic_store(&scene->version[0], 1);
	for (int i = 0; i < KILLS; i++) {
		pid_t child = child_fork();
		int version;

		if (child == 0) {
			struct edits *own = edits_fixture_new(directory);

			for (int j = atomic_load(&scene->version[0]) + 1;;
			     j++) {
				put_version(own, 0, j);
				atomic_store(&scene->version[0], j);
			}
		}
		random = random * 1103515245 + 12345;
		usleep(12000 + (random >> 8) % KILL_WITHIN_US);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		odd += !changes_is_still(word_now());
		refresh();
		version = see_version(overlay, 0);
		assert_in_range(version, atomic_load(&scene->version[0]),
				atomic_load(&scene->version[0]) + 1);
		atomic_store(&scene->version[0], version);
		put_version(edits, 1, i + 1);
		atomic_store(&scene->version[1], i + 1);
		assert_true(changes_is_still(word_now()));
		refresh();
		assert_int_equal(see_version(overlay, 1), i + 1);
	}
	atomic_store(&scene->over, 1);
	assert_int_equal(waitpid(readers, &status, 0), readers);
	assert_int_equal(status, 0);
	check_scene();
	print_message("%d of %d were killed while they committed\n", odd,
		      KILLS);
}

/* Nothing to read is nothing to pay. */
static void
test_cost(void **state)
{
	enum { TIMES = 1000000 };
	int64_t before_ns;

	(void)state;
	for (int round = 0; round < 2; round++) {
		before_ns = clock_mono_ns();
		for (int i = 0; i < TIMES; i++)
			refresh();
		print_message("%s: %d ns each\n",
			      round == 0 ? "no state.sqlite" : "with edits",
			      (int)((clock_mono_ns() - before_ns) / TIMES));
		put_version(edits, 0, 1);
	}
}

int
main(void)
{
#define IN_ITS_OWN(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_word),
		IN_ITS_OWN(test_time_to_find),
		IN_ITS_OWN(test_files_come_and_go),
		IN_ITS_OWN(test_processes),
		IN_ITS_OWN(test_committed_in_silence),
		IN_ITS_OWN(test_no_lost_change),
		IN_ITS_OWN(test_killed),
		IN_ITS_OWN(test_cost),
	};

	return cmocka_run_group_tests_name("edits, shared", tests, NULL, NULL);
}
