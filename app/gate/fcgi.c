#include "gate/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/acceptor.h"

enum {
	FCGI_THREADS_MAX = 64,
	FCGI_REPLACED_LOOK_S = 5,
	FCGI_JOIN_MS = 300,
};

struct fcgi_gate {
	struct acceptors shared;
	struct acceptor acceptors[FCGI_THREADS_MAX];
	int count;
};

static bool
acceptors_start(struct fcgi_gate *gate)
{
	int wanted = (int)gate->shared.engine->options->threads;

	while (gate->count < wanted &&
	       acceptor_start(&gate->acceptors[gate->count], &gate->shared))
		gate->count++;
	return gate->count > 0;
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
		    atomic_load(&gate->shared.engine->open) == 0) {
			log_notice("stopping: the program was replaced");
			return;
		}
	}
}

static bool
acceptors_join(struct fcgi_gate *gate)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_nsec += FCGI_JOIN_MS * CLOCK_NS_PER_MS;
	end.tv_sec += end.tv_nsec / CLOCK_NS_PER_S;
	end.tv_nsec %= CLOCK_NS_PER_S;
	for (int i = 0; i < gate->count; i++)
		if (pthread_timedjoin_np(gate->acceptors[i].thread, NULL,
					 &end) != 0)
			return false;
	return true;
}

/* False when something did not end in time. */
static bool
gate_stop(struct fcgi_gate *gate)
{
	struct acceptors *shared = &gate->shared;
	int64_t until_ns = clock_mono_ns() +
		shared->engine->options->stop_ms * CLOCK_NS_PER_MS;
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};
	const uint64_t one = 1;

	atomic_store(&shared->stopping, true);
	if (write(shared->stop, &one, sizeof(one)) < 0)
		log_error("the acceptors cannot be told: %s", strerror(errno));
	while (atomic_load(&shared->accepting) > 0 &&
	       clock_mono_ns() < until_ns)
		nanosleep(&pause, NULL);
	if (!engine_stop(shared->engine, until_ns))
		return false;
	atomic_store(&shared->ending, true);
	return acceptors_join(gate);
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
	static struct fcgi_gate gate;
	sigset_t signals;

	gate.shared.engine = engine;
	gate.shared.listener = listener;
	gate.shared.is_unix = descriptor_is_unix(listener);
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
	gate.shared.stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (gate.shared.stop < 0 || !acceptors_start(&gate)) {
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
	close(gate.shared.stop);
	return EXIT_SUCCESS;
}
