/*
 * From what an endpoint's function said to the bytes that go out.
 */
#ifndef ENGINE_REPLY_H
#define ENGINE_REPLY_H

#include "engine/call.h"

/* Sends what the function answered, or the problem that it ended with. */
void reply_send(struct lc_call *call);

/*
 * Sends the engine's own verdict (deadline, stop), without touching what
 * the function may still be writing.
 */
void reply_send_late(struct lc_call *call);

#endif
