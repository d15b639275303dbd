/* Turning positions between frames: known places, definitions, back again. */
#include "sky/turns.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sky/angles.h"

enum { FRAME_COUNT = TURNS_SUPERGALACTIC + 1, LINE_BYTES = 256 };

struct place {
	double lon_deg, lat_deg;
};

static double
apart_deg(double lon1_deg, double lat1_deg, double lon2_deg, double lat2_deg)
{
	return angles_separation_deg(angles_vector(lon1_deg, lat1_deg),
				     angles_vector(lon2_deg, lat2_deg));
}

/* ---- what another program finds */

static void
known_place_check(const char *line)
{
	enum turns_frame frame;
	double lon_deg, lat_deg, ra_deg, dec_deg, ra, dec, lon, lat;
	char word[LINE_BYTES];

	assert_int_equal(sscanf(line, "%255s %lf %lf %lf %lf", word, &lon_deg,
				&lat_deg, &ra_deg, &dec_deg),
			 5);
	assert_true(turns_find(word, &frame));
	turns_to_icrs(frame, lon_deg, lat_deg, &ra, &dec);
	turns_from_icrs(frame, ra_deg, dec_deg, &lon, &lat);
	if (apart_deg(ra, dec, ra_deg, dec_deg) > 2e-9 ||
	    apart_deg(lon, lat, lon_deg, lat_deg) > 2e-9)
		fail_msg("%s: %.10f %.10f and %.10f %.10f", line, ra, dec, lon,
			 lat);
}

static void
known_places_are_met(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], line[LINE_BYTES];
	size_t rows = 0;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/turns.tsv",
		 srcdir == NULL ? "." : srcdir);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (line[0] != '#') {
			known_place_check(line);
			rows++;
		}
	fclose(file);
	assert_true(rows >= 100);
}

/* ---- what the frames are defined by */

/* From ICRS to FK5: small angles about the axes, in milliarcseconds. */
static struct place
fk5_place(double ra_deg, double dec_deg)
{
	const double mas = angles_radians(1.0 / 3600000);
	const double x = 19.9 * mas, y = 9.1 * mas, z = -22.9 * mas;
	struct angles_vector v = angles_vector(ra_deg, dec_deg);
	struct angles_vector fk5 = {v.x + z * v.y - y * v.z,
				    v.y - z * v.x + x * v.z,
				    v.z + y * v.x - x * v.y};

	return (struct place){
		angles_degrees(atan2(fk5.y, fk5.x)),
		angles_degrees(atan2(fk5.z, hypot(fk5.x, fk5.y)))};
}

static void
galactic_pole_is_where_it_is_defined(void **state)
{
	struct place pole, node;
	double ra, dec, lon, lat;

	(void)state;
	turns_to_icrs(TURNS_GALACTIC, 77, 90, &ra, &dec);
	pole = fk5_place(ra, dec);
	assert_true(apart_deg(pole.lon_deg, pole.lat_deg, 192.8594812065348,
			      27.12825118085622) < 1e-11);
	/* The north celestial pole of FK5. */
	turns_to_icrs(TURNS_GALACTIC, 122.9319185680026, 27.12825118085622, &ra,
		      &dec);
	node = fk5_place(ra, dec);
	assert_true(apart_deg(node.lon_deg, node.lat_deg, 0, 90) < 1e-11);
	turns_from_icrs(TURNS_GALACTIC, ra, dec, &lon, &lat);
	assert_true(apart_deg(lon, lat, 122.9319185680026, 27.12825118085622) <
		    1e-12);
}

static void
supergalactic_is_counted_from_galactic(void **state)
{
	static const struct place galactic[] = {{47.37, 6.32}, {137.37, 0}};
	static const struct place super[] = {{0, 90}, {0, 0}};
	double ra, dec, lon, lat;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		turns_to_icrs(TURNS_GALACTIC, galactic[i].lon_deg,
			      galactic[i].lat_deg, &ra, &dec);
		turns_from_icrs(TURNS_SUPERGALACTIC, ra, dec, &lon, &lat);
		assert_true(apart_deg(lon, lat, super[i].lon_deg,
				      super[i].lat_deg) < 1e-12);
	}
}

/* FK4's galactic pole is that of the definition, less what the E-terms do. */
static void
fk4_and_galactic_agree(void **state)
{
	double ra, dec, lon, lat;

	(void)state;
	turns_to_icrs(TURNS_FK4, 192.25, 27.4, &ra, &dec);
	turns_from_icrs(TURNS_GALACTIC, ra, dec, &lon, &lat);
	assert_true(90 - lat < 0.4 / 3600);
	assert_true(90 - lat > 0.01 / 3600);
}

/* ---- there and back */

static void
back_check(enum turns_frame frame, double lon_deg, double lat_deg)
{
	double ra, dec, lon, lat;

	turns_to_icrs(frame, lon_deg, lat_deg, &ra, &dec);
	turns_from_icrs(frame, ra, dec, &lon, &lat);
	if (!(ra >= 0 && ra < 360) || !(fabs(dec) <= 90) ||
	    !(lon >= 0 && lon < 360) || !(fabs(lat) <= 90) || signbit(ra) ||
	    (dec == 0 && signbit(dec)) ||
	    apart_deg(lon, lat, lon_deg, lat_deg) > 1e-12)
		fail_msg("frame %d: %.17g %.17g became %.17g %.17g", frame,
			 lon_deg, lat_deg, lon, lat);
}

static void
every_place_comes_back(void **state)
{
	static const double special[] = {-90,    -89.9999999999, -45,
					 -1e-12, -0.0,           1e-300,
					 45,     89.99999999,    90};
	uint32_t random = 1;

	(void)state;
	for (int frame = 0; frame < FRAME_COUNT; frame++) {
		for (size_t i = 0; i < 9; i++)
			for (double lon = -360; lon <= 360; lon += 7.5)
				back_check((enum turns_frame)frame, lon,
					   special[i]);
		for (int i = 0; i < 20000; i++) {
			double lon, lat;

			random = random * 1664525 + 1013904223;
			lon = random * (360.0 / 4294967296);
			random = random * 1664525 + 1013904223;
			lat = angles_degrees(
				asin(random * (2.0 / 4294967296) - 1));
			back_check((enum turns_frame)frame, lon, lat);
		}
	}
}

static void
icrs_is_left_alone(void **state)
{
	double ra, dec;

	(void)state;
	turns_to_icrs(TURNS_ICRS, 10.6847917, 41.2690556, &ra, &dec);
	assert_true(ra == 10.6847917 && dec == 41.2690556);
	turns_from_icrs(TURNS_ICRS, -10.5, -0.0, &ra, &dec);
	assert_true(ra == 349.5 && dec == 0 && !signbit(dec));
}

/* ---- words */

struct word_case {
	const char *word;
	int frame; /* -1: none */
};

static const struct word_case words[] = {
	{"ICRS", TURNS_ICRS},
	{"icrs", TURNS_ICRS},
	{"J2000", TURNS_ICRS},
	{"j2000.0", TURNS_ICRS},
	{"FK5", TURNS_ICRS},
	{"eq_FK5", TURNS_ICRS},
	{"FK4", TURNS_FK4},
	{"B1950", TURNS_FK4},
	{"b1950.0", TURNS_FK4},
	{"eq_FK4", TURNS_FK4},
	{"galactic", TURNS_GALACTIC},
	{"GALACTIC", TURNS_GALACTIC},
	{"gal", TURNS_GALACTIC},
	{"supergalactic", TURNS_SUPERGALACTIC},
	{"SUPER_GALACTIC", TURNS_SUPERGALACTIC},
	{"sgal", TURNS_SUPERGALACTIC},
	{"", -1},
	{"J2000 ", -1},
	{"J200", -1},
	{"J20000", -1},
	{"ecl_FK5", -1},
	{"galaxy", -1},
};

static void
words_are_found(void **state)
{
	enum turns_frame frame, again;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		bool found = turns_find(words[i].word, &frame);

		if (found != (words[i].frame >= 0) ||
		    (found && (int)frame != words[i].frame))
			fail_msg("\"%s\"", words[i].word);
	}
	for (int i = 0; i < FRAME_COUNT; i++) {
		assert_true(
			turns_find(turns_name((enum turns_frame)i), &again));
		assert_int_equal(again, i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_places_are_met),
		cmocka_unit_test(galactic_pole_is_where_it_is_defined),
		cmocka_unit_test(supergalactic_is_counted_from_galactic),
		cmocka_unit_test(fk4_and_galactic_agree),
		cmocka_unit_test(every_place_comes_back),
		cmocka_unit_test(icrs_is_left_alone),
		cmocka_unit_test(words_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
