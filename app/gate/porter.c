#include "gate/porter.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/fcgi_peer.h"

enum {
	PORTER_WAKE_MS = 500,    /* between looks whether to end */
	PORTER_STOP_WAKE_MS = 5, /* the same, during the stop */
	PORTER_SWEEP_MS = 100,   /* between looks for what waits too long */
	PORTER_REST_MS = 5,      /* between looks at half a request */
};

/* A connection whose request has not arrived yet. */
struct porter_waiting {
	int connection;
	int64_t until_ns;
	int64_t rest_ns; /* look again then: part of it is there; 0: none is */
	struct porter_waiting *next, **link;
};

/* The thread that looks after connections; others only add to the list. */
struct keeper {
	struct gate_threads *threads;
	int64_t sweep_ns;
	bool rests; /* some connection is looked at again soon */
};

static void
waiting_unlist(struct gate_threads *threads, struct porter_waiting *waiting)
{
	lock_take(&threads->lock);
	*waiting->link = waiting->next;
	if (waiting->next != NULL)
		waiting->next->link = waiting->link;
	lock_give(&threads->lock);
	atomic_fetch_sub(&threads->waiting_count, 1);
}

static void
waiting_close(struct gate_threads *threads, struct porter_waiting *waiting)
{
	waiting_unlist(threads, waiting);
	close(waiting->connection);
	free(waiting);
}

void
porter_take(struct gate_threads *threads, int connection)
{
	struct porter_waiting *waiting = malloc(sizeof(*waiting));
	int64_t limit_ms = threads->engine->options->receive_timeout_ms;
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
				    .data = {.ptr = waiting}};
	bool watched;

	if (waiting == NULL) {
		close(connection);
		return;
	}
	*waiting = (struct porter_waiting){
		.connection = connection,
		.until_ns = clock_mono_ns() + limit_ms * CLOCK_NS_PER_MS};
	/* Under the lock: whoever gets the event finds it listed. */
	lock_take(&threads->lock);
	watched = epoll_ctl(threads->watch, EPOLL_CTL_ADD, connection,
			    &event) == 0;
	waiting->next = threads->waiting;
	waiting->link = &threads->waiting;
	if (waiting->next != NULL)
		waiting->next->link = &waiting->next;
	threads->waiting = waiting;
	lock_give(&threads->lock);
	atomic_fetch_add(&threads->waiting_count, 1);
	if (!watched)
		log_warning("a connection cannot be watched: %s",
			    strerror(errno));
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

/* Something has arrived on a connection, or should have by now. */
static void
waiting_look(struct keeper *keeper, struct porter_waiting *waiting,
	     int64_t now_ns)
{
	struct gate_threads *threads = keeper->threads;
	enum arrival arrival = arrival_look(waiting->connection);
	int connection = waiting->connection;

	if (arrival == ARRIVAL_NEVER ||
	    (arrival == ARRIVAL_PARTLY && now_ns >= waiting->until_ns)) {
		waiting_close(threads, waiting);
	} else if (arrival == ARRIVAL_PARTLY) {
		waiting->rest_ns = now_ns + PORTER_REST_MS * CLOCK_NS_PER_MS;
		keeper->rests = true;
	} else {
		epoll_ctl(threads->watch, EPOLL_CTL_DEL, connection, NULL);
		waiting_unlist(threads, waiting);
		free(waiting);
		connection_serve(threads, connection, arrival);
	}
}

/*
 * Looks at what rests, and closes what has waited too long.  New ones join
 * at the list's head only, so that the walk needs the lock for its start.
 */
static void
waiting_sweep(struct keeper *keeper, int64_t now_ns)
{
	int period_ms = keeper->rests ? PORTER_REST_MS : PORTER_SWEEP_MS;
	struct gate_threads *threads = keeper->threads;
	struct porter_waiting *next;

	if (now_ns < keeper->sweep_ns)
		return;
	keeper->sweep_ns = now_ns + period_ms * CLOCK_NS_PER_MS;
	keeper->rests = false;
	lock_take(&threads->lock);
	next = threads->waiting;
	lock_give(&threads->lock);
	while (next != NULL) {
		struct porter_waiting *waiting = next;

		next = waiting->next;
		if (waiting->until_ns <= now_ns ||
		    (waiting->rest_ns != 0 && waiting->rest_ns <= now_ns))
			waiting_look(keeper, waiting, now_ns);
		else if (waiting->rest_ns != 0)
			keeper->rests = true;
	}
}

bool
porter_init(struct gate_threads *threads)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET,
				    .data = {.ptr = threads}};

	lock_init(&threads->lock);
	threads->watch = epoll_create1(EPOLL_CLOEXEC);
	threads->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (threads->watch >= 0 && threads->bell >= 0 &&
	    epoll_ctl(threads->watch, EPOLL_CTL_ADD, threads->bell, &event) ==
		    0)
		return true;
	log_error("nothing can be waited for: %s", strerror(errno));
	return false;
}

void
porter_ring(struct gate_threads *threads)
{
	const uint64_t one = 1;

	/* Fails never; porters would look a little later. */
	if (write(threads->bell, &one, sizeof(one)) < 0)
		return;
}

void
porter_release(struct gate_threads *threads)
{
	while (threads->waiting != NULL)
		waiting_close(threads, threads->waiting);
	close(threads->watch);
	close(threads->bell);
	lock_release(&threads->lock);
}

/* Until the process ends, and again when there may be more to do. */
static int
wake_ms(const struct gate_threads *threads)
{
	return atomic_load(&threads->stopping) ? PORTER_STOP_WAKE_MS :
						 PORTER_WAKE_MS;
}

void *
porter_keep(void *arg)
{
	struct keeper keeper = {.threads = arg};
	struct gate_threads *threads = arg;

	while (!atomic_load(&threads->ending)) {
		struct epoll_event event = {.data = {.ptr = threads}};
		int timeout_ms = wake_ms(threads);

		if (keeper.rests)
			timeout_ms = PORTER_REST_MS;
		else if (atomic_load(&threads->waiting_count) > 0 &&
			 timeout_ms > PORTER_SWEEP_MS)
			timeout_ms = PORTER_SWEEP_MS;
		if (epoll_wait(threads->watch, &event, 1, timeout_ms) > 0 &&
		    event.data.ptr != threads)
			waiting_look(&keeper, event.data.ptr, clock_mono_ns());
		if (atomic_load(&threads->waiting_count) > 0)
			waiting_sweep(&keeper, clock_mono_ns());
	}
	return NULL;
}

void *
porter_send(void *arg)
{
	struct gate_threads *threads = arg;
	struct outbox *outbox = threads->engine->outbox;
	struct pollfd ready[] = {
		{.fd = outbox_descriptor(outbox), .events = POLLIN},
		{.fd = threads->bell, .events = POLLIN},
	};

	while (!atomic_load(&threads->ending)) {
		nfds_t count = atomic_load(&threads->stopping) ? 1 : 2;

		if (poll(ready, count, wake_ms(threads)) > 0 &&
		    ready[0].revents != 0)
			outbox_act(outbox);
	}
	return NULL;
}
