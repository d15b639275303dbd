/*
 * An observer: one connection by WebSocket (RFC 6455) to a stream of events,
 * from the client's side, that may publish too.
 *
 * It is made for loading a server, so it is quick rather than strict: a
 * message is one frame, and what is sent is masked with zeros.
 */
#ifndef BENCH_OBSERVER_H
#define BENCH_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "seen.h"
#include "unpacked.h"

enum {
	OBSERVER_NORMAL = 1000,   /* the least code of a close */
	OBSERVER_ABNORMAL = 1006, /* it ended without one */
	OBSERVER_CODES = 16,
	OBSERVER_EPOCH = 16,
};

struct z_stream_s;

/* What all of them have to do with. */
struct observed {
	const char *place;  /* a unix socket's path, or "127.0.0.1:8081" */
	const char *target; /* "/cosmic_stream" */
	bool packs;         /* offers permessage-deflate */
	struct unpacked *unpacked; /* what is packed stands alone; or NULL */
	char epoch[OBSERVER_EPOCH + 1]; /* of the events; "": none yet */
	struct seen seen;
	uint64_t packed; /* frames that came packed */
	uint64_t gaps, refusals;
	uint64_t closes[OBSERVER_CODES]; /* by code, from OBSERVER_NORMAL on */
};

struct observer {
	int number;
	int fd;       /* -1: it is not connected */
	int64_t last; /* the number of the last event that it has had, or -1 */
	bool closed;  /* it was told why */
	struct buf rest;             /* of a frame that has not come whole */
	struct z_stream_s *unpacker; /* once something has come packed */
	/* Publishing: what it has sent, and its number before this connection;
	   what has come back, by its number. */
	int64_t sent, before, back;
	struct buf out; /* what could not be sent yet */
};

void observer_init(struct observer *observer, int number);
void observer_release(struct observer *observer);

/*
 * Connects and asks, and then observer_open_end() takes the answer; both
 * wait, and say by false that it did not work.  Who has had an event before
 * asks for what comes after it.
 */
bool observer_open_begin(struct observer *observer,
			 const struct observed *observed);
bool observer_open_end(struct observer *observer, struct observed *observed);

/* Takes what there is; false: the connection has ended, and is closed. */
bool observer_read(struct observer *observer, struct observed *observed);

/* Publishes a message of about so many bytes. */
void observer_publish(struct observer *observer, size_t bytes);

/* Sends what could not be sent, and says whether that is all. */
bool observer_flush(struct observer *observer);

/* Of what it has sent over this connection, how much has not come back. */
int64_t observer_under_way(const struct observer *observer);

void observer_close(struct observer *observer);

#endif
