/*
 * Whether a worker is there: each that runs holds a lock on STATE/work.lock,
 * which the kernel takes away when it is killed.
 *
 * Any thread may call.
 */
#ifndef SERVICES_JOBS_PRESENCE_H
#define SERVICES_JOBS_PRESENCE_H

#include <stdbool.h>

/*
 * Shows that a worker is there until the descriptor is closed; -1: the state
 * directory does not let it.
 */
int jobs_presence_show(const char *state_dir);

/* Whether any is. */
bool jobs_presence_seen(const char *state_dir);

#endif
