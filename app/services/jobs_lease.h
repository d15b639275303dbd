/*
 * The lease that a job is held under, within a turn (services/jobs_turn.h).
 */
#ifndef SERVICES_JOBS_LEASE_H
#define SERVICES_JOBS_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "services/jobs_turn.h"

struct jobs_lease {
	int64_t attempts, attempts_most;
	bool cancel; /* it was told to stop */
};

/*
 * Looks whether the job is held under this lease, and is the one of the id
 * (NULL: any); LC_CONFLICT.
 */
enum lc_rc jobs_lease_look(struct jobs_turn *turn, int64_t seq, int64_t lease,
			   const char *id, struct jobs_lease *out) LC_CHECKED;

#endif
