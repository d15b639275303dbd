#include "engine/deadline.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { DEADLINES_BATCH = 64, DEADLINES_FIRST = 64 };

struct deadlines {
	pthread_mutex_t lock;
	struct lc_call **heap; /* the earliest deadline first */
	size_t count, capacity;
	int64_t armed_ns; /* when the timer goes off; 0: never */
	int timer;
	int watch; /* epoll: the timer, and the clients' descriptors */
	bool started, stopping, ending;
	pthread_t thread;
};

/* ---- the heap: a binary one, each call knows its place */

static bool
heap_before(const struct lc_call *a, const struct lc_call *b)
{
	return a->progress.deadline_ns < b->progress.deadline_ns;
}

static void
heap_set(struct deadlines *d, size_t at, struct lc_call *call)
{
	d->heap[at] = call;
	call->listed = (long)at;
}

static void
heap_settle(struct deadlines *d, size_t at)
{
	struct lc_call *call = d->heap[at];

	while (at > 0 && heap_before(call, d->heap[(at - 1) / 2])) {
		heap_set(d, at, d->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= d->count)
			break;
		if (child + 1 < d->count &&
		    heap_before(d->heap[child + 1], d->heap[child]))
			child++;
		if (!heap_before(d->heap[child], call))
			break;
		heap_set(d, at, d->heap[child]);
		at = child;
	}
	heap_set(d, at, call);
}

static bool
heap_room(struct deadlines *d)
{
	size_t capacity = d->capacity > 0 ? 2 * d->capacity : DEADLINES_FIRST;
	struct lc_call **heap;

	if (d->count < d->capacity)
		return true;
	heap = realloc(d->heap, capacity * sizeof(*heap));
	if (heap == NULL)
		return false;
	d->heap = heap;
	d->capacity = capacity;
	return true;
}

/* ---- under the lock */

static void
timer_arm(struct deadlines *d)
{
	int64_t first = d->count > 0 ? d->heap[0]->progress.deadline_ns : 0;
	struct itimerspec when = {
		.it_value = {.tv_sec = (time_t)(first / CLOCK_NS_PER_S),
			     .tv_nsec = (long)(first % CLOCK_NS_PER_S)}};

	if (d->ending)
		when.it_value = (struct timespec){.tv_nsec = 1};
	else if (first == d->armed_ns)
		return;
	d->armed_ns = first;
	timerfd_settime(d->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void
call_unlist(struct deadlines *d, struct lc_call *call)
{
	int descriptor = call->transport->descriptor(call);
	size_t at = (size_t)call->listed;

	if (descriptor >= 0)
		epoll_ctl(d->watch, EPOLL_CTL_DEL, descriptor, NULL);
	call->listed = CALL_NOT_LISTED;
	d->count--;
	if (at < d->count) {
		d->heap[at] = d->heap[d->count];
		heap_settle(d, at);
	}
}

/*
 * Takes a listed call off, stops its work, and claims it.  True when this
 * thread has to see to its answer.
 */
static bool
call_expire(struct deadlines *d, struct lc_call *call, enum lc_rc why)
{
	bool claimed;

	call_unlist(d, call);
	/* In this order: the work that is stopped must not answer for us. */
	claimed = call_claim(call, CALL_BY_ENGINE, why);
	progress_stop(&call->progress, why);
	return claimed;
}

/* ---- without the lock: the caller holds the answer's share */

static void
call_end(struct lc_call *call)
{
	if (call->parked && call->gone != NULL)
		call->gone(call, call->gone_arg);
	call_post_answer(call, 1);
}

static void
calls_end(struct lc_call *const *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		call_end(calls[i]);
}

/* Calls whose client has gone. */
static size_t
take_gone(struct deadlines *d, struct lc_call **taken)
{
	struct epoll_event events[DEADLINES_BATCH];
	int count = epoll_wait(d->watch, events, DEADLINES_BATCH, 0);
	size_t made = 0;
	uint64_t ticks;

	for (int i = 0; i < count; i++) {
		struct lc_call *call = events[i].data.ptr;

		if (call == NULL) {
			if (read(d->timer, &ticks, sizeof(ticks)) < 0)
				continue; /* set anew meanwhile */
			d->armed_ns = 0;
		} else if (call_expire(d, call, LC_CANCELLED)) {
			taken[made++] = call;
		}
	}
	return made;
}

static size_t
take_due(struct deadlines *d, struct lc_call **taken, int64_t now_ns)
{
	size_t made = 0;

	while (made < DEADLINES_BATCH && d->count > 0 &&
	       d->heap[0]->progress.deadline_ns <= now_ns) {
		struct lc_call *call = d->heap[0];

		if (call_expire(d, call, LC_DEADLINE))
			taken[made++] = call;
	}
	return made;
}

static void *
deadlines_run(void *arg)
{
	struct deadlines *d = arg;
	struct lc_call *taken[2 * DEADLINES_BATCH];
	struct pollfd ready = {.fd = d->watch, .events = POLLIN};
	bool ending;

	do {
		size_t count;

		/*
		 * Events are collected under the lock only: so a call that
		 * was removed cannot turn up in them.
		 */
		poll(&ready, 1, -1);
		pthread_mutex_lock(&d->lock);
		count = take_gone(d, taken);
		count += take_due(d, taken + count, clock_mono_ns());
		timer_arm(d);
		ending = d->ending;
		pthread_mutex_unlock(&d->lock);
		calls_end(taken, count);
	} while (!ending);
	return NULL;
}

static bool
deadlines_start(struct deadlines *d)
{
	sigset_t all, before;
	int error;

	if (d->started)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&d->thread, NULL, deadlines_run, d);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0)
		log_error("no thread for the clock: %s", strerror(error));
	d->started = error == 0;
	return d->started;
}

struct deadlines *
deadlines_new(void)
{
	struct deadlines *d = calloc(1, sizeof(*d));
	struct epoll_event event = {.events = EPOLLIN};

	if (d == NULL)
		return NULL;
	d->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	d->watch = epoll_create1(EPOLL_CLOEXEC);
	pthread_mutex_init(&d->lock, NULL);
	if (d->timer < 0 || d->watch < 0 ||
	    epoll_ctl(d->watch, EPOLL_CTL_ADD, d->timer, &event) != 0) {
		deadlines_free(d);
		return NULL;
	}
	return d;
}

void
deadlines_free(struct deadlines *d)
{
	if (d == NULL)
		return;
	if (d->started) {
		pthread_mutex_lock(&d->lock);
		d->ending = true;
		timer_arm(d);
		pthread_mutex_unlock(&d->lock);
		pthread_join(d->thread, NULL);
	}
	if (d->timer >= 0)
		close(d->timer);
	if (d->watch >= 0)
		close(d->watch);
	pthread_mutex_destroy(&d->lock);
	free(d->heap);
	free(d);
}

enum lc_rc
deadlines_add(struct deadlines *d, struct lc_call *call)
{
	struct epoll_event event = {.events = EPOLLRDHUP,
				    .data = {.ptr = call}};
	int descriptor = call->transport->descriptor(call);
	enum lc_rc rc = LC_OK;

	pthread_mutex_lock(&d->lock);
	if (d->stopping) {
		rc = LC_STOPPING;
	} else if (!deadlines_start(d) || !heap_room(d)) {
		rc = LC_NO_MEMORY;
	} else {
		call->was_listed = true;
		heap_set(d, d->count++, call);
		heap_settle(d, d->count - 1);
		timer_arm(d);
		if (descriptor >= 0 &&
		    epoll_ctl(d->watch, EPOLL_CTL_ADD, descriptor, &event) != 0)
			log_warning("a client cannot be watched: %s",
				    strerror(errno));
	}
	pthread_mutex_unlock(&d->lock);
	return rc;
}

void
deadlines_remove(struct deadlines *d, struct lc_call *call)
{
	if (!call->was_listed)
		return;
	pthread_mutex_lock(&d->lock);
	if (call->listed != CALL_NOT_LISTED)
		call_unlist(d, call);
	pthread_mutex_unlock(&d->lock);
}

void
deadlines_end(struct deadlines *d, struct lc_call *call, enum lc_rc why)
{
	bool claimed = false;

	pthread_mutex_lock(&d->lock);
	if (call->listed != CALL_NOT_LISTED)
		claimed = call_expire(d, call, why);
	pthread_mutex_unlock(&d->lock);
	if (claimed)
		call_end(call);
}

void
deadlines_stop(struct deadlines *d)
{
	struct lc_call *taken[DEADLINES_BATCH];
	size_t count;

	do {
		count = 0;
		pthread_mutex_lock(&d->lock);
		d->stopping = true;
		while (count < DEADLINES_BATCH && d->count > 0) {
			struct lc_call *call = d->heap[d->count - 1];

			if (call_expire(d, call, LC_STOPPING))
				taken[count++] = call;
		}
		pthread_mutex_unlock(&d->lock);
		calls_end(taken, count);
	} while (count > 0);
}
