/*
 * lightcone work: runs jobs.
 */
#include "commands/work.h"

#include <limits.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/number.h"
#include "commands/arguments.h"
#include "commands/privilege.h"

struct asked {
	bool once, drain;
	const char *processes;
};

/* ---- what both sides have */

static int
work_init(struct work *work)
{
	work->jobs = jobs_new(work->options.state);
	work->events = events_new_of(&work->options);
	if (work_kinds_init(&work->kinds) && work->jobs != NULL &&
	    work->events != NULL)
		return COMMAND_OK;
	return command_say(&command_work, COMMAND_FAILED, "out of memory");
}

static void
work_release(struct work *work)
{
	work_board_free(work->board);
	work_kinds_release(&work->kinds);
	events_free(work->events);
	jobs_free(work->jobs);
	options_release(&work->options);
}

/* ---- a runner, which the supervisor starts as "work --runner BOARD SLOT" */

static bool
number_read(const char *text, int64_t most, int64_t *out)
{
	return number_parse_int64(text, strlen(text), out) == NUMBER_OK &&
	       *out >= 0 && *out <= most;
}

/* The options are all in the environment. */
static int
runner_load_options(struct options *options)
{
	struct buf why;
	int code = COMMAND_OK;

	buf_init(&why);
	if (options_load_from(options, NULL, environ, &why) != LC_OK)
		code = command_say(&command_work, COMMAND_WRONG_OPTION, "%.*s",
				   (int)why.length, why.bytes);
	buf_release(&why);
	return code;
}

static int
runner_main(const char *board, const char *slot)
{
	struct work work = {.board = NULL};
	int64_t descriptor, index;
	int code;

	if (!number_read(board, INT_MAX, &descriptor) ||
	    !number_read(slot, WORK_SLOTS_MOST - 1, &index))
		return arguments_usage(&command_work);
	work.board = work_board_join((int)descriptor);
	if (work.board == NULL)
		return command_say(&command_work, COMMAND_USAGE,
				   "--runner is for its own use");
	code = runner_load_options(&work.options);
	if (code != COMMAND_OK)
		return code;
	log_start(&work.options, "runner");
	code = work_init(&work);
	if (code == COMMAND_OK)
		code = work_run(&work, &work.board->slots[index]);
	work_release(&work);
	return code;
}

/* ---- the supervisor */

static int64_t
cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return CPU_COUNT(&set) < WORK_SLOTS_MOST ? CPU_COUNT(&set) :
						   WORK_SLOTS_MOST;
}

static bool
processes_read(const struct options *options, const char *text, int64_t *out)
{
	*out = options->work_processes;
	if (text != NULL &&
	    (!number_read(text, WORK_SLOTS_MOST, out) || *out == 0)) {
		command_say(&command_work, COMMAND_USAGE,
			    "--processes takes a number from 1 to %d",
			    WORK_SLOTS_MOST);
		return false;
	}
	if (*out == 0)
		*out = cores();
	return true;
}

static int
supervisor_main(struct work *work, const struct asked *asked)
{
	enum work_mode mode = WORK_ON;
	int64_t processes;
	int code;

	if (!processes_read(&work->options, asked->processes, &processes))
		return COMMAND_USAGE;
	if (privilege_become_owner(work->options.state) != LC_OK)
		return COMMAND_NO_WRITE;
	log_start(&work->options, "work");
	if (asked->once)
		mode = WORK_ONCE;
	else if (asked->drain)
		mode = WORK_DRAIN;
	code = work_init(work);
	return code != COMMAND_OK ? code :
				    work_supervise(work, mode, processes);
}

static int
work_main(int argc, char **argv)
{
	struct asked asked = {.once = false};
	const struct arguments_option options[] = {
		{.name = "--once", .flag = &asked.once},
		{.name = "--drain", .flag = &asked.drain},
		{.name = "--processes", .value = &asked.processes},
		{.name = NULL}};
	struct work work = {.board = NULL};
	int code;

	if (argc == 4 && strcmp(argv[1], "--runner") == 0)
		return runner_main(argv[2], argv[3]);
	if (!arguments_read(&command_work, argc, argv, options, NULL, 0))
		return COMMAND_USAGE;
	if (asked.once && asked.drain)
		return command_say(&command_work, COMMAND_USAGE,
				   "it is either --once or --drain");
	code = command_load_options(&command_work, &work.options);
	if (code != COMMAND_OK)
		return code;
	code = supervisor_main(&work, &asked);
	work_release(&work);
	return code;
}

const struct command command_work = {
	.name = "work",
	.arguments = "[--once | --drain] [--processes N]",
	.summary = "Runs the jobs that were accepted, and sends spans.",
	.help = "Jobs run in N processes (option work_processes; else as many "
		"as cores), so that\none that crashes, or takes too much "
		"memory or time, harms no other.  Several\nworkers may run at "
		"once, here or from cron.\n\n"
		"--once   runs what is due and ends: for cron, where nothing "
		"may run on.\n"
		"--drain  waits also for what is to be tried again or later, "
		"and ends when nothing\n         is queued.\n\n"
		"TERM, INT and HUP: nothing more is begun; what runs may go "
		"on for option\nwork_grace_ms, is then given back, and will "
		"be run by the next worker.  A second\none ends that time.  A "
		"worker that is killed loses no job: another one takes it\nup "
		"after option work_lease_ms.  USR2: the log's files are opened "
		"anew.\n\n"
		"It also sends the spans of all programs of the state "
		"directory to a collector,\nby OTLP over HTTP, where options "
		"say that there is one, or OpenTelemetry's\nvariables, which "
		"`lightcone options` names beside them; of several workers "
		"one\ndoes.  Those that are left at its end get 2 s, or 10 s "
		"with --once and --drain;\nothers wait in the state directory "
		"for the next worker.\n\n"
		"Exit codes: 0 ended as told; 1 failed; 2 wrong usage; 73 the "
		"state directory\ncannot be written; 78 a wrong option.",
	.run = work_main,
};
