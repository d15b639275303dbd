/* Pictures of holes: symmetries, seams, the shadow's size. */
#include "relativity/picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "picture_fixture.h"
#include "relativity/shadow.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { STARS = 5000 };

static struct picture_star stars[STARS];

static int
apart(const uint8_t *a, const uint8_t *b)
{
	int most = 0;

	for (int i = 0; i < 3; i++)
		if (abs(a[i] - b[i]) > most)
			most = abs(a[i] - b[i]);
	return most;
}

static const uint8_t *
pixel(const struct picture *picture, const struct picture_view *view, int x,
      int y)
{
	return picture_pixels(picture) +
	       3 * ((size_t)y * (size_t)view->width_px + (size_t)x);
}

/*
 * A picture's middle rows are those of a lower picture, though the borders
 * of tiles are elsewhere: no seam shows.
 */
static void
parts_fit_together(void **state)
{
	static const struct {
		int width, high, low;
		enum picture_sky sky;
		enum picture_colour colour;
	} cases[] = {
		{150, 301, 77, PICTURE_STARS, PICTURE_PHYSICAL},
		{131, 240, 100, PICTURE_STARS, PICTURE_PHYSICAL},
		{140, 181, 17, PICTURE_GRID, PICTURE_REDSHIFT},
		{64, 130, 16, PICTURE_NO_SKY, PICTURE_ORDER},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct picture_view view = {
			.spin = 0.8,
			.inclination_deg = 70,
			.width_px = cases[i].width,
			.height_px = cases[i].high,
			.fov_rg = 28,
			.disc_outer_rg = 9,
			.peak_temperature_k = 7000,
			.sky = cases[i].sky,
			.colour = cases[i].colour,
		};
		size_t row = 3 * (size_t)cases[i].width;
		size_t above = (size_t)(cases[i].high - cases[i].low) / 2;
		struct picture *whole, *again, *middle;

		picture_random_stars(stars, STARS);
		whole = picture_made(&view, stars, STARS, false);
		again = picture_made(&view, stars, STARS, true);
		assert_memory_equal(picture_pixels(whole),
				    picture_pixels(again),
				    row * (size_t)cases[i].high);
		view.height_px = cases[i].low;
		middle = picture_made(&view, stars, STARS, false);
		assert_memory_equal(picture_pixels(middle),
				    picture_pixels(whole) + above * row,
				    row * (size_t)cases[i].low);
		picture_free(whole);
		picture_free(again);
		picture_free(middle);
	}
}

static void
what_is_symmetric_looks_so(void **state)
{
	struct picture_view view = {.spin = 0,
				    .inclination_deg = 90,
				    .width_px = 201,
				    .height_px = 151,
				    .fov_rg = 30,
				    .disc_outer_rg = 12,
				    .peak_temperature_k = 6500,
				    .sky = PICTURE_NO_SKY};
	struct picture *picture = picture_made(&view, NULL, 0, false);
	int different = 0;

	(void)state;
	/* The disc is seen from its edge: above is as below. */
	for (int y = 0; y < view.height_px; y++)
		for (int x = 0; x < view.width_px; x++)
			assert_true(apart(pixel(picture, &view, x, y),
					  pixel(picture, &view, x,
						view.height_px - 1 - y)) <= 1);
	picture_free(picture);
	/* Without spin, left is as right but for the redshift; the samples
	 * of an edge are not quite mirrored. */
	view.colour = PICTURE_ORDER;
	picture = picture_made(&view, NULL, 0, false);
	for (int y = 0; y < view.height_px; y++)
		for (int x = 0; x < view.width_px; x++)
			if (apart(pixel(picture, &view, x, y),
				  pixel(picture, &view, view.width_px - 1 - x,
					y)) > 0)
				different++;
	assert_true(different < 151 * 201 / 20);
	picture_free(picture);
}

/* Face-on and without spin a pixel looks as all others at its radius. */
static void
rings_are_round_and_smooth(void **state)
{
	enum { BINS = 2000 };
	static uint8_t least[BINS], most[BINS];
	const struct picture_view view = {.spin = 0,
					  .inclination_deg = 0,
					  .width_px = 400,
					  .height_px = 400,
					  .fov_rg = 32,
					  .disc_outer_rg = 15,
					  .peak_temperature_k = 6500,
					  .sky = PICTURE_NO_SKY};
	struct picture *picture = picture_made(&view, NULL, 0, false);
	int filled = 0;

	(void)state;
	memset(least, 255, sizeof(least));
	memset(most, 0, sizeof(most));
	for (int y = 0; y < view.height_px; y++)
		for (int x = 0; x < view.width_px; x++) {
			double radius = hypot(x - 199.5, y - 199.5);
			uint8_t green = pixel(picture, &view, x, y)[1];
			int bin = (int)(radius * 4);

			/* From outside of the dark inner edge to the rim. */
			if (radius < 8.0 / 0.08 || radius > 14.5 / 0.08)
				continue;
			if (green < least[bin])
				least[bin] = green;
			if (green > most[bin])
				most[bin] = green;
		}
	for (int i = 1; i < BINS; i++) {
		if (most[i] == 0)
			continue;
		filled++;
		/* A quarter of a pixel's slope, and rounding. */
		assert_true(most[i] - least[i] <= 2);
		if (most[i - 1] > 0)
			assert_true(abs(most[i] - most[i - 1]) <= 2);
	}
	assert_true(filled > 300);
	picture_free(picture);
}

/*
 * The shadow is as large as Bardeen's curve.  Before a plain sky it is known
 * how much of a pixel at its edge is covered.
 */
static void
the_shadow_has_its_size(void **state)
{
	static const struct {
		double spin, inclination_deg;
	} cases[] = {
		{0, 17},       {0, 60},     {0, 90},     {0.5, 17},
		{0.5, 60},     {0.5, 90},   {0.9, 17},   {0.9, 60},
		{0.9, 90},     {0.998, 17}, {0.998, 60}, {0.998, 90},
		{-0.9999, 90}, {0.9999, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct picture_view view = {
			.spin = cases[i].spin,
			.inclination_deg = cases[i].inclination_deg,
			.width_px = 1024,
			.height_px = 1024,
			.fov_rg = 14.5,
			.colour = PICTURE_ORDER,
		};
		struct picture *picture = picture_made(&view, NULL, 0, false);
		double sky = picture_light(picture_pixels(picture)[0]);
		double side = view.fov_rg / view.width_px, area = 0;
		struct shadow shadow;

		assert_true(sky > 0);
		for (int y = 0; y < view.height_px; y++)
			for (int x = 0; x < view.width_px; x++)
				area += 1 - picture_light(*pixel(picture, &view,
								 x, y)) /
						    sky;
		area *= side * side;
		shadow_find(view.spin, view.inclination_deg, &shadow);
		if (fabs(area / shadow.area_rg2 - 1) > 2e-4)
			fail_msg("%zu: the area is %.6f, not %.6f", i, area,
				 shadow.area_rg2);
		picture_free(picture);
	}
}

/* Nothing of the sky of lines is black, and all of the shadow is. */
static void
the_grid_is_seen_to_the_edge(void **state)
{
	struct picture_view view = {.spin = 0.5,
				    .inclination_deg = 60,
				    .width_px = 512,
				    .height_px = 512,
				    .fov_rg = 13,
				    .sky = PICTURE_GRID};
	struct picture *picture = picture_made(&view, NULL, 0, false);
	const double side = view.fov_rg / view.width_px;
	struct shadow shadow;
	double black = 0;

	(void)state;
	for (int y = 0; y < view.height_px; y++)
		for (int x = 0; x < view.width_px; x++) {
			const uint8_t *at = pixel(picture, &view, x, y);

			black += at[0] + at[1] + at[2] == 0;
		}
	shadow_find(view.spin, view.inclination_deg, &shadow);
	/* Half of the edge's pixels are black, and half have some light. */
	assert_true(black * side * side < shadow.area_rg2);
	assert_true(black * side * side > shadow.area_rg2 * 0.99);
	picture_free(picture);
}

/* Also where next to nothing of the light is seen, it fades to the rim. */
static void
cool_discs_are_red_to_the_rim(void **state)
{
	const struct picture_view view = {.width_px = 300,
					  .height_px = 16,
					  .fov_rg = 300,
					  .disc_outer_rg = 140,
					  .peak_temperature_k = 500,
					  .sky = PICTURE_NO_SKY};
	struct picture *picture = picture_made(&view, NULL, 0, false);
	uint8_t before = 255;

	(void)state;
	for (int x = 170; x < 285; x++) {
		const uint8_t *at = pixel(picture, &view, x, 8);

		assert_in_range(at[0], 1, before);
		assert_int_equal(at[1], at[2]);
		before = at[0];
	}
	picture_free(picture);
}

static void
any_view_can_be_drawn(void **state)
{
	static const double spins[] = {-0.9999, -0.3, 0, 0.9999};
	static const double inclinations[] = {0, 1e-3, 60, 90, 120, 180};
	static const double outers[] = {0, 1, 20, 1e6};
	static const double fovs[] = {0.1, 30, 1e5};
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(spins); i++)
		for (size_t j = 0; j < COUNT(inclinations); j++, at++) {
			struct picture_view view = {
				.spin = spins[i],
				.inclination_deg = inclinations[j],
				.width_px = at % 2 == 0 ? 16 : 131,
				.height_px = at % 3 == 0 ? 16 : 67,
				.fov_rg = fovs[at % COUNT(fovs)],
				.disc_outer_rg = outers[at % COUNT(outers)],
				.peak_temperature_k = pow(10, (double)(at % 9)),
				.sky = (enum picture_sky)(at % 3),
				.colour = (enum picture_colour)(at / 3 % 3),
			};

			picture_random_stars(stars, STARS);
			picture_free(picture_made(&view, stars, STARS, false));
		}
}

/* A disc that ends within the ISCO is none. */
static void
no_disc_is_seen_within_the_isco(void **state)
{
	struct picture_view view = {.spin = 0,
				    .inclination_deg = 50,
				    .width_px = 100,
				    .height_px = 80,
				    .fov_rg = 20,
				    .disc_outer_rg = 5.9,
				    .peak_temperature_k = 1e4,
				    .sky = PICTURE_GRID};
	struct picture *small = picture_made(&view, NULL, 0, false), *none;

	(void)state;
	view.disc_outer_rg = 0;
	none = picture_made(&view, NULL, 0, false);
	assert_memory_equal(picture_pixels(small), picture_pixels(none),
			    3 * 100 * 80);
	picture_free(none);
	view.disc_outer_rg = 6.5;
	none = picture_made(&view, NULL, 0, false);
	assert_memory_not_equal(picture_pixels(small), picture_pixels(none),
				3 * 100 * 80);
	picture_free(none);
	picture_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_fit_together),
		cmocka_unit_test(what_is_symmetric_looks_so),
		cmocka_unit_test(rings_are_round_and_smooth),
		cmocka_unit_test(the_shadow_has_its_size),
		cmocka_unit_test(the_grid_is_seen_to_the_edge),
		cmocka_unit_test(cool_discs_are_red_to_the_rim),
		cmocka_unit_test(any_view_can_be_drawn),
		cmocka_unit_test(no_disc_is_seen_within_the_isco),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
