/*
 * Rays of light from a distant camera into a Kerr hole, many at a time.
 *
 * A ray starts at (alpha, beta) of the camera's plane (see shadow.h) and is
 * followed backwards until it meets the disc, the horizon or the sky.  In
 * Mino time and with u = 1/r and mu = cos(theta) the right sides are
 * polynomials without turning points or poles; a vector stands for the
 * direction of the azimuth.  The step is fixed for each ray.
 *
 * The kernel is compiled for the baseline, AVX2 and AVX-512; the best one
 * that the machine has is chosen at run time.  Results differ in the last
 * digits between them.  No function keeps state or allocates.
 */
#ifndef RELATIVITY_TRACE_H
#define RELATIVITY_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TRACE_BATCH = 256, /* most rays at once: 0.2 ms at the baseline */
	TRACE_ORDER_MAX = 15
};

/*
 * The step of pictures: errors of 1e-8 in the disc's radius and of 1e-7 rad
 * in the sky, except beside the critical curve.  They go with its sixth
 * power; it is about the angle that a ray turns through in one step.
 */
#define TRACE_STEP 0.15

struct trace_scene {
	double spin;                   /* -1 to 1 */
	double sin_i, cos_i;           /* of the inclination, exact at 0,
	                                    90 and 180 degrees */
	double disc_inner, disc_outer; /* an opaque disc; outer 0: none */
	double step;
	bool directions; /* where rays meet the sky is wanted */
};

enum trace_end {
	TRACE_HORIZON,
	TRACE_SKY,
	TRACE_DISC,
	TRACE_LOST, /* still turning after the most steps: at the critical curve */
	TRACE_END__MAX
};

struct trace_hits {
	uint8_t end[TRACE_BATCH];   /* enum trace_end */
	uint8_t order[TRACE_BATCH]; /* crossings of the plane before the end */
	double radius[TRACE_BATCH]; /* of TRACE_DISC */
	/*
	 * Of TRACE_SKY, if wanted: unit vector to where the ray comes from;
	 * z is the spin axis, and the camera is in the direction (sin_i, 0,
	 * cos_i).  alpha points to +y.
	 */
	double x[TRACE_BATCH], y[TRACE_BATCH], z[TRACE_BATCH];
	/*
	 * The largest, at the end of the ray, of |u'^2 - U(u)| by the sum of
	 * the magnitudes of U's terms, |mu'^2 - V(mu)| by 1 and that of V's
	 * coefficients, and, with directions, |w^2 + mu^2 - 1| of those that
	 * meet the sky.
	 */
	double residual[TRACE_BATCH];
};

/* `count` of at most TRACE_BATCH. */
void trace_rays(const struct trace_scene *scene, const double *alpha,
		const double *beta, size_t count, struct trace_hits *hits);

/*
 * The same, and at once those with -beta: they share the radial motion, a
 * third of the work.
 */
void trace_mirrored(const struct trace_scene *scene, const double *alpha,
		    const double *beta, size_t count, struct trace_hits *hits,
		    struct trace_hits *mirrored);

/* ---- which kernel */

enum trace_kernel {
	TRACE_BASELINE,
	TRACE_AVX2,
	TRACE_AVX512,
	TRACE_KERNEL__MAX
};

/* The best one here; its name ("avx2"). */
enum trace_kernel trace_best(void);
const char *trace_kernel_name(enum trace_kernel kernel);

/* For tests and benchmarks: as trace_rays() and, if `mirrored` is not NULL,
 * trace_mirrored(), by one kernel; false: the machine does not have it. */
bool trace_by(enum trace_kernel kernel, const struct trace_scene *scene,
	      const double *alpha, const double *beta, size_t count,
	      struct trace_hits *hits, struct trace_hits *mirrored);

#endif
