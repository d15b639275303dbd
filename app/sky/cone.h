/*
 * The cone search: the objects within a radius of a position.
 *
 * Nearest first, those at the same separation in the natural order of their
 * names.  Separations are rounded to 1e-10 degrees, and an object less than
 * that beyond the edge is inside, so that a separation once reported and
 * given back as the radius finds its object.  Memory is bounded by `limit`.
 */
#ifndef SKY_CONE_H
#define SKY_CONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/progress.h"
#include "base/rc.h"
#include "sky/catalogue.h"

struct cone_query {
	double ra_deg;     /* 0 to below 360 */
	double dec_deg;    /* -90 to 90 */
	double radius_deg; /* 0 and more; from 180 on, everything */
	int64_t limit;     /* rows to return at most, 0 and more */
	const char *type;  /* one of columns_types; NULL: any */
	/*
	 * Only objects at least this bright: by the V magnitude, or B where V
	 * is absent.  Those without either are left out.
	 */
	bool has_magnitude_max;
	double magnitude_max;
};

struct cone_row {
	int64_t id; /* of the object, in this generation */
	double separation_deg;
	const struct columns_value *values; /* COLUMNS_LISTED */
};

struct cone_result {
	int64_t matched; /* all that match, also beyond the limit */
	size_t count;
	struct cone_row *rows;
};

/*
 * Searches; rows and values are in the arena.  LC_UNAVAILABLE as
 * catalogue_why() tells; or the reason for which `progress` (which may be
 * NULL) says to stop.
 */
enum lc_rc cone_search(struct catalogue *catalogue,
		       const struct cone_query *query,
		       struct lc_progress *progress, struct arena *arena,
		       struct cone_result *result) LC_CHECKED;

#endif
