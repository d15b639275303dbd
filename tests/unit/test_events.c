/*
 * The log of events: one order over threads and processes, what belongs to
 * a change, what is kept, and who waits.
 */
#include "services/events.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "child.h"
#include "services/jobs.h"
#include "services/state.h"
#include "state_dir.h"

enum {
	READ_MOST = 20000,
	THREADS = 8,
	EACH = 200,
	CHILDREN = 4,
	SOON_MS = 10000,
};

static const struct events_limits generous = {.keep_s = 86400,
					      .keep_bytes = 1 << 30};

static char directory[STATE_DIR_MAX], why[EVENTS_WHY_MAX];
static struct events *events;

static int
set_up(void **state)
{
	(void)state;
	/* Most of what is done waits for the disk, if there is one. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	state_dir_make(directory);
	events = events_new(directory, &generous);
	return events == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	events_free(events);
	state_dir_remove(directory);
	return 0;
}

static void
must(enum lc_rc rc)
{
	if (rc != LC_OK)
		fail_msg("%s: %s", rc_label(rc), why);
}

static struct event
message(const char *data)
{
	return (struct event){
		.type = EVENTS_MESSAGE, .data = data, .length = strlen(data)};
}

static int64_t
add(const char *data)
{
	struct event event = message(data);

	must(events_add(events, &event, 1, why, sizeof(why)));
	return event.seq;
}

static struct events_position
position(void)
{
	struct events_position at;

	must(events_position(events, &at, why, sizeof(why)));
	return at;
}

/* ---- what was read */

static struct seen {
	int64_t seq;
	char data[64];
} seen[READ_MOST];
static size_t seen_count;

static enum lc_rc
take(void *arg, const struct event *event)
{
	struct event *whole = arg;

	assert_true(seen_count < READ_MOST);
	seen[seen_count].seq = event->seq;
	snprintf(seen[seen_count].data, sizeof(seen->data), "%.*s",
		 (int)event->length, event->data);
	seen_count++;
	if (whole != NULL)
		*whole = *event;
	return LC_OK;
}

static size_t
read_after(int64_t after, size_t most, struct event *last)
{
	seen_count = 0;
	must(events_read(events, after, most, take, last, why, sizeof(why)));
	return seen_count;
}

static void
test_order(void **state)
{
	struct event placed = message("{\"b\": [1, \"\xc3\xa9\"]}"), last;
	struct events_position at = position(), again;
	char epoch[EVENTS_EPOCH_BYTES];

	(void)state;
	assert_int_equal(strlen(at.epoch), EVENTS_EPOCH_BYTES - 1);
	assert_int_equal(at.first, 1);
	assert_int_equal(at.last, 0);
	assert_int_equal(read_after(0, 10, NULL), 0);
	memcpy(epoch, at.epoch, sizeof(epoch));
	assert_int_equal(add("{\"a\":1}"), 1);
	placed.type = EVENTS_OBJECT;
	placed.placed = true;
	placed.ra_deg = 10.25;
	placed.dec_deg = -41.5;
	must(events_add(events, &placed, 1, why, sizeof(why)));
	assert_int_equal(placed.seq, 2);
	assert_int_equal(read_after(0, 10, &last), 2);
	assert_string_equal(seen[0].data, "{\"a\":1}");
	assert_int_equal(last.seq, 2);
	assert_int_equal(last.time_ms, placed.time_ms);
	assert_in_range(last.time_ms, clock_unix_ms() - SOON_MS,
			clock_unix_ms());
	assert_int_equal(last.type, EVENTS_OBJECT);
	assert_true(last.placed);
	assert_true(last.ra_deg == 10.25 && last.dec_deg == -41.5);
	assert_string_equal(seen[1].data, placed.data);
	assert_int_equal(read_after(0, 1, &last), 1);
	assert_int_equal(last.seq, 1);
	assert_false(last.placed);
	assert_int_equal(read_after(1, 10, NULL), 1);
	assert_int_equal(read_after(2, 10, NULL), 0);
	assert_int_equal(read_after(INT64_MAX, 10, NULL), 0);
	again = position();
	assert_string_equal(again.epoch, epoch);
	assert_int_equal(again.first, 1);
	assert_int_equal(again.last, 2);
	events_free(NULL);
}

static enum lc_rc
refuse(void *arg, const struct event *event)
{
	++*(int *)arg;
	return event->seq == 2 ? LC_CANCELLED : LC_OK;
}

static void
test_reader_stops(void **state)
{
	int count = 0;

	(void)state;
	for (int i = 0; i < 4; i++)
		add("{}");
	assert_int_equal(
		events_read(events, 0, 10, refuse, &count, why, sizeof(why)),
		LC_CANCELLED);
	assert_int_equal(count, 2);
	assert_int_equal(read_after(0, 10, NULL), 4);
}

/* ---- many at once */

static void
add_numbered(struct events *to, int who)
{
	char data[64], words[EVENTS_WHY_MAX];

	for (int i = 0; i < EACH; i++) {
		struct event event = message(data);

		snprintf(data, sizeof(data), "{\"who\":%d,\"n\":%d}", who, i);
		event.length = strlen(data);
		if (events_add(to, &event, 1, words, sizeof(words)) != LC_OK) {
			fprintf(stderr, "%s\n", words);
			abort();
		}
	}
}

static void *
thread_add(void *arg)
{
	add_numbered(events, *(int *)arg);
	return NULL;
}

/* Each one's are there once, in that one's order, and the numbers rise. */
static void
judge_numbered(int who_count)
{
	int next[THREADS] = {0};

	assert_int_equal(read_after(0, READ_MOST, NULL),
			 (size_t)(who_count * EACH));
	for (size_t i = 0; i < seen_count; i++) {
		int who, n;

		assert_int_equal(
			sscanf(seen[i].data, "{\"who\":%d,\"n\":%d}", &who, &n),
			2);
		assert_int_equal(n, next[who]++);
		assert_int_equal(seen[i].seq, i + 1);
	}
}

static void
test_threads(void **state)
{
	pthread_t threads[THREADS];
	int numbers[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, thread_add,
						&numbers[i]),
				 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	judge_numbered(THREADS);
}

static void
test_processes(void **state)
{
	pid_t children[CHILDREN];
	int status;

	(void)state;
	add("{}");
	state_dir_remove(directory);
	state_dir_make(directory);
	position();
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = child_fork();
		if (children[i] == 0) {
			struct events *own = events_new(directory, &generous);

			if (own == NULL)
				_exit(1);
			add_numbered(own, i);
			events_free(own);
			_exit(0);
		}
	}
	for (int i = 0; i < CHILDREN; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	judge_numbered(CHILDREN);
}

/* ---- what belongs to a change */

static void
test_within_a_change(void **state)
{
	struct store *store;
	struct event event = message("{\"lasts\":true}");

	(void)state;
	for (int lasts = 0; lasts < 2; lasts++) {
		must(state_open(directory, &store, why, sizeof(why)));
		must(state_begin(store, why, sizeof(why)));
		must(store_exec(store, "CREATE TABLE made (a)"));
		must(events_add_in(events, store, &event, why, sizeof(why)));
		if (lasts)
			must(state_end(store, LC_OK, why, sizeof(why)));
		else
			store_undo(store);
		store_close(store);
		assert_int_equal(read_after(0, 10, NULL), (size_t)lasts);
	}
	assert_int_equal(seen[0].seq, event.seq);
}

static void
test_end_of_a_job(void **state)
{
	const struct jobs_order order = {
		.kind = "plain", .attempts = 1, .payload = "{}"};
	struct jobs *jobs = jobs_new(directory);
	char id[JOBS_ID_BYTES];
	enum jobs_state now;
	struct event last;
	uint32_t heard;
	bool existed;

	(void)state;
	assert_non_null(jobs);
	must(jobs_add(jobs, &order, id, &existed, why, sizeof(why)));
	assert_int_equal(read_after(0, 10, NULL), 0);
	heard = events_heard(events);
	must(jobs_cancel(jobs, id, &now, why, sizeof(why)));
	assert_int_not_equal(events_heard(events), heard);
	assert_int_equal(read_after(0, 10, &last), 1);
	assert_non_null(strstr(seen[0].data, "\"kind\":\"plain\""));
	assert_non_null(strstr(seen[0].data, "\"state\":\"cancelled\""));
	assert_null(strstr(seen[0].data, id));
	jobs_free(jobs);
}

/* ---- what is kept */

static void
test_kept_by_bytes(void **state)
{
	const struct events_limits few = {.keep_s = 86400,
					  .keep_bytes = 100 * 80};
	struct events_position at;

	(void)state;
	events_free(events);
	events = events_new(directory, &few);
	assert_non_null(events);
	for (int i = 0; i < 1000; i++)
		add("{\"some\":\"bytes\"}"); /* and 64 */
	at = position();
	assert_int_equal(at.last, 1000);
	assert_in_range(at.last - at.first, 99, 100 + 64);
	must(events_tidy(events, why, sizeof(why)));
	at = position();
	assert_int_equal(at.first, 901);
	assert_int_equal(read_after(0, 10, NULL), 10);
	assert_int_equal(seen[0].seq, 901);
}

static void
test_kept_by_age(void **state)
{
	const struct events_limits brief = {.keep_s = 0, .keep_bytes = 1 << 30};
	struct events_position at;

	(void)state;
	for (int i = 0; i < 2000; i++)
		add("{}");
	events_free(events);
	events = events_new(directory, &brief);
	assert_non_null(events);
	usleep(3000);
	must(events_tidy(events, why, sizeof(why)));
	at = position();
	assert_int_equal(at.first, 2001);
	assert_int_equal(at.last, 2000);
	assert_int_equal(add("{}"), 2001);
}

/* Whatever the clock was when they were written, none goes in between. */
static void
test_clock_set_back(void **state)
{
	struct events_position at;
	struct store *store;

	(void)state;
	for (int i = 0; i < 9; i++)
		add("{}");
	must(state_open(directory, &store, why, sizeof(why)));
	must(store_exec(store, "UPDATE events SET time_ms = 0 WHERE seq = 5"));
	store_close(store);
	must(events_tidy(events, why, sizeof(why)));
	at = position();
	assert_int_equal(read_after(0, 10, NULL), at.last - at.first + 1);
	assert_int_equal(at.first, 6);
}

/* ---- waiting */

static void *
thread_ring(void *arg)
{
	(void)arg;
	usleep(20000);
	add("{\"late\":1}");
	return NULL;
}

static void
test_waiting(void **state)
{
	int64_t until_ns = clock_mono_ns() + SOON_MS * CLOCK_NS_PER_MS;
	uint32_t heard;
	pthread_t thread;

	(void)state;
	heard = events_heard(events);
	assert_int_equal(pthread_create(&thread, NULL, thread_ring, NULL), 0);
	while (read_after(0, 1, NULL) == 0) {
		assert_true(clock_mono_ns() < until_ns);
		events_wait(events, heard, SOON_MS);
		heard = events_heard(events);
	}
	pthread_join(thread, NULL);
	assert_string_equal(seen[0].data, "{\"late\":1}");
}

/* ---- trouble */

static void
test_damaged(void **state)
{
	struct event event = message("{}");
	char path[STATE_DIR_MAX + 32];
	struct events_position at;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/state.sqlite", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("This is no database, however long one looks at it.", file);
	fclose(file);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			events_add(events, &event, 1, why, sizeof(why)),
			LC_UNAVAILABLE);
		assert_non_null(strstr(why, "state.sqlite"));
		assert_int_equal(events_position(events, &at, why, sizeof(why)),
				 LC_UNAVAILABLE);
		assert_int_equal(
			events_read(events, 0, 1, take, NULL, why, sizeof(why)),
			LC_UNAVAILABLE);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(add("{}"), 1);
	assert_int_equal(read_after(0, 2, NULL), 1);
}

#define EVENTS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EVENTS_TEST(test_order),
		EVENTS_TEST(test_reader_stops),
		EVENTS_TEST(test_threads),
		EVENTS_TEST(test_processes),
		EVENTS_TEST(test_within_a_change),
		EVENTS_TEST(test_end_of_a_job),
		EVENTS_TEST(test_kept_by_bytes),
		EVENTS_TEST(test_kept_by_age),
		EVENTS_TEST(test_clock_set_back),
		EVENTS_TEST(test_waiting),
		EVENTS_TEST(test_damaged),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
