/* What a lens needs of its table. */
#ifndef RELATIVITY_WORMHOLE_TABLE_H
#define RELATIVITY_WORMHOLE_TABLE_H

#include "relativity/wormhole_rays.h"

/* |1 - B^2|, below which sweeps are straight in its logarithm. */
#define WORMHOLE_TABLE_LEAST 1e-12

const struct wormhole *wormhole_table_shape(const struct wormhole_table *table);

/*
 * psi / B from the cylinder's end or the turning point out, to about 1e-9 of
 * it; `open` is 1 - B^2.
 */
double wormhole_table_sweep(const struct wormhole_table *table, double open);

#endif
