/*
 * GET /jobs/{id}/result: what a job has made, with its own media type.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "job.h"
#include "services/results.h"
#include "table.h"
#include "usage.h"

enum {
	RESULT_PIECE = 256 * 1024,
	RESULT_QUICK_MOST = 1024 * 1024 /* a larger one may take a while */
};

/* Finds a job that has a result; words say where to look otherwise. */
static enum lc_rc
result_find(struct lc_call *call, const void *args,
	    const struct jobs_view **view)
{
	const struct job_args *job = args;
	enum lc_rc rc = job_find(call, job->id, view);

	if (rc != LC_OK)
		return rc;
	if ((*view)->state != JOBS_SUCCEEDED)
		return lc_fail(call, LC_NOT_FOUND,
			       "The job has no result: its state is %s. "
			       "%s/jobs/%s says more.",
			       jobs_state_name((*view)->state), lc_mount(call),
			       (*view)->id);
	if ((*view)->result_status == 0)
		return lc_fail(call, LC_NOT_FOUND,
			       "A job of the kind %s has no result.",
			       (*view)->kind);
	return LC_OK;
}

/* A result is never changed, and an id never used again. */
static enum lc_rc
result_version(struct lc_call *call, const void *args, uint64_t *version)
{
	const struct jobs_view *view;
	enum lc_rc rc = result_find(call, args, &view);

	*version = 0;
	for (const char *at = view != NULL ? view->id : NULL;
	     rc == LC_OK && *at != '\0'; at++)
		*version = lc_mix(*version, (unsigned char)*at);
	return rc;
}

static enum lc_work
result_weigh(struct lc_call *call, const void *args)
{
	const struct jobs_view *view;

	return result_find(call, args, &view) == LC_OK &&
			       view->result_bytes > RESULT_QUICK_MOST ?
		       LC_HEAVY :
		       LC_QUICK;
}

/* Reads the next piece to the answer's end; *done: there is no more. */
static enum lc_rc
piece_read(struct lc_call *call, int descriptor, struct buf *body, bool *done)
{
	char *room = buf_room(body, RESULT_PIECE);
	ssize_t got;

	if (room == NULL)
		return LC_NO_MEMORY;
	do {
		got = read(descriptor, room, RESULT_PIECE);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return lc_fail(call, LC_UNAVAILABLE,
			       "The result cannot be read: %s.",
			       strerror(errno));
	body->length += (size_t)got;
	*done = got == 0;
	return LC_OK;
}

static enum lc_rc
result_send(struct lc_call *call, int descriptor, int64_t bytes,
	    const char *media)
{
	struct buf *body = lc_body(call, media);
	bool done = false;
	enum lc_rc rc = LC_OK;

	while (rc == LC_OK && !done) {
		rc = piece_read(call, descriptor, body, &done);
		if (rc == LC_OK && !done && bytes > RESULT_QUICK_MOST)
			rc = lc_body_send(call);
	}
	return rc;
}

static enum lc_rc
result_run(struct lc_call *call, const void *args)
{
	const struct context *context = lc_context(call);
	const struct jobs_view *view;
	char why[RESULTS_WHY_MAX] = "";
	int64_t bytes;
	int descriptor;
	enum lc_rc rc = result_find(call, args, &view);

	if (rc != LC_OK)
		return rc;
	rc = results_open(context->state, view->id, &descriptor, &bytes, why,
			  sizeof(why));
	if (rc == LC_NOT_FOUND)
		return lc_fail(call, rc,
			       "The result is gone: it was removed to make "
			       "room for others. Ask for the work anew.");
	if (rc != LC_OK)
		return why[0] != '\0' ? lc_fail(call, rc, "%s", why) : rc;
	rc = result_send(call, descriptor, bytes, view->result_media);
	close(descriptor);
	return rc;
}

static const struct lc_example result_examples[] = {
	{"An id that nothing has", "/jobs/a-guess/result", NULL, 404},
	{.target = NULL}};

static const enum lc_rc result_problems[] = {LC_NOT_FOUND, LC_UNAVAILABLE,
					     LC_OK};

const struct lc_endpoint job_result_endpoint = {
	.method = LC_GET,
	.path = "/jobs/{id}/result",
	.tag = &jobs_tag,
	.summary = "What a job has made.",
	.details = "The answer that the request would have got, had it been "
		   "waited for. 404 as long as the job has not succeeded, and "
		   "when its result was removed.",
	.params = job_params,
	.args_size = sizeof(struct job_args),
	.weigh = result_weigh,
	.rates = usage_limits,
	.deadline_ms = 60000,
	.cache = {.is_private = true},
	.formats = LC_AS_FILE,
	.problems = result_problems,
	.examples = result_examples,
	.version = result_version,
	.run = result_run,
};
