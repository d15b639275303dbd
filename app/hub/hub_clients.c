/*
 * What libwebsockets tells of connections.
 */
#include "hub/hub_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	FIELD_MAX = 8192, /* bytes of a field of a request */
	WINDOW_BITS = 15, /* which we pack with */
};

/* ---- requests */

static const char hex[] = "0123456789ABCDEF";

/* What has been decoded is encoded again: only what needs no word is left. */
static void
target_add(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~", c) != NULL) {
			buf_add_char(out, *text);
		} else {
			char coded[] = {'%', hex[c >> 4], hex[c & 15]};

			buf_add(out, coded, sizeof(coded));
		}
	}
}

/* The path is always ours; libwebsockets gives parameters one by one. */
static bool
target_read(struct lws *wsi, struct buf *out)
{
	char parameter[FIELD_MAX];
	int length, i = 0;

	buf_add_text(out, "/cosmic_stream");
	while ((length = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS,
						 i)) > 0) {
		char *value;

		if (lws_hdr_copy_fragment(wsi, parameter, sizeof(parameter),
					  WSI_TOKEN_HTTP_URI_ARGS, i) < 0)
			return false;
		value = strchr(parameter, '=');
		buf_add_char(out, i++ == 0 ? '?' : '&');
		if (value != NULL)
			*value++ = '\0';
		target_add(out, parameter);
		if (value == NULL)
			continue;
		buf_add_char(out, '=');
		target_add(out, value);
	}
	buf_add_char(out, '\0');
	return !out->failed;
}

/* Into room of FIELD_MAX bytes; NULL: there is none, or too much. */
static const char *
field_read(struct lws *wsi, enum lws_token_indexes which, char *room)
{
	return lws_hdr_copy(wsi, room, FIELD_MAX, which) > 0 ? room : NULL;
}

static const char *
field_read_named(struct lws *wsi, const char *name, char *room)
{
	int length = (int)strlen(name);

	return lws_hdr_custom_copy(wsi, room, FIELD_MAX, name, length) > 0 ?
		       room :
		       NULL;
}

/* False: it is refused, and `answer` says how. */
static bool
request_read(struct hub *hub, struct lws *wsi, struct hub_wanted *wanted,
	     struct buf *answer)
{
	char rooms[5][FIELD_MAX];
	struct hub_request request;
	struct buf target;
	bool let_in;

	buf_init(&target);
	if (!target_read(wsi, &target)) {
		buf_release(&target);
		return false;
	}
	request = (struct hub_request){
		.target = target.bytes,
		.host = field_read(wsi, WSI_TOKEN_HOST, rooms[0]),
		.origin = field_read(wsi, WSI_TOKEN_ORIGIN, rooms[1]),
		.authorization =
			field_read(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, rooms[2]),
		.api_key = field_read_named(wsi, "x-api-key:", rooms[3]),
		.forwarded =
			field_read(wsi, WSI_TOKEN_X_FORWARDED_FOR, rooms[4]),
	};
	memset(wanted, 0, sizeof(*wanted));
	let_in = hub->settings->read(hub->settings->arg, &request, wanted,
				     answer);
	buf_release(&target);
	return let_in;
}

/* ---- refusals, in HTTP */

/* As CGI programs say it: "Status: 422 …", fields, a body. */
static int
answer_send(struct lws *wsi, struct buf *answer)
{
	static const char status[] = "Status: ";
	struct buf text;
	int sent = -1;

	buf_init(&text);
	if (!answer->failed && answer->length > sizeof(status) &&
	    memcmp(answer->bytes, status, sizeof(status) - 1) == 0) {
		buf_add_text(&text, "HTTP/1.1 ");
		buf_add(&text, answer->bytes + sizeof(status) - 1,
			answer->length - sizeof(status) + 1);
	}
	if (!text.failed && text.length > 0)
		sent = lws_write(wsi, (unsigned char *)text.bytes, text.length,
				 LWS_WRITE_RAW);
	buf_release(&text);
	/* One answer; the connection is not used again. */
	return sent < 0 ? -1 : 1;
}

static int
client_confirm(struct hub *hub, struct lws *wsi)
{
	struct buf answer;
	int told = 0;

	buf_init(&answer);
	hub->entering = NULL;
	hub->packing = NULL;
	if (request_read(hub, wsi, &hub->wanted, &answer))
		hub->entering = wsi;
	else
		told = answer_send(wsi, &answer);
	buf_release(&answer);
	return told;
}

/* Whoever asks in plain HTTP is at the wrong door. */
static int
http_answer(struct lws *wsi)
{
	static const char text[] =
		"Status: 426 Upgrade Required\r\n"
		"Content-Type: application/problem+json\r\n"
		"Upgrade: websocket\r\nConnection: Upgrade, close\r\n"
		"Content-Length: 84\r\n\r\n"
		"{\"title\":\"Upgrade Required\",\"status\":426,"
		"\"detail\":\"This is for WebSocket only.\"}\n";
	struct buf answer;

	buf_init(&answer);
	buf_add_text(&answer, text);
	answer_send(wsi, &answer);
	buf_release(&answer);
	return -1;
}

/* ---- connections */

static int
client_enter(struct hub *hub, struct lws *wsi, struct client *client)
{
	/* Only who has been let in a moment ago, in the same breath. */
	if (hub->entering != wsi)
		return -1;
	hub->entering = NULL;
	memset(client, 0, sizeof(*client));
	client->wsi = wsi;
	client->number = ++hub->numbers;
	client->wanted = hub->wanted;
	client->packs = hub->packing == wsi && !hub->packing_small;
	client->tokens = (double)hub->settings->rate;
	client->tokens_ns = clock_mono_ns();
	buf_init(&client->incoming);
	buf_init(&client->errors);
	client->next = hub->clients;
	client->link = &hub->clients;
	if (client->next != NULL)
		client->next->link = &client->next;
	hub->clients = client;
	hub->count++;
	/* Its place is found now: nothing is missed from here on. */
	client_send(hub, client);
	return 0;
}

static void
client_leave(struct hub *hub, struct client *client)
{
	if (client->link == NULL)
		return;
	*client->link = client->next;
	if (client->next != NULL)
		client->next->link = client->link;
	client->link = NULL;
	hub->count--;
	buf_release(&client->incoming);
	buf_release(&client->errors);
}

/* The bell has rung, or the thread that writes has something to say. */
static void
hub_wake(struct hub *hub)
{
	if (events_log_look(&hub->log, 0))
		clients_send(hub);
	hub_take_refusals(hub);
	clients_release(hub);
}

int
hub_told(struct lws *wsi, enum lws_callback_reasons reason, void *user,
	 void *in, size_t length)
{
	struct hub *hub = lws_context_user(lws_get_context(wsi));
	struct client *client = user;

	switch (reason) {
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return client_confirm(hub, wsi);
	case LWS_CALLBACK_HTTP:
		return http_answer(wsi);
	case LWS_CALLBACK_ESTABLISHED:
		return client_enter(hub, wsi, client);
	case LWS_CALLBACK_RECEIVE:
		return client_receive(hub, client, in, length);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return client_writable(hub, client);
	case LWS_CALLBACK_CLOSED:
		client_leave(hub, client);
		return 0;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		hub_wake(hub);
		return 0;
	default:
		return 0;
	}
}

/* ---- permessage-deflate: libwebsockets unpacks, we pack */

int
hub_packing(struct lws_context *context, const struct lws_extension *ext,
	    struct lws *wsi, enum lws_extension_callback_reasons reason,
	    void *user, void *in, size_t length)
{
	struct hub *hub = lws_context_user(context);

	if (reason == LWS_EXT_CB_CONSTRUCT) {
		hub->packing = wsi;
		hub->packing_small = false;
	}
	return lws_extension_callback_pm_deflate(context, ext, wsi, reason,
						 user, in, length);
}
