/*
 * The threads of the gate.
 *
 * Acceptors sleep in accept(2), where the kernel wakes just one of them for
 * a connection, and answer what is quick.  Porters see to the rest: two
 * send what others have decided (the outbox), and one keeps connections
 * whose request has not arrived, which so hold no thread; after option
 * receive_timeout_ms without the rest these are closed.
 *
 * An acceptor learns of the stop within ACCEPTOR_IDLE_MS: accept(2) on a
 * socket that other processes may share can be told no other way, short of
 * a signal, which libfcgi's reads and writes do not survive.
 */
#ifndef GATE_ACCEPTOR_H
#define GATE_ACCEPTOR_H

#include "base/lock.h"
#include "engine/engine.h"

enum { GATE_ACCEPTORS_MAX = 64, GATE_SENDERS = 2 };

struct porter_waiting;

struct gate_threads {
	struct engine *engine;
	int listener;
	bool is_unix;
	atomic_bool stopping; /* accept what is there already, no more */
	atomic_bool ending;   /* porters, too */
	atomic_int accepting; /* acceptors that have not ended */
	int acceptor_count, sender_count, keeper_count;
	pthread_t acceptors[GATE_ACCEPTORS_MAX];
	pthread_t senders[GATE_SENDERS];
	pthread_t keeper;

	int bell;  /* rung for the stop, and then readable for ever */
	int watch; /* epoll: the bell, and connections that were put aside */
	struct lock lock;
	struct porter_waiting *waiting; /* its head under the lock */
	atomic_int waiting_count;
};

/* Starts the threads; false, with a word in the log, when none starts. */
bool gate_threads_start(struct gate_threads *threads);

/* Waits for their end until `end` (of CLOCK_REALTIME); false: some go on. */
bool gate_threads_join(struct gate_threads *threads,
		       const struct timespec *end);

#endif
