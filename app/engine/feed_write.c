/*
 * What streaming readers are sent: text/event-stream, as HTML's section
 * "Server-sent events" describes it.
 */
#include "engine/feed_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
	FEED_PIECE_BYTES = 16384, /* about: a socket that is ready takes it */
	FEED_CHUNK = 64,          /* events that are read from the file */
	FEED_BEAT_MS = 15000,
	FEED_RETRY_MS = 2000,
	FEED_BEHIND_MAX = 1 << 20,
};

static void
data_add(struct buf *out, const char *epoch, int64_t seq, const char *data,
	 size_t length)
{
	buf_add_text(out, "id: ");
	events_id_write(epoch, seq, out);
	buf_add_text(out, "\ndata: ");
	buf_add(out, data, length);
	buf_add_text(out, "\n\n");
}

/* Adds the event if it is wanted; the reader has had it then. */
static void
reader_take(struct reader *reader, const struct events_log *log,
	    const struct tail_event *event, struct buf *out)
{
	bool bare = reader->wanted.bare;

	reader->wanted.had.after = event->seq;
	if (!events_filter_passes(&reader->wanted.filter, event))
		return;
	data_add(out, log->position.epoch, event->seq,
		 bare ? event->text + event->data_at : event->text,
		 bare ? event->data_length : event->length);
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
		tail_event_new(chunk->log->position.epoch, event);

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
	struct buf gap;

	if (!reader->begun)
		buf_printf(out, "retry: %d\n\n", FEED_RETRY_MS);
	if (resume.gap != EVENTS_NO_GAP) {
		buf_init(&gap);
		events_gap_write(position, had, &resume, &gap);
		if (gap.failed)
			out->failed = true;
		else
			data_add(out, position->epoch, resume.after, gap.bytes,
				 gap.length);
		buf_release(&gap);
	}
	*had = (struct events_had){.says = true, .after = resume.after};
	memcpy(had->epoch, position->epoch, sizeof(had->epoch));
	reader->begun = true;
	reader->turn = log->turn;
	reader->catches_up = true;
}

/* What it has not had yet, up to a piece; false: it cannot be had. */
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
			continue;
		}
		reader->catches_up = false;
		reader_take(reader, log, event, out);
	}
	return true;
}

/* ---- sending */

static int64_t
bytes_behind(const struct reader *reader, const struct events_log *log)
{
	const struct tail_event *next =
		events_tail_after(log->tail, reader->wanted.had.after);

	if (next == NULL || reader->catches_up)
		return 0;
	return events_tail_total(log->tail) - next->total;
}

static bool
beat_is_due(const struct reader *reader, int64_t now_ns)
{
	return now_ns - reader->spoken_ns >= FEED_BEAT_MS * CLOCK_NS_PER_MS;
}

static enum lc_rc
piece_send(struct reader *reader, const struct buf *out, int64_t now_ns)
{
	struct lc_call *call = reader->call;
	enum lc_rc rc = LC_OK;

	if (out->failed)
		return LC_NO_MEMORY;
	if (!call->streaming)
		rc = lc_stream_begin(call, "text/event-stream");
	if (rc == LC_OK)
		rc = lc_stream_write(call, out->bytes, out->length);
	reader->spoken_ns = now_ns;
	return rc;
}

static bool
reader_is_ready(const struct reader *reader)
{
	const struct transport *transport = reader->call->transport;

	return transport->is_ready == NULL || transport->is_ready(reader->call);
}

/* Writes one piece; false: there is nothing to write, or it went wrong. */
static bool
reader_write_piece(struct reader *reader, const struct events_log *log,
		   int64_t now_ns, struct buf *out, enum reader_state *state)
{
	buf_reset(out);
	if (!reader->begun || reader->turn != log->turn)
		reader_begin(reader, log, out);
	*state = READER_ENDS;
	if (!reader_collect(reader, log, out))
		return false;
	if (out->length == 0 && beat_is_due(reader, now_ns))
		buf_add_text(out, ":\n\n");
	if (out->length > 0 || out->failed)
		return piece_send(reader, out, now_ns) == LC_OK;
	*state = READER_WAITS;
	return false;
}

enum reader_state
reader_write(struct reader *reader, const struct events_log *log,
	     int64_t now_ns)
{
	enum reader_state state = READER_WAITS;
	bool ready, more = true;
	struct buf out;

	buf_init(&out);
	while ((ready = reader_is_ready(reader)) && more)
		more = reader_write_piece(reader, log, now_ns, &out, &state);
	buf_release(&out);
	if (more && !ready)
		return bytes_behind(reader, log) > FEED_BEHIND_MAX ?
			       READER_ENDS :
			       READER_BLOCKED;
	return state;
}
