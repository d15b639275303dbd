/*
 * What libwebsockets tells of connections.
 */
#include "hub/hub_inner.h"

#include <stdlib.h>

#include "base/clock.h"

static void
client_begin(struct hub *hub, struct lws *wsi, struct client *client)
{
	client->wsi = wsi;
	client->number = ++hub->numbers;
	client->until_ns = clock_mono_ns() + HUB_ENTER_MS * CLOCK_NS_PER_MS;
	client->tokens = 1;
	client->next = hub->clients;
	client->link = &hub->clients;
	if (client->next != NULL)
		client->next->link = &client->next;
	hub->clients = client;
	hub->connections++;
}

static void
client_end(struct hub *hub, struct client *client)
{
	if (client->link == NULL)
		return;
	*client->link = client->next;
	if (client->next != NULL)
		client->next->link = client->link;
	client->link = NULL;
	hub->connections--;
	hub->count -= client->counted;
	hub_seen_clients(hub);
	free(client->trace);
	client->trace = NULL;
	client_forget(hub, client);
	buf_release(&client->rest);
	buf_release(&client->aside);
}

/* The bell has rung, or the thread that writes has something to say. */
static void
hub_wake(struct hub *hub)
{
	if (events_log_look(&hub->log, 0))
		clients_send(hub);
	hub_take_losses(hub);
	clients_release(hub);
}

int
hub_told(struct lws *wsi, enum lws_callback_reasons reason, void *user,
	 void *in, size_t length)
{
	struct hub *hub = lws_context_user(lws_get_context(wsi));
	struct client *client = user;

	switch (reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return hub->leaving ||
		       hub->connections >= hub->clients_most + HUB_SPARE;
	case LWS_CALLBACK_RAW_ADOPT:
		client_begin(hub, wsi, client);
		return 0;
	case LWS_CALLBACK_RAW_RX:
		client_receive(hub, client, in, length);
		return 0;
	case LWS_CALLBACK_RAW_WRITEABLE:
		client->owed = false;
		client_send(hub, client);
		return 0;
	case LWS_CALLBACK_RAW_CLOSE:
		client_end(hub, client);
		return 0;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		hub_wake(hub);
		return 0;
	default:
		return 0;
	}
}
