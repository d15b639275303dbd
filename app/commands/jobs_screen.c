#include "commands/jobs_screen.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	SCREEN_LINE = 1024,
	SCREEN_BAR = 20,
	SCREEN_RUNNING_MOST = 100,
	SCREEN_FAILED = 5,
	SCREEN_COLUMNS = 80, /* of a terminal that does not say it */
	SCREEN_ROWS = 24,
	SCREEN_ID = 10, /* as much of an id as is needed to tell it */
	SCREEN_KIND = 16
};

struct screen {
	bool on_terminal;
	int columns, rows; /* that it has */
	int row;           /* that comes next */
	struct arena arena;
};

/* What is shown, read at one time. */
struct screen_view {
	struct jobs_counts counts;
	struct jobs_view *running, *failed;
	size_t running_count, failed_count;
	bool more_running;
};

/* ---- lines */

static void
screen_measure(struct screen *screen)
{
	struct winsize size = {.ws_col = 0};

	screen->columns = INT_MAX;
	screen->rows = INT_MAX;
	if (!screen->on_terminal)
		return;
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	screen->columns = size.ws_col > 0 ? size.ws_col : SCREEN_COLUMNS;
	screen->rows = size.ws_row > 0 ? size.ws_row : SCREEN_ROWS;
}

/* As many bytes as have so many characters. */
static size_t
screen_cut(const char *text, int columns)
{
	size_t length = strlen(text), at = 0;

	for (; at < length && columns > 0; columns--) {
		size_t bytes = text_utf8_one(text + at, length - at);

		at += bytes == 0 ? 1 : bytes;
	}
	return at;
}

/* The last line has no end, or the terminal would move all of them up. */
LC_PRINTF(2, 3)
static void
screen_line(struct screen *screen, const char *format, ...)
{
	char line[SCREEN_LINE];
	va_list arguments;

	if (screen->row >= screen->rows)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	line[screen_cut(line, screen->columns)] = '\0';
	if (screen->on_terminal && screen->row > 0)
		fputs("\r\n", stdout);
	command_print(stdout, line);
	fputs(screen->on_terminal ? "\033[K" : "\n", stdout);
	screen->row++;
}

/* ---- what the lines say */

static void
screen_counts(struct screen *screen, const struct jobs_counts *counts)
{
	char line[SCREEN_LINE] = "", age[JOBS_AGE_BYTES];
	size_t used = 0;

	for (int i = 0; i < JOBS_STATE__MAX; i++)
		used += (size_t)snprintf(line + used, sizeof(line) - used,
					 "%s%s %lld", i > 0 ? "   " : "",
					 jobs_state_name((enum jobs_state)i),
					 (long long)counts->of[i]);
	screen_line(screen, "%s", line);
	jobs_age(age, counts->oldest_due_ms);
	if (counts->oldest_due_ms > 0)
		screen_line(screen, "The oldest that is due has waited %s.",
			    age);
	else
		screen_line(screen, "None that is due waits.");
}

static void
screen_running(struct screen *screen, const struct jobs_view *job)
{
	char age[JOBS_AGE_BYTES], bar[SCREEN_BAR + 1];
	int full = (int)(job->progress * SCREEN_BAR);

	full = full < 0 ? 0 : full > SCREEN_BAR ? SCREEN_BAR : full;
	memset(bar, ' ', SCREEN_BAR);
	memset(bar, '=', (size_t)full);
	bar[SCREEN_BAR] = '\0';
	jobs_age(age, clock_unix_ms() - job->started_ms);
	screen_line(screen, "  %.*s  %-*.*s  %2lld/%-2lld  [%s] %3d %%  %8s%s",
		    SCREEN_ID, job->id, SCREEN_KIND, SCREEN_KIND, job->kind,
		    (long long)job->attempts, (long long)job->attempts_most,
		    bar, (int)(job->progress * 100), age,
		    job->cancelling ? "  told to stop" : "");
}

static void
screen_failed(struct screen *screen, const struct jobs_view *job)
{
	char age[JOBS_AGE_BYTES];

	jobs_age(age, clock_unix_ms() - job->ended_ms);
	screen_line(screen, "  %.*s  %-*.*s  %2lld/%-2lld  %8s ago  %s",
		    SCREEN_ID, job->id, SCREEN_KIND, SCREEN_KIND, job->kind,
		    (long long)job->attempts, (long long)job->attempts_most,
		    age, job->error != NULL ? job->error : "");
}

/* The failures keep their place, however many run. */
static size_t
screen_room(const struct screen *screen, const struct screen_view *view)
{
	int below = view->failed_count > 0 ? (int)view->failed_count + 2 : 0;
	int room = screen->rows - screen->row - below - 1;

	if (room < 1)
		room = 1;
	return (size_t)room < view->running_count ? (size_t)room :
						    view->running_count;
}

static void
screen_fill(struct screen *screen, const struct screen_view *view)
{
	char now[CLOCK_RFC3339_MAX];
	size_t shown;

	clock_rfc3339(now);
	screen_line(screen, "Jobs at %.19sZ%s", now,
		    screen->on_terminal ? "; Ctrl-C ends this" : "");
	screen_line(screen, "%s", "");
	screen_counts(screen, &view->counts);
	if (view->running_count > 0) {
		screen_line(screen, "%s", "");
		screen_line(screen, "Running");
		shown = screen_room(screen, view);
		for (size_t i = 0; i < shown; i++)
			screen_running(screen, &view->running[i]);
		if (shown < view->running_count || view->more_running)
			screen_line(screen, "  and more");
	}
	if (view->failed_count > 0) {
		screen_line(screen, "%s", "");
		screen_line(screen, "Failed, the newest first");
	}
	for (size_t i = 0; i < view->failed_count; i++)
		screen_failed(screen, &view->failed[i]);
}

static enum lc_rc
screen_read(struct jobs *jobs, struct arena *arena, struct screen_view *view,
	    char *why, size_t why_bytes)
{
	const struct jobs_filter running = {.has_state = true,
					    .state = JOBS_RUNNING,
					    .limit = SCREEN_RUNNING_MOST};
	const struct jobs_filter failed = {.has_state = true,
					   .state = JOBS_FAILED,
					   .limit = SCREEN_FAILED};
	bool more;
	enum lc_rc rc = jobs_count(jobs, &view->counts, why, why_bytes);

	if (rc == LC_OK)
		rc = jobs_list(jobs, &running, arena, &view->running,
			       &view->running_count, &view->more_running, why,
			       why_bytes);
	if (rc == LC_OK)
		rc = jobs_list(jobs, &failed, arena, &view->failed,
			       &view->failed_count, &more, why, why_bytes);
	return rc;
}

int
jobs_screen_draw(struct jobs *jobs, bool on_terminal)
{
	struct screen screen = {.on_terminal = on_terminal};
	struct screen_view view = {.running_count = 0};
	char why[JOBS_WHY_MAX] = "";
	int code = COMMAND_OK;
	enum lc_rc rc;

	screen_measure(&screen);
	arena_init(&screen.arena, NULL, 0);
	rc = screen_read(jobs, &screen.arena, &view, why, sizeof(why));
	if (on_terminal)
		fputs("\033[H", stdout);
	if (rc == LC_OK)
		screen_fill(&screen, &view);
	else if (on_terminal)
		screen_line(&screen, "%s",
			    rc == LC_NO_MEMORY ? "out of memory" : why);
	else
		code = jobs_failed(rc, why, COMMAND_NO_INPUT);
	if (on_terminal)
		fputs("\033[J", stdout);
	arena_release(&screen.arena);
	/* The terminal may have gone. */
	if (on_terminal && (fflush(stdout) != 0 || ferror(stdout) != 0))
		code = COMMAND_FAILED;
	return code;
}
