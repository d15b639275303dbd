/*
 * An object of the sky as the body of a request, and as the values that the
 * catalogue keeps: the fields of sky/columns.h once more, with places in C.
 */
#ifndef HANDLERS_OBJECT_BODY_H
#define HANDLERS_OBJECT_BODY_H

#include "lightcone.h"
#include "sky/columns.h"

/* X(field, column): the numbers that an object may have. */
#define OBJECT_BODY_NUMBERS(X)                                        \
	X(magnitude_v, COLUMNS_MAGNITUDE_V)                           \
	X(magnitude_b, COLUMNS_MAGNITUDE_B)                           \
	X(magnitude_j, COLUMNS_MAGNITUDE_J)                           \
	X(magnitude_h, COLUMNS_MAGNITUDE_H)                           \
	X(magnitude_k, COLUMNS_MAGNITUDE_K)                           \
	X(surface_brightness_mag_arcsec2, COLUMNS_SURFACE_BRIGHTNESS) \
	X(major_axis_arcmin, COLUMNS_MAJOR_AXIS)                      \
	X(minor_axis_arcmin, COLUMNS_MINOR_AXIS)                      \
	X(position_angle_deg, COLUMNS_POSITION_ANGLE)                 \
	X(redshift, COLUMNS_REDSHIFT)                                 \
	X(radial_velocity_km_s, COLUMNS_RADIAL_VELOCITY)              \
	X(parallax_mas, COLUMNS_PARALLAX)                             \
	X(pm_ra_mas_yr, COLUMNS_PM_RA)                                \
	X(pm_dec_mas_yr, COLUMNS_PM_DEC)

struct object_body {
	const char *path_name; /* by which it was asked for */
	const char *catalogue;
	bool has_catalogue;
	const char *name;
	bool has_name;
	const char *own_catalogue; /* in the body, as GET says it */
	bool has_own_catalogue;
	bool has_columns;       /* in the body, as GET says them; not read */
	struct lc_list aliases; /* of const char * */
	bool has_aliases;
	const char *type;
	bool has_type;
	double ra_deg, dec_deg;
	const char *constellation;
	bool has_constellation;
#define OBJECT_BODY_NUMBER(field, column) \
	double field;                     \
	bool has_##field;
	OBJECT_BODY_NUMBERS(OBJECT_BODY_NUMBER)
#undef OBJECT_BODY_NUMBER
	const char *hubble_type;
	bool has_hubble_type;
	struct lc_list identifiers; /* of const char * */
	bool has_identifiers;
};

/* The parameters of a request that brings an object. */
extern const struct lc_field object_body_params[];

/*
 * The values that the body gives, COLUMNS__MAX of them, with lists joined in
 * the call's arena.  The name is left to the caller.
 */
enum lc_rc object_body_values(struct lc_call *call,
			      const struct object_body *body,
			      struct columns_value *values) LC_CHECKED;

#endif
