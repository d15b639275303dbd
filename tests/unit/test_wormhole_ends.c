/* Wormholes' pictures that are stopped or run out of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "picture_fixture.h"
#include "relativity/wormhole_embed.h"
#include "relativity/wormhole_picture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { STARS = 2000 };

static struct picture_star stars[STARS];

/* How often progress is asked, and with what pauses. */
static struct {
	unsigned asked, stop_at; /* 0: never */
	int64_t last_ns, longest_ns;
} asking;

static int64_t
cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

enum lc_rc __wrap_progress_stopped(struct lc_progress *progress);

enum lc_rc
__wrap_progress_stopped(struct lc_progress *progress)
{
	int64_t now = cpu_ns(), pause = now - asking.last_ns;

	/* A lens is made without. */
	if (progress == NULL)
		return LC_OK;
	if (asking.asked > 0 && pause > asking.longest_ns)
		asking.longest_ns = pause;
	asking.last_ns = now;
	return ++asking.asked == asking.stop_at ? LC_CANCELLED : LC_OK;
}

/* ---- what is made */

static struct wormhole_table *table;
static struct lc_progress told;

static enum lc_rc
make_picture(int width_px, int height_px, enum picture_sky sky, struct buf *out)
{
	const struct wormhole_view view = {
		.camera_l = 1,
		.theta_deg = 70,
		.look_deg = 20,
		.width_px = width_px,
		.height_px = height_px,
		.fov_deg = 80,
		.near_sky = sky,
		.far_sky = sky,
	};
	struct wormhole_picture *picture =
		wormhole_picture_new(table, &view, stars, STARS, NULL);
	enum lc_rc rc = LC_OK;

	if (picture == NULL)
		return LC_NO_MEMORY;
	for (size_t i = 0; i < wormhole_picture_parts(picture) && rc == LC_OK;
	     i++)
		rc = wormhole_picture_part(picture, i, &told);
	if (rc == LC_OK)
		rc = wormhole_picture_png(picture, "words", &told, out);
	wormhole_picture_free(picture);
	return rc;
}

static enum lc_rc
make_starry(int size_px, struct buf *out)
{
	return make_picture(size_px, size_px, PICTURE_STARS, out);
}

static enum lc_rc
make_gridded(int size_px, struct buf *out)
{
	return make_picture(size_px, size_px, PICTURE_GRID, out);
}

static enum lc_rc
make_embedding(int size_px, struct buf *out)
{
	struct wormhole shape = wormhole_ellis();

	return wormhole_embed_png(&shape, 1000, size_px, size_px, &told, out);
}

static const struct {
	enum lc_rc (*make)(int size_px, struct buf *out);
	int large_px;
} makers[] = {{make_starry, 400}, {make_gridded, 300}, {make_embedding, 300}};

/* ---- */

static int
fill(void **state)
{
	/* Long, so that much of the sky is seen in few pixels. */
	struct wormhole shape = wormhole_dneg(20, 0.1);

	(void)state;
	progress_init(&told, 0);
	picture_random_stars(stars, STARS);
	table = wormhole_table_new(&shape, NULL);
	return table == NULL;
}

static int
empty(void **state)
{
	(void)state;
	wormhole_table_free(table);
	return 0;
}

static void
progress_is_asked_often(void **state)
{
	struct buf out;

	(void)state;
	for (size_t i = 0; i < COUNT(makers); i++) {
		memset(&asking, 0, sizeof(asking));
		buf_init(&out);
		assert_int_equal(makers[i].make(makers[i].large_px, &out),
				 LC_OK);
		assert_true(asking.asked > 100);
		assert_true(asking.longest_ns < 10000000);
		buf_release(&out);
	}
}

static void
work_stops_whenever_it_is_told(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out);
	for (size_t i = 0; i < COUNT(makers); i++) {
		unsigned all;

		memset(&asking, 0, sizeof(asking));
		assert_int_equal(makers[i].make(70, &out), LC_OK);
		all = asking.asked;
		for (unsigned j = 1; j <= all; j += 1 + all / 30) {
			buf_reset(&out);
			memset(&asking, 0, sizeof(asking));
			asking.stop_at = j;
			assert_int_equal(makers[i].make(70, &out),
					 LC_CANCELLED);
			assert_int_equal(asking.asked, j);
		}
		asking.stop_at = 0;
	}
	buf_release(&out);
}

static enum lc_rc
small_picture(void)
{
	struct buf out;
	enum lc_rc rc;

	buf_init(&out);
	rc = make_starry(20, &out);
	buf_release(&out);
	return rc;
}

static enum lc_rc
small_embedding(void)
{
	struct buf out;
	enum lc_rc rc;

	buf_init(&out);
	rc = make_embedding(20, &out);
	buf_release(&out);
	return rc;
}

static enum lc_rc
small_drawing(void)
{
	struct wormhole shape = wormhole_ellis();
	struct buf out;
	enum lc_rc rc;

	buf_init(&out);
	wormhole_embed_svg(&shape, 1000, &out);
	rc = out.failed ? LC_NO_MEMORY : LC_OK;
	buf_release(&out);
	return rc;
}

static void
memory_that_runs_out_is_said(void **state)
{
	static const struct alloc_case cases[] = {
		{"a picture", small_picture, false},
		{"an embedding", small_embedding, false},
		{"a drawing", small_drawing, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		alloc_fail_each(&cases[i]);
	wormhole_picture_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(progress_is_asked_often),
		cmocka_unit_test(work_stops_whenever_it_is_told),
		cmocka_unit_test(memory_that_runs_out_is_said),
	};

	return cmocka_run_group_tests(tests, fill, empty);
}
