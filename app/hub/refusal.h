/*
 * Answers, in plain HTTP, to those who are not let in.
 */
#ifndef HUB_REFUSAL_H
#define HUB_REFUSAL_H

#include "base/buf.h"

/* A problem document, as CGI programs write it: "Status: 403 ...". */
void refusal_write(struct buf *out, enum lc_rc rc, const char *detail);

/*
 * Makes of what a CGI program would write the answer of a server that closes
 * the connection then.
 */
void refusal_answer(struct buf *out, const struct buf *written);

/* {"type":"error","error":{...}}: about what a client has sent. */
void refusal_message(struct buf *out, enum lc_rc rc, const char *detail);

#endif
