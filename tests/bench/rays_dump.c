/*
 * A square picture's rays, traced one for each pixel, and how long it takes.
 *
 *	rays_dump SPIN INCLINATION_DEG FOV_RG SIZE DISC_OUTER_RG
 *
 * First a line for each kernel that the machine has: its name and how many
 * rays a second one thread follows with it, one by one; in mirrored pairs, as
 * pictures do; and so with the redshifts of those that meet the disc.  Then
 * a line for each pixel, by rows from the top left: 1 or 0 for whether the
 * best kernel's ray meets the disc, and the redshift factor there, or 0.
 * Pixels are seen in their centres.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/number.h"
#include "relativity/constants.h"
#include "relativity/kerr.h"
#include "relativity/ray.h"
#include "relativity/trace.h"

enum { ROUNDS = 9 };

/* In each round and way; a scheduler's turn is some milliseconds. */
static const double round_s = 0.1;

enum way { SINGLY, MIRRORED, REDSHIFTS, WAY__MAX };

struct view {
	struct trace_scene scene;
	double fov_rg;
	int size;
};

/* Two rows, the same far above the middle as below it. */
struct rows {
	double alpha[TRACE_BATCH], beta[TRACE_BATCH];
	struct trace_hits upper, lower;
	double upper_g[TRACE_BATCH], lower_g[TRACE_BATCH];
};

static double
pixel_rg(const struct view *view, int index)
{
	return (index + 0.5 - view->size / 2.0) * view->fov_rg / view->size;
}

static void
redshifts(const struct view *view, const double *alpha,
	  const struct trace_hits *hits, double *g)
{
	for (int i = 0; i < view->size; i++)
		g[i] = hits->end[i] != TRACE_DISC ?
			       0 :
			       ray_redshift(view->scene.spin, hits->radius[i],
					    -alpha[i] * view->scene.sin_i);
}

static void
rows_begin(struct rows *rows, const struct view *view, int row)
{
	for (int i = 0; i < view->size; i++) {
		rows->alpha[i] = pixel_rg(view, i);
		rows->beta[i] = -pixel_rg(view, row);
	}
}

static bool
rows_trace(struct rows *rows, const struct view *view, enum trace_kernel kernel,
	   enum way way)
{
	size_t count = (size_t)view->size;

	if (way != SINGLY)
		return trace_by(kernel, &view->scene, rows->alpha, rows->beta,
				count, &rows->upper, &rows->lower);
	if (!trace_by(kernel, &view->scene, rows->alpha, rows->beta, count,
		      &rows->upper, NULL))
		return false;
	for (size_t i = 0; i < count; i++)
		rows->beta[i] = -rows->beta[i];
	return trace_by(kernel, &view->scene, rows->alpha, rows->beta, count,
			&rows->lower, NULL);
}

/* All of the picture; false: the machine does not have the kernel. */
static bool
picture(struct rows *rows, const struct view *view, enum trace_kernel kernel,
	enum way way)
{
	for (int row = 0; row < view->size / 2; row++) {
		rows_begin(&rows[row], view, row);
		if (!rows_trace(&rows[row], view, kernel, way))
			return false;
		if (way != REDSHIFTS)
			continue;
		redshifts(view, rows[row].alpha, &rows[row].upper,
			  rows[row].upper_g);
		redshifts(view, rows[row].alpha, &rows[row].lower,
			  rows[row].lower_g);
	}
	return true;
}

/* ---- how long it takes */

static double
cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Rays a second in one round. */
static double
rate(struct rows *rows, const struct view *view, enum trace_kernel kernel,
     enum way way)
{
	double begin = cpu_s(), spent;
	int pictures = 0;

	do {
		if (!picture(rows, view, kernel, way))
			return 0;
		pictures++;
		spent = cpu_s() - begin;
	} while (spent < round_s);
	return (double)pictures * view->size * view->size / spent;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* All take turns; the median round of each is told. */
static void
rates_print(struct rows *rows, const struct view *view)
{
	static double rates[TRACE_KERNEL__MAX][WAY__MAX][ROUNDS];

	for (int round = 0; round < ROUNDS; round++)
		for (int kernel = 0; kernel < TRACE_KERNEL__MAX; kernel++)
			for (int way = 0; way < WAY__MAX; way++)
				rates[kernel][way][round] = rate(
					rows, view, (enum trace_kernel)kernel,
					(enum way)way);
	for (int kernel = 0; kernel < TRACE_KERNEL__MAX; kernel++) {
		if (rates[kernel][0][0] <= 0)
			continue;
		printf("%s", trace_kernel_name((enum trace_kernel)kernel));
		for (int way = 0; way < WAY__MAX; way++) {
			qsort(rates[kernel][way], ROUNDS, sizeof(double),
			      compare);
			printf(" %.0f", rates[kernel][way][ROUNDS / 2]);
		}
		printf("\n");
	}
}

/* ---- what is seen */

static void
row_print(const struct view *view, const struct trace_hits *hits,
	  const double *g)
{
	for (int i = 0; i < view->size; i++)
		printf("%d %.12g\n", hits->end[i] == TRACE_DISC, g[i]);
}

static void
pixels_print(struct rows *rows, const struct view *view)
{
	int half = view->size / 2;

	picture(rows, view, trace_best(), REDSHIFTS);
	for (int row = 0; row < half; row++)
		row_print(view, &rows[row].upper, rows[row].upper_g);
	for (int row = half - 1; row >= 0; row--)
		row_print(view, &rows[row].lower, rows[row].lower_g);
}

static bool
view_read(struct view *view, char **argv)
{
	double numbers[5], i;

	for (int at = 0; at < 5; at++)
		if (number_parse_double(argv[at], strlen(argv[at]),
					&numbers[at]) != NUMBER_OK)
			return false;
	i = numbers[1] * RAD_PER_DEG;
	*view = (struct view){
		.scene = {.spin = numbers[0],
			  .sin_i = sin(i),
			  .cos_i = cos(i),
			  .disc_inner = kerr_isco(numbers[0]),
			  .disc_outer = numbers[4],
			  .step = TRACE_STEP},
		.fov_rg = numbers[2],
		.size = (int)numbers[3],
	};
	return view->size >= 2 && view->size <= TRACE_BATCH &&
	       view->size % 2 == 0;
}

int
main(int argc, char **argv)
{
	struct rows *rows;
	struct view view;

	if (argc != 6 || !view_read(&view, argv + 1)) {
		fprintf(stderr, "usage: rays_dump SPIN INCLINATION_DEG FOV_RG "
				"SIZE DISC_OUTER_RG (an even size up to "
				"256)\n");
		return 2;
	}
	rows = calloc((size_t)view.size / 2, sizeof(*rows));
	if (rows == NULL)
		return 1;
	rates_print(rows, &view);
	pixels_print(rows, &view);
	free(rows);
	return 0;
}
