/*
 * Who calls: the client's address, through the proxies that are trusted.
 */
#ifndef ENGINE_CALLER_H
#define ENGINE_CALLER_H

#include "engine/call.h"
#include "http/client.h"
#include "services/limiter.h"

/* False: the web server does not tell; the address is all zero. */
bool caller_address(const struct lc_call *call, struct client_address *address);

/* An endpoint's limit as the limiter has it. */
struct limiter_policy caller_policy(const struct lc_rate *rate);

/*
 * Counts the call against its endpoint's limit.  LC_RATE: it is over it; what
 * the limiter said is kept in the call.
 */
enum lc_rc caller_count(struct lc_call *call) LC_CHECKED;

#endif
