/*
 * Dispatch: a request's whole way, as one straight function.
 */
#ifndef ENGINE_DISPATCH_H
#define ENGINE_DISPATCH_H

#include "engine/call.h"

/*
 * Takes a call whose request has been read, with the result of reading it,
 * and sees to its answer.  The call must not be touched after it: it may be
 * answered already, or live on without this thread.
 */
void dispatch(struct lc_call *call, enum lc_rc read);

/*
 * Whether the client may have the work done; asked once, of what is neither
 * kept nor being made already.  LC_RATE, with words: it may not.  `late`: the
 * call has waited for another and has to do it itself now, and the clock may
 * answer it meanwhile.
 */
enum lc_rc dispatch_admit(struct lc_call *call, bool late) LC_CHECKED;

/*
 * The bytes that the call's body may have: option body_max_bytes, or more
 * where its endpoint takes more.  For the gate, which reads the body first.
 */
int64_t dispatch_body_most(const struct lc_call *call);

/* The same of an endpoint. */
int64_t dispatch_endpoint_body_most(const struct engine *engine,
				    const struct lc_endpoint *endpoint);

#endif
