/*
 * What others see of the calls: metrics, spans, and a line in the log for
 * each, told when the call is over, by the thread of the gate that has sent
 * its answer.
 *
 * All that a call costs for this while it is under way is to note when its
 * stages begin.  Threads of the CPU pool note and count; they take no lock.
 * Where observe_start() was not called nothing is told.
 */
#ifndef ENGINE_OBSERVE_H
#define ENGINE_OBSERVE_H

#include "engine/call.h"
#include "services/metrics.h"

/*
 * Makes what a program of this role counts with (NULL where option metrics is
 * off) and records to, and counts its messages.  LC_NO_MEMORY, with words; all
 * else can be done without, and is said in the log.
 */
enum lc_rc observe_open(const struct options *options, enum metrics_role role,
			struct metrics **metrics, struct tracer **tracer,
			struct buf *why) LC_CHECKED;
void observe_close(struct metrics *metrics, struct tracer *tracer);

/*
 * Makes what the engine counts with and records to, for a program of this
 * role: observe_open().
 */
enum lc_rc observe_start(struct engine *engine, enum metrics_role role,
			 struct buf *why) LC_CHECKED;
void observe_stop(struct engine *engine);

/* A call is to be dispatched: finds out which trace it belongs to. */
void observe_begin(struct lc_call *call);

/* A stage begins now, and the one before it ends. */
void observe_enter(struct lc_call *call, enum call_stage stage);
/* The stage that it is in ends. */
void observe_leave(struct lc_call *call);

/* The call waits, and holds no thread. */
void observe_parked(struct lc_call *call);
/* It is to be worked on after all, or is over; any thread, at any time. */
void observe_unparked(struct lc_call *call);

/* Adds to a level of the process: METRIC_QUEUED, METRIC_COMPUTING. */
void observe_level(const struct engine *engine, enum metric level, int64_t n);

/* It is over: everything has been sent, or there is nobody to send it to. */
void observe_end(struct lc_call *call);

#endif
