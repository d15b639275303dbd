#include "gate/fcgi.h"

#include <fcgiapp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/feed.h"
#include "gate/porter.h"

enum {
	FCGI_REPLACED_LOOK_S = 5,
	FCGI_JOIN_MS = 300,
	FCGI_DRAIN_MS = 1000, /* for accepting and arriving, in the stop */
};

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

/* Who waits for events does so always, and comes again. */
static bool
is_idle(struct engine *engine)
{
	return atomic_load(&engine->open) == feed_count(engine->feed);
}

static void
wait_for_stop(struct engine *engine, const sigset_t *signals)
{
	const struct timespec look = {.tv_sec = FCGI_REPLACED_LOOK_S};
	int caught;

	for (;;) {
		caught = sigtimedwait(signals, NULL, &look);
		if (caught == SIGUSR2) {
			log_reopen();
			continue;
		}
		if (caught > 0) {
			log_notice("stopping: signal %d", caught);
			return;
		}
		if (program_was_replaced() && is_idle(engine)) {
			log_notice("stopping: the program was replaced");
			return;
		}
		log_flush();
	}
}

/* False when something did not end in time. */
static bool
threads_stop(struct gate_threads *threads)
{
	int64_t begun_ns = clock_mono_ns();
	int64_t drained_ns = begun_ns + FCGI_DRAIN_MS * CLOCK_NS_PER_MS;
	int64_t until_ns =
		begun_ns + threads->engine->options->stop_ms * CLOCK_NS_PER_MS;
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};
	struct timespec end;

	/* What is in the backlog is answered yet, and told so if it asks. */
	atomic_store(&threads->engine->stopping, true);
	atomic_store(&threads->stopping, true);
	porter_ring(threads);
	/* A peer that holds an acceptor must not use up the others' time. */
	while (atomic_load(&threads->accepting) > 0 &&
	       clock_mono_ns() < drained_ns)
		nanosleep(&pause, NULL);
	if (!engine_stop(threads->engine, until_ns))
		return false;
	atomic_store(&threads->ending, true);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_nsec += FCGI_JOIN_MS * CLOCK_NS_PER_MS;
	end.tv_sec += end.tv_nsec / CLOCK_NS_PER_S;
	end.tv_nsec %= CLOCK_NS_PER_S;
	return gate_threads_join(threads, &end);
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
	static struct gate_threads threads;
	sigset_t signals;

	/* Before FCGX_Init, which sets handlers, and before any thread. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (FCGX_Init() != 0) {
		log_error("libfcgi does not start");
		return EXIT_FAILURE;
	}
	signal(SIGPIPE, SIG_IGN);
	threads.engine = engine;
	threads.listener = listener;
	threads.is_unix = descriptor_is_unix(listener);
	if (!gate_threads_start(&threads)) {
		log_error("no thread can accept requests");
		return EXIT_FAILURE;
	}
	wait_for_stop(engine, &signals);
	if (threads_stop(&threads))
		return EXIT_SUCCESS;
	log_warning("work did not end within %lld ms",
		    (long long)engine->options->stop_ms);
	return FCGI_UNFINISHED;
}
