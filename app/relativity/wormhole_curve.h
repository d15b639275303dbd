/*
 * A smooth function of one variable in a table: cubics over equal steps,
 * their slopes from the neighbouring values.  Below its table it goes on
 * straight, above it with the last cubic.
 */
#ifndef RELATIVITY_WORMHOLE_CURVE_H
#define RELATIVITY_WORMHOLE_CURVE_H

#include <stddef.h>

#include "base/progress.h"
#include "base/rc.h"

/* Steps per unit. */
enum { WORMHOLE_CURVE_FINE = 12 };

struct wormhole_curve {
	double low;
	size_t count;
	double (*cells)[4]; /* of the place in the step, 0 to 1 */
};

/* Of `at`, from `low` to `high` at least; it is asked a little beyond, too.
 * LC_NO_MEMORY, or why `progress` stopped it; the caller releases it anyway. */
enum lc_rc wormhole_curve_init(struct wormhole_curve *curve, double low,
			       double high,
			       double (*at)(const void *of, double place),
			       const void *of, struct lc_progress *progress)
	LC_CHECKED;
void wormhole_curve_release(struct wormhole_curve *curve);

static inline double
wormhole_curve_at(const struct wormhole_curve *curve, double place)
{
	double steps = (place - curve->low) * WORMHOLE_CURVE_FINE, t;
	const double *cell = curve->cells[0];
	size_t i;

	if (!(steps > 0))
		return cell[0] + cell[1] * steps;
	i = (size_t)steps;
	if (i >= curve->count)
		i = curve->count - 1;
	cell = curve->cells[i];
	t = steps - (double)i;
	return cell[0] + t * (cell[1] + t * (cell[2] + t * cell[3]));
}

#endif
