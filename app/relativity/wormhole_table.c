#include "relativity/wormhole_table.h"

#include <math.h>
#include <stdlib.h>

#include "relativity/wormhole_curve.h"
#include "relativity/wormhole_legs.h"

/* B^2 of the outermost ray: cameras go to 1e4. */
#define OUTERMOST 1.1e8

struct wormhole_table {
	struct wormhole shape;
	/* By the logarithm of |1 - B^2|. */
	struct wormhole_curve through, back;
};

static double
through_at(const void *shape, double place)
{
	return wormhole_legs_sweep(shape, 0, exp(place), INFINITY);
}

static double
back_at(const void *shape, double place)
{
	double square = exp(place); /* B^2 - 1 */
	double excess = square / (1 + sqrt(1 + square));

	return wormhole_legs_sweep(shape, wormhole_legs_turn(shape, excess), 0,
				   INFINITY);
}

struct wormhole_table *
wormhole_table_new(const struct wormhole *shape, struct lc_progress *progress)
{
	struct wormhole_table *table = calloc(1, sizeof(*table));
	double low = log(WORMHOLE_TABLE_LEAST);
	enum lc_rc rc;

	if (table == NULL)
		return NULL;
	table->shape = *shape;
	rc = wormhole_curve_init(&table->through, low, 0, through_at,
				 &table->shape, progress);
	if (rc == LC_OK)
		rc = wormhole_curve_init(&table->back, low, log(OUTERMOST),
					 back_at, &table->shape, progress);
	if (rc != LC_OK) {
		wormhole_table_free(table);
		return NULL;
	}
	return table;
}

void
wormhole_table_free(struct wormhole_table *table)
{
	if (table == NULL)
		return;
	wormhole_curve_release(&table->through);
	wormhole_curve_release(&table->back);
	free(table);
}

const struct wormhole *
wormhole_table_shape(const struct wormhole_table *table)
{
	return &table->shape;
}

double
wormhole_table_sweep(const struct wormhole_table *table, double open)
{
	return wormhole_curve_at(open > 0 ? &table->through : &table->back,
				 log(fabs(open)));
}
