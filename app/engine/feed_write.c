/*
 * What streaming readers are sent: text/event-stream, as HTML's section
 * "Server-sent events" describes it.  A client that knows from the beginning
 * where it is, by an id without data, misses nothing though it should be cut
 * off before its first event.
 */
#include "engine/feed_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"

enum {
	FEED_PIECE_BYTES = 16384, /* about: a socket that is ready takes it */
	FEED_PIECES = 4,          /* then others come first */
	FEED_CHUNK = 64,          /* events that are read from the file */
	FEED_BEAT_MS = 15000,
	/* Who was cut off comes again then, but not all at once. */
	FEED_RETRY_MS = 1000,
	FEED_RETRY_SPREAD_MS = 2000,
	FEED_RETRY_SOON_MS = 50, /* after an answer's planned end */
	FEED_BEHIND_MAX = 1 << 20,
	FEED_PATIENCE_MS = 30000, /* with who does not read what it missed */
	/* A web server may store what its client does not read. */
	FEED_ANSWER_MAX = 16 << 20,
};

static void
id_add(struct buf *out, const char *epoch, int64_t seq)
{
	buf_add_text(out, "id: ");
	events_id_write(epoch, seq, out);
	buf_add_char(out, '\n');
}

static void
data_add(struct buf *out, const char *epoch, int64_t seq, const char *data,
	 size_t length)
{
	id_add(out, epoch, seq);
	buf_add_text(out, "data: ");
	buf_add(out, data, length);
	buf_add_text(out, "\n\n");
}

/* What it has missed for good; it goes on after that. */
static void
gap_add(struct reader *reader, const struct events_position *position,
	const struct events_resume *resume, struct buf *out)
{
	struct buf gap;

	buf_init(&gap);
	events_gap_write(position, &reader->wanted.had, resume, &gap);
	data_add(out, position->epoch, resume->after, gap.bytes, gap.length);
	out->failed |= gap.failed;
	buf_release(&gap);
	reader->said = resume->after;
}

/*
 * Adds the event if it is wanted; the reader has had it then.  All numbers are
 * given, so those that are missing before it went while the reader was on its
 * way to them.
 */
static void
reader_take(struct reader *reader, const struct events_log *log,
	    const struct tail_event *event, struct buf *out)
{
	struct events_had *had = &reader->wanted.had;
	bool bare = reader->wanted.bare;

	if (event->seq > had->after + 1)
		gap_add(reader, &log->position,
			&(struct events_resume){event->seq - 1,
						EVENTS_GAP_GONE},
			out);
	had->after = event->seq;
	if (!events_filter_passes(&reader->wanted.filter, event))
		return;
	data_add(out, had->epoch, event->seq,
		 bare ? event->text + event->data_at : event->text,
		 bare ? event->data_length : event->length);
	reader->said = event->seq;
	reader->taken++;
}

/* ---- what the tail has no more */

struct chunk {
	struct reader *reader;
	const struct events_log *log;
	struct buf *out;
};

static enum lc_rc
chunk_take(void *arg, const struct event *event)
{
	const struct chunk *chunk = arg;
	struct tail_event *made =
		tail_event_new(chunk->reader->wanted.had.epoch, event);

	if (made == NULL)
		return LC_NO_MEMORY;
	reader_take(chunk->reader, chunk->log, made, chunk->out);
	tail_event_free(made);
	return chunk->out->length < FEED_PIECE_BYTES ? LC_OK : LC_CANCELLED;
}

/* Some of it; false: nothing can be read. */
static bool
reader_read(struct reader *reader, const struct events_log *log,
	    struct buf *out)
{
	struct chunk chunk = {reader, log, out};
	int64_t before = reader->wanted.had.after;
	char why[EVENTS_WHY_MAX];
	enum lc_rc rc = events_read(log->events, before, FEED_CHUNK, chunk_take,
				    &chunk, why, sizeof(why));

	return (rc == LC_OK || rc == LC_CANCELLED) &&
	       reader->wanted.had.after > before;
}

/* ---- one piece */

/* Where it begins, or begins anew in another log; what it has missed. */
static void
reader_begin(struct reader *reader, const struct events_log *log,
	     struct buf *out)
{
	const struct events_position *position = &log->position;
	struct events_had *had = &reader->wanted.had;
	struct events_resume resume =
		events_resume(position, had, reader->wanted.replay);

	if (resume.gap != EVENTS_NO_GAP) {
		gap_add(reader, position, &resume, out);
	} else {
		id_add(out, position->epoch, resume.after);
		buf_add_char(out, '\n');
	}
	*had = (struct events_had){.says = true, .after = resume.after};
	memcpy(had->epoch, position->epoch, sizeof(had->epoch));
	reader->said = had->after;
	reader->begun = true;
	reader->turn = log->turn;
	reader->catches_up = true;
}

static bool
reader_is_at(const struct reader *reader, const struct events_log *log)
{
	return reader->begun && reader->turn == log->turn;
}

/* Passes over what it does not want. */
static void
reader_skip(struct reader *reader, const struct events_log *log)
{
	struct events_had *had = &reader->wanted.had;
	const struct tail_event *next =
		events_tail_after(log->tail, had->after);

	while (next != NULL && next->seq == had->after + 1 &&
	       !events_filter_passes(&reader->wanted.filter, next)) {
		had->after = next->seq;
		next = events_tail_after(log->tail, had->after);
	}
}

/*
 * What it has not had yet, up to a piece; false: it cannot be had.  The file
 * is read once for it, as there may be much that the reader does not want.
 */
static bool
reader_collect(struct reader *reader, const struct events_log *log,
	       struct buf *out)
{
	const int64_t *after = &reader->wanted.had.after;

	while (out->length < FEED_PIECE_BYTES && *after < log->position.last) {
		const struct tail_event *event =
			events_tail_after(log->tail, *after);

		/* Before the tail's first one there may be more in the file. */
		if (event == NULL ||
		    (event->seq > *after + 1 &&
		     event->seq == events_tail_first(log->tail))) {
			if (!reader_read(reader, log, out))
				return false;
			break;
		}
		reader_take(reader, log, event, out);
	}
	if (*after >= log->position.last)
		reader->catches_up = false;
	return true;
}

/* That we are there, and where it is if it has been told of less. */
static void
beat_add(struct reader *reader, struct buf *out)
{
	const struct events_had *had = &reader->wanted.had;

	if (reader->begun && had->after > reader->said) {
		id_add(out, had->epoch, had->after);
		reader->said = had->after;
	} else {
		buf_add_text(out, ":\n");
	}
	buf_add_char(out, '\n');
}

/* ---- sending */

static bool
reader_is_ready(const struct reader *reader)
{
	const struct transport *transport = reader->call->transport;

	return transport->is_ready == NULL || transport->is_ready(reader->call);
}

/* Too far behind, by what has come, or for too long with what it missed. */
static bool
reader_is_lost(const struct reader *reader, const struct events_log *log,
	       int64_t now_ns)
{
	const struct tail_event *next =
		events_tail_after(log->tail, reader->wanted.had.after);

	if (reader->catches_up)
		return now_ns - reader->spoken_ns >
		       FEED_PATIENCE_MS * CLOCK_NS_PER_MS;
	return next != NULL &&
	       events_tail_total(log->tail) - next->total > FEED_BEHIND_MAX;
}

static enum reader_state
piece_send(struct reader *reader, const struct buf *out, int64_t now_ns)
{
	if (out->failed ||
	    lc_stream_write(reader->call, out->bytes, out->length) != LC_OK)
		return READER_GONE;
	reader->spoken_ns = now_ns;
	reader->sent += (int64_t)out->length;
	feed_seen_sent(reader->call->engine->feed, FEED_STREAMS, out->length,
		       reader->taken);
	reader->taken = 0;
	return reader->sent < FEED_ANSWER_MAX ? READER_MORE : READER_FULL;
}

/* The head; a new connection takes it. */
static enum reader_state
reader_open(struct reader *reader, struct buf *out, int64_t now_ns)
{
	struct lc_call *call = reader->call;
	int64_t retry_ms =
		FEED_RETRY_MS + call->arrived_ns / 1000 % FEED_RETRY_SPREAD_MS;

	/* For proxies that would keep it until they have more of it. */
	lc_set_field(call, "X-Accel-Buffering", "no");
	if (lc_stream_begin(call, "text/event-stream") != LC_OK)
		return READER_GONE;
	buf_printf(out, "retry: %lld\n\n", (long long)retry_ms);
	return piece_send(reader, out, now_ns);
}

static enum reader_state
reader_write_piece(struct reader *reader, const struct events_log *log,
		   bool readable, struct buf *out, int64_t now_ns)
{
	if (readable && !reader_is_at(reader, log))
		reader_begin(reader, log, out);
	if (readable && !reader_collect(reader, log, out))
		return READER_GONE;
	if (out->length == 0 && !out->failed)
		beat_add(reader, out);
	return piece_send(reader, out, now_ns);
}

/* Whether there is anything to write. */
static bool
reader_has_more(struct reader *reader, const struct events_log *log,
		bool readable, int64_t now_ns)
{
	if (now_ns - reader->spoken_ns >= FEED_BEAT_MS * CLOCK_NS_PER_MS)
		return true;
	if (!readable)
		return false;
	if (!reader_is_at(reader, log))
		return true;
	if (reader->wanted.had.after < log->position.last)
		reader_skip(reader, log);
	return reader->wanted.had.after < log->position.last;
}

enum reader_state
reader_write(struct reader *reader, const struct events_log *log, bool readable,
	     struct buf *piece, int64_t now_ns)
{
	enum reader_state state = READER_MORE;

	buf_reset(piece);
	if (!reader->call->streaming)
		state = reader_open(reader, piece, now_ns);
	for (int i = 0; i < FEED_PIECES && state == READER_MORE; i++) {
		if (!reader_has_more(reader, log, readable, now_ns))
			return READER_WAITS;
		if (!reader_is_ready(reader))
			return readable && reader_is_lost(reader, log, now_ns) ?
				       READER_GONE :
				       READER_BLOCKED;
		buf_reset(piece);
		state = reader_write_piece(reader, log, readable, piece,
					   now_ns);
	}
	return state;
}

void
reader_farewell(struct reader *reader, bool soon)
{
	const struct events_had *had = &reader->wanted.had;
	struct buf out;

	if (!reader_is_ready(reader))
		return;
	buf_init(&out);
	if (soon)
		buf_printf(&out, "retry: %d\n", FEED_RETRY_SOON_MS);
	if (reader->begun)
		id_add(&out, had->epoch, had->after);
	buf_add_char(&out, '\n');
	if (!out.failed)
		lc_stream_last(reader->call, out.bytes, out.length);
	buf_release(&out);
}
