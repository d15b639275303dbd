#include "relativity/wormhole_travel.h"

#include <math.h>

#include "relativity/constants.h"

/* The greatest r''/r, which is at the throat or at the cylinder's end. */
static double
steepest(const struct wormhole *shape)
{
	return wormhole_bend(shape, shape->half_length);
}

void
wormhole_travel(const struct wormhole *shape, double throat_m, double size_m,
		double tide_most_m_s2, double speed_m_s,
		struct wormhole_trip *trip)
{
	double tides = steepest(shape) * size_m / (throat_m * throat_m);
	/* gamma v at which tides reach the most, over c. */
	double most = sqrt(tide_most_m_s2 / tides) / LIGHT_M_S;
	double speed, hurry; /* gamma v / c */

	trip->station_m = wormhole_station(shape) * throat_m;
	trip->distance_m = 2 * trip->station_m;
	/* A double may not tell it from c. */
	trip->speed_most_m_s = fmin(LIGHT_M_S * (most / hypot(1, most)),
				    nextafter(LIGHT_M_S, 0));
	if (speed_m_s > 0) {
		speed = speed_m_s / LIGHT_M_S;
		trip->speed_m_s = speed_m_s;
		trip->gamma = 1 / sqrt((1 - speed) * (1 + speed));
		hurry = trip->gamma * speed;
	} else {
		trip->speed_m_s = trip->speed_most_m_s;
		trip->gamma = hypot(1, most);
		hurry = most;
	}
	trip->tide_m_s2 = hurry * LIGHT_M_S * hurry * LIGHT_M_S * tides;
	trip->time_s = trip->distance_m / trip->speed_m_s;
	trip->time_proper_s = trip->time_s / trip->gamma;
}
