/*
 * One FastCGI connection: libfcgi's request, and the engine's call in it.
 */
#ifndef GATE_FCGI_PEER_H
#define GATE_FCGI_PEER_H

#include "engine/engine.h"

/* An accepted connection, of which at least the header has arrived. */
struct fcgi_connection {
	int descriptor;
	bool is_unix;
	bool is_whole; /* the body has arrived as well */
};

/*
 * Reads the request from the connection, which it owns from now on, and
 * dispatches it.
 */
void fcgi_peer_serve(struct engine *engine,
		     const struct fcgi_connection *connection);

#endif
