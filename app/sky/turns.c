#include "sky/turns.h"

#include <math.h>
#include <stddef.h>

#include "base/text.h"
#include "sky/angles.h"

struct turns_word {
	const char *word;
	enum turns_frame frame;
};

static const struct turns_word words[] = {
	{"icrs", TURNS_ICRS},
	{"j2000", TURNS_ICRS},
	{"j2000.0", TURNS_ICRS},
	{"fk5", TURNS_ICRS},
	{"eq_fk5", TURNS_ICRS},
	{"b1950", TURNS_FK4},
	{"b1950.0", TURNS_FK4},
	{"fk4", TURNS_FK4},
	{"eq_fk4", TURNS_FK4},
	{"galactic", TURNS_GALACTIC},
	{"gal", TURNS_GALACTIC},
	{"supergalactic", TURNS_SUPERGALACTIC},
	{"super_galactic", TURNS_SUPERGALACTIC},
	{"sgal", TURNS_SUPERGALACTIC},
};

static const char *const names[] = {
	[TURNS_ICRS] = "icrs",
	[TURNS_FK4] = "fk4",
	[TURNS_GALACTIC] = "galactic",
	[TURNS_SUPERGALACTIC] = "supergalactic",
};

/*
 * From ICRS: the rows are the frame's axes.  Each is the product of what the
 * header names and of the small rotation from ICRS to FK5; test_turns.c makes
 * the products anew.  Without E-terms for FK4.
 */
static const double rotations[][3][3] = {
	[TURNS_ICRS] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	[TURNS_FK4] = {{0.9999256809514446623, 0.0111813717563032274,
			0.0048589607363144409},
		       {-0.0111813722062681629, 0.9999374861373183706,
			-0.0000270733285476070},
		       {-0.0048589597008613812, -0.0000272585320447388,
			0.9999881948141177311}},
	[TURNS_GALACTIC] = {{-0.0548756577125917281, -0.8734370519556162486,
			     -0.4838350736167155895},
			    {0.4941094371927272967, -0.4448297212232953542,
			     0.7469821839866675278},
			    {-0.8676661375596588020, -0.1980763372730005343,
			     0.4559838136873016114}},
	[TURNS_SUPERGALACTIC] = {{0.3750155557030319477, 0.3413588718562475175,
				  0.8618801851683191637},
				 {-0.8983204377276137269,
				  -0.0957271002488510290,
				  0.4287851600030193366},
				 {0.2288749093754372425, -0.9350456902649070077,
				  0.2707504994924459556}},
};

/* By how much the E-terms displace a place in FK4. */
static const struct angles_vector e_terms = {-1.62557e-6, -0.31919e-6,
					     -0.13843e-6};

static double
turns_dot(struct angles_vector a, struct angles_vector b)
{
	return a.x * b.x + a.y * b.y + a.z * b.z;
}

static struct angles_vector
turns_add(struct angles_vector a, struct angles_vector b, double times)
{
	return (struct angles_vector){a.x + times * b.x, a.y + times * b.y,
				      a.z + times * b.z};
}

static void
turns_place(struct angles_vector v, double *lon_deg, double *lat_deg)
{
	*lon_deg = angles_wrap_deg(angles_degrees(atan2(v.y, v.x)));
	*lat_deg = angles_degrees(atan2(v.z, hypot(v.x, v.y))) + 0.0;
}

/*
 * The direction whose sum with the E-terms points to `v`, which is a unit
 * vector: the exact inverse of adding them.
 */
static struct angles_vector
turns_without_e_terms(struct angles_vector v)
{
	const struct angles_vector zero = {0, 0, 0};
	double along = turns_dot(v, e_terms);
	double size =
		along + sqrt(along * along + 1 - turns_dot(e_terms, e_terms));

	return turns_add(turns_add(zero, v, size), e_terms, -1);
}

void
turns_to_icrs(enum turns_frame from, double lon_deg, double lat_deg,
	      double *ra_deg, double *dec_deg)
{
	const double(*axis)[3] = rotations[from];
	struct angles_vector v, icrs;

	if (from == TURNS_ICRS) {
		*ra_deg = angles_wrap_deg(lon_deg);
		*dec_deg = lat_deg + 0.0; /* -0 becomes 0 */
		return;
	}
	v = angles_vector(lon_deg, lat_deg);
	if (from == TURNS_FK4)
		v = turns_without_e_terms(v);
	icrs.x = axis[0][0] * v.x + axis[1][0] * v.y + axis[2][0] * v.z;
	icrs.y = axis[0][1] * v.x + axis[1][1] * v.y + axis[2][1] * v.z;
	icrs.z = axis[0][2] * v.x + axis[1][2] * v.y + axis[2][2] * v.z;
	turns_place(icrs, ra_deg, dec_deg);
}

void
turns_from_icrs(enum turns_frame to, double ra_deg, double dec_deg,
		double *lon_deg, double *lat_deg)
{
	const double(*axis)[3] = rotations[to];
	struct angles_vector icrs, v;

	if (to == TURNS_ICRS) {
		*lon_deg = angles_wrap_deg(ra_deg);
		*lat_deg = dec_deg + 0.0;
		return;
	}
	icrs = angles_vector(ra_deg, dec_deg);
	v.x = axis[0][0] * icrs.x + axis[0][1] * icrs.y + axis[0][2] * icrs.z;
	v.y = axis[1][0] * icrs.x + axis[1][1] * icrs.y + axis[1][2] * icrs.z;
	v.z = axis[2][0] * icrs.x + axis[2][1] * icrs.y + axis[2][2] * icrs.z;
	if (to == TURNS_FK4)
		v = turns_add(v, e_terms, 1);
	turns_place(v, lon_deg, lat_deg);
}

bool
turns_find(const char *word, enum turns_frame *out)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (text_equal_nocase(word, words[i].word)) {
			*out = words[i].frame;
			return true;
		}
	return false;
}

const char *
turns_name(enum turns_frame frame)
{
	return names[frame];
}
