/*
 * Wormholes' pictures, pixels a second of CPU time on one thread, as a table
 * for RESULTS.md.
 *
 *	bench_wormhole
 *
 * The view is the usual one: 40 degrees wide, the wormhole in the middle, from
 * 6.25 throat radii beyond the cylinder.  For each shape the rays of 1024^2
 * pixels, exactly (a few of them) and by a lens, and whole pictures, with
 * grids for both skies and with stars for both; and how many times the exact
 * rays' number each of these is.  Each number is the best of some rounds, by
 * turns.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "relativity/constants.h"
#include "relativity/wormhole_picture.h"

#define FIELD_DEG 40.0
#define AWAY 6.25

enum { ROUNDS = 5, SIZE = 1024, EXACTLY = 64, STARS = 10000 };

enum way { EXACT, LENS, GRIDS, SKIES, WAY__MAX };

struct scene {
	const char *name;
	struct wormhole shape;
	struct wormhole_table *table;
	struct wormhole_lens *lens;
	double camera_l, table_ms, lens_ms;
};

static double
cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Spread evenly, on a spiral from pole to pole. */
static void
stars_make(struct picture_star *stars)
{
	double turn = PI * (3 - sqrt(5));

	for (int i = 0; i < STARS; i++) {
		double z = 1 - (2 * i + 1.0) / STARS, across = sqrt(1 - z * z);

		stars[i] = (struct picture_star){
			.x = (float)(across * cos(turn * i)),
			.y = (float)(across * sin(turn * i)),
			.z = (float)z,
			.magnitude = (float)(5 + 8.0 * (i % 97) / 97),
			.b_minus_v = (float)((i % 31) / 20.0),
		};
	}
}

/* The rays of size x size pixels; what is summed up cannot be left out. */
static double
rays(const struct scene *scene, int size, bool exactly)
{
	double reach = tan(FIELD_DEG / 2 * RAD_PER_DEG), sum = 0;

	for (int y = 0; y < size; y++)
		for (int x = 0; x < size; x++) {
			double right = reach * ((2 * x + 1.0) / size - 1);
			double up = reach * ((2 * y + 1.0) / size - 1);
			double square = right * right + up * up;
			double length = sqrt(1 + square);
			double across = sqrt(square);
			struct wormhole_ray ray;

			if (exactly)
				wormhole_ray(&scene->shape, scene->camera_l,
					     atan(across), &ray);
			else
				wormhole_lens_find(scene->lens, 1 / length,
						   across / length, &ray);
			sum += ray.sweep_rad;
		}
	return sum;
}

/* LC_OK, or what went wrong. */
static enum lc_rc
picture(const struct scene *scene, enum picture_sky sky,
	struct picture_star *stars)
{
	struct wormhole_view view = {.camera_l = scene->camera_l,
				     .theta_deg = 90,
				     .width_px = SIZE,
				     .height_px = SIZE,
				     .fov_deg = FIELD_DEG,
				     .near_sky = sky,
				     .far_sky = sky};
	struct wormhole_picture *whole =
		wormhole_picture_new(scene->table, &view, stars, STARS, NULL);
	enum lc_rc rc = whole != NULL ? LC_OK : LC_NO_MEMORY;
	size_t parts = whole != NULL ? wormhole_picture_parts(whole) : 0;

	for (size_t i = 0; rc == LC_OK && i < parts; i++)
		rc = wormhole_picture_part(whole, i, NULL);
	wormhole_picture_free(whole);
	return rc;
}

/* Of rays or pixels; 0 when there is no memory. */
static double
a_second(const struct scene *scene, enum way way, struct picture_star *stars)
{
	int size = way == EXACT ? EXACTLY : SIZE;
	double begin = cpu_s();
	enum lc_rc rc = LC_OK;

	if (way == EXACT || way == LENS)
		rc = isnan(rays(scene, size, way == EXACT)) ? LC_INTERNAL :
							      LC_OK;
	else
		rc = picture(scene, way == GRIDS ? PICTURE_GRID : PICTURE_STARS,
			     stars);
	return rc == LC_OK ? (double)size * size / (cpu_s() - begin) : 0;
}

static void
row_print(const struct scene *scene, struct picture_star *stars)
{
	double best[WAY__MAX] = {0};

	for (int round = 0; round < ROUNDS; round++)
		for (int way = 0; way < WAY__MAX; way++)
			best[way] = fmax(best[way],
					 a_second(scene, (enum way)way, stars));
	printf("| %s | %.1f | %.1f | %.0f", scene->name, scene->table_ms,
	       scene->lens_ms, best[EXACT]);
	for (int way = LENS; way < WAY__MAX; way++)
		printf(" | %.0f | %.0f", best[way], best[way] / best[EXACT]);
	printf(" |\n");
}

/* False: no memory. */
static bool
scene_make(struct scene *scene)
{
	double begin = cpu_s();

	scene->camera_l = scene->shape.half_length + AWAY;
	scene->table = wormhole_table_new(&scene->shape, NULL);
	if (scene->table == NULL)
		return false;
	scene->table_ms = 1e3 * (cpu_s() - begin);
	begin = cpu_s();
	scene->lens = wormhole_lens_new(scene->table, scene->camera_l, NULL);
	scene->lens_ms = 1e3 * (cpu_s() - begin);
	return scene->lens != NULL;
}

int
main(void)
{
	struct scene scenes[] = {
		{.name = "Ellis's", .shape = wormhole_ellis()},
		{.name = "the film's", .shape = wormhole_dneg(0.01, 0.05)},
		{.name = "a long one", .shape = wormhole_dneg(5, 0.2)},
	};
	enum { SCENES = sizeof(scenes) / sizeof(scenes[0]) };
	struct picture_star *stars = malloc(STARS * sizeof(*stars));
	bool made = stars != NULL;

	if (made)
		stars_make(stars);
	for (int i = 0; made && i < SCENES; i++)
		made = scene_make(&scenes[i]);
	if (made)
		printf("| shape | table, ms | lens, ms | exact rays/s | rays/s "
		       "by a lens | times | pixels/s, grids | times | "
		       "pixels/s, stars | times |\n"
		       "| --- | ---: | ---: | ---: | ---: | ---: | ---: | "
		       "---: | ---: | ---: |\n");
	for (int i = 0; i < SCENES; i++) {
		if (made)
			row_print(&scenes[i], stars);
		wormhole_lens_free(scenes[i].lens);
		wormhole_table_free(scenes[i].table);
	}
	free(stars);
	return made ? 0 : 1;
}
