#include "relativity/ray.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/kerr.h"
#include "relativity/ray_series.h"

/* A ray that has not ended after so many steps never will. */
enum { STEPS_MAX = 1000 };

/* In the plane itself there is no crossing: the nearest ray beside it. */
#define BETA_MIN 1e-12

double
ray_redshift(double spin, double radius_rg, double lambda)
{
	double slow = 1 / (radius_rg * sqrt(radius_rg));
	double lapse = 1 - 3 / radius_rg + 2 * spin * slow;

	return sqrt(fmax(lapse, 0)) / (1 + (spin - lambda) * slow);
}

/* ---- the start */

struct camera {
	double spin, sin_i, cos_i, isco, alpha, beta;
};

static void
camera_look(struct camera *camera, double spin, double inclination_deg,
	    double alpha, double beta)
{
	bool axis = inclination_deg == 0 || inclination_deg == 180;
	double i = inclination_deg * RAD_PER_DEG;

	camera->spin = spin;
	camera->sin_i = axis ? 0 : sin(i);
	camera->cos_i = inclination_deg == 90 ? 0 : cos(i);
	camera->isco = kerr_isco(spin);
	camera->alpha = alpha;
	camera->beta = beta;
	if (camera->cos_i == 0 && fabs(beta) < BETA_MIN)
		camera->beta = BETA_MIN;
}

static void
motion_start(struct ray_motion *motion, const struct camera *camera)
{
	double a = camera->spin, alpha = camera->alpha, beta = camera->beta;
	double lambda = -alpha * camera->sin_i;
	double eta = (alpha * alpha - a * a) * camera->cos_i * camera->cos_i +
		     beta * beta;
	double linear = a * a - lambda * lambda - eta;
	double unit2 = 1 / fmax(lambda * lambda + eta, 4);
	double unit = sqrt(unit2);

	*motion = (struct ray_motion){
		.spin = a,
		.a_lambda = a * lambda,
		.unit = unit,
		.linear = linear * unit2,
		.square = 3 * ((lambda - a) * (lambda - a) + eta) * unit2,
		.cube = -2 * a * a * eta * unit2,
		.polar_cube = -2 * a * a * unit2,
		.turn = -a * a * unit2,
		.u = {0, unit},
		.mu = {camera->cos_i, beta * camera->sin_i * unit},
		.x = {camera->sin_i, -beta * camera->cos_i * unit},
		.y = {0, alpha * unit},
	};
}

/* ---- the way */

/*
 * Whether the ray comes back from the hole.  The drag of one that does not
 * has a pole at the horizon, where steps would become ever shorter.
 */
static enum trace_end
radial_end(struct ray_motion motion, double horizon)
{
	struct ray_series series;

	for (int i = 0; i < STEPS_MAX; i++) {
		double step = ray_series_find(&series, &motion, RAY_RADIAL);

		ray_series_move(&series, &motion, RAY_RADIAL, step);
		if (motion.u[0] <= 0)
			return TRACE_SKY;
		if (motion.u[0] >= horizon)
			return TRACE_HORIZON;
	}
	return TRACE_LOST;
}

static void
crossing_add(struct ray *ray, const struct camera *camera, int order, double u)
{
	struct ray_crossing *crossing = &ray->crossings[ray->crossing_count];
	double radius = 1 / u, lambda = -camera->alpha * camera->sin_i;

	if (!(radius >= camera->isco) ||
	    ray->crossing_count == RAY_CROSSINGS_MAX)
		return;
	crossing->order = order;
	crossing->radius_rg = radius;
	crossing->redshift_factor = ray_redshift(camera->spin, radius, lambda);
	ray->crossing_count++;
}

/* The direction is w turned back by what the hole has turned the azimuth. */
static void
direction_set(struct ray *ray, const struct ray_motion *motion)
{
	double c = cos(motion->drag), s = sin(motion->drag);
	double x = c * motion->x[0] + s * motion->y[0];
	double y = c * motion->y[0] - s * motion->x[0], z = motion->mu[0];
	double length = sqrt(x * x + y * y + z * z);

	ray->direction[0] = x / length;
	ray->direction[1] = y / length;
	ray->direction[2] = z / length;
	ray->theta_deg = atan2(hypot(x, y), z) / RAD_PER_DEG;
	ray->phi_deg = atan2(y, x) / RAD_PER_DEG;
}

/* One step: crosses the plane, or ends; whether it has ended. */
static bool
ray_step(struct ray *ray, struct ray_motion *motion,
	 const struct camera *camera, int *order)
{
	enum ray_parts parts = ray->end == TRACE_SKY ? RAY_ALL : RAY_PLANE;
	double horizon = 1 / kerr_horizon_outer(camera->spin);
	double before = motion->mu[0], from = motion->u[0], at, u, step;
	struct ray_series series;
	bool ends;

	step = ray_series_find(&series, motion, parts);
	u = ray_series_value(series.u, step);
	ends = u <= 0 || u >= horizon;
	if (ends)
		step = ray_series_root(series.u, u <= 0 ? 0 : horizon, from,
				       step);
	ray_series_move(&series, motion, parts, step);
	if ((before > 0 && motion->mu[0] < 0) ||
	    (before < 0 && motion->mu[0] > 0)) {
		at = ray_series_root(series.mu, 0, before, step);
		crossing_add(ray, camera, *order,
			     ray_series_value(series.u, at));
		++*order;
	}
	return ends;
}

enum lc_rc
ray_follow(double spin, double inclination_deg, double alpha_rg, double beta_rg,
	   struct lc_progress *progress, struct ray *ray)
{
	double horizon = 1 / kerr_horizon_outer(spin);
	struct ray_motion motion;
	struct camera camera;
	enum lc_rc rc;
	int order = 0;

	camera_look(&camera, spin, inclination_deg, alpha_rg, beta_rg);
	motion_start(&motion, &camera);
	*ray = (struct ray){.end = radial_end(motion, horizon)};
	for (int i = 0; i < STEPS_MAX; i++) {
		rc = progress_stopped(progress);
		if (rc != LC_OK)
			return rc;
		if (!ray_step(ray, &motion, &camera, &order))
			continue;
		if (ray->end == TRACE_SKY)
			direction_set(ray, &motion);
		return LC_OK;
	}
	ray->end = TRACE_LOST;
	return LC_OK;
}
