/*
 * The bell: a word in STATE/jobs.seg that all processes of the directory wait
 * at.  Whoever rings it counts it up and wakes them all.
 *
 * jobs_bell_find() is for one thread at a time; a word that was found may be
 * used by all of them until jobs_bell_release().
 */
#ifndef SERVICES_JOBS_BELL_H
#define SERVICES_JOBS_BELL_H

#include <stdatomic.h>
#include <stdint.h>

#include "services/segment.h"
#include "services/state.h"

struct jobs_bell_old;

/* All zeros at first. */
struct jobs_bell {
	struct segment *segment; /* NULL: none is mapped */
	struct state_mark mark;
	struct jobs_bell_old *old; /* somebody may still wait at them */
};

/* The word of the file that is there now; NULL where none can be had. */
_Atomic uint32_t *jobs_bell_find(struct jobs_bell *bell, const char *state_dir);

void jobs_bell_release(struct jobs_bell *bell);

#endif
