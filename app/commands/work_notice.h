/*
 * The notices of a job's end, for who asked for one: jobs of the kinds
 * "webhook" and "mail", which are added with the end itself.
 */
#ifndef COMMANDS_WORK_NOTICE_H
#define COMMANDS_WORK_NOTICE_H

#include "base/buf.h"
#include "commands/work_kinds.h"
#include "commands/work_words.h"
#include "engine/job_run.h"

enum { WORK_NOTICES_MOST = 2 };

struct work_notice {
	struct jobs_order orders[WORK_NOTICES_MOST];
	size_t count;
	struct buf payloads[WORK_NOTICES_MOST];
};

/*
 * Writes what there is to tell of the end; `words` say why it failed, or are
 * NULL.  It is told in the trace of the attempt, by the outcome or else by
 * the claim; both must live as long.  LC_NO_MEMORY.
 */
enum lc_rc work_notice_init(struct work_notice *notice,
			    const struct work_kinds *kinds,
			    const struct jobs_claim *claim,
			    const struct job_outcome *outcome,
			    enum work_ending ending, const char *words)
	LC_CHECKED;
/*
 * The same of an attempt that nobody has ended, if it was the last one: whom
 * to tell is read from the claim's payload.
 */
enum lc_rc work_notice_init_crash(struct work_notice *notice,
				  const struct work_kinds *kinds,
				  const struct jobs_claim *claim,
				  const char *words) LC_CHECKED;
void work_notice_release(struct work_notice *notice);

/* Adds them, in a transaction of the caller's: for services/jobs.h. */
enum lc_rc work_notice_add(struct store *store, void *notice) LC_CHECKED;

#endif
