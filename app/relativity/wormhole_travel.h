/*
 * The way through a wormhole, from one station to the other, straight
 * through the middle and at constant speed.
 *
 * A body of the traveller's size is held apart sideways by tides, gamma^2
 * v^2 (r''/r) size; along the way there are none.  SI units here.
 *
 * Source: Morris & Thorne 1988, Am. J. Phys. 56, 395.
 */
#ifndef RELATIVITY_WORMHOLE_TRAVEL_H
#define RELATIVITY_WORMHOLE_TRAVEL_H

#include "relativity/wormhole.h"

struct wormhole_trip {
	double station_m;      /* proper distance from the middle */
	double distance_m;     /* twice that */
	double speed_most_m_s; /* at which tides reach `tide_most_m_s2`; < c */
	double speed_m_s;      /* of this trip */
	double gamma;
	double tide_m_s2;     /* the greatest on the way */
	double time_s;        /* by the stations' clocks */
	double time_proper_s; /* by the traveller's */
};

/*
 * throat_m > 0, size_m > 0, tide_most_m_s2 > 0, 0 < speed_m_s < c; a speed of
 * 0 means the greatest that tides allow.
 */
void wormhole_travel(const struct wormhole *shape, double throat_m,
		     double size_m, double tide_most_m_s2, double speed_m_s,
		     struct wormhole_trip *trip);

#endif
