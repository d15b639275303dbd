#include "commands/work_end.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "commands/work_notice.h"
#include "services/results.h"

enum { END_PAUSE_MS = 200, END_MS_PER_S = 1000 };

struct ending {
	struct work *work;
	const struct jobs_claim *claim;
	const struct job_outcome *outcome;
	enum work_ending how;
	const char *words; /* of a failure */
	struct work_notice notice;
	char why[JOBS_WHY_MAX];
};

/* ---- what it is */

static enum work_ending
ending_choose(const struct work_slot *slot, const struct jobs_claim *claim,
	      const struct job_outcome *outcome)
{
	const enum lc_rc told = work_slot_told(slot);

	if (outcome->rc == LC_OK)
		return WORK_SUCCEEDED;
	if (told == LC_STOPPING)
		return WORK_GIVEN_BACK;
	if (told == LC_CANCELLED)
		return WORK_CANCELLED;
	switch (outcome->rc) {
	case LC_UNAVAILABLE:
	case LC_NO_MEMORY:
	case LC_DEADLINE:
	case LC_INTERNAL:
		return work_words_failure(claim, false);
	default:
		return WORK_FAILED;
	}
}

/* ---- writing it */

/*
 * Puts the result in place.  Whoever has the job now, if it was taken from
 * us, may have put its own there: so the lease is asked for first.
 */
static enum lc_rc
ending_put_result(struct ending *ending)
{
	const struct options *options = &ending->work->options;
	const struct jobs_claim *claim = ending->claim;
	bool cancel;
	enum lc_rc rc;

	if (ending->outcome->type == NULL)
		return LC_OK;
	rc = jobs_beat(ending->work->jobs, claim->seq, claim->lease,
		       options->work_lease_ms, 1, &cancel, ending->why,
		       sizeof(ending->why));
	if (rc != LC_OK)
		return rc;
	return results_put(options->state, claim->id, ending->outcome->body,
			   ending->outcome->body_length, ending->why,
			   sizeof(ending->why));
}

static enum lc_rc
ending_succeed(struct ending *ending,
	       enum lc_rc (*also)(struct store *store, void *arg))
{
	const struct job_outcome *outcome = ending->outcome;
	struct jobs_result result = {.status = 0};

	if (outcome->type != NULL) {
		result.status = outcome->status;
		result.media = outcome->type;
		result.bytes = (int64_t)outcome->body_length;
	}
	return jobs_succeed(ending->work->jobs, ending->claim, &result, also,
			    &ending->notice, ending->why, sizeof(ending->why));
}

static enum lc_rc
ending_write_in_turn(struct ending *ending)
{
	struct jobs *jobs = ending->work->jobs;
	/* Nobody need be woken where nothing is added. */
	enum lc_rc (*also)(struct store * store, void *arg) =
		ending->notice.count > 0 ? work_notice_add : NULL;

	switch (ending->how) {
	case WORK_SUCCEEDED:
		return ending_succeed(ending, also);
	case WORK_CANCELLED:
		return jobs_end_cancelled(jobs, ending->claim, also,
					  &ending->notice, ending->why,
					  sizeof(ending->why));
	case WORK_GIVEN_BACK:
		return jobs_give_back(jobs, ending->claim, ending->why,
				      sizeof(ending->why));
	case WORK_AGAIN:
	case WORK_FAILED:
	default:
		return jobs_fail(jobs, ending->claim, ending->words,
				 ending->how == WORK_FAILED,
				 ending->outcome->retry_after_s * END_MS_PER_S,
				 also, &ending->notice, ending->why,
				 sizeof(ending->why));
	}
}

static enum lc_rc
ending_write(struct ending *ending)
{
	struct work_board *board = ending->work->board;
	bool taken = work_board_take(board);
	enum lc_rc rc = ending_write_in_turn(ending);

	work_board_give(board, taken);
	return rc;
}

/* A full disk is freed some day; till then the work is not thrown away. */
static enum lc_rc
ending_insist(struct ending *ending)
{
	const struct timespec pause = {.tv_nsec =
					       END_PAUSE_MS * CLOCK_NS_PER_MS};
	bool said = false;
	enum lc_rc rc;

	while ((rc = ending_write(ending)) == LC_UNAVAILABLE ||
	       rc == LC_NO_MEMORY) {
		if (atomic_load(&ending->work->board->stopping))
			break;
		if (!said)
			log_warning("the end of a job must wait: %s",
				    ending->why);
		said = true;
		nanosleep(&pause, NULL);
	}
	return rc;
}

void
work_end(struct work *work, const struct work_slot *slot,
	 const struct jobs_claim *claim, const struct job_outcome *outcome,
	 int64_t took_ns)
{
	struct ending ending = {.work = work,
				.claim = claim,
				.outcome = outcome,
				.how = ending_choose(slot, claim, outcome)};
	char words[JOBS_ERROR_MAX];
	enum lc_rc rc = LC_OK;

	if (ending.how == WORK_SUCCEEDED)
		rc = ending_put_result(&ending);
	if (rc == LC_UNAVAILABLE || rc == LC_NO_MEMORY) {
		ending.how = work_words_failure(claim, false);
		/* They say that it could not be kept. */
		snprintf(words, sizeof(words), "%s", ending.why);
		ending.words = words;
		rc = LC_OK;
	} else if (ending.how == WORK_AGAIN || ending.how == WORK_FAILED) {
		ending.words = outcome->words != NULL ? outcome->words :
							rc_title(outcome->rc);
	}
	if (rc == LC_OK)
		rc = work_notice_init(&ending.notice, &work->kinds, claim,
				      outcome, ending.how, ending.words);
	if (rc == LC_OK) {
		rc = ending_insist(&ending);
		work_notice_release(&ending.notice);
	}
	if (rc == LC_OK)
		work_seen_ended(&work->seen, claim, ending.how, took_ns,
				outcome->trace);
	work_words_log(claim, ending.how, took_ns, ending.words, rc,
		       ending.why);
}
