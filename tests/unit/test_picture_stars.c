/* Stars of pictures: all are found, where they are and as bright. */
#include "relativity/picture_stars.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chance.h"
#include "picture_fixture.h"
#include "relativity/constants.h"
#include "relativity/picture_first.h"
#include "relativity/trace.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { STARS = 3000 };

static struct picture_star stars[STARS];

static double
distance2(const struct picture_star *star, const double to[3])
{
	double x = (double)star->x - to[0], y = (double)star->y - to[1];
	double z = (double)star->z - to[2];

	return x * x + y * y + z * z;
}

static const double back[3] = {-1, 0, 0};
static const struct picture_first first = {back, 30};
static const struct picture_exposure exposure = {picture_first_magnified,
						 &first, PICTURE_STARS_SEEN};

/* A search finds what looking at every star finds. */
static void
a_search_finds_all(void **state)
{
	static const size_t counts[] = {1, 2, 10, STARS};
	static const double poles[][3] = {{0, 0, 1},  {0, 0, -1}, {1, 0, 0},
					  {-1, 0, 0}, {0, 1, 0},  {0, -1, 0}};
	struct chance chance = {5};

	(void)state;
	for (size_t i = 0; i < COUNT(counts) * 300; i++) {
		size_t count = counts[i / 300], expected = 0, found = 0;
		double reach = 0.5 * pow(chance_unit(&chance), 3);
		struct picture_stars_search search;
		struct picture_stars index;
		size_t from, to;
		double centre[3];

		picture_random_stars(stars, STARS);
		/* Where the corners of cells are, and anywhere. */
		for (int j = 0; j < 3; j++)
			centre[j] = i % 3 == 0 ? poles[i % COUNT(poles)][j] :
						 (double)(&stars[i].x)[j];
		assert_int_equal(
			picture_stars_init(&index, stars, count, &exposure),
			LC_OK);
		picture_stars_search(&index, centre, reach, &search);
		while (picture_stars_next(&search, &from, &to))
			for (; from < to; from++)
				found += distance2(&stars[from], centre) <
					 reach * reach;
		for (size_t j = 0; j < count; j++)
			expected +=
				distance2(&stars[j], centre) < reach * reach;
		assert_int_equal(found, expected);
		picture_stars_release(&index);
	}
}

static void
brighter_stars_and_images_are_brighter(void **state)
{
	struct picture_stars index;
	float before = 0;

	(void)state;
	picture_random_stars(stars, STARS);
	assert_int_equal(picture_stars_init(&index, stars, STARS, &exposure),
			 LC_OK);
	for (float magnitude = 20; magnitude > -20; magnitude -= 0.5F) {
		struct picture_star star = {.magnitude = magnitude};
		float light = picture_stars_light(&index, &star, 100);

		assert_true(light > before);
		assert_true(light < picture_stars_light(&index, &star, 200));
		before = light;
	}
	picture_stars_release(&index);
}

/* ---- in pictures */

enum { PLACES = 40, WIDTH = 260, HEIGHT = 220 };

struct sky_case {
	double spin, inclination_deg, fov_rg;
	double inner_rg; /* stars are put further out than that */
};

static const struct sky_case cases[] = {
	{0, 90, 60, 8},
	{0.9, 75, 40, 9},
	{-0.6, 0, 30, 7.5},
	{0.9999, 180, 200, 12},
};

static double
camera_alpha(const struct sky_case *of, double x)
{
	return (x + 0.5 - WIDTH / 2.0) * of->fov_rg / WIDTH;
}

static double
camera_beta(const struct sky_case *of, double y)
{
	return (HEIGHT / 2.0 - y - 0.5) * of->fov_rg / WIDTH;
}

/* Puts a star where the ray of some pixel's part ends. */
static void
put_star(const struct sky_case *of, struct chance *chance, double place[2],
	 struct picture_star *star)
{
	struct trace_scene scene = {
		.spin = of->spin,
		.sin_i = sin(of->inclination_deg * RAD_PER_DEG),
		.cos_i = cos(of->inclination_deg * RAD_PER_DEG),
		.step = TRACE_STEP,
		.directions = true,
	};
	static struct trace_hits hits;
	double alpha, beta;

	if (of->inclination_deg == 0 || of->inclination_deg == 180)
		scene.sin_i = 0;
	do {
		place[0] = 3 + chance_unit(chance) * (WIDTH - 7);
		place[1] = 3 + chance_unit(chance) * (HEIGHT - 7);
		alpha = camera_alpha(of, place[0]);
		beta = camera_beta(of, place[1]);
	} while (hypot(alpha, beta) < of->inner_rg);
	trace_rays(&scene, &alpha, &beta, 1, &hits);
	assert_int_equal(hits.end[0], TRACE_SKY);
	*star = (struct picture_star){(float)hits.x[0], (float)hits.y[0],
				      (float)hits.z[0], 5, NAN};
}

/* The light around a place, and its centre. */
static double
light_at(const struct picture *picture, const double place[2], double at[2])
{
	int x0 = (int)(place[0] + 0.5), y0 = (int)(place[1] + 0.5);
	double sum = 0;

	at[0] = at[1] = 0;
	for (int y = y0 - 2; y <= y0 + 2; y++)
		for (int x = x0 - 2; x <= x0 + 2; x++) {
			double light = picture_light(
				picture_pixels(picture)[3 * (y * WIDTH + x)]);

			sum += light;
			at[0] += x * light;
			at[1] += y * light;
		}
	at[0] /= sum;
	at[1] /= sum;
	return sum;
}

/*
 * One star at a time, of which all that is known is where its ray ends: its
 * image is where the ray began.
 */
static void
each_star_is_seen_in_its_place(void **state)
{
	struct chance chance = {9};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct picture_view view = {
			.spin = cases[i].spin,
			.inclination_deg = cases[i].inclination_deg,
			.width_px = WIDTH,
			.height_px = HEIGHT,
			.fov_rg = cases[i].fov_rg,
		};
		double places[PLACES][2], at[2];
		struct picture *picture;

		for (size_t j = 0; j < PLACES; j++)
			put_star(&cases[i], &chance, places[j], &stars[j]);
		picture = picture_made(&view, stars, PLACES, false);
		for (size_t j = 0; j < PLACES; j++) {
			bool alone = true;

			for (size_t k = 0; k < PLACES; k++)
				alone &= k == j ||
					 hypot(places[k][0] - places[j][0],
					       places[k][1] - places[j][1]) > 7;
			assert_true(light_at(picture, places[j], at) > 0.01);
			if (alone && hypot(at[0] - places[j][0],
					   at[1] - places[j][1]) > 0.15)
				fail_msg("%zu: a star is at %.2f %.2f, not at "
					 "%.2f %.2f",
					 i, at[0], at[1], places[j][0],
					 places[j][1]);
		}
		picture_free(picture);
	}
}

/* Without stars, and before a disc that hides all, nothing shines. */
static void
no_star_no_light(void **state)
{
	struct picture_view view = {.spin = 0.5,
				    .inclination_deg = 30,
				    .width_px = 60,
				    .height_px = 50,
				    .fov_rg = 30};
	struct picture *picture = picture_made(&view, NULL, 0, false);

	(void)state;
	for (size_t i = 0; i < 3 * 60 * 50; i++)
		assert_int_equal(picture_pixels(picture)[i], 0);
	picture_free(picture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_finds_all),
		cmocka_unit_test(brighter_stars_and_images_are_brighter),
		cmocka_unit_test(each_star_is_seen_in_its_place),
		cmocka_unit_test(no_star_no_light),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
