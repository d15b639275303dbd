/* Pictures from near wormholes: the map, the mouth, symmetries and seams. */
#include "relativity/wormhole_picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "picture_fixture.h"
#include "relativity/constants.h"
#include "relativity/wormhole_grid.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { STARS = 4000 };

static struct picture_star stars[STARS];

static struct wormhole_picture *
made(const struct wormhole_table *table, const struct wormhole_view *view,
     bool backwards)
{
	struct wormhole_picture *picture =
		wormhole_picture_new(table, view, stars, STARS, NULL);
	size_t parts;

	assert_non_null(picture);
	parts = wormhole_picture_parts(picture);
	for (size_t i = 0; i < parts; i++)
		assert_int_equal(
			wormhole_picture_part(
				picture, backwards ? parts - 1 - i : i, NULL),
			LC_OK);
	return picture;
}

static const uint8_t *
pixel(const struct wormhole_picture *picture, const struct wormhole_view *view,
      int x, int y)
{
	return wormhole_picture_pixels(picture) +
	       3 * ((size_t)y * (size_t)view->width_px + (size_t)x);
}

static int
apart(const uint8_t *a, const uint8_t *b)
{
	int most = 0;

	for (int i = 0; i < 3; i++)
		if (abs(a[i] - b[i]) > most)
			most = abs(a[i] - b[i]);
	return most;
}

/* ---- the map, straight from the definitions */

static void
turn(double *a, double *b, double angle_deg)
{
	double c = cos(angle_deg * RAD_PER_DEG);
	double s = sin(angle_deg * RAD_PER_DEG);
	double first = c * *a - s * *b;

	*b = s * *a + c * *b;
	*a = first;
}

/* What the grid shows where a place of the picture looks. */
static void
expect(const struct wormhole *shape, const struct wormhole_view *view, double x,
       double y, double at[3], uint8_t bytes[3])
{
	static const double point[3] = {1e-9, 0, 0};
	double half = tan(view->fov_deg / 2 * RAD_PER_DEG);
	double toward = 1, right = (2 * x / view->width_px - 1) * half;
	double north = (view->height_px - 2 * y) / view->width_px * half;
	double side = view->camera_l < 0 ? -1 : 1, alpha, out, east, up;
	struct wormhole_ray ray;

	/* To the right is from ahead to the right side. */
	turn(&toward, &right, view->look_deg);
	alpha = atan2(hypot(right, north), toward);
	wormhole_ray(shape, view->camera_l, alpha, &ray);
	out = cos(ray.sweep_rad);
	east = side * sin(ray.sweep_rad) * right / hypot(right, north);
	up = sin(ray.sweep_rad) * north / hypot(right, north);
	/* From the axes of a camera in the equator at longitude 0: up along
	 * the meridian, then around the axis. */
	turn(&out, &up, 90 - view->theta_deg);
	turn(&out, &east, view->phi_deg);
	at[0] = out;
	at[1] = east;
	at[2] = up;
	colour_bytes(wormhole_grid((view->camera_l < 0) != ray.through, at,
				   point, point),
		     bytes);
}

/*
 * A pixel shows what its ray meets; it is compared where those around it
 * show the same, and are so close together that no line passes between.
 */
static void
compare(const struct wormhole *shape, const struct wormhole_view *view,
	const struct wormhole_picture *picture, int x, int y, int *compared)
{
	uint8_t middle[3], corner[3];
	double centre[3], at[3];

	expect(shape, view, x + 0.5, y + 0.5, centre, middle);
	for (int i = 0; i < 9; i++) {
		expect(shape, view, x - 1 + 1.5 * (i % 3),
		       y - 1 + 1.5 * (i / 3), at, corner);
		if (memcmp(middle, corner, 3) != 0)
			return;
		for (int j = 0; j < 3; j++)
			if (fabs(at[j] - centre[j]) > 0.02)
				return;
	}
	++*compared;
	assert_true(apart(middle, pixel(picture, view, x, y)) <= 1);
}

static struct wormhole_view
view_of(double l, double theta_deg, double phi_deg, double look_deg,
	double fov_deg)
{
	return (struct wormhole_view){
		.camera_l = l,
		.theta_deg = theta_deg,
		.phi_deg = phi_deg,
		.look_deg = look_deg,
		.width_px = 65,
		.height_px = 49,
		.fov_deg = fov_deg,
		.near_sky = PICTURE_GRID,
		.far_sky = PICTURE_GRID,
	};
}

static void
pixels_show_what_rays_meet(void **state)
{
	const struct wormhole shapes[] = {
		wormhole_ellis(), wormhole_dneg(0.01, 0.05),
		wormhole_dneg(3, 0.7), wormhole_dneg(0, 10)};
	static const double places[] = {0,     0.003, -0.003, 1,   -1.2,
					6.255, -4,    900,    -1e4};
	static const double thetas[] = {90, 0, 180, 37, 120};
	static const double looks[] = {0, 180, -180, 90, -90, 20, 140, -300};
	static const double fovs[] = {30, 170, 8, 60, 1};
	struct chance chance = {3};

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		struct wormhole_table *table =
			wormhole_table_new(&shapes[i], NULL);
		int compared = 0;

		assert_non_null(table);
		for (size_t j = 0; j < 45; j++) {
			struct wormhole_view view =
				view_of(places[j % COUNT(places)],
					thetas[j % COUNT(thetas)],
					360 * chance_unit(&chance),
					looks[j % COUNT(looks)],
					fovs[j / 9 % COUNT(fovs)]);
			struct wormhole_picture *picture =
				made(table, &view, false);

			for (int k = 0; k < 100; k++)
				compare(&shapes[i], &view, picture,
					(int)(65 * chance_unit(&chance)),
					(int)(49 * chance_unit(&chance)),
					&compared);
			/* Straight at the throat, or away from it. */
			compare(&shapes[i], &view, picture, 32, 24, &compared);
			wormhole_picture_free(picture);
		}
		assert_true(compared > 600);
		wormhole_table_free(table);
	}
}

/* ---- the mouth */

static double
grey(const uint8_t *at)
{
	return picture_light(at[1]);
}

/* Half of the width and of the height of what is seen through it. */
static void
the_mouth_is_as_large_as_it_should_be(void **state)
{
	static const struct {
		double length, width, l, fov_deg, radius_deg;
	} cases[] = {
		{0.01, 0.05, 6.255, 30, 8.1552140},
		{0.01, 0.05, -6.255, 50, 8.1552140},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wormhole shape =
			wormhole_dneg(cases[i].length, cases[i].width);
		struct wormhole_table *table = wormhole_table_new(&shape, NULL);
		struct wormhole_view view =
			view_of(cases[i].l, 80, 10, 0, cases[i].fov_deg);
		struct wormhole_picture *picture;
		double across = 0, down = 0, full, expected;
		bool through_is_far = cases[i].l > 0;

		assert_non_null(table);
		view.width_px = view.height_px = 601;
		view.near_sky = view.far_sky = PICTURE_NO_SKY;
		picture = made(table, &view, false);
		full = grey(
			pixel(picture, &view, through_is_far ? 300 : 0, 300));
		for (int j = 0; j < 601; j++) {
			across += grey(pixel(picture, &view, j, 300)) / full;
			down += grey(pixel(picture, &view, 300, j)) / full;
		}
		if (!through_is_far) {
			across = 601 - across;
			down = 601 - down;
		}
		expected = tan(cases[i].radius_deg * RAD_PER_DEG) /
			   tan(cases[i].fov_deg / 2 * RAD_PER_DEG) * 601;
		assert_true(fabs(across - expected) < 0.3);
		assert_true(fabs(down - expected) < 0.3);
		wormhole_picture_free(picture);
		wormhole_table_free(table);
	}
}

/* ---- symmetries and seams */

static void
mirrored_skies_look_mirrored(void **state)
{
	static const double places[] = {3, 0, -2};
	struct wormhole shape = wormhole_dneg(0.5, 0.4);
	struct wormhole_table *table = wormhole_table_new(&shape, NULL);

	(void)state;
	assert_non_null(table);
	for (size_t i = 0; i < COUNT(places); i++) {
		struct wormhole_view view = view_of(places[i], 70, 50, 25, 80);
		struct wormhole_picture *picture, *mirrored;
		int lit = 0;

		view.width_px = 150;
		view.height_px = 131;
		view.near_sky = view.far_sky = PICTURE_STARS;
		picture_random_stars(stars, STARS);
		picture = made(table, &view, false);
		for (size_t j = 0; j < STARS; j++)
			stars[j].y = -stars[j].y;
		view.phi_deg = -50;
		view.look_deg = -25;
		mirrored = made(table, &view, false);
		for (int y = 0; y < 131; y++)
			for (int x = 0; x < 150; x++) {
				const uint8_t *at = pixel(picture, &view, x, y);

				lit += at[1] > 60;
				assert_true(apart(at, pixel(mirrored, &view,
							    149 - x, y)) <= 2);
			}
		assert_true(lit > 300);
		wormhole_picture_free(picture);
		wormhole_picture_free(mirrored);
	}
	wormhole_table_free(table);
}

static void
parts_fit_together(void **state)
{
	static const struct {
		int width, high, low;
		enum picture_sky near, far;
	} cases[] = {
		{150, 301, 77, PICTURE_STARS, PICTURE_STARS},
		{131, 240, 100, PICTURE_GRID, PICTURE_STARS},
		{64, 181, 17, PICTURE_GRID, PICTURE_GRID},
		{1, 130, 2, PICTURE_NO_SKY, PICTURE_GRID},
	};
	struct wormhole shape = wormhole_ellis();
	struct wormhole_table *table = wormhole_table_new(&shape, NULL);

	(void)state;
	assert_non_null(table);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wormhole_view view = view_of(2, 60, 0, 10, 75);
		size_t row = 3 * (size_t)cases[i].width;
		size_t above = (size_t)(cases[i].high - cases[i].low) / 2;
		struct wormhole_picture *whole, *again, *middle;

		view.width_px = cases[i].width;
		view.height_px = cases[i].high;
		view.near_sky = cases[i].near;
		view.far_sky = cases[i].far;
		picture_random_stars(stars, STARS);
		whole = made(table, &view, false);
		again = made(table, &view, true);
		assert_memory_equal(wormhole_picture_pixels(whole),
				    wormhole_picture_pixels(again),
				    row * (size_t)cases[i].high);
		/* Not where stars are: fewer pixels, longer exposed. */
		view.height_px = cases[i].low;
		middle = made(table, &view, false);
		if (cases[i].far != PICTURE_STARS)
			assert_memory_equal(wormhole_picture_pixels(middle),
					    wormhole_picture_pixels(whole) +
						    above * row,
					    row * (size_t)cases[i].low);
		wormhole_picture_free(whole);
		wormhole_picture_free(again);
		wormhole_picture_free(middle);
	}
	wormhole_table_free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pixels_show_what_rays_meet),
		cmocka_unit_test(the_mouth_is_as_large_as_it_should_be),
		cmocka_unit_test(mirrored_skies_look_mirrored),
		cmocka_unit_test(parts_fit_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
