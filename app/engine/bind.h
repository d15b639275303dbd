/*
 * Binding: from the query's pairs to the handler's own struct.
 *
 * Every wrong input is collected, none stops the reading of the others.  An
 * unknown parameter changes nothing and becomes a warning that offers the
 * name that was probably meant.
 */
#ifndef ENGINE_BIND_H
#define ENGINE_BIND_H

#include "engine/call.h"

/* A reply names so many unknown parameters at most. */
enum { BIND_WARN_MOST = 16 };

/*
 * Fills `call->args` by the endpoint's table.  LC_INVALID with the call's
 * errors; LC_NO_MEMORY.
 */
enum lc_rc bind_query(struct lc_call *call) LC_CHECKED;

#endif
