/* The coordinates string: what is read, what is refused and where, names. */
#include "sky/coordinates.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sky/turns.h"

struct position_case {
	const char *text;
	double ra_deg, dec_deg;
	const char *form;
};

static const struct position_case positions[] = {
	{"10.68 41.27", 10.68, 41.27, "degrees"},
	{"10.68,+41.27", 10.68, 41.27, "degrees"},
	{"10.68-41.27", 10.68, -41.27, "degrees"},
	{"  10.68\t41.27 ", 10.68, 41.27, "degrees"},
	{"10.68 , 41.27", 10.68, 41.27, "degrees"},
	{"10.5 -5e-06", 10.5, -5e-6, "degrees"},
	{"1.05e1 1E-5", 10.5, 1e-5, "degrees"},
	{".5 -.5", 0.5, -0.5, "degrees"},
	{"10.68\u00b0 +41.27\u00b0", 10.68, 41.27, "degrees"},
	{"10.68d 41.27", 10.68, 41.27, "degrees"},
	{"10.68deg, 41.27deg", 10.68, 41.27, "degrees"},
	{"-360 0", 0, 0, "degrees"},
	{"-0.0 -0.0", 0, 0, "degrees"},
	{"24:00:00 +00:00:00", 0, 0, "sexagesimal"},
	{"24h 0d", 0, 0, "sexagesimal"},
	{"0 90", 0, 90, "degrees"},
	{"00 00 00 -90 00 00", 0, -90, "sexagesimal"},
	{"12 30 +12 30", 187.5, 12.5, "sexagesimal"},
	{"12 30 12 30", 187.5, 12.5, "sexagesimal"},
	{"12:30 -0:30", 187.5, -0.5, "sexagesimal"},
	{"12:30:00,12:30:00", 187.5, 12.5, "sexagesimal"},
	{"12:30:00 12:30:00", 187.5, 12.5, "sexagesimal"},
	{"12 30 00 12:30:00", 187.5, 12.5, "sexagesimal"},
	{"12:30:00 12.5", 187.5, 12.5, "sexagesimal"},
	{"12h30m 12d30m", 187.5, 12.5, "sexagesimal"},
	{"12h30 +12d30", 187.5, 12.5, "sexagesimal"},
	{"12 h 30 m 0 s -12 d 30 m 0 s", 187.5, -12.5, "sexagesimal"},
	{"12H30M00S -12D30M00S", 187.5, -12.5, "sexagesimal"},
	{"12\u02b030\u1d500\u02e2 +12\u00b030\u20320\u2033", 187.5, 12.5,
	 "sexagesimal"},
	{"12h\u00a030m\u00a00s +12\u00b0\u00a030'\u00a00''", 187.5, 12.5,
	 "sexagesimal"},
	{"187d30m -12d30m", 187.5, -12.5, "sexagesimal"},
	{"-1:00:00 +5:00:00", 345, 5, "sexagesimal"},
	{"ICRS 10.68 41.27", 10.68, 41.27, "degrees"},
	{"icrs: 10.68 41.27", 10.68, 41.27, "degrees"},
	{"(J2000) 10.68 41.27", 10.68, 41.27, "degrees"},
	{"[FK5] 10.68 41.27", 10.68, 41.27, "degrees"},
	{"10.68 41.27 J2000.0", 10.68, 41.27, "degrees"},
	{"10.68 41.27 (J2000)", 10.68, 41.27, "degrees"},
	{"10.68 41.27(ICRS)", 10.68, 41.27, "degrees"},
	{"10.68, 41.27, icrs", 10.68, 41.27, "degrees"},
	{"FK5 J2000 10.68 41.27", 10.68, 41.27, "degrees"},
	{"10.68 41.27 J2000\u00a0\t", 10.68, 41.27, "degrees"},
	{"RA 10.68 Dec 41.27", 10.68, 41.27, "degrees"},
	{"RA=0h42m43.2s, Dec=+41d16m12s", 10.68, 41.27, "sexagesimal"},
	{"ra: 00:42:43.2 dec: 41:16:12 (J2000)", 10.68, 41.27, "sexagesimal"},
	{"J004243.2+411612", 10.68, 41.27, "designation"},
	{"j004243.2+411612", 10.68, 41.27, "designation"},
	{"J0042432+4116120", 10.68, 41.27, "designation"},
	{"SDSS J004243.20-411612.0", 10.68, -41.27, "designation"},
	{"SDSSJ004243.20\u2212411612.0", 10.68, -41.27, "designation"},
	{"2MASXJ00424320+4116120", 10.68, 41.27, "designation"},
	{"2MASS_J00424320+4116120", 10.68, 41.27, "designation"},
	{"Gaia DR3 J004243.20 411612.0", 10.68, 41.27, "designation"},
	{"[ABC98] J004243.2+411612", 10.68, 41.27, "designation"},
	{"J2000 J004243.2+411612", 10.68, 41.27, "designation"},
	{"J240000+000000", 0, 0, "designation"},
	{"J000000-900000", 0, -90, "designation"},
	{"J000000.0-000000.5", 0, -0.5 / 3600, "designation"},
};

struct turned_case {
	const char *text;
	enum turns_frame frame;
	double lon_deg, lat_deg;
	const char *form;
};

static const struct turned_case turned[] = {
	{"B1950 12 28 17.6 +12 40 02", TURNS_FK4, 187.0733333333, 12.6672222222,
	 "sexagesimal"},
	{"12h28m17.6s +12d40m02s (FK4)", TURNS_FK4, 187.0733333333,
	 12.6672222222, "sexagesimal"},
	{"FK4 B1950.0 187.5 -12.5", TURNS_FK4, 187.5, -12.5, "degrees"},
	{"eq_FK4 RA=187.5 Dec=-12.5", TURNS_FK4, 187.5, -12.5, "degrees"},
	{"QSO B123000.0-123000", TURNS_FK4, 187.5, -12.5, "designation"},
	{"galactic 121.5 -21.5", TURNS_GALACTIC, 121.5, -21.5, "degrees"},
	{"121.5,-21.5,gal", TURNS_GALACTIC, 121.5, -21.5, "degrees"},
	{"121.5-21.5 [Galactic]", TURNS_GALACTIC, 121.5, -21.5, "degrees"},
	{"galactic -238.5 -21.5", TURNS_GALACTIC, 121.5, -21.5, "degrees"},
	{"galactic 360 90", TURNS_GALACTIC, 0, 90, "degrees"},
	{"galactic 121 30 00 -21 30 00", TURNS_GALACTIC, 121.5, -21.5,
	 "sexagesimal"},
	{"galactic 121:30:00 -21:30:00", TURNS_GALACTIC, 121.5, -21.5,
	 "sexagesimal"},
	{"gal 121\u00b030\u2032 \u221221\u00b030\u2032", TURNS_GALACTIC, 121.5,
	 -21.5, "sexagesimal"},
	{"l=121.5 b=-21.5", TURNS_GALACTIC, 121.5, -21.5, "degrees"},
	{"l 121.5 b -21.5", TURNS_GALACTIC, 121.5, -21.5, "degrees"},
	{"L = 121.5, B = \u221221.5", TURNS_GALACTIC, 121.5, -21.5, "degrees"},
	{"l=121d30m b=-21d30m", TURNS_GALACTIC, 121.5, -21.5, "sexagesimal"},
	{"glon=121.5 glat=-21.5", TURNS_GALACTIC, 121.5, -21.5, "degrees"},
	{"gal l=121.5 b=-21.5", TURNS_GALACTIC, 121.5, -21.5, "degrees"},
	{"G121.5-21.5", TURNS_GALACTIC, 121.5, -21.5, "designation"},
	{"G 121.5-21.5", TURNS_GALACTIC, 121.5, -21.5, "designation"},
	{"g 121.5 21.5", TURNS_GALACTIC, 121.5, 21.5, "designation"},
	{"G121-21", TURNS_GALACTIC, 121, -21, "designation"},
	{"G001.9+00.3", TURNS_GALACTIC, 1.9, 0.3, "designation"},
	{"G1.9+0.3", TURNS_GALACTIC, 1.9, 0.3, "designation"},
	{"G 121.5-21.5 (galactic)", TURNS_GALACTIC, 121.5, -21.5,
	 "designation"},
	{"supergalactic 102.5 -2.5", TURNS_SUPERGALACTIC, 102.5, -2.5,
	 "degrees"},
	{"102.5 -2.5 sgal", TURNS_SUPERGALACTIC, 102.5, -2.5, "degrees"},
	{"sgl=102.5 sgb=-2.5", TURNS_SUPERGALACTIC, 102.5, -2.5, "degrees"},
	{"sgl: 102d30m sgb: -2d30m", TURNS_SUPERGALACTIC, 102.5, -2.5,
	 "sexagesimal"},
};

struct fault_case {
	const char *text;
	size_t offset;
	const char *words; /* in the message */
};

static const struct fault_case faults[] = {
	{"", 0, "blank"},
	{"\u00a0 ", 0, "blank"},
	{"10.6847", 0, "one number"},
	{"+10.5", 0, "one number"},
	{"1 2 3", 0, "3 numbers"},
	{"1 2 3 4 5", 0, "5 numbers"},
	{"12 30 49 +12 23", 0, "5 numbers"},
	{"1 2 3 4 5 6 7", 12, "ends before"},
	{"10,20,30", 5, "comma"},
	{"10.684741.2691", 9, "second point"},
	{"12:30:45.5.5", 10, "second point"},
	{"10 20,", 6, "text ends"},
	{"10 91", 3, "90 degrees"},
	{"10 -90.0001", 3, "90 degrees"},
	{"360.1 0", 0, "360"},
	{"-361 0", 0, "360"},
	{"24:00:01 +10:00:00", 0, "24 hours"},
	{"25h 10d", 0, "24 hours"},
	{"12:34:61 +10:00:00", 6, "seconds are 61"},
	{"12:34:60 +10:00:00", 6, "below 60"},
	{"12:61:00 +10:00:00", 3, "minutes are 61"},
	{"12:34:56 +90:00:01", 9, "90 degrees"},
	{"12:30:49 --10:00:00", 10, "two signs"},
	{"12:30:49 +-10:00:00", 10, "two signs"},
	{"12:30: +10:00:00", 0, ""},
	{"12:30:49:10", 0, ""},
	{"12.5:30:00 +10:00:00", 0, "fraction"},
	{"12 30.5 49 +12 23 28", 3, "fraction"},
	{"12h30m49s +12h23m28s", 10, "not in hours"},
	{"12m30s +12d", 0, "first"},
	{"12h30s +12d", 3, "in this order"},
	{"187.7 +12:23:28", 0, "write h or d"},
	{"12:30:49 12 23 28 9", 9, ""},
	{"0x10 5", 0, "hexadecimal"},
	{"10 0x5", 3, "hexadecimal"},
	{"nan 0", 0, "finite"},
	{"nan NaN", 0, "finite"},
	{"inf  -inf", 0, "finite"},
	{"0 NaN", 2, "finite"},
	{"inf 0", 0, "finite"},
	{"0 -infinity", 3, "finite"},
	{"1e999 0", 0, "too large"},
	{"0241+62", 0, "digits"},
	{"10 5 garbage", 5, "number should be here"},
	{"10;20", 2, "number should be here"},
	{"10 5 J2000 7", 5, "number should be here"},
	{"+ +", 1, ""},
	{"ecliptic 121.1743 -21.5733", 0, "ecliptic"},
	{"10 5 (ecl_FK5)", 6, "ecliptic"},
	{"J2000 121.1743 -21.5733 galactic", 24, "another frame"},
	{"FK5 B1950 10 5", 4, "another frame"},
	{"J2000 l=121 b=-21", 0, "not the frame"},
	{"galactic RA=10 Dec=5", 0, "not the frame"},
	{"B1950 J123049.42+122328.0", 0, "not the frame"},
	{"121 12h30m49s gal", 4, "not in hours"},
	{"galactic 12h30m49s +12d23m28s", 9, "in degrees, not in hours"},
	{"galactic 121d +12h", 14, "in degrees, not in hours"},
	{"l=12h b=5", 2, "galactic longitude is in degrees"},
	{"supergalactic 12h 5", 14, "supergalactic longitude is in degrees"},
	{"galactic 361 0", 9, "galactic longitude is beyond 360"},
	{"gal 0 -90.1", 6, "galactic latitude is beyond 90"},
	{"sgal 0 91", 7, "supergalactic latitude is beyond 90"},
	{"B1950 12 28 60 +12 40 02", 12, "seconds are 60"},
	{"gal 121 10 60 -21 30 00", 11, "seconds are 60"},
	{"gal 121:60:00 -21:30:00", 8, "minutes are 60"},
	{"12:34.5 +10:60.25", 12, "minutes are 60.25"},
	{"gal 121.1743", 4, "one number"},
	{"gal 1 2 3", 4, "3 numbers"},
	{"l=121.5 b=-21 30", 2, "3 numbers"},
	{"l=121d b=-21 30", 9, "write d, m"},
	{"l=121 b=-21 galore", 12, "number should be here"},
	{"l=121 b=", 8, "text ends"},
	{"l= b=3", 3, "number should be here"},
	{"l=1,2 b=3", 6, "number should be here"},
	{"l=nan b=3", 2, "finite"},
	{"l=0x10 b=3", 2, "hexadecimal"},
	{"l=--1 b=3", 3, "two signs"},
	{"l=121.17", 0, "b="},
	{"sgl=121.17", 0, "sgb="},
	{"RA=10.5", 0, "declination"},
	{"10\xff 5", 2, "UTF-8"},
};

static const char *const names[] = {
	"M31",
	"m 31",
	"NGC 224",
	"Andromeda",
	"Virgo A",
	"3C 274",
	"47 Tuc",
	"30 Doradus",
	"30 Dor Cluster",
	"M111",
	"NGC 99999",
	"'; DROP TABLE t;--",
	"h & chi Persei",
	"47 Tucanae",
	"3XMM J123",
	"6dF J0342",
	"S Nor Cluster",
	"Galactic Center",
	"Infinity Nebula",
	"\u0410\u043d\u0434\u0440\u043e\u043c\u0435\u0434\u0430",
	"J2000 Andromeda",
	"PN G165.5-15.2",
	"G 29-38",
	"G 196-3",
	"G191-B2B",
	"G 121 21",
	"G1234.5+6.7",
	"L 1551",
	"l 121.17 beta",
	"IRAS 00047+2725",
	"MCG +04-01-025",
	"PKS 1228+126",
	"B 33",
	"B33",
	"Galactic Anticentre",
	"J123049.42+122328.0 NED02",
	"SDSSB123049.42+122328.0",
	"J1230494.2+122328",
	"10.5 J123049.42+122328.0",
	"J.+.",
	"J",
};

struct designation_case {
	const char *text;
	size_t offset;
	const char *words;
};

/* Perhaps names, and no positions, which the message explains. */
static const struct designation_case designations[] = {
	{"J1230+1223", 0, "ambiguous box"},
	{"PSR J1230-1223", 4, "ambiguous box"},
	{"J1230 1223", 0, "ambiguous box"},
	{"J2000+1223", 0, "ambiguous box"},
	{"4FGL J1230.8+1223", 5, "ambiguous box"},
	{"J12304+1223", 0, "ambiguous box"},
	{"J123049+1223", 0, "ambiguous box"},
	{"J1230+12", 0, "ambiguous box"},
	{"B1228+126", 0, "ambiguous box"},
	{"PKS B1228+126", 4, "ambiguous box"},
	{"B1228-12", 0, "ambiguous box"},
	{"J123060.0+122328", 5, "seconds are 60"},
	{"2MASX J12306099+1223280", 11, "seconds are 60.99"},
	{"J126149+122328", 3, "minutes are 61"},
	{"J253049+122328", 1, "beyond 24 hours"},
	{"J123049+902328", 8, "beyond 90 degrees"},
	{"J123049+126028", 10, "minutes are 60"},
	{"G361.5+00.5", 1, "beyond 360 degrees"},
	{"G121.5+90.5", 7, "beyond 90 degrees"},
};

static bool
is_near(double a, double b)
{
	return fabs(a - b) <= 1e-9;
}

static void
positions_are_read(void **state)
{
	struct coordinates c;

	(void)state;
	for (size_t i = 0; i < sizeof(positions) / sizeof(*positions); i++) {
		const struct position_case *p = &positions[i];

		coordinates_read(p->text, strlen(p->text), &c);
		if (c.kind != COORDINATES_POSITION ||
		    !is_near(c.ra_deg, p->ra_deg) ||
		    !is_near(c.dec_deg, p->dec_deg) || signbit(c.ra_deg) ||
		    strcmp(c.form, p->form) != 0 ||
		    strcmp(c.frame, "icrs") != 0 || c.message[0] != '\0')
			fail_msg("\"%s\": kind %d, %.9f %.9f %s (%s)", p->text,
				 c.kind, c.ra_deg, c.dec_deg,
				 c.form == NULL ? "-" : c.form, c.message);
	}
}

static void
other_frames_are_turned(void **state)
{
	struct coordinates c;
	double ra, dec;

	(void)state;
	for (size_t i = 0; i < sizeof(turned) / sizeof(*turned); i++) {
		const struct turned_case *t = &turned[i];

		coordinates_read(t->text, strlen(t->text), &c);
		turns_to_icrs(t->frame, t->lon_deg, t->lat_deg, &ra, &dec);
		if (c.kind != COORDINATES_POSITION || !is_near(c.ra_deg, ra) ||
		    !is_near(c.dec_deg, dec) || strcmp(c.form, t->form) != 0 ||
		    strcmp(c.frame, turns_name(t->frame)) != 0)
			fail_msg("\"%s\": kind %d, %.9f %.9f %s (%s)", t->text,
				 c.kind, c.ra_deg, c.dec_deg,
				 c.form == NULL ? "-" : c.form, c.message);
	}
}

static void
faults_are_told(void **state)
{
	struct coordinates c;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		const struct fault_case *f = &faults[i];

		coordinates_read(f->text, strlen(f->text), &c);
		if (c.kind != COORDINATES_ERROR || c.message[0] == '\0' ||
		    c.offset > strlen(f->text) ||
		    strstr(c.message, f->words) == NULL ||
		    (f->words[0] != '\0' && c.offset != f->offset))
			fail_msg("\"%s\": kind %d, byte %zu: %s", f->text,
				 c.kind, c.offset, c.message);
	}
}

static void
names_are_left_to_the_catalogue(void **state)
{
	struct coordinates c;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		coordinates_read(names[i], strlen(names[i]), &c);
		if (c.kind != COORDINATES_NAME || c.message[0] != '\0')
			fail_msg("\"%s\": kind %d: %s", names[i], c.kind,
				 c.message);
	}
}

static void
designations_say_why_they_are_no_position(void **state)
{
	struct coordinates c;

	(void)state;
	for (size_t i = 0; i < sizeof(designations) / sizeof(*designations);
	     i++) {
		const struct designation_case *d = &designations[i];

		coordinates_read(d->text, strlen(d->text), &c);
		if (c.kind != COORDINATES_NAME || c.offset != d->offset ||
		    strstr(c.message, d->words) == NULL)
			fail_msg("\"%s\": kind %d, byte %zu: %s", d->text,
				 c.kind, c.offset, c.message);
	}
}

static void
lengths_and_nul_are_refused(void **state)
{
	char text[COORDINATES_MAX_BYTES + 1];
	struct coordinates c;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "10 5", 4);
	assert_int_equal(coordinates_read(text, COORDINATES_MAX_BYTES, &c),
			 COORDINATES_POSITION);
	assert_int_equal(coordinates_read(text, sizeof(text), &c),
			 COORDINATES_ERROR);
	assert_int_equal(c.offset, COORDINATES_MAX_BYTES);
	assert_int_equal(coordinates_read("10\0 5", 5, &c), COORDINATES_ERROR);
	assert_int_equal(c.offset, 2);
	assert_non_null(strstr(c.message, "NUL"));
	memset(text, '9', sizeof(text));
	assert_int_equal(coordinates_read(text, COORDINATES_MAX_BYTES, &c),
			 COORDINATES_ERROR);
}

/* Any cut of a good text is read, refused or a name, but never beyond. */
static void
cuts_check(const char *text)
{
	struct coordinates c;

	for (size_t n = 0; n <= strlen(text); n++) {
		char *cut = test_malloc(n + 1);

		memcpy(cut, text, n);
		coordinates_read(cut, n, &c);
		if (c.kind == COORDINATES_POSITION) {
			assert_true(c.ra_deg >= 0 && c.ra_deg < 360);
			assert_true(fabs(c.dec_deg) <= 90);
		} else {
			assert_true(c.offset <= n);
		}
		test_free(cut);
	}
}

static void
cut_texts_are_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(positions) / sizeof(*positions); i++)
		cuts_check(positions[i].text);
	for (size_t i = 0; i < sizeof(turned) / sizeof(*turned); i++)
		cuts_check(turned[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_are_read),
		cmocka_unit_test(other_frames_are_turned),
		cmocka_unit_test(faults_are_told),
		cmocka_unit_test(names_are_left_to_the_catalogue),
		cmocka_unit_test(designations_say_why_they_are_no_position),
		cmocka_unit_test(lengths_and_nul_are_refused),
		cmocka_unit_test(cut_texts_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
