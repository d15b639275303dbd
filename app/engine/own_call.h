/*
 * A call of the engine's own: nobody sent it, and its answer goes into a
 * buffer.
 */
#ifndef ENGINE_OWN_CALL_H
#define ENGINE_OWN_CALL_H

#include "engine/call.h"

struct own_call {
	struct lc_call call;
	struct buf *answer; /* the caller's; as a web server would get it */
	/* Asked when the answer is whole, while the call is still there. */
	void (*finished)(const struct lc_call *call, void *arg);
	bool *freed; /* becomes true when the call has gone; or NULL */
	void *arg;
};

/* NULL when there is no memory.  It goes when it is answered. */
struct own_call *own_call_new(struct engine *engine, struct buf *answer);

/* What a client would say; NULL: nothing. */
struct own_request {
	const char *method, *mount;
	const char *target; /* "/galaxy?coordinates=M31", without the mount */
	const char *accept, *origin; /* origin: "https://example.org" */
	const char *body;            /* JSON, which lives as long as the call */
};

/* Makes it the call's request; returns as request_read(). */
enum lc_rc own_call_read(struct lc_call *call,
			 const struct own_request *request) LC_CHECKED;

/* What an answer's text says; pieces of it.  Status 0: it says nothing. */
struct own_answer {
	int status;
	const char *type; /* without parameters */
	size_t type_length;
	const char *body;
	size_t body_length;
};

void own_answer_read(const struct buf *text, struct own_answer *answer);

#endif
