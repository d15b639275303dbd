/*
 * Angles and directions on the celestial sphere.
 *
 * Right ascension and declination are degrees, directions are unit vectors
 * with x to RA 0 Dec 0, y to RA 90 Dec 0 and z to the north pole.  Pure
 * functions of finite numbers; any thread may call.
 */
#ifndef SKY_ANGLES_H
#define SKY_ANGLES_H

#define ANGLES_PI 3.14159265358979323846

struct angles_vector {
	double x, y, z;
};

static inline double
angles_radians(double angle_deg)
{
	return angle_deg * (ANGLES_PI / 180);
}

static inline double
angles_degrees(double angle_rad)
{
	return angle_rad * (180 / ANGLES_PI);
}

/* The same direction from 0 to below 360 degrees. */
double angles_wrap_deg(double angle_deg);

/* The direction of a position. */
struct angles_vector angles_vector(double ra_deg, double dec_deg);

/* The squared length of a - b: 4 sin²(separation / 2). */
static inline double
angles_chord2(struct angles_vector a, struct angles_vector b)
{
	double x = a.x - b.x, y = a.y - b.y, z = a.z - b.z;

	return x * x + y * y + z * z;
}

/*
 * The angle between two directions, 0 to 180, good to about 1e-14 degrees
 * everywhere, also near 0 and near 180 (W. Kahan, "How Futile are Mindless
 * Assessments of Roundoff in Floating-Point Computation?", 2006, section
 * 12).  Equal vectors give exactly 0.
 */
double angles_separation_deg(struct angles_vector a, struct angles_vector b);

#endif
