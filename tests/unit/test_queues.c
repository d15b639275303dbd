/*
 * What threads share: the queue before the pool, the outbox, the heavy
 * slots.  Several threads hammer each; nothing is lost and nothing doubled.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/outbox.h"
#include "engine/queue.h"
#include "engine/slots.h"
#include "scene.h"

enum { PUTTERS = 3, TAKERS = 3, EACH = 10000, ALL = PUTTERS * EACH };

static void
threads_run(pthread_t *threads, int count, void *(*run)(void *), void *arg)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, arg),
				 0);
}

static void
threads_join(const pthread_t *threads, int count)
{
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/* ---- queue */

static struct {
	struct queue *queue;
	atomic_int next;        /* the item that a putter puts next */
	atomic_int taken[ALL];  /* how often each was */
	atomic_int taken_count;
	atomic_int too_long;
} crowd;

static void *
queue_putter(void *arg)
{
	int item;

	(void)arg;
	while ((item = atomic_fetch_add(&crowd.next, 1)) < ALL)
		while (!queue_put(crowd.queue, &crowd.taken[item]))
			sched_yield();
	return NULL;
}

static void *
queue_taker(void *arg)
{
	size_t capacity = *(const size_t *)arg;

	while (atomic_load(&crowd.taken_count) < ALL) {
		atomic_int *item = queue_take(crowd.queue);

		if (item == NULL) {
			sched_yield();
			continue;
		}
		atomic_fetch_add(item, 1);
		atomic_fetch_add(&crowd.taken_count, 1);
		/* Putters that are refused are counted for a moment. */
		if (queue_length(crowd.queue) > capacity + PUTTERS)
			atomic_fetch_add(&crowd.too_long, 1);
	}
	return NULL;
}

static void
test_queue_crowd(void **state)
{
	static const size_t capacities[] = {1, 2, 3, 64};

	(void)state;
	for (size_t i = 0; i < sizeof(capacities) / sizeof(size_t); i++) {
		size_t capacity = capacities[i];
		pthread_t threads[PUTTERS + TAKERS];

		memset(&crowd, 0, sizeof(crowd));
		crowd.queue = queue_new(capacity);
		assert_non_null(crowd.queue);
		threads_run(threads, PUTTERS, queue_putter, NULL);
		threads_run(threads + PUTTERS, TAKERS, queue_taker, &capacity);
		threads_join(threads, PUTTERS + TAKERS);
		for (int item = 0; item < ALL; item++)
			assert_int_equal(atomic_load(&crowd.taken[item]), 1);
		assert_int_equal(atomic_load(&crowd.too_long), 0);
		assert_null(queue_take(crowd.queue));
		assert_int_equal(queue_length(crowd.queue), 0);
		queue_free(crowd.queue);
	}
	queue_free(NULL);
}

/* Bounded by what was asked for, first in first out, round and round. */
static void
test_queue_order(void **state)
{
	static const size_t capacities[] = {1, 2, 3, 5, 8, 100};
	char items[100];

	(void)state;
	for (size_t i = 0; i < sizeof(capacities) / sizeof(size_t); i++) {
		size_t capacity = capacities[i];
		struct queue *queue = queue_new(capacity);

		assert_non_null(queue);
		for (int round = 0; round < 10; round++) {
			assert_null(queue_take(queue));
			for (size_t j = 0; j < capacity; j++)
				assert_true(queue_put(queue, &items[j]));
			assert_int_equal(queue_length(queue), capacity);
			assert_false(queue_put(queue, &items[0]));
			assert_int_equal(queue_length(queue), capacity);
			for (size_t j = 0; j < capacity; j++)
				assert_ptr_equal(queue_take(queue), &items[j]);
		}
		queue_free(queue);
	}
}

/* ---- outbox */

struct parcel {
	struct outbox_item item;
	atomic_int acted;
};

static struct {
	struct outbox *outbox;
	struct parcel parcels[ALL];
	atomic_int next, acted, slept_too_long;
} post;

static void
parcel_act(struct outbox_item *item)
{
	struct parcel *parcel = (struct parcel *)(void *)item;

	/* Its place may be used anew at once. */
	item->next = NULL;
	atomic_fetch_add(&parcel->acted, 1);
	atomic_fetch_add(&post.acted, 1);
}

static void *
outbox_putter(void *arg)
{
	int item;

	(void)arg;
	while ((item = atomic_fetch_add(&post.next, 1)) < ALL)
		outbox_put(post.outbox, &post.parcels[item].item);
	return NULL;
}

/* Acts only when woken: so an item without its wake-up is seen. */
static void *
outbox_taker(void *arg)
{
	struct pollfd ready = {
		.fd = outbox_descriptor(post.outbox), .events = POLLIN};
	int silent_ms = 0;

	(void)arg;
	while (atomic_load(&post.acted) < ALL && silent_ms < 3000) {
		if (poll(&ready, 1, 10) == 0) {
			silent_ms += 10;
		} else {
			outbox_act(post.outbox);
			silent_ms = 0;
		}
	}
	if (atomic_load(&post.acted) < ALL)
		atomic_fetch_add(&post.slept_too_long, 1);
	return NULL;
}

static void
test_outbox_crowd(void **state)
{
	pthread_t threads[PUTTERS + TAKERS];

	(void)state;
	memset(&post, 0, sizeof(post));
	post.outbox = outbox_new();
	assert_non_null(post.outbox);
	for (int i = 0; i < ALL; i++)
		post.parcels[i].item.act = parcel_act;
	threads_run(threads, TAKERS, outbox_taker, NULL);
	threads_run(threads + TAKERS, PUTTERS, outbox_putter, NULL);
	threads_join(threads, PUTTERS + TAKERS);
	assert_int_equal(atomic_load(&post.slept_too_long), 0);
	for (int i = 0; i < ALL; i++)
		assert_int_equal(atomic_load(&post.parcels[i].acted), 1);
	assert_false(outbox_act(post.outbox));
	assert_false(outbox_waits(post.outbox));
	/* What is still there when it ends is acted on then. */
	outbox_put(post.outbox, &post.parcels[0].item);
	outbox_put(post.outbox, &post.parcels[1].item);
	assert_true(outbox_waits(post.outbox));
	outbox_free(post.outbox);
	assert_int_equal(atomic_load(&post.acted), ALL + 2);
	outbox_free(NULL);
}

static struct outbox_item *order[3];
static int order_count;

static void
order_act(struct outbox_item *item)
{
	order[order_count++] = item;
}

static void
test_outbox_order(void **state)
{
	struct outbox_item items[3] = {
		{.act = order_act}, {.act = order_act}, {.act = order_act}};
	struct outbox *outbox = outbox_new();

	(void)state;
	assert_non_null(outbox);
	order_count = 0;
	for (int i = 0; i < 3; i++)
		outbox_put(outbox, &items[i]);
	while (outbox_act(outbox))
		;
	assert_int_equal(order_count, 3);
	for (int i = 0; i < 3; i++)
		assert_ptr_equal(order[i], &items[i]);
	outbox_free(outbox);
}

/* ---- slots */

static char directory[64];
static atomic_int holding, holding_most, turns;
static const int slots_wanted = 1;

static void *
slots_user(void *arg)
{
	struct lc_progress progress;
	struct slots slots;

	(void)arg;
	progress_init(&progress, 0);
	slots_open(&slots, directory, slots_wanted);
	for (int i = 0; i < 40; i++) {
		if (slots_take(&slots, &progress) != LC_OK)
			continue;
		if (atomic_fetch_add(&holding, 1) > 0)
			atomic_store(&holding_most, 2);
		sched_yield();
		atomic_fetch_sub(&holding, 1);
		slots_give(&slots);
		atomic_fetch_add(&turns, 1);
	}
	slots_close(&slots);
	return NULL;
}

static void
test_slots_exclude(void **state)
{
	struct lc_progress progress;
	struct slots one, other;
	pthread_t threads[3];

	(void)state;
	atomic_store(&turns, 0);
	threads_run(threads, 3, slots_user, NULL);
	threads_join(threads, 3);
	assert_int_equal(atomic_load(&turns), 3 * 40);
	assert_int_equal(atomic_load(&holding_most), 0);
	/* With two slots both may hold, and each its own. */
	progress_init(&progress, 0);
	slots_open(&one, directory, 2);
	slots_open(&other, directory, 2);
	assert_int_equal(slots_take(&one, &progress), LC_OK);
	assert_int_equal(slots_take(&other, &progress), LC_OK);
	assert_int_not_equal(one.held, other.held);
	slots_give(&one);
	slots_close(&one);
	slots_close(&other);
}

/* Who waits for a slot is stopped like who computes. */
static void
test_slots_stopped(void **state)
{
	struct lc_progress free_run, late;
	struct slots one, other;
	int64_t begun = clock_mono_ns();

	(void)state;
	progress_init(&free_run, 0);
	progress_init(&late, begun + 10 * CLOCK_NS_PER_MS);
	slots_open(&one, directory, 1);
	slots_open(&other, directory, 1);
	assert_int_equal(slots_take(&one, &free_run), LC_OK);
	assert_int_equal(slots_take(&other, &late), LC_DEADLINE);
	assert_int_equal(other.held, -1);
	slots_give(&one);
	assert_int_equal(slots_take(&other, &free_run), LC_OK);
	slots_close(&one);
	slots_close(&other);
	/* No directory: no bound over processes, and no failure. */
	slots_open(&one, "/nonexistent", 1);
	assert_int_equal(slots_take(&one, &free_run), LC_OK);
	slots_give(&one);
	slots_close(&one);
}

/* Holds the slot and says so; never returns. */
static void
child_hold(int told)
{
	struct lc_progress progress;
	struct slots slots;

	progress_init(&progress, 0);
	slots_open(&slots, directory, 1);
	if (slots_take(&slots, &progress) != LC_OK ||
	    write(told, "h", 1) != 1)
		_exit(EXIT_FAILURE);
	for (;;)
		pause();
}

static void *
heir_run(void *arg)
{
	struct lc_progress progress;
	struct slots slots;

	progress_init(&progress, scene_later(5000));
	slots_open(&slots, directory, 1);
	if (slots_take(&slots, &progress) == LC_OK)
		*(_Atomic int64_t *)arg = clock_mono_ns();
	slots_close(&slots);
	return NULL;
}

static void
test_slots_of_the_killed(void **state)
{
	const struct timespec moment = {.tv_nsec = 20 * CLOCK_NS_PER_MS};
	_Atomic int64_t taken_ns = 0;
	int64_t killed_ns;
	pthread_t heir;
	int ends[2];
	pid_t child;
	char said;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		child_hold(ends[1]);
	assert_int_equal(read(ends[0], &said, 1), 1);
	threads_run(&heir, 1, heir_run, &taken_ns);
	nanosleep(&moment, NULL);
	assert_true(atomic_load(&taken_ns) == 0);
	killed_ns = clock_mono_ns();
	kill(child, SIGKILL);
	threads_join(&heir, 1);
	assert_true(atomic_load(&taken_ns) >= killed_ns);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_of_the_killed),
		cmocka_unit_test(test_slots_exclude),
		cmocka_unit_test(test_slots_stopped),
		cmocka_unit_test(test_queue_order),
		cmocka_unit_test(test_queue_crowd),
		cmocka_unit_test(test_outbox_order),
		cmocka_unit_test(test_outbox_crowd),
	};
	char path[128];
	int failed;

	snprintf(directory, sizeof(directory), "/tmp/slots-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	failed = cmocka_run_group_tests_name("queues", tests, NULL, NULL);
	snprintf(path, sizeof(path), "%s/slots.lock", directory);
	unlink(path);
	rmdir(directory);
	return failed;
}
