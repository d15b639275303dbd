/*
 * Prefer: respond-async (RFC 7240): a request that goes on as a job.
 *
 * With wait=N the job is added at once, to begin in N seconds, and the
 * request is answered as any other: if it is in time the job is withdrawn,
 * else it is what the client is told of.  So nothing that was accepted is
 * lost, whatever is killed when.
 */
#ifndef ENGINE_ASYNC_H
#define ENGINE_ASYNC_H

#include "engine/call.h"

/* Whether the call is one that would rather go on as a job. */
bool async_is_wanted(const struct lc_call *call);

/* Whether it does so at once, and waits for nothing. */
bool async_is_all(const struct lc_call *call);

/*
 * Adds the job of a bound call.  LC_PARKED is not among what it returns:
 * LC_OK, and the job has taken over already unless the client waits.
 */
enum lc_rc async_begin(struct lc_call *call) LC_CHECKED;

/* Whether the job is the answer to a call that came to this end. */
bool async_takes_over(struct lc_call *call, enum lc_rc verdict);

/* The answer: 202, and where the job is. */
void async_reply(const struct lc_call *call, struct response *response);

#endif
