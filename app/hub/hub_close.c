#include "hub/hub_inner.h"

#include <sys/socket.h>

#include "base/clock.h"

/* From now on there is no more for it than what is aside. */
static void
client_leaves(struct hub *hub, struct client *client, bool bye, int64_t ms)
{
	client->state = CLIENT_CLOSES;
	client->bye |= bye;
	client->until_ns = clock_mono_ns() + ms * CLOCK_NS_PER_MS;
	if (bye)
		client_forget(hub, client);
	client_send(hub, client);
}

void
client_dismiss(struct hub *hub, struct client *client, int status,
	       const char *words, bool bye)
{
	if (client->state != CLIENT_OPEN)
		return;
	hub_seen_close(hub, status);
	frame_close(&client->aside, status, words);
	client_leaves(hub, client, bye,
		      status == STATUS_LATER ? HUB_SLOW_MS : HUB_CLOSE_MS);
}

void
client_closes(struct hub *hub, struct client *client)
{
	const struct incoming *incoming = &client->incoming;
	const char *words;
	int status = incoming_close_status(incoming, &words);

	if (client->state == CLIENT_OPEN) {
		if (words != NULL) {
			hub_seen_close(hub, status);
			frame_close(&client->aside, status, words);
		} else {
			frame_add(&client->aside, FRAME_CLOSE,
				  incoming->control, incoming->control_length);
		}
	}
	client_leaves(hub, client, true, HUB_CLOSE_MS);
}

/*
 * The side that was asked hangs up last: what is on its way to it would be
 * lost otherwise, if it has sent something that nobody reads.
 */
void
client_written(struct client *client)
{
	if (client->state != CLIENT_CLOSES || !client->bye)
		return;
	client->state = CLIENT_ENDS;
	client->until_ns = clock_mono_ns() + HUB_END_MS * CLOCK_NS_PER_MS;
	shutdown(lws_get_socket_fd(client->wsi), SHUT_WR);
}

void
client_drop(struct client *client)
{
	client->state = CLIENT_ENDS;
	client->bye = true;
	lws_set_timeout(client->wsi, PENDING_TIMEOUT_USER_OK,
			LWS_TO_KILL_ASYNC);
}
