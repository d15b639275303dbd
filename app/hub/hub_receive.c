#include "hub/hub_inner.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	RECEIVE_WAITING_MAX = 8 << 20,  /* of messages that are not written */
	RECEIVE_PARTIAL_MAX = 64 << 20, /* of those that are not whole */
	RECEIVE_ASIDE_MAX = 1
			    << 14, /* of answers that a client does not read */
};

/* ---- not too many */

static void
client_hold(struct hub *hub, struct client *client, bool held)
{
	if (client->held == held)
		return;
	client->held = held;
	hub->held += held ? 1 : -1;
	lws_rx_flow_control(client->wsi, !held);
	if (held && hub->held == 1)
		hub_hurry(hub);
}

/* As many as in a second may come at once. */
static void
tokens_fill(struct client *client, double rate, int64_t now_ns)
{
	double passed_s = (double)(now_ns - client->tokens_ns) / 1e9;

	client->tokens += passed_s * rate;
	if (client->tokens > rate)
		client->tokens = rate;
	client->tokens_ns = now_ns;
}

static bool
hub_is_behind(struct hub *hub)
{
	bool behind;

	pthread_mutex_lock(&hub->lock);
	behind = hub->messages_bytes > RECEIVE_WAITING_MAX;
	pthread_mutex_unlock(&hub->lock);
	return behind;
}

static bool
client_may_send(struct hub *hub, const struct client *client)
{
	return client->tokens >= 1 &&
	       client->aside.length < RECEIVE_ASIDE_MAX && !hub_is_behind(hub);
}

void
clients_release(struct hub *hub)
{
	double rate = (double)hub->settings->rate;
	int64_t now_ns = clock_mono_ns();

	if (hub->held == 0)
		return;
	for (struct client *c = hub->clients; c != NULL; c = c->next) {
		if (!c->held)
			continue;
		tokens_fill(c, rate, now_ns);
		if (!client_may_send(hub, c))
			continue;
		client_hold(hub, c, false);
		client_go_on(hub, c);
	}
}

/* ---- messages */

static void
client_publish(struct hub *hub, struct client *client, const struct buf *text)
{
	char why[EVENTS_WHY_MAX];
	struct message *message;
	enum lc_rc rc = message_read(text->bytes, text->length, &message, why,
				     sizeof(why));

	if (rc != LC_OK) {
		hub_seen_refusal(hub);
		client_refuse(hub, client, rc, why);
		return;
	}
	message->client = client->number;
	hub_seen_message(hub, client, message);
	hub_hand_over(hub, message);
}

static void
client_take(struct hub *hub, struct client *client, const struct buf *text)
{
	tokens_fill(client, (double)hub->settings->rate, clock_mono_ns());
	client->tokens -= 1;
	if (client->wanted.publishes) {
		client_publish(hub, client, text);
		return;
	}
	hub_seen_refusal(hub);
	client_refuse(hub, client, LC_UNAUTHORIZED,
		      "Messages are taken with a key of scope publish.");
}

/* NULL: it could not be, and the connection is closed. */
static const struct buf *
message_unpack(struct hub *hub, struct client *client)
{
	const struct buf *packed = &client->incoming.message;
	enum lc_rc rc;

	if (!client->incoming.packed)
		return packed;
	buf_reset(&hub->text);
	rc = packer_unpack(hub->packer, packed->bytes, packed->length,
			   EVENTS_DATA_MAX, &hub->text);
	if (rc == LC_OK)
		return &hub->text;
	if (rc == LC_TOO_LARGE)
		client_dismiss(hub, client, STATUS_TOO_LARGE,
			       "a message has at most 65536 bytes", true);
	else if (rc == LC_INVALID)
		client_dismiss(hub, client, STATUS_TEXT,
			       "a message cannot be unpacked", true);
	else
		client_dismiss(hub, client, STATUS_OURS, "out of memory", true);
	return NULL;
}

static void
client_message(struct hub *hub, struct client *client)
{
	const struct buf *text = message_unpack(hub, client);

	if (text == NULL)
		return;
	if (!text_is_utf8(text->bytes, text->length))
		client_dismiss(hub, client, STATUS_TEXT,
			       "a message is not UTF-8", true);
	else
		client_take(hub, client, text);
	incoming_next(&client->incoming);
}

/* ---- frames */

static void
client_frame(struct hub *hub, struct client *client, enum incoming_what what)
{
	const struct incoming *incoming = &client->incoming;

	if (what == INCOMING_CLOSE) {
		client_closes(hub, client);
	} else if (what == INCOMING_FAULT) {
		client_dismiss(hub, client, incoming->status, incoming->words,
			       true);
		client->bye = true;
	} else if (client->state != CLIENT_OPEN) {
		incoming_next(&client->incoming);
	} else if (what == INCOMING_MESSAGE) {
		client_message(hub, client);
	} else if (what == INCOMING_PING) {
		frame_add(&client->aside, FRAME_PONG, incoming->control,
			  incoming->control_length);
		client_send(hub, client);
	}
}

/* False: all that there is of messages in parts is too much. */
static bool
partial_count(struct hub *hub, struct client *client)
{
	size_t now = client->incoming.message.length;
	bool more = now > client->partial;

	hub->partial += now - client->partial;
	client->partial = now;
	return !more || hub->partial <= RECEIVE_PARTIAL_MAX;
}

static void
client_frames(struct hub *hub, struct client *client, const char *bytes,
	      size_t length)
{
	while (length > 0 && !client->held && !client->bye) {
		size_t taken;
		enum incoming_what what =
			incoming_take(&client->incoming, bytes, length, &taken);

		bytes += taken;
		length -= taken;
		if (what != INCOMING_NOTHING)
			client_frame(hub, client, what);
		if (!partial_count(hub, client))
			client_dismiss(hub, client, STATUS_LATER,
				       "too much is being sent", true);
		if (!client->bye && !client_may_send(hub, client))
			client_hold(hub, client, true);
	}
	if (!client->bye)
		buf_add(&client->unread, bytes, length);
	if (client->unread.failed)
		client_drop(client);
}

void
client_receive(struct hub *hub, struct client *client, const char *bytes,
	       size_t length)
{
	client->heard_ns = clock_mono_ns();
	client->asked = false;
	if (client->bye || length == 0)
		return;
	if (client->state == CLIENT_ENTERS)
		client_enter(hub, client, bytes, length);
	else
		client_frames(hub, client, bytes, length);
}

void
client_go_on(struct hub *hub, struct client *client)
{
	struct buf unread = client->unread;

	buf_init(&client->unread);
	client_receive(hub, client, unread.bytes, unread.length);
	buf_release(&unread);
}

void
client_forget(struct hub *hub, struct client *client)
{
	incoming_next(&client->incoming);
	partial_count(hub, client);
	buf_release(&client->unread);
	buf_init(&client->unread);
	client_hold(hub, client, false);
}
