/*
 * What jobs made: one file for each in STATE/results/, named by the job's id.
 *
 * A result is whole or not there: it is written beside its place, synced and
 * renamed.  Any thread may call.  Failure: LC_UNAVAILABLE with words (a full
 * disk), LC_NO_MEMORY, LC_NOT_FOUND without words.
 */
#ifndef SERVICES_RESULTS_H
#define SERVICES_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum { RESULTS_WHY_MAX = 256 };

enum lc_rc results_put(const char *state_dir, const char *id, const void *bytes,
		       size_t length, char *why, size_t why_bytes) LC_CHECKED;

/* Opens it for reading; the caller closes *descriptor. */
enum lc_rc results_open(const char *state_dir, const char *id, int *descriptor,
			int64_t *bytes, char *why, size_t why_bytes) LC_CHECKED;

/* Harmless when it is not there. */
void results_remove(const char *state_dir, const char *id);

/*
 * Removes what an hour ago was begun and never put in place, and what `keep`
 * does not know.
 */
void results_tidy(const char *state_dir,
		  bool (*keep)(void *arg, const char *id), void *arg);

#endif
