/*
 * What threads share: the queue before the pool, and the outbox.  Several
 * threads hammer each; nothing is lost and nothing doubled.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/outbox.h"
#include "engine/queue.h"
#include "threads.h"

enum { PUTTERS = 3, TAKERS = 3, EACH = 10000, ALL = PUTTERS * EACH };

/* ---- queue */

static struct {
	struct queue *queue;
	int items;
	atomic_int next;       /* the item that a putter puts next */
	atomic_int taken[ALL]; /* how often each was */
	atomic_int taken_count;
	atomic_int too_long;
} crowd;

static void *
queue_putter(void *arg)
{
	int item;

	(void)arg;
	while ((item = atomic_fetch_add(&crowd.next, 1)) < crowd.items)
		while (!queue_put(crowd.queue, &crowd.taken[item]))
			sched_yield();
	return NULL;
}

static void *
queue_taker(void *arg)
{
	size_t capacity = *(const size_t *)arg;

	while (atomic_load(&crowd.taken_count) < crowd.items) {
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
	/* A full queue costs a change of threads: the small get less. */
	static const struct {
		size_t capacity;
		int items;
	} cases[] = {{1, 300}, {2, 1000}, {3, 1000}, {64, ALL}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t capacity = cases[i].capacity;
		pthread_t threads[PUTTERS + TAKERS];

		memset(&crowd, 0, sizeof(crowd));
		crowd.items = cases[i].items;
		crowd.queue = queue_new(capacity);
		assert_non_null(crowd.queue);
		threads_run(threads, PUTTERS, queue_putter, NULL);
		threads_run(threads + PUTTERS, TAKERS, queue_taker, &capacity);
		threads_join(threads, PUTTERS + TAKERS);
		for (int item = 0; item < crowd.items; item++)
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
	struct pollfd ready = {.fd = outbox_descriptor(post.outbox),
			       .events = POLLIN};
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
	/* What is still there when it ends is acted on then. */
	outbox_put(post.outbox, &post.parcels[0].item);
	outbox_put(post.outbox, &post.parcels[1].item);
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

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_order),
		cmocka_unit_test(test_queue_crowd),
		cmocka_unit_test(test_outbox_order),
		cmocka_unit_test(test_outbox_crowd),
	};

	return cmocka_run_group_tests_name("queues", tests, NULL, NULL);
}
