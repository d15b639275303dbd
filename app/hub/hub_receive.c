#include "hub/hub_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "hub/message.h"

enum {
	RECEIVE_MAX = EVENTS_DATA_MAX, /* bytes of a message */
	RECEIVE_WAITING_MAX = 8 << 20, /* of messages that are not written */
};

int
client_close(struct client *client, int status, const char *words)
{
	char copy[124];

	memcpy(copy, words, strlen(words) + 1);
	lws_close_reason(client->wsi, (enum lws_close_status)status,
			 (unsigned char *)copy, strlen(copy));
	return -1;
}

/* ---- not too many */

static void
client_hold(struct client *client, bool held)
{
	if (client->held == held)
		return;
	client->held = held;
	lws_rx_flow_control(client->wsi, !held);
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
hub_is_full(struct hub *hub)
{
	bool full;

	pthread_mutex_lock(&hub->lock);
	full = hub->messages_bytes > RECEIVE_WAITING_MAX;
	pthread_mutex_unlock(&hub->lock);
	return full;
}

void
clients_release(struct hub *hub)
{
	double rate = (double)hub->settings->rate;
	int64_t now_ns = clock_mono_ns();

	if (hub_is_full(hub))
		return;
	for (struct client *c = hub->clients; c != NULL; c = c->next) {
		if (!c->held)
			continue;
		tokens_fill(c, rate, now_ns);
		if (c->tokens >= 1)
			client_hold(c, false);
	}
}

/* ---- messages */

static void
client_publish(struct hub *hub, struct client *client)
{
	char why[EVENTS_WHY_MAX];
	struct message *message;
	enum lc_rc rc =
		message_read(client->incoming.bytes, client->incoming.length,
			     &message, why, sizeof(why));

	if (rc != LC_OK) {
		client_refuse(hub, client, rc, why);
		return;
	}
	message->client = client->number;
	hub_hand_over(hub, message);
}

static void
client_take(struct hub *hub, struct client *client)
{
	tokens_fill(client, (double)hub->settings->rate, clock_mono_ns());
	client->tokens -= 1;
	if (!client->wanted.publishes)
		client_refuse(
			hub, client, LC_UNAUTHORIZED,
			"Messages are taken with a key of scope publish.");
	else
		client_publish(hub, client);
	if (client->tokens < 1 || hub_is_full(hub))
		client_hold(client, true);
}

int
client_receive(struct hub *hub, struct client *client, const void *bytes,
	       size_t length)
{
	if (lws_frame_is_binary(client->wsi))
		return client_close(client,
				    LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE,
				    "a message is JSON, as text");
	if (client->incoming.length + length > RECEIVE_MAX)
		return client_close(client, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE,
				    "a message has at most 65536 bytes");
	buf_add(&client->incoming, bytes, length);
	if (client->incoming.failed)
		return client_close(client,
				    LWS_CLOSE_STATUS_UNEXPECTED_CONDITION,
				    "out of memory");
	if (!lws_is_final_fragment(client->wsi) ||
	    lws_remaining_packet_payload(client->wsi) > 0)
		return 0;
	client_take(hub, client);
	/* Most clients only listen: they need no memory for it. */
	buf_release(&client->incoming);
	buf_init(&client->incoming);
	return 0;
}
