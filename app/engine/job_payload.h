/*
 * A request as a job's payload: what was accepted, so that it can be made
 * anew, and whom to tell when it is done.
 */
#ifndef ENGINE_JOB_PAYLOAD_H
#define ENGINE_JOB_PAYLOAD_H

#include "engine/call.h"

struct job_payload {
	const char *method, *mount, *target, *accept, *origin;
	const char *body;            /* NULL: there was none */
	const char *webhook, *email; /* NULL: nobody is told */
};

/*
 * The bound call as JSON, in its arena: it will be answered in the format
 * that was negotiated.  NULL without memory.
 */
const char *job_payload_write(struct lc_call *call,
			      const struct lc_notify *notify);

/* LC_INVALID: it is none; LC_NO_MEMORY. */
enum lc_rc job_payload_read(const char *text, struct arena *arena,
			    struct job_payload *out) LC_CHECKED;

#endif
