/*
 * One FastCGI connection: libfcgi's request, and the engine's call in it.
 */
#ifndef GATE_FCGI_PEER_H
#define GATE_FCGI_PEER_H

#include "engine/engine.h"

struct fcgi_listener {
	int descriptor;
	bool is_unix;
};

/*
 * Reads the request from an accepted connection, which it owns from now on,
 * and dispatches it.
 */
void fcgi_peer_serve(
	struct engine *engine, const struct fcgi_listener *listener,
	int connection);

#endif
