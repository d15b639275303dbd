/*
 * Conditional requests (RFC 9110, section 13): the ETag of an answer that was
 * made whole, and what If-Match and If-None-Match make of it.
 */
#ifndef ENGINE_CONDITIONAL_H
#define ENGINE_CONDITIONAL_H

#include "engine/call.h"

/*
 * Tags the call's answer; turns it into 304 when the client has it already.
 * LC_PRECONDITION when If-Match wants another one.  Answers to GET and HEAD
 * with status 200 only; others are left alone.
 */
enum lc_rc conditional_apply(struct lc_call *call) LC_CHECKED;

#endif
