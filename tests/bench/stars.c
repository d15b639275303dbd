/*
 * Stars that nobody sees, as CSV: uniform on the sphere, and every twentieth
 * in one of a few dozen clusters.  The same in every run.
 *
 *	stars HOW_MANY > stars.csv
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

enum { CLUSTERS = 40, CLUSTERED_ONE_OF = 20 };

static const double cluster_deg = 0.5;

struct place {
	double ra_deg, dec_deg;
};

static uint64_t seed = 20260720;

/* From 0 to below 1 (xorshift64*). */
static double
any(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (double)(seed * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

static struct place
anywhere(void)
{
	return (struct place){any() * 360, asin(2 * any() - 1) * 180 / PI};
}

/* About a centre, denser near it. */
static struct place
near(struct place centre)
{
	double distance_deg = cluster_deg * sqrt(-2 * log(1 - any()));
	double angle = 2 * PI * any();
	struct place place = {centre.ra_deg, centre.dec_deg};

	place.dec_deg += distance_deg * sin(angle);
	if (fabs(place.dec_deg) > 90)
		place.dec_deg = copysign(180, place.dec_deg) - place.dec_deg;
	place.ra_deg +=
		distance_deg * cos(angle) / cos(centre.dec_deg * PI / 180);
	place.ra_deg -= 360 * floor(place.ra_deg / 360);
	return place;
}

int
main(int count, char **words)
{
	static const char classes[] = "OBAFGKM";
	static const char *const sizes[] = {"V", "V", "V", "IV", "III", "II"};
	struct place clusters[CLUSTERS];
	long stars = count > 1 ? atol(words[1]) : 0;

	for (int i = 0; i < CLUSTERS; i++)
		clusters[i] = anywhere();
	puts("name,ra_deg,dec_deg,magnitude_v,spectral_type");
	for (long i = 1; i <= stars; i++) {
		struct place place = anywhere();

		if (i % CLUSTERED_ONE_OF == 0)
			place = near(clusters[i / CLUSTERED_ONE_OF % CLUSTERS]);
		printf("Star %07ld,%.7f,%.7f,%.2f,%c%d%s\n", i, place.ra_deg,
		       place.dec_deg, 20 - 14 * any() * any(),
		       classes[(int)(7 * sqrt(any()))], (int)(10 * any()),
		       sizes[(int)(6 * any())]);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
