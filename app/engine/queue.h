/*
 * A bounded queue of pointers for many putters and many takers, without a
 * lock: each cell carries a number that says whose turn it is (D. Vyukov's
 * bounded MPMC queue).
 *
 * A taker that the scheduler stops in the middle delays nobody but the next
 * to use that one cell; that is why the CPU pool, which runs under
 * SCHED_IDLE, uses it.
 */
#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;

/* Room for at least `capacity` pointers; NULL when there is no memory. */
struct queue *queue_new(size_t capacity);
void queue_free(struct queue *queue);

/* False when the queue is full. */
bool queue_put(struct queue *queue, void *item);

/* NULL when the queue is empty. */
void *queue_take(struct queue *queue);

/* How many wait, about. */
size_t queue_length(struct queue *queue);

#endif
