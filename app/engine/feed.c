#include "engine/feed.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/feed_inner.h"

enum {
	FEED_TAIL_BYTES = 4 << 20,
	FEED_PAUSE_MS = 250, /* between looks at who has been told to stop */
	FEED_PAUSE_BLOCKED_MS = 20,
};

struct feed {
	struct events_log log; /* the thread's, as all its readers are */
	struct reader *readers;
	pthread_mutex_t lock; /* guards what follows */
	struct reader *arrived;
	bool started, ending;
	atomic_bool ended;
	pthread_t thread;
};

struct feed *
feed_new(struct events *events)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (feed == NULL)
		return NULL;
	if (!events_log_init(&feed->log, events, FEED_TAIL_BYTES)) {
		free(feed);
		return NULL;
	}
	pthread_mutex_init(&feed->lock, NULL);
	atomic_init(&feed->ended, false);
	return feed;
}

void
feed_free(struct feed *feed)
{
	if (feed == NULL)
		return;
	if (feed->started)
		pthread_join(feed->thread, NULL);
	events_log_release(&feed->log);
	pthread_mutex_destroy(&feed->lock);
	free(feed);
}

/* ---- one reader; false: it has gone */

/* Its time is up, or its client has left, or the process stops. */
static void
reader_end(struct reader *reader, enum lc_rc why)
{
	bool well = reader->call->streaming && why != LC_CANCELLED;

	/* What has been sent so far is whole. */
	call_end_job(reader->call, well ? LC_OK : why);
}

static bool
stream_serve(struct feed *feed, struct reader *reader, int64_t now_ns,
	     bool *blocked)
{
	switch (reader_write(reader, &feed->log, now_ns)) {
	case READER_WAITS:
		return true;
	case READER_BLOCKED:
		*blocked = true;
		return true;
	case READER_ENDS:
		break;
	}
	reader_end(reader, LC_CANCELLED);
	return false;
}

static bool
reader_serve(struct feed *feed, struct reader *reader, int64_t now_ns,
	     bool *blocked)
{
	enum lc_rc told = progress_stopped(&reader->call->progress);

	if (told != LC_OK) {
		reader_end(reader, told);
		return false;
	}
	if (reader->streams)
		return stream_serve(feed, reader, now_ns, blocked);
	if (now_ns < reader->until_ns && !reader_has_some(reader, &feed->log))
		return true;
	lc_complete(reader->call, reader_answer, reader);
	return false;
}

/* ---- all of them */

/* How long there is nothing to do as a rule, in ms. */
static int64_t
readers_serve(struct feed *feed)
{
	int64_t now_ns = clock_mono_ns(), until_ns;
	struct reader **link = &feed->readers;
	bool blocked = false;

	until_ns = now_ns + FEED_PAUSE_MS * CLOCK_NS_PER_MS;
	while (*link != NULL) {
		struct reader *reader = *link, *next = reader->next;

		if (!reader_serve(feed, reader, now_ns, &blocked)) {
			*link = next; /* the reader has gone */
			continue;
		}
		if (!reader->streams && reader->until_ns < until_ns)
			until_ns = reader->until_ns;
		link = &reader->next;
	}
	if (blocked)
		return FEED_PAUSE_BLOCKED_MS;
	return (until_ns - now_ns) / CLOCK_NS_PER_MS + 1;
}

/* Takes in who has arrived; false: the feed ends, and nobody is left. */
static bool
readers_take(struct feed *feed)
{
	struct reader **last = &feed->readers;
	bool goes_on;

	while (*last != NULL)
		last = &(*last)->next;
	pthread_mutex_lock(&feed->lock);
	*last = feed->arrived;
	feed->arrived = NULL;
	goes_on = !feed->ending || feed->readers != NULL;
	pthread_mutex_unlock(&feed->lock);
	return goes_on;
}

static void *
feed_run(void *arg)
{
	struct feed *feed = arg;
	struct events *events = feed->log.events;

	while (readers_take(feed)) {
		uint32_t heard = events_heard(events);
		int64_t pause_ms = FEED_PAUSE_MS;

		if (events_log_look(&feed->log, 0) || feed->log.turn > 0)
			pause_ms = readers_serve(feed);
		events_wait(events, heard, pause_ms);
	}
	atomic_store(&feed->ended, true);
	return NULL;
}

/* Under the lock. */
static bool
feed_start(struct feed *feed)
{
	sigset_t all, before;

	if (feed->started)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	feed->started =
		pthread_create(&feed->thread, NULL, feed_run, feed) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return feed->started;
}

enum lc_rc
feed_park(struct reader *reader)
{
	struct feed *feed = reader->call->engine->feed;
	enum lc_rc rc = LC_NO_MEMORY;

	reader->spoken_ns = clock_mono_ns();
	pthread_mutex_lock(&feed->lock);
	if (feed_start(feed))
		rc = lc_park(reader->call, NULL, NULL);
	if (rc == LC_OK) {
		reader->next = feed->arrived;
		feed->arrived = reader;
	}
	pthread_mutex_unlock(&feed->lock);
	if (rc != LC_OK)
		return rc;
	/* The thread waits at the bell. */
	events_ring(feed->log.events);
	return LC_PARKED;
}

bool
feed_stop(struct feed *feed, int64_t until_ns)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};
	bool started;

	pthread_mutex_lock(&feed->lock);
	feed->ending = true;
	started = feed->started;
	pthread_mutex_unlock(&feed->lock);
	if (started)
		events_ring(feed->log.events);
	while (started && !atomic_load(&feed->ended)) {
		if (clock_mono_ns() >= until_ns)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}
