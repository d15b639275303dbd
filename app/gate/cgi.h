/*
 * Plain CGI (RFC 3875): one request from the environment and standard input,
 * its answer to standard output, then the end.
 */
#ifndef GATE_CGI_H
#define GATE_CGI_H

#include "engine/engine.h"

/* Returns the program's exit code. */
int cgi_serve(struct engine *engine);

#endif
