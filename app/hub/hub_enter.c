#include "hub/hub_inner.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "hub/handshake.h"
#include "hub/refusal.h"

/* ---- not let in */

static void
client_turn_away(struct hub *hub, struct client *client,
		 const struct buf *written)
{
	refusal_answer(&client->aside, written);
	client->state = CLIENT_CLOSES;
	client->bye = true;
	client->until_ns = clock_mono_ns() + HUB_CLOSE_MS * CLOCK_NS_PER_MS;
	client_forget(hub, client);
	client_send(hub, client);
}

static void
client_turn_away_for(struct hub *hub, struct client *client, enum lc_rc rc,
		     const char *why)
{
	struct buf written;

	buf_init(&written);
	refusal_write(&written, rc, why);
	client_turn_away(hub, client, &written);
	buf_release(&written);
}

static bool
hub_is_full(struct hub *hub)
{
	if (hub->count < hub->clients_most)
		return false;
	if (hub_may_say(&hub->said_full_ns))
		log_warning("%lld clients are connected, and more are refused",
			    (long long)hub->count);
	return true;
}

/* ---- let in */

/* Few have one, and without memory it has none. */
static void
client_trace(struct client *client, const char *traceparent)
{
	struct trace_context context;
	char text[TRACE_PARENT_BYTES];

	if (traceparent == NULL || !trace_parent_read(traceparent, &context))
		return;
	trace_parent_write(&context, text);
	client->trace = strdup(text);
}

static void
client_let_in(struct hub *hub, struct client *client,
	      const struct handshake *handshake,
	      const struct hub_wanted *wanted)
{
	client->state = CLIENT_OPEN;
	client->counted = true;
	hub->count++;
	hub_seen_clients(hub);
	client_trace(client, handshake->traceparent);
	client->wanted = *wanted;
	client->window = handshake->offer.bits > 0 ?
				 (size_t)1 << handshake->offer.bits :
				 0;
	client->incoming.may_pack = handshake->offer.bits > 0;
	client->incoming.most = EVENTS_DATA_MAX;
	client->tokens = (double)hub->settings->rate;
	client->tokens_ns = clock_mono_ns();
	handshake_answer(handshake, &client->aside);
	/* Its place is found now: nothing is missed from here on. */
	client_send(hub, client);
}

/* False: it is refused, and `written` says how. */
static bool
request_take(struct hub *hub, const struct handshake *handshake,
	     struct hub_wanted *wanted, struct buf *written)
{
	const struct hub_request request = {
		.target = handshake->target,
		.host = handshake->host,
		.forwarded_host = handshake->forwarded_host,
		.origin = handshake->origin,
		.authorization = handshake->authorization,
		.api_key = handshake->api_key,
	};

	*wanted = (struct hub_wanted){.bare = false};
	return hub->settings->read(hub->settings->arg, &request, wanted,
				   written);
}

static void
request_read(struct hub *hub, struct client *client, char *text, size_t length)
{
	struct handshake handshake;
	struct hub_wanted wanted;
	struct buf written;
	const char *why;
	enum lc_rc rc = handshake_read(text, length, &handshake, &why);

	if (rc == LC_OK && hub_is_full(hub)) {
		rc = LC_UNAVAILABLE;
		why = "As many clients as may be are connected already.";
	}
	if (rc != LC_OK) {
		client_turn_away_for(hub, client, rc, why);
		return;
	}
	buf_init(&written);
	if (request_take(hub, &handshake, &wanted, &written))
		client_let_in(hub, client, &handshake, &wanted);
	else
		client_turn_away(hub, client, &written);
	buf_release(&written);
}

void
client_enter(struct hub *hub, struct client *client, const char *bytes,
	     size_t length)
{
	struct buf *text = &client->unread, all;
	size_t request;

	buf_add(text, bytes, length);
	if (text->failed) {
		client_drop(client);
		return;
	}
	request = handshake_length(text->bytes, text->length);
	if (request > HANDSHAKE_MAX ||
	    (request == 0 && text->length > HANDSHAKE_MAX)) {
		client_turn_away_for(hub, client, LC_FIELDS_TOO_LARGE,
				     "The request has more than 8192 bytes.");
		return;
	}
	if (request == 0)
		return;
	all = *text;
	buf_init(text);
	request_read(hub, client, all.bytes, request);
	client_receive(hub, client, all.bytes + request, all.length - request);
	buf_release(&all);
}
