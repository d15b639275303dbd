#include "sky/zones.h"

#include <math.h>

#include "sky/angles.h"

enum { ZONES_RA_BITS = 44, ZONES_ZONE_SHIFT = 45 };

#define ZONES_RA_CELLS (INT64_C(1) << ZONES_RA_BITS)

/* Room for what rounding may do to an edge. */
static const double margin_deg = 4e-9;

/* About so many objects are in a square of a zone's height. */
static const double objects_aimed_at = 4;

int
zones_for_density(double objects_per_deg2)
{
	double per_deg = ceil(sqrt(objects_per_deg2 / objects_aimed_at));

	if (!(per_deg > ZONES_PER_DEG_MIN))
		return ZONES_PER_DEG_MIN;
	return per_deg > ZONES_PER_DEG_MAX ? ZONES_PER_DEG_MAX : (int)per_deg;
}

static int
zones_zone(int per_deg, double dec_deg)
{
	double zone = floor((dec_deg + 90) * per_deg);

	if (zone < 0)
		return 0;
	return zone >= 180 * per_deg ? 180 * per_deg - 1 : (int)zone;
}

static int64_t
zones_ra_cell(double ra_deg)
{
	int64_t cell = (int64_t)floor(ldexp(ra_deg / 360, ZONES_RA_BITS));

	return cell >= ZONES_RA_CELLS ? ZONES_RA_CELLS - 1 : cell;
}

int64_t
zones_key(int per_deg, double ra_deg, double dec_deg)
{
	return (int64_t)zones_zone(per_deg, dec_deg) << ZONES_ZONE_SHIFT |
	       zones_ra_cell(ra_deg);
}

void
zones_start(struct zones_walk *walk, int per_deg, double ra_deg, double dec_deg,
	    double radius_deg)
{
	double reach_deg = radius_deg + margin_deg;
	double half_deg, inner;

	*walk = (struct zones_walk){.per_deg = per_deg,
				    .zone_end = 180 * per_deg};
	walk->whole_circle = fabs(dec_deg) + reach_deg >= 90 - margin_deg;
	if (radius_deg < 180) {
		walk->zone = zones_zone(per_deg, dec_deg - reach_deg);
		walk->zone_end = zones_zone(per_deg, dec_deg + reach_deg) + 1;
	}
	if (walk->whole_circle)
		return;
	/* asin(sin r / cos δ), in a form that keeps its digits at 90°. */
	inner = cos(angles_radians(dec_deg - reach_deg)) *
		cos(angles_radians(dec_deg + reach_deg));
	half_deg = angles_degrees(
		atan2(sin(angles_radians(reach_deg)), sqrt(inner)));
	half_deg += margin_deg;
	walk->west = zones_ra_cell(angles_wrap_deg(ra_deg - half_deg));
	walk->east = zones_ra_cell(angles_wrap_deg(ra_deg + half_deg)) +
		     ZONES_SHIFT_MAX;
}

bool
zones_next(struct zones_walk *walk, struct zones_range *range)
{
	const int64_t zone = (int64_t)walk->zone << ZONES_ZONE_SHIFT;
	const int64_t next = (int64_t)(walk->zone + 1) << ZONES_ZONE_SHIFT;

	if (walk->zone >= walk->zone_end)
		return false;
	if (walk->whole_circle) {
		range->first = zone;
		range->last = ((int64_t)walk->zone_end << ZONES_ZONE_SHIFT) - 1;
		walk->zone = walk->zone_end;
	} else if (walk->west <= walk->east) {
		range->first = zone + walk->west;
		range->last = zone + walk->east;
		walk->zone++;
	} else if (!walk->second_half) {
		range->first = zone;
		range->last = zone + walk->east;
		walk->second_half = true;
	} else {
		range->first = zone + walk->west;
		range->last = next - 1;
		walk->second_half = false;
		walk->zone++;
	}
	return true;
}
