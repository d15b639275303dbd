#include "gate/cgi.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "engine/after.h"
#include "engine/dispatch.h"

/* A body that is larger than CGI_DROP_MOST is left where it is. */
enum { CGI_DROP_MOST = 1 << 26, CGI_TASKS_S = 10 };

struct cgi_peer {
	struct lc_call call;
	bool finished;
};

static struct cgi_peer *
peer_of(struct lc_call *call)
{
	return (struct cgi_peer *)(void *)call;
}

/* Tasks, or an answer that is to be kept. */
static bool
has_more_to_do(const struct lc_call *call)
{
	return call->tasks != NULL || call->recall.stored;
}

/*
 * Some servers tell us to end when they have as many bytes as we said; but
 * tasks may follow, for CGI_TASKS_S.
 */
static bool
cgi_write(struct lc_call *call, const void *bytes, size_t length)
{
	const char *from = bytes;

	if (has_more_to_do(call))
		signal(SIGTERM, SIG_IGN);
	while (length > 0 && !call->closed) {
		ssize_t part = write(STDOUT_FILENO, from, length);

		if (part > 0) {
			from += part;
			length -= (size_t)part;
		} else if (part < 0 && errno != EINTR) {
			call->closed = true;
		}
	}
	return !call->closed;
}

/* A pipe of which all is read takes a whole piece. */
static bool
cgi_is_ready(struct lc_call *call)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
	int unread = 0;

	(void)call;
	if (ioctl(STDOUT_FILENO, FIONREAD, &unread) == 0 && unread > 0)
		return false;
	return poll(&out, 1, 0) > 0;
}

/* The server takes the answer for whole when we close. */
static void
output_end(void)
{
	int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (nothing < 0)
		return;
	dup2(nothing, STDOUT_FILENO);
	close(nothing);
}

static void
cgi_finish(struct lc_call *call)
{
	peer_of(call)->finished = true;
	if (has_more_to_do(call))
		output_end();
}

static int
cgi_descriptor(struct lc_call *call)
{
	(void)call;
	return -1; /* a web server tells only when we write */
}

static void
cgi_free(struct lc_call *call)
{
	(void)call; /* it is cgi_serve()'s own */
}

static const struct transport cgi_transport = {
	.write = cgi_write,
	.is_ready = cgi_is_ready,
	.finish = cgi_finish,
	.descriptor = cgi_descriptor,
	.free = cgi_free,
};

/* Waits for more of the body; false: it does not arrive in time. */
static bool
body_arrives(const struct lc_call *call)
{
	int64_t until_ns =
		call->arrived_ns +
		call->engine->options->receive_timeout_ms * CLOCK_NS_PER_MS;
	struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
	int64_t left_ms;
	int found;

	do {
		left_ms = (until_ns - clock_mono_ns()) / CLOCK_NS_PER_MS;
		if (left_ms <= 0)
			return false;
		found = poll(&ready, 1, (int)left_ms);
	} while (found < 0 && errno == EINTR);
	return found > 0;
}

/*
 * Takes a body that is not wanted off the server's hands: one that cannot
 * get rid of it drops our answer.
 */
static void
body_drop(const struct lc_call *call, int64_t length)
{
	char part[16384];

	while (length > 0 && body_arrives(call)) {
		ssize_t got = read(STDIN_FILENO, part, sizeof(part));

		if (got == 0 || (got < 0 && errno != EINTR))
			return;
		length -= got > 0 ? got : 0;
	}
}

static enum lc_rc
body_fill(struct lc_call *call, char *body, size_t length)
{
	size_t at = 0;

	while (at < length) {
		ssize_t part;

		if (!body_arrives(call))
			return lc_fail(call, LC_TIMEOUT,
				       "The body did not arrive in time: %zu "
				       "of %zu bytes.",
				       at, length);
		part = read(STDIN_FILENO, body + at, length - at);
		if (part == 0 || (part < 0 && errno != EINTR))
			return lc_fail(call, LC_BAD_REQUEST,
				       "The body ended after %zu of %zu "
				       "bytes.",
				       at, length);
		at += part > 0 ? (size_t)part : 0;
	}
	call->request.body = body;
	call->request.body_length = length;
	return LC_OK;
}

/* Reads what CONTENT_LENGTH announces; the rest is the server's affair. */
static enum lc_rc
body_read(struct lc_call *call)
{
	const char *text = call->request.fields[REQUEST_CONTENT_LENGTH];
	int64_t most = dispatch_body_most(call), length = 0;
	char *body;

	if (text == NULL || text[0] == '\0') {
		if (call->request.fields[REQUEST_TRANSFER_ENCODING] == NULL)
			return LC_OK;
		body_drop(call, CGI_DROP_MOST);
		return lc_fail(call, LC_LENGTH_REQUIRED,
			       "Send the body with its Content-Length; this "
			       "web server does not tell it of chunks.");
	}
	if (number_parse_int64(text, strlen(text), &length) != NUMBER_OK ||
	    length < 0)
		return lc_fail(call, LC_BAD_REQUEST,
			       "Content-Length is not a number of bytes.");
	if (length > most) {
		body_drop(call,
			  length < CGI_DROP_MOST ? length : CGI_DROP_MOST);
		return lc_fail(call, LC_TOO_LARGE,
			       "The body has %lld bytes; "
			       "%lld are allowed.",
			       (long long)length, (long long)most);
	}
	body = arena_alloc(&call->arena, (size_t)length + 1);
	return body != NULL ? body_fill(call, body, (size_t)length) :
			      LC_NO_MEMORY;
}

int
cgi_serve(struct engine *engine)
{
	struct cgi_peer *peer = malloc(sizeof(*peer));
	struct pollfd ready = {.fd = outbox_descriptor(engine->outbox),
			       .events = POLLIN};
	enum lc_rc rc;

	if (peer == NULL)
		return EXIT_FAILURE;
	engine->stays = false;
	signal(SIGPIPE, SIG_IGN);
	call_init(&peer->call, engine, &cgi_transport);
	peer->finished = false;
	rc = call_take_variables(&peer->call, environ);
	if (rc == LC_OK)
		rc = body_read(&peer->call);
	dispatch(&peer->call, rc);
	while (!peer->finished) {
		poll(&ready, 1, -1);
		outbox_act(engine->outbox);
	}
	if (!afters_stop(engine->afters,
			 clock_mono_ns() + CGI_TASKS_S * CLOCK_NS_PER_S))
		log_warning("tasks after a request took over %d s, and were "
			    "left",
			    (int)CGI_TASKS_S);
	if (!engine_stop(engine, clock_mono_ns() + CLOCK_NS_PER_S)) {
		log_flush();
		_exit(EXIT_SUCCESS);
	}
	while (outbox_act(engine->outbox))
		;
	free(peer);
	return EXIT_SUCCESS;
}
