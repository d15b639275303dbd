/* Units of others, and how they become ours. */
#include "sky/mapping_units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct unit_case {
	const char *from, *to;
	double value, becomes; /* 0, 0: it cannot be */
};

static const struct unit_case units[] = {
	{"deg", "deg", 0.1, 0.1},
	{"degrees", "deg", 0.1, 0.1},
	{"\u00b0", "deg", 0.1, 0.1},
	{"rad", "deg", 1, 57.295779513082323},
	{"h", "deg", 1.5, 22.5},
	{"hours", "deg", 0.1, 1.5},
	{"hourangle", "deg", 2, 30},
	{"arcsec", "arcmin", 6, 0.1},
	{"Arcsec", "arcmin", 30, 0.5},
	{"\"", "arcmin", 6, 0.1},
	{"''", "arcmin", 6, 0.1},
	{"asec", "arcmin", 6, 0.1},
	{"'", "arcmin", 1.5, 1.5},
	{"\u2032", "arcmin", 1.5, 1.5},
	{"deg", "arcmin", 0.1, 6},
	{"mas", "arcmin", 60000, 1},
	{"0.1arcmin", "arcmin", 15, 1.5},
	{"arcsec", "mas", 0.75, 750},
	{"milliarcsec", "mas", 0.1, 0.1},
	{"uas", "mas", 500, 0.5},
	{"\u00b5as", "mas", 500, 0.5},
	{"mas/yr", "mas/yr", 0.1, 0.1},
	{"mas/a", "mas/yr", 0.1, 0.1},
	{"mas.yr-1", "mas/yr", 0.1, 0.1},
	{"mas yr**-1", "mas/yr", 0.1, 0.1},
	{"mas.yr**(-1)", "mas/yr", 0.1, 0.1},
	{"mas yr^-1", "mas/yr", 0.1, 0.1},
	{"mas yr^{-1}", "mas/yr", 0.1, 0.1},
	{"mas / year", "mas/yr", 0.1, 0.1},
	{"arcsec/yr", "mas/yr", 0.1, 100},
	{"arcsec/cy", "mas/yr", 1, 10},
	{"deg/yr", "mas/yr", 0.001, 3600},
	{"km/s", "km/s", 0.1, 0.1},
	{"km.s-1", "km/s", 0.1, 0.1},
	{"km s^-1", "km/s", 0.1, 0.1},
	{"m/s", "km/s", 100, 0.1},
	{"cm/s", "km/s", 100000, 1},
	{"mag", "mag", 0.1, 0.1},
	{"mag/arcsec2", "mag/arcsec2", 0.1, 0.1},
	{"mag.arcsec-2", "mag/arcsec2", 0.1, 0.1},
	{"mag/arcsec**2", "mag/arcsec2", 0.1, 0.1},
	{"mag arcsec^-2", "mag/arcsec2", 0.1, 0.1},
	{"", "", 0.1, 0.1},
	{"---", "", 0.1, 0.1},
	{"mag/arcmin2", "mag/arcsec2", 0, 0},
	{"mag", "", 0, 0},
	{"mag", "deg", 0, 0},
	{"s/yr", "mas/yr", 0, 0},
	{"mas/s", "mas/yr", 0, 0},
	{"mas*yr", "mas/yr", 0, 0},
	{"mas2/yr", "mas/yr", 0, 0},
	{"km/yr", "km/s", 0, 0},
	{"km", "km/s", 0, 0},
	{"yr", "mas/yr", 0, 0},
	{"km/s/Mpc", "km/s", 0, 0},
	{"km/s/s", "km/s", 0, 0},
	{"km/s s s s", "km/s", 0, 0},
	{"Jy", "mag", 0, 0},
	{"0mag", "mag", 0, 0},
	{"2", "mag", 0, 0},
	{"/", "mag", 0, 0},
	{"**", "mag", 0, 0},
	{"[mag]", "mag", 0, 0},
	{"deg", "h", 0, 0},
	{"a unit that is far too long to be any", "deg", 0, 0},
};

static void
units_are_converted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		const struct unit_case *c = &units[i];
		struct mapping_unit from, to;
		double times = 0, over = 1;
		bool can;

		assert_true(mapping_units_read(c->to, &to));
		can = mapping_units_read(c->from, &from) &&
		      mapping_units_convert(&from, &to, &times, &over);
		if (can != (c->becomes > 0) ||
		    (can && c->value * times / over != c->becomes))
			fail_msg("%s to %s: %d, %.17g", c->from, c->to, can,
				 c->value * times / over);
	}
}

static void
sexagesimal_is_told(void **state)
{
	static const char *const hours[] = {"h:m:s", "\"h:m:s\"", "hms",
					    "HH:MM:SS.ss", "h m s"};
	static const char *const degrees[] = {"d:m:s", "\"d:m:s\"", "dms",
					      "DD:MM:SS"};
	struct mapping_unit unit;

	(void)state;
	for (size_t i = 0; i < COUNT(hours); i++) {
		assert_true(mapping_units_read(hours[i], &unit));
		assert_int_equal(unit.dimension, MAPPING_HMS);
	}
	for (size_t i = 0; i < COUNT(degrees); i++) {
		assert_true(mapping_units_read(degrees[i], &unit));
		assert_int_equal(unit.dimension, MAPPING_DMS);
	}
	assert_false(mapping_units_read("h:m", &unit));
	assert_false(mapping_units_read("hmsx", &unit));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_are_converted),
		cmocka_unit_test(sexagesimal_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
