/*
 * How the companions of the application are looked at: its cache, its worker,
 * the hub of its stream, and the collector of its traces.
 */
#ifndef PROBES_H
#define PROBES_H

#include "companions.h"
#include "engine/engine.h"

enum { PROBES_COUNT = 4 };

struct probes {
	struct standing *standing;
	struct companion companions[PROBES_COUNT + 1];
};

/*
 * Of an engine, which need not be made yet, and of its options; both must live
 * as long.  LC_NO_MEMORY: there is nothing to release.
 */
enum lc_rc probes_init(struct probes *probes, struct engine *engine,
		       const struct options *options) LC_CHECKED;
void probes_release(struct probes *probes);

#endif
