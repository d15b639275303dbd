/*
 * What the files of hub/hub.h share: hub.c has the threads, hub_time.c what
 * is looked at now and then, hub_seen.c what others see of it all,
 * hub_clients.c what libwebsockets tells of
 * connections, hub_enter.c their first request, hub_receive.c what they send
 * then, hub_send.c and hub_output.c what they are sent, hub_close.c how they
 * end, hub_write.c the thread that makes events of messages.
 *
 * libwebsockets has the loop and the connections, as plain ones: what is said
 * over them (hub/handshake.h, hub/incoming.h, hub/frame.h) is ours, as it must
 * refuse what RFC 6455 wants refused, and keep no copies of what all are sent.
 */
#ifndef HUB_HUB_INNER_H
#define HUB_HUB_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include <libwebsockets.h>

#include "hub/hub.h"
#include "hub/incoming.h"
#include "hub/message.h"
#include "services/events_log.h"

enum {
	HUB_TAIL_BYTES = 16 << 20,
	HUB_BEHIND_MAX = 1 << 20,
	HUB_SPARE = 64, /* connections that are not let in yet, or refused */
	HUB_FRAMES_MOST = 1024, /* about: in one go to one client */

	HUB_ENTER_MS = 10000, /* for a request to come */
	HUB_CLOSE_MS = 5000,  /* for the client to say that it closes, too */
	HUB_SLOW_MS = 30000,  /* the same of one that is too slow */
	HUB_END_MS = 2000,    /* for it to hang up */
	HUB_COMPLAIN_MS = 10000,
};

/* With what a connection is closed (RFC 6455, section 7.4.1). */
enum {
	STATUS_GOING = 1001,
	STATUS_TEXT = 1007,
	STATUS_TOO_LARGE = 1009,
	STATUS_OURS = 1011,
	STATUS_LATER = 1013,
};

enum client_state {
	CLIENT_ENTERS, /* its request is to come */
	CLIENT_OPEN,
	CLIENT_CLOSES, /* a last frame, or a refusal, is on its way */
	CLIENT_ENDS,   /* it has been sent all; it hangs up */
};

/* A connection; zeros at first, libwebsockets has the memory. */
struct client {
	struct client *next, **link;
	struct lws *wsi;
	uint64_t number; /* of all there have been */
	enum client_state state;
	bool counted;     /* it has been let in */
	bool bye;         /* nothing more is heard from it */
	int64_t until_ns; /* it goes then, unless it is open */
	int64_t heard_ns; /* when it has sent something last */
	bool asked;       /* since then, whether it is there */

	/* Receiving. */
	struct incoming incoming;
	size_t partial;    /* bytes of a message, which the hub has counted */
	struct buf unread; /* what has come, and is not looked at yet */
	bool held;         /* nothing is read from it for a while */
	double tokens;     /* messages that it may send now */
	int64_t tokens_ns; /* when that was so */

	char *trace; /* the traceparent of its request; NULL: none */

	/* Sending. */
	struct hub_wanted wanted;
	unsigned turn;      /* of the log that its place is in */
	bool catches_up;    /* it has not come to the log's end yet */
	size_t window;      /* its own, for packed texts; 0: they are not */
	bool owed;          /* it cannot be written to for now */
	int64_t owed_total; /* the tail's, when that began */
	struct buf rest;    /* of a frame that it was sent in part */
	struct buf aside;   /* frames for it alone */
};

/* What the thread that writes has to say to a client. */
struct loss {
	struct loss *next;
	uint64_t client;
	size_t count;
	char why[EVENTS_WHY_MAX];
};

/* What is written to a client in one go. */
struct output {
	struct buf bytes;
	size_t own;     /* of them, before the events: not asked for again */
	int64_t before; /* the number of the last event before these */
	size_t count;
	struct {
		size_t end;      /* in bytes */
		int64_t seq;     /* of the event */
		unsigned events; /* of the frames up to this one */
	} frames[HUB_FRAMES_MOST + 1];
};

/* The series that it counts in. */
struct hub_series {
	int clients, delivered, bytes, queue, published, refused, lost;
};

struct hub {
	const struct hub_settings *settings;
	struct hub_series series;
	int64_t clients_most; /* that the system lets us have */
	struct lws_context *context;
	lws_sorted_usec_list_t timer;
	struct lws_protocols protocols[2];
	struct events *events;
	struct events_log log;
	struct client *clients;
	int64_t connections, count; /* of them were let in */
	int64_t held;               /* of them */
	uint64_t numbers;
	size_t partial; /* bytes of messages that are not whole yet */
	struct packer *packer;
	struct buf text; /* a message, unpacked */
	struct output out;
	int64_t looked_ns; /* when each client was looked at */
	int64_t said_full_ns, said_slow_ns;
	int64_t slow_count; /* since it was said */
	atomic_bool stopping;
	bool leaving; /* it stops, and tells all */

	pthread_t listener, writer;
	int threads;          /* that have been started */
	int64_t said_lost_ns; /* the writer's own */
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct message *messages, **messages_end;
	size_t messages_bytes;
	struct loss *losses;
	bool ending;
};

/* ---- beginning: hub_enter.c */

/* Some bytes of its request have come. */
void client_enter(struct hub *hub, struct client *client, const char *bytes,
		  size_t length);

/* ---- receiving: hub_receive.c */

/* Whatever it has sent. */
void client_receive(struct hub *hub, struct client *client, const char *bytes,
		    size_t length);

/* Looks at what is not looked at yet. */
void client_go_on(struct hub *hub, struct client *client);

/* Whom nothing was read from may go on. */
void clients_release(struct hub *hub);

/* Forgets what it has sent, and reads from it again if it was held. */
void client_forget(struct hub *hub, struct client *client);

/* ---- sending: hub_send.c */

/* All that there is for a client, as far as it goes in one go. */
void client_send(struct hub *hub, struct client *client);

/* What has just come into the log. */
void clients_send(struct hub *hub);

/* Tells it alone what is wrong with what it sent. */
void client_refuse(struct hub *hub, struct client *client, enum lc_rc rc,
		   const char *why);

/* ---- writing: hub_output.c */

/*
 * Writes hub->out; what the client does not take is kept, or asked for
 * again.
 */
void client_put(struct hub *hub, struct client *client);

/* ---- ending: hub_close.c */

/*
 * Tells it that it is closed, with words why; `bye`: nothing that it says is
 * of interest any more.
 */
void client_dismiss(struct hub *hub, struct client *client, int status,
		    const char *words, bool bye);

/* It has sent a close frame, which is answered. */
void client_closes(struct hub *hub, struct client *client);

/* All has been written to one that closes. */
void client_written(struct client *client);

/* It goes without a word, when libwebsockets comes to it. */
void client_drop(struct client *client);

/* ---- what others see of it: hub_seen.c */

/* Finds the series. */
void hub_see(struct hub *hub);

/* A client has been let in, or has gone. */
void hub_seen_clients(const struct hub *hub);

/* So much has been written to one, and so many events were in it. */
void hub_seen_sent(const struct hub *hub, int64_t bytes, int64_t events);

/* We close a connection. */
void hub_seen_close(const struct hub *hub, int status);

/* What clients do not take, and what is not written yet. */
void hub_seen_queue(struct hub *hub);

/* A message has come, which is refused, or is to become an event. */
void hub_seen_refusal(const struct hub *hub);
void hub_seen_message(const struct hub *hub, const struct client *client,
		      struct message *message);

/* Some have been written, as these events; or could not be. */
void hub_seen_written(const struct hub *hub, const struct message *first,
		      const struct event *events);
void hub_seen_lost(const struct hub *hub, const struct message *first);

/* ---- now and then: hub_time.c */

void hub_tick(lws_sorted_usec_list_t *timer);

/* The next tick comes soon. */
void hub_hurry(struct hub *hub);

/* Whether it is to be said again; *said_ns is when it was said last. */
bool hub_may_say(int64_t *said_ns);

/* ---- the thread that writes: hub_write.c */

/* Hands a message over; it is the thread's then. */
void hub_hand_over(struct hub *hub, struct message *message);
void *hub_write(void *hub);
/* Tells clients what it could not do. */
void hub_take_losses(struct hub *hub);
void hub_release_messages(struct hub *hub);

/* ---- what libwebsockets tells: hub_clients.c */

int hub_told(struct lws *wsi, enum lws_callback_reasons reason, void *user,
	     void *in, size_t length);

#endif
