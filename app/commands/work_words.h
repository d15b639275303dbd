/*
 * What is said about the end of an attempt, in the log and to people.
 */
#ifndef COMMANDS_WORK_WORDS_H
#define COMMANDS_WORK_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "services/jobs.h"

enum work_ending {
	WORK_SUCCEEDED,
	WORK_AGAIN, /* the attempt failed, and was not the last one */
	WORK_FAILED,
	WORK_CANCELLED,
	WORK_GIVEN_BACK,
	WORK_LOST, /* its process has died, whatever becomes of the job */
	WORK_ENDING__MAX
};

/* What the failure of an attempt means, which is `final` or not. */
enum work_ending work_words_failure(const struct jobs_claim *claim, bool final);

/* As the engine says it: "It took longer than 60000 ms." */
void work_words_timeout(const struct jobs_policy *policy, char *words,
			size_t bytes);

/*
 * Logs the end of an attempt; `words`, of a failure, may be NULL.  `rc` is
 * how the saying of it went, and `why` why not.
 */
void work_words_log(const struct jobs_claim *claim, enum work_ending ending,
		    int64_t took_ns, const char *words, enum lc_rc rc,
		    const char *why);

#endif
