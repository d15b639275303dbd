#include "object_body.h"

#include <string.h>

#include "sky/angles.h"

/* A '|' stands between names; line ends and the like stand in none. */
static const char name_pattern[] = "^[^|\x01-\x1f\x7f]*$";

static const struct lc_field name_item =
	LC_ITEM(const char *, .min = "1", .max = "128", .pattern = name_pattern,
		.doc = "One name.");

#define BODY_NUMBER(field, least, most, measure, says)                 \
	LC_PARAM_OPTIONAL(object_body, field, .in = LC_IN_BODY,        \
			  .nullable = true, .min = least, .max = most, \
			  .unit = measure, .doc = says)
#define BODY_TEXT(field, most, ...)                                  \
	LC_PARAM_OPTIONAL(object_body, field, .in = LC_IN_BODY,      \
			  .nullable = true, .min = "1", .max = most, \
			  __VA_ARGS__)
#define BODY_NAMES(field, says)                                               \
	LC_PARAM_OPTIONAL(object_body, field, .in = LC_IN_BODY,               \
			  .nullable = true, .max = "256", .item = &name_item, \
			  .doc = says)

const struct lc_field object_body_params[] = {
	LC_PARAM_AS(object_body, path_name, "name", .in = LC_IN_PATH,
		    .min = "1", .max = "128", .pattern = name_pattern,
		    .doc = "Any of its names; of a new object the main one."),
	LC_PARAM_OPTIONAL(
		object_body, catalogue, .min = "1", .max = "64",
		.doc = "The catalogue to change; the default one otherwise."),
	BODY_TEXT(name, "128", .pattern = name_pattern,
		  .doc = "The main name as it is to be spelled; otherwise it "
			 "stays, or is that in the path."),
	BODY_NAMES(aliases, "Messier number and common names."),
	LC_PARAM_OPTIONAL(object_body, type, .in = LC_IN_BODY, .nullable = true,
			  .choices = columns_types,
			  .doc = "What the object is."),
	LC_PARAM(object_body, ra_deg, .in = LC_IN_BODY, .min = "-360",
		 .max = "360", .unit = "deg", .doc = "Right ascension, ICRS."),
	LC_PARAM(object_body, dec_deg, .in = LC_IN_BODY, .min = "-90",
		 .max = "90", .unit = "deg", .doc = "Declination, ICRS."),
	BODY_TEXT(constellation, "32",
		  .doc = "The constellation's three-letter abbreviation."),
	BODY_NUMBER(magnitude_v, "-30", "40", "mag",
		    "Apparent magnitude in the V band."),
	BODY_NUMBER(magnitude_b, "-30", "40", "mag",
		    "Apparent magnitude in the B band."),
	BODY_NUMBER(magnitude_j, "-30", "40", "mag",
		    "Apparent magnitude in the J band."),
	BODY_NUMBER(magnitude_h, "-30", "40", "mag",
		    "Apparent magnitude in the H band."),
	BODY_NUMBER(magnitude_k, "-30", "40", "mag",
		    "Apparent magnitude in the K band."),
	BODY_NUMBER(
		surface_brightness_mag_arcsec2, "-10", "50", "mag/arcsec2",
		"Mean surface brightness within the 25 mag isophote, B band."),
	BODY_NUMBER(major_axis_arcmin, "0", "21600", "arcmin",
		    "Apparent size along the major axis."),
	BODY_NUMBER(minor_axis_arcmin, "0", "21600", "arcmin",
		    "Apparent size along the minor axis."),
	BODY_NUMBER(
		position_angle_deg, "-360", "360", "deg",
		"Position angle of the major axis, from north through east."),
	BODY_NUMBER(redshift, "-1", "20", "", "Heliocentric redshift."),
	BODY_NUMBER(radial_velocity_km_s, "-3e5", "3e7", "km/s",
		    "Heliocentric radial velocity."),
	BODY_NUMBER(parallax_mas, "-500", "800", "mas", "Parallax."),
	BODY_NUMBER(pm_ra_mas_yr, "-2e4", "2e4", "mas/yr",
		    "Proper motion in right ascension, times cos Dec."),
	BODY_NUMBER(pm_dec_mas_yr, "-2e4", "2e4", "mas/yr",
		    "Proper motion in declination."),
	BODY_TEXT(hubble_type, "64", .doc = "A galaxy's morphological type."),
	BODY_NAMES(identifiers, "Designations in other catalogues."),
	LC_PARAM_OPTIONAL_AS(object_body, own_catalogue, "catalogue",
			     .in = LC_IN_BODY, .nullable = true, .min = "1",
			     .max = "64",
			     .doc = "As GET says it: the catalogue that is "
				    "changed, and no other."),
	{.name = "columns",
	 .type = LC_ANY,
	 .in = LC_IN_BODY,
	 .optional = true,
	 .offset = offsetof(struct object_body, has_columns),
	 .bytes = sizeof(bool),
	 .has_offset = offsetof(struct object_body, has_columns),
	 .doc = "As GET says them: the catalogue's own columns, which stay as "
		"they are whatever this says."},
	LC_FIELD_END};

static void
text_take(struct columns_value *value, bool has, const char *text)
{
	value->present = has;
	value->text = text;
	value->length = has ? (uint32_t)strlen(text) : 0;
}

static void
number_take(struct columns_value *value, bool has, double number)
{
	value->present = has;
	value->real = number + 0.0; /* minus zero would be shown as such */
}

/* Texts as one, with a '|' between them. */
static enum lc_rc
list_take(struct lc_call *call, struct columns_value *value, bool has,
	  const struct lc_list *list)
{
	const char *const *items = list->items;
	size_t length = 0;
	char *joined, *at;

	value->present = has && list->count > 0;
	if (!value->present)
		return LC_OK;
	for (size_t i = 0; i < list->count; i++)
		length += strlen(items[i]) + 1;
	joined = lc_alloc(call, length);
	if (joined == NULL)
		return LC_NO_MEMORY;
	at = joined;
	for (size_t i = 0; i < list->count; i++) {
		size_t bytes = strlen(items[i]);

		memcpy(at, items[i], bytes);
		at[bytes] = '|';
		at += bytes + 1;
	}
	at[-1] = '\0';
	value->text = joined;
	value->length = (uint32_t)(length - 1);
	return LC_OK;
}

enum lc_rc
object_body_values(struct lc_call *call, const struct object_body *body,
		   struct columns_value *values)
{
	enum lc_rc rc;

	memset(values, 0, COLUMNS__MAX * sizeof(*values));
	text_take(&values[COLUMNS_OBJECT_TYPE], body->has_type, body->type);
	number_take(&values[COLUMNS_RA], true, angles_wrap_deg(body->ra_deg));
	number_take(&values[COLUMNS_DEC], true, body->dec_deg);
	text_take(&values[COLUMNS_CONSTELLATION], body->has_constellation,
		  body->constellation);
#define BODY_TAKE(field, column) \
	number_take(&values[column], body->has_##field, body->field);
	OBJECT_BODY_NUMBERS(BODY_TAKE)
#undef BODY_TAKE
	text_take(&values[COLUMNS_HUBBLE_TYPE], body->has_hubble_type,
		  body->hubble_type);
	rc = list_take(call, &values[COLUMNS_ALIASES], body->has_aliases,
		       &body->aliases);
	if (rc == LC_OK)
		rc = list_take(call, &values[COLUMNS_IDENTIFIERS],
			       body->has_identifiers, &body->identifiers);
	return rc;
}
