#include "sky/cone_scan.h"

#include <math.h>
#include <string.h>

#include "sky/pack.h"
#include "sky/spots.h"
#include "sky/zones.h"

enum { SCAN_ASK_EVERY = 256 };

double
cone_chord2(double separation_deg)
{
	double half = sin(angles_radians(separation_deg / 2));

	return 4 * half * half;
}

void
cone_scan_init(struct cone_scan *scan, const struct cone_query *query)
{
	*scan = (struct cone_scan){
		.query = query,
		.centre = angles_vector(query->ra_deg, query->dec_deg),
		.inside_chord2 = 5,
		.outside_chord2 = 5,
		.filtered = query->type != NULL || query->has_magnitude_max,
	};
	if (query->radius_deg < 180) {
		double chord2 = cone_chord2(query->radius_deg);

		scan->inside_chord2 = chord2 - CONE_CHORD2_SLACK;
		scan->outside_chord2 = chord2 + CONE_CHORD2_SLACK;
	}
}

bool
cone_scan_measure(const struct cone_scan *scan,
		  const struct cone_candidate *candidate,
		  double *separation_deg)
{
	const double whole = 0x1.8p52;
	double exact_deg =
		angles_separation_deg(candidate->place, scan->centre);

	/* Adding this leaves no place for a fraction. */
	*separation_deg = (exact_deg * CONE_GRAINS_PER_DEG + whole - whole) /
			  CONE_GRAINS_PER_DEG;
	return scan->query->radius_deg >= 180 ||
	       exact_deg <= scan->query->radius_deg + CONE_EDGE_DEG;
}

/* One column, of an edited object or a packed one. */
static bool
scan_column(const struct cone_candidate *candidate, int column,
	    struct columns_value *value)
{
	if (candidate->edited == NULL)
		return pack_read_column(candidate->packed,
					candidate->packed_length, column,
					value);
	*value = candidate->edited->values[column];
	return true;
}

/* Sets *wanted; false when the object's row is damaged. */
static bool
scan_filter(const struct cone_scan *scan,
	    const struct cone_candidate *candidate, bool *wanted)
{
	const struct cone_query *query = scan->query;
	struct columns_value value = {.present = false};

	*wanted = true;
	if (query->type != NULL) {
		if (!scan_column(candidate, COLUMNS_OBJECT_TYPE, &value))
			return false;
		*wanted = value.present && strcmp(value.text, query->type) == 0;
	}
	if (!*wanted || !query->has_magnitude_max)
		return true;
	if (!scan_column(candidate, COLUMNS_MAGNITUDE_V, &value))
		return false;
	if (!value.present &&
	    !scan_column(candidate, COLUMNS_MAGNITUDE_B, &value))
		return false;
	*wanted = value.present && value.real <= query->magnitude_max;
	return true;
}

/* Where rows go. */
struct scan_target {
	const struct cone_scan *scan;
	struct catalogue *catalogue;
	const struct overlay *overlay; /* NULL: nothing was edited */
	struct lc_progress *progress;
	enum lc_rc (*each)(void *context,
			   const struct cone_candidate *candidate);
	void *context;
	unsigned rows;
};

static enum lc_rc
scan_offer(const struct scan_target *target,
	   const struct cone_candidate *candidate)
{
	bool wanted = true;

	if (target->scan->filtered &&
	    !scan_filter(target->scan, candidate, &wanted))
		return reader_damaged(target->catalogue);
	return wanted ? target->each(target->context, candidate) : LC_OK;
}

static enum lc_rc
scan_spot(const struct scan_target *target, const struct spots *spots)
{
	struct cone_candidate candidate = {
		.id = spots->head.key,
		.place = spots->head.place,
		.chord2 =
			angles_chord2(spots->head.place, target->scan->centre),
		.packed = spots->packed,
		.packed_length = spots->head.bytes,
	};

	if (candidate.chord2 > target->scan->outside_chord2)
		return LC_OK;
	if (target->overlay != NULL &&
	    overlay_hides(target->overlay, candidate.id))
		return LC_OK;
	return scan_offer(target, &candidate);
}

static enum lc_rc
scan_range(struct scan_target *target, struct zones_range range)
{
	struct spots spots;
	enum lc_rc rc = spots_start(&spots, target->catalogue, READER_SCAN,
				    range.first);
	bool there;

	if (rc != LC_OK)
		return rc;
	while ((rc = spots_next(&spots, &there)) == LC_OK && there &&
	       spots.head.key <= range.last) {
		rc = scan_spot(target, &spots);
		if (rc == LC_OK && ++target->rows % SCAN_ASK_EVERY == 0)
			rc = progress_stopped(target->progress);
		if (rc != LC_OK)
			break;
	}
	spots_end(&spots);
	return rc;
}

static enum lc_rc
scan_file(struct scan_target *target)
{
	const struct cone_query *query = target->scan->query;
	struct catalogue *catalogue = target->catalogue;
	struct zones_walk walk;
	struct zones_range range;
	enum lc_rc rc = LC_OK;

	zones_start(&walk, catalogue->per_deg, query->ra_deg, query->dec_deg,
		    query->radius_deg);
	while (rc == LC_OK && zones_next(&walk, &range)) {
		rc = scan_range(target, range);
		if (rc == LC_OK)
			rc = progress_stopped(target->progress);
	}
	return rc;
}

static enum lc_rc
scan_edits(struct scan_target *target)
{
	const struct angles_vector *places = overlay_places(target->overlay);
	size_t count = overlay_count(target->overlay);
	enum lc_rc rc = LC_OK;

	for (size_t i = 0; i < count && rc == LC_OK; i++) {
		struct cone_candidate candidate = {
			.place = places[i],
			.chord2 =
				angles_chord2(places[i], target->scan->centre),
		};

		if (candidate.chord2 > target->scan->outside_chord2)
			continue;
		candidate.edited = overlay_at(target->overlay, i);
		candidate.id = candidate.edited->id;
		rc = scan_offer(target, &candidate);
	}
	return rc;
}

enum lc_rc
cone_scan(const struct cone_scan *scan, struct catalogue *catalogue,
	  struct lc_progress *progress,
	  enum lc_rc (*each)(void *context,
			     const struct cone_candidate *candidate),
	  void *context)
{
	struct scan_target target = {
		.scan = scan,
		.catalogue = catalogue,
		.progress = progress,
		.each = each,
		.context = context,
	};
	enum lc_rc rc = LC_OK;

	if (!overlay_is_empty(catalogue->overlay)) {
		target.overlay = catalogue->overlay;
		rc = scan_edits(&target);
	}
	return rc == LC_OK ? scan_file(&target) : rc;
}
