/*
 * Who calls, through the proxies that are trusted: the client's address, and
 * the name by which it came.
 */
#ifndef ENGINE_CALLER_H
#define ENGINE_CALLER_H

#include "engine/call.h"
#include "http/client.h"

/* False: the web server does not tell; the address is all zero. */
bool caller_address(const struct lc_call *call, struct client_address *address);

/*
 * As lc_origin(), for what is no part of the answer, which others may have
 * then.
 */
const char *caller_origin(struct lc_call *call);

#endif
