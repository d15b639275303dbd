/*
 * Requests that ask for events, and wait for the first one or for none.
 */
#include "engine/feed_inner.h"

#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"

enum {
	POLL_IN_HAND_MOST = 16384, /* bytes: many may wait to be answered */
	POLL_MARGIN_MS = 200, /* from the answer to the deadline, at least */
	STREAM_LEAST_MS = 1000,
	FEED_ALONE_MS = 20000,
};

struct events *
lc_events_of(const struct lc_call *call)
{
	return call->engine->events;
}

/* ---- parked */

/* Whether its `had` is of the log as it is; it begins with that of now. */
static bool
reader_is_at(struct reader *reader, const struct events_log *log)
{
	const struct events_had *had = &reader->wanted.had;

	if (reader->begun)
		return reader->turn == log->turn;
	reader->begun = strcmp(had->epoch, log->position.epoch) == 0 &&
			had->after <= log->position.last;
	reader->turn = log->turn;
	return reader->begun;
}

bool
reader_has_some(struct reader *reader, const struct events_log *log)
{
	struct events_had *had = &reader->wanted.had;

	/* What has become of its numbers is found out by who answers. */
	if (!reader_is_at(reader, log))
		return true;
	while (had->after < log->position.last) {
		const struct tail_event *event =
			events_tail_after(log->tail, had->after);

		if (event == NULL || event->seq > had->after + 1 ||
		    events_filter_passes(&reader->wanted.filter, event))
			return true;
		had->after = event->seq;
	}
	return false;
}

static void
reader_take(struct reader *reader, const struct tail_event *event)
{
	bool bare = reader->wanted.bare;

	reader->wanted.had.after = event->seq;
	if (!events_filter_passes(&reader->wanted.filter, event))
		return;
	if (reader->count++ > 0)
		buf_add_char(&reader->list, ',');
	buf_add(&reader->list,
		bare ? event->text + event->data_at : event->text,
		bare ? event->data_length : event->length);
}

/* False: not all of it is in memory. */
static bool
reader_collect(struct reader *reader, const struct events_log *log)
{
	const struct events_had *had = &reader->wanted.had;

	if (!reader_is_at(reader, log))
		return false;
	while (had->after < log->position.last &&
	       answer_takes_more(&reader->list, reader->count,
				 &reader->wanted)) {
		const struct tail_event *event =
			events_tail_after(log->tail, had->after);

		if (event == NULL || event->seq > had->after + 1)
			return false;
		reader_take(reader, event);
	}
	return true;
}

/* In a thread of the gate. */
static enum lc_rc
reader_reply(struct lc_call *call, void *arg)
{
	struct reader *reader = arg;
	bool answered;
	enum lc_rc rc;

	if (!reader->in_hand)
		return answer_read(call, &reader->wanted, true, &answered);
	rc = answer_give(reader);
	buf_release(&reader->list);
	return rc;
}

void
reader_answer(struct reader *reader, const struct events_log *log,
	      bool readable)
{
	struct lc_call *call = reader->call;
	int64_t after = reader->wanted.had.after;

	if (!call_claim(call, CALL_BY_RUN, LC_OK)) {
		call_post_release(call);
		return;
	}
	buf_init(&reader->list);
	reader->in_hand = readable && reader_collect(reader, log) &&
			  reader->list.length <= POLL_IN_HAND_MOST;
	if (!reader->in_hand) {
		reader->wanted.had.after = after;
		buf_release(&reader->list);
	}
	call->reply = reader_reply;
	call->reply_arg = reader;
	call_post_answer(call, 2);
}

/* ---- what handlers call */

static struct reader *
reader_new(struct lc_call *call, const struct lc_events *wanted)
{
	struct reader *reader = lc_alloc(call, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	reader->call = call;
	reader->wanted = *wanted;
	lc_set_makeshift(call); /* who asks next is told other things */
	/* A process of its own for each that waits is dear. */
	if (!call->engine->stays)
		lc_shorten_deadline(call, FEED_ALONE_MS);
	return reader;
}

static bool
call_waits(const struct lc_call *call)
{
	return !call->in_place && call->request.method != LC_HEAD;
}

/* It is answered before its deadline would be. */
static int64_t
reader_until(const struct reader *reader, int64_t now_ns)
{
	int64_t until_ns = now_ns + reader->wanted.wait_ms * CLOCK_NS_PER_MS;
	int64_t last_ns = reader->call->progress.deadline_ns -
			  POLL_MARGIN_MS * CLOCK_NS_PER_MS;

	return until_ns < last_ns ? until_ns : last_ns;
}

enum lc_rc
lc_events_poll(struct lc_call *call, const struct lc_events *wanted)
{
	struct reader *reader = reader_new(call, wanted);
	int64_t now_ns = clock_mono_ns();
	bool waits, answered;
	enum lc_rc rc;

	if (reader == NULL)
		return LC_NO_MEMORY;
	reader->until_ns = reader_until(reader, now_ns);
	waits = call_waits(call) && reader->until_ns > now_ns;
	rc = answer_read(call, &reader->wanted, !waits, &answered);
	return rc != LC_OK || answered ? rc : feed_park(reader);
}

/* Who would come again at once is no better off. */
static void
stream_lengthen(struct lc_call *call)
{
	call->deadline_ms = STREAM_LEAST_MS;
	call->progress.deadline_ns =
		call->arrived_ns + STREAM_LEAST_MS * CLOCK_NS_PER_MS;
}

enum lc_rc
lc_events_stream(struct lc_call *call, const struct lc_events *wanted)
{
	struct reader *reader = reader_new(call, wanted);
	struct events_position position;
	struct events_had *had;
	enum lc_rc rc;

	if (reader == NULL)
		return LC_NO_MEMORY;
	rc = answer_position(call, &position);
	if (rc != LC_OK)
		return rc;
	if (!call_waits(call)) {
		lc_body(call, "text/event-stream");
		call->length_unknown = true;
		return LC_OK;
	}
	if (call->deadline_ms < STREAM_LEAST_MS)
		stream_lengthen(call);
	/* What happens next is what happens from now on. */
	had = &reader->wanted.had;
	if (!had->says) {
		*had = (struct events_had){.says = true,
					   .after = position.last};
		memcpy(had->epoch, position.epoch, sizeof(had->epoch));
	}
	reader->streams = true;
	return feed_park(reader);
}
