/*
 * Whether a JSON reply is what its endpoint's table says: the check behind
 * option check_replies, which keeps the documentation from drifting.
 */
#ifndef ENGINE_CONFORM_H
#define ENGINE_CONFORM_H

#include "engine/call.h"

/*
 * LC_OK, also where there is nothing to check; LC_INTERNAL with the call's
 * detail, and a line in the log, saying where the reply differs;
 * LC_NO_MEMORY.
 */
enum lc_rc conform_check(struct lc_call *call) LC_CHECKED;

/*
 * The same for a problem: the call's verdict when its status is documented
 * for the endpoint, or there is none; else LC_INTERNAL.
 */
enum lc_rc conform_problem(struct lc_call *call) LC_CHECKED;

#endif
