/*
 * lightcone jobs retry, and cancel.
 */
#include "commands/jobs.h"

/* ---- those that are named */

/* One after the other; the first that fails gives the exit code. */
static int
change_each(struct jobs_asked *asked,
	    int (*change)(struct jobs_asked *asked, const char *id))
{
	int worst = COMMAND_OK;

	for (size_t i = 0; i < asked->count; i++) {
		char id[JOBS_ID_BYTES];
		int code = jobs_whole_id(asked, asked->ids[i], id);

		if (code == COMMAND_OK)
			code = change(asked, id);
		if (worst == COMMAND_OK)
			worst = code;
	}
	return worst;
}

static int
cancel_one(struct jobs_asked *asked, const char *id)
{
	char why[JOBS_WHY_MAX] = "";
	enum jobs_state state = JOBS_QUEUED;
	enum lc_rc rc = jobs_cancel(asked->jobs, id, &state, why, sizeof(why));

	if (rc == LC_CONFLICT)
		return command_say(&command_jobs, COMMAND_FAILED,
				   "%s has ended already: %s", id,
				   jobs_state_name(state));
	if (rc != LC_OK)
		return jobs_failed(rc, why, COMMAND_NO_WRITE);
	return command_say(&command_jobs, COMMAND_OK, "%s is %s", id,
			   state == JOBS_CANCELLED ? "cancelled" :
						     "told to stop");
}

static int
retry_one(struct jobs_asked *asked, const char *id)
{
	char why[JOBS_WHY_MAX] = "";
	enum lc_rc rc = jobs_retry(asked->jobs, id, why, sizeof(why));

	if (rc != LC_OK)
		return jobs_failed(rc, why, COMMAND_NO_WRITE);
	return command_say(&command_jobs, COMMAND_OK, "%s is queued anew", id);
}

int
jobs_act_cancel(struct jobs_asked *asked)
{
	return change_each(asked, cancel_one);
}

/* ---- all that have failed */

/* Texts are the arena's. */
struct failed_id {
	struct failed_id *next;
	char id[JOBS_ID_BYTES];
};

struct failed {
	struct arena *arena;
	struct failed_id *first;
};

static int
failed_note(void *arg, const struct jobs_view *jobs, size_t count)
{
	struct failed *failed = arg;

	for (size_t i = 0; i < count; i++) {
		struct failed_id *one =
			arena_alloc(failed->arena, sizeof(*one));

		if (one == NULL)
			return jobs_failed(LC_NO_MEMORY, "", COMMAND_FAILED);
		snprintf(one->id, sizeof(one->id), "%s", jobs[i].id);
		one->next = failed->first;
		failed->first = one;
	}
	return COMMAND_OK;
}

/*
 * All are noted first: a worker may have them fail anew meanwhile.  The
 * oldest is queued first.
 */
static int
retry_failed(struct jobs_asked *asked)
{
	const struct jobs_filter filter = {
		.has_state = true,
		.state = JOBS_FAILED,
		.kind = asked->filter.kind,
	};
	struct failed failed = {&asked->arena, NULL};
	char why[JOBS_WHY_MAX] = "";
	long long queued = 0;
	int code = jobs_pages(asked->jobs, &filter, INT64_MAX, failed_note,
			      &failed);

	for (struct failed_id *one = failed.first;
	     one != NULL && code == COMMAND_OK; one = one->next) {
		enum lc_rc rc =
			jobs_retry(asked->jobs, one->id, why, sizeof(why));

		queued += rc == LC_OK ? 1 : 0;
		/* Somebody else may have queued or removed it. */
		if (rc != LC_OK && rc != LC_CONFLICT && rc != LC_NOT_FOUND)
			code = jobs_failed(rc, why, COMMAND_NO_WRITE);
	}
	return command_say(&command_jobs, code, "%lld %s queued anew", queued,
			   queued == 1 ? "job is" : "jobs are");
}

int
jobs_act_retry(struct jobs_asked *asked)
{
	return asked->failed ? retry_failed(asked) :
			       change_each(asked, retry_one);
}
