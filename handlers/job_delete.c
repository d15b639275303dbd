/*
 * DELETE /jobs/{id}: cancels a job.
 */
#include "job.h"
#include "table.h"
#include "usage.h"

static enum lc_rc
job_delete_run(struct lc_call *call, const void *args)
{
	const struct job_args *job = args;
	const struct jobs_view *view;
	char why[JOBS_WHY_MAX] = "";
	enum jobs_state state = JOBS_QUEUED;
	enum lc_rc rc =
		jobs_cancel(lc_jobs(call), job->id, &state, why, sizeof(why));

	if (rc == LC_CONFLICT)
		return lc_fail(call, rc,
			       "The job has ended already: it %s%s. It cannot "
			       "be cancelled any more.",
			       state == JOBS_CANCELLED ? "was " : "",
			       jobs_state_name(state));
	if (rc != LC_OK)
		return job_failed(call, rc, why);
	rc = job_find(call, job->id, &view);
	if (rc == LC_OK)
		job_answer(call, view);
	return rc;
}

static const struct lc_example job_delete_examples[] = {
	{"An id that nothing has", "/jobs/a-guess", NULL, 404},
	{.target = NULL}};

static const enum lc_rc job_delete_problems[] = {LC_NOT_FOUND, LC_CONFLICT,
						 LC_UNAVAILABLE, LC_OK};

const struct lc_endpoint job_delete_endpoint = {
	.method = LC_DELETE,
	.path = "/jobs/{id}",
	.tag = &jobs_tag,
	.summary = "Cancels a job.",
	.details = "One that waits is cancelled at once; one that runs is told "
		   "to stop, has `cancelling` until it has, and may still end "
		   "otherwise before. 409: it had ended.",
	.params = job_params,
	.args_size = sizeof(struct job_args),
	.rates = usage_limits,
	.work = LC_QUICK,
	.deadline_ms = 5000,
	.cache = {.is_private = true},
	.reply = job_fields,
	.problems = job_delete_problems,
	.examples = job_delete_examples,
	.run = job_delete_run,
};
