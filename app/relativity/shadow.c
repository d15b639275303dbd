#include "relativity/shadow.h"

#include <math.h>
#include <stdbool.h>

#include "relativity/constants.h"

/*
 * Light on the critical curve has once turned around the hole at a constant
 * radius r.  With s = r - 1, d = 1 - a^2 and s0 the s of the orbit through
 * the poles, Bardeen's formulas become
 *
 *	lambda = (s0 - s) / a (s + s0 + 2d / (s s0))
 *	eta = r^3 (3 - s - 4d / s^2) / a^2
 *	beta^2 = eta + (a^2 - alpha^2) cos^2 i
 *
 * and dbeta^2 / dalpha = 2 (k (1 + 2/s) - alpha) with k = a sin i.  The
 * parameter of the curve is chi, with s = s0 exp(k chi): so neither a spin
 * of 0 nor an inclination of 0 divides by 0, and a spin near 1 gets as much
 * of chi for its left side, where s is tiny, as it needs.
 */
struct view {
	double spin; /* its magnitude */
	bool mirrored;
	double d, k, sin_i, cos2_i;
	double s0;
	double left, right; /* chi, where beta = 0 */
};

struct spot {
	double alpha, square; /* of beta; below 0 outside of the curve */
	double rate;          /* dalpha / dchi */
	double lean;          /* beta dbeta / dalpha */
	double lean_rate;     /* its derivative by chi */
};

/*
 * The straight side of a maximal spin's shadow belongs to s = 0 as a whole.
 * With this d it is a layer in chi as for other spins, and the curve is
 * right to 1e-12.
 */
#define LEAST_D 1e-24

/* At small spins, a y = r - 3 is known better than 3 - s - 4d/s^2. */
static double
eta(const struct view *view, double s, double grown)
{
	double a = view->spin, r = 1 + s, r0 = 1 + view->s0;
	double y = view->sin_i * grown - a * (r0 + 1) / (r0 * r0);

	if (a < 0.5)
		return r * r * r * (4 - r * y * y) / (s * s);
	return r * r * r * (3 - s - 4 * view->d / (s * s)) / (a * a);
}

static struct spot
spot_at(const struct view *view, double chi)
{
	double a = view->spin, s0 = view->s0, k = view->k;
	double s = s0 * exp(k * chi);
	/* (s - s0) / k */
	double grown = k > 0 ? s0 * expm1(k * chi) / k : s0 * chi;
	double alpha = grown * (s + s0 + 2 * view->d / (s * s0));
	double rate = 2 * (s * s + view->d / s);

	return (struct spot){.alpha = alpha,
			     .square = eta(view, s, grown) +
				       view->cos2_i * (a - alpha) * (a + alpha),
			     .rate = rate,
			     .lean = k * (1 + 2 / s) - alpha,
			     .lean_rate = -2 * k * k / s - rate};
}

/* ---- roots */

struct search {
	const struct view *view;
	double angle, centre; /* of a point that is looked for */
};

typedef double search_fn(const struct search *search, double at, double *slope);

/*
 * Newton's steps from `outside`, halving where they leave what is known to
 * hold the root: the function is positive at `inside` and not at `outside`.
 */
static double
search_root(const struct search *search, search_fn *f, double inside,
	    double outside, double at)
{
	for (int i = 0; i < 200; i++) {
		double slope, value = f(search, at, &slope), next;

		*(value > 0 ? &inside : &outside) = at;
		next = at - value / slope;
		if (!(next > fmin(inside, outside)) ||
		    !(next < fmax(inside, outside)))
			next = (inside + outside) / 2;
		if (fabs(next - at) <= 2e-16 * fabs(at))
			return next;
		at = next;
	}
	return at;
}

static double
search_end(const struct search *search, double chi, double *slope)
{
	struct spot spot = spot_at(search->view, chi);

	*slope = 2 * spot.rate * spot.lean;
	return spot.square;
}

static double
search_top(const struct search *search, double chi, double *slope)
{
	struct spot spot = spot_at(search->view, chi);

	*slope = spot.lean_rate;
	return spot.lean;
}

/* ---- the view */

static double
view_chi(const struct view *view, double theta)
{
	return (view->left + view->right) / 2 +
	       (view->right - view->left) / 2 * cos(theta);
}

static double
polar_orbit(double d)
{
	double third = (2 + d) / 3;

	return 2 * sqrt(third) *
	       cos(acos(fmin(1, d / (third * sqrt(third)))) / 3);
}

/* s of the prograde and the retrograde orbit in the plane. */
static void
plane_orbits(const struct view *view, double *prograde, double *retrograde)
{
	double third = atan2(sqrt(view->d), view->spin) / 3;

	*prograde = 4 * sin(third) * sin(third + PI / 3);
	*retrograde = 4 * cos(third) * cos(third) - 1;
}

static struct view
view_of(double spin, double inclination_deg)
{
	double low_deg = fmin(inclination_deg, 180 - inclination_deg);
	double cos_i = sin((90 - low_deg) * RAD_PER_DEG);
	struct view view = {.spin = fabs(spin),
			    .mirrored = spin < 0,
			    .d = fmax((1 - spin) * (1 + spin), LEAST_D),
			    .sin_i = sin(low_deg * RAD_PER_DEG),
			    .cos2_i = cos_i * cos_i};
	struct search search = {.view = &view};
	double prograde, retrograde;

	/* So small, it is nothing; a quotient of such numbers would be. */
	view.k = view.spin * view.sin_i;
	view.k = view.k > 1e-20 ? view.k : 0;
	view.s0 = polar_orbit(view.d);
	plane_orbits(&view, &prograde, &retrograde);
	/* No light turns further in or out than in the plane; from a little
	 * beyond that, the ends are looked for. */
	view.left = fmax(-40, (log(prograde / view.s0) - 0.7) / view.k);
	view.right = fmin(40, (log(retrograde / view.s0) + 0.7) / view.k);
	view.left = search_root(&search, search_end, 0, view.left, view.left);
	view.right =
		search_root(&search, search_end, 0, view.right, view.right);
	return view;
}

/* ---- all around */

enum { NODE_COUNT = 96 }; /* 64 reach 1e-12 at every spin */

struct node {
	double alpha, beta, lean;
	double step; /* -dalpha / dtheta times the step in theta */
};

/*
 * The upper half, right to left, evenly in theta: beta is smooth and odd in
 * it at both ends, so that plain sums of its integrals converge like a
 * geometric series.
 */
static void
nodes_find(const struct view *view, struct node nodes[NODE_COUNT])
{
	double half = (view->right - view->left) / 2;

	for (int i = 0; i < NODE_COUNT; i++) {
		double theta = (i + 0.5) * PI / NODE_COUNT;
		struct spot spot = spot_at(view, view_chi(view, theta));

		nodes[i] = (struct node){.alpha = spot.alpha,
					 .beta = sqrt(fmax(0, spot.square)),
					 .lean = spot.lean,
					 .step = spot.rate * half * sin(theta) *
						 PI / NODE_COUNT};
	}
}

static double
mean_radius(const struct node nodes[NODE_COUNT], double centre)
{
	double sum = 0;

	/* rho dphi, with rho^2 dphi = x dbeta - beta dx. */
	for (int i = 0; i < NODE_COUNT; i++) {
		double x = nodes[i].alpha - centre, beta = nodes[i].beta;

		sum += nodes[i].step * (beta - x * nodes[i].lean / beta) /
		       hypot(x, beta);
	}
	return sum / PI;
}

static void
view_find(const struct view *view, struct shadow *shadow)
{
	struct search search = {.view = view};
	struct node nodes[NODE_COUNT];
	double half_area = 0, moment = 0, top;

	nodes_find(view, nodes);
	for (int i = 0; i < NODE_COUNT; i++) {
		half_area += nodes[i].beta * nodes[i].step;
		moment += nodes[i].beta * nodes[i].step * nodes[i].alpha;
	}
	if (view->k <= 0)
		moment = 0; /* it is a circle, whatever rounding left */
	top = search_root(&search, search_top, view->left, view->right,
			  (view->left + view->right) / 2);
	*shadow = (struct shadow){
		.alpha_min_rg = spot_at(view, view->left).alpha,
		.alpha_max_rg = spot_at(view, view->right).alpha,
		.beta_max_rg = sqrt(spot_at(view, top).square),
		.area_rg2 = 2 * half_area,
		.areal_diameter_rg = 2 * sqrt(2 * half_area / PI),
		.mean_diameter_rg = 2 * mean_radius(nodes, moment / half_area),
		.centre_alpha_rg = moment / half_area};
}

void
shadow_find(double spin, double inclination_deg, struct shadow *shadow)
{
	struct view view = view_of(spin, inclination_deg);
	double right;

	view_find(&view, shadow);
	if (view.mirrored) {
		right = -shadow->alpha_min_rg;
		shadow->alpha_min_rg = -shadow->alpha_max_rg;
		shadow->alpha_max_rg = right;
		shadow->centre_alpha_rg = -shadow->centre_alpha_rg;
	}
}

/* ---- points */

/* How much of the angle is still to come, at theta. */
static double
search_angle(const struct search *search, double theta, double *slope)
{
	const struct view *view = search->view;
	struct spot spot = spot_at(view, view_chi(view, theta));
	double x = spot.alpha - search->centre;
	double beta = sqrt(fmax(0, spot.square));
	double step = spot.rate * (view->right - view->left) / 2 * sin(theta);

	*slope = step * (x * spot.lean / beta - beta) / (x * x + beta * beta);
	return search->angle - atan2(beta, x);
}

/* The point of the upper half at an angle of 0 to PI. */
static struct shadow_point
point_at(const struct view *view, double centre, double angle)
{
	struct search search = {.view = view, .angle = angle, .centre = centre};
	double theta = search_root(&search, search_angle, 0, PI, angle);
	struct spot spot = spot_at(view, view_chi(view, theta));

	return (struct shadow_point){spot.alpha, sqrt(fmax(0, spot.square))};
}

void
shadow_curve(double spin, double inclination_deg, struct shadow_point *points,
	     size_t count)
{
	struct view view = view_of(spin, inclination_deg);
	struct shadow shadow;

	view_find(&view, &shadow);
	for (size_t i = 0; i <= count / 2; i++) {
		double turn = 2 * (double)i / (double)count;
		double along = view.mirrored ? 1 - turn : turn;
		struct shadow_point point;

		if (along <= 0)
			point = (struct shadow_point){shadow.alpha_max_rg, 0};
		else if (along >= 1)
			point = (struct shadow_point){shadow.alpha_min_rg, 0};
		else
			point = point_at(&view, shadow.centre_alpha_rg,
					 PI * along);
		if (view.mirrored)
			point.alpha_rg = -point.alpha_rg;
		points[i] = point;
		if (i > 0 && 2 * i < count)
			points[count - i] = (struct shadow_point){
				point.alpha_rg, -point.beta_rg};
	}
}
