/*
 * The zone index: one integer for each position, and for each circle on the
 * sky the few ranges of such integers in which all its objects lie.
 *
 * A key is zone << 45 | floor(RA / 360 · 2^44), where zones are belts of
 * declination, counted from the south pole, so many to a degree as the
 * catalogue's density asks for: a circle then costs a few seeks, and few
 * rows beside it.  Two objects may not share a key: the later takes the next
 * free one, for which the ranges leave room.  (J. Gray, M. Nieto-Santisteban,
 * A. Szalay, "The Zones Algorithm for Finding Points-Near-a-Point",
 * MSR-TR-2006-52.)
 *
 * Pure functions; any thread may call.
 */
#ifndef SKY_ZONES_H
#define SKY_ZONES_H

#include <stdbool.h>
#include <stdint.h>

/* Zones to a degree: from one degree high to one arcminute. */
enum { ZONES_PER_DEG_MIN = 1, ZONES_PER_DEG_MAX = 60 };

/* An object may be this many keys after its own because of neighbours. */
enum { ZONES_SHIFT_MAX = 4096 };

/* How many zones to a degree suit so many objects to a square degree. */
int zones_for_density(double objects_per_deg2);

/* The key of a position: RA 0 to below 360, Dec -90 to 90. */
int64_t zones_key(int per_deg, double ra_deg, double dec_deg);

/* The keys from `first` to `last`, both included. */
struct zones_range {
	int64_t first, last;
};

/* What is left to tell of a circle's ranges. */
struct zones_walk {
	int per_deg;
	int zone, zone_end;
	double ra_deg, dec_deg, reach_deg, cos_dec;
	bool all;   /* of the sky */
	bool polar; /* a pole is within the circle, or nearly */
	bool alike; /* every zone is given the widest width */
	/* Half of the width in RA at its most, and where that is. */
	double widest_deg, widest_dec_deg;
	bool second_half;
	int64_t west; /* RA part of the second half's first key */
};

/*
 * Starts on the circle of `radius_deg` around a position.  The ranges that
 * follow hold every object within the radius and 1e-9 degrees more, and of
 * course others.  180 degrees and more is the whole sky.
 */
void zones_start(struct zones_walk *walk, int per_deg, double ra_deg,
		 double dec_deg, double radius_deg);

/* Gives the next range, in rising order; false when there are no more. */
bool zones_next(struct zones_walk *walk, struct zones_range *range);

#endif
