/*
 * Wormholes: static, spherical, without a horizon,
 *
 *	ds^2 = -c^2 dt^2 + dl^2 + r(l)^2 (dtheta^2 + sin^2 theta dphi^2),
 *
 * with l the proper distance from the middle, negative on the far side.
 *
 * Lengths are in throat radii here, r(0) = 1.  Ellis: r^2 = 1 + l^2.  Dneg: a
 * cylinder, |l| <= half_length, from which r opens towards r' = 1 over
 * the lensing width.  Nothing fails for shapes that wormhole_ellis() and
 * wormhole_dneg() have made of what is in range; no function keeps state.
 *
 * Sources: Ellis 1973, J. Math. Phys. 14, 104; Morris & Thorne 1988, Am. J.
 * Phys. 56, 395; James, von Tunzelmann, Franklin & Thorne 2015, Am. J. Phys.
 * 83, 486.
 */
#ifndef RELATIVITY_WORMHOLE_H
#define RELATIVITY_WORMHOLE_H

enum wormhole_kind { WORMHOLE_ELLIS, WORMHOLE_DNEG };

struct wormhole {
	enum wormhole_kind kind;
	double half_length; /* a; Ellis: 0 */
	double mass;        /* M, which the lensing width fixes; Ellis: 0 */
};

struct wormhole wormhole_ellis(void);

/* length = 2a, from 0 to 200, and the lensing width, from 1e-4 to 10. */
struct wormhole wormhole_dneg(double length, double lensing_width);

/* r, dr/dl, d2r/dl2 at any l; the last jumps at a cylinder's end, where it is
 * the outside's. */
double wormhole_radius(const struct wormhole *shape, double l);
double wormhole_slope(const struct wormhole *shape, double l);
double wormhole_bend(const struct wormhole *shape, double l);

/* 1 - r'^2, to all its digits far out, too. */
double wormhole_tilt(const struct wormhole *shape, double l);

/* Where the stations stand, at l = +- this: 1 - r'^2 is 0.01 there. */
double wormhole_station(const struct wormhole *shape);

/*
 * The embedding's height over its middle plane, odd in l: dz/dl =
 * sqrt(1 - r'^2).  Relative error 1e-9.
 */
double wormhole_height(const struct wormhole *shape, double l);

#endif
