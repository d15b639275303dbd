/*
 * A ray's motion (trace.h has the equations) as power series in time, for
 * ray.h: polynomial right sides make the coefficients follow from each
 * other, to any order, and give the motion between the steps as well.
 *
 * Time is in units of the motion's own, so that coefficients stay moderate.
 */
#ifndef RELATIVITY_RAY_SERIES_H
#define RELATIVITY_RAY_SERIES_H

enum { RAY_ORDER = 24, RAY_TERMS = RAY_ORDER + 1 };

/* What is wanted: each has what those before it have. */
enum ray_parts {
	RAY_RADIAL, /* u */
	RAY_PLANE,  /* mu */
	RAY_ALL     /* x, y and drag */
};

struct ray_motion {
	double spin, a_lambda; /* a, and a times lambda */
	double unit;           /* of time */
	double linear, square,
		cube;      /* u'' = u (linear + u (square + u cube)) */
	double polar_cube; /* mu'' = mu (linear + mu^2 cube) */
	double turn;       /* of w: the same + turn */
	double u[2], mu[2], x[2], y[2]; /* values and derivatives */
	double drag; /* what the hole's turning takes from the azimuth */
};

struct ray_series {
	double u[RAY_TERMS], mu[RAY_TERMS], x[RAY_TERMS], y[RAY_TERMS];
	double drag[RAY_TERMS];
	double u2[RAY_TERMS], factor[RAY_TERMS]; /* u^2; mu'' over mu */
};

/* Finds the series from here; returns how far they are good to all digits. */
double ray_series_find(struct ray_series *series,
		       const struct ray_motion *motion, enum ray_parts parts);

/* Moves on by a time. */
void ray_series_move(const struct ray_series *series, struct ray_motion *motion,
		     enum ray_parts parts, double time);

double ray_series_value(const double terms[RAY_TERMS], double time);

/*
 * When a series that begins with `from` and is on the other side of `value`
 * at `end` has that value.
 */
double ray_series_root(const double terms[RAY_TERMS], double value, double from,
		       double end);

#endif
