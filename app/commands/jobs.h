/*
 * lightcone jobs: what its actions share.  Each returns an exit code, after
 * words on standard error when that is not COMMAND_OK.
 */
#ifndef COMMANDS_JOBS_H
#define COMMANDS_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "commands/command.h"
#include "services/jobs.h"

struct jobs_asked {
	struct jobs *jobs;
	const char *state_dir;
	struct jobs_filter filter; /* `limit` 0: it was not given */
	bool json, failed;
	const char **ids; /* as they were given: beginnings, too */
	size_t count;
	struct arena arena;
};

int jobs_act_list(struct jobs_asked *asked);
int jobs_act_show(struct jobs_asked *asked);
int jobs_act_retry(struct jobs_asked *asked);
int jobs_act_cancel(struct jobs_asked *asked);
int jobs_act_watch(struct jobs_asked *asked);

/* Says why; the exit code, `unavailable` where that is it. */
int jobs_failed(enum lc_rc rc, const char *why, int unavailable);

/* The whole id that begins so, or COMMAND_FAILED. */
int jobs_whole_id(struct jobs_asked *asked, const char *given,
		  char id[JOBS_ID_BYTES]);

/*
 * Hands all jobs of a filter to `page`, so many at most, page by page, so
 * that the memory stays small; what it is given lives until it returns.
 */
int jobs_pages(struct jobs *jobs, const struct jobs_filter *filter,
	       int64_t most,
	       int (*page)(void *arg, const struct jobs_view *jobs,
			   size_t count),
	       void *arg);

enum { JOBS_AGE_BYTES = 24 };

/* How long that is: "0.3 s", "12 s", "4:05", "3:04:05", "5 d". */
void jobs_age(char out[JOBS_AGE_BYTES], int64_t ms);

#endif
