/*
 * Work that nobody waits for: jobs, which outlive the process, and tasks
 * after the response, which do not.
 */
#ifndef LIGHTCONE_JOBS_H
#define LIGHTCONE_JOBS_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "services/jobs_policy.h"

struct jobs;
struct lc_call;
struct lc_endpoint;

/* Whom to tell of a job's end; NULL: nobody. */
struct lc_notify {
	const char *webhook; /* a URL */
	const char *email;   /* an address */
};

/*
 * A kind of jobs.  What one does is declared as an endpoint is: `work` is
 * either one of the table, and then the job is a request to it that was
 * accepted (its `job` names this kind); or one that is in no table, whose
 * body the job's payload is, and whose method and path nobody sees.
 *
 * Its function ends well, or with a result code: LC_UNAVAILABLE,
 * LC_NO_MEMORY, LC_DEADLINE and LC_INTERNAL are worth another attempt, all
 * others are not.  It may run again after it was killed at any instruction.
 */
struct lc_job_kind {
	struct jobs_policy policy;
	const char *doc; /* one sentence */
	const struct lc_endpoint *work;
	/*
	 * Whom the bound arguments want told at the end; or NULL.  What is not
	 * LC_OK refuses the request, as from the endpoint's own function.
	 */
	enum lc_rc (*notify)(struct lc_call *call, const void *args,
			     struct lc_notify *notify);
};

/* The queue, for what only services/jobs.h can say of it. */
struct jobs *lc_jobs(const struct lc_call *call);

/*
 * Adds a small task, to be done when the reply has gone: on a thread of its
 * own, in the order in which they were added.  `arg` is copied.  One that
 * fails is logged and counted, and the next one goes on; those that are left
 * when the process stops are done before, as far as the time suffices.  What
 * must not be lost is a job.  LC_NO_MEMORY.
 */
enum lc_rc lc_after(struct lc_call *call, const char *name,
		    enum lc_rc (*task)(void *context, const void *arg),
		    const void *arg, size_t bytes) LC_CHECKED;

/* From a task: asks for another attempt of the job not before so long. */
void lc_retry_after(struct lc_call *call, int64_t seconds);

#endif
