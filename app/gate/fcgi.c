#include "gate/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/fcgi_peer.h"

enum {
	FCGI_THREADS_MAX = 64,
	FCGI_REPLACED_LOOK_S = 5,
	FCGI_LAST_ACCEPTS_MS = 300, /* after the order to stop */
	FCGI_DRAIN_POLL_MS = 5,
	FCGI_JOIN_MS = 300,
};

struct fcgi_gate {
	struct engine *engine;
	struct fcgi_listener listener;
	int stop; /* an eventfd: readable once the stop has begun */
	atomic_bool stopping, ending;
	atomic_int accepting; /* threads that still accept */
	pthread_t threads[FCGI_THREADS_MAX];
	int thread_count;
};

/* Accepts and serves one connection; false when there was none. */
static bool
accept_one(struct fcgi_gate *gate)
{
	int connection = accept4(gate->listener.descriptor, NULL, NULL, SOCK_CLOEXEC);

	if (connection >= 0) {
		fcgi_peer_serve(gate->engine, &gate->listener, connection);
		return true;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
	    errno == ENOBUFS) {
		/* The connection stays in the backlog; some will end. */
		log_warning("no connection can be accepted: %s",
			    strerror(errno));
		poll(NULL, 0, FCGI_DRAIN_POLL_MS);
	}
	return errno == ECONNABORTED || errno == EINTR;
}

static int
acceptor_watch(struct fcgi_gate *gate)
{
	const int watched[] = {
		gate->listener.descriptor,
		outbox_descriptor(gate->engine->outbox), gate->stop};
	int watch = epoll_create1(EPOLL_CLOEXEC);

	for (int i = 0; watch >= 0 && i < 3; i++) {
		struct epoll_event event = {
			.events = EPOLLIN | (i < 2 ? EPOLLEXCLUSIVE : 0)};

		if (epoll_ctl(watch, EPOLL_CTL_ADD, watched[i], &event) != 0) {
			close(watch);
			watch = -1;
		}
	}
	return watch;
}

static void
outbox_empty(struct fcgi_gate *gate)
{
	while (outbox_act(gate->engine->outbox))
		;
}

/* The stop: accepts what is there already, then only answers. */
static void
acceptor_drain(struct fcgi_gate *gate)
{
	int64_t until = clock_mono_ns() +
		FCGI_LAST_ACCEPTS_MS * CLOCK_NS_PER_MS;
	struct pollfd ready = {
		.fd = outbox_descriptor(gate->engine->outbox),
		.events = POLLIN};

	while (clock_mono_ns() < until && accept_one(gate))
		outbox_empty(gate);
	atomic_fetch_sub(&gate->accepting, 1);
	while (!atomic_load(&gate->ending)) {
		outbox_empty(gate);
		poll(&ready, 1, FCGI_DRAIN_POLL_MS);
	}
}

static void *
acceptor_run(void *arg)
{
	struct fcgi_gate *gate = arg;
	struct epoll_event event;
	int watch = acceptor_watch(gate);

	if (watch < 0)
		log_error("an acceptor cannot wait: %s", strerror(errno));
	while (watch >= 0 && !atomic_load(&gate->stopping)) {
		if (outbox_waits(gate->engine->outbox))
			outbox_empty(gate);
		if (!accept_one(gate)) {
			epoll_wait(watch, &event, 1, -1);
			outbox_act(gate->engine->outbox);
		}
	}
	if (watch >= 0)
		close(watch);
	acceptor_drain(gate);
	return NULL;
}

static bool
acceptors_start(struct fcgi_gate *gate)
{
	int wanted = (int)gate->engine->options->threads;

	atomic_init(&gate->accepting, 0);
	for (int i = 0; i < wanted; i++) {
		atomic_fetch_add(&gate->accepting, 1);
		if (pthread_create(&gate->threads[i], NULL, acceptor_run,
				   gate) != 0) {
			atomic_fetch_sub(&gate->accepting, 1);
			log_warning("only %d of %d threads started", i,
				    wanted);
			break;
		}
		gate->thread_count++;
	}
	return gate->thread_count > 0;
}

/* An upgrade put another program in this one's place. */
static bool
program_was_replaced(void)
{
	static const char mark[] = " (deleted)";
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
	ssize_t tail = (ssize_t)sizeof(mark) - 1;

	return length > tail &&
		memcmp(path + length - tail, mark, (size_t)tail) == 0;
}

static void
wait_for_stop(struct fcgi_gate *gate, const sigset_t *signals)
{
	const struct timespec look = {.tv_sec = FCGI_REPLACED_LOOK_S};
	int caught;

	for (;;) {
		caught = sigtimedwait(signals, NULL, &look);
		if (caught > 0) {
			log_notice("stopping: signal %d", caught);
			return;
		}
		if (program_was_replaced() &&
		    atomic_load(&gate->engine->open) == 0) {
			log_notice("stopping: the program was replaced");
			return;
		}
	}
}

/* False when something did not end in time. */
static bool
gate_stop(struct fcgi_gate *gate)
{
	int64_t until = clock_mono_ns() +
		gate->engine->options->stop_ms * CLOCK_NS_PER_MS;
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};
	const uint64_t one = 1;
	struct timespec end;

	atomic_store(&gate->stopping, true);
	if (write(gate->stop, &one, sizeof(one)) < 0)
		log_error("the acceptors cannot be told: %s", strerror(errno));
	while (atomic_load(&gate->accepting) > 0 && clock_mono_ns() < until)
		nanosleep(&pause, NULL);
	if (!engine_stop(gate->engine, until))
		return false;
	atomic_store(&gate->ending, true);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_nsec += FCGI_JOIN_MS * CLOCK_NS_PER_MS;
	end.tv_sec += end.tv_nsec / CLOCK_NS_PER_S;
	end.tv_nsec %= CLOCK_NS_PER_S;
	for (int i = 0; i < gate->thread_count; i++)
		if (pthread_timedjoin_np(gate->threads[i], NULL, &end) != 0)
			return false;
	return true;
}

static bool
descriptor_is_unix(int descriptor)
{
	struct sockaddr address;
	socklen_t length = sizeof(address);

	return getsockname(descriptor, &address, &length) == 0 &&
		address.sa_family == AF_UNIX;
}

int
fcgi_serve(struct engine *engine, int listener)
{
	struct fcgi_gate gate = {
		.engine = engine,
		.listener = {.descriptor = listener,
			     .is_unix = descriptor_is_unix(listener)}};
	sigset_t signals;

	/* Before FCGX_Init, which sets handlers, and before any thread. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (FCGX_Init() != 0) {
		log_error("libfcgi does not start");
		return EXIT_FAILURE;
	}
	signal(SIGPIPE, SIG_IGN);
	fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
	gate.stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (gate.stop < 0 || !acceptors_start(&gate)) {
		log_error("no thread can accept requests: %s",
			  strerror(errno));
		return EXIT_FAILURE;
	}
	wait_for_stop(&gate, &signals);
	if (!gate_stop(&gate)) {
		log_warning("work did not end within %lld ms",
			    (long long)engine->options->stop_ms);
		return FCGI_UNFINISHED;
	}
	close(gate.stop);
	return EXIT_SUCCESS;
}
