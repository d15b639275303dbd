/* Pictures as PNG, and pictures that are stopped or run out of memory. */
#include "relativity/picture.h"

#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "picture_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { STARS = 300 };

static struct picture_star stars[STARS];

static struct picture_view
view_of(int width, int height)
{
	picture_random_stars(stars, STARS);
	return (struct picture_view){.spin = 0.9,
				     .inclination_deg = 80,
				     .width_px = width,
				     .height_px = height,
				     .fov_rg = 30,
				     .disc_outer_rg = 12,
				     .peak_temperature_k = 8000};
}

/* ---- PNG */

static bool
has(const struct buf *buf, const char *bytes, size_t length)
{
	return memmem(buf->bytes, buf->length, bytes, length) != NULL;
}

static void
png_holds_the_pixels(void **state)
{
	static const int sizes[][2] = {{16, 16}, {131, 67}, {700, 90}};
	static const char description[] = "tEXtDescription\0a = 0.9 of 62";
	static const char software[] = "tEXtSoftware\0Lightcone";

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct picture_view view = view_of(sizes[i][0], sizes[i][1]);
		struct picture *picture =
			picture_made(&view, stars, STARS, false);
		size_t bytes = 3 * (size_t)(sizes[i][0] * sizes[i][1]);
		png_image image = {.version = PNG_IMAGE_VERSION};
		uint8_t *pixels = malloc(bytes);
		struct buf out;

		buf_init(&out);
		assert_int_equal(
			picture_png(picture, "a = 0.9 of 62", NULL, &out),
			LC_OK);
		assert_non_null(pixels);
		assert_true(png_image_begin_read_from_memory(&image, out.bytes,
							     out.length));
		assert_int_equal(image.width, sizes[i][0]);
		assert_int_equal(image.height, sizes[i][1]);
		image.format = PNG_FORMAT_RGB;
		assert_true(
			png_image_finish_read(&image, NULL, pixels, 0, NULL));
		assert_memory_equal(pixels, picture_pixels(picture), bytes);
		assert_true(has(&out, description, sizeof(description) - 1));
		assert_true(has(&out, software, sizeof(software) - 1));
		assert_true(has(&out, "sRGB", 4));
		free(pixels);
		buf_release(&out);
		picture_free(picture);
	}
}

/* ---- being stopped */

static int64_t
cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* How often progress is asked, and with what pauses. */
static struct {
	unsigned asked, stop_at; /* 0: never */
	int64_t last_ns, longest_ns;
} asking;

enum lc_rc __wrap_progress_stopped(struct lc_progress *progress);

enum lc_rc
__wrap_progress_stopped(struct lc_progress *progress)
{
	int64_t now = cpu_ns(), pause = now - asking.last_ns;

	(void)progress;
	if (asking.asked > 0 && pause > asking.longest_ns)
		asking.longest_ns = pause;
	asking.last_ns = now;
	return ++asking.asked == asking.stop_at ? LC_CANCELLED : LC_OK;
}

/* All of a picture; what stopped it. */
static enum lc_rc
make(const struct picture_view *view, size_t star_count, struct buf *out)
{
	struct picture *picture = picture_new(view, stars, star_count);
	enum lc_rc rc = LC_OK;

	if (picture == NULL)
		return LC_NO_MEMORY;
	for (size_t i = 0; i < picture_parts(picture) && rc == LC_OK; i++)
		rc = picture_part(picture, i, NULL);
	if (rc == LC_OK)
		rc = picture_png(picture, "words", NULL, out);
	picture_free(picture);
	return rc;
}

static void
progress_is_asked_often(void **state)
{
	struct picture_view views[] = {view_of(400, 300), view_of(600, 16),
				       view_of(4096, 16), view_of(300, 300)};
	struct buf out;

	(void)state;
	views[3].sky = PICTURE_GRID;
	for (size_t i = 0; i < COUNT(views); i++) {
		memset(&asking, 0, sizeof(asking));
		buf_init(&out);
		assert_int_equal(make(&views[i], STARS, &out), LC_OK);
		assert_true(asking.asked > 100);
		assert_true(asking.longest_ns < 10000000);
		buf_release(&out);
	}
}

static void
work_stops_whenever_it_is_told(void **state)
{
	struct picture_view view = view_of(140, 130);
	unsigned all;
	struct buf out;

	(void)state;
	memset(&asking, 0, sizeof(asking));
	buf_init(&out);
	assert_int_equal(make(&view, STARS, &out), LC_OK);
	all = asking.asked;
	for (unsigned i = 1; i <= all; i += 1 + all / 60) {
		buf_reset(&out);
		memset(&asking, 0, sizeof(asking));
		asking.stop_at = i;
		assert_int_equal(make(&view, STARS, &out), LC_CANCELLED);
		assert_int_equal(asking.asked, i);
	}
	asking.stop_at = 0;
	buf_release(&out);
}

/* What is written counts from where the rays have brought it. */
static void
writing_is_progress(void **state)
{
	struct picture_view view = view_of(40, 100);
	struct picture *picture = picture_made(&view, stars, STARS, false);
	struct lc_progress progress;
	struct buf out;

	(void)state;
	for (unsigned row = 1; row <= 101; row += 20) {
		progress_init(&progress, 0);
		progress_report(&progress, 0.8);
		memset(&asking, 0, sizeof(asking));
		asking.stop_at = row;
		buf_init(&out);
		assert_int_equal(picture_png(picture, "words", &progress, &out),
				 row <= 100 ? LC_CANCELLED : LC_OK);
		assert_true(fabs(progress_done(&progress) - 0.8 -
				 0.002 * (row - 1)) < 2e-6);
		buf_release(&out);
	}
	asking.stop_at = 0;
	picture_free(picture);
}

/* ---- no memory */

static enum lc_rc
make_small(void)
{
	struct picture_view view = view_of(24, 18);
	struct buf out;
	enum lc_rc rc;

	buf_init(&out);
	rc = make(&view, STARS, &out);
	buf_release(&out);
	return rc;
}

static void
memory_that_runs_out_is_said(void **state)
{
	const struct alloc_case small = {"a picture", make_small, false};

	(void)state;
	alloc_fail_each(&small);
	picture_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(png_holds_the_pixels),
		cmocka_unit_test(progress_is_asked_often),
		cmocka_unit_test(work_stops_whenever_it_is_told),
		cmocka_unit_test(writing_is_progress),
		cmocka_unit_test(memory_that_runs_out_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
