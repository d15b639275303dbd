/*
 * FastCGI: several threads accept on one descriptor and answer; a call that
 * waits holds none of them.
 *
 * Connections are accepted here, with O_CLOEXEC and time limits, and then
 * handed to libfcgi: its own accepting sets neither.  A connection serves
 * one request.
 *
 * TERM, INT, HUP and USR1 stop it: what has been accepted is answered (quick
 * requests in full, parked and heavy ones with 503), within option stop_ms.
 */
#ifndef GATE_FCGI_H
#define GATE_FCGI_H

#include "engine/engine.h"

/*
 * Serves on a listening socket; returns the program's exit code, or
 * FCGI_UNFINISHED when threads are still at work that did not end in time:
 * then the program must leave without freeing anything.
 */
enum { FCGI_UNFINISHED = -1 };

int fcgi_serve(struct engine *engine, int listener);

#endif
