#include "sky/pairs.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/rc.h"
#include "base/shortest.h"
#include "sky/angles.h"

/* How a frame's coordinates are called. */
struct pairs_words {
	const char *lon, *lat;
	bool in_hours; /* the first may be */
	const char *right;
};

static const char degrees_are_right[] =
	"give two numbers of degrees, or degrees, minutes and seconds twice";

static const struct pairs_words equatorial = {
	"right ascension", "declination", true,
	"give two numbers of degrees, or hours, minutes and seconds with "
	"degrees, minutes and seconds"};
static const struct pairs_words galactic = {
	"galactic longitude", "galactic latitude", false, degrees_are_right};
static const struct pairs_words supergalactic = {"supergalactic longitude",
						 "supergalactic latitude",
						 false, degrees_are_right};

static const struct pairs_words *const words_of[] = {
	[TURNS_ICRS] = &equatorial,
	[TURNS_FK4] = &equatorial,
	[TURNS_GALACTIC] = &galactic,
	[TURNS_SUPERGALACTIC] = &supergalactic,
};

/* One of the two angles: some of the fields. */
struct pairs_angle {
	const struct fields_field *field;
	size_t count;
	const char *name;
	double most_deg;
	bool may_be_hours;
	bool hours;
};

static bool LC_PRINTF(3, 4)
	pairs_fault(struct pairs *pairs, size_t offset, const char *format, ...)
{
	va_list list;

	pairs->offset = offset;
	va_start(list, format);
	vsnprintf(pairs->message, sizeof(pairs->message), format, list);
	va_end(list);
	return false;
}

/* Where the second angle begins in a row of fields without comma and signs. */
static size_t
pairs_split_plain(const struct fields *fields)
{
	const struct fields_field *field = fields->field;
	size_t at = 0;

	for (size_t i = 1; i < fields->count; i++)
		if (field[i].unit == FIELDS_HOURS ||
		    field[i].unit == FIELDS_DEGREES)
			return i;
	if (field[0].unit != FIELDS_BARE) {
		while (at < fields->count && field[at].unit != FIELDS_BARE)
			at++;
		return at;
	}
	if (field[0].colon) {
		while (field[at].colon)
			at++;
		return at + 1;
	}
	for (size_t i = 1; i < fields->count; i++)
		if (field[i].colon)
			return i;
	return fields->count % 2 == 0 ? fields->count / 2 : 0;
}

/* Parts the fields in two; false when there is no one way to do it. */
static bool
pairs_split(const struct fields *fields, const struct pairs_words *words,
	    size_t *split, struct pairs *pairs)
{
	size_t sign = 0;

	for (size_t i = fields->count; i-- > 1;)
		if (fields->field[i].sign != '\0')
			sign = i;
	*split = fields->comma != 0 ? fields->comma :
		 sign != 0          ? sign :
				      pairs_split_plain(fields);
	for (size_t i = 1; i < fields->count; i++)
		if (i != *split && fields->field[i].sign != '\0')
			return pairs_fault(pairs, fields->field[i].offset,
					   "a sign stands before %s or %s "
					   "only, not within",
					   words->lon, words->lat);
	if (fields->count == 1)
		return pairs_fault(pairs, fields->field[0].offset,
				   "there is one number only; %s",
				   words->right);
	if (*split == 0 || *split >= fields->count)
		return pairs_fault(pairs, fields->field[0].offset,
				   "these %zu numbers are no position; %s",
				   fields->count, words->right);
	return true;
}

static bool
pairs_is_bare(const struct pairs_angle *angle)
{
	return angle->field[0].unit == FIELDS_BARE && !angle->field[0].colon;
}

/* Whether a field stands where it may, after what it may. */
static bool
pairs_is_in_order(const struct pairs_angle *angle, size_t i)
{
	const struct fields_field *first = &angle->field[0];
	const struct fields_field *field = &angle->field[i];
	const bool last = i + 1 == angle->count;

	if (field->colon != (first->colon && !last))
		return false;
	if (first->unit == FIELDS_BARE)
		return field->unit == FIELDS_BARE;
	if (i > 0 && field->unit != FIELDS_BARE)
		return field->unit == FIELDS_MINUTES + i - 1;
	return last || field->unit != FIELDS_BARE;
}

/* Each field but the last is whole, and goes on to the next in one way. */
static bool
pairs_check_form(const struct pairs_angle *angle,
		 const struct pairs_words *words, struct pairs *pairs)
{
	const struct fields_field *first = &angle->field[0];

	if (angle->count > 3)
		return pairs_fault(pairs, angle->field[3].offset,
				   "this is one number too many; %s",
				   words->right);
	if (!angle->may_be_hours && first->unit == FIELDS_HOURS)
		return pairs_fault(pairs, first->offset,
				   "%s is in degrees, not in hours",
				   angle->name);
	if (first->unit == FIELDS_MINUTES || first->unit == FIELDS_SECONDS)
		return pairs_fault(pairs, first->offset,
				   "%sdegrees must come first",
				   angle->may_be_hours ? "hours or " : "");
	for (size_t i = 0; i < angle->count; i++) {
		const struct fields_field *field = &angle->field[i];

		if (field->fraction && i + 1 < angle->count)
			return pairs_fault(pairs, field->offset,
					   "only the last of these numbers "
					   "may have a fraction");
		if (field->digits > (i == 0 ? 3 : 2))
			return pairs_fault(pairs, field->offset,
					   "this number has more digits than "
					   "any hours, degrees, minutes or "
					   "seconds");
		if (!pairs_is_in_order(angle, i))
			return pairs_fault(pairs, field->offset,
					   "hours or degrees, minutes and "
					   "seconds must be written alike and "
					   "in this order");
	}
	return true;
}

/* Whether it is clear what a bare angle means beside the other one. */
static bool
pairs_check_both(const struct pairs_angle *lon, const struct pairs_angle *lat,
		 const struct pairs_words *words, struct pairs *pairs)
{
	const bool lon_bare = pairs_is_bare(lon);
	const bool lat_bare = pairs_is_bare(lat);

	if (lon_bare && lat_bare && lon->count != lat->count)
		return pairs_fault(pairs, lon->field[0].offset,
				   "these %zu numbers are no position; %s",
				   lon->count + lat->count, words->right);
	if (lon->may_be_hours && lon_bare && lon->count == 1 &&
	    (lat->count > 1 || lat->field[0].colon))
		return pairs_fault(pairs, lon->field[0].offset,
				   "it is not clear whether %s is in hours or "
				   "degrees; write h or d after it",
				   lon->name);
	if (lat_bare && lat->count > 1 && lat->count != lon->count)
		return pairs_fault(pairs, lat->field[0].offset,
				   "these %zu numbers are no %s; write d, m "
				   "and s after them",
				   lat->count, lat->name);
	return true;
}

/* Minutes and seconds below 60. */
static bool
pairs_check_sixty(const struct pairs_angle *angle, struct pairs *pairs)
{
	static const char *const names[] = {"", "minutes", "seconds"};
	char value[SHORTEST_MAX];

	for (size_t i = 1; i < angle->count; i++) {
		if (angle->field[i].value < 60)
			continue;
		shortest_format(angle->field[i].value, value);
		return pairs_fault(pairs, angle->field[i].offset,
				   "%s are %s and must be below 60", names[i],
				   value);
	}
	return true;
}

/* Adds up an angle, in degrees and with its sign. */
static bool
pairs_add_up(const struct pairs_angle *angle, double *out_deg,
	     struct pairs *pairs)
{
	const struct fields_field *field = angle->field;
	const double most = angle->hours ? 24 : angle->most_deg;
	double parts[3] = {field[0].value, 0, 0}, seconds, value;

	if (!pairs_check_sixty(angle, pairs))
		return false;
	for (size_t i = 1; i < angle->count; i++)
		parts[i] = field[i].value;
	seconds = (parts[0] * 60 + parts[1]) * 60 + parts[2];
	value = angle->count > 1 ? seconds / 3600 : parts[0];
	if (value > most)
		return pairs_fault(pairs, field[0].offset, "%s is beyond %d %s",
				   angle->name, (int)most,
				   angle->hours ? "hours" : "degrees");
	*out_deg = !angle->hours    ? value :
		   angle->count > 1 ? seconds / 240 :
				      value * 15;
	if (field[0].sign == '-')
		*out_deg = -*out_deg;
	return true;
}

bool
pairs_read(struct pairs *pairs, const struct fields *fields,
	   enum turns_frame frame)
{
	const struct pairs_words *words = words_of[frame];
	struct pairs_angle lon = {.field = fields->field,
				  .name = words->lon,
				  .most_deg = 360,
				  .may_be_hours = words->in_hours};
	struct pairs_angle lat = {.name = words->lat, .most_deg = 90};

	*pairs = (struct pairs){.lon_deg = 0};
	if (!pairs_split(fields, words, &lon.count, pairs))
		return false;
	lat.field = fields->field + lon.count;
	lat.count = fields->count - lon.count;
	if (!pairs_check_form(&lon, words, pairs) ||
	    !pairs_check_form(&lat, words, pairs) ||
	    !pairs_check_both(&lon, &lat, words, pairs))
		return false;
	lon.hours = lon.may_be_hours &&
		    (lon.field[0].unit == FIELDS_HOURS || lon.field[0].colon ||
		     (pairs_is_bare(&lon) && lon.count > 1));
	if (!pairs_add_up(&lon, &pairs->lon_deg, pairs) ||
	    !pairs_add_up(&lat, &pairs->lat_deg, pairs))
		return false;
	pairs->lon_deg = angles_wrap_deg(pairs->lon_deg);
	pairs->lat_deg += 0.0; /* -0 becomes 0 */
	pairs->sexagesimal = lon.hours || lon.count > 1 || lat.count > 1;
	return true;
}
