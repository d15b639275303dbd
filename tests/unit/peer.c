#include "peer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/dispatch.h"
#include "scene.h"

enum { PEER_LINE_MAX = 16384 };

struct peer_call {
	struct lc_call call;
	struct peer *peer;
};

static struct peer *
peer_of(struct lc_call *call)
{
	return ((struct peer_call *)(void *)call)->peer;
}

static bool
peer_write(struct lc_call *call, const void *bytes, size_t length)
{
	struct peer *peer = peer_of(call);
	size_t kept = peer->length < PEER_TEXT_MAX - 1 ? peer->length :
							 PEER_TEXT_MAX - 1;
	size_t room = PEER_TEXT_MAX - 1 - kept;

	if (peer->deaf)
		return false;
	if (length > 0)
		memcpy(peer->text + kept, bytes, length < room ? length : room);
	peer->length += length;
	atomic_fetch_add(&peer->pieces, 1);
	return true;
}

static bool
peer_is_ready(struct lc_call *call)
{
	return !atomic_load(&peer_of(call)->blocked);
}

static void
peer_finish(struct lc_call *call)
{
	peer_of(call)->finished_ns = clock_mono_ns();
	peer_of(call)->cut = call->streaming && call->verdict != LC_OK;
	atomic_fetch_add(&peer_of(call)->finished, 1);
}

static int
peer_descriptor(struct lc_call *call)
{
	return peer_of(call)->near;
}

static void
peer_free(struct lc_call *call)
{
	struct peer *peer = peer_of(call);

	free(call);
	atomic_fetch_add(&peer->freed, 1);
}

static const struct transport peer_transport = {
	.write = peer_write,
	.is_ready = peer_is_ready,
	.finish = peer_finish,
	.descriptor = peer_descriptor,
	.free = peer_free,
};

void
peer_init(struct peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	atomic_init(&peer->blocked, false);
	atomic_init(&peer->pieces, 0);
	atomic_init(&peer->finished, 0);
	atomic_init(&peer->freed, 0);
	peer->near = peer->far = -1;
}

void
peer_connect(struct peer *peer)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		fail_msg("no pair of sockets: %s", strerror(errno));
	peer->near = pair[0];
	peer->far = pair[1];
}

void
peer_leave(struct peer *peer)
{
	if (peer->far >= 0)
		close(peer->far);
	peer->far = -1;
}

void
peer_hang_up(struct peer *peer)
{
	shutdown(peer->far, SHUT_WR);
}

void
peer_release(struct peer *peer)
{
	peer_leave(peer);
	if (peer->near >= 0)
		close(peer->near);
	peer->near = -1;
}

bool
peer_send(struct peer *peer, struct engine *engine, char *const *variables)
{
	struct peer_call *of = malloc(sizeof(*of));
	enum lc_rc rc;

	if (of == NULL)
		return false;
	call_init(&of->call, engine, &peer_transport);
	of->peer = peer;
	rc = call_take_variables(&of->call, variables);
	if (peer->body != NULL) {
		of->call.request.body = peer->body;
		of->call.request.body_length = strlen(peer->body);
	}
	dispatch(&of->call, rc);
	return true;
}

bool
peer_ask(struct peer *peer, struct engine *engine, const char *method,
	 const char *uri)
{
	char method_line[64], uri_line[PEER_LINE_MAX], query[PEER_LINE_MAX];
	char script[] = "SCRIPT_NAME=";
	char *variables[] = {method_line, uri_line, query, script, NULL};
	const char *question = strchr(uri, '?');

	snprintf(method_line, sizeof(method_line), "REQUEST_METHOD=%s", method);
	snprintf(uri_line, sizeof(uri_line), "REQUEST_URI=%s", uri);
	snprintf(query, sizeof(query), "QUERY_STRING=%s",
		 question != NULL ? question + 1 : "");
	return peer_send(peer, engine, variables);
}

int
peer_status(const struct peer *peer)
{
	static const char line[] = "Status: ", next[] = "\nStatus: ";
	const char *from = peer->text + sizeof(line) - 1;

	if (strncmp(peer->text, line, sizeof(line) - 1) != 0 ||
	    strstr(from, next) != NULL)
		return 0;
	return (int)strtol(from, NULL, 10);
}

const char *
peer_body(const struct peer *peer)
{
	const char *end = strstr(peer->text, "\r\n\r\n");

	return end != NULL ? end + 4 : "";
}

bool
peer_says(const struct peer *peer, const char *text)
{
	return strstr(peer->text, text) != NULL;
}

void
peer_go(struct engine *engine, struct peer *peer, bool connected,
	const char *uri)
{
	peer_init(peer);
	if (connected)
		peer_connect(peer);
	assert_true(peer_ask(peer, engine, "GET", uri));
}

int
peers_finished(const struct peer *peers, int count)
{
	int sum = 0;

	for (int i = 0; i < count; i++)
		sum += atomic_load(&peers[i].finished);
	return sum;
}

void
peers_answered(struct peer *peers, int count, int status)
{
	UNTIL(peers_finished(peers, count) >= count, PEER_SOON_MS);
	for (int i = 0; i < count; i++) {
		UNTIL(atomic_load(&peers[i].freed) > 0, PEER_SOON_MS);
		assert_int_equal(atomic_load(&peers[i].finished), 1);
		assert_int_equal(atomic_load(&peers[i].freed), 1);
		if (peer_status(&peers[i]) != status)
			fail_msg("%d: %s", i, peers[i].text);
		peer_release(&peers[i]);
	}
}
