/*
 * A supervisor's watch over one runner: it renews the lease of its job, has
 * it stop, ends it when it does not, and speaks for it when it has died.
 */
#ifndef COMMANDS_WORK_WATCH_H
#define COMMANDS_WORK_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "commands/work.h"

struct work_watch {
	struct work_slot *slot;
	pid_t pid;          /* 0: none runs */
	uint64_t told_turn; /* the job that was told to stop, and when */
	int64_t told_ns;
	enum lc_rc told;
	bool overdue; /* it was ended because of that */
	bool lost;    /* the job is not ours any more */
};

/*
 * Looks after the job that the runner has, if it has one.  *usable is whether
 * the state can be used: once it cannot, nobody else's lease is renewed in
 * this round, as to ask for each takes two seconds where the file is locked.
 */
void work_watch_look(struct work *work, struct work_watch *watch, bool *usable);

/* Has its job stop, and ends the runner if that lasts longer. */
void work_watch_stop(struct work_watch *watch, int64_t patience_ns);

/*
 * Its process has ended, with a status of wait(2); false: without a job.
 */
bool work_watch_died(struct work *work, struct work_watch *watch, int status);

#endif
