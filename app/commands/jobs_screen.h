/*
 * What lightcone jobs watch shows: how many there are of each state, how long
 * the oldest has waited, those that run, and the last that failed.
 */
#ifndef COMMANDS_JOBS_SCREEN_H
#define COMMANDS_JOBS_SCREEN_H

#include <stdbool.h>

#include "commands/jobs.h"

/*
 * Draws it on standard output: over what stands on the terminal, no wider and
 * higher than that is, or as plain lines.  An exit code; words on standard
 * error, except on a terminal, where they stand in the picture's place, and
 * the state that cannot be read may be readable in the next second.
 */
int jobs_screen_draw(struct jobs *jobs, bool on_terminal);

#endif
