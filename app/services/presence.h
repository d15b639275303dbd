/*
 * Whether a companion is there: each that runs holds a lock on its file in
 * the state directory, which the kernel takes away when it is killed.
 *
 * Any thread may call.
 */
#ifndef SERVICES_PRESENCE_H
#define SERVICES_PRESENCE_H

#include <stdbool.h>

#define PRESENCE_WORK "work.lock"     /* lightcone work */
#define PRESENCE_STREAM "stream.lock" /* lightcone stream */

/*
 * Shows that one is there until the descriptor is closed; -1: the state
 * directory does not let it.
 */
int presence_show(const char *state_dir, const char *file);

/* Whether any is. */
bool presence_seen(const char *state_dir, const char *file);

#endif
