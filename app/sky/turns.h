/*
 * Turning positions from one frame into another.
 *
 * ICRS is the frame of all that is kept and answered; FK5 for J2000 is taken
 * as ICRS.  The others are tied to ICRS thus:
 *
 * FK4        for B1950 and epoch 1950, with the E-terms of aberration (P. K.
 *            Seidelmann (ed.), "Explanatory Supplement to the Astronomical
 *            Almanac", 1992, 3.53) and the rotation to FK5 of C. A. Murray,
 *            Astronomy & Astrophysics 218, 325 (1989), for things so far away
 *            that they do not move; good to a few hundredths of an arcsecond.
 * galactic   of the IAU, A. Blaauw et al., MNRAS 121, 123 (1960), with its
 *            pole in FK5 at 192.8594812065348 +27.12825118085622 and the north
 *            celestial pole at longitude 122.9319185680026.
 * supergalactic  of G. de Vaucouleurs: its pole at galactic 47.37 +6.32, its
 *            longitudes counted from galactic 137.37 0.
 *
 * FK5 lies from ICRS as F. Mignard and M. Froeschlé, Astronomy & Astrophysics
 * 354, 732 (2000) found.  Angles are degrees, finite, latitudes from -90 to
 * 90; results are from 0 to below 360 and from -90 to 90.  There and back is
 * the same place to 1e-12 degrees.  Pure functions; any thread may call.
 */
#ifndef SKY_TURNS_H
#define SKY_TURNS_H

#include <stdbool.h>

enum turns_frame { TURNS_ICRS, TURNS_FK4, TURNS_GALACTIC, TURNS_SUPERGALACTIC };

void turns_to_icrs(enum turns_frame from, double lon_deg, double lat_deg,
		   double *ra_deg, double *dec_deg);

void turns_from_icrs(enum turns_frame to, double ra_deg, double dec_deg,
		     double *lon_deg, double *lat_deg);

/*
 * The frame that a word means, case aside: "ICRS", "J2000", "FK5", "B1950",
 * "FK4", "galactic", "gal", "supergalactic", "sgal", and the VOTable's
 * "eq_FK5" and "eq_FK4".  False for any other word.
 */
bool turns_find(const char *word, enum turns_frame *out);

/* "icrs", "fk4", "galactic" or "supergalactic". */
const char *turns_name(enum turns_frame frame);

#endif
