#include "gate/fcgi_peer.h"

#include <fcgiapp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/dispatch.h"

struct fcgi_peer {
	struct lc_call call;
	FCGX_Request request;
	bool is_unix;
	bool drained; /* nothing of the request is left unread */
	bool limited; /* SO_SNDTIMEO is set */
	size_t sent;
};

/* What a fresh unix socket takes without blocking, with much to spare. */
enum { PEER_FREE_BYTES = 32768 };

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
 * A peer that does not read must not hold a thread for ever.  Most answers
 * fit into the socket's buffer and save the system call.
 */
static void
peer_limit_sending(struct fcgi_peer *peer, size_t length)
{
	struct timeval limit =
		timeval_of(peer->call.engine->options->send_timeout_ms);

	peer->sent += length;
	if (peer->limited || (peer->sent <= PEER_FREE_BYTES && peer->is_unix))
		return;
	peer->limited = true;
	setsockopt(peer->request.ipcFd, SOL_SOCKET, SO_SNDTIMEO, &limit,
		   sizeof(limit));
}

static bool
peer_write(struct lc_call *call, const void *bytes, size_t length)
{
	FCGX_Stream *out = peer_of(call)->request.out;
	const char *from = bytes;

	peer_limit_sending(peer_of(call), length);
	while (length > 0 && !call->closed) {
		int part = length > 1 << 20 ? 1 << 20 : (int)length;

		if (FCGX_PutStr(from, part, out) != part)
			call->closed = true;
		from += part;
		length -= (size_t)part;
	}
	if (call->streaming && !call->closed && FCGX_FFlush(out) != 0)
		call->closed = true;
	return !call->closed;
}

static void
peer_finish(struct lc_call *call)
{
	struct fcgi_peer *peer = peer_of(call);

	/*
	 * libfcgi would wait up to two seconds for the web server to close.
	 * With nothing left unread the kernel answers a close without that
	 * with no reset.
	 */
	if (peer->drained && peer->is_unix)
		FCGX_Detach(&peer->request);
	peer->request.keepConnection = 0;
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

/*
 * Reads the body to its end, also where it is too large to be kept: a
 * connection that is closed with bytes unread loses the answer.
 */
static enum lc_rc
body_read(struct fcgi_peer *peer)
{
	size_t most = (size_t)peer->call.engine->options->body_max_bytes;
	FCGX_Stream *in = peer->request.in;
	size_t total = 0;
	char part[4096];
	struct buf body;
	char *kept = NULL;
	int got;

	buf_init(&body);
	while ((got = FCGX_GetStr(part, sizeof(part), in)) > 0) {
		total += (size_t)got;
		if (total <= most)
			buf_add(&body, part, (size_t)got);
	}
	peer->drained = FCGX_GetError(in) == 0;
	if (total > 0 && total <= most && !body.failed)
		kept = arena_dup(&peer->call.arena, body.bytes, body.length);
	buf_release(&body);
	if (total > most)
		return lc_fail(&peer->call, LC_TOO_LARGE,
			       "The body has %zu "
			       "bytes; %zu are allowed.",
			       total, most);
	if (total > 0 && kept == NULL)
		return LC_NO_MEMORY;
	if (total > 0) {
		peer->call.request.body = kept;
		peer->call.request.body_length = total;
	}
	return LC_OK;
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
