#include "sky/zones.h"

#include <math.h>

#include "sky/angles.h"

enum { ZONES_RA_BITS = 44, ZONES_ZONE_SHIFT = 45 };

#define ZONES_RA_CELLS (INT64_C(1) << ZONES_RA_BITS)

/* Room for what rounding may do to an edge. */
static const double margin_deg = 4e-9;

/* So few zones are not worth a width of their own for each. */
enum { ZONES_ALIKE_MOST = 3 };

/*
 * About so many objects are in a square of a zone's height: as many as are
 * read at once (sky/layout.h), so that a small circle needs few of these.
 */
static const double objects_aimed_at = 50;

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
	const double reach_deg = radius_deg + margin_deg;
	double inner;

	*walk = (struct zones_walk){.per_deg = per_deg,
				    .zone_end = 180 * per_deg,
				    .ra_deg = ra_deg,
				    .dec_deg = dec_deg,
				    .reach_deg = reach_deg + 2 * margin_deg,
				    .cos_dec = cos(angles_radians(dec_deg)),
				    .widest_deg = 180};
	walk->all = walk->reach_deg >= 180;
	if (walk->all)
		return;
	walk->zone = zones_zone(per_deg, dec_deg - reach_deg);
	walk->zone_end = zones_zone(per_deg, dec_deg + reach_deg) + 1;
	walk->polar = fabs(dec_deg) + reach_deg >= 90 - margin_deg;
	if (walk->polar)
		return;
	/* asin(sin r / cos δ), in a form that keeps its digits at 90°. */
	inner = cos(angles_radians(dec_deg - reach_deg)) *
		cos(angles_radians(dec_deg + reach_deg));
	walk->widest_deg = angles_degrees(
		atan2(sin(angles_radians(reach_deg)), sqrt(inner)));
	walk->alike = walk->zone_end - walk->zone <= ZONES_ALIKE_MOST;
	if (!walk->alike)
		walk->widest_dec_deg =
			angles_degrees(asin(sin(angles_radians(dec_deg)) /
					    cos(angles_radians(reach_deg))));
}

/*
 * Half of the circle's width in RA at a declination, by the haversine; 180
 * when it is nearly that, for rounding could not tell.
 */
static double
zones_half_deg(const struct zones_walk *walk, double dec_deg)
{
	const double off_deg = dec_deg - walk->dec_deg;
	double part;

	if (!(fabs(off_deg) < walk->reach_deg))
		return 0;
	part = sin(angles_radians((walk->reach_deg + off_deg) / 2)) *
	       sin(angles_radians((walk->reach_deg - off_deg) / 2)) /
	       (cos(angles_radians(dec_deg)) * walk->cos_dec);
	return part < 1 - 1e-9 ? angles_degrees(2 * asin(sqrt(part))) : 180;
}

/* The most that it is in a zone. */
static double
zones_zone_half_deg(const struct zones_walk *walk, int zone)
{
	const double south_deg = (double)zone / walk->per_deg - 90;
	const double north_deg = (double)(zone + 1) / walk->per_deg - 90;
	double at_south_deg, at_north_deg;

	if (walk->all || walk->alike)
		return walk->widest_deg;
	if (!walk->polar && south_deg <= walk->widest_dec_deg &&
	    north_deg >= walk->widest_dec_deg)
		return walk->widest_deg;
	/* On each side of the widest place, or of a pole's, it only falls. */
	at_south_deg = zones_half_deg(walk, south_deg);
	at_north_deg = zones_half_deg(walk, north_deg);
	return at_south_deg > at_north_deg ? at_south_deg : at_north_deg;
}

/* This zone and those after it that are within the circle all around. */
static void
zones_next_whole(struct zones_walk *walk, struct zones_range *range)
{
	range->first = (int64_t)walk->zone << ZONES_ZONE_SHIFT;
	do
		walk->zone++;
	while (walk->zone < walk->zone_end &&
	       zones_zone_half_deg(walk, walk->zone) >= 180);
	range->last = ((int64_t)walk->zone << ZONES_ZONE_SHIFT) - 1;
}

bool
zones_next(struct zones_walk *walk, struct zones_range *range)
{
	const int64_t zone = (int64_t)walk->zone << ZONES_ZONE_SHIFT;
	const int64_t next = (int64_t)(walk->zone + 1) << ZONES_ZONE_SHIFT;
	double half_deg;
	int64_t east;

	if (walk->zone >= walk->zone_end)
		return false;
	if (walk->second_half) {
		*range = (struct zones_range){zone + walk->west, next - 1};
		walk->second_half = false;
		walk->zone++;
		return true;
	}
	half_deg = zones_zone_half_deg(walk, walk->zone);
	if (half_deg >= 180) {
		zones_next_whole(walk, range);
		return true;
	}
	half_deg += margin_deg;
	walk->west = zones_ra_cell(angles_wrap_deg(walk->ra_deg - half_deg));
	east = zones_ra_cell(angles_wrap_deg(walk->ra_deg + half_deg)) +
	       ZONES_SHIFT_MAX;
	if (walk->west <= east) {
		*range = (struct zones_range){zone + walk->west, zone + east};
		walk->zone++;
	} else {
		/* Over RA 0: from there on first. */
		*range = (struct zones_range){zone, zone + east};
		walk->second_half = true;
	}
	return true;
}
