/*
 * Who calls: the client's address, through the proxies that are trusted.
 */
#ifndef ENGINE_CALLER_H
#define ENGINE_CALLER_H

#include "engine/call.h"
#include "http/client.h"

/* False: the web server does not tell; the address is all zero. */
bool caller_address(const struct lc_call *call, struct client_address *address);

#endif
