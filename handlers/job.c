/*
 * GET /jobs/{id}: how far a job is.
 */
#include "job.h"

#include "base/clock.h"
#include "table.h"
#include "usage.h"

enum { JOB_ASK_AGAIN_MOST_S = 60, JOB_ASK_AGAIN_PART = 10 };

const struct lc_tag jobs_tag = {
	"jobs", "Work that goes on when nobody waits for it any more."};

#define JOB_STATE_NAME(constant, name) name,
const char *const job_states[] = {JOBS_STATE_TABLE(JOB_STATE_NAME) NULL};
#undef JOB_STATE_NAME

/* An id of any form is unknown, and not wrong: so there are no bounds. */
const struct lc_field job_params[] = {
	LC_PARAM(job_args, id, .in = LC_IN_PATH,
		 .doc = "The job's id. Who knows it may see and cancel the "
			"job."),
	LC_FIELD_END};

const struct lc_field job_fields[] = {
	LC_FIELD("id", LC_TEXT, .doc = "Under which the job is asked for."),
	LC_FIELD("number", LC_INT, .min = "1",
		 .doc = "Its number in the cosmic stream, which tells of its "
			"end. Unlike the id it is no secret."),
	LC_FIELD("kind", LC_TEXT, .doc = "What kind of work it is."),
	LC_FIELD("state", LC_TEXT, .choices = job_states,
		 .doc = "The last three are final."),
	LC_FIELD("progress", LC_NUMBER, .min = "0", .max = "1",
		 .doc = "How much of it is done."),
	LC_FIELD("attempts", LC_INT, .min = "0",
		 .doc = "How often it was begun."),
	LC_FIELD("attempts_most", LC_INT, .min = "1",
		 .doc = "How often it may be."),
	LC_FIELD("created", LC_TEXT, .format = "date-time",
		 .doc = "When it was accepted."),
	LC_FIELD("due", LC_TEXT, .format = "date-time", .optional = true,
		 .doc = "Before when it will not be begun."),
	LC_FIELD("started", LC_TEXT, .format = "date-time", .optional = true,
		 .doc = "When its last attempt began."),
	LC_FIELD("ended", LC_TEXT, .format = "date-time", .optional = true,
		 .doc = "When the job ended."),
	LC_FIELD("error", LC_TEXT, .optional = true,
		 .doc = "Why the last attempt failed."),
	LC_FIELD("result", LC_TEXT, .optional = true,
		 .doc = "Where the result is."),
	LC_FIELD("cancelling", LC_BOOL, .optional = true,
		 .doc = "true: it was told to stop, and has not yet."),
	LC_FIELD_END};

LC_VALUE(job_kept, struct jobs_view)

enum lc_rc
job_failed(struct lc_call *call, enum lc_rc rc, const char *why)
{
	if (rc == LC_NOT_FOUND)
		return lc_fail(call, rc, "There is no such job.");
	return why[0] != '\0' ? lc_fail(call, rc, "%s", why) : rc;
}

enum lc_rc
job_find(struct lc_call *call, const char *id, const struct jobs_view **view)
{
	char why[JOBS_WHY_MAX] = "";
	struct jobs_view *found;
	enum lc_rc rc;

	*view = job_kept_of(call);
	if (*view != NULL)
		return LC_OK;
	*view = found = lc_alloc(call, sizeof(*found));
	if (found == NULL)
		return LC_NO_MEMORY;
	rc = jobs_find(lc_jobs(call), id, lc_arena(call), found, why,
		       sizeof(why));
	return rc == LC_OK ? job_kept_put(call, found) :
			     job_failed(call, rc, why);
}

void
job_write(struct lc_call *call, struct json *json, const struct jobs_view *view)
{
	const char *link;

	jobs_view_write(json, view);
	if (view->state != JOBS_SUCCEEDED || view->result_status == 0)
		return;
	link = arena_printf(lc_arena(call), "%s/jobs/%s/result", lc_mount(call),
			    view->id);
	json_text(json, "result", link != NULL ? link : "");
}

/* A tenth of how long it has been there, so that asking costs little. */
static int64_t
ask_again_s(const struct jobs_view *view)
{
	int64_t now_ms = clock_unix_ms();
	int64_t s = (now_ms - view->created_ms) / 1000 / JOB_ASK_AGAIN_PART;

	if (view->state == JOBS_QUEUED && view->due_ms > now_ms)
		s = (view->due_ms - now_ms + 999) / 1000;
	if (s > JOB_ASK_AGAIN_MOST_S)
		return JOB_ASK_AGAIN_MOST_S;
	return s < 1 ? 1 : s;
}

void
job_answer(struct lc_call *call, const struct jobs_view *view)
{
	if (view->state == JOBS_QUEUED || view->state == JOBS_RUNNING)
		lc_set_field(call, "Retry-After", "%lld",
			     (long long)ask_again_s(view));
	job_write(call, lc_json(call), view);
}

static enum lc_rc
job_run_view(struct lc_call *call, const void *args)
{
	const struct job_args *job = args;
	const struct jobs_view *view;
	enum lc_rc rc = job_find(call, job->id, &view);

	if (rc == LC_OK)
		job_answer(call, view);
	return rc;
}

static const struct lc_example job_examples[] = {
	{"An id that nothing has", "/jobs/a-guess", NULL, 404},
	{.target = NULL}};

static const enum lc_rc job_problems[] = {LC_NOT_FOUND, LC_UNAVAILABLE, LC_OK};

const struct lc_endpoint job_endpoint = {
	.method = LC_GET,
	.path = "/jobs/{id}",
	.tag = &jobs_tag,
	.summary = "How far a job is.",
	.details = "Retry-After says when to ask again. A job that has ended "
		   "is kept for some days.",
	.params = job_params,
	.args_size = sizeof(struct job_args),
	.rates = usage_limits,
	.work = LC_QUICK,
	.deadline_ms = 5000,
	.cache = {.is_private = true},
	.reply = job_fields,
	.problems = job_problems,
	.examples = job_examples,
	.run = job_run_view,
};
