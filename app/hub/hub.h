/*
 * The hub: clients by WebSocket (RFC 6455), whose messages become events, and
 * who are sent all events in their order.
 *
 * One thread has all connections, by libwebsockets.  It never waits: neither
 * for a client that does not read, nor for the disk, which another thread
 * writes to; a third one hears the bell.  A client has no queue but its
 * place in the order: what follows is framed once for all (and packed once,
 * permessage-deflate of RFC 7692), and copied to each.
 *
 * All that is to be known lies in state.sqlite: a hub that is killed loses
 * nothing but connections, and clients go on where they were.
 */
#ifndef HUB_HUB_H
#define HUB_HUB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "services/events.h"
#include "services/events_filter.h"
#include "services/events_resume.h"
#include "services/metrics.h"
#include "services/trace.h"

struct hub;

/* What a request to be connected says; NULL: nothing. */
struct hub_request {
	const char *target; /* "/cosmic_stream?after=7" */
	const char *host, *forwarded_host, *origin;
	const char *authorization, *api_key;
};

/* What that client is then. */
struct hub_wanted {
	struct events_had had;
	struct events_filter filter;
	bool bare;      /* events' data alone */
	bool publishes; /* else its messages are refused */
};

struct hub_settings {
	const char *path;    /* of a unix socket; NULL: by TCP */
	const char *address; /* to listen at: "127.0.0.1", "::1" */
	bool by_ip6;         /* that is one of IPv6 */
	int port;
	int64_t clients_most;
	int64_t replay;          /* events that are sent again at most */
	int64_t rate;            /* messages of one client in a second */
	struct metrics *metrics; /* what it counts with; or NULL */
	struct tracer *tracer;   /* what it records spans to; or NULL */
	/*
	 * Reads a request.  False: it is refused, and `answer` is the whole
	 * of what is answered, as CGI programs write it.  In the thread that
	 * has the connections.
	 */
	bool (*read)(void *arg, const struct hub_request *request,
		     struct hub_wanted *wanted, struct buf *answer);
	void *arg;
};

/*
 * Begins to listen.  NULL: `why` says what is wrong.  All that is given must
 * live as long.
 */
struct hub *hub_new(const struct hub_settings *settings, struct events *events,
		    struct buf *why);

/*
 * Serves until hub_stop(), and tells all clients then that it goes (1001);
 * they have a second to hear it.  False: something went wrong.
 */
bool hub_run(struct hub *hub);

/* From any thread, and from a signal's handler. */
void hub_stop(struct hub *hub);

/* What clients have sent is written first. */
void hub_free(struct hub *hub);

#endif
