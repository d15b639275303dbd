/*
 * What becomes of a job when its function has ended: its result is put in
 * place and its end is written, or it waits for another attempt.
 */
#ifndef COMMANDS_WORK_END_H
#define COMMANDS_WORK_END_H

#include "commands/work.h"
#include "engine/job_run.h"

/*
 * Says how the attempt ended that a runner has in its slot.  While that
 * cannot be written it is tried again, until the worker stops; then the
 * lease runs out.
 */
void work_end(struct work *work, const struct work_slot *slot,
	      const struct jobs_claim *claim, const struct job_outcome *outcome,
	      int64_t took_ns);

#endif
