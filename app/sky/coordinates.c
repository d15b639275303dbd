#include "sky/coordinates.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/rc.h"
#include "base/text.h"
#include "sky/angles.h"
#include "sky/fields.h"
#include "sky/frames.h"

/* One of the two angles: some of the fields. */
struct coordinates_angle {
	const struct fields_field *field;
	size_t count;
	bool is_ra;
	bool hours;
};

static const char what_is_right[] =
	"give two numbers of degrees, or hours, minutes and seconds with "
	"degrees, minutes and seconds";

static bool LC_PRINTF(3, 4)
	coordinates_fault(struct coordinates *result, size_t offset,
			  const char *format, ...)
{
	va_list list;

	result->kind = COORDINATES_ERROR;
	result->offset = offset;
	va_start(list, format);
	vsnprintf(result->message, sizeof(result->message), format, list);
	va_end(list);
	return false;
}

/* Where declination begins in a row of fields without comma and signs. */
static size_t
coordinates_split_plain(const struct fields *fields)
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
coordinates_split(const struct fields *fields, size_t *split,
		  struct coordinates *result)
{
	size_t sign = 0;

	for (size_t i = fields->count; i-- > 1;)
		if (fields->field[i].sign != '\0')
			sign = i;
	*split = fields->comma != 0 ? fields->comma :
		 sign != 0          ? sign :
				      coordinates_split_plain(fields);
	for (size_t i = 1; i < fields->count; i++)
		if (i != *split && fields->field[i].sign != '\0')
			return coordinates_fault(
				result, fields->field[i].offset,
				"a sign "
				"stands before right ascension or declination "
				"only, not within");
	if (fields->count == 1)
		return coordinates_fault(result, fields->field[0].offset,
					 "there is one number only; %s",
					 what_is_right);
	if (*split == 0 || *split >= fields->count)
		return coordinates_fault(
			result, fields->field[0].offset,
			"these %zu numbers are no position; %s", fields->count,
			what_is_right);
	return true;
}

static bool
coordinates_is_bare(const struct coordinates_angle *angle)
{
	return angle->field[0].unit == FIELDS_BARE && !angle->field[0].colon;
}

/* Each field but the last is whole, and goes on to the next in one way. */
static bool
coordinates_check_form(const struct coordinates_angle *angle,
		       struct coordinates *result)
{
	const struct fields_field *first = &angle->field[0];

	if (angle->count > 3)
		return coordinates_fault(result, angle->field[3].offset,
					 "this is one number too many; %s",
					 what_is_right);
	if (!angle->is_ra && first->unit == FIELDS_HOURS)
		return coordinates_fault(result, first->offset,
					 "declination is in degrees, not in "
					 "hours");
	if (first->unit == FIELDS_MINUTES || first->unit == FIELDS_SECONDS)
		return coordinates_fault(result, first->offset,
					 "hours or degrees must come first");
	for (size_t i = 0; i < angle->count; i++) {
		const struct fields_field *field = &angle->field[i];
		const bool last = i + 1 == angle->count;

		if (field->fraction && !last)
			return coordinates_fault(
				result, field->offset,
				"only the last of "
				"these numbers may have a fraction");
		if (field->digits > (i == 0 ? 3 : 2))
			return coordinates_fault(
				result, field->offset,
				"this number has more "
				"digits than any hours, degrees, minutes or "
				"seconds");
		if (field->colon != (first->colon && !last) ||
		    (i > 0 && field->unit != FIELDS_BARE &&
		     (first->unit == FIELDS_BARE ||
		      field->unit != FIELDS_MINUTES + i - 1)) ||
		    (first->unit != FIELDS_BARE && !last &&
		     field->unit == FIELDS_BARE))
			return coordinates_fault(
				result, field->offset,
				"hours or degrees, "
				"minutes and seconds must be written alike "
				"and in this order");
	}
	return true;
}

/* Whether it is clear what a bare angle means beside the other one. */
static bool
coordinates_check_pair(const struct coordinates_angle *ra,
		       const struct coordinates_angle *dec,
		       struct coordinates *result)
{
	const bool ra_bare = coordinates_is_bare(ra);
	const bool dec_bare = coordinates_is_bare(dec);

	if (ra_bare && dec_bare && ra->count != dec->count)
		return coordinates_fault(result, ra->field[0].offset,
					 "these %zu numbers are "
					 "no position; %s",
					 ra->count + dec->count, what_is_right);
	if (ra_bare && ra->count == 1 &&
	    (dec->count > 1 || dec->field[0].colon))
		return coordinates_fault(
			result, ra->field[0].offset,
			"it is not clear whether "
			"right ascension is in hours or degrees; write h or d "
			"after it");
	if (dec_bare && dec->count > 1 && dec->count != ra->count)
		return coordinates_fault(
			result, dec->field[0].offset,
			"these %zu numbers are "
			"no declination; write d, m and s after them",
			dec->count);
	return true;
}

/* Adds up an angle, in degrees and with its sign. */
static bool
coordinates_add_up(const struct coordinates_angle *angle, double *out_deg,
		   struct coordinates *result)
{
	static const char *const names[] = {"", "minutes", "seconds"};
	const struct fields_field *field = angle->field;
	const double most = angle->hours ? 24 : angle->is_ra ? 360 : 90;
	double value = field[0].value, parts[3] = {field[0].value, 0, 0};

	for (size_t i = 1; i < angle->count; i++) {
		if (field[i].value >= 60)
			return coordinates_fault(result, field[i].offset,
						 "%s are %g and must "
						 "be below 60",
						 names[i], field[i].value);
		parts[i] = field[i].value;
	}
	if (angle->count > 1)
		value = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) / 3600;
	if (value > most)
		return coordinates_fault(
			result, field[0].offset,
			angle->hours ? "right ascension is beyond 24 hours" :
			angle->is_ra ? "right ascension is beyond 360 degrees" :
				       "declination is beyond 90 degrees");
	*out_deg = angle->hours ? value * 15 : value;
	if (angle->hours && angle->count > 1)
		*out_deg = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) / 240;
	if (field[0].sign == '-')
		*out_deg = -*out_deg;
	return true;
}

static bool
coordinates_combine(const struct fields *fields, struct coordinates *result)
{
	struct coordinates_angle ra = {.field = fields->field, .is_ra = true};
	struct coordinates_angle dec = {.is_ra = false};
	double ra_deg, dec_deg;

	if (!coordinates_split(fields, &ra.count, result))
		return false;
	dec.field = fields->field + ra.count;
	dec.count = fields->count - ra.count;
	if (!coordinates_check_form(&ra, result) ||
	    !coordinates_check_form(&dec, result) ||
	    !coordinates_check_pair(&ra, &dec, result))
		return false;
	ra.hours = ra.field[0].unit == FIELDS_HOURS || ra.field[0].colon ||
		   (coordinates_is_bare(&ra) && ra.count > 1);
	if (!coordinates_add_up(&ra, &ra_deg, result) ||
	    !coordinates_add_up(&dec, &dec_deg, result))
		return false;
	result->ra_deg = angles_wrap_deg(ra_deg);
	result->dec_deg = dec_deg + 0.0; /* -0 becomes 0 */
	result->form = ra.hours || ra.count > 1 || dec.count > 1 ?
			       "sexagesimal" :
			       "degrees";
	return true;
}

/* The bytes of digits and points there. */
static size_t
coordinates_digits(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && (text_is_digit(text[at]) || text[at] == '.'))
		at++;
	return at;
}

/*
 * The start of a designation like J123049.42+122328.0 at the end of the
 * text, and whether it gives seconds; `length` when there is none.
 */
static size_t
coordinates_designation(const char *text, size_t length, bool *short_one)
{
	for (size_t at = 0; at < length; at++) {
		size_t first, second, bytes;
		char sign;

		if (text_lower(text[at]) != 'j' ||
		    (at > 0 && !text_is_space(text[at - 1])))
			continue;
		first = coordinates_digits(text + at + 1, length - at - 1);
		bytes = fields_sign(text + at + 1 + first,
				    length - at - 1 - first, &sign);
		if (first < 4 || bytes == 0)
			continue;
		second = coordinates_digits(text + at + 1 + first + bytes,
					    length - at - 1 - first - bytes);
		*short_one = first == 4;
		if (second >= 4 && at + 1 + first + bytes + second == length)
			return at;
	}
	return length;
}

/* What can be no position is perhaps a name; some names need a word more. */
static void
coordinates_maybe_name(struct coordinates *result, const char *text,
		       size_t from, size_t to)
{
	bool short_one = false;
	size_t at = coordinates_designation(text + from, to - from, &short_one);

	result->kind = COORDINATES_NAME;
	result->message[0] = '\0';
	result->offset = from;
	if (at == to - from)
		return;
	(void)coordinates_fault(result, from + at,
				short_one ? "this designation gives hours and "
					    "minutes only, which is a "
					    "box on the sky and no position" :
					    "this is no known designation; "
					    "give its position, as in "
					    "12:30:49.42 +12:23:28.0");
	result->kind = COORDINATES_NAME;
}

static bool
coordinates_has_letter(const char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if ((text_lower(text[i]) >= 'a' &&
		     text_lower(text[i]) <= 'z') ||
		    (text[i] & 0x80) != 0)
			return true;
	return false;
}

/* Whether the text begins as "l = 121 b = …" does. */
static bool
coordinates_is_galactic(const char *text, size_t from, size_t to)
{
	if (from == to || text_lower(text[from]) != 'l')
		return false;
	from++;
	from += fields_space(text + from, to - from);
	return from < to && text[from] == '=';
}

/* Whether the bytes are such as we read; otherwise the result says why not. */
static bool
coordinates_check_bytes(const char *text, size_t length,
			struct coordinates *result)
{
	const char *nul = memchr(text, '\0', length);
	size_t valid = text_utf8_valid(text, length);

	if (length > COORDINATES_MAX_BYTES)
		return coordinates_fault(result, COORDINATES_MAX_BYTES,
					 "the text is longer than %d bytes",
					 COORDINATES_MAX_BYTES);
	if (nul != NULL)
		return coordinates_fault(result, (size_t)(nul - text),
					 "the text holds a NUL byte");
	if (valid != length)
		return coordinates_fault(result, valid,
					 "the text is not UTF-8 here");
	if (fields_space(text, length) == length)
		return coordinates_fault(result, 0,
					 "the text is blank; give "
					 "a position or a name");
	return true;
}

/* Whether the text, wrong as a position, may still be somebody's name. */
static bool
coordinates_may_be_name(const char *text, const struct frames *frames,
			const struct fields *fields, bool whole)
{
	return !whole && !fields->no_name && fields->count < 2 &&
	       coordinates_has_letter(text, fields->fault_offset, frames->to);
}

enum coordinates_kind
coordinates_read(const char *text, size_t length, struct coordinates *result)
{
	struct frames frames;
	struct fields fields;
	bool whole;

	*result = (struct coordinates){.kind = COORDINATES_POSITION};
	if (!coordinates_check_bytes(text, length, result))
		return result->kind;
	frames_strip(&frames, text, fields_space(text, length), length);
	whole = fields_read(&fields, text, frames.from, frames.to);
	if (coordinates_is_galactic(text, frames.from, frames.to))
		(void)coordinates_fault(
			result, frames.from,
			"galactic coordinates are not "
			"read here; give right ascension and declination in "
			"ICRS");
	else if (coordinates_may_be_name(text, &frames, &fields, whole))
		coordinates_maybe_name(result, text, frames.from, frames.to);
	else if (frames.refused != NULL)
		(void)coordinates_fault(result, frames.refused_offset, "%s",
					frames.refused);
	else if (!whole)
		(void)coordinates_fault(result, fields.fault_offset, "%s",
					fields.fault);
	else
		(void)coordinates_combine(&fields, result);
	return result->kind;
}
