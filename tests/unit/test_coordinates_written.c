/*
 * The case file; and positions at random, written in every notation and read
 * back.
 */
#include "sky/coordinates.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"
#include "base/text.h"
#include "sky/angles.h"
#include "sky/turns.h"

enum {
	CASE_CELLS = 5,
	CASE_MAX = 1024,
	TEXT_MAX = 128,
	WRITTEN_COUNT = 2000,
	FRAME_COUNT = TURNS_SUPERGALACTIC + 1
};

/* ---- the case file */

/* Parts a line of CSV in place and undoes "\x00"; returns the cells. */
static size_t
csv_split(char *line, char *cells[CASE_CELLS], size_t *first_length)
{
	char *from = line, *to = line;
	size_t count = 0;

	while (count < CASE_CELLS && *from != '\0') {
		bool quoted = *from == '"';

		cells[count] = to;
		from += quoted;
		while (*from != '\0' && *from != '\n' &&
		       (quoted || *from != ',')) {
			if (quoted && *from == '"' && *++from != '"')
				break;
			if (strncmp(from, "\\x00", 4) == 0) {
				*to++ = '\0';
				from += 4;
			} else {
				*to++ = *from++;
			}
		}
		if (count == 0)
			*first_length = (size_t)(to - line);
		from += *from != '\0';
		*to++ = '\0';
		count++;
	}
	return count;
}

/*
 * What the file says, and how often, of inputs without the catalogue: names
 * are left to it, and only names.
 */
struct case_tally {
	size_t positions, names, errors;
};

static void
position_check(char *cells[CASE_CELLS], const struct coordinates *c)
{
	double ra_deg = 0, dec_deg = 0;

	assert_int_equal(
		number_parse_double(cells[2], strlen(cells[2]), &ra_deg),
		NUMBER_OK);
	assert_int_equal(
		number_parse_double(cells[3], strlen(cells[3]), &dec_deg),
		NUMBER_OK);
	if (fabs(c->ra_deg - ra_deg) > 1e-6 ||
	    fabs(c->dec_deg - dec_deg) > 1e-6)
		fail_msg("\"%s\": %.9f %.9f", cells[0], c->ra_deg, c->dec_deg);
}

static void
case_check(char *cells[CASE_CELLS], size_t length, struct case_tally *tally)
{
	const bool ok = strcmp(cells[1], "ok") == 0;
	const bool name = strstr(cells[4], "name") != NULL;
	struct coordinates c;

	coordinates_read(cells[0], length, &c);
	switch (c.kind) {
	case COORDINATES_POSITION:
		tally->positions++;
		if (!ok)
			fail_msg("\"%s\": %.9f %.9f", cells[0], c.ra_deg,
				 c.dec_deg);
		position_check(cells, &c);
		break;
	case COORDINATES_NAME:
		tally->names++;
		if (ok && !name)
			fail_msg("\"%s\" is no name", cells[0]);
		break;
	case COORDINATES_ERROR:
		tally->errors++;
		if (ok)
			fail_msg("\"%s\": %s", cells[0], c.message);
		assert_int_not_equal(strlen(c.message), 0);
		break;
	}
}

static void
case_file_holds(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], line[CASE_MAX], *cells[CASE_CELLS];
	struct case_tally tally = {.names = 0};
	size_t length = 0;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/coordinates-cases.csv",
		 srcdir == NULL ? "." : srcdir);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file) != NULL) {
		assert_int_equal(csv_split(line, cells, &length), CASE_CELLS);
		case_check(cells, length, &tally);
	}
	fclose(file);
	/* NGC 99999, M111, "J1230+1223" and the injection are no errors here. */
	assert_int_equal(tally.positions, 23);
	assert_int_equal(tally.names, 12 + 4);
	assert_int_equal(tally.errors, 12);
}

/* ---- notations */

/* An angle in three parts, the last a fraction with so many decimals. */
struct parts {
	long first, minutes;
	double seconds;
};

/* Of the value's size; rounding first, so that no part becomes 60. */
static struct parts
parts_of(double value, int decimals)
{
	const double unit = pow(10, decimals);
	const double whole = nearbyint(fabs(value) * 3600 * unit);
	struct parts parts;

	parts.first = (long)(whole / (3600 * unit));
	parts.minutes = (long)(fmod(whole, 3600 * unit) / (60 * unit));
	parts.seconds = fmod(whole, 60 * unit) / unit;
	return parts;
}

/*
 * Writers of a notation: PARTS divides the first angle by `times`, 15 for
 * hours, and writes three parts, a sign and three parts.
 */
#define PARTS(name, times, format, plus)                                      \
	static void name(char *text, double lon, double lat)                  \
	{                                                                     \
		struct parts a = parts_of((lon) / (times), 7);                \
		struct parts b = parts_of(lat, 6);                            \
                                                                              \
		snprintf(text, TEXT_MAX, format, a.first, a.minutes,          \
			 a.seconds, lat < 0 ? "-" : plus, b.first, b.minutes, \
			 b.seconds);                                          \
	}
#define DEGREES(name, format)                                \
	static void name(char *text, double lon, double lat) \
	{                                                    \
		snprintf(text, TEXT_MAX, format, lon, lat);  \
	}

DEGREES(degrees_spaced, "%.9f %.9f")
DEGREES(degrees_comma, " %.9f,%+.9f ")
DEGREES(degrees_joined, "%.9f%+.9f")
DEGREES(degrees_unit, "%.9fd%+.9fd")
DEGREES(degrees_exponent, "%.12e %+.12E")
DEGREES(degrees_sign, "%.9f\u00b0, %+.9f\u00b0")
DEGREES(labelled_l, "l=%.9f b=%+.9f")
DEGREES(labelled_glon, "GLON %.9f, GLAT %.9f")
DEGREES(labelled_sgl, "sgl: %.9f sgb: %.9f")
DEGREES(labelled_ra, "RA=%.9f Dec=%.9f")
DEGREES(designation_g, "G%013.9f%+013.9f")
PARTS(hours_spaced, 15, "%02ld %02ld %010.7f %s%02ld %02ld %09.6f", "+")
PARTS(hours_unsigned, 15, "%ld %ld %.7f %s%ld %ld %.6f", "")
PARTS(hours_colons, 15, "%02ld:%02ld:%010.7f%s%02ld:%02ld:%09.6f", "+")
PARTS(hours_letters, 15, "%ldh%ldm%.7fs,%s%ldd%ldm%.6fs", "")
PARTS(hours_signs, 15, "%ldh %ldm %.7fs %s%ld\u00b0%ld\u2032%.6f\u2033", "+")
PARTS(degrees_letters, 1, "%ldd%ldm%.7fs %s%ld\u00b0%ld'%.6f\"", "+")
PARTS(degrees_parts, 1, "%ld %02ld %010.7f %s%02ld %02ld %09.6f", "+")
PARTS(designation_j, 15, "2MASS J%02ld%02ld%010.7f%s%02ld%02ld%09.6f", "+")
PARTS(designation_spaced, 15, "J%02ld%02ld%010.7f%s%02ld%02ld%09.6f", " ")
PARTS(designation_b, 15, "B%02ld%02ld%010.7f%s%02ld%02ld%09.6f", "+")

static void
hours_decimal(char *text, double lon, double lat)
{
	snprintf(text, TEXT_MAX, "%.10fh%+.9fd", lon / 15, lat);
}

static void
minutes_decimal(char *text, double lon, double lat)
{
	struct parts a = parts_of(lon / 15, 7), b = parts_of(lat, 6);

	snprintf(text, TEXT_MAX, "%ld:%.9f %s%ld:%.9f", a.first,
		 (double)a.minutes + a.seconds / 60, lat < 0 ? "-" : "+",
		 b.first, (double)b.minutes + b.seconds / 60);
}

static void
minus_2212(char *text, double lon, double lat)
{
	snprintf(text, TEXT_MAX, "%.9f %s%.9f", lon, lat < 0 ? "\u2212" : "",
		 fabs(lat));
}

static void
wrapped(char *text, double lon, double lat)
{
	snprintf(text, TEXT_MAX, "%.9f %.9f", lon - 360, lat);
}

/* The seconds' fraction without a point, as in 2MASS. */
static void
designation_plain(char *text, double lon, double lat)
{
	char *to = text;

	designation_j(text, lon, lat);
	for (const char *from = text; *from != '\0'; from++)
		if (*from != '.')
			*to++ = *from;
	*to = '\0';
}

typedef void notation_write(char *text, double lon_deg, double lat_deg);

struct notation {
	notation_write *write;
	const char *before, *after;
	enum turns_frame frame;
	const char *form;
};

static const char deg[] = "degrees", sexa[] = "sexagesimal",
		  desig[] = "designation";

static const struct notation notations[] = {
	{degrees_spaced, "", "", TURNS_ICRS, deg},
	{degrees_comma, "", "", TURNS_ICRS, deg},
	{degrees_joined, "ICRS ", "", TURNS_ICRS, deg},
	{degrees_unit, "", " (J2000)", TURNS_ICRS, deg},
	{degrees_exponent, "", "", TURNS_ICRS, deg},
	{degrees_sign, "[FK5] ", "", TURNS_ICRS, deg},
	{minus_2212, "", "", TURNS_ICRS, deg},
	{wrapped, "", "", TURNS_ICRS, deg},
	{labelled_ra, "", " J2000", TURNS_ICRS, deg},
	{hours_decimal, "", "", TURNS_ICRS, sexa},
	{hours_spaced, "J2000.0 ", "", TURNS_ICRS, sexa},
	{hours_unsigned, "", "", TURNS_ICRS, sexa},
	{hours_colons, "", ", icrs", TURNS_ICRS, sexa},
	{hours_letters, "", "", TURNS_ICRS, sexa},
	{hours_signs, "", "", TURNS_ICRS, sexa},
	{degrees_letters, "", "", TURNS_ICRS, sexa},
	{minutes_decimal, "", "", TURNS_ICRS, sexa},
	{designation_j, "", "", TURNS_ICRS, desig},
	{designation_spaced, "SDSS ", "", TURNS_ICRS, desig},
	{designation_plain, "", "", TURNS_ICRS, desig},
	{degrees_spaced, "B1950 ", "", TURNS_FK4, deg},
	{degrees_joined, "", " (FK4)", TURNS_FK4, deg},
	{labelled_ra, "eq_FK4 ", "", TURNS_FK4, deg},
	{hours_spaced, "FK4 B1950 ", "", TURNS_FK4, sexa},
	{hours_letters, "", " [B1950.0]", TURNS_FK4, sexa},
	{designation_b, "PKS ", "", TURNS_FK4, desig},
	{degrees_spaced, "galactic ", "", TURNS_GALACTIC, deg},
	{degrees_joined, "", " gal", TURNS_GALACTIC, deg},
	{degrees_parts, "(galactic) ", "", TURNS_GALACTIC, sexa},
	{degrees_letters, "", ", GAL", TURNS_GALACTIC, sexa},
	{wrapped, "gal: ", "", TURNS_GALACTIC, deg},
	{labelled_l, "", "", TURNS_GALACTIC, deg},
	{labelled_glon, "galactic ", "", TURNS_GALACTIC, deg},
	{designation_g, "", "", TURNS_GALACTIC, desig},
	{degrees_comma, "supergalactic", "", TURNS_SUPERGALACTIC, deg},
	{degrees_parts, "", " sgal", TURNS_SUPERGALACTIC, sexa},
	{labelled_sgl, "", "", TURNS_SUPERGALACTIC, deg},
};

/* What the reading must find is told apart from what the turning does. */
static void
notation_check(const struct notation *notation, double ra_deg, double dec_deg)
{
	double lon_deg, lat_deg, apart_deg;
	char middle[TEXT_MAX], text[3 * TEXT_MAX];
	struct coordinates c;
	int length;

	turns_from_icrs(notation->frame, ra_deg, dec_deg, &lon_deg, &lat_deg);
	notation->write(middle, lon_deg, lat_deg);
	length = snprintf(text, sizeof(text), "%s%s%s", notation->before,
			  middle, notation->after);
	coordinates_read(text, (size_t)length, &c);
	if (c.kind != COORDINATES_POSITION)
		fail_msg("\"%s\": kind %d, byte %zu: %s", text, c.kind,
			 c.offset, c.message);
	apart_deg = angles_separation_deg(angles_vector(c.ra_deg, c.dec_deg),
					  angles_vector(ra_deg, dec_deg));
	if (apart_deg > 1e-8 || fabs(c.dec_deg - dec_deg) > 1e-8 ||
	    strcmp(c.form, notation->form) != 0 ||
	    strcmp(c.frame, turns_name(notation->frame)) != 0)
		fail_msg("\"%s\": %.9f %.9f is off by %g degrees, %s in %s",
			 text, c.ra_deg, c.dec_deg, apart_deg, c.form, c.frame);
}

static void
every_notation_check(double ra_deg, double dec_deg)
{
	for (size_t i = 0; i < sizeof(notations) / sizeof(*notations); i++)
		notation_check(&notations[i], ra_deg, dec_deg);
}

static double
random_number(uint64_t *random)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (double)(*random >> 11) / 9007199254740992.0;
}

static void
every_notation_is_read_back(void **state)
{
	static const double special_deg[] = {
		0, 1e-9, -1e-9, 1.0 / 3600, 45, 89.999999999, 90};
	uint64_t random = 2024;

	(void)state;
	for (int i = 0; i < WRITTEN_COUNT; i++) {
		double ra_deg = 360 * random_number(&random);
		double z = 2 * random_number(&random) - 1;

		every_notation_check(ra_deg, angles_degrees(asin(z)));
	}
	for (size_t i = 0; i < sizeof(special_deg) / sizeof(*special_deg); i++)
		for (double ra = 0; ra < 360; ra += 30) {
			every_notation_check(ra, special_deg[i]);
			every_notation_check(ra, -special_deg[i]);
		}
}

/* ---- the locale */

static void
locale_has_no_say(void **state)
{
	static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8",
					    "es_ES.UTF-8", "de_DE"};
	static const char text[] = "B1950 12:34:60.5 +10.5d";
	struct coordinates c;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (setlocale(LC_ALL, names[i]) == NULL ||
		    strcmp(localeconv()->decimal_point, ",") != 0)
			continue;
		case_file_holds(state);
		coordinates_read(text, strlen(text), &c);
		setlocale(LC_ALL, "C");
		assert_non_null(strstr(c.message, "60.5"));
		return;
	}
	setlocale(LC_ALL, "C");
	skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_file_holds),
		cmocka_unit_test(every_notation_is_read_back),
		cmocka_unit_test(locale_has_no_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
