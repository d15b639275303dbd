/*
 * Porters: see gate/acceptor.h.
 */
#ifndef GATE_PORTER_H
#define GATE_PORTER_H

#include "gate/acceptor.h"
#include "gate/arrival.h"

/* Makes what porters wait on; false, with a word in the log. */
bool porter_init(struct gate_threads *threads);

/* Tells the porters at once that `stopping` was set. */
void porter_ring(struct gate_threads *threads);

/* Closes what still waits. */
void porter_release(struct gate_threads *threads);

/*
 * The threads; the argument is the struct gate_threads.  One keeps the
 * connections that were put aside, the others send.
 */
void *porter_keep(void *arg);
void *porter_send(void *arg);

/* Puts a connection aside, which the porters own from now on. */
void porter_take(struct gate_threads *threads, int connection);

/* Serves a connection of which at least the header has arrived. */
void connection_serve(struct gate_threads *threads, int connection,
		      enum arrival arrival);

#endif
