/*
 * The thread that makes events of messages: all that wait, at once.
 */
#include "hub/hub_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { WRITE_MOST = 1024 /* messages in one transaction */ };

/* In memory, so that many small ones are not too much either. */
static size_t
message_bytes(const struct message *message)
{
	return sizeof(*message) + message->event.length;
}

void
hub_hand_over(struct hub *hub, struct message *message)
{
	message->next = NULL;
	pthread_mutex_lock(&hub->lock);
	*hub->messages_end = message;
	hub->messages_end = &message->next;
	hub->messages_bytes += message_bytes(message);
	pthread_cond_signal(&hub->changed);
	pthread_mutex_unlock(&hub->lock);
}

/* Up to WRITE_MOST of them; NULL: the thread ends. */
static struct message *
messages_take(struct hub *hub, size_t *count)
{
	struct message *first, **last;

	pthread_mutex_lock(&hub->lock);
	while (hub->messages == NULL && !hub->ending)
		pthread_cond_wait(&hub->changed, &hub->lock);
	first = hub->messages;
	last = &hub->messages;
	for (*count = 0; *last != NULL && *count < WRITE_MOST; ++*count)
		last = &(*last)->next;
	hub->messages = *last;
	if (hub->messages == NULL)
		hub->messages_end = &hub->messages;
	*last = NULL;
	pthread_mutex_unlock(&hub->lock);
	return *count > 0 ? first : NULL;
}

/* Those of one client in a row are refused in one sentence. */
static void
messages_lose(struct hub *hub, const struct message *first, const char *why)
{
	for (const struct message *m = first; m != NULL; m = m->next) {
		struct loss *loss = hub->losses;

		if (loss == NULL || loss->client != m->client) {
			loss = calloc(1, sizeof(*loss));
			if (loss == NULL)
				return;
			loss->client = m->client;
			memcpy(loss->why, why, EVENTS_WHY_MAX);
			loss->next = hub->losses;
			hub->losses = loss;
		}
		loss->count++;
	}
}

static void
messages_free(struct message *first)
{
	while (first != NULL) {
		struct message *next = first->next;

		free(first);
		first = next;
	}
}

/* False: they could not be written. */
static bool
messages_write(struct hub *hub, struct message *first, size_t count)
{
	static struct event list[WRITE_MOST]; /* of the one thread there is */
	char why[EVENTS_WHY_MAX] = "";
	size_t i = 0, bytes = 0;
	enum lc_rc rc;

	for (const struct message *m = first; m != NULL; m = m->next) {
		list[i++] = m->event;
		bytes += message_bytes(m);
	}
	rc = events_add(hub->events, list, count, why, sizeof(why));
	if (rc == LC_OK)
		hub_seen_written(hub, first, list);
	else
		hub_seen_lost(hub, first);
	pthread_mutex_lock(&hub->lock);
	hub->messages_bytes -= bytes;
	if (rc != LC_OK)
		messages_lose(hub, first, why);
	pthread_mutex_unlock(&hub->lock);
	if (rc != LC_OK) {
		lws_cancel_service(hub->context);
		if (hub_may_say(&hub->said_lost_ns))
			log_warning("messages of clients are lost: %s", why);
	}
	messages_free(first);
	return rc == LC_OK;
}

/* Who stops tries no more once it has failed: each try takes its time. */
void *
hub_write(void *arg)
{
	struct hub *hub = arg;
	struct message *first;
	size_t count;

	while ((first = messages_take(hub, &count)) != NULL)
		if (!messages_write(hub, first, count) &&
		    atomic_load(&hub->stopping))
			break;
	return NULL;
}

static void
loss_tell(struct hub *hub, const struct loss *loss)
{
	char words[EVENTS_WHY_MAX + 64];

	snprintf(words, sizeof(words), "%zu of your messages %s lost: %s",
		 loss->count, loss->count == 1 ? "is" : "are", loss->why);
	for (struct client *c = hub->clients; c != NULL; c = c->next)
		if (c->number == loss->client)
			client_refuse(hub, c, LC_UNAVAILABLE, words);
}

void
hub_take_losses(struct hub *hub)
{
	struct loss *first, *next;

	pthread_mutex_lock(&hub->lock);
	first = hub->losses;
	hub->losses = NULL;
	pthread_mutex_unlock(&hub->lock);
	for (; first != NULL; first = next) {
		next = first->next;
		loss_tell(hub, first);
		free(first);
	}
}

void
hub_release_messages(struct hub *hub)
{
	hub_seen_lost(hub, hub->messages);
	messages_free(hub->messages);
	while (hub->losses != NULL) {
		struct loss *next = hub->losses->next;

		free(hub->losses);
		hub->losses = next;
	}
}
