/*
 * What all of /jobs share: the finding of a job, and how one is shown.
 */
#ifndef HANDLERS_JOB_H
#define HANDLERS_JOB_H

#include "lightcone.h"
#include "services/jobs.h"

extern const struct lc_tag jobs_tag;

/* The members of one job. */
extern const struct lc_field job_fields[];

extern const char *const job_states[];

/* What all that is about one job takes. */
struct job_args {
	const char *id;
};

extern const struct lc_field job_params[];

/*
 * Finds it, once for each call.  LC_NOT_FOUND has the same words whatever the
 * id looks like.
 */
enum lc_rc job_find(struct lc_call *call, const char *id,
		    const struct jobs_view **view) LC_CHECKED;

/* Ends a call with what services/jobs.h said. */
enum lc_rc job_failed(struct lc_call *call, enum lc_rc rc, const char *why);

/* Its members, into the object that is open. */
void job_write(struct lc_call *call, struct json *json,
	       const struct jobs_view *view);

/* Answers with one, and when to ask again about it. */
void job_answer(struct lc_call *call, const struct jobs_view *view);

#endif
