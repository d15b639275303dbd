/* Embedding diagrams: the curve, the drawing, and the picture. */
#include "relativity/wormhole_embed.h"

#include <ctype.h>
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"
#include "relativity/constants.h"
#include "wormhole_fixture.h"
#include "xml_flat.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MIDDLE = WORMHOLE_POINTS / 2 };

static void
is_near(double value, double expected, double relative)
{
	assert_true(fabs(value - expected) <= relative * fabs(expected));
}

/* ---- the curve */

static void
meridians_are_symmetric_and_true(void **state)
{
	const struct wormhole_fixture *all = wormhole_fixtures();
	struct wormhole_point points[WORMHOLE_POINTS];

	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		const struct wormhole *shape = &all[i].shape;
		double reach = wormhole_reach(shape);

		is_near(wormhole_radius(shape, reach), 4, 1e-12);
		wormhole_meridian(shape, reach, points);
		assert_true(points[MIDDLE].l == 0 && points[MIDDLE].z == 0);
		assert_true(points[MIDDLE].r == 1);
		assert_true(points[WORMHOLE_POINTS - 1].l == reach);
		for (int j = 1; j <= MIDDLE; j++) {
			struct wormhole_point up = points[MIDDLE + j];
			struct wormhole_point down = points[MIDDLE - j];

			assert_true(up.l == -down.l && up.r == down.r &&
				    up.z == -down.z);
			assert_true(up.l > points[MIDDLE + j - 1].l);
			is_near(up.r, wormhole_radius(shape, up.l), 1e-12);
			is_near(up.z, wormhole_height(shape, up.l), 1e-9);
		}
	}
}

/* Along the curve it is as far as in space, and it never turns abruptly. */
static void
meridians_keep_distances(void **state)
{
	const struct wormhole_fixture *all = wormhole_fixtures();
	struct wormhole_point points[WORMHOLE_POINTS];

	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		double reach = wormhole_reach(&all[i].shape), sum = 0;

		wormhole_meridian(&all[i].shape, reach, points);
		for (int j = 0; j + 1 < WORMHOLE_POINTS; j++) {
			const struct wormhole_point *a = &points[j], *b = a + 1;
			double chord = hypot(b->r - a->r, b->z - a->z);
			double turn =
				asin(wormhole_slope(&all[i].shape, b->l)) -
				asin(wormhole_slope(&all[i].shape, a->l));

			assert_true(chord <= (b->l - a->l) * (1 + 1e-8));
			assert_true(turn < 0.06);
			sum += chord;
		}
		is_near(sum, 2 * reach, 5e-4);
	}
}

/* ---- the drawing */

static bool
has(const struct buf *text, const char *word)
{
	return memmem(text->bytes, text->length, word, strlen(word)) != NULL;
}

/* Every number in the data of paths is one, and about on the sheet. */
static void
check_paths(const struct buf *svg)
{
	const char *at = svg->bytes, *end = at + svg->length;
	size_t numbers = 0;

	while ((at = memmem(at, (size_t)(end - at), " d=\"", 4)) != NULL)
		for (at += 4; *at != '"'; at++) {
			const char *from = at;
			double number;

			while (*at == '-' || *at == '.' || isdigit(*at))
				at++;
			if (at == from) {
				assert_non_null(strchr("MLAZHVhv ", *at));
				continue;
			}
			assert_int_equal(
				number_parse_double(from, (size_t)(at - from),
						    &number),
				NUMBER_OK);
			assert_true(fabs(number) < 1000);
			numbers++;
			at--;
		}
	assert_true(numbers > 1000);
}

static void
drawings_are_sound_xml(void **state)
{
	const struct wormhole_fixture *all = wormhole_fixtures();
	struct buf svg, flat;

	(void)state;
	buf_init(&svg);
	buf_init(&flat);
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		buf_reset(&svg);
		buf_reset(&flat);
		wormhole_embed_svg(&all[i].shape, 1000, &svg);
		assert_false(svg.failed);
		assert_in_range(svg.length, 15000, 60000);
		xml_flat(&svg, &flat);
		assert_true(has(&flat, "title") && has(&flat, "desc"));
		assert_true(has(&flat, "throat of radius 1 km"));
		assert_false(has(&svg, "nan") || has(&svg, "inf"));
		check_paths(&svg);
	}
	buf_release(&svg);
	buf_release(&flat);
}

static void
scales_have_units_that_suit(void **state)
{
	static const struct {
		double throat_m;
		const char *throat, *across;
	} cases[] = {
		{1e-30, "radius 1e-15 fm", "axis, fm"},
		{2e-10, "radius 200 pm", "axis, pm"},
		{0.001, "radius 1 mm", "axis, mm"},
		{1, "radius 1 m", "axis, m"},
		{250.5, "radius 250.5 m", "axis, km"},
		{1000, "radius 1 km", "axis, km"},
		{3e9, "radius 3 million km", "axis, million km"},
		{AU_M, "radius 1 AU", "axis, AU"},
		{5e16, "radius 5.285 light years", "axis, light years"},
		{1e30, "radius 1.057e+08 million light years",
		 "axis, million light years"},
	};
	struct wormhole shape = wormhole_ellis();
	struct buf svg;

	(void)state;
	buf_init(&svg);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&svg);
		wormhole_embed_svg(&shape, cases[i].throat_m, &svg);
		assert_true(has(&svg, cases[i].throat));
		assert_true(has(&svg, cases[i].across));
	}
	buf_release(&svg);
}

/* ---- the picture */

enum { WIDTH = 161, HEIGHT = 120 };

static uint8_t pixels[3 * WIDTH * HEIGHT];

static void
make_pixels(const struct wormhole *shape)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	struct buf out;

	buf_init(&out);
	assert_int_equal(
		wormhole_embed_png(shape, 1000, WIDTH, HEIGHT, NULL, &out),
		LC_OK);
	assert_true(has(&out, "Embedding diagram of a"));
	assert_true(has(&out, "throat of radius 1 km"));
	assert_true(png_image_begin_read_from_memory(&image, out.bytes,
						     out.length));
	image.format = PNG_FORMAT_RGB;
	assert_true(image.width == WIDTH && image.height == HEIGHT);
	assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
	buf_release(&out);
}

static int
bright(int x, int y)
{
	const uint8_t *at = &pixels[3 * (y * WIDTH + x)];

	return at[0] + at[1] + at[2];
}

/* Symmetric but for the light; cold above, warm below, and all in view. */
static void
pictures_are_of_the_surface(void **state)
{
	const struct wormhole_fixture *all = wormhole_fixtures();
	enum { DARK = 130 };

	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		int shown = 0, blue = 0, red = 0;

		make_pixels(&all[i].shape);
		for (int y = 0; y < HEIGHT; y++)
			for (int x = 0; x < WIDTH; x++) {
				bool here = bright(x, y) > DARK;
				const uint8_t *at =
					&pixels[3 * (y * WIDTH + x)];

				shown += here;
				assert_int_equal(
					here, bright(WIDTH - 1 - x, y) > DARK);
				if (here && y < HEIGHT / 2)
					blue += at[2] - at[0];
				else if (here)
					red += at[0] - at[2];
			}
		assert_true(shown > 60);
		assert_true(blue > 0);
		/* Flat sheets lie over one another. */
		if (wormhole_height(&all[i].shape,
				    wormhole_reach(&all[i].shape)) > 1)
			assert_true(red > 0);
		for (int x = 0; x < WIDTH; x++)
			assert_true(bright(x, 0) < DARK &&
				    bright(x, HEIGHT - 1) < DARK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meridians_are_symmetric_and_true),
		cmocka_unit_test(meridians_keep_distances),
		cmocka_unit_test(drawings_are_sound_xml),
		cmocka_unit_test(scales_have_units_that_suit),
		cmocka_unit_test(pictures_are_of_the_surface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
