/*
 * An acceptor: a thread that accepts connections, answers what is quick,
 * and sends what others have decided.
 *
 * A connection whose request has not arrived is put aside, and holds no
 * thread; after option receive_timeout_ms without its end it is closed.
 */
#ifndef GATE_ACCEPTOR_H
#define GATE_ACCEPTOR_H

#include <pthread.h>

#include "engine/engine.h"

/* What the acceptors of a process share. */
struct acceptors {
	struct engine *engine;
	int listener;
	bool is_unix;
	int stop; /* an eventfd: readable once the stop has begun */
	atomic_bool stopping, ending;
	atomic_int accepting; /* threads that still accept */
};

struct acceptor_waiting;

struct acceptor {
	struct acceptors *shared;
	pthread_t thread;
	int watch; /* epoll */
	struct acceptor_waiting *waiting;
	int64_t sweep_ns; /* when to look for those that wait too long */
};

/* False, with a word in the log, when the thread cannot start. */
bool acceptor_start(struct acceptor *acceptor, struct acceptors *shared);

#endif
