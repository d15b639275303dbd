#include "commands/meter.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { METER_WIDTH = 30, METER_REPORTS_MAX = 100 };

void
meter_init(struct meter *meter)
{
	*meter = (struct meter){
		.terminal = isatty(STDERR_FILENO) != 0,
		.started_ns = clock_mono_ns(),
	};
}

double
meter_seconds(const struct meter *meter)
{
	return (double)(clock_mono_ns() - meter->started_ns) / CLOCK_NS_PER_S;
}

void
meter_show(struct meter *meter, int64_t done, int64_t of, int64_t rows)
{
	char bar[METER_WIDTH + 1];
	int64_t now = clock_mono_ns();
	double part = of > 0 ? (double)done / (double)of : 0;
	int full = (int)(part * METER_WIDTH);

	if (!meter->terminal || now < meter->next_ns)
		return;
	meter->next_ns = now + 100 * CLOCK_NS_PER_MS;
	memset(bar, ' ', METER_WIDTH);
	memset(bar, '=', (size_t)(full < METER_WIDTH ? full : METER_WIDTH));
	bar[METER_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %3d %%  %lld rows, %.0f a second ", bar,
		(int)(part * 100), (long long)rows,
		(double)rows / meter_seconds(meter));
	meter->shown = true;
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
	meter_clear(meter);
	meter->reported++;
	if (meter->reported <= METER_REPORTS_MAX)
		fprintf(stderr, "%s:%lld: %s\n", meter->file, (long long)line,
			why);
	else if (meter->reported == METER_REPORTS_MAX + 1)
		fprintf(stderr, "further rows that are left out are counted "
				"only\n");
}
