#include "engine/pool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/queue.h"
#include "engine/slots.h"

struct pool {
	struct queue *queue;
	sem_t jobs;
	const char *state_dir;
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

static void
job_run(struct lc_call *call, struct slots *slots)
{
	enum lc_rc rc = slots_take(slots, &call->progress);

	if (rc == LC_OK) {
		call->bound_ns = clock_mono_ns();
		call->slots = slots;
		rc = call->endpoint->run(call, call->args);
		call->slots = NULL;
		call->run_ns = clock_mono_ns();
		slots_give(slots);
	}
	/* An answer in pieces was claimed with its first piece. */
	if (call->streaming)
		call->verdict = rc;
	if (call->streaming || call_claim(call, CALL_BY_RUN, rc))
		call_post_answer(call, 2);
	else
		call_post_release(call);
}

static void *
pool_run(void *arg)
{
	const struct sched_param none = {.sched_priority = 0};
	struct pool *pool = arg;
	struct slots slots;
	struct lc_call *call;

	if (sched_setscheduler(0, SCHED_IDLE, &none) != 0)
		log_warning("SCHED_IDLE was refused: %s", strerror(errno));
	slots_open(&slots, pool->state_dir, pool->slot_count);
	for (;;) {
		while (sem_wait(&pool->jobs) != 0)
			;
		call = queue_take(pool->queue);
		if (call != NULL)
			job_run(call, &slots);
		else if (atomic_load(&pool->ending))
			break;
		else
			/* Its putter was stopped half-way: come again. */
			sem_post(&pool->jobs);
	}
	slots_close(&slots);
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
	pool->queue = queue_new((size_t)options->pool_queue);
	if (pool->queue == NULL) {
		free(pool);
		return NULL;
	}
	pool->state_dir = options->state;
	pool->wanted =
		options->pool_threads > 0 ? (int)options->pool_threads : cores;
	pool->slot_count =
		options->heavy_slots > 0 ? (int)options->heavy_slots : cores;
	sem_init(&pool->jobs, 0, 0);
	pthread_mutex_init(&pool->starting, NULL);
	return pool;
}

enum lc_rc
pool_add(struct pool *pool, struct lc_call *call)
{
	if (!pool_start(pool))
		return LC_NO_MEMORY;
	if (!queue_put(pool->queue, call))
		return LC_QUEUE_FULL;
	sem_post(&pool->jobs);
	return LC_OK;
}

size_t
pool_queued(const struct pool *pool)
{
	return queue_length(pool->queue);
}

bool
pool_stop(struct pool *pool, int64_t until_ns)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

	pthread_mutex_lock(&pool->starting);
	atomic_store(&pool->ending, true);
	pthread_mutex_unlock(&pool->starting);
	for (int i = 0; i < pool->wanted; i++)
		sem_post(&pool->jobs);
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
	while ((call = queue_take(pool->queue)) != NULL)
		call_release(call);
	queue_free(pool->queue);
	sem_destroy(&pool->jobs);
	pthread_mutex_destroy(&pool->starting);
	free(pool);
}
