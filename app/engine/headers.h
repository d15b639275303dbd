/*
 * The header fields of answers: those that every answer has, those that an
 * endpoint's table asks for, and cross-origin resource sharing (the Fetch
 * standard).
 */
#ifndef ENGINE_HEADERS_H
#define ENGINE_HEADERS_H

#include "base/options.h"
#include "engine/call.h"

/* Makes the part that is the same for all answers; once, at start. */
void headers_prepare(struct response *response, const struct options *options);

/* Adds what every answer has. */
void headers_common(const struct lc_call *call, struct response *response);

/* Adds what an answer that is no problem has, to the call's response. */
void headers_answer(struct lc_call *call);

/* Adds what a problem has. */
void headers_problem(const struct lc_call *call, struct response *response,
		     enum lc_rc verdict);

/* Answers OPTIONS, a preflight too. */
void headers_preflight(struct lc_call *call);

#endif
