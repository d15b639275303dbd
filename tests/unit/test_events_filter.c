/*
 * Which events pass: circles of sky, against their definition in the
 * precision of long double, and the other wishes, in a table.
 */
#include "services/events_filter.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "chance.h"

#define RADIANS (3.14159265358979323846264338327950288L / 180)

enum { RANDOM_CIRCLES = 300, RANDOM_PLACES = 300 };

/* Nearer to the edge than this nobody can tell from positions in degrees. */
static const long double edge_deg = 3e-13L;

static struct tail_event
placed_at(double ra_deg, double dec_deg)
{
	struct tail_event event = {.placed = true, .type = EVENTS_MESSAGE};

	events_place(ra_deg, dec_deg, event.place);
	return event;
}

/* By Vincenty's formula, good at all distances. */
static long double
distance_deg(double ra1, double dec1, double ra2, double dec2)
{
	long double turn = ((long double)ra2 - ra1) * RADIANS;
	long double d1 = dec1 * RADIANS, d2 = dec2 * RADIANS;
	long double east = cosl(d2) * sinl(turn);
	long double north =
		cosl(d1) * sinl(d2) - sinl(d1) * cosl(d2) * cosl(turn);
	long double along =
		sinl(d1) * sinl(d2) + cosl(d1) * cosl(d2) * cosl(turn);

	return atan2l(hypotl(east, north), along) / RADIANS;
}

/* Returns whether it is near the edge, where either answer is right. */
static bool
compare(double ra1, double dec1, double radius_deg, double ra2, double dec2)
{
	struct events_filter filter = {.types = 0};
	struct tail_event event = placed_at(ra2, dec2);
	long double far = distance_deg(ra1, dec1, ra2, dec2);
	/* Near 180 degrees a chord says little of the angle. */
	long double edge = radius_deg > 179.9 ? 1e-5L : edge_deg;

	events_filter_circle(&filter, ra1, dec1, radius_deg);
	if (fabsl(far - radius_deg) < edge)
		return true;
	if (events_filter_passes(&filter, &event) != (far <= radius_deg))
		fail_msg("%.17g %.17g, %.17g deg: %.17g %.17g is at %.17Lg",
			 ra1, dec1, radius_deg, ra2, dec2, far);
	return false;
}

/* ---- circles */

static void
test_cases(void **state)
{
	static const struct {
		double ra, dec, radius, of_ra, of_dec;
		bool passes;
	} cases[] = {
		/* Over 0h, and at the poles, where all right ascensions meet. */
		{0.5, 0, 1, 359.6, 0, true},
		{0.5, 0, 1, 359.4, 0, false},
		{359.9, 10, 0.2, 0, 10, true},
		{0, 0, 1, 360, 0, true},
		{0, 90, 1, 217, 89.1, true},
		{0, 90, 1, 217, 88.9, false},
		{10, 89.5, 1, 190, 89.6, true},
		{10, 89.5, 1, 190, 89.4, false},
		{123, -90, 0, 7, -90, true},
		{0, 37, 0, 360, 37, true},
		/* Nothing but the point itself, and all there is. */
		{83.822083, -5.391111, 0, 83.822083, -5.391111, true},
		{83.822083, -5.391111, 0, 83.822084, -5.391111, false},
		{10, 20, 180, 190, -20, true},
		{10, 20, 180, 10, 20, true},
		{0, -90, 180, 0, 90, true},
		{10, 20, 90, 10, -69.999, true},
		{10, 20, 90, 10, -70.001, false},
		{10, 20, 179, 190, -20, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct events_filter filter = {.types = 0};
		struct tail_event event =
			placed_at(cases[i].of_ra, cases[i].of_dec);

		events_filter_circle(&filter, cases[i].ra, cases[i].dec,
				     cases[i].radius);
		if (events_filter_passes(&filter, &event) != cases[i].passes)
			fail_msg("case %zu", i);
	}
}

/* Many positions about as far away as the radius is. */
static void
test_random(void **state)
{
	static const double radii[] = {1e-9, 1e-5, 0.001, 0.1, 1,   5,
				       45,   89,   90,    91,  135, 179};
	struct chance chance = {8};
	int near = 0;

	(void)state;
	for (int i = 0; i < RANDOM_CIRCLES; i++) {
		double radius = radii[(size_t)i % (sizeof(radii) / 8)];
		double ra = 360 * chance_unit(&chance);
		/* Also at the poles. */
		double dec = i % 5 == 0 ? (i % 10 == 0 ? 90 : -90) :
					  180 * chance_unit(&chance) - 90;

		for (int k = 0; k < RANDOM_PLACES; k++) {
			double way = 6.283185307 * chance_unit(&chance);
			double far =
				radius * (0.9 + 0.2 * chance_unit(&chance));
			double of_dec = dec + far * sin(way);
			double of_ra =
				ra + far * cos(way) /
					     fmax(0.01, cos(dec * 0.01745329));

			if (fabs(of_dec) <= 90)
				near += compare(ra, dec, radius,
						fmod(of_ra + 720, 360), of_dec);
			near += compare(ra, dec, radius,
					360 * chance_unit(&chance),
					180 * chance_unit(&chance) - 90);
		}
	}
	/* Nearly all were told apart. */
	assert_in_range(near, 0, RANDOM_CIRCLES * RANDOM_PLACES / 20);
}

/* What lies on the edge passes, in spite of rounding. */
static void
test_edge(void **state)
{
	struct chance chance = {9};

	(void)state;
	for (int i = 0; i < 2000; i++) {
		double dec = 120 * chance_unit(&chance) - 60;
		double radius = 0.25 * (double)(1 + chance_below(&chance, 100));
		struct events_filter filter = {.types = 0};
		struct tail_event event = placed_at(77.5, dec + radius);

		events_filter_circle(&filter, 77.5, dec, radius);
		if (dec + radius - dec == radius && dec + radius <= 90)
			assert_true(events_filter_passes(&filter, &event));
	}
}

/* ---- the other wishes */

static void
test_wishes(void **state)
{
	enum { NOWHERE, NEAR, FAR };
	const unsigned jobs = 1U << EVENTS_JOB;
	const unsigned messages = 1U << EVENTS_MESSAGE;
	const struct {
		unsigned types;
		bool placed_only, circle;
		enum events_type type;
		int where;
		bool passes;
	} cases[] = {
		{0, false, false, EVENTS_JOB, NOWHERE, true},
		{0, false, false, EVENTS_TYPE__MAX, FAR, true},
		{jobs, false, false, EVENTS_JOB, NOWHERE, true},
		{jobs, false, false, EVENTS_MESSAGE, NOWHERE, false},
		{jobs, false, false, EVENTS_TYPE__MAX, NOWHERE, false},
		{jobs | messages, false, false, EVENTS_MESSAGE, FAR, true},
		{0, true, false, EVENTS_MESSAGE, NOWHERE, false},
		{0, true, false, EVENTS_MESSAGE, FAR, true},
		{0, false, true, EVENTS_MESSAGE, NOWHERE, true},
		{0, false, true, EVENTS_MESSAGE, NEAR, true},
		{0, false, true, EVENTS_MESSAGE, FAR, false},
		{0, true, true, EVENTS_MESSAGE, NOWHERE, false},
		{0, true, true, EVENTS_MESSAGE, NEAR, true},
		{jobs, true, true, EVENTS_MESSAGE, NEAR, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct events_filter filter = {.types = cases[i].types,
					       .placed_only =
						       cases[i].placed_only};
		struct tail_event event =
			cases[i].where == NOWHERE ?
				(struct tail_event){.placed = false} :
				placed_at(cases[i].where == NEAR ? 10 : 50, 0);

		event.type = cases[i].type;
		if (cases[i].circle)
			events_filter_circle(&filter, 11, 0, 2);
		if (events_filter_passes(&filter, &event) != cases[i].passes)
			fail_msg("case %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_edge),
		cmocka_unit_test(test_wishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
