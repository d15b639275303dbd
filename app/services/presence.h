/*
 * Whether a companion is there: each that runs holds a lock on its file in
 * the state directory, which the kernel takes away when it is killed.  In the
 * file stands since when: when the first of those started that have been
 * there without a gap.
 *
 * Any thread may call.
 */
#ifndef SERVICES_PRESENCE_H
#define SERVICES_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

#define PRESENCE_WORK "work.lock"     /* lightcone work */
#define PRESENCE_STREAM "stream.lock" /* lightcone stream */

/*
 * Shows that one is there until the descriptor is closed; -1: the state
 * directory does not let it.
 */
int presence_show(const char *state_dir, const char *file);

/* Whether any is. */
bool presence_seen(const char *state_dir, const char *file);

/* The same, and since when, in ms since 1970; 0: it does not say. */
bool presence_look(const char *state_dir, const char *file, int64_t *since_ms);

#endif
