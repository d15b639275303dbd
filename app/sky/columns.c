#include "sky/columns.h"

#include <string.h>

#define TEXT(column, kind, text)                                       \
	.name = column, .type = COLUMNS_TEXT, .unit = "", .ucd = kind, \
	.doc = text
#define LIST(column, kind, text)                                       \
	.name = column, .type = COLUMNS_LIST, .unit = "", .ucd = kind, \
	.doc = text
#define REAL(column, in, kind, least, most, text)                      \
	.name = column, .type = COLUMNS_REAL, .unit = in, .ucd = kind, \
	.doc = text, .min = least, .max = most
#define MAGNITUDE(column, kind, band)      \
	REAL(column, "mag", kind, -30, 40, \
	     "Apparent magnitude in the " band " band.")

const struct columns_column columns_table[COLUMNS__MAX] = {
	[COLUMNS_NAME] = {TEXT("name", "meta.id;meta.main",
			       "The object's main designation.")},
	[COLUMNS_ALIASES] = {LIST("aliases", "meta.id",
				  "Messier number and common names.")},
	[COLUMNS_OBJECT_TYPE] = {TEXT("type", "src.class",
				      "What the object is.")},
	[COLUMNS_RA] = {REAL("ra_deg", "deg", "pos.eq.ra;meta.main", -360, 360,
			     "Right ascension, ICRS.")},
	[COLUMNS_DEC] = {REAL("dec_deg", "deg", "pos.eq.dec;meta.main", -90, 90,
			      "Declination, ICRS.")},
	[COLUMNS_CONSTELLATION] = {TEXT(
		"constellation", "meta.id;pos",
		"The constellation's three-letter abbreviation.")},
	[COLUMNS_MAGNITUDE_V] = {MAGNITUDE("magnitude_v", "phot.mag;em.opt.V",
					   "V")},
	[COLUMNS_MAGNITUDE_B] = {MAGNITUDE("magnitude_b", "phot.mag;em.opt.B",
					   "B")},
	[COLUMNS_MAGNITUDE_J] = {MAGNITUDE("magnitude_j", "phot.mag;em.IR.J",
					   "J")},
	[COLUMNS_MAGNITUDE_H] = {MAGNITUDE("magnitude_h", "phot.mag;em.IR.H",
					   "H")},
	[COLUMNS_MAGNITUDE_K] = {MAGNITUDE("magnitude_k", "phot.mag;em.IR.K",
					   "K")},
	[COLUMNS_SURFACE_BRIGHTNESS] = {REAL(
		"surface_brightness_mag_arcsec2", "mag/arcsec2",
		"phot.mag.sb;em.opt.B", -10, 50,
		"Mean surface brightness within the 25 mag isophote, B band.")},
	[COLUMNS_MAJOR_AXIS] = {REAL("major_axis_arcmin", "arcmin",
				     "phys.angSize.smajAxis", 0, 21600,
				     "Apparent size along the major axis.")},
	[COLUMNS_MINOR_AXIS] = {REAL("minor_axis_arcmin", "arcmin",
				     "phys.angSize.sminAxis", 0, 21600,
				     "Apparent size along the minor axis.")},
	[COLUMNS_POSITION_ANGLE] = {REAL(
		"position_angle_deg", "deg", "pos.posAng", -360, 360,
		"Position angle of the major axis, from north through east.")},
	[COLUMNS_REDSHIFT] = {REAL("redshift", "", "src.redshift", -1, 20,
				   "Heliocentric redshift.")},
	[COLUMNS_RADIAL_VELOCITY] = {REAL("radial_velocity_km_s", "km/s",
					  "spect.dopplerVeloc", -3e5, 3e7,
					  "Heliocentric radial velocity.")},
	[COLUMNS_PARALLAX] = {REAL("parallax_mas", "mas", "pos.parallax", -500,
				   800, "Parallax.")},
	[COLUMNS_PM_RA] = {REAL(
		"pm_ra_mas_yr", "mas/yr", "pos.pm;pos.eq.ra", -2e4, 2e4,
		"Proper motion in right ascension, times cos Dec.")},
	[COLUMNS_PM_DEC] = {REAL("pm_dec_mas_yr", "mas/yr", "pos.pm;pos.eq.dec",
				 -2e4, 2e4, "Proper motion in declination.")},
	[COLUMNS_HUBBLE_TYPE] = {TEXT("hubble_type", "src.morph.type",
				      "A galaxy's morphological type.")},
	[COLUMNS_IDENTIFIERS] = {LIST("identifiers", "meta.id",
				      "Designations in other catalogues.")},
};

const char *const columns_types[] = {
	"star",
	"double_star",
	"association_of_stars",
	"open_cluster",
	"globular_cluster",
	"cluster_with_nebula",
	"galaxy",
	"galaxy_pair",
	"galaxy_triplet",
	"group_of_galaxies",
	"planetary_nebula",
	"hii_region",
	"dark_nebula",
	"emission_nebula",
	"nebula",
	"reflection_nebula",
	"supernova_remnant",
	"nova",
	"nonexistent",
	"other",
	NULL,
};

static int
columns_same(const char *word, const char *text, size_t length)
{
	return strlen(word) == length && memcmp(word, text, length) == 0;
}

int
columns_find(const char *name, size_t length)
{
	for (int i = 0; i < COLUMNS__MAX; i++)
		if (columns_same(columns_table[i].name, name, length))
			return i;
	return -1;
}

int
columns_find_type(const char *word, size_t length)
{
	for (int i = 0; columns_types[i] != NULL; i++)
		if (columns_same(columns_types[i], word, length))
			return i;
	return -1;
}
