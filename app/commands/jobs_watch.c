/*
 * lightcone jobs watch: a live view, drawn anew in place each second.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "commands/jobs_screen.h"

enum { WATCH_EVERY_S = 1 };

/* ---- the terminal, which is given back as it was */

struct watch_terminal {
	bool has_input; /* and then how it was before */
	struct termios before;
};

/* The other screen, without a cursor; what is typed is not shown. */
static void
terminal_enter(struct watch_terminal *terminal)
{
	struct termios quiet;

	terminal->has_input = tcgetattr(STDIN_FILENO, &terminal->before) == 0;
	if (terminal->has_input) {
		quiet = terminal->before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
	}
	fputs("\033[?1049h\033[?25l", stdout);
	fflush(stdout);
}

/* What was typed meanwhile was not meant for the shell. */
static void
terminal_leave(const struct watch_terminal *terminal)
{
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	if (terminal->has_input)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->before);
}

/* ---- signals are waited for, and so interrupt nothing */

static void
watch_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGTSTP);
	sigaddset(set, SIGWINCH);
}

/* Waits for the next second, or for a signal: which; 0: none came. */
static int
watch_wait(const sigset_t *signals)
{
	const struct timespec second = {.tv_sec = WATCH_EVERY_S};
	int number = sigtimedwait(signals, NULL, &second);

	return number < 0 ? 0 : number;
}

/* Ctrl-Z: the shell gets its screen, and we ours when it lets us go on. */
static void
watch_pause(struct watch_terminal *terminal)
{
	terminal_leave(terminal);
	raise(SIGSTOP);
	terminal_enter(terminal);
}

static int
watch_live(struct jobs_asked *asked)
{
	struct watch_terminal terminal;
	sigset_t signals, before;
	int code = COMMAND_OK, number = 0;

	watch_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	terminal_enter(&terminal);
	while (number == 0 || number == SIGWINCH || number == SIGTSTP) {
		if (number == SIGTSTP)
			watch_pause(&terminal);
		code = jobs_screen_draw(asked->jobs, true);
		if (code != COMMAND_OK)
			break;
		number = watch_wait(&signals);
	}
	terminal_leave(&terminal);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return code;
}

int
jobs_act_watch(struct jobs_asked *asked)
{
	int code;

	if (isatty(STDOUT_FILENO) != 0)
		return watch_live(asked);
	command_say(&command_jobs, 0,
		    "standard output is no terminal: this is one snapshot");
	code = jobs_screen_draw(asked->jobs, false);
	return code == COMMAND_OK ? command_end_output(&command_jobs) : code;
}
