/*
 * The CPU pool: threads under SCHED_IDLE that run heavy endpoints, so that
 * heavy work gets only what quick work leaves; without that by option
 * pool_idle.
 *
 * The queue before them is bounded; how many compute at once is bounded
 * over all processes by the heavy slots.  Pool threads take no lock that a
 * quick thread takes.  They start with the first job.  A thread without a job
 * helps with the parts of another one's (engine/parts.h).  Brief calls go
 * before others and need no slot; threads whose call has parts run them too.
 */
#ifndef ENGINE_POOL_H
#define ENGINE_POOL_H

#include "base/options.h"
#include "engine/call.h"

struct pool;

/* NULL when there is no memory. */
struct pool *pool_new(const struct options *options);

/*
 * Queues a call that is listed with the deadlines, and of which the job has
 * a share; LC_QUEUE_FULL, or LC_NO_MEMORY when there is no thread.
 */
enum lc_rc pool_add(struct pool *pool, struct lc_call *call) LC_CHECKED;

/* Wakes threads that sleep, so many at most, to look for what they can do. */
void pool_wake(struct pool *pool, size_t most);

/*
 * For a thread of the pool between two parts of its call: runs brief calls
 * that wait, some of them.
 */
void pool_run_brief(struct pool *pool);

/* How many calls wait for a thread, about. */
size_t pool_queued(const struct pool *pool);

/*
 * Ends the threads; waits until `until_ns` (monotonic) for work that is
 * still running.  False: some was, and its memory cannot be freed.
 */
bool pool_stop(struct pool *pool, int64_t until_ns) LC_CHECKED;
void pool_free(struct pool *pool);

#endif
