#include "gate/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/porter.h"

enum {
	ACCEPTOR_IDLE_MS = 250, /* between looks whether to stop */
	ACCEPTOR_LAST_MS = 300, /* of accepting, after the order to stop */
	ACCEPTOR_GRACE_MS = 20, /* for a request to arrive at once */
	ACCEPTOR_PAUSE_MS = 5,
};

static bool
descriptor_wait(int descriptor, int timeout_ms)
{
	struct pollfd ready = {.fd = descriptor, .events = POLLIN};

	return poll(&ready, 1, timeout_ms) > 0;
}

/* Serves a new connection, or puts it aside. */
static void
connection_take(struct gate_threads *threads, int connection)
{
	enum arrival arrival = arrival_look(connection);

	/* A web server connects first and sends a moment later. */
	if (arrival == ARRIVAL_PARTLY &&
	    descriptor_wait(connection, ACCEPTOR_GRACE_MS))
		arrival = arrival_look(connection);
	if (arrival == ARRIVAL_NEVER)
		close(connection);
	else if (arrival == ARRIVAL_PARTLY)
		porter_take(threads, connection);
	else
		connection_serve(threads, connection, arrival);
}

/* Once a second: this may go on for long. */
static void
accept_complain(int error)
{
	static _Atomic int64_t last_ns;
	int64_t now_ns = clock_mono_ns(), last = atomic_load(&last_ns);

	if (now_ns - last >= CLOCK_NS_PER_S &&
	    atomic_compare_exchange_strong(&last_ns, &last, now_ns))
		log_warning("no connection can be accepted: %s",
			    strerror(error));
}

/* Accepts one connection; false when there was none. */
static bool
accept_one(struct gate_threads *threads)
{
	int connection = accept4(threads->listener, NULL, NULL, SOCK_CLOEXEC);

	if (connection >= 0) {
		connection_take(threads, connection);
		return true;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
	    errno == ENOBUFS) {
		/* The connection stays in the backlog; some will end. */
		accept_complain(errno);
		poll(NULL, 0, ACCEPTOR_PAUSE_MS);
	}
	return errno == ECONNABORTED || errno == EINTR;
}

/* The stop: accepts what is in the backlog already. */
static void
acceptor_drain(struct gate_threads *threads)
{
	int64_t until_ns = clock_mono_ns() + ACCEPTOR_LAST_MS * CLOCK_NS_PER_MS;

	while (clock_mono_ns() < until_ns &&
	       descriptor_wait(threads->listener, 0))
		if (!accept_one(threads))
			break;
	/* What is put aside may still arrive; porters see to it. */
	while (clock_mono_ns() < until_ns &&
	       atomic_load(&threads->waiting_count) > 0)
		poll(NULL, 0, ACCEPTOR_PAUSE_MS);
}

static void *
acceptor_run(void *arg)
{
	struct gate_threads *threads = arg;

	while (!atomic_load(&threads->stopping))
		accept_one(threads);
	acceptor_drain(threads);
	atomic_fetch_sub(&threads->accepting, 1);
	return NULL;
}

/* Starts up to `wanted` threads; returns how many did. */
static int
threads_start(struct gate_threads *threads, pthread_t *started, int wanted,
	      void *(*run)(void *))
{
	int count = 0;

	while (count < wanted) {
		int error = pthread_create(&started[count], NULL, run, threads);

		if (error != 0) {
			log_warning("only %d of %d threads started: %s", count,
				    wanted, strerror(error));
			break;
		}
		count++;
	}
	return count;
}

bool
gate_threads_start(struct gate_threads *threads)
{
	struct timeval idle = {.tv_usec = ACCEPTOR_IDLE_MS * 1000};
	int wanted = (int)threads->engine->options->threads;

	/* Another process may have left it otherwise. */
	fcntl(threads->listener, F_SETFL,
	      fcntl(threads->listener, F_GETFL) & ~O_NONBLOCK);
	setsockopt(threads->listener, SOL_SOCKET, SO_RCVTIMEO, &idle,
		   sizeof(idle));
	if (!porter_init(threads))
		return false;
	threads->keeper_count =
		threads_start(threads, &threads->keeper, 1, porter_keep);
	threads->sender_count = threads_start(threads, threads->senders,
					      GATE_SENDERS, porter_send);
	atomic_store(&threads->accepting, wanted);
	threads->acceptor_count = threads_start(threads, threads->acceptors,
						wanted, acceptor_run);
	atomic_fetch_sub(&threads->accepting, wanted - threads->acceptor_count);
	return threads->acceptor_count > 0 && threads->sender_count > 0 &&
	       threads->keeper_count > 0;
}

static bool
threads_join(const pthread_t *threads, int count, const struct timespec *end)
{
	for (int i = 0; i < count; i++)
		if (pthread_timedjoin_np(threads[i], NULL, end) != 0)
			return false;
	return true;
}

bool
gate_threads_join(struct gate_threads *threads, const struct timespec *end)
{
	if (!threads_join(threads->acceptors, threads->acceptor_count, end) ||
	    !threads_join(threads->senders, threads->sender_count, end) ||
	    !threads_join(&threads->keeper, threads->keeper_count, end))
		return false;
	porter_release(threads);
	return true;
}
