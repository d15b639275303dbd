#include "hub/hub_inner.h"

#include <errno.h>
#include <sys/socket.h>

#include "services/events_tail.h"

/* The first frame that has not gone wholly; `count`: there is none. */
static size_t
frame_find(const struct output *out, size_t written)
{
	size_t low = 0, high = out->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (out->frames[middle].end > written)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool
frame_is_begun(const struct output *out, size_t i, size_t written)
{
	size_t begin = i > 0 ? out->frames[i - 1].end : out->own;

	return i < out->count && written > begin && written > out->own;
}

/* How many events have gone wholly, or are bound to: the rest is kept. */
static int64_t
events_gone(const struct output *out, size_t written)
{
	size_t i = frame_find(out, written);

	if (frame_is_begun(out, i, written))
		i++;
	return i > 0 ? out->frames[i - 1].events : 0;
}

/*
 * What is kept is the end of what has been begun: events that have not are
 * asked for again, so that who does not read costs next to nothing.
 */
static void
output_keep(const struct output *out, size_t written, struct client *client)
{
	size_t i = frame_find(out, written), end = out->own;
	int64_t after = out->before;

	if (i > 0) {
		after = out->frames[i - 1].seq;
		end = out->frames[i - 1].end;
	}
	if (frame_is_begun(out, i, written)) {
		after = out->frames[i].seq;
		end = out->frames[i].end;
	}
	if (end > written)
		buf_add(&client->rest, out->bytes.bytes + written,
			end - written);
	client->wanted.had.after = after;
}

static void
client_owe(struct hub *hub, struct client *client)
{
	client->owed = true;
	client->owed_total = events_tail_total(hub->log.tail);
	lws_callback_on_writable(client->wsi);
}

void
client_put(struct hub *hub, struct client *client)
{
	const struct output *out = &hub->out;
	ssize_t written = 0;

	if (out->bytes.length > 0)
		written = send(lws_get_socket_fd(client->wsi), out->bytes.bytes,
			       out->bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (written < 0 && errno != EAGAIN && errno != EINTR) {
		client_drop(client);
		return;
	}
	if (written < 0)
		written = 0;
	hub_seen_sent(hub, written, events_gone(out, (size_t)written));
	if ((size_t)written == out->bytes.length)
		return;
	output_keep(out, (size_t)written, client);
	client_owe(hub, client);
}
