/* Reals of 32 bits, as the decimals that were meant. */
#include "base/single.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double shortest[] = {
	0.1,          279.2347, 38.7837,     1e-7,       1e30,
	-90,          16777216, 0.3,         1e-45,      1.1754944e-38,
	3.4028235e38, 1e38,     1e-38,       5.5,        9.999999,
	123456.7,     1e10,     9.536743e-7, -0.0001234, 1.4e-44,
	33554430,     6.2e-44,  99999.99,    0.000123,
};

static void
what_was_meant_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shortest) / sizeof(shortest[0]); i++)
		if (single_shortest((float)shortest[i]) != shortest[i])
			fail_msg("%.17g: %.17g", shortest[i],
				 single_shortest((float)shortest[i]));
	assert_true(signbit(single_shortest(-0.0f)));
	assert_true(isnan(single_shortest(NAN)));
	assert_true(isinf(single_shortest(INFINITY)));
}

/* The digits of a double that is a decimal of few of them. */
static int
digits(double value)
{
	char text[40];
	int count = 1;

	while (snprintf(text, sizeof(text), "%.*e", count - 1, value) > 0 &&
	       strtod(text, NULL) != value)
		count++;
	return count;
}

/* Singles from everywhere. */
static void
none_is_longer_than_printf_makes_it(void **state)
{
	uint32_t bits = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char text[40];
		float value, back;
		double found;
		int count = 1;

		bits = bits * 1664525 + 1013904223;
		/* Every sixteenth one is a power of two. */
		if (i % 16 == 0)
			bits &= 0xff800000;
		memcpy(&value, &bits, sizeof(value));
		if (!isfinite(value))
			continue;
		while (snprintf(text, sizeof(text), "%.*e", count - 1,
				(double)value) > 0 &&
		       strtof(text, NULL) != value)
			count++;
		found = single_shortest(value);
		back = (float)found;
		if (memcmp(&back, &value, sizeof(back)) != 0 ||
		    digits(found) > count ||
		    (digits(found) == count && i % 16 != 0 &&
		     found != strtod(text, NULL)))
			fail_msg("%.9g: %.17g, and not %s", (double)value,
				 found, text);
	}
}

static void
what_is_too_large_is_refused(void **state)
{
	float out = 1;

	(void)state;
	assert_false(single_round(3.4028236e38, &out));
	assert_false(single_round(-1e39, &out));
	assert_false(single_round((double)INFINITY, &out));
	assert_true(out == 1);
	assert_true(single_round(3.40282349e38, &out) && out == FLT_MAX);
	assert_true(single_round(0.1, &out) && out == 0.1f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_meant_is_found),
		cmocka_unit_test(none_is_longer_than_printf_makes_it),
		cmocka_unit_test(what_is_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
