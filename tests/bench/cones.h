/*
 * What all who search cones in the benchmark share: the centres, the clock,
 * and reading what was found.
 *
 * Standard input has the centres, one a line: radius, RA and Dec in degrees.
 * Each radius' centres are searched once to warm up, and once more to be
 * timed; standard output then has one line for each radius: the radius, the
 * median in microseconds, and how many rows, bytes of text and what sum of
 * numbers all its searches gave, by which it is seen that all found the same.
 */
#ifndef BENCH_CONES_H
#define BENCH_CONES_H

#include <stddef.h>
#include <stdint.h>

struct cones_centre {
	double radius_deg, ra_deg, dec_deg;
};

/* What was read of the rows. */
struct cones_sum {
	int64_t rows;
	int64_t text_bytes;
	double numbers;
};

struct cones_row {
	const char *name, *spectral_type;
	size_t name_length, spectral_type_length;
	double ra_deg, dec_deg, magnitude_v, separation_deg;
};

/* Reads every column. */
void cones_add(struct cones_sum *sum, const struct cones_row *row);

/* The separation by the haversine, for those who have no better one. */
double cones_separation_deg(const struct cones_centre *centre, double ra_deg,
			    double dec_deg);

double cones_now_us(void);

/* The value in the middle; sorts them. */
double cones_median(double *values, size_t count);

/* The centres of standard input; NULL, said on standard error, if none. */
struct cones_centre *cones_read(size_t *count);

/* Searches all; 0 when it went well. */
int cones_run(int (*search)(void *context, const struct cones_centre *centre,
			    struct cones_sum *sum),
	      void *context);

#endif
