/* Colours: black bodies by their known chromaticities, and what is shown. */
#include "relativity/colour.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc_fail.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
assert_near(double found, double expected, double by)
{
	if (!(fabs(found - expected) <= by))
		fail_msg("%.9g is not %.9g", found, expected);
}

static double
luminance(struct colour c)
{
	return 0.2126729 * (double)c.r + 0.7151522 * (double)c.g +
	       0.0721750 * (double)c.b;
}

static void
chromaticity(struct colour c, double *x, double *y)
{
	double r = (double)c.r, g = (double)c.g, b = (double)c.b;
	double xx = 0.4124564 * r + 0.3575761 * g + 0.1804375 * b;
	double zz = 0.0193339 * r + 0.1191920 * g + 0.9503041 * b;

	*x = xx / (xx + luminance(c) + zz);
	*y = luminance(c) / (xx + luminance(c) + zz);
}

static void
bodies_have_the_colours_of_the_locus(void **state)
{
	/* The Planckian locus in CIE 1931; the last is the limit. */
	static const struct {
		double k, x, y;
	} locus[] = {
		{2000, 0.5267, 0.4133}, {2856, 0.4476, 0.4074},
		{4000, 0.3805, 0.3768}, {5000, 0.3451, 0.3516},
		{6504, 0.3135, 0.3236}, {10000, 0.2807, 0.2884},
		{1e9, 0.2399, 0.2340},
	};
	struct colour_bodies *bodies = colour_bodies_new(6504);
	double x, y;

	(void)state;
	assert_non_null(bodies);
	for (size_t i = 0; i < COUNT(locus); i++) {
		chromaticity(colour_body(bodies, locus[i].k), &x, &y);
		assert_near(x, locus[i].x, 3e-3);
		assert_near(y, locus[i].y, 3e-3);
	}
	colour_bodies_free(bodies);
}

static void
bodies_are_as_bright_as_planck_says(void **state)
{
	/* Luminance against that at 6500 K: Planck's law at 560 nm is near
	 * it, and in the limit it grows as the temperature. */
	struct colour_bodies *bodies = colour_bodies_new(6500);
	double planck;

	(void)state;
	assert_non_null(bodies);
	assert_near(luminance(colour_body(bodies, 6500)), 1, 1e-4);
	for (double k = 2500; k < 60000; k *= 1.1) {
		planck = expm1(1.438776877e7 / 560 / 6500) /
			 expm1(1.438776877e7 / 560 / k);
		assert_near(luminance(colour_body(bodies, k)) / planck, 1,
			    0.08);
	}
	assert_near(luminance(colour_body(bodies, 4e7)) /
			    luminance(colour_body(bodies, 1e7)),
		    4, 1e-4);
	assert_near(luminance(colour_body(bodies, 1e7)) /
			    luminance(colour_body(bodies, 9.99e6)),
		    1.001, 1e-4);
	colour_bodies_free(bodies);
}

static void
any_temperature_has_a_finite_colour(void **state)
{
	static const double whites[] = {0, 1, 100, 3000, 3e4, 1e7, 1e12};
	static const double ks[] = {-1,  0,       1,   99,  100,  101,
				    1e3, 9999999, 1e7, 1e9, 1e300};

	(void)state;
	for (size_t i = 0; i < COUNT(whites); i++) {
		struct colour_bodies *bodies = colour_bodies_new(whites[i]);
		double before = -1;

		assert_non_null(bodies);
		for (size_t j = 0; j < COUNT(ks); j++) {
			double y = luminance(colour_body(bodies, ks[j]));

			assert_true(isfinite(y) && y >= 0);
			assert_true(before < 0 || y >= before * 0.999);
			before = y;
		}
		colour_bodies_free(bodies);
	}
}

/* The cooler, the redder: what is left of the light is its longest waves. */
static void
cool_bodies_are_red(void **state)
{
	struct colour_bodies *bodies = colour_bodies_new(1000);
	float before = 0;

	(void)state;
	assert_non_null(bodies);
	for (double k = 101; k < 3000; k *= 1.02) {
		struct colour c = colour_body(bodies, k);

		if (!(c.r > 0))
			continue;
		assert_true(c.g / c.r >= before);
		before = c.g / c.r;
		assert_true(k > 1000 || before < 0.02F);
	}
	assert_true(before > 0.3F);
	colour_bodies_free(bodies);
}

static void
stars_are_blue_to_red(void **state)
{
	struct colour sun = colour_star(0.65), unknown = colour_star(NAN);
	float before = 100;

	(void)state;
	for (double index = -1; index < 8; index += 0.25) {
		struct colour c = colour_star(index);

		assert_near(luminance(c), 1, 1e-3);
		assert_true(c.b / (c.r + 1e-6F) <= before);
		before = c.b / (c.r + 1e-6F);
	}
	assert_true(sun.r > sun.g && sun.g > sun.b && sun.b > 0.5F);
	assert_true(unknown.r == 1 && unknown.g == 1 && unknown.b == 1);
}

static void
shifts_go_from_red_to_blue(void **state)
{
	struct colour one = colour_redshift(1), before = colour_redshift(0);

	(void)state;
	assert_true(one.r == one.g && one.g == one.b && one.r > 0.9F);
	for (double g = 0.1; g < 8; g *= 1.02) {
		struct colour c = colour_redshift(g);

		assert_true(g >= 1 ? c.b >= c.r : c.r >= c.b);
		assert_true(c.r >= 0 && c.r <= 1 && c.b >= 0 && c.b <= 1);
		/* Without a step. */
		assert_true(fabsf(c.r - before.r) < 0.12F &&
			    fabsf(c.g - before.g) < 0.12F &&
			    fabsf(c.b - before.b) < 0.12F);
		before = c;
	}
	assert_true(colour_redshift(NAN).r >= 0);
}

static void
orders_differ(void **state)
{
	(void)state;
	for (int i = 0; i <= 6; i++)
		for (int j = 0; j < i; j++) {
			struct colour a = colour_order(i), b = colour_order(j);

			assert_true(fabsf(a.r - b.r) + fabsf(a.g - b.g) +
					    fabsf(a.b - b.b) >
				    0.2F);
		}
	assert_true(colour_order(15).r == colour_order(6).r);
	assert_true(colour_order(-1).r == colour_order(0).r);
}

static void
compression_keeps_hues_and_ends_in_white(void **state)
{
	static const struct colour hue = {1, 0.5F, 0.25F};
	float before = 0;

	(void)state;
	for (float by = 1e-4F; by < 1e7F; by *= 1.1F) {
		struct colour c = colour_compress(
			(struct colour){hue.r * by, hue.g * by, hue.b * by});

		assert_true(c.r > before * 0.99999F && c.r <= 1.00001F);
		/* Mixed with white only: the hue's angle stays. */
		assert_near((double)((c.g - c.b) / (c.r - c.b)), 1.0 / 3,
			    by < 1e3F ? 1e-3 : 1);
		if (by < 0.01F)
			assert_near((double)(c.r / by), 1, 1e-3);
		if (by > 1e5F)
			assert_true(c.b > 0.99F);
		before = c.r;
	}
	assert_true(colour_compress((struct colour){0, 0, 0}).g == 0);
	assert_true(colour_compress((struct colour){NAN, NAN, NAN}).g == 0);
}

static void
bytes_are_those_of_srgb(void **state)
{
	static const struct {
		float shown;
		uint8_t byte;
	} cut[] = {{-1, 0}, {0, 0}, {1, 255}, {2, 255}, {NAN, 0}};
	uint8_t bytes[3];

	(void)state;
	for (double x = 0; x <= 1; x += 1.0 / 4096) {
		double s = x <= 0.0031308 ? 12.92 * x :
					    1.055 * pow(x, 1 / 2.4) - 0.055;

		colour_bytes((struct colour){(float)x, 0, (float)x}, bytes);
		assert_true(fabs(bytes[0] - 255 * s) < 0.52);
		assert_int_equal(bytes[1], 0);
		assert_int_equal(bytes[2], bytes[0]);
	}
	for (size_t i = 0; i < COUNT(cut); i++) {
		colour_bytes((struct colour){0, cut[i].shown, 0}, bytes);
		assert_int_equal(bytes[1], cut[i].byte);
	}
}

static void
no_memory_is_said(void **state)
{
	(void)state;
	alloc_fail_arm(1);
	assert_null(colour_bodies_new(6500));
	assert_true(alloc_fail_disarm());
	colour_bodies_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_have_the_colours_of_the_locus),
		cmocka_unit_test(bodies_are_as_bright_as_planck_says),
		cmocka_unit_test(any_temperature_has_a_finite_colour),
		cmocka_unit_test(cool_bodies_are_red),
		cmocka_unit_test(stars_are_blue_to_red),
		cmocka_unit_test(shifts_go_from_red_to_blue),
		cmocka_unit_test(orders_differ),
		cmocka_unit_test(compression_keeps_hues_and_ends_in_white),
		cmocka_unit_test(bytes_are_those_of_srgb),
		cmocka_unit_test(no_memory_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
