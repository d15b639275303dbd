#include "relativity/ray_series.h"

#include <math.h>
#include <stdbool.h>

/* One term of a product. */
static double
term(const double a[RAY_TERMS], const double b[RAY_TERMS], int k)
{
	double sum = 0;

	for (int i = 0; i <= k; i++)
		sum += a[i] * b[k - i];
	return sum;
}

static void
find_u(struct ray_series *series, const struct ray_motion *motion)
{
	double *u = series->u;

	u[0] = motion->u[0];
	u[1] = motion->u[1];
	for (int k = 0; k + 2 < RAY_TERMS; k++) {
		double second;

		series->u2[k] = term(u, u, k);
		second = motion->linear * u[k] +
			 motion->square * series->u2[k] +
			 motion->cube * term(series->u2, u, k);
		u[k + 2] = second / ((k + 1) * (k + 2));
	}
}

static void
find_mu(struct ray_series *series, const struct ray_motion *motion)
{
	double *mu = series->mu;

	mu[0] = motion->mu[0];
	mu[1] = motion->mu[1];
	for (int k = 0; k + 2 < RAY_TERMS; k++) {
		series->factor[k] = motion->polar_cube * term(mu, mu, k);
		if (k == 0)
			series->factor[0] += motion->linear;
		mu[k + 2] = term(series->factor, mu, k) / ((k + 1) * (k + 2));
	}
}

static void
find_component(double *w, const double start[2],
	       const struct ray_series *series, double turn)
{
	w[0] = start[0];
	w[1] = start[1];
	for (int k = 0; k + 2 < RAY_TERMS; k++)
		w[k + 2] = (term(series->factor, w, k) + turn * w[k]) /
			   ((k + 1) * (k + 2));
}

/* a (2u - a lambda u^2) / (1 - 2u + a^2 u^2), integrated. */
static void
find_drag(struct ray_series *series, const struct ray_motion *motion)
{
	double a = motion->spin, rate[RAY_TERMS], under[RAY_TERMS];

	series->u2[RAY_ORDER - 1] = term(series->u, series->u, RAY_ORDER - 1);
	series->drag[0] = 0;
	for (int k = 0; k < RAY_ORDER; k++) {
		double u = series->u[k], u2 = series->u2[k];
		double over = a * (2 * u - motion->a_lambda * u2);

		under[k] = (k == 0) - 2 * u + a * a * u2;
		for (int i = 1; i <= k; i++)
			over -= under[i] * rate[k - i];
		rate[k] = over / under[0];
		series->drag[k + 1] = motion->unit * rate[k] / (k + 1);
	}
}

/* The larger of the last two terms, relative to the first two. */
static double
tail(const double terms[RAY_TERMS], double most)
{
	double head = fabs(terms[0]) + fabs(terms[1]);
	double last = fmax(fabs(terms[RAY_ORDER - 1]), fabs(terms[RAY_ORDER]));

	return head > 0 ? fmax(most, last / head) : most;
}

double
ray_series_find(struct ray_series *series, const struct ray_motion *motion,
		enum ray_parts parts)
{
	double most;

	find_u(series, motion);
	most = tail(series->u, 1e-16);
	if (parts >= RAY_PLANE) {
		find_mu(series, motion);
		most = tail(series->mu, most);
	}
	if (parts == RAY_ALL) {
		find_component(series->x, motion->x, series, motion->turn);
		find_component(series->y, motion->y, series, motion->turn);
		find_drag(series, motion);
		most = tail(series->x, most);
		most = tail(series->y, most);
		most = tail(series->drag, most);
	}
	return pow(1e-16 / most, 1.0 / (RAY_ORDER - 1));
}

double
ray_series_value(const double terms[RAY_TERMS], double time)
{
	double sum = terms[RAY_ORDER];

	for (int k = RAY_ORDER - 1; k >= 0; k--)
		sum = sum * time + terms[k];
	return sum;
}

static double
slope(const double terms[RAY_TERMS], double time)
{
	double sum = RAY_ORDER * terms[RAY_ORDER];

	for (int k = RAY_ORDER - 1; k >= 1; k--)
		sum = sum * time + k * terms[k];
	return sum;
}

void
ray_series_move(const struct ray_series *series, struct ray_motion *motion,
		enum ray_parts parts, double time)
{
	motion->u[0] = ray_series_value(series->u, time);
	motion->u[1] = slope(series->u, time);
	if (parts >= RAY_PLANE) {
		motion->mu[0] = ray_series_value(series->mu, time);
		motion->mu[1] = slope(series->mu, time);
	}
	if (parts == RAY_ALL) {
		motion->x[0] = ray_series_value(series->x, time);
		motion->x[1] = slope(series->x, time);
		motion->y[0] = ray_series_value(series->y, time);
		motion->y[1] = slope(series->y, time);
		motion->drag += ray_series_value(series->drag, time);
	}
}

/* Newton's method, and halving where that would leave the bracket. */
double
ray_series_root(const double terms[RAY_TERMS], double value, double from,
		double end)
{
	double low = 0, high = end, time = end / 2;
	bool below = from < value;

	for (int i = 0; i < 60 && low < high; i++) {
		double off = ray_series_value(terms, time) - value;
		double next = time - off / slope(terms, time);

		if ((off < 0) == below)
			low = time;
		else
			high = time;
		if (!(next > low && next < high))
			next = (low + high) / 2;
		if (fabs(next - time) <= 1e-16 * end)
			break;
		time = next;
	}
	return time;
}
