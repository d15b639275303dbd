#include "gate/porter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/fcgi_peer.h"

enum { PORTER_WAKE_MS = 500, PORTER_STOP_WAKE_MS = 5 };

/* A connection whose request has not arrived yet. */
struct porter_waiting {
	int connection;
	int64_t until_ns;
	struct porter_waiting *next, **link;
};

/* Under the lock, both. */
static void
waiting_list(struct gate_threads *threads, struct porter_waiting *waiting)
{
	waiting->next = threads->waiting;
	waiting->link = &threads->waiting;
	if (waiting->next != NULL)
		waiting->next->link = &waiting->next;
	threads->waiting = waiting;
	atomic_fetch_add(&threads->waiting_count, 1);
}

static void
waiting_unlist(struct gate_threads *threads, struct porter_waiting *waiting)
{
	*waiting->link = waiting->next;
	if (waiting->next != NULL)
		waiting->next->link = waiting->link;
	atomic_fetch_sub(&threads->waiting_count, 1);
}

static void
waiting_close(struct porter_waiting *waiting)
{
	close(waiting->connection);
	free(waiting);
}

/*
 * Lists the connection and arms its event, which comes once.  Both under the
 * lock: whoever gets the event finds it listed.
 */
static bool
waiting_arm(struct gate_threads *threads, struct porter_waiting *waiting,
	    int operation)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET |
					      EPOLLONESHOT,
				    .data = {.ptr = waiting}};
	bool armed;

	lock_take(&threads->lock);
	armed = epoll_ctl(threads->watch, operation, waiting->connection,
			  &event) == 0;
	if (armed)
		waiting_list(threads, waiting);
	lock_give(&threads->lock);
	if (!armed)
		log_warning("a connection cannot wait: %s", strerror(errno));
	return armed;
}

void
porter_take(struct gate_threads *threads, int connection)
{
	struct porter_waiting *waiting = malloc(sizeof(*waiting));
	int64_t limit_ms = threads->engine->options->receive_timeout_ms;

	if (waiting == NULL) {
		close(connection);
		return;
	}
	*waiting = (struct porter_waiting){
		.connection = connection,
		.until_ns = clock_mono_ns() + limit_ms * CLOCK_NS_PER_MS};
	if (!waiting_arm(threads, waiting, EPOLL_CTL_ADD))
		waiting_close(waiting);
}

void
connection_serve(struct gate_threads *threads, int connection,
		 enum arrival arrival)
{
	struct fcgi_connection accepted = {
		.descriptor = connection,
		.is_unix = threads->is_unix,
		.is_whole = arrival == ARRIVAL_WHOLE,
	};

	fcgi_peer_serve(threads->engine, &accepted);
}

/* More has arrived on a connection that was put aside. */
static void
waiting_look(struct gate_threads *threads, struct porter_waiting *waiting)
{
	int connection = waiting->connection;
	enum arrival arrival;

	lock_take(&threads->lock);
	waiting_unlist(threads, waiting);
	lock_give(&threads->lock);
	arrival = arrival_look(connection);
	if (arrival == ARRIVAL_PARTLY) {
		if (!waiting_arm(threads, waiting, EPOLL_CTL_MOD))
			waiting_close(waiting);
	} else if (arrival == ARRIVAL_NEVER) {
		waiting_close(waiting);
	} else {
		epoll_ctl(threads->watch, EPOLL_CTL_DEL, connection, NULL);
		free(waiting);
		connection_serve(threads, connection, arrival);
	}
}

/*
 * Closes what has waited too long.  Its event may be on its way to another
 * porter, so the descriptor is shut down, and that one finds it gone.
 */
static void
waiting_sweep(struct gate_threads *threads, int64_t now_ns)
{
	lock_take(&threads->lock);
	for (struct porter_waiting *w = threads->waiting; w != NULL;
	     w = w->next)
		if (w->until_ns <= now_ns)
			shutdown(w->connection, SHUT_RDWR);
	lock_give(&threads->lock);
}

bool
porter_init(struct gate_threads *threads)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};

	lock_init(&threads->lock);
	threads->watch = epoll_create1(EPOLL_CLOEXEC);
	if (threads->watch >= 0 &&
	    epoll_ctl(threads->watch, EPOLL_CTL_ADD,
		      outbox_descriptor(threads->engine->outbox), &event) == 0)
		return true;
	log_error("nothing can be waited for: %s", strerror(errno));
	return false;
}

void
porter_release(struct gate_threads *threads)
{
	while (threads->waiting != NULL) {
		struct porter_waiting *waiting = threads->waiting;

		waiting_unlist(threads, waiting);
		waiting_close(waiting);
	}
	close(threads->watch);
	lock_release(&threads->lock);
}

void *
porter_run(void *arg)
{
	struct gate_threads *threads = arg;

	while (!atomic_load(&threads->ending)) {
		bool waits = atomic_load(&threads->waiting_count) > 0;
		struct epoll_event event = {.data = {.ptr = NULL}};
		int timeout_ms = atomic_load(&threads->stopping) ?
					 PORTER_STOP_WAKE_MS :
					 PORTER_WAKE_MS;

		if (epoll_wait(threads->watch, &event, 1, timeout_ms) > 0 &&
		    event.data.ptr != NULL)
			waiting_look(threads, event.data.ptr);
		else
			outbox_act(threads->engine->outbox);
		if (waits)
			waiting_sweep(threads, clock_mono_ns());
	}
	return NULL;
}
