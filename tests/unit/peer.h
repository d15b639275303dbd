/*
 * A client without a web server: it sends a request to the engine through a
 * transport of its own, which keeps what is answered.
 *
 * The peer must outlive its call.  Other threads may answer; the peer is to
 * be looked at when `finished` is not 0.
 */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "engine/engine.h"

enum {
	PEER_TEXT_MAX = 4096,
	PEER_SOON_MS = 10000, /* more than what takes no time can take */
};

struct peer {
	char text[PEER_TEXT_MAX]; /* the answer or its beginning, with a NUL */
	size_t length;            /* of all of the answer */
	bool deaf;                /* whatever is written fails */
	const char *body;         /* of the request; NULL: none */
	atomic_bool blocked;      /* a piece would have to wait */
	atomic_int pieces;        /* that were written, of whatever size */
	atomic_int finished, freed;
	int64_t finished_ns; /* on the monotonic clock */
	bool cut;            /* broken off: the gate would not end it well */
	int near, far;       /* a pair of sockets, or -1 */
};

void peer_init(struct peer *peer);

/* Gives it a connection, which can be closed. */
void peer_connect(struct peer *peer);

/* The client closes its end, or says only that it will send no more. */
void peer_leave(struct peer *peer);
void peer_hang_up(struct peer *peer);
void peer_release(struct peer *peer);

/* Sends a request; false when there was no memory for the call itself. */
bool peer_ask(struct peer *peer, struct engine *engine, const char *method,
	      const char *uri);

/* The same with a list of variables, which ends in NULL. */
bool peer_send(struct peer *peer, struct engine *engine,
	       char *const *variables);

/* Makes a peer that sends a GET, with a connection if so desired. */
void peer_go(struct engine *engine, struct peer *peer, bool connected,
	     const char *uri);

/* How many of the peers' calls were finished. */
int peers_finished(const struct peer *peers, int count);

/*
 * Waits until all are answered; fails the test unless each was once, with the
 * status, and let go of once.  Releases them.
 */
void peers_answered(struct peer *peers, int count, int status);

/* The answer's status; 0 when there is none, or more than one. */
int peer_status(const struct peer *peer);

/* What follows the empty line. */
const char *peer_body(const struct peer *peer);

/* Whether the answer holds a text. */
bool peer_says(const struct peer *peer, const char *text);

#endif
