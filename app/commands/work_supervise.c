#include "commands/work.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "commands/work_notice.h"
#include "commands/work_spawn.h"
#include "commands/work_watch.h"
#include "services/presence.h"

enum {
	SUPERVISE_LOOK_MS = 1000, /* at the slowest */
	SUPERVISE_LOOK_STOPPING_MS = 50,
	SUPERVISE_LEASE_PARTS = 3,
	SUPERVISE_PAUSE_MS = 250, /* between two starts in one's place */
	SUPERVISE_PAUSE_MOST_MS = 10000,
	SUPERVISE_TOLD_MS = 1000, /* after its grace is over */
	SUPERVISE_END_MS = 5000,  /* after that */
	SUPERVISE_TIDY_S = 3600
};

/* One of the processes, and when there may be a new one in its place. */
struct place {
	struct work_watch watch;
	int64_t start_ns, pause_ns;
	bool done; /* it has found nothing to do any more */
};

struct supervisor {
	struct work *work;
	enum work_mode mode;
	struct place places[WORK_SLOTS_MOST];
	size_t count;
	int board; /* the descriptor */
	sigset_t signals;
	int64_t look_ns;  /* when the next one is due */
	int64_t swept_ns; /* when that was */
	int64_t tidy_ns;  /* when it is due */
	int64_t grace_ns; /* until when, of one that stops; or 0 */
	bool troubled;    /* the state cannot be used, which was said */
	bool failed;
};

/* ---- processes */

static void
place_start(struct supervisor *supervisor, struct place *place)
{
	const size_t slot = (size_t)(place - supervisor->places);
	pid_t pid =
		work_spawn(&supervisor->work->options, supervisor->board, slot);

	place->start_ns = work_clock_ns() + place->pause_ns;
	if (pid > 0)
		place->watch.pid = pid;
	else
		log_error("no process for jobs: %s", strerror(errno));
}

/* Starts what there should be; returns when to look again. */
static int64_t
places_start(struct supervisor *supervisor)
{
	int64_t next_ns = INT64_MAX;

	for (size_t i = 0; i < supervisor->count; i++) {
		struct place *place = &supervisor->places[i];

		if (place->watch.pid != 0 || place->done ||
		    supervisor->grace_ns != 0)
			continue;
		if (place->start_ns <= work_clock_ns())
			place_start(supervisor, place);
		if (place->watch.pid == 0 && place->start_ns < next_ns)
			next_ns = place->start_ns;
	}
	return next_ns;
}

/*
 * One that died of its job is replaced soon.  One that cannot work at all is
 * too, but ever later; where nobody waits for better times that is the end.
 */
static void
place_ended(struct supervisor *supervisor, struct place *place, int status)
{
	const pid_t pid = place->watch.pid;
	const bool at_work =
		work_watch_died(supervisor->work, &place->watch, status);

	if (!at_work && WIFEXITED(status) &&
	    WEXITSTATUS(status) == COMMAND_OK) {
		place->done = supervisor->mode != WORK_ON;
		return;
	}
	if (at_work || WIFSIGNALED(status)) {
		place->pause_ns = SUPERVISE_PAUSE_MS * CLOCK_NS_PER_MS;
	} else {
		supervisor->failed = true;
		place->done = supervisor->mode != WORK_ON;
		place->pause_ns *= 2;
		if (place->pause_ns > SUPERVISE_PAUSE_MOST_MS * CLOCK_NS_PER_MS)
			place->pause_ns =
				SUPERVISE_PAUSE_MOST_MS * CLOCK_NS_PER_MS;
	}
	if (!at_work && supervisor->grace_ns == 0)
		log_warning("process %ld, which had no job, has ended: %s %d",
			    (long)pid, WIFSIGNALED(status) ? "signal" : "code",
			    WIFSIGNALED(status) ? WTERMSIG(status) :
						  WEXITSTATUS(status));
}

static void
places_reap(struct supervisor *supervisor)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < supervisor->count; i++)
			if (supervisor->places[i].watch.pid == pid)
				place_ended(supervisor, &supervisor->places[i],
					    status);
}

/* Whether no process runs, and none will be started. */
static bool
places_over(const struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		const struct place *place = &supervisor->places[i];

		if (place->watch.pid != 0 ||
		    (!place->done && supervisor->grace_ns == 0))
			return false;
	}
	return true;
}

/* ---- what is looked after every now and then */

static enum lc_rc
supervisor_lost(struct store *store, void *arg, const struct jobs_claim *claim,
		const char *error)
{
	const struct supervisor *supervisor = arg;
	struct work_notice notice;
	enum lc_rc rc = work_notice_init_crash(
		&notice, &supervisor->work->kinds, claim, error);

	if (rc != LC_OK)
		return rc;
	rc = work_notice_add(store, &notice);
	work_notice_release(&notice);
	return rc;
}

/* Jobs' ends are events, even where there are no others. */
static void
supervisor_tidy(struct work *work)
{
	char why[EVENTS_WHY_MAX];

	jobs_tidy(work->jobs);
	if (events_tidy(work->events, why, sizeof(why)) != LC_OK)
		log_warning("old events stay: %s", why);
}

static void
supervisor_sweep(struct supervisor *supervisor)
{
	struct work *work = supervisor->work;
	const int64_t most_bytes = work->options.results_max_mb * (1 << 20);
	char why[JOBS_WHY_MAX];
	enum lc_rc rc = jobs_sweep(
		work->jobs, work->kinds.policies, work->kinds.count, most_bytes,
		supervisor_lost, supervisor, why, sizeof(why));

	supervisor->swept_ns = work_clock_ns();
	if (rc != LC_OK && !supervisor->troubled)
		log_error("jobs must wait: %s", why);
	else if (rc == LC_OK && supervisor->troubled)
		log_notice("jobs need not wait any longer");
	supervisor->troubled = rc != LC_OK;
	if (rc == LC_OK && supervisor->swept_ns >= supervisor->tidy_ns) {
		supervisor_tidy(work);
		supervisor->tidy_ns = supervisor->swept_ns +
				      SUPERVISE_TIDY_S * CLOCK_NS_PER_S;
	}
}

static void
places_stop(struct supervisor *supervisor)
{
	const int64_t over_ns = work_clock_ns() - supervisor->grace_ns;

	for (size_t i = 0; i < supervisor->count && over_ns >= 0; i++) {
		struct work_watch *watch = &supervisor->places[i].watch;

		work_watch_stop(watch, SUPERVISE_TOLD_MS * CLOCK_NS_PER_MS);
		if (watch->pid != 0 &&
		    over_ns > SUPERVISE_END_MS * CLOCK_NS_PER_MS)
			kill(watch->pid, SIGKILL);
	}
}

static void
supervisor_look(struct supervisor *supervisor)
{
	const struct options *options = &supervisor->work->options;
	int64_t every_ms = options->work_lease_ms / SUPERVISE_LEASE_PARTS;
	int64_t now_ns = work_clock_ns();
	bool usable = true;

	if (supervisor->grace_ns != 0)
		places_stop(supervisor);
	if (now_ns < supervisor->look_ns)
		return;
	for (size_t i = 0; i < supervisor->count; i++)
		work_watch_look(supervisor->work, &supervisor->places[i].watch,
				&usable);
	if (now_ns - supervisor->swept_ns >=
	    SUPERVISE_LOOK_MS * CLOCK_NS_PER_MS)
		supervisor_sweep(supervisor);
	if (every_ms > SUPERVISE_LOOK_MS)
		every_ms = SUPERVISE_LOOK_MS;
	supervisor->look_ns = now_ns + every_ms * CLOCK_NS_PER_MS;
}

/* ---- signals */

static void
supervisor_stop(struct supervisor *supervisor)
{
	const int64_t now_ns = work_clock_ns();
	const int64_t grace_ms = supervisor->work->options.work_grace_ms;

	if (supervisor->grace_ns == 0) {
		supervisor->grace_ns = now_ns + grace_ms * CLOCK_NS_PER_MS;
		atomic_store(&supervisor->work->board->stopping, true);
		jobs_ring(supervisor->work->jobs);
		log_notice("told to stop: no job is taken any more, and those "
			   "that run have %lld ms",
			   (long long)grace_ms);
	} else if (supervisor->grace_ns > now_ns) {
		supervisor->grace_ns = now_ns;
	}
}

/* Nothing is done in a handler: signals wait until they are asked for. */
static void
supervisor_wait(struct supervisor *supervisor, int64_t until_ns)
{
	int64_t wait_ns;
	struct timespec wait;
	int number;

	if (supervisor->look_ns < until_ns)
		until_ns = supervisor->look_ns;
	wait_ns = until_ns - work_clock_ns();
	if (supervisor->grace_ns != 0 &&
	    wait_ns > SUPERVISE_LOOK_STOPPING_MS * CLOCK_NS_PER_MS)
		wait_ns = SUPERVISE_LOOK_STOPPING_MS * CLOCK_NS_PER_MS;
	if (wait_ns < 0)
		wait_ns = 0;
	wait.tv_sec = wait_ns / CLOCK_NS_PER_S;
	wait.tv_nsec = wait_ns % CLOCK_NS_PER_S;
	number = sigtimedwait(&supervisor->signals, NULL, &wait);
	if (number == SIGTERM || number == SIGINT || number == SIGHUP)
		supervisor_stop(supervisor);
}

/* Those of a runner are blocked as well; it inherits the mask. */
static void
signals_block(sigset_t *signals)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD,
				      SIGUSR1};

	sigemptyset(signals);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaddset(signals, numbers[i]);
	sigprocmask(SIG_BLOCK, signals, NULL);
	/* Who started us may ignore it, and then there is none. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	/* A file that may not grow is as a full disk. */
	signal(SIGXFSZ, SIG_IGN);
}

static void
supervisor_init(struct supervisor *supervisor, struct work *work,
		enum work_mode mode, int64_t processes)
{
	*supervisor = (struct supervisor){
		.work = work, .mode = mode, .count = (size_t)processes};
	atomic_store(&work->board->mode, (int)mode);
	for (size_t i = 0; i < supervisor->count; i++) {
		struct place *place = &supervisor->places[i];

		place->watch.slot = &work->board->slots[i];
		place->pause_ns = SUPERVISE_PAUSE_MS * CLOCK_NS_PER_MS;
	}
	signals_block(&supervisor->signals);
}

int
work_supervise(struct work *work, enum work_mode mode, int64_t processes)
{
	struct supervisor supervisor;
	int descriptor, presence;

	work->board = work_board_new(&descriptor);
	if (work->board == NULL)
		return command_say(&command_work, COMMAND_FAILED,
				   "no memory to share: %s", strerror(errno));
	supervisor_init(&supervisor, work, mode, processes);
	supervisor.board = descriptor;
	log_notice("running jobs in %lld processes", (long long)processes);
	presence = presence_show(work->options.state, PRESENCE_WORK);
	supervisor_sweep(&supervisor);
	/* Where nobody waits for better times. */
	if (supervisor.troubled && mode != WORK_ON)
		return COMMAND_NO_WRITE;
	while (!places_over(&supervisor)) {
		supervisor_wait(&supervisor, places_start(&supervisor));
		places_reap(&supervisor);
		supervisor_look(&supervisor);
	}
	close(supervisor.board);
	if (presence >= 0)
		close(presence);
	return supervisor.failed && mode != WORK_ON ? COMMAND_FAILED :
						      COMMAND_OK;
}
