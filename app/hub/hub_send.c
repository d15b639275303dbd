#include "hub/hub_inner.h"

#include <string.h>

#include "base/log.h"
#include "hub/refusal.h"

enum {
	SEND_BYTES = 1 << 16, /* about: in one go */
	SEND_CHUNK = 64,      /* events that are read from the file */
	SEND_CHUNKS = 4,
};

/* ---- one go */

static bool
out_is_full(const struct hub *hub)
{
	return hub->out.bytes.length >= SEND_BYTES ||
	       hub->out.count >= HUB_FRAMES_MOST;
}

/* What a client has missed for good. */
static void
gap_add(const struct hub *hub, const struct client *client,
	const struct events_resume *resume, struct buf *out)
{
	struct buf gap;

	buf_init(&gap);
	events_gap_write(&hub->log.position, &client->wanted.had, resume, &gap);
	frame_add(out, FRAME_TEXT, gap.bytes, gap.length);
	out->failed |= gap.failed;
	buf_release(&gap);
}

/* What was added, an event or none, is all that it is sent up to this. */
static void
out_mark(struct hub *hub, struct client *client, int64_t seq, unsigned events)
{
	struct output *out = &hub->out;

	client->wanted.had.after = seq;
	if (out->count > 0)
		events += out->frames[out->count - 1].events;
	out->frames[out->count].end = out->bytes.length;
	out->frames[out->count].events = events;
	out->frames[out->count++].seq = seq;
}

/*
 * Adds the event's frame, if it is wanted; the client has had it then.  All
 * numbers are given, so those that are missing before it went while the client
 * was on its way to them.
 */
static void
out_add(struct hub *hub, struct client *client, struct tail_event *event,
	size_t window)
{
	const struct events_resume gone = {event->seq - 1, EVENTS_GAP_GONE};
	struct buf *bytes = &hub->out.bytes;

	if (client->wanted.had.after < gone.after) {
		gap_add(hub, client, &gone, bytes);
		out_mark(hub, client, gone.after, 0);
	}
	client->wanted.had.after = event->seq;
	if (!events_filter_passes(&client->wanted.filter, event))
		return;
	frame_event(bytes, hub->packer, event, client->wanted.bare, window);
	out_mark(hub, client, event->seq, 1);
}

/* ---- what the tail has no more */

struct chunk {
	struct hub *hub;
	struct client *client;
};

/* Packing pays for what many are sent. */
static enum lc_rc
chunk_take(void *arg, const struct event *event)
{
	const struct chunk *chunk = arg;
	struct hub *hub = chunk->hub;
	struct tail_event *made =
		tail_event_new(hub->log.position.epoch, event);

	if (made == NULL)
		return LC_NO_MEMORY;
	out_add(hub, chunk->client, made, 0);
	tail_event_free(made);
	return out_is_full(hub) ? LC_CANCELLED : LC_OK;
}

/* False: nothing can be had for now. */
static bool
out_read(struct hub *hub, struct client *client)
{
	struct chunk chunk = {hub, client};
	int64_t before = client->wanted.had.after;
	char why[EVENTS_WHY_MAX];
	enum lc_rc rc = events_read(hub->events, before, SEND_CHUNK, chunk_take,
				    &chunk, why, sizeof(why));

	return (rc == LC_OK || rc == LC_CANCELLED) &&
	       client->wanted.had.after > before;
}

/* ---- what there is for it */

/* Where it begins in this log, and what it has missed. */
static void
client_begin(struct hub *hub, struct client *client)
{
	const struct events_position *position = &hub->log.position;
	struct events_had *had = &client->wanted.had;
	struct events_resume resume =
		events_resume(position, had, hub->settings->replay);

	if (resume.gap != EVENTS_NO_GAP)
		gap_add(hub, client, &resume, &client->aside);
	*had = (struct events_had){.says = true, .after = resume.after};
	memcpy(had->epoch, position->epoch, sizeof(had->epoch));
	client->turn = hub->log.turn;
	client->catches_up = true;
}

static bool
client_lacks(const struct hub *hub, const struct client *client)
{
	return client->state == CLIENT_OPEN &&
	       (client->wanted.had.after < hub->log.position.last ||
		client->turn != hub->log.turn);
}

/* Takes what it has of its own. */
static void
out_begin(struct hub *hub, struct client *client)
{
	struct output *out = &hub->out;

	if (client->state == CLIENT_OPEN && client->turn != hub->log.turn)
		client_begin(hub, client);
	buf_reset(&out->bytes);
	buf_add(&out->bytes, client->rest.bytes, client->rest.length);
	buf_add(&out->bytes, client->aside.bytes, client->aside.length);
	out->bytes.failed |= client->rest.failed || client->aside.failed;
	/* Most clients only listen: they need no memory for it. */
	buf_release(&client->rest);
	buf_release(&client->aside);
	buf_init(&client->rest);
	buf_init(&client->aside);
	out->own = out->bytes.length;
	out->before = client->wanted.had.after;
	out->count = 0;
}

/* Adds events. */
static void
out_collect(struct hub *hub, struct client *client)
{
	const int64_t *after = &client->wanted.had.after;
	const struct events_tail *tail = hub->log.tail;
	int chunks = 0;

	while (client_lacks(hub, client) && !out_is_full(hub)) {
		struct tail_event *event = events_tail_after(tail, *after);

		/* Before the tail's first one there may be more in the file. */
		if (event != NULL && (event->seq == *after + 1 ||
				      event->seq != events_tail_first(tail)))
			out_add(hub, client, event, client->window);
		else if (chunks++ == SEND_CHUNKS || !out_read(hub, client))
			return;
	}
	if (*after >= hub->log.position.last)
		client->catches_up = false;
}

void
client_send(struct hub *hub, struct client *client)
{
	if (client->owed || client->state == CLIENT_ENDS)
		return;
	out_begin(hub, client);
	out_collect(hub, client);
	if (hub->out.bytes.failed) {
		client_drop(client);
		return;
	}
	client_put(hub, client);
	if (client->owed)
		return;
	/* Others have their turn first; what cannot be read comes later. */
	if (client_lacks(hub, client) &&
	    client->wanted.had.after > hub->out.before)
		lws_callback_on_writable(client->wsi);
	client_written(client);
}

/* ---- all of them */

/* How much has come since who does not read could be sent something. */
static int64_t
client_behind(const struct hub *hub, const struct client *client)
{
	const struct events_tail *tail = hub->log.tail;
	const struct tail_event *next;

	/* Who begins far behind is given the time. */
	if (client->catches_up)
		return events_tail_total(tail) - client->owed_total;
	next = events_tail_after(tail, client->wanted.had.after);
	return next == NULL ? 0 : events_tail_total(tail) - next->total;
}

static void
client_is_slow(struct hub *hub, struct client *client)
{
	hub->slow_count++;
	if (hub_may_say(&hub->said_slow_ns)) {
		log_notice("%lld clients did not read, and are closed",
			   (long long)hub->slow_count);
		hub->slow_count = 0;
	}
	client_dismiss(hub, client, STATUS_LATER,
		       "too slow: ask for what follows the last event", false);
}

void
clients_send(struct hub *hub)
{
	for (struct client *c = hub->clients; c != NULL; c = c->next) {
		if (c->state != CLIENT_OPEN)
			continue;
		client_send(hub, c);
		if (c->owed && client_behind(hub, c) > HUB_BEHIND_MAX)
			client_is_slow(hub, c);
	}
}

void
client_refuse(struct hub *hub, struct client *client, enum lc_rc rc,
	      const char *why)
{
	struct buf text;

	buf_init(&text);
	refusal_message(&text, rc, why);
	if (!text.failed && client->state == CLIENT_OPEN) {
		frame_add(&client->aside, FRAME_TEXT, text.bytes, text.length);
		client_send(hub, client);
	}
	buf_release(&text);
}
