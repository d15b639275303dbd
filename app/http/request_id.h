/*
 * The names of requests, for logs, traces and the field X-Request-Id.
 *
 * Each one that is made is unique over processes and machines: 64 random
 * bits, and a counter that starts at a random number.  Processes that were
 * forked after the first one was made share the counter.  The names of one
 * process can be guessed from another of them: they are no secrets.
 *
 * Any thread may call at any time; no lock is held.
 */
#ifndef HTTP_REQUEST_ID_H
#define HTTP_REQUEST_ID_H

#include <stdbool.h>

enum { REQUEST_ID_MOST = 128, REQUEST_ID_BYTES = 27 };

/*
 * Whether a client's own name for its request, or NULL, may be kept: 1 to
 * REQUEST_ID_MOST of A-Z, a-z, 0-9, and ". _ ~ + / = : -".
 */
bool request_id_ok(const char *text);

/* Makes a new one of 26 characters, a-z and 2-7, and NUL. */
void request_id_make(char out[REQUEST_ID_BYTES]);

#endif
