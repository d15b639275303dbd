/*
 * The end of an attempt within a turn (services/jobs_turn.h).
 */
#ifndef SERVICES_JOBS_END_H
#define SERVICES_JOBS_END_H

#include "services/jobs.h"
#include "services/jobs_turn.h"

/*
 * As jobs_fail(), but for the end of the turn and the bell; `wait_ms` is how
 * long the next attempt waits.  Of the claim, the policy is not looked at.
 * *failed: the job has failed for good.
 */
enum lc_rc jobs_end_attempt(struct jobs_turn *turn,
			    const struct jobs_claim *claim, const char *error,
			    bool final, int64_t wait_ms, bool *failed)
	LC_CHECKED;

#endif
