/*
 * What those that poll are answered, from the file or from what is in hand.
 */
#include "engine/feed_inner.h"

#include <string.h>

#include "engine/engine.h"

enum {
	ANSWER_BYTES_MOST = 1 << 20,
	ANSWER_READ_MOST = 256,
	ANSWER_LOOK_MOST = 4 << 20, /* bytes of events, wanted or not */
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

bool
answer_takes_more(const struct buf *list, int64_t count,
		  const struct lc_events *wanted)
{
	return count < wanted->most && list->length < ANSWER_BYTES_MOST;
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
	return poll->looked < ANSWER_LOOK_MOST &&
			       answer_takes_more(&poll->list, poll->count,
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

		rc = events_read(events, before, ANSWER_READ_MOST, poll_take,
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
	const struct lc_call *call = poll->call;
	struct json *json = lc_json(poll->call);
	struct buf gap;

	if (!call->in_place && call->request.method != LC_HEAD)
		feed_seen_sent(call->engine->feed, FEED_POLLS,
			       poll->list.length, poll->count);

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

enum lc_rc
answer_position(struct lc_call *call, struct events_position *out)
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

enum lc_rc
answer_read(struct lc_call *call, struct lc_events *wanted, bool anyhow,
	    bool *answered)
{
	struct poll poll = {.call = call, .wanted = wanted};
	struct events_had had = wanted->had;
	char why[EVENTS_WHY_MAX] = "";
	enum lc_rc rc = answer_position(call, &poll.position);

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

enum lc_rc
answer_give(struct reader *reader)
{
	const struct events_had *had = &reader->wanted.had;
	struct poll poll = {.call = reader->call,
			    .list = reader->list,
			    .count = reader->count,
			    .seq = had->after};

	if (poll.list.failed)
		return LC_NO_MEMORY;
	memcpy(poll.position.epoch, had->epoch, sizeof(had->epoch));
	poll_write(&poll, had);
	return LC_OK;
}
