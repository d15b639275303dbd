/*
 * Requests that ask for events, and wait for the first one or for none.
 */
#include "engine/feed_inner.h"

#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"

enum { POLL_BYTES_MOST = 1 << 20, POLL_READ_MOST = 256 };

/* What is collected for an answer. */
struct poll {
	struct lc_call *call;
	const struct lc_events *wanted;
	struct events_position position;
	struct buf list; /* the events, with commas between them */
	int64_t count;
	int64_t seq; /* of the last one that was looked at */
};

struct events *
lc_events_of(const struct lc_call *call)
{
	return call->engine->events;
}

static enum lc_rc
poll_take(void *arg, const struct event *event)
{
	struct poll *poll = arg;
	const struct lc_events *wanted = poll->wanted;
	struct tail_event *made;

	made = tail_event_new(poll->position.epoch, event);
	if (made == NULL)
		return LC_NO_MEMORY;
	poll->seq = event->seq;
	if (events_filter_passes(&wanted->filter, made)) {
		if (poll->count++ > 0)
			buf_add_char(&poll->list, ',');
		if (wanted->bare)
			buf_add(&poll->list, event->data, event->length);
		else
			buf_add(&poll->list, made->text, made->length);
	}
	tail_event_free(made);
	return poll->count < wanted->most &&
			       poll->list.length < POLL_BYTES_MOST ?
		       LC_OK :
		       LC_CANCELLED;
}

/* All that there is, up to what one answer has. */
static enum lc_rc
poll_read(struct poll *poll, int64_t after, char *why, size_t why_bytes)
{
	struct events *events = lc_events_of(poll->call);
	enum lc_rc rc = LC_OK;

	poll->seq = after;
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
poll_write(const struct poll *poll, const struct events_had *had,
	   const struct events_resume *resume)
{
	struct json *json = lc_json(poll->call);
	struct buf gap;

	json_array_begin(json, "events");
	if (poll->count > 0)
		json_raw(json, NULL, poll->list.bytes, poll->list.length);
	json_array_end(json);
	json_text(json, "epoch", poll->position.epoch);
	json_int(json, "after", poll->seq);
	if (resume->gap == EVENTS_NO_GAP)
		return;
	buf_init(&gap);
	events_gap_write(&poll->position, had, resume, &gap);
	if (gap.failed)
		json->out->failed = true;
	else
		json_raw(json, "gap", gap.bytes, gap.length);
	buf_release(&gap);
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
	struct events_resume resume;
	char why[EVENTS_WHY_MAX] = "";
	enum lc_rc rc = events_position(lc_events_of(call), &poll.position, why,
					sizeof(why));

	*answered = true;
	if (rc != LC_OK)
		return lc_fail(call, rc, "%s", why);
	resume = events_resume(&poll.position, &had, wanted->replay);
	buf_init(&poll.list);
	rc = poll_read(&poll, resume.after, why, sizeof(why));
	if (rc != LC_OK && why[0] != '\0')
		rc = lc_fail(call, rc, "%s", why);
	*answered = rc != LC_OK || anyhow || poll.count > 0 ||
		    resume.gap != EVENTS_NO_GAP;
	if (rc == LC_OK && *answered)
		poll_write(&poll, &had, &resume);
	wanted->had = (struct events_had){.says = true, .after = poll.seq};
	memcpy(wanted->had.epoch, poll.position.epoch,
	       sizeof(wanted->had.epoch));
	buf_release(&poll.list);
	return rc;
}

/* ---- parked */

bool
reader_has_some(struct reader *reader, const struct events_log *log)
{
	struct events_had *had = &reader->wanted.had;

	/* What has become of its numbers is found out by who answers. */
	if (strcmp(had->epoch, log->position.epoch) != 0 ||
	    had->after > log->position.last)
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

enum lc_rc
reader_answer(struct lc_call *call, void *reader)
{
	struct reader *of = reader;
	bool answered;

	return poll_answer(call, &of->wanted, true, &answered);
}

static struct reader *
reader_new(struct lc_call *call, const struct lc_events *wanted)
{
	struct reader *reader = lc_alloc(call, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	reader->call = call;
	reader->wanted = *wanted;
	reader->until_ns = clock_mono_ns() + wanted->wait_ms * CLOCK_NS_PER_MS;
	return reader;
}

static bool
call_waits(const struct lc_call *call)
{
	return !call->in_place && call->request.method != LC_HEAD;
}

enum lc_rc
lc_events_poll(struct lc_call *call, const struct lc_events *wanted)
{
	struct reader *reader = reader_new(call, wanted);
	bool waits = wanted->wait_ms > 0 && call_waits(call), answered;
	enum lc_rc rc;

	if (reader == NULL)
		return LC_NO_MEMORY;
	rc = poll_answer(call, &reader->wanted, !waits, &answered);
	return rc != LC_OK || answered ? rc : feed_park(reader);
}

enum lc_rc
lc_events_stream(struct lc_call *call, const struct lc_events *wanted)
{
	struct reader *reader = reader_new(call, wanted);

	if (reader == NULL)
		return LC_NO_MEMORY;
	if (!call_waits(call))
		return lc_body(call, "text/event-stream") != NULL ?
			       LC_OK :
			       LC_NO_MEMORY;
	reader->streams = true;
	return feed_park(reader);
}
