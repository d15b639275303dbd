/*
 * Rays a second of CPU time on one thread, by each kernel that runs here.
 *
 *	bench_rays
 *
 * Spin 0.9 at 75 degrees, a view of 30 gravitational radii, a disc from the
 * ISCO to 20.  For each size of the picture: rays alone and mirrored, without
 * and with their directions in the sky; "ratio" is to the baseline in the
 * same row.  Each number is the best of some rounds, taken by turns.
 */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "relativity/constants.h"
#include "relativity/kerr.h"
#include "relativity/trace.h"

#define FIELD_RG 30.0
#define ROUND_S 0.5

enum { ROUNDS = 5, SIZES = 2, TILE = 16 };

static const int sizes[SIZES] = {1024, 128};

static double
cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* One tile's rays; the tile's upper left pixel is (column, row). */
static void
tile_rays(int size, int column, int row, double *alpha, double *beta)
{
	double pixel = FIELD_RG / size;

	for (int y = 0; y < TILE; y++)
		for (int x = 0; x < TILE; x++) {
			double right = column + x + 0.5, down = row + y + 0.5;

			alpha[y * TILE + x] = pixel * right - FIELD_RG / 2;
			beta[y * TILE + x] = FIELD_RG / 2 - pixel * down;
		}
}

static bool
picture(enum trace_kernel kernel, const struct trace_scene *scene, int size,
	bool mirrored)
{
	double alpha[TILE * TILE], beta[TILE * TILE];
	struct trace_hits hits, others;
	bool runs = true;

	for (int row = 0; row < (mirrored ? size / 2 : size); row += TILE)
		for (int column = 0; column < size; column += TILE) {
			tile_rays(size, column, row, alpha, beta);
			runs = trace_by(kernel, scene, alpha, beta,
					(size_t)TILE * TILE, &hits,
					mirrored ? &others : NULL);
		}
	return runs;
}

/* 0 for a kernel that does not run here. */
static double
rays_a_second(enum trace_kernel kernel, const struct trace_scene *scene,
	      int size, bool mirrored)
{
	double begin = cpu_s(), s;
	int pictures = 0;

	do {
		if (!picture(kernel, scene, size, mirrored))
			return 0;
		pictures++;
		s = cpu_s() - begin;
	} while (s < ROUND_S / TRACE_KERNEL__MAX);
	return (double)size * size * pictures / s;
}

static void
row_print(const struct trace_scene *scene, int size, bool mirrored)
{
	double best[TRACE_KERNEL__MAX] = {0};

	for (int round = 0; round < ROUNDS; round++)
		for (int k = 0; k < TRACE_KERNEL__MAX; k++)
			best[k] = fmax(best[k],
				       rays_a_second((enum trace_kernel)k,
						     scene, size, mirrored));
	printf("%4d  %-8s  %-10s", size, mirrored ? "mirrored" : "alone",
	       scene->directions ? "directions" : "");
	for (int k = 0; k < TRACE_KERNEL__MAX; k++)
		printf("  %10.2f", best[k] / 1e6);
	printf("  %5.2f\n", best[trace_best()] / best[TRACE_BASELINE]);
}

int
main(void)
{
	double i = 75 * RAD_PER_DEG;
	struct trace_scene scene = {
		.spin = 0.9,
		.sin_i = sin(i),
		.cos_i = cos(i),
		.disc_inner = kerr_isco(0.9),
		.disc_outer = 20,
		.step = TRACE_STEP,
	};

	printf("million rays a second\nsize  %-20s", "");
	for (int k = 0; k < TRACE_KERNEL__MAX; k++)
		printf("  %10s", trace_kernel_name((enum trace_kernel)k));
	printf("  ratio\n");
	for (int n = 0; n < SIZES; n++)
		for (int way = 0; way < 4; way++) {
			scene.directions = way % 2 == 1;
			row_print(&scene, sizes[n], way / 2 == 1);
		}
	return 0;
}
