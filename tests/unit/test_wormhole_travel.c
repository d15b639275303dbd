/* The way through: known trips, and what speeds, tides and times owe. */
#include "relativity/wormhole_travel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/constants.h"
#include "wormhole_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TIDE 9.80665

static void
near_check(const char *what, double found, double expected, double tolerance)
{
	if (!(fabs(found - expected) <= tolerance * fabs(expected)))
		fail_msg("%s: %.17g, not %.17g", what, found, expected);
}

static void
known_trips(void **state)
{
	struct wormhole ellis = wormhole_ellis();
	struct wormhole dneg = wormhole_dneg(0.01, 0.05);
	struct wormhole_trip trip;

	(void)state;
	wormhole_travel(&ellis, 1000, 2, TIDE, 0, &trip);
	near_check("speed", trip.speed_most_m_s, 2214.3453, 1e-7);
	near_check("time", trip.time_s, 8.98674, 1e-6);
	near_check("station", trip.station_m, 1000 * sqrt(99), 1e-15);
	wormhole_travel(&dneg, 1000, 2, TIDE, 0, &trip);
	near_check("speed", trip.speed_most_m_s, 650.510, 1e-6);
	near_check("station", trip.station_m, 6982.645, 1e-7);
	near_check("distance", trip.distance_m, 2 * 6982.645, 1e-7);
}

/* Whatever holds of every trip. */
static void
trip_check(const struct wormhole_fixture *of, double throat_m,
	   const struct wormhole_trip *trip)
{
	double beta = trip->speed_m_s / LIGHT_M_S, steepest = 0;
	double station = wormhole_station(&of->shape);
	double a = of->shape.half_length;

	for (double l = 1e-9; l < 2 * station; l *= 1.1)
		steepest = fmax(steepest,
				wormhole_bend(&of->shape, a + l) /
					wormhole_radius(&of->shape, a + l));
	assert_true(trip->speed_most_m_s > 0);
	assert_true(trip->speed_most_m_s < LIGHT_M_S);
	near_check("station", trip->station_m, station * throat_m, 1e-15);
	near_check("time", trip->time_s * trip->speed_m_s, 2 * trip->station_m,
		   1e-14);
	near_check("proper time", trip->time_proper_s * trip->gamma,
		   trip->time_s, 1e-14);
	if (beta < 0.999)
		near_check("gamma", trip->gamma, 1 / sqrt(1 - beta * beta),
			   1e-12);
	/* gamma^2 v^2 = (gamma^2 - 1) c^2 */
	if (beta > 0.1)
		near_check("tide", trip->tide_m_s2,
			   (trip->gamma - 1) * (trip->gamma + 1) * LIGHT_M_S *
				   LIGHT_M_S * steepest * 1.5 /
				   (throat_m * throat_m),
			   1e-4);
}

static void
trips_hold_together(void **state)
{
	static const double throats_m[] = {1e-9, 1, 1000, 1e12, 1e20};
	static const double speeds[] = {0, 1, 1e6, 0.5 * LIGHT_M_S,
					0.999999999 * LIGHT_M_S};

	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++)
		for (size_t j = 0; j < COUNT(throats_m); j++)
			for (size_t k = 0; k < COUNT(speeds); k++) {
				const struct wormhole_fixture *of =
					&wormhole_fixtures()[i];
				struct wormhole_trip trip;

				wormhole_travel(&of->shape, throats_m[j], 1.5,
						TIDE, speeds[k], &trip);
				trip_check(of, throats_m[j], &trip);
				if (speeds[k] > 0)
					assert_true(trip.speed_m_s ==
						    speeds[k]);
				else
					near_check("most", trip.tide_m_s2, TIDE,
						   1e-12);
			}
}

/* At the greatest speed tides are the greatest that are borne. */
static void
the_most_is_the_most(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		const struct wormhole *shape = &wormhole_fixtures()[i].shape;
		struct wormhole_trip most, same, faster;

		wormhole_travel(shape, 1e5, 2, TIDE, 0, &most);
		wormhole_travel(shape, 1e5, 2, TIDE, most.speed_m_s, &same);
		wormhole_travel(shape, 1e5, 2, TIDE, most.speed_m_s * 1.01,
				&faster);
		assert_true(most.speed_m_s == most.speed_most_m_s);
		near_check("tide", same.tide_m_s2, TIDE, 1e-9);
		assert_true(faster.tide_m_s2 > 1.01 * TIDE);
		assert_true(faster.speed_most_m_s == most.speed_most_m_s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_trips),
		cmocka_unit_test(trips_hold_together),
		cmocka_unit_test(the_most_is_the_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
