/*
 * The gate: how requests reach the engine.  Which way is found out from how
 * the program was started:
 *
 *   --socket PATH           FastCGI on a unix socket that is made here
 *   LISTEN_FDS (systemd)    FastCGI on descriptor 3, a held socket
 *   descriptor 0 listens    FastCGI as a web server starts it
 *   GATEWAY_INTERFACE       plain CGI: one request, then the end
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "engine/engine.h"

enum gate_kind { GATE_NONE, GATE_FCGI, GATE_CGI };

struct gate {
	enum gate_kind kind;
	int listener;
	const char *socket; /* to be removed at the end; or NULL */
};

/*
 * Finds the way.  GATE_NONE with LC_OK: started in no way that is known;
 * LC_UNAVAILABLE: the socket cannot be had, and the log says why.  Under
 * CGI the arguments are the client's and are ignored.
 */
enum lc_rc gate_find(struct gate *gate, int argc, char **argv) LC_CHECKED;

/* Serves until a signal says to stop; returns the program's exit code. */
int gate_serve(struct gate *gate, struct engine *engine);

#endif
