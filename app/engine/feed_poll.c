/*
 * Requests that ask for events, and wait for the first one or for none.
 */
#include "engine/feed_inner.h"

#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"

enum {
	POLL_BYTES_MOST = 1 << 20,
	POLL_READ_MOST = 256,
	POLL_LOOK_MOST = 4 << 20,  /* bytes of events, wanted or not */
	POLL_IN_HAND_MOST = 16384, /* bytes: many may wait to be answered */
	POLL_MARGIN_MS = 200, /* from the answer to the deadline, at least */
	STREAM_LEAST_MS = 1000,
	FEED_ALONE_MS = 20000,
};

/* What is collected for an answer. */
struct poll {
	struct lc_call *call;
	const struct lc_events *wanted;
	struct events_position position;
	struct events_resume resume;
	struct buf list; /* the events, with commas between them */
	int64_t count;
	int64_t seq;   /* of the last one that was looked at */
	size_t looked; /* their bytes */
};

struct events *
lc_events_of(const struct lc_call *call)
{
	return call->engine->events;
}

static bool
list_takes_more(const struct buf *list, int64_t count,
		const struct lc_events *wanted)
{
	return count < wanted->most && list->length < POLL_BYTES_MOST;
}

/*
 * All numbers are given, so those that are missing before this one went while
 * we came to them.  False: what is collected comes before the gap, which the
 * next answer tells of.
 */
static bool
poll_passes_gap(struct poll *poll, const struct event *event)
{
	if (event->seq == poll->seq + 1)
		return true;
	if (poll->count > 0)
		return false;
	poll->resume.after = event->seq - 1;
	if (poll->resume.gap == EVENTS_NO_GAP)
		poll->resume.gap = EVENTS_GAP_GONE;
	return true;
}

static enum lc_rc
poll_take(void *arg, const struct event *event)
{
	struct poll *poll = arg;
	const struct lc_events *wanted = poll->wanted;
	struct tail_event *made;

	if (!poll_passes_gap(poll, event))
		return LC_CANCELLED;
	made = tail_event_new(poll->position.epoch, event);
	if (made == NULL)
		return LC_NO_MEMORY;
	poll->seq = event->seq;
	poll->looked += event->length;
	if (events_filter_passes(&wanted->filter, made)) {
		if (poll->count++ > 0)
			buf_add_char(&poll->list, ',');
		if (wanted->bare)
			buf_add(&poll->list, event->data, event->length);
		else
			buf_add(&poll->list, made->text, made->length);
	}
	tail_event_free(made);
	return poll->looked < POLL_LOOK_MOST &&
			       list_takes_more(&poll->list, poll->count,
					       wanted) ?
		       LC_OK :
		       LC_CANCELLED;
}

/* All that there is, up to what one answer has, or takes the time for. */
static enum lc_rc
poll_read(struct poll *poll, char *why, size_t why_bytes)
{
	struct events *events = lc_events_of(poll->call);
	enum lc_rc rc = LC_OK;

	poll->seq = poll->resume.after;
	while (rc == LC_OK && poll->seq < poll->position.last) {
		int64_t before = poll->seq;

		rc = events_read(events, before, POLL_READ_MOST, poll_take,
				 poll, why, why_bytes);
		if (poll->seq == before)
			break; /* they have gone meanwhile */
	}
	if (poll->list.failed)
		return LC_NO_MEMORY;
	return rc == LC_CANCELLED ? LC_OK : rc;
}

static void
poll_write(const struct poll *poll, const struct events_had *had)
{
	struct json *json = lc_json(poll->call);
	struct buf gap;

	json_array_begin(json, "events");
	if (poll->count > 0)
		json_raw(json, NULL, poll->list.bytes, poll->list.length);
	json_array_end(json);
	json_text(json, "epoch", poll->position.epoch);
	json_int(json, "after", poll->seq);
	if (poll->resume.gap == EVENTS_NO_GAP)
		return;
	buf_init(&gap);
	events_gap_write(&poll->position, had, &poll->resume, &gap);
	if (gap.failed)
		json->out->failed = true;
	else
		json_raw(json, "gap", gap.bytes, gap.length);
	buf_release(&gap);
}

/* A question of our own, for the documentation, changes nothing. */
static enum lc_rc
position_ask(struct lc_call *call, struct events_position *out)
{
	struct events *events = lc_events_of(call);
	char why[EVENTS_WHY_MAX] = "";
	enum lc_rc rc;

	rc = call->in_place ? events_peek(events, out, why, sizeof(why)) :
			      events_position(events, out, why, sizeof(why));
	if (rc == LC_NOT_FOUND)
		return lc_fail(call, LC_UNAVAILABLE, "No stream is there yet.");
	return rc == LC_OK ? rc : lc_fail(call, rc, "%s", why);
}

/*
 * Answers, if there is something or it shall be answered anyhow; else says
 * where to go on.
 */
static enum lc_rc
poll_answer(struct lc_call *call, struct lc_events *wanted, bool anyhow,
	    bool *answered)
{
	struct poll poll = {.call = call, .wanted = wanted};
	struct events_had had = wanted->had;
	char why[EVENTS_WHY_MAX] = "";
	enum lc_rc rc = position_ask(call, &poll.position);

	*answered = true;
	if (rc != LC_OK)
		return rc;
	poll.resume = events_resume(&poll.position, &had, wanted->replay);
	buf_init(&poll.list);
	rc = poll_read(&poll, why, sizeof(why));
	if (rc != LC_OK && why[0] != '\0')
		rc = lc_fail(call, rc, "%s", why);
	/* Who gets none may also be told to go on further on. */
	*answered = rc != LC_OK || anyhow || poll.count > 0 ||
		    poll.seq < poll.position.last ||
		    poll.resume.gap != EVENTS_NO_GAP;
	if (rc == LC_OK && *answered)
		poll_write(&poll, &had);
	wanted->had = (struct events_had){.says = true, .after = poll.seq};
	memcpy(wanted->had.epoch, poll.position.epoch,
	       sizeof(wanted->had.epoch));
	buf_release(&poll.list);
	return rc;
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
	       list_takes_more(&reader->list, reader->count, &reader->wanted)) {
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
	const struct events_had *had = &reader->wanted.had;
	struct poll poll = {.call = call,
			    .list = reader->list,
			    .count = reader->count,
			    .seq = had->after};
	bool answered;
	enum lc_rc rc = LC_NO_MEMORY;

	if (!reader->in_hand)
		return poll_answer(call, &reader->wanted, true, &answered);
	memcpy(poll.position.epoch, had->epoch, sizeof(had->epoch));
	if (!poll.list.failed) {
		poll_write(&poll, had);
		rc = LC_OK;
	}
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
	rc = poll_answer(call, &reader->wanted, !waits, &answered);
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
	rc = position_ask(call, &position);
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
