#include "gate/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/arrival.h"
#include "gate/fcgi_peer.h"

enum {
	ACCEPTOR_LAST_MS = 300, /* of accepting, after the order to stop */
	ACCEPTOR_PAUSE_MS = 5,
	ACCEPTOR_SWEEP_MS = 250,
};

/* A connection whose request has not arrived yet. */
struct acceptor_waiting {
	int connection;
	int64_t until_ns;
	struct acceptor_waiting *next, **link;
};

static void
waiting_remove(struct acceptor_waiting *waiting)
{
	*waiting->link = waiting->next;
	if (waiting->next != NULL)
		waiting->next->link = waiting->link;
	free(waiting);
}

static void
waiting_close(struct acceptor_waiting *waiting)
{
	close(waiting->connection);
	waiting_remove(waiting);
}

static void
waiting_add(struct acceptor *acceptor, int connection)
{
	struct acceptor_waiting *waiting = malloc(sizeof(*waiting));
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
		.data = {.ptr = waiting}};
	int64_t limit_ms =
		acceptor->shared->engine->options->receive_timeout_ms;

	if (waiting == NULL ||
	    epoll_ctl(acceptor->watch, EPOLL_CTL_ADD, connection, &event) !=
		    0) {
		log_warning("a connection cannot wait: %s", strerror(errno));
		free(waiting);
		close(connection);
		return;
	}
	*waiting = (struct acceptor_waiting){
		.connection = connection,
		.until_ns = clock_mono_ns() + limit_ms * CLOCK_NS_PER_MS,
		.next = acceptor->waiting,
		.link = &acceptor->waiting,
	};
	if (waiting->next != NULL)
		waiting->next->link = &waiting->next;
	acceptor->waiting = waiting;
}

static void
connection_serve(struct acceptor *acceptor, int connection,
		 enum arrival arrival)
{
	const struct acceptors *shared = acceptor->shared;
	struct fcgi_connection accepted = {
		.listener = shared->listener,
		.descriptor = connection,
		.is_unix = shared->is_unix,
		.is_whole = arrival == ARRIVAL_WHOLE,
	};

	fcgi_peer_serve(shared->engine, &accepted);
}

/* Serves a new connection, or puts it aside. */
static void
connection_take(struct acceptor *acceptor, int connection)
{
	enum arrival arrival = arrival_look(connection);

	if (arrival == ARRIVAL_NEVER)
		close(connection);
	else if (arrival == ARRIVAL_PARTLY)
		waiting_add(acceptor, connection);
	else
		connection_serve(acceptor, connection, arrival);
}

/* More has arrived on a connection that was put aside. */
static void
waiting_look(struct acceptor *acceptor, struct acceptor_waiting *waiting)
{
	enum arrival arrival = arrival_look(waiting->connection);
	int connection = waiting->connection;

	if (arrival == ARRIVAL_NEVER) {
		waiting_close(waiting);
	} else if (arrival != ARRIVAL_PARTLY) {
		epoll_ctl(acceptor->watch, EPOLL_CTL_DEL, connection, NULL);
		waiting_remove(waiting);
		connection_serve(acceptor, connection, arrival);
	}
}

/* Closes what has waited too long. */
static void
waiting_sweep(struct acceptor *acceptor)
{
	struct acceptor_waiting *next;
	int64_t now_ns;

	if (acceptor->waiting == NULL)
		return;
	now_ns = clock_mono_ns();
	if (now_ns < acceptor->sweep_ns)
		return;
	acceptor->sweep_ns = now_ns + ACCEPTOR_SWEEP_MS * CLOCK_NS_PER_MS;
	for (struct acceptor_waiting *w = acceptor->waiting; w != NULL;
	     w = next) {
		next = w->next;
		if (w->until_ns <= now_ns)
			waiting_close(w);
	}
}

/* Accepts one connection; false when there was none. */
static bool
accept_one(struct acceptor *acceptor)
{
	int connection = accept4(acceptor->shared->listener, NULL, NULL,
				 SOCK_CLOEXEC);

	if (connection >= 0) {
		connection_take(acceptor, connection);
		return true;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
	    errno == ENOBUFS) {
		/* The connection stays in the backlog; some will end. */
		log_warning("no connection can be accepted: %s",
			    strerror(errno));
		poll(NULL, 0, ACCEPTOR_PAUSE_MS);
	}
	return errno == ECONNABORTED || errno == EINTR;
}

static void
outbox_empty(struct acceptor *acceptor)
{
	while (outbox_act(acceptor->shared->engine->outbox))
		;
}

static void
acceptor_wait(struct acceptor *acceptor, int timeout_ms)
{
	struct epoll_event event = {.data = {.ptr = NULL}};

	if (epoll_wait(acceptor->watch, &event, 1, timeout_ms) > 0 &&
	    event.data.ptr != NULL)
		waiting_look(acceptor, event.data.ptr);
	else
		outbox_act(acceptor->shared->engine->outbox);
}

/*
 * The stop: accepts what is there already, lets what has been accepted
 * arrive, then only answers.
 */
static void
acceptor_drain(struct acceptor *acceptor)
{
	struct acceptors *shared = acceptor->shared;
	int64_t until_ns = clock_mono_ns() +
		ACCEPTOR_LAST_MS * CLOCK_NS_PER_MS;
	struct pollfd ready = {
		.fd = outbox_descriptor(shared->engine->outbox),
		.events = POLLIN};

	epoll_ctl(acceptor->watch, EPOLL_CTL_DEL, shared->stop, NULL);
	epoll_ctl(acceptor->watch, EPOLL_CTL_DEL, shared->listener, NULL);
	while (clock_mono_ns() < until_ns && accept_one(acceptor))
		outbox_empty(acceptor);
	while (acceptor->waiting != NULL && clock_mono_ns() < until_ns)
		acceptor_wait(acceptor, ACCEPTOR_PAUSE_MS);
	while (acceptor->waiting != NULL)
		waiting_close(acceptor->waiting);
	atomic_fetch_sub(&shared->accepting, 1);
	while (!atomic_load(&shared->ending)) {
		outbox_empty(acceptor);
		poll(&ready, 1, ACCEPTOR_PAUSE_MS);
	}
}

static void *
acceptor_run(void *arg)
{
	struct acceptor *acceptor = arg;
	struct acceptors *shared = acceptor->shared;

	while (!atomic_load(&shared->stopping)) {
		if (outbox_waits(shared->engine->outbox))
			outbox_empty(acceptor);
		if (!accept_one(acceptor))
			acceptor_wait(acceptor, acceptor->waiting != NULL ?
				      ACCEPTOR_SWEEP_MS : -1);
		waiting_sweep(acceptor);
	}
	acceptor_drain(acceptor);
	close(acceptor->watch);
	return NULL;
}

static bool
acceptor_watch(struct acceptor *acceptor)
{
	const struct acceptors *shared = acceptor->shared;
	const int watched[] = {
		shared->listener, outbox_descriptor(shared->engine->outbox),
		shared->stop};

	acceptor->watch = epoll_create1(EPOLL_CLOEXEC);
	if (acceptor->watch < 0)
		return false;
	for (int i = 0; i < 3; i++) {
		/* One is enough for a connection; all must see the stop. */
		struct epoll_event event = {
			.events = EPOLLIN | (i < 2 ? EPOLLEXCLUSIVE : 0)};

		if (epoll_ctl(acceptor->watch, EPOLL_CTL_ADD, watched[i],
			      &event) != 0) {
			close(acceptor->watch);
			return false;
		}
	}
	return true;
}

bool
acceptor_start(struct acceptor *acceptor, struct acceptors *shared)
{
	int error;

	*acceptor = (struct acceptor){.shared = shared};
	if (!acceptor_watch(acceptor)) {
		log_warning("an acceptor cannot wait: %s", strerror(errno));
		return false;
	}
	atomic_fetch_add(&shared->accepting, 1);
	error = pthread_create(&acceptor->thread, NULL, acceptor_run,
			       acceptor);
	if (error == 0)
		return true;
	log_warning("an acceptor cannot start: %s", strerror(error));
	atomic_fetch_sub(&shared->accepting, 1);
	close(acceptor->watch);
	return false;
}
