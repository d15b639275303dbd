#include "engine/feed_inner.h"

#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"

enum {
	READERS_PAUSE_MS = 250, /* between looks at who has been told to stop */
	READERS_PAUSE_BLOCKED_MS = 20,
	/* So many of the last events are in memory beforehand: what has
	   happened while the first reader was on its way. */
	READERS_BEFOREHAND = 64,
};

static enum feed_way
reader_way(const struct reader *reader)
{
	return reader->streams ? FEED_STREAMS : FEED_POLLS;
}

bool
readers_add(struct readers *readers, struct reader *reader)
{
	const struct events_position *seen = &readers->log.position;
	const struct events_had *had = &reader->wanted.had;
	bool is_first = readers->first == NULL;

	reader->next = readers->first;
	readers->first = reader;
	readers->count++;
	feed_seen_clients(reader->call->engine->feed, reader_way(reader), 1);
	/* Nobody kept the log up to date for nobody. */
	if (is_first)
		events_log_forget(&readers->log);
	/* It may have been told of more, or of another log, than we were. */
	return is_first || had->after > seen->last ||
	       strcmp(had->epoch, seen->epoch) != 0;
}

void
readers_look(struct readers *readers)
{
	if (readers->first != NULL)
		readers->readable =
			events_log_look(&readers->log, READERS_BEFOREHAND);
}

/*
 * Its time is up, or its client has left, or the process stops.  What has
 * been sent is whole, as an answer, for who has not left.
 */
static void
reader_end(struct reader *reader, enum lc_rc why)
{
	struct lc_call *call = reader->call;
	bool is_whole = call->streaming && why != LC_CANCELLED;

	if (is_whole)
		reader_farewell(reader, why == LC_DEADLINE);
	call_end_job(call, is_whole ? LC_OK : why);
}

/* What there is for it; false: it has gone. */
static bool
stream_serve(struct readers *readers, struct reader *reader, int64_t now_ns,
	     int64_t *pause_ms)
{
	enum lc_rc told;

	switch (reader_write(reader, &readers->log, readers->readable,
			     &readers->piece, now_ns)) {
	case READER_WAITS:
		return true;
	case READER_BLOCKED:
		if (*pause_ms > READERS_PAUSE_BLOCKED_MS)
			*pause_ms = READERS_PAUSE_BLOCKED_MS;
		return true;
	case READER_MORE:
		*pause_ms = 0;
		return true;
	case READER_FULL:
		reader_end(reader, LC_DEADLINE);
		return false;
	case READER_GONE:
		break;
	}
	/* It may have been told meanwhile that its time is up. */
	told = progress_stopped(&reader->call->progress);
	reader_end(reader, told != LC_OK ? told : LC_CANCELLED);
	return false;
}

static bool
poll_serve(struct readers *readers, struct reader *reader, int64_t now_ns,
	   int64_t *pause_ms)
{
	int64_t left_ns = reader->until_ns - now_ns;

	if (left_ns > 0 &&
	    !(readers->readable && reader_has_some(reader, &readers->log))) {
		if (*pause_ms > left_ns / CLOCK_NS_PER_MS)
			*pause_ms = left_ns / CLOCK_NS_PER_MS + 1;
		return true;
	}
	reader_answer(reader, &readers->log, readers->readable);
	return false;
}

static bool
reader_serve(struct readers *readers, struct reader *reader, int64_t now_ns,
	     int64_t *pause_ms)
{
	enum lc_rc told = progress_stopped(&reader->call->progress);

	if (told != LC_OK) {
		reader_end(reader, told);
		return false;
	}
	return reader->streams ?
		       stream_serve(readers, reader, now_ns, pause_ms) :
		       poll_serve(readers, reader, now_ns, pause_ms);
}

int64_t
readers_serve(struct readers *readers)
{
	struct reader **link = &readers->first;
	int64_t now_ns = clock_mono_ns(), pause_ms = READERS_PAUSE_MS;

	while (*link != NULL) {
		struct reader *reader = *link, *next = reader->next;
		const struct feed *feed = reader->call->engine->feed;
		enum feed_way way = reader_way(reader);

		if (reader_serve(readers, reader, now_ns, &pause_ms)) {
			link = &reader->next;
		} else {
			*link = next; /* the reader has gone */
			readers->count--;
			feed_seen_clients(feed, way, -1);
		}
	}
	return pause_ms;
}
