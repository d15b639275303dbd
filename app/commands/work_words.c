#include "commands/work_words.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

enum { WORDS_ID_SHOWN = 6, WORDS_LINE_MAX = 1024 };

enum work_ending
work_words_failure(const struct jobs_claim *claim, bool final)
{
	return final || claim->attempt >= claim->attempts_most ? WORK_FAILED :
								 WORK_AGAIN;
}

void
work_words_timeout(const struct jobs_policy *policy, char *words, size_t bytes)
{
	snprintf(words, bytes, "It took longer than %lld ms.",
		 (long long)policy->timeout_ms);
}

void
work_words_log(const struct jobs_claim *claim, enum work_ending ending,
	       int64_t took_ns, const char *words, enum lc_rc rc,
	       const char *why)
{
	static const char *const endings[WORK_ENDING__MAX] = {
		[WORK_SUCCEEDED] = "succeeded",
		[WORK_AGAIN] = "will be tried again",
		[WORK_FAILED] = "failed",
		[WORK_CANCELLED] = "was cancelled",
		[WORK_GIVEN_BACK] = "was given back"};
	char line[WORDS_LINE_MAX];

	/* An id is a secret of whom it was given to. */
	snprintf(line, sizeof(line),
		 "%s %.*s... %s after %lld ms, attempt %lld of %lld%s%s",
		 claim->policy->kind, WORDS_ID_SHOWN, claim->id,
		 endings[ending], (long long)(took_ns / CLOCK_NS_PER_MS),
		 (long long)claim->attempt, (long long)claim->attempts_most,
		 words != NULL ? ": " : "", words != NULL ? words : "");
	if (rc == LC_CONFLICT || rc == LC_NOT_FOUND)
		log_warning("%s; but it was not ours any more", line);
	else if (rc != LC_OK)
		log_error("%s; that could not be written: %s", line, why);
	else if (ending == WORK_AGAIN || ending == WORK_FAILED)
		log_warning("%s", line);
	else
		log_notice("%s", line);
}
