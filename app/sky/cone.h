/*
 * The cone search: the objects within a radius of a position.
 *
 * Nearest first, those at the same separation in the natural order of their
 * names.  Separations are rounded to 1e-10 degrees, and an object less than
 * that beyond the edge is inside, so that a separation once reported and
 * given back as the radius finds its object.  Edits and file are searched
 * as one (see sky/catalogue.h).  Memory is bounded by `limit`.
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

/* A row as the place in a list after which the next page begins. */
struct cone_mark {
	double separation_deg;
	int64_t id;
};

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
	/* Only rows after this one of the same query and version; or NULL. */
	const struct cone_mark *after;
};

struct cone_row {
	int64_t id; /* of the object, in this version of the catalogue */
	double separation_deg;
	const char *packed; /* NULL: to be read again */
	size_t packed_length;
};

struct cone_result {
	int64_t matched; /* all that match, also beyond the limit */
	bool more;       /* there are rows after the last one */
	size_t count;
	struct cone_row *rows;
	/* For cone_values(). */
	struct arena *arena;
	struct columns_value *values;
	char *bytes;
	size_t bytes_room;
};

/*
 * Searches; rows are in the arena.  LC_NOT_FOUND: there is no such row as
 * `after`.  LC_UNAVAILABLE as catalogue_why() tells; or the reason for which
 * `progress` (which may be NULL) says to stop.
 */
enum lc_rc cone_search(struct catalogue *catalogue,
		       const struct cone_query *query,
		       struct lc_progress *progress, struct arena *arena,
		       struct cone_result *result) LC_CHECKED;

/*
 * The values of the i-th row, COLUMNS__MAX and those of the catalogue's own
 * columns, until the next call.
 */
enum lc_rc cone_values(struct catalogue *catalogue, struct cone_result *result,
		       size_t i, const struct columns_value **out) LC_CHECKED;

/*
 * Gives each object within the radius to `row` as it is met, in no order and
 * whatever `limit` and `after` are; a result other than LC_OK ends it.  The
 * values live until `row` returns.
 */
enum lc_rc cone_each(struct catalogue *catalogue,
		     const struct cone_query *query,
		     struct lc_progress *progress, struct arena *arena,
		     enum lc_rc (*row)(void *context,
				       const struct columns_value *values,
				       double separation_deg),
		     void *context) LC_CHECKED;

/*
 * About how many rows a search of this radius looks at, where objects are
 * most likely to be: a survey's few square degrees are dense.  A row with
 * many columns of the catalogue's own counts as several.
 */
enum lc_rc cone_weight(struct catalogue *catalogue, double radius_deg,
		       double *rows) LC_CHECKED;

#endif
