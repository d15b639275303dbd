/*
 * A bell that all processes of a state directory hear: a word in a segment
 * that they wait at.  Whoever rings counts it up and wakes them all.
 *
 * Who waits for something asks bell_heard() first, looks whether it is there
 * already, and waits only if not: what is rung for meanwhile is not missed.
 *
 * Any thread may call.
 */
#ifndef SERVICES_BELL_H
#define SERVICES_BELL_H

#include <stdint.h>

#include "base/lock.h"
#include "services/segment_followed.h"

struct bell {
	struct lock lock; /* guards the segment */
	struct segment_followed segment;
	const char *state_dir;
};

/* `name` is the segment's, "jobs.seg"; both must live as long. */
void bell_init(struct bell *bell, const char *state_dir, const char *name);
void bell_release(struct bell *bell);

/* How often it was rung; 0 where there is no segment. */
uint32_t bell_heard(struct bell *bell);

/*
 * Waits until it has been rung since bell_heard() gave this, or for so long;
 * it may end earlier.  Without a segment it waits a second at most.
 */
void bell_wait(struct bell *bell, uint32_t heard, int64_t ms);

void bell_ring(struct bell *bell);

#endif
