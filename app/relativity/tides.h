/*
 * What a hole's size means for things that come near it.
 */
#ifndef RELATIVITY_TIDES_H
#define RELATIVITY_TIDES_H

/* Seconds that light takes across the horizon's diameter (coordinate radius
 * r+, as in flat space). */
double tides_crossing_s(double mass_msun, double spin);

/*
 * Where a star is torn apart, in metres: R (M / m)^(1/3), Hills 1975, Nature
 * 254, 295.
 */
double tides_radius_m(double mass_msun, double star_msun, double star_radius_m);

/* The heaviest hole without spin, in solar masses, that tears it apart
 * outside the horizon. */
double tides_hills_msun(double star_msun, double star_radius_m);

#endif
