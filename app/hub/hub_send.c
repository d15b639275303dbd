#include "hub/hub_inner.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "hub/frame.h"

enum {
	SEND_BYTES = 1 << 16, /* about: in one go */
	SEND_CHUNK = 64,      /* events that are read from the file */
};

/* Adds the event's frame, if it is wanted; the client has had it then. */
static void
out_add(struct hub *hub, struct client *client, struct tail_event *event)
{
	client->wanted.had.after = event->seq;
	if (events_filter_passes(&client->wanted.filter, event))
		frame_event(&hub->out, event, client->wanted.bare,
			    client->packs);
}

/* ---- what the tail has no more */

struct chunk {
	struct hub *hub;
	struct client *client;
};

static enum lc_rc
chunk_take(void *arg, const struct event *event)
{
	const struct chunk *chunk = arg;
	struct hub *hub = chunk->hub;
	struct tail_event *made =
		tail_event_new(hub->log.position.epoch, event);

	if (made == NULL)
		return LC_NO_MEMORY;
	out_add(hub, chunk->client, made);
	tail_event_free(made);
	return hub->out.length < SEND_BYTES ? LC_OK : LC_CANCELLED;
}

/* False: nothing can be had. */
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

/* ---- one go */

/* Where it begins in this log, and what it has missed. */
static void
client_begin(struct hub *hub, struct client *client)
{
	const struct events_position *position = &hub->log.position;
	struct events_had *had = &client->wanted.had;
	struct events_resume resume =
		events_resume(position, had, hub->settings->replay);
	struct buf gap;

	if (resume.gap != EVENTS_NO_GAP) {
		buf_init(&gap);
		events_gap_write(position, had, &resume, &gap);
		frame_text(&hub->out, gap.bytes, gap.length);
		hub->out.failed |= gap.failed;
		buf_release(&gap);
	}
	*had = (struct events_had){.says = true, .after = resume.after};
	memcpy(had->epoch, position->epoch, sizeof(had->epoch));
	client->turn = hub->log.turn;
	client->catches_up = true;
	client->behind = 0;
}

/* Fills hub->out; false: what it wants cannot be had. */
static bool
out_collect(struct hub *hub, struct client *client)
{
	const int64_t *after = &client->wanted.had.after;
	const struct events_tail *tail = hub->log.tail;

	buf_reset(&hub->out);
	if (client->errors.length > 0) {
		buf_add(&hub->out, client->errors.bytes, client->errors.length);
		buf_reset(&client->errors);
	}
	if (client->turn != hub->log.turn)
		client_begin(hub, client);
	while (hub->out.length < SEND_BYTES &&
	       *after < hub->log.position.last) {
		struct tail_event *event = events_tail_after(tail, *after);

		/* Before the tail's first one there may be more in the file. */
		if (event == NULL || (event->seq > *after + 1 &&
				      event->seq == events_tail_first(tail))) {
			if (!out_read(hub, client))
				return false;
			continue;
		}
		client->catches_up = false;
		out_add(hub, client, event);
	}
	return true;
}

/* False: the connection is no good any more. */
static bool
out_write(struct hub *hub, struct client *client)
{
	struct buf *out = &hub->out;

	if (out->failed)
		return false;
	return out->length == 0 ||
	       lws_write(client->wsi, (unsigned char *)out->bytes, out->length,
			 LWS_WRITE_RAW) >= 0;
}

static void
client_owe(struct client *client)
{
	if (!client->owed)
		lws_callback_on_writable(client->wsi);
	client->owed = true;
}

void
client_send(struct hub *hub, struct client *client)
{
	while (client->slow_ns == 0 && !client->owed &&
	       (client->wanted.had.after < hub->log.position.last ||
		client->turn != hub->log.turn || client->errors.length > 0)) {
		if (lws_partial_buffered(client->wsi)) {
			client_owe(client);
			return;
		}
		if (!out_collect(hub, client) || !out_write(hub, client)) {
			lws_set_timeout(client->wsi, PENDING_TIMEOUT_USER_OK,
					LWS_TO_KILL_ASYNC);
			return;
		}
	}
}

/* ---- all of them */

/* Of what a client that does not read has yet to be sent. */
static void
client_wait(struct hub *hub, struct client *client, int64_t now_ns)
{
	const struct events_tail *tail = hub->log.tail;
	const struct tail_event *next =
		events_tail_after(tail, client->wanted.had.after);

	if (client->catches_up || next == NULL)
		return;
	if (events_tail_total(tail) - next->total > HUB_BEHIND_MAX)
		client->slow_ns = now_ns;
}

void
clients_send(struct hub *hub)
{
	int64_t now_ns = clock_mono_ns();

	for (struct client *c = hub->clients; c != NULL; c = c->next) {
		client_send(hub, c);
		if (c->owed && c->slow_ns == 0)
			client_wait(hub, c, now_ns);
	}
}

int
client_writable(struct hub *hub, struct client *client)
{
	client->owed = false;
	if (hub->leaving)
		return client_close(client, LWS_CLOSE_STATUS_GOINGAWAY,
				    "the server stops: come again");
	if (client->slow_ns != 0)
		return client_close(client, CLOSE_TOO_SLOW,
				    "too slow: ask for what follows the last "
				    "event");
	client_send(hub, client);
	return 0;
}

void
client_refuse(struct hub *hub, struct client *client, enum lc_rc rc,
	      const char *why)
{
	struct buf text;
	struct json json;

	buf_init(&text);
	json_init(&json, &text);
	json_object_begin(&json, NULL);
	json_text(&json, "type", "error");
	json_object_begin(&json, "error");
	json_text(&json, "title", rc_title(rc));
	json_int(&json, "status", rc_status(rc));
	json_text(&json, "detail", why);
	json_object_end(&json);
	json_object_end(&json);
	if (!text.failed)
		frame_text(&client->errors, text.bytes, text.length);
	buf_release(&text);
	client_send(hub, client);
}
