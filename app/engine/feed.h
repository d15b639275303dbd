/*
 * The feed: one thread for all parked calls of a process that wait for
 * events.  It starts with the first of them.  A second thread, its ear, waits
 * at the bell that whoever has added events rings; then the feed reads what
 * is new once, and serves all that want it.  Where nobody waits both sleep.
 *
 * The feed writes only what a client's socket takes without waiting; a client
 * that does not read is passed over, and has no queue: its place in the order
 * is all that is kept of it.
 */
#ifndef ENGINE_FEED_H
#define ENGINE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "services/events.h"

struct feed;
struct metrics;

/* NULL when there is no memory.  `events` must live longer. */
struct feed *feed_new(struct events *events);

/*
 * From now on its clients, and what they are sent, count among these metrics,
 * which live longer; NULL: nowhere.  Before there are any.
 */
void feed_watch(struct feed *feed, struct metrics *metrics);

/* How many calls are parked with it. */
int feed_count(struct feed *feed);

/*
 * Ends the calls that have been told to stop, and then the threads; false:
 * they have not ended at `until_ns` (monotonic).
 */
bool feed_stop(struct feed *feed, int64_t until_ns) LC_CHECKED;

/* No call may be left. */
void feed_free(struct feed *feed);

#endif
