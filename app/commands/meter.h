/*
 * What an import tells on standard error while it runs: a bar, when that is
 * a terminal, and the rows that are left out; these also into a file, all of
 * them, when one is asked for.
 */
#ifndef COMMANDS_METER_H
#define COMMANDS_METER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/rc.h"

struct meter {
	const char *file; /* whose rows are reported */
	FILE *rejects;    /* NULL: no file was asked for */
	bool terminal;
	bool shown;        /* a bar stands on the last line */
	const char *stage; /* "reading" */
	double part;       /* of it, when the bar was shown last */
	int64_t started_ns, stage_ns, next_ns;
	int64_t reported;
};

void meter_init(struct meter *meter);

/* Has all rows that are left out written to a file; false, with errno. */
bool meter_open_rejects(struct meter *meter, const char *path);

/* Closes that file, if there is one; false, with errno: it is not whole. */
bool meter_close_rejects(struct meter *meter);

/* What the bar is about from now on: "reading". */
void meter_stage(struct meter *meter, const char *stage);

/*
 * Shows how far the stage is, at most ten times a second: 0 to 1, or below 0
 * when that is not known, and how many rows; below 0: those do not matter.
 */
void meter_show(struct meter *meter, double part, int64_t rows);

/* Takes the bar away. */
void meter_clear(struct meter *meter);

/* Reports a row that was left out; after a hundred only to the file. */
void meter_bad_row(struct meter *meter, int64_t line, const char *why);

/* Since meter_init(). */
double meter_seconds(const struct meter *meter);

#endif
