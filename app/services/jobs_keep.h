/*
 * What is kept of jobs that have ended, and for how long.
 */
#ifndef SERVICES_JOBS_KEEP_H
#define SERVICES_JOBS_KEEP_H

#include "services/jobs.h"

/* The last part of jobs_sweep(), in turns of its own. */
enum lc_rc jobs_keep(struct jobs *jobs, const struct jobs_policy *policies,
		     size_t count, int64_t results_most_bytes, char *why,
		     size_t why_bytes) LC_CHECKED;

#endif
