#include "engine/pool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/observe.h"
#include "engine/parts.h"
#include "engine/queue.h"
#include "engine/slots.h"

/* Between two parts of a call so many brief ones are let in. */
enum { POOL_LOOK_MS = 10, POOL_BRIEF_MOST = 16 };

/*
 * Each put is followed by a post of `news`, and each thread looks into the
 * queue after a wait and before the next.  So whoever waits has nothing to
 * do, however many posts there are: too many only cost a look each.
 */
struct pool {
	struct queue *queue;
	struct queue *brief; /* these go first, and need no slot */
	struct parts *parts;
	sem_t news;
	const char *state_dir;
	bool idle; /* threads get what others leave */
	int wanted, slot_count;
	pthread_mutex_t starting; /* never taken by a pool thread */
	atomic_int running;       /* threads that have not ended */
	atomic_bool started, ending;
};

static int
pool_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return CPU_COUNT(&set);
}

static enum lc_rc
job_compute(struct lc_call *call)
{
	enum lc_rc rc;

	observe_enter(call, CALL_COMPUTE);
	observe_level(call->engine, METRIC_COMPUTING, 1);
	call->bound_ns = clock_mono_ns();
	rc = call->endpoint->run(call, call->args);
	call->run_ns = clock_mono_ns();
	observe_level(call->engine, METRIC_COMPUTING, -1);
	observe_leave(call);
	return rc;
}

static enum lc_rc
job_compute_with_slot(struct lc_call *call, struct slots *slots,
		      struct team *team)
{
	enum lc_rc rc = slots_take(slots, &call->progress);

	if (rc != LC_OK)
		return rc;
	call->slots = slots;
	call->team = team;
	rc = job_compute(call);
	call->team = NULL;
	call->slots = NULL;
	slots_give(slots);
	return rc;
}

/* Brief work is over before a slot would matter. */
static void
job_run_brief(struct lc_call *call)
{
	enum lc_rc rc = progress_stopped(&call->progress);

	call_end_job(call, rc == LC_OK ? job_compute(call) : rc);
}

static void
job_run(struct lc_call *call, struct slots *slots, struct team *team)
{
	if (call->brief)
		job_run_brief(call);
	else
		call_end_job(call, job_compute_with_slot(call, slots, team));
}

static struct lc_call *
pool_take_brief(struct pool *pool)
{
	struct lc_call *call = queue_take(pool->brief);

	if (call != NULL)
		observe_level(call->engine, METRIC_QUEUED, -1);
	return call;
}

void
pool_run_brief(struct pool *pool)
{
	struct lc_call *call;

	for (int i = 0;
	     i < POOL_BRIEF_MOST && (call = pool_take_brief(pool)) != NULL; i++)
		job_run_brief(call);
}

static struct lc_call *
pool_take(struct pool *pool)
{
	struct lc_call *call = pool_take_brief(pool);

	if (call != NULL)
		return call;
	call = queue_take(pool->queue);
	if (call != NULL)
		observe_level(call->engine, METRIC_QUEUED, -1);
	return call;
}

enum pool_patience { POOL_NO_WAIT, POOL_WAIT_BRIEFLY, POOL_WAIT };

static void
pool_wait(struct pool *pool, enum pool_patience patience)
{
	struct timespec until;

	switch (patience) {
	case POOL_NO_WAIT:
		sem_trywait(&pool->news);
		break;
	case POOL_WAIT_BRIEFLY:
		/* The time of day, set back, makes help late, and no call. */
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += POOL_LOOK_MS * CLOCK_NS_PER_MS;
		until.tv_sec += until.tv_nsec / CLOCK_NS_PER_S;
		until.tv_nsec %= CLOCK_NS_PER_S;
		sem_timedwait(&pool->news, &until);
		break;
	case POOL_WAIT:
		sem_wait(&pool->news);
		break;
	}
}

/* Helps whom it can; returns how to wait before looking again. */
static enum pool_patience
pool_help(struct pool *pool, struct slots *slots)
{
	switch (parts_help(pool->parts, slots)) {
	case PARTS_HELPED:
		return POOL_NO_WAIT;
	case PARTS_NO_SLOT:
		return POOL_WAIT_BRIEFLY;
	case PARTS_NONE:
	default:
		return POOL_WAIT;
	}
}

static void *
pool_run(void *arg)
{
	const struct sched_param none = {.sched_priority = 0};
	enum pool_patience patience = POOL_NO_WAIT;
	struct pool *pool = arg;
	struct team *team = parts_team(pool->parts);
	struct slots slots;
	struct lc_call *call;

	if (pool->idle && sched_setscheduler(0, SCHED_IDLE, &none) != 0)
		log_warning("SCHED_IDLE was refused: %s", strerror(errno));
	slots_open(&slots, pool->state_dir, pool->slot_count);
	for (;;) {
		pool_wait(pool, patience);
		call = pool_take(pool);
		if (call != NULL) {
			/*
			 * A putter that was stopped half-way may have hidden
			 * others from whoever was woken for them.
			 */
			pool_wake(pool, 0);
			job_run(call, &slots, team);
			patience = POOL_NO_WAIT;
		} else if (atomic_load(&pool->ending)) {
			break;
		} else {
			patience = pool_help(pool, &slots);
		}
	}
	slots_close(&slots);
	/* This one may have taken more than one post on its way here. */
	sem_post(&pool->news);
	atomic_fetch_sub(&pool->running, 1);
	return NULL;
}

static bool
pool_start(struct pool *pool)
{
	pthread_attr_t detached;
	sigset_t all, before;
	pthread_t thread;

	if (atomic_load(&pool->started))
		return true;
	pthread_mutex_lock(&pool->starting);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (!atomic_load(&pool->ending) &&
	       atomic_load(&pool->running) < pool->wanted) {
		atomic_fetch_add(&pool->running, 1);
		if (pthread_create(&thread, &detached, pool_run, pool) != 0) {
			atomic_fetch_sub(&pool->running, 1);
			break;
		}
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
	atomic_store(&pool->started, atomic_load(&pool->running) > 0);
	pthread_mutex_unlock(&pool->starting);
	return atomic_load(&pool->started);
}

struct pool *
pool_new(const struct options *options)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	int cores = pool_cores();

	if (pool == NULL)
		return NULL;
	sem_init(&pool->news, 0, 0);
	pthread_mutex_init(&pool->starting, NULL);
	pool->state_dir = options->state;
	pool->idle = strcmp(options->pool_idle, "on") == 0;
	pool->wanted =
		options->pool_threads > 0 ? (int)options->pool_threads : cores;
	pool->slot_count =
		options->heavy_slots > 0 ? (int)options->heavy_slots : cores;
	pool->queue = queue_new((size_t)options->pool_queue);
	pool->brief = queue_new((size_t)options->pool_queue);
	pool->parts = parts_new(pool->wanted);
	if (pool->queue == NULL || pool->brief == NULL || pool->parts == NULL) {
		pool_free(pool);
		return NULL;
	}
	return pool;
}

enum lc_rc
pool_add(struct pool *pool, struct lc_call *call)
{
	if (!pool_start(pool))
		return LC_NO_MEMORY;
	/* Before it is there: somebody may take it at once. */
	observe_enter(call, CALL_QUEUE);
	observe_level(call->engine, METRIC_QUEUED, 1);
	if (!queue_put(call->brief ? pool->brief : pool->queue, call)) {
		observe_level(call->engine, METRIC_QUEUED, -1);
		return LC_QUEUE_FULL;
	}
	sem_post(&pool->news);
	return LC_OK;
}

void
pool_wake(struct pool *pool, size_t most)
{
	size_t wanted = pool_queued(pool) + most;
	int posted = 0;

	sem_getvalue(&pool->news, &posted);
	for (; posted < pool->wanted && (size_t)posted < wanted; posted++)
		sem_post(&pool->news);
}

size_t
pool_queued(const struct pool *pool)
{
	return queue_length(pool->queue) + queue_length(pool->brief);
}

bool
pool_stop(struct pool *pool, int64_t until_ns)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

	pthread_mutex_lock(&pool->starting);
	atomic_store(&pool->ending, true);
	pthread_mutex_unlock(&pool->starting);
	for (int i = 0; i < pool->wanted; i++)
		sem_post(&pool->news);
	while (atomic_load(&pool->running) > 0) {
		if (clock_mono_ns() >= until_ns)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

void
pool_free(struct pool *pool)
{
	struct lc_call *call;

	if (pool == NULL)
		return;
	while (pool->queue != NULL && pool->brief != NULL &&
	       (call = pool_take(pool)) != NULL)
		call_release(call);
	parts_free(pool->parts);
	queue_free(pool->brief);
	queue_free(pool->queue);
	sem_destroy(&pool->news);
	pthread_mutex_destroy(&pool->starting);
	free(pool);
}
