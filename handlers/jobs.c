/*
 * GET /jobs: lists jobs, for who runs the service.
 */
#include "job.h"
#include "table.h"
#include "usage.h"

struct jobs_args {
	const char *state, *kind, *after;
	bool has_state, has_kind, has_after;
	int64_t limit;
};

static const struct lc_field jobs_params[] = {
	LC_PARAM_OPTIONAL(jobs_args, state, .choices = job_states,
			  .doc = "Only those in this state."),
	LC_PARAM_OPTIONAL(jobs_args, kind, .min = "1", .max = "64",
			  .doc = "Only those of this kind."),
	LC_PARAM(jobs_args, limit, .min = "1", .max = "1000", .def = "100",
		 .doc = "How many at most."),
	LC_PARAM_OPTIONAL(jobs_args, after, .min = "1", .max = "64",
			  .doc = "The page that follows the one whose 'next' "
				 "this is."),
	LC_FIELD_END};

static const struct lc_field jobs_one =
	LC_FIELD(NULL, LC_OBJECT, .members = job_fields);

#define JOBS_COUNT_FIELD(constant, name) \
	LC_FIELD(name, LC_INT, .min = "0", .doc = "How many are " name "."),

static const struct lc_field jobs_count_fields[] = {
	JOBS_STATE_TABLE(JOBS_COUNT_FIELD) LC_FIELD_END};

static const struct lc_field jobs_reply[] = {
	LC_FIELD("jobs", LC_LIST, .item = &jobs_one,
		 .doc = "The jobs, the newest first."),
	LC_FIELD("next", LC_TEXT, .nullable = true,
		 .doc = "What 'after' takes for the following page; null: this "
			"is the last."),
	LC_FIELD("counts", LC_OBJECT, .members = jobs_count_fields,
		 .doc = "All jobs that are kept, by state."),
	LC_FIELD("oldest_due_ms", LC_INT, .min = "0", .unit = "ms",
		 .doc = "How long the oldest that is due has waited; 0: none "
			"is."),
	LC_FIELD_END};

static const struct lc_example jobs_examples[] = {
	{"Without a key", "/jobs", NULL, 401}, {.target = NULL}};

static const enum lc_rc jobs_problems[] = {LC_UNAVAILABLE, LC_OK};

static const struct lc_guard *const jobs_guards[] = {&lc_guard_admin, NULL};

static void
jobs_write(struct lc_call *call, const struct jobs_view *views, size_t count,
	   bool more)
{
	struct json *json = lc_json(call);

	json_array_begin(json, "jobs");
	for (size_t i = 0; i < count; i++) {
		json_object_begin(json, NULL);
		job_write(call, json, &views[i]);
		json_object_end(json);
	}
	json_array_end(json);
	if (more && count > 0)
		json_text(json, "next", views[count - 1].id);
	else
		json_null(json, "next");
}

static void
jobs_counts_write(struct json *json, const struct jobs_counts *counts)
{
	json_object_begin(json, "counts");
	for (int i = 0; i < JOBS_STATE__MAX; i++)
		json_int(json, jobs_state_name((enum jobs_state)i),
			 counts->of[i]);
	json_object_end(json);
	json_int(json, "oldest_due_ms", counts->oldest_due_ms);
}

static enum lc_rc
jobs_run(struct lc_call *call, const void *args)
{
	const struct jobs_args *query = args;
	struct jobs_filter filter = {
		.has_state = query->has_state,
		.kind = query->has_kind ? query->kind : NULL,
		.after = query->has_after ? query->after : NULL,
		.limit = query->limit,
	};
	char why[JOBS_WHY_MAX] = "";
	struct jobs_counts counts;
	struct jobs_view *views;
	size_t count;
	bool more;
	enum lc_rc rc;

	if (query->has_state && !jobs_state_find(query->state, &filter.state))
		return LC_INTERNAL; /* it is one of the choices */
	rc = jobs_list(lc_jobs(call), &filter, lc_arena(call), &views, &count,
		       &more, why, sizeof(why));
	if (rc == LC_NOT_FOUND)
		return lc_refuse(call, "after", "value_error", query->after,
				 "There is no such job, or not any more; begin "
				 "without it");
	if (rc == LC_OK)
		rc = jobs_count(lc_jobs(call), &counts, why, sizeof(why));
	if (rc != LC_OK)
		return job_failed(call, rc, why);
	jobs_write(call, views, count, more);
	jobs_counts_write(lc_json(call), &counts);
	return LC_OK;
}

const struct lc_endpoint jobs_endpoint = {
	.method = LC_GET,
	.path = "/jobs",
	.tag = &jobs_tag,
	.summary = "Lists the jobs, for who runs the service.",
	.params = jobs_params,
	.args_size = sizeof(struct jobs_args),
	.guards = jobs_guards,
	.rates = usage_limits,
	.work = LC_QUICK,
	.deadline_ms = 10000,
	.reply = jobs_reply,
	.problems = jobs_problems,
	.examples = jobs_examples,
	.run = jobs_run,
};
