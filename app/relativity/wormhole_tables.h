/*
 * The tables of deflections of the wormholes that were looked at last.
 *
 * A table is made when a picture needs it, which takes some milliseconds,
 * and is kept for the process.  A lock guards the kept ones for a few
 * instructions; only threads that do heavy work ask.  Two that need the same
 * table at once may both make it.
 */
#ifndef RELATIVITY_WORMHOLE_TABLES_H
#define RELATIVITY_WORMHOLE_TABLES_H

#include "base/progress.h"
#include "base/rc.h"
#include "relativity/wormhole_rays.h"

enum { WORMHOLE_TABLES_KEPT = 8 };

struct wormhole_tables;

/* NULL when there is no memory. */
struct wormhole_tables *wormhole_tables_new(void);

/* Every share must have been released.  NULL is harmless. */
void wormhole_tables_free(struct wormhole_tables *tables);

/* A share in one table. */
struct wormhole_tables_share;

/* LC_NO_MEMORY, or why `progress` says to stop. */
enum lc_rc wormhole_tables_acquire(struct wormhole_tables *tables,
				   const struct wormhole *shape,
				   struct lc_progress *progress,
				   struct wormhole_tables_share **out)
	LC_CHECKED;

/* NULL is harmless. */
void wormhole_tables_release(struct wormhole_tables_share *share);

const struct wormhole_table *wormhole_tables_of(
	const struct wormhole_tables_share *share);

#endif
