#include "engine/feed.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/feed_inner.h"
#include "services/metrics.h"

enum {
	FEED_TAIL_BYTES = 4 << 20,
	FEED_LOOK_MS = 1000, /* between looks, should the bell not be heard */
};

/* The series that it counts in. */
struct feed_series {
	int clients, delivered, bytes;
};

struct feed {
	struct metrics *metrics;
	struct feed_series series[FEED_WAY__MAX];
	struct readers readers; /* the thread's */
	struct events *events;
	pthread_mutex_t lock;  /* guards what follows */
	pthread_cond_t called; /* the thread waits for `arrived` and `rung` */
	pthread_cond_t wanted; /* the ear waits for somebody to listen for */
	struct reader *arrived;
	int arrived_count, held_count;
	bool rung, ending;
	bool has_thread, has_ear;
	int running; /* of both */
	pthread_t thread, ear;
};

static void
cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attributes);
	pthread_condattr_destroy(&attributes);
}

struct feed *
feed_new(struct events *events)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (feed == NULL)
		return NULL;
	if (!events_log_init(&feed->readers.log, events, FEED_TAIL_BYTES)) {
		free(feed);
		return NULL;
	}
	buf_init(&feed->readers.piece);
	feed->events = events;
	pthread_mutex_init(&feed->lock, NULL);
	cond_init(&feed->called);
	cond_init(&feed->wanted);
	return feed;
}

void
feed_free(struct feed *feed)
{
	if (feed == NULL)
		return;
	if (feed->has_thread)
		pthread_join(feed->thread, NULL);
	if (feed->has_ear)
		pthread_join(feed->ear, NULL);
	buf_release(&feed->readers.piece);
	events_log_release(&feed->readers.log);
	pthread_cond_destroy(&feed->called);
	pthread_cond_destroy(&feed->wanted);
	pthread_mutex_destroy(&feed->lock);
	free(feed);
}

/* ---- what others see */

void
feed_watch(struct feed *feed, struct metrics *metrics)
{
	static const char *const names[FEED_WAY__MAX] = {
		[FEED_STREAMS] = "events", [FEED_POLLS] = "poll"};

	for (int i = 0; i < FEED_WAY__MAX; i++)
		feed->series[i] = (struct feed_series){
			.clients = metrics_series(metrics, METRIC_CLIENTS,
						  &names[i]),
			.delivered = metrics_series(metrics, METRIC_DELIVERED,
						    &names[i]),
			.bytes = metrics_series(metrics, METRIC_STREAM_SENT,
						&names[i]),
		};
	feed->metrics = metrics;
}

void
feed_seen_clients(const struct feed *feed, enum feed_way way, int n)
{
	metrics_add(feed->metrics, feed->series[way].clients, n);
}

void
feed_seen_sent(const struct feed *feed, enum feed_way way, size_t bytes,
	       int64_t events)
{
	metrics_add(feed->metrics, feed->series[way].bytes, (int64_t)bytes);
	if (events > 0)
		metrics_add(feed->metrics, feed->series[way].delivered, events);
}

/* ---- the threads */

int
feed_count(struct feed *feed)
{
	int count;

	pthread_mutex_lock(&feed->lock);
	count = feed->held_count + feed->arrived_count;
	pthread_mutex_unlock(&feed->lock);
	return count;
}

/* Under the lock; without a reader there is no time to keep. */
static void
feed_wait(struct feed *feed, int64_t until_ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(until_ns / CLOCK_NS_PER_S),
		.tv_nsec = (long)(until_ns % CLOCK_NS_PER_S)};
	int error = 0;

	while (feed->arrived == NULL && !feed->rung && !feed->ending &&
	       error != ETIMEDOUT)
		if (feed->held_count == 0)
			pthread_cond_wait(&feed->called, &feed->lock);
		else
			error = pthread_cond_timedwait(&feed->called,
						       &feed->lock, &until);
}

/*
 * Waits until there is something to do; gives who has arrived, and whether
 * the bell was heard.  False: the feed ends, and nobody is left.
 */
static bool
feed_take(struct feed *feed, int64_t until_ns, struct reader **arrived,
	  bool *rung)
{
	bool goes_on;

	pthread_mutex_lock(&feed->lock);
	feed->held_count = feed->readers.count;
	feed_wait(feed, until_ns);
	*arrived = feed->arrived;
	*rung = feed->rung;
	feed->held_count += feed->arrived_count;
	feed->arrived_count = 0;
	feed->arrived = NULL;
	feed->rung = false;
	goes_on = !feed->ending || feed->held_count > 0;
	pthread_mutex_unlock(&feed->lock);
	return goes_on;
}

static void
thread_end(struct feed *feed)
{
	pthread_mutex_lock(&feed->lock);
	feed->running--;
	pthread_cond_broadcast(&feed->wanted);
	pthread_mutex_unlock(&feed->lock);
}

static void *
feed_run(void *arg)
{
	struct feed *feed = arg;
	struct reader *arrived;
	int64_t until_ns = 0;
	bool rung;

	while (feed_take(feed, until_ns, &arrived, &rung)) {
		while (arrived != NULL) {
			struct reader *next = arrived->next;

			rung |= readers_add(&feed->readers, arrived);
			arrived = next;
		}
		if (rung)
			readers_look(&feed->readers);
		until_ns = readers_serve(&feed->readers) * CLOCK_NS_PER_MS +
			   clock_mono_ns();
	}
	thread_end(feed);
	return NULL;
}

/* False: the feed ends. */
static bool
ear_waits(struct feed *feed)
{
	bool goes_on;

	pthread_mutex_lock(&feed->lock);
	while (!feed->ending && feed->held_count + feed->arrived_count == 0)
		pthread_cond_wait(&feed->wanted, &feed->lock);
	goes_on = !feed->ending;
	feed->rung = true;
	pthread_cond_signal(&feed->called);
	pthread_mutex_unlock(&feed->lock);
	return goes_on;
}

static void *
ear_run(void *arg)
{
	struct feed *feed = arg;
	uint32_t heard = events_heard(feed->events);

	while (ear_waits(feed)) {
		events_wait(feed->events, heard, FEED_LOOK_MS);
		heard = events_heard(feed->events);
	}
	thread_end(feed);
	return NULL;
}

static bool
thread_start(struct feed *feed, pthread_t *thread, void *(*run)(void *))
{
	int error = pthread_create(thread, NULL, run, feed);

	if (error != 0)
		log_error("no thread for the stream: %s", strerror(error));
	feed->running += error == 0;
	return error == 0;
}

/* Under the lock. */
static bool
feed_start(struct feed *feed)
{
	sigset_t all, before;

	if (feed->has_thread && feed->has_ear)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	feed->has_thread =
		feed->has_thread || thread_start(feed, &feed->thread, feed_run);
	feed->has_ear =
		feed->has_ear || thread_start(feed, &feed->ear, ear_run);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return feed->has_thread && feed->has_ear;
}

/* ---- in and out */

enum lc_rc
feed_park(struct reader *reader)
{
	struct lc_call *call = reader->call;
	struct feed *feed = call->engine->feed;
	int64_t most = call->engine->options->stream_clients;
	enum lc_rc rc = LC_NO_MEMORY;

	pthread_mutex_lock(&feed->lock);
	if (feed->held_count + feed->arrived_count >= most)
		rc = lc_fail(call, LC_UNAVAILABLE,
			     "The stream has %lld clients here, and takes no "
			     "more.",
			     (long long)most);
	else if (feed_start(feed))
		rc = lc_park(call, NULL, NULL);
	if (rc == LC_OK) {
		reader->next = feed->arrived;
		feed->arrived = reader;
		feed->arrived_count++;
		pthread_cond_signal(&feed->called);
		pthread_cond_signal(&feed->wanted);
	}
	pthread_mutex_unlock(&feed->lock);
	return rc == LC_OK ? LC_PARKED : rc;
}

bool
feed_stop(struct feed *feed, int64_t until_ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(until_ns / CLOCK_NS_PER_S),
		.tv_nsec = (long)(until_ns % CLOCK_NS_PER_S)};
	bool hears, ended;
	int error = 0;

	pthread_mutex_lock(&feed->lock);
	feed->ending = true;
	hears = feed->has_ear;
	pthread_cond_broadcast(&feed->called);
	pthread_cond_broadcast(&feed->wanted);
	pthread_mutex_unlock(&feed->lock);
	if (hears)
		events_ring(feed->events);
	pthread_mutex_lock(&feed->lock);
	while (feed->running > 0 && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&feed->wanted, &feed->lock,
					       &until);
	ended = feed->running == 0;
	pthread_mutex_unlock(&feed->lock);
	return ended;
}
