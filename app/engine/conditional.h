/*
 * Conditional requests (RFC 9110, section 13): the ETag of an answer, and
 * what If-Match and If-None-Match make of it.
 *
 * Where the endpoint tells the version of what it answers from, the ETag is
 * known before the work; else it is made from the answer once that is whole.
 */
#ifndef ENGINE_CONDITIONAL_H
#define ENGINE_CONDITIONAL_H

#include "engine/call.h"

/*
 * Asks the endpoint for its version, if it tells one and was not asked yet.
 * What is not LC_OK ends the call.
 */
enum lc_rc conditional_version(struct lc_call *call) LC_CHECKED;

/*
 * Asks for the version, and makes the answer a 304 at once when the client
 * has it.  LC_PRECONDITION when If-Match wants another one.
 */
enum lc_rc conditional_ask(struct lc_call *call) LC_CHECKED;

/*
 * Tags the whole answer to a GET or HEAD, of which the version was not told,
 * by what it is.
 */
void conditional_tag(struct lc_call *call);

/*
 * Tags the call's answer; turns it into 304 when the client has it already.
 * LC_PRECONDITION when If-Match wants another one.  Answers to GET and HEAD
 * with status 200 only; others are left alone.
 */
enum lc_rc conditional_apply(struct lc_call *call) LC_CHECKED;

#endif
