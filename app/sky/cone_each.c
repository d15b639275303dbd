#include <math.h>

#include "sky/cone_scan.h"
#include "sky/pack.h"
#include "sky/reader.h"

static const double sphere_deg2 = 41252.96;

/* So many columns cost about as much as a row does otherwise. */
enum { EACH_COLUMNS_A_ROW = 32 };

/* Where rows go as they are met. */
struct each_target {
	struct cone_scan scan;
	struct catalogue *catalogue;
	const struct columns_set *columns;
	struct columns_value *values;
	enum lc_rc (*row)(void *context, const struct columns_value *values,
			  double separation_deg);
	void *context;
};

static enum lc_rc
each_candidate(void *context, const struct cone_candidate *candidate)
{
	struct each_target *target = context;
	const struct columns_value *values = target->values;
	double separation_deg;

	if (!cone_scan_measure(&target->scan, candidate, &separation_deg))
		return LC_OK;
	if (candidate->edited != NULL)
		values = candidate->edited->values;
	else if (!pack_read(candidate->packed, candidate->packed_length,
			    target->columns, target->values))
		return reader_damaged(target->catalogue);
	return target->row(target->context, values, separation_deg);
}

enum lc_rc
cone_each(struct catalogue *catalogue, const struct cone_query *query,
	  struct lc_progress *progress, struct arena *arena,
	  enum lc_rc (*row)(void *context, const struct columns_value *values,
			    double separation_deg),
	  void *context)
{
	struct each_target target = {
		.catalogue = catalogue, .row = row, .context = context};
	enum lc_rc rc = reader_columns(catalogue, &target.columns);

	if (rc != LC_OK)
		return rc;
	target.values =
		arena_alloc(arena, (COLUMNS__MAX + target.columns->own_count) *
					   sizeof(*target.values));
	if (target.values == NULL)
		return LC_NO_MEMORY;
	cone_scan_init(&target.scan, query);
	return cone_scan(&target.scan, catalogue, progress, each_candidate,
			 &target);
}

enum lc_rc
cone_weight(struct catalogue *catalogue, double radius_deg, double *rows)
{
	const struct columns_set *columns;
	double share = 1, dense;
	int64_t objects;
	enum lc_rc rc = catalogue_count(catalogue, &objects);

	*rows = 0;
	if (rc == LC_OK)
		rc = reader_columns(catalogue, &columns);
	if (rc != LC_OK)
		return rc;
	if (radius_deg < 180)
		share = (1 - cos(angles_radians(radius_deg))) / 2;
	dense = (double)catalogue->per_deg2 * sphere_deg2;
	*rows = fmin((double)objects, share * fmax((double)objects, dense));
	*rows *= 1 + (double)columns->own_count / EACH_COLUMNS_A_ROW;
	return LC_OK;
}
