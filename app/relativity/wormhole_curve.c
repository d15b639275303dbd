#include "relativity/wormhole_curve.h"

#include <math.h>
#include <stdlib.h>

/* Values that the slopes at the ends need beyond them. */
enum { BEYOND = 2 };

static double
slope_at(const double *value)
{
	return (8 * (value[1] - value[-1]) - (value[2] - value[-2])) / 12;
}

/* Hermite's cubic between two values. */
static void
cell_make(double cell[4], const double *value)
{
	double rise = value[1] - value[0];
	double first = slope_at(value), last = slope_at(value + 1);

	cell[0] = value[0];
	cell[1] = first;
	cell[2] = 3 * rise - 2 * first - last;
	cell[3] = first + last - 2 * rise;
}

enum lc_rc
wormhole_curve_init(struct wormhole_curve *curve, double low, double high,
		    double (*at)(const void *of, double place), const void *of,
		    struct lc_progress *progress)
{
	size_t count = (size_t)ceil((high - low) * WORMHOLE_CURVE_FINE);
	size_t values = count + 1 + 2 * BEYOND;
	double *value = calloc(values, sizeof(*value));
	enum lc_rc rc = LC_OK;

	*curve = (struct wormhole_curve){.low = low, .count = count};
	curve->cells = calloc(count, sizeof(*curve->cells));
	if (value == NULL || curve->cells == NULL)
		rc = LC_NO_MEMORY;
	for (size_t i = 0; rc == LC_OK && i < values; i++) {
		value[i] = at(of,
			      low + ((double)i - BEYOND) / WORMHOLE_CURVE_FINE);
		rc = progress_stopped(progress);
	}
	for (size_t i = 0; rc == LC_OK && i < count; i++)
		cell_make(curve->cells[i], value + BEYOND + i);
	free(value);
	return rc;
}

void
wormhole_curve_release(struct wormhole_curve *curve)
{
	free(curve->cells);
}
