#include "hub/hub_inner.h"

#include "base/clock.h"

enum {
	TICK_SOON_MS = 50,
	TICK_MS = 1000,
	/* Web servers cut what has not sent a byte for 60 s. */
	PING_MS = 24000,
	HANG_UP_MS = 55000,
};

bool
hub_may_say(int64_t *said_ns)
{
	int64_t now_ns = clock_mono_ns();

	if (*said_ns != 0 &&
	    now_ns - *said_ns < HUB_COMPLAIN_MS * CLOCK_NS_PER_MS)
		return false;
	*said_ns = now_ns;
	return true;
}

/* Whether it is there at all.  Who is held is not heard, but may read. */
static void
client_ask(struct hub *hub, struct client *client, int64_t now_ns)
{
	int64_t silent_ms = (now_ns - client->heard_ns) / CLOCK_NS_PER_MS;

	if ((client->held && !client->owed) || silent_ms < PING_MS)
		return;
	if (silent_ms >= HANG_UP_MS) {
		client_drop(client);
	} else if (!client->asked) {
		client->asked = true;
		frame_add(&client->aside, FRAME_PING, "", 0);
		client_send(hub, client);
	}
}

static void
clients_look(struct hub *hub)
{
	int64_t now_ns = clock_mono_ns();

	if (now_ns - hub->looked_ns < TICK_MS * CLOCK_NS_PER_MS)
		return;
	hub->looked_ns = now_ns;
	hub_seen_queue(hub);
	for (struct client *c = hub->clients; c != NULL; c = c->next) {
		if (c->state == CLIENT_OPEN) {
			client_ask(hub, c, now_ns);
			/* What could not be read may be readable now. */
			client_send(hub, c);
		} else if (c->until_ns < now_ns) {
			client_drop(c);
		}
	}
}

static void
tick_schedule(struct hub *hub)
{
	int ms = hub->held > 0 || hub->leaving ? TICK_SOON_MS : TICK_MS;

	lws_sul_schedule(hub->context, 0, &hub->timer, hub_tick,
			 ms * LWS_US_PER_MS);
}

void
hub_tick(lws_sorted_usec_list_t *timer)
{
	struct hub *hub = lws_container_of(timer, struct hub, timer);

	clients_release(hub);
	clients_look(hub);
	tick_schedule(hub);
}

void
hub_hurry(struct hub *hub)
{
	tick_schedule(hub);
}
