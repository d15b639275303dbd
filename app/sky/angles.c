#include "sky/angles.h"

#include <math.h>

double
angles_wrap_deg(double angle_deg)
{
	double wrapped = fmod(angle_deg, 360);

	if (wrapped < 0)
		wrapped += 360;
	/* What lies just below 0 would round to 360; -0 becomes 0. */
	return wrapped >= 360 ? 0 : wrapped + 0.0;
}

struct angles_vector
angles_vector(double ra_deg, double dec_deg)
{
	double ra_rad = angles_radians(ra_deg);
	double dec_rad = angles_radians(dec_deg);
	double equatorial = cos(dec_rad);

	return (struct angles_vector){equatorial * cos(ra_rad),
				      equatorial * sin(ra_rad), sin(dec_rad)};
}

double
angles_separation_deg(struct angles_vector a, struct angles_vector b)
{
	struct angles_vector opposite = {-b.x, -b.y, -b.z};
	double chord2 = angles_chord2(a, b);

	/* Quicker, and as good up to a right angle. */
	if (chord2 < 2)
		return angles_degrees(2 * asin(sqrt(chord2) / 2));
	return angles_degrees(
		2 * atan2(sqrt(chord2), sqrt(angles_chord2(a, opposite))));
}
