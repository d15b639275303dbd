#include "engine/after.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"
#include "services/metrics.h"

struct call_task {
	struct call_task *_Atomic next;
	const char *name;
	enum lc_rc (*task)(void *context, const void *arg);
	const void *arg;
	bool always;
};

struct afters {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool started, ending;
	struct lc_call *first, *last; /* by after_next */
	unsigned left;                /* calls whose tasks are not done */
	atomic_uint failed;
};

enum lc_rc
after_add(struct lc_call *call, const char *name,
	  enum lc_rc (*task)(void *context, const void *arg), const void *arg,
	  size_t bytes, bool always)
{
	struct call_task *added = arena_alloc(&call->arena, sizeof(*added));
	void *copy = arena_alloc(&call->arena, bytes > 0 ? bytes : 1);
	struct call_task *_Atomic *last = &call->tasks;

	if (added == NULL || copy == NULL)
		return LC_NO_MEMORY;
	if (bytes > 0)
		memcpy(copy, arg, bytes);
	*added = (struct call_task){
		.name = name, .task = task, .arg = copy, .always = always};
	while (*last != NULL)
		last = &(*last)->next;
	*last = added;
	return LC_OK;
}

enum lc_rc
lc_after(struct lc_call *call, const char *name,
	 enum lc_rc (*task)(void *context, const void *arg), const void *arg,
	 size_t bytes)
{
	return after_add(call, name, task, arg, bytes, false);
}

static bool
answered_well(const struct lc_call *call)
{
	return atomic_load(&call->state) == CALL_BY_RUN &&
	       call->verdict == LC_OK;
}

/* One that fails does not keep the next from being done. */
static void
tasks_do(struct afters *afters, struct lc_call *call)
{
	for (const struct call_task *t = call->tasks; t != NULL; t = t->next) {
		enum lc_rc rc;

		if (!t->always && !answered_well(call))
			continue;
		rc = t->task(call->engine->context, t->arg);
		metrics_count(call->engine->metrics, METRIC_TASKS,
			      rc == LC_OK ? "done" : "failed", 1);
		if (rc == LC_OK)
			continue;
		atomic_fetch_add(&afters->failed, 1);
		log_warning("the task %s after the request %s failed: %s",
			    t->name, call->request_id, rc_label(rc));
	}
}

/* The next call, or NULL at the end. */
static struct lc_call *
afters_next(struct afters *afters)
{
	struct lc_call *call;

	pthread_mutex_lock(&afters->lock);
	while (afters->first == NULL && !afters->ending)
		pthread_cond_wait(&afters->changed, &afters->lock);
	call = afters->first;
	if (call != NULL)
		afters->first = call->after_next;
	pthread_mutex_unlock(&afters->lock);
	return call;
}

static void *
afters_run(void *arg)
{
	struct afters *afters = arg;
	struct lc_call *call;

	while ((call = afters_next(afters)) != NULL) {
		tasks_do(afters, call);
		call_post_after(call);
		pthread_mutex_lock(&afters->lock);
		afters->left--;
		pthread_cond_broadcast(&afters->changed);
		pthread_mutex_unlock(&afters->lock);
	}
	return NULL;
}

static bool
afters_start(struct afters *afters)
{
	sigset_t all, before;

	if (afters->started)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	afters->started =
		pthread_create(&afters->thread, NULL, afters_run, afters) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return afters->started;
}

static bool
tasks_are_due(const struct lc_call *call)
{
	const struct call_task *t = call->tasks;

	while (t != NULL && !t->always && !answered_well(call))
		t = t->next;
	return t != NULL && !call->in_place;
}

void
afters_take(struct afters *afters, struct lc_call *call)
{
	bool taken;

	if (!tasks_are_due(call))
		return;
	pthread_mutex_lock(&afters->lock);
	taken = afters_start(afters);
	if (taken) {
		atomic_fetch_add(&call->holders, 1);
		call->after_next = NULL;
		if (afters->first == NULL)
			afters->first = call;
		else
			afters->last->after_next = call;
		afters->last = call;
		afters->left++;
		pthread_cond_broadcast(&afters->changed);
	}
	pthread_mutex_unlock(&afters->lock);
	if (!taken) /* better late for the next request than never */
		tasks_do(afters, call);
}

struct afters *
afters_new(void)
{
	struct afters *afters = calloc(1, sizeof(*afters));
	pthread_condattr_t attributes;

	if (afters == NULL)
		return NULL;
	atomic_init(&afters->failed, 0);
	pthread_mutex_init(&afters->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&afters->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return afters;
}

bool
afters_stop(struct afters *afters, int64_t until_ns)
{
	const struct timespec until = {.tv_sec = until_ns / CLOCK_NS_PER_S,
				       .tv_nsec = until_ns % CLOCK_NS_PER_S};
	bool done;

	pthread_mutex_lock(&afters->lock);
	while (afters->left > 0 &&
	       pthread_cond_timedwait(&afters->changed, &afters->lock,
				      &until) == 0)
		;
	done = afters->left == 0;
	pthread_mutex_unlock(&afters->lock);
	return done;
}

void
afters_free(struct afters *afters)
{
	if (afters == NULL)
		return;
	if (afters->started) {
		pthread_mutex_lock(&afters->lock);
		afters->ending = true;
		pthread_cond_broadcast(&afters->changed);
		pthread_mutex_unlock(&afters->lock);
		pthread_join(afters->thread, NULL);
	}
	pthread_cond_destroy(&afters->changed);
	pthread_mutex_destroy(&afters->lock);
	free(afters);
}

unsigned
afters_failed(const struct afters *afters)
{
	return atomic_load(&afters->failed);
}
