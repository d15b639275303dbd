#include "commands/work.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "commands/work_export.h"
#include "commands/work_spawn.h"
#include "commands/work_sweep.h"
#include "commands/work_watch.h"
#include "engine/observe.h"
#include "services/presence.h"

enum {
	SUPERVISE_LOOK_MS = 1000, /* at the slowest */
	SUPERVISE_LOOK_STOPPING_MS = 50,
	SUPERVISE_LEASE_PARTS = 3,
	SUPERVISE_PAUSE_MS = 250, /* between two starts in one's place */
	SUPERVISE_PAUSE_MOST_MS = 10000,
	SUPERVISE_TOLD_MS = 1000, /* after its grace is over */
	SUPERVISE_END_MS = 5000,  /* after that */
	/* For the last spans: where nobody waits, and where one is stopped. */
	SUPERVISE_EXPORT_MS = 10000,
	SUPERVISE_EXPORT_STOPPING_MS = 2000
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
	struct work_sweep sweep;
	int64_t look_ns;  /* when the next one is due */
	int64_t grace_ns; /* until when, of one that stops; or 0 */
	bool hurried;     /* it was told to stop twice */
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
	if (now_ns - supervisor->sweep.swept_ns >=
	    SUPERVISE_LOOK_MS * CLOCK_NS_PER_MS)
		work_sweep(supervisor->work, &supervisor->sweep);
	log_flush();
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
	} else {
		supervisor->hurried = true;
		if (supervisor->grace_ns > now_ns)
			supervisor->grace_ns = now_ns;
	}
}

/* The runners write to the same files. */
static void
supervisor_reopen(const struct supervisor *supervisor)
{
	log_reopen();
	for (size_t i = 0; i < supervisor->count; i++)
		if (supervisor->places[i].watch.pid != 0)
			kill(supervisor->places[i].watch.pid, SIGUSR2);
}

/* Nothing is done in a handler: signals wait until they are asked for. */
static void
supervisor_hear(struct supervisor *supervisor, int64_t wait_ns)
{
	const struct timespec wait = {.tv_sec = wait_ns / CLOCK_NS_PER_S,
				      .tv_nsec = wait_ns % CLOCK_NS_PER_S};
	int number = sigtimedwait(&supervisor->signals, NULL, &wait);

	if (number == SIGTERM || number == SIGINT || number == SIGHUP)
		supervisor_stop(supervisor);
	else if (number == SIGUSR2)
		supervisor_reopen(supervisor);
}

static void
supervisor_wait(struct supervisor *supervisor, int64_t until_ns)
{
	int64_t wait_ns;

	if (supervisor->look_ns < until_ns)
		until_ns = supervisor->look_ns;
	wait_ns = until_ns - work_clock_ns();
	if (supervisor->grace_ns != 0 &&
	    wait_ns > SUPERVISE_LOOK_STOPPING_MS * CLOCK_NS_PER_MS)
		wait_ns = SUPERVISE_LOOK_STOPPING_MS * CLOCK_NS_PER_MS;
	supervisor_hear(supervisor, wait_ns > 0 ? wait_ns : 0);
}

/* ---- the spans of all that, once no process is left to make more */

static int64_t
export_last_ms(const struct supervisor *supervisor)
{
	const int64_t grace_ms = supervisor->work->options.work_grace_ms;

	if (supervisor->hurried)
		return 0;
	if (supervisor->grace_ns == 0)
		return SUPERVISE_EXPORT_MS;
	return grace_ms < SUPERVISE_EXPORT_STOPPING_MS ?
		       grace_ms :
		       SUPERVISE_EXPORT_STOPPING_MS;
}

static void
export_end(struct supervisor *supervisor, struct work_export *export)
{
	work_export_stop(export, export_last_ms(supervisor));
	while (!work_export_over(export)) {
		supervisor_hear(supervisor,
				SUPERVISE_LOOK_STOPPING_MS * CLOCK_NS_PER_MS);
		work_export_stop(export, export_last_ms(supervisor));
	}
	work_export_free(export);
}

/* Those of a runner are blocked as well; it inherits the mask. */
static void
signals_block(sigset_t *signals)
{
	static const int numbers[] = {SIGTERM, SIGINT,  SIGHUP,
				      SIGCHLD, SIGUSR1, SIGUSR2};

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

/* Until no process is left; an exit code. */
static int
supervisor_run(struct supervisor *supervisor)
{
	const bool waits = supervisor->mode == WORK_ON;
	struct work_export *export;

	work_sweep(supervisor->work, &supervisor->sweep);
	/* Where nobody waits for better times. */
	if (supervisor->sweep.troubled && !waits)
		return COMMAND_NO_WRITE;
	export = work_export_start(&supervisor->work->options);
	while (!places_over(supervisor)) {
		supervisor_wait(supervisor, places_start(supervisor));
		places_reap(supervisor);
		supervisor_look(supervisor);
	}
	export_end(supervisor, export);
	return supervisor->failed && !waits ? COMMAND_FAILED : COMMAND_OK;
}

/* It has no engine, and counts and records all the same. */
static int
supervisor_serve(struct supervisor *supervisor, struct buf *why)
{
	struct work *work = supervisor->work;
	struct metrics *metrics;
	struct tracer *tracer;
	int presence, code = COMMAND_FAILED;

	if (observe_open(&work->options, METRICS_WORK, &metrics, &tracer,
			 why) != LC_OK)
		return code;
	presence = presence_show(work->options.state, PRESENCE_WORK);
	if (work_seen_init(&work->seen, &work->kinds, metrics, tracer))
		code = supervisor_run(supervisor);
	else
		buf_add_text(why, "out of memory");
	if (presence >= 0)
		close(presence);
	work_seen_release(&work->seen);
	observe_close(metrics, tracer);
	return code;
}

int
work_supervise(struct work *work, enum work_mode mode, int64_t processes)
{
	struct supervisor supervisor;
	int descriptor, code;
	struct buf why;

	work->board = work_board_new(&descriptor);
	if (work->board == NULL)
		return command_say(&command_work, COMMAND_FAILED,
				   "no memory to share: %s", strerror(errno));
	supervisor_init(&supervisor, work, mode, processes);
	supervisor.board = descriptor;
	log_notice("running jobs in %lld processes", (long long)processes);
	buf_init(&why);
	code = supervisor_serve(&supervisor, &why);
	if (why.length > 0)
		log_error("%.*s", (int)why.length, why.bytes);
	buf_release(&why);
	close(supervisor.board);
	return code;
}
