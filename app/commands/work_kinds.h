/*
 * The kinds of jobs that there are, in the form that services/jobs.h asks for.
 */
#ifndef COMMANDS_WORK_KINDS_H
#define COMMANDS_WORK_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "services/jobs.h"

struct lc_job_kind;

struct work_kinds {
	struct jobs_policy *policies; /* in the order of job_kinds */
	size_t count;
};

/* False without memory. */
bool work_kinds_init(struct work_kinds *kinds);
void work_kinds_release(struct work_kinds *kinds);

/* Where in the table a policy of them is, and the kind that stands there. */
size_t work_kinds_index(const struct work_kinds *kinds,
			const struct jobs_policy *policy);
const struct lc_job_kind *work_kinds_at(size_t index);

/* The policy of a kind; NULL: there is no such kind. */
const struct jobs_policy *work_kinds_policy(const struct work_kinds *kinds,
					    const char *kind);

#endif
