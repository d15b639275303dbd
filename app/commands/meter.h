/*
 * What an import tells on standard error while it runs: a bar, when that is
 * a terminal, and the rows that are left out.
 */
#ifndef COMMANDS_METER_H
#define COMMANDS_METER_H

#include <stdbool.h>
#include <stdint.h>

struct meter {
	const char *file; /* whose rows are reported */
	bool terminal;
	bool shown; /* a bar stands on the last line */
	int64_t started_ns, next_ns;
	int64_t reported;
};

void meter_init(struct meter *meter);

/* Shows how far it is, at most ten times a second; `of` may be 0: unknown. */
void meter_show(struct meter *meter, int64_t done, int64_t of, int64_t rows);

/* Takes the bar away. */
void meter_clear(struct meter *meter);

/* Reports a row that was left out; after a hundred, no more of them. */
void meter_bad_row(struct meter *meter, int64_t line, const char *why);

double meter_seconds(const struct meter *meter);

#endif
