#include "commands/meter.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "commands/command.h"

enum {
	METER_BAR = 20,
	METER_LINE = 160,
	METER_REPORTS_MAX = 100,
	METER_EVERY_MS = 100,
	METER_GUESS_MS = 300 /* before that, time left is a guess */
};

void
meter_init(struct meter *meter)
{
	*meter = (struct meter){
		.terminal = isatty(STDERR_FILENO) != 0,
		.started_ns = clock_mono_ns(),
	};
	meter_stage(meter, "");
}

bool
meter_open_rejects(struct meter *meter, const char *path)
{
	meter->rejects = fopen(path, "we");
	if (meter->rejects == NULL)
		return false;
	fprintf(meter->rejects, "file\tline\treason\n");
	return true;
}

bool
meter_close_rejects(struct meter *meter)
{
	FILE *file = meter->rejects;
	bool whole;

	if (file == NULL)
		return true;
	meter->rejects = NULL;
	whole = ferror(file) == 0;
	if (!whole)
		errno = EIO;
	return fclose(file) == 0 && whole;
}

double
meter_seconds(const struct meter *meter)
{
	return (double)(clock_mono_ns() - meter->started_ns) / CLOCK_NS_PER_S;
}

void
meter_stage(struct meter *meter, const char *stage)
{
	meter_clear(meter);
	meter->stage = stage;
	meter->part = 0;
	meter->stage_ns = clock_mono_ns();
	meter->next_ns = 0; /* a stage is shown however short it is */
}

/* Adds to a line of METER_LINE bytes; what has no room is cut. */
LC_PRINTF(2, 3)
static void
meter_add(char *line, const char *format, ...)
{
	size_t used = strlen(line);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + used, METER_LINE - used, format, arguments);
	va_end(arguments);
}

static void
meter_add_bar(char *line, double part)
{
	char bar[METER_BAR + 1];
	int full = (int)(part * METER_BAR);

	memset(bar, ' ', METER_BAR);
	memset(bar, '=', (size_t)(full < METER_BAR ? full : METER_BAR));
	bar[METER_BAR] = '\0';
	meter_add(line, " [%s] %3d %%", bar, (int)(part * 100));
}

static void
meter_add_time_left(char *line, double passed_s, double part)
{
	int left_s = (int)(passed_s * (1 - part) / part + 0.5);

	if (left_s >= 3600)
		meter_add(line, ", %d:%02d:%02d left", left_s / 3600,
			  left_s / 60 % 60, left_s % 60);
	else
		meter_add(line, ", %d:%02d left", left_s / 60, left_s % 60);
}

/* A line that the terminal wraps could not be written over. */
static void
meter_put(struct meter *meter, const char *line)
{
	struct winsize size = {.ws_col = 0};
	int most = METER_LINE;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		most = size.ws_col - 1;
	fprintf(stderr, "\r%.*s\033[K", most, line);
	meter->shown = true;
}

void
meter_show(struct meter *meter, double part, int64_t rows)
{
	int64_t now_ns = clock_mono_ns();
	double passed_s = (double)(now_ns - meter->stage_ns) / CLOCK_NS_PER_S;
	char line[METER_LINE] = "";

	if (!meter->terminal || now_ns < meter->next_ns)
		return;
	/* A table that must be read once more begins anew. */
	if (part >= 0 && part < meter->part)
		meter_stage(meter, meter->stage);
	meter->part = part;
	meter->next_ns = now_ns + METER_EVERY_MS * CLOCK_NS_PER_MS;
	part = part > 1 ? 1 : part;
	meter_add(line, "%s", meter->stage);
	if (part >= 0)
		meter_add_bar(line, part);
	if (rows >= 0)
		meter_add(line, "  %lld rows, %.0f/s", (long long)rows,
			  passed_s > 0 ? (double)rows / passed_s : 0);
	if (part > 0.01 && passed_s * 1000 > METER_GUESS_MS)
		meter_add_time_left(line, passed_s, part);
	meter_put(meter, line);
}

void
meter_clear(struct meter *meter)
{
	if (meter->shown)
		fprintf(stderr, "\r\033[K");
	meter->shown = false;
}

void
meter_bad_row(struct meter *meter, int64_t line, const char *why)
{
	meter->reported++;
	if (meter->rejects != NULL) {
		command_print(meter->rejects, meter->file);
		fprintf(meter->rejects, "\t%lld\t", (long long)line);
		command_print(meter->rejects, why);
		fputc('\n', meter->rejects);
	}
	if (meter->reported > METER_REPORTS_MAX + 1)
		return;
	meter_clear(meter);
	if (meter->reported > METER_REPORTS_MAX) {
		fprintf(stderr, "further rows that are left out are %s\n",
			meter->rejects != NULL ? "in the file only" :
						 "counted only");
		return;
	}
	command_print(stderr, meter->file);
	fprintf(stderr, ":%lld: ", (long long)line);
	command_print(stderr, why);
	fputc('\n', stderr);
}
