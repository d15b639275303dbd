/*
 * What the files of hub/hub.h share: hub.c has the threads, hub_clients.c
 * what libwebsockets tells, hub_send.c and hub_receive.c both directions,
 * hub_write.c the thread that makes events of messages.
 */
#ifndef HUB_HUB_INNER_H
#define HUB_HUB_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include <libwebsockets.h>

#include "hub/hub.h"
#include "services/events_log.h"

enum {
	HUB_TAIL_BYTES = 16 << 20,
	HUB_BEHIND_MAX = 1 << 20,
	HUB_GRACE_MS = 30000, /* for who is too slow, to be told so */
	CLOSE_TOO_SLOW = 1013,
};

/* A connection; zeros at first, libwebsockets has the memory. */
struct client {
	struct client *next, **link;
	struct lws *wsi;
	uint64_t number; /* of all there have been */
	struct hub_wanted wanted;
	unsigned turn;   /* of the log that its place is in */
	bool catches_up; /* from the file */
	bool packs;      /* it takes packed frames */
	bool held;       /* nothing is read from it for a while */
	bool owed;       /* it is asked to be told when it can be written to */
	int64_t behind;  /* bytes that it has not been sent yet */
	int64_t slow_ns; /* since when it is too slow; 0: it is not */
	struct buf incoming; /* of a message that is not whole yet */
	double tokens;       /* messages that it may send now */
	int64_t tokens_ns;   /* when that was so */
	struct buf errors;   /* frames for it alone */
};

/* A message on its way into the log. */
struct message {
	struct message *next;
	uint64_t client;
	struct event event;
	char text[];
};

/* What the thread that writes has to say to a client. */
struct refusal {
	struct refusal *next;
	uint64_t client;
	size_t count;
	char why[EVENTS_WHY_MAX];
};

struct hub {
	const struct hub_settings *settings;
	struct lws_context *context;
	lws_sorted_usec_list_t timer;
	struct lws_protocols protocols[2];
	struct lws_extension extensions[2];
	struct events *events;
	struct events_log log;
	struct client *clients;
	int64_t count;
	uint64_t numbers;
	struct buf out; /* what is written next */
	/* A request that was let in, until it is a connection. */
	struct lws *entering;
	struct hub_wanted wanted;
	struct lws *packing; /* the last one that has agreed to pack */
	bool packing_small;  /* but not as we do */
	atomic_bool stopping;
	bool leaving; /* it stops, and tells all */

	pthread_t listener, writer;
	int threads;          /* that have been started */
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct message *messages, **messages_end;
	size_t messages_bytes;
	struct refusal *refusals;
	bool ending;
};

/* ---- sending: hub_send.c */

/* All that there is for a client, as far as it goes without waiting. */
void client_send(struct hub *hub, struct client *client);

/* What has just come into the log: for all that are not behind. */
void clients_send(struct hub *hub);

/* It can be written to: 0, or -1 to close it. */
int client_writable(struct hub *hub, struct client *client);

/* To be closed, with a reason; -1, which libwebsockets is to be told. */
int client_close(struct client *client, int status, const char *words);

/* Tells it alone what is wrong with what it sent. */
void client_refuse(struct hub *hub, struct client *client, enum lc_rc rc,
		   const char *why);

/* ---- receiving: hub_receive.c */

/* Some bytes of a message: 0, or -1 to close it. */
int client_receive(struct hub *hub, struct client *client, const void *bytes,
		   size_t length);

/* Whom nothing was read from may go on. */
void clients_release(struct hub *hub);

/* ---- the thread that writes: hub_write.c */

/* Hands a message over; it is the thread's then. */
void hub_hand_over(struct hub *hub, struct message *message);
void *hub_write(void *hub);
/* Tells clients what it could not do. */
void hub_take_refusals(struct hub *hub);
void hub_release_messages(struct hub *hub);

/* ---- what libwebsockets tells: hub_clients.c */

int hub_told(struct lws *wsi, enum lws_callback_reasons reason, void *user,
	     void *in, size_t length);
int hub_packing(struct lws_context *context, const struct lws_extension *ext,
		struct lws *wsi, enum lws_extension_callback_reasons reason,
		void *user, void *in, size_t length);

#endif
