/*
 * Finding a job by how its id begins, for people who type one.
 */
#ifndef SERVICES_JOBS_PREFIX_H
#define SERVICES_JOBS_PREFIX_H

#include "services/jobs.h"

/*
 * The whole id.  LC_NOT_FOUND: none begins so; LC_CONFLICT: several do; both
 * without words.
 */
enum lc_rc jobs_prefix_find(struct jobs *jobs, const char *prefix,
			    char id[JOBS_ID_BYTES], char *why, size_t why_bytes)
	LC_CHECKED;

#endif
