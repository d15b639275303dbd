/*
 * What the parts of `lightcone work` share.
 *
 * A worker is a supervisor, which has one thread and runs no job, and its
 * runners, processes of the same program that it starts anew when they die.
 * A runner takes jobs by itself and says what becomes of them; the supervisor
 * renews their leases, tells them to stop, and speaks for those that died.
 */
#ifndef COMMANDS_WORK_H
#define COMMANDS_WORK_H

#include "base/options.h"
#include "commands/command.h"
#include "commands/work_board.h"
#include "commands/work_kinds.h"
#include "commands/work_seen.h"
#include "services/events.h"
#include "services/jobs.h"

struct work {
	struct options options;
	struct work_kinds kinds;
	struct jobs *jobs;
	struct events *events; /* of which jobs' ends are some */
	struct work_board *board;
	struct work_seen seen;
};

/*
 * Runs jobs in so many processes until it is told to stop or, as `mode` says,
 * there is nothing to do; returns an exit code.
 */
int work_supervise(struct work *work, enum work_mode mode, int64_t processes);

/* As a runner: takes jobs with one slot of the board; an exit code. */
int work_run(struct work *work, struct work_slot *slot);

#endif
