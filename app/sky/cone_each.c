#include <math.h>

#include "sky/cone_scan.h"
#include "sky/pack.h"
#include "sky/reader.h"

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

double
cone_weight(int64_t objects, double radius_deg)
{
	if (radius_deg >= 180)
		return (double)objects;
	return (double)objects * (1 - cos(angles_radians(radius_deg))) / 2;
}
