#include "gate/fcgi_peer.h"

#include <fcgiapp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "engine/dispatch.h"

struct fcgi_peer {
	struct lc_call call;
	FCGX_Request request;
	bool is_unix;
	bool late;    /* the body did not arrive in time */
	bool drained; /* nothing of the request is left unread */
	bool limited; /* SO_SNDTIMEO is set */
	size_t sent;
	int64_t blocked_ns; /* time spent in writing */
};

enum {
	/* What a fresh unix socket takes without blocking, and to spare. */
	PEER_FREE_BYTES = 32768,
	PEER_PART_BYTES = 65536,
	PEER_STREAM_MS = 20, /* for what a parked call writes piece by piece */
	PEER_LEAST_BYTES_PER_MS = 64, /* what a slow reader must manage */
};

static struct fcgi_peer *
peer_of(struct lc_call *call)
{
	return (struct fcgi_peer *)(void *)call;
}

static struct timeval
timeval_of(int64_t ms)
{
	return (struct timeval){.tv_sec = ms / 1000,
				.tv_usec = ms % 1000 * 1000};
}

/*
 * A peer that does not read must not hold a thread for ever; nor at all one
 * that many parked calls share, which writes when it need not wait.  Most
 * answers fit into the socket's buffer and save the system call.
 */
static void
peer_limit_sending(struct fcgi_peer *peer, size_t length)
{
	bool is_shared = peer->call.parked && peer->call.streaming;
	struct timeval limit = timeval_of(
		is_shared ? PEER_STREAM_MS :
			    peer->call.engine->options->send_timeout_ms);

	peer->sent += length;
	if (peer->limited ||
	    (peer->sent <= PEER_FREE_BYTES && peer->is_unix && !is_shared))
		return;
	peer->limited = true;
	setsockopt(peer->request.ipcFd, SOL_SOCKET, SO_SNDTIMEO, &limit,
		   sizeof(limit));
}

/* Nor may one that reads a little now and then: so much time in all. */
static bool
peer_is_too_slow(const struct fcgi_peer *peer)
{
	int64_t allowed_ms = peer->call.engine->options->send_timeout_ms +
			     (int64_t)(peer->sent / PEER_LEAST_BYTES_PER_MS);

	return peer->blocked_ns > allowed_ms * CLOCK_NS_PER_MS;
}

static bool
peer_put(struct fcgi_peer *peer, const char *bytes, int length)
{
	FCGX_Stream *out = peer->request.out;
	int64_t begun_ns;
	bool sent;

	if (!peer->limited)
		return FCGX_PutStr(bytes, length, out) == length;
	begun_ns = clock_mono_ns();
	sent = FCGX_PutStr(bytes, length, out) == length;
	peer->blocked_ns += clock_mono_ns() - begun_ns;
	return sent && !peer_is_too_slow(peer);
}

static bool
peer_write(struct lc_call *call, const void *bytes, size_t length)
{
	struct fcgi_peer *peer = peer_of(call);
	const char *from = bytes;

	peer_limit_sending(peer, length);
	while (length > 0 && !call->closed) {
		int part = length > PEER_PART_BYTES ? PEER_PART_BYTES :
						      (int)length;

		call->closed = !peer_put(peer, from, part);
		from += part;
		length -= (size_t)part;
	}
	if (call->streaming && !call->closed &&
	    FCGX_FFlush(peer->request.out) != 0)
		call->closed = true;
	return !call->closed;
}

/* A socket that can be written to takes a whole piece. */
static bool
peer_is_ready(struct lc_call *call)
{
	struct pollfd socket = {.fd = peer_of(call)->request.ipcFd,
				.events = POLLOUT};

	return poll(&socket, 1, 0) > 0;
}

static void
peer_finish(struct lc_call *call)
{
	struct fcgi_peer *peer = peer_of(call);

	/*
	 * libfcgi would wait up to two seconds for the web server to close.
	 * With nothing left unread, a plain close loses nothing.
	 */
	if (peer->drained && peer->is_unix)
		FCGX_Detach(&peer->request);
	peer->request.keepConnection = 0;
	/* Without its end, so that what was cut does not look complete. */
	if (call->streaming && call->verdict != LC_OK)
		FCGX_Free(&peer->request, 1);
	else
		FCGX_Finish_r(&peer->request);
}

static int
peer_descriptor(struct lc_call *call)
{
	return peer_of(call)->request.ipcFd;
}

static void
peer_free(struct lc_call *call)
{
	free(peer_of(call));
}

static const struct transport fcgi_transport = {
	.write = peer_write,
	.is_ready = peer_is_ready,
	.finish = peer_finish,
	.descriptor = peer_descriptor,
	.free = peer_free,
};

static void
connection_limit(const struct options *options, int connection)
{
	struct timeval limit = timeval_of(options->receive_timeout_ms);

	setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

/* Whether as much came as was announced. */
static bool
body_is_whole(const struct fcgi_peer *peer, size_t total)
{
	const char *text = FCGX_GetParam("CONTENT_LENGTH", peer->request.envp);
	int64_t announced;

	if (text == NULL || text[0] == '\0')
		return peer->drained;
	return peer->drained &&
	       number_parse_int64(text, strlen(text), &announced) ==
		       NUMBER_OK &&
	       announced == (int64_t)total;
}

static enum lc_rc
body_keep(struct fcgi_peer *peer, const struct buf *body)
{
	struct request *request = &peer->call.request;
	char *kept = NULL;

	if (!body->failed)
		kept = arena_dup(&peer->call.arena, body->bytes, body->length);
	if (kept == NULL)
		return LC_NO_MEMORY;
	request->body = kept;
	request->body_length = body->length;
	return LC_OK;
}

/*
 * Reads the body to its end, also where it is too large to be kept: a
 * connection that is closed with bytes unread loses the answer.  A body that
 * takes too long is given up.
 */
static enum lc_rc
body_read(struct fcgi_peer *peer)
{
	const struct options *options = peer->call.engine->options;
	int64_t until_ns = peer->call.arrived_ns +
			   options->receive_timeout_ms * CLOCK_NS_PER_MS;
	size_t most = 0, total = 0;
	enum lc_rc rc = LC_OK;
	char part[4096];
	struct buf body;
	int got;

	buf_init(&body);
	while ((got = FCGX_GetStr(part, sizeof(part), peer->request.in)) > 0) {
		total += (size_t)got;
		if (total > most)
			most = (size_t)dispatch_body_most(&peer->call);
		if (total <= most)
			buf_add(&body, part, (size_t)got);
		if (clock_mono_ns() >= until_ns)
			break;
	}
	peer->late = clock_mono_ns() >= until_ns;
	peer->drained = got == 0 && FCGX_GetError(peer->request.in) == 0;
	if (total > most)
		rc = lc_fail(&peer->call, LC_TOO_LARGE,
			     "The body has %zu bytes or more; %zu are allowed.",
			     total, most);
	else if (!body_is_whole(peer, total))
		rc = lc_fail(
			&peer->call, peer->late ? LC_TIMEOUT : LC_BAD_REQUEST,
			peer->late ? "The body did not arrive in time: %zu "
				     "bytes." :
				     "The body ended after %zu bytes.",
			total);
	else if (total > 0)
		rc = body_keep(peer, &body);
	buf_release(&body);
	return rc;
}

void
fcgi_peer_serve(struct engine *engine, const struct fcgi_connection *connection)
{
	struct fcgi_peer *peer = malloc(sizeof(*peer));
	enum lc_rc rc, body_rc;

	if (peer == NULL) {
		log_error("no memory for a request");
		close(connection->descriptor);
		return;
	}
	if (!connection->is_whole)
		connection_limit(engine->options, connection->descriptor);
	peer->is_unix = connection->is_unix;
	peer->limited = false;
	peer->sent = 0;
	peer->blocked_ns = 0;
	/*
	 * As if the connection were a kept one: libfcgi reads from it, and
	 * has no socket to accept another from should this one be bad.
	 */
	FCGX_InitRequest(&peer->request, -1, 0);
	peer->request.ipcFd = connection->descriptor;
	peer->request.keepConnection = 1;
	if (FCGX_Accept_r(&peer->request) != 0) {
		free(peer);
		return;
	}
	call_init(&peer->call, engine, &fcgi_transport);
	rc = call_take_variables(&peer->call, peer->request.envp);
	body_rc = body_read(peer);
	dispatch(&peer->call, rc != LC_OK ? rc : body_rc);
}
