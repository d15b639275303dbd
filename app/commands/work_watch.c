#include "commands/work_watch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "commands/work_notice.h"

/* How long a job may go on after its time, or after it was told to stop. */
#define WATCH_PATIENCE_NS (5 * CLOCK_NS_PER_S)

static const struct jobs_policy *
watch_policy(const struct work *work, const struct work_job *job)
{
	return &work->kinds.policies[job->kind];
}

static void
watch_tell(struct work_watch *watch, uint64_t turn, enum lc_rc why)
{
	if (watch->told_turn == turn)
		return;
	watch->told_turn = turn;
	watch->told_ns = work_clock_ns();
	watch->told = why;
	work_slot_tell(watch->slot, turn, why);
	kill(watch->pid, SIGUSR1);
}

/*
 * The lease is renewed, or may have been lost.  That is so also when the job
 * has just ended; then the order is for a turn that is over.
 */
static void
watch_beat(struct work *work, struct work_watch *watch,
	   const struct work_job *job, uint64_t turn, bool *usable)
{
	char why[JOBS_WHY_MAX];
	bool cancel = false;
	enum lc_rc rc = jobs_beat(
		work->jobs, job->seq, job->lease, work->options.work_lease_ms,
		work_slot_done(watch->slot), &cancel, why, sizeof(why));

	*usable = rc != LC_UNAVAILABLE;
	if (rc == LC_CONFLICT || rc == LC_NOT_FOUND)
		watch->lost = true;
	if (cancel || watch->lost)
		watch_tell(watch, turn, LC_CANCELLED);
}

/* Whether the job is over its time, by more than it takes to stop. */
static bool
watch_overdue(const struct work *work, const struct work_watch *watch,
	      const struct work_job *job, uint64_t turn)
{
	int64_t most_ns = watch_policy(work, job)->timeout_ms * CLOCK_NS_PER_MS;

	/* What writes its end, perhaps onto a full disk, is left to it. */
	return !work_slot_has_run(watch->slot, turn) &&
	       work_clock_ns() - job->begun_ns > most_ns + WATCH_PATIENCE_NS;
}

static bool
watch_told_long_ago(const struct work_watch *watch, uint64_t turn,
		    int64_t patience_ns)
{
	return watch->told_turn == turn &&
	       !work_slot_has_run(watch->slot, turn) &&
	       work_clock_ns() - watch->told_ns > patience_ns;
}

void
work_watch_look(struct work *work, struct work_watch *watch, bool *usable)
{
	struct work_job job;
	uint64_t turn = work_slot_read(watch->slot, &job);

	if (watch->pid == 0 || turn == 0)
		return;
	if (turn != watch->told_turn)
		watch->lost = false;
	if (watch_overdue(work, watch, &job, turn)) {
		watch->overdue = true;
		kill(watch->pid, SIGKILL);
	} else if (watch_told_long_ago(watch, turn, WATCH_PATIENCE_NS)) {
		kill(watch->pid, SIGKILL);
	} else if (!watch->lost && *usable) {
		watch_beat(work, watch, &job, turn, usable);
	}
}

void
work_watch_stop(struct work_watch *watch, int64_t patience_ns)
{
	struct work_job job;
	uint64_t turn = work_slot_read(watch->slot, &job);

	if (watch->pid == 0 || turn == 0)
		return;
	watch_tell(watch, turn, LC_STOPPING);
	if (watch_told_long_ago(watch, turn, patience_ns))
		kill(watch->pid, SIGKILL);
}

/* ---- a runner that has died */

static void
watch_say_why(const struct work_watch *watch, const struct jobs_policy *policy,
	      int status, char *words, size_t bytes)
{
	if (watch->overdue)
		work_words_timeout(policy, words, bytes);
	else if (WIFSIGNALED(status))
		snprintf(words, bytes, "The work crashed: signal %d (%s).",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(words, bytes, "The work ended its process: code %d.",
			 WEXITSTATUS(status));
}

static enum lc_rc
watch_fail_with(struct work *work, const struct jobs_claim *claim,
		const char *words, char *why, size_t why_bytes)
{
	struct work_notice notice;
	enum lc_rc rc =
		work_notice_init_crash(&notice, &work->kinds, claim, words);

	if (rc != LC_OK)
		return rc;
	rc = jobs_fail(work->jobs, claim, words, false, 0,
		       notice.count > 0 ? work_notice_add : NULL, &notice, why,
		       why_bytes);
	work_notice_release(&notice);
	return rc;
}

static enum lc_rc
watch_fail(struct work *work, const struct jobs_claim *claim, const char *words,
	   char *why, size_t why_bytes)
{
	struct jobs_claim whole = *claim;
	struct jobs_view view;
	struct arena arena;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = jobs_find(work->jobs, claim->id, &arena, &view, why, why_bytes);
	if (rc == LC_OK) {
		whole.payload = view.payload;
		rc = watch_fail_with(work, &whole, words, why, why_bytes);
	}
	arena_release(&arena);
	return rc;
}

/* Says what has become of the job, as it was told before. */
static enum work_ending
watch_speak(struct work *work, const struct work_watch *watch,
	    const struct jobs_claim *claim, enum lc_rc told, const char *words,
	    enum lc_rc *rc, char *why, size_t why_bytes)
{
	struct jobs *jobs = work->jobs;

	if (told == LC_STOPPING) {
		*rc = jobs_give_back(jobs, claim, why, why_bytes);
		return WORK_GIVEN_BACK;
	}
	if (told == LC_CANCELLED) {
		*rc = watch->lost ? LC_CONFLICT :
				    jobs_end_cancelled(jobs, claim, NULL, NULL,
						       why, why_bytes);
		return WORK_CANCELLED;
	}
	*rc = watch_fail(work, claim, words, why, why_bytes);
	return work_words_failure(claim, false);
}

static void
watch_claim(const struct work *work, const struct work_job *job,
	    struct jobs_claim *claim)
{
	*claim = (struct jobs_claim){
		.seq = job->seq,
		.lease = job->lease,
		.policy = watch_policy(work, job),
		.payload = "",
		.attempt = job->attempt,
		.attempts_most = job->attempts_most,
		.trace = job->trace[0] != '\0' ? job->trace : NULL,
	};
	memcpy(claim->id, job->id, sizeof(claim->id));
}

bool
work_watch_died(struct work *work, struct work_watch *watch, int status)
{
	char words[JOBS_ERROR_MAX], why[JOBS_WHY_MAX] = "";
	struct jobs_claim claim;
	struct work_loss loss;
	struct work_job job;
	uint64_t turn = work_slot_read(watch->slot, &job);
	enum work_ending ending;
	int64_t took_ns;
	enum lc_rc rc;

	watch->pid = 0;
	if (turn == 0)
		return false;
	took_ns = work_clock_ns() - job.begun_ns;
	watch_claim(work, &job, &claim);
	work_seen_lose(&work->seen, &claim, took_ns, &loss);
	if (loss.trace[0] != '\0')
		claim.trace = loss.trace;
	watch_say_why(watch, claim.policy, status, words, sizeof(words));
	ending = watch_speak(work, watch, &claim,
			     turn == watch->told_turn ? watch->told : LC_OK,
			     words, &rc, why, sizeof(why));
	/* It may have said itself how the job ended, and died then. */
	if (rc != LC_CONFLICT && rc != LC_NOT_FOUND)
		work_words_log(&claim, ending, took_ns, words, rc, why);
	if (ending == WORK_GIVEN_BACK || ending == WORK_CANCELLED)
		loss.ending = ending;
	if (rc == LC_OK)
		work_seen_lost(&work->seen, &loss);
	watch->overdue = watch->lost = false;
	work_slot_clear(watch->slot);
	return true;
}
