#include "engine/queue.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { QUEUE_LINE = 64 }; /* bytes of a cache line */

struct queue_cell {
	atomic_size_t turn;
	void *item;
};

struct queue {
	alignas(QUEUE_LINE) atomic_size_t put_at;
	alignas(QUEUE_LINE) atomic_size_t take_at;
	alignas(QUEUE_LINE) atomic_size_t length;
	size_t capacity; /* what was asked for */
	size_t mask;
	struct queue_cell *cells;
};

struct queue *
queue_new(size_t capacity)
{
	struct queue *queue = aligned_alloc(QUEUE_LINE, sizeof(*queue));
	size_t cells = 2;

	if (queue == NULL)
		return NULL;
	while (cells < capacity)
		cells *= 2;
	queue->cells = calloc(cells, sizeof(*queue->cells));
	if (queue->cells == NULL) {
		free(queue);
		return NULL;
	}
	queue->capacity = capacity;
	queue->mask = cells - 1;
	for (size_t i = 0; i < cells; i++)
		atomic_init(&queue->cells[i].turn, i);
	atomic_init(&queue->put_at, 0);
	atomic_init(&queue->take_at, 0);
	atomic_init(&queue->length, 0);
	return queue;
}

void
queue_free(struct queue *queue)
{
	if (queue == NULL)
		return;
	free(queue->cells);
	free(queue);
}

/*
 * Finds the cell for position `*at` once its turn is `*at + ahead`, and
 * moves the position on.  NULL when the queue is full (or empty).
 */
static struct queue_cell *
queue_claim(struct queue *queue, atomic_size_t *position, size_t ahead,
	    size_t *at)
{
	*at = atomic_load_explicit(position, memory_order_relaxed);
	for (;;) {
		struct queue_cell *cell = &queue->cells[*at & queue->mask];
		size_t turn =
			atomic_load_explicit(&cell->turn, memory_order_acquire);
		intptr_t off = (intptr_t)turn - (intptr_t)(*at + ahead);

		if (off < 0)
			return NULL;
		if (off > 0)
			*at = atomic_load_explicit(position,
						   memory_order_relaxed);
		else if (atomic_compare_exchange_weak_explicit(
				 position, at, *at + 1, memory_order_relaxed,
				 memory_order_relaxed))
			return cell;
	}
}

bool
queue_put(struct queue *queue, void *item)
{
	struct queue_cell *cell;
	size_t at;

	if (atomic_fetch_add(&queue->length, 1) >= queue->capacity) {
		atomic_fetch_sub(&queue->length, 1);
		return false;
	}
	cell = queue_claim(queue, &queue->put_at, 0, &at);
	if (cell == NULL) {
		atomic_fetch_sub(&queue->length, 1);
		return false;
	}
	cell->item = item;
	atomic_store_explicit(&cell->turn, at + 1, memory_order_release);
	return true;
}

void *
queue_take(struct queue *queue)
{
	struct queue_cell *cell;
	void *item;
	size_t at;

	cell = queue_claim(queue, &queue->take_at, 1, &at);
	if (cell == NULL)
		return NULL;
	item = cell->item;
	atomic_store_explicit(&cell->turn, at + queue->mask + 1,
			      memory_order_release);
	atomic_fetch_sub(&queue->length, 1);
	return item;
}

size_t
queue_length(struct queue *queue)
{
	return atomic_load_explicit(&queue->length, memory_order_relaxed);
}
