#include "commands/work.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "commands/application.h"
#include "commands/work_end.h"
#include "engine/job_run.h"
#include "engine/observe.h"
#include "services/jobs_steps.h"
#include "services/outbound.h"

enum {
	RUN_WAIT_MS = 1000, /* where the bell cannot be heard */
	/* What is due and cannot be had waits for others of its kind. */
	RUN_WAIT_BUSY_MS = 50,
	RUN_TROUBLE_MOST = 5 /* where nobody waits for better times */
};

struct runner {
	struct work *work;
	struct work_slot *slot;
	struct application application;
	struct lock lock;        /* no order comes between two jobs */
	struct lc_progress stop; /* of the present job */
	pthread_t listener;
	atomic_bool ended; /* there are no more orders to hear */
	int trouble;       /* how often in a row nothing could be had */
};

/* ---- orders: a signal says that there is one in the slot; or log_reopen() */

static void *
runner_listen(void *arg)
{
	struct runner *runner = arg;
	enum lc_rc told;
	sigset_t signals;
	int number;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGUSR2);
	while (!atomic_load(&runner->ended)) {
		if (sigwait(&signals, &number) != 0)
			continue;
		if (number == SIGUSR2) {
			log_reopen();
			continue;
		}
		lock_take(&runner->lock);
		told = work_slot_told(runner->slot);
		if (told != LC_OK)
			progress_stop(&runner->stop, told);
		lock_give(&runner->lock);
	}
	return NULL;
}

/* The supervisor has blocked the signals, and they stay so. */
static bool
runner_start_listening(struct runner *runner)
{
	return pthread_create(&runner->listener, NULL, runner_listen, runner) ==
	       0;
}

/* An order may still come; nothing that it would touch is there for long. */
static void
runner_stop_listening(struct runner *runner)
{
	atomic_store(&runner->ended, true);
	pthread_kill(runner->listener, SIGUSR1);
	pthread_join(runner->listener, NULL);
}

/* ---- one job */

static void
runner_begin(struct runner *runner, const struct jobs_claim *claim,
	     int64_t begun_ns)
{
	struct work_job job = {
		.seq = claim->seq,
		.lease = claim->lease,
		.attempt = claim->attempt,
		.attempts_most = claim->attempts_most,
		.kind = (int64_t)work_kinds_index(&runner->work->kinds,
						  claim->policy),
		.begun_ns = begun_ns,
	};

	memcpy(job.id, claim->id, sizeof(job.id));
	snprintf(job.trace, sizeof(job.trace), "%s",
		 claim->trace != NULL ? claim->trace : "");
	lock_take(&runner->lock);
	progress_init(&runner->stop, 0);
	work_slot_put(runner->slot, &job);
	lock_give(&runner->lock);
}

static void
runner_tick(void *arg, double done)
{
	work_slot_progress(arg, done);
}

static void
runner_do(struct runner *runner, const struct jobs_claim *claim)
{
	const int64_t begun_ns = work_clock_ns();
	const struct job_given given = {
		.kind = work_kinds_at(
			work_kinds_index(&runner->work->kinds, claim->policy)),
		.payload = claim->payload,
		.number = claim->seq,
		.attempt = claim->attempt,
		.trace = claim->trace,
	};
	struct job_outcome outcome;

	work_seen_claimed(&runner->work->seen, claim);
	runner_begin(runner, claim, begun_ns);
	job_outcome_init(&outcome);
	jobs_step(JOBS_STEP_RUN);
	job_run(&runner->application.engine, &given, &runner->stop, runner_tick,
		runner->slot, &outcome);
	work_slot_ran(runner->slot);
	jobs_step(JOBS_STEP_RAN);
	work_end(runner->work, runner->slot, claim, &outcome,
		 work_clock_ns() - begun_ns);
	job_outcome_release(&outcome);
	lock_take(&runner->lock);
	work_slot_clear(runner->slot);
	lock_give(&runner->lock);
}

/* ---- one after the other */

/* How long there is nothing to do; below 0: for good. */
static int64_t
runner_idle_ms(struct runner *runner, enum work_mode mode)
{
	const struct work_kinds *kinds = &runner->work->kinds;
	char why[JOBS_WHY_MAX];
	int64_t due_ms;

	if (mode == WORK_ONCE)
		return -1;
	if (jobs_due_in(runner->work->jobs, kinds->policies, kinds->count,
			&due_ms, why, sizeof(why)) != LC_OK)
		return RUN_WAIT_MS;
	if (mode == WORK_DRAIN && due_ms == INT64_MAX)
		return -1;
	if (due_ms <= 0)
		return RUN_WAIT_BUSY_MS;
	return due_ms < RUN_WAIT_MS ? due_ms : RUN_WAIT_MS;
}

/* The same after jobs could not be had; it is said once. */
static int64_t
runner_trouble_ms(struct runner *runner, enum work_mode mode, const char *why)
{
	if (runner->trouble++ == 0)
		log_error("no job can be had: %s", why);
	if (mode != WORK_ON && runner->trouble >= RUN_TROUBLE_MOST)
		return -1;
	return RUN_WAIT_MS;
}

static enum lc_rc
runner_claim(struct runner *runner, struct arena *arena,
	     struct jobs_claim *claim, char *why, size_t why_bytes)
{
	const struct work *work = runner->work;
	bool taken = work_board_take(work->board);
	enum lc_rc rc = jobs_claim(
		work->jobs, work->kinds.policies, work->kinds.count,
		work->options.work_lease_ms, arena, claim, why, why_bytes);

	work_board_give(work->board, taken);
	return rc;
}

static void
runner_loop(struct runner *runner)
{
	struct work_board *board = runner->work->board;
	struct jobs *jobs = runner->work->jobs;
	enum work_mode mode = (enum work_mode)atomic_load(&board->mode);
	char why[JOBS_WHY_MAX];
	int64_t wait_ms = 0;

	while (wait_ms >= 0 && !atomic_load(&board->stopping)) {
		uint32_t heard = jobs_heard(jobs);
		struct jobs_claim claim;
		struct arena arena;
		enum lc_rc rc;

		arena_init(&arena, NULL, 0);
		rc = runner_claim(runner, &arena, &claim, why, sizeof(why));
		wait_ms = 0;
		if (rc == LC_OK)
			runner_do(runner, &claim);
		else if (rc == LC_NOT_FOUND)
			wait_ms = runner_idle_ms(runner, mode);
		else
			wait_ms = runner_trouble_ms(runner, mode, why);
		arena_release(&arena);
		if (rc == LC_OK || rc == LC_NOT_FOUND)
			runner->trouble = 0;
		log_flush();
		jobs_wait(jobs, heard, wait_ms);
	}
}

/* With an engine; what it counts with is the runner's, too. */
static int
runner_serve(struct runner *runner, struct buf *why)
{
	struct work *work = runner->work;
	struct engine *engine = &runner->application.engine;
	enum lc_rc rc = observe_start(engine, METRICS_RUNNER, why);

	if (rc == LC_OK && !work_seen_init(&work->seen, &work->kinds,
					   engine->metrics, engine->tracer)) {
		buf_add_text(why, "out of memory");
		rc = LC_NO_MEMORY;
	}
	if (rc != LC_OK) {
		log_error("%.*s", (int)why->length, why->bytes);
		return COMMAND_FAILED;
	}
	runner_loop(runner);
	work_seen_release(&work->seen);
	return runner->trouble == 0 ? COMMAND_OK : COMMAND_FAILED;
}

static int
runner_run(struct runner *runner)
{
	struct buf why;
	int code = COMMAND_FAILED;

	buf_init(&why);
	if (outbound_start() != LC_OK) {
		log_error("no memory or threads to start");
	} else if (application_init(&runner->application,
				    &runner->work->options, true,
				    &why) != LC_OK) {
		log_error("%.*s", (int)why.length, why.bytes);
	} else {
		code = runner_serve(runner, &why);
		application_release(&runner->application);
		outbound_stop();
	}
	buf_release(&why);
	return code;
}

int
work_run(struct work *work, struct work_slot *slot)
{
	struct runner runner = {.work = work, .slot = slot};
	int code;

	lock_init(&runner.lock);
	progress_init(&runner.stop, 0);
	if (!runner_start_listening(&runner)) {
		log_error("no thread to hear orders with");
		return COMMAND_FAILED;
	}
	code = runner_run(&runner);
	runner_stop_listening(&runner);
	return code;
}
