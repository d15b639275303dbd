/*
 * The kinds of jobs that somebody works on, for statements and by name.
 */
#ifndef SERVICES_JOBS_KINDS_H
#define SERVICES_JOBS_KINDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "services/jobs_policy.h"

/*
 * Writes them as what SQLite's json_each() makes rows of: each key is a
 * kind, each value how many may run at once.  JOBS_KINDS_FREE are those of ?1
 * of which one more may.
 */
#define JOBS_KINDS_FREE                                                       \
	"FROM json_each(?1) AS kinds WHERE (kinds.value = 0 OR kinds.value >" \
	" (SELECT count(*) FROM jobs INDEXED BY jobs_running"                 \
	"  WHERE state = 'running' AND kind = kinds.key))"
void jobs_kinds_write(const struct jobs_policy *policies, size_t count,
		      struct buf *out);

/* NULL: none of them. */
const struct jobs_policy *jobs_kinds_find(const struct jobs_policy *policies,
					  size_t count, const char *kind,
					  size_t length);

/* How long to wait after an attempt, the first being 1; some of it chance. */
int64_t jobs_kinds_backoff_ms(const struct jobs_policy *policy,
			      int64_t attempt);

#endif
