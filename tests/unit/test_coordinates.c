/* The coordinates string: the case file, and what it does not cover. */
#include "sky/coordinates.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"
#include "base/text.h"

enum { CASE_CELLS = 5, CASE_MAX = 1024 };

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
	{"0 NaN", 2, "finite"},
	{"inf 0", 0, "finite"},
	{"0 -infinity", 3, "finite"},
	{"1e999 0", 0, "too large"},
	{"0241+62", 0, "digits"},
	{"10 5 garbage", 5, "number should be here"},
	{"10;20", 2, "number should be here"},
	{"+ +", 1, ""},
	{"galactic 121.1743 -21.5733", 0, "galactic"},
	{"121.1743 -21.5733 (gal)", 19, "galactic"},
	{"l=0 b=0", 0, "galactic"},
	{"supergalactic 10 20", 0, "supergalactic"},
	{"B1950 12 28 17.6 +12 40 02", 0, "B1950"},
	{"12 28 17.6 +12 40 02 FK4", 21, "B1950"},
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
	"2MASX J00424433+4116074",
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
		    strcmp(c.form, p->form) != 0)
			fail_msg("\"%s\": kind %d, %.9f %.9f %s (%s)", p->text,
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
		if (c.kind != COORDINATES_NAME)
			fail_msg("\"%s\": kind %d: %s", names[i], c.kind,
				 c.message);
	}
}

static void
designations_say_why_they_are_no_position(void **state)
{
	static const char full[] = "SDSS J123049.42+122328.0";
	static const char box[] = "J1230+1223";
	struct coordinates c;

	(void)state;
	assert_int_equal(coordinates_read(full, strlen(full), &c),
			 COORDINATES_NAME);
	assert_non_null(strstr(c.message, "designation"));
	assert_int_equal(c.offset, 5);
	assert_int_equal(coordinates_read(box, strlen(box), &c),
			 COORDINATES_NAME);
	assert_non_null(strstr(c.message, "box"));
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

/* Any cut of any good text is read, refused or a name, but never beyond. */
static void
cut_texts_are_harmless(void **state)
{
	struct coordinates c;

	(void)state;
	for (size_t i = 0; i < sizeof(positions) / sizeof(*positions); i++)
		for (size_t n = 0; n <= strlen(positions[i].text); n++) {
			char *cut = test_malloc(n + 1);

			memcpy(cut, positions[i].text, n);
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

/* Whether a row of the case file is of a form that is refused as yet. */
static bool
is_other_frame(const char *text)
{
	return strstr(text, "B1950") != NULL || strstr(text, "gal") != NULL ||
	       strstr(text, "l=") != NULL;
}

static bool
is_name(const char *text)
{
	return (text_lower(text[0]) >= 'a' && text_lower(text[0]) <= 'z' &&
		strncmp(text, "J2000", 5) != 0 && !is_other_frame(text));
}

static void
check_case(char *cells[CASE_CELLS], size_t length)
{
	struct coordinates c;
	double ra_deg = 0, dec_deg = 0;
	bool ok = strcmp(cells[1], "ok") == 0;

	coordinates_read(cells[0], length, &c);
	if (!ok || is_other_frame(cells[0])) {
		if (c.kind == COORDINATES_POSITION)
			fail_msg("\"%s\" was read as %.9f %.9f", cells[0],
				 c.ra_deg, c.dec_deg);
		return;
	}
	if (is_name(cells[0])) {
		assert_int_equal(c.kind, COORDINATES_NAME);
		return;
	}
	assert_int_equal(
		number_parse_double(cells[2], strlen(cells[2]), &ra_deg),
		NUMBER_OK);
	assert_int_equal(
		number_parse_double(cells[3], strlen(cells[3]), &dec_deg),
		NUMBER_OK);
	if (c.kind != COORDINATES_POSITION || fabs(c.ra_deg - ra_deg) > 1e-6 ||
	    fabs(c.dec_deg - dec_deg) > 1e-6)
		fail_msg("\"%s\": kind %d, %.9f %.9f, %s", cells[0], c.kind,
			 c.ra_deg, c.dec_deg, c.message);
}

static void
case_file_holds(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], line[CASE_MAX], *cells[CASE_CELLS];
	size_t rows = 0, length = 0;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/coordinates-cases.csv",
		 srcdir == NULL ? "." : srcdir);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file) != NULL) {
		assert_true(csv_split(line, cells, &length) >= 4);
		check_case(cells, length);
		rows++;
	}
	fclose(file);
	assert_true(rows >= 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_are_read),
		cmocka_unit_test(faults_are_told),
		cmocka_unit_test(names_are_left_to_the_catalogue),
		cmocka_unit_test(designations_say_why_they_are_no_position),
		cmocka_unit_test(lengths_and_nul_are_refused),
		cmocka_unit_test(cut_texts_are_harmless),
		cmocka_unit_test(case_file_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
