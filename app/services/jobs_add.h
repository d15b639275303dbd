/*
 * Adding a job within a turn (services/jobs_turn.h).
 */
#ifndef SERVICES_JOBS_ADD_H
#define SERVICES_JOBS_ADD_H

#include "services/jobs.h"
#include "services/jobs_turn.h"

/* How long an Idempotency-Key is known: a day. */
enum { JOBS_ADD_KEY_MS = 86400000 };

/* As jobs_add(), but for the end of the turn and the bell. */
enum lc_rc jobs_add_within(struct jobs_turn *turn,
			   const struct jobs_order *order,
			   char id[JOBS_ID_BYTES], bool *existed) LC_CHECKED;

#endif
