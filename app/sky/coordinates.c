#include "sky/coordinates.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/rc.h"
#include "base/text.h"
#include "sky/designations.h"
#include "sky/fields.h"
#include "sky/frames.h"
#include "sky/labels.h"
#include "sky/pairs.h"
#include "sky/turns.h"

static const char what_is_double[] =
	"this is not the frame of the coordinates that stand here; leave it "
	"out";

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

/* The numbers of a position in a frame, as ICRS. */
static bool
coordinates_turn(struct coordinates *result, const struct fields *fields,
		 enum turns_frame frame)
{
	struct pairs pairs;

	if (!pairs_read(&pairs, fields, frame))
		return coordinates_fault(result, pairs.offset, "%s",
					 pairs.message);
	turns_to_icrs(frame, pairs.lon_deg, pairs.lat_deg, &result->ra_deg,
		      &result->dec_deg);
	result->frame = turns_name(frame);
	result->form = pairs.sexagesimal ? "sexagesimal" : "degrees";
	return true;
}

/* False for what is no designation.  What gives no position may be a name. */
static bool
coordinates_designation(struct coordinates *result, const char *text,
			const struct frames *frames)
{
	struct designations designation;

	switch (designations_read(&designation, text, frames->from,
				  frames->to)) {
	case DESIGNATIONS_NONE:
		return false;
	case DESIGNATIONS_BOX:
		(void)coordinates_fault(result, designation.offset, "%s",
					designation.why);
		result->kind = COORDINATES_NAME;
		return true;
	case DESIGNATIONS_POSITION:
		break;
	}
	if (frames->named && frames->frame != designation.frame)
		(void)coordinates_fault(result, frames->named_offset, "%s",
					what_is_double);
	else if (coordinates_turn(result, &designation.fields,
				  designation.frame))
		result->form = "designation";
	else
		result->kind = COORDINATES_NAME;
	return true;
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

/* The position that is no pair of numbers: by designation, by name or none. */
static void
coordinates_other(struct coordinates *result, const char *text,
		  const struct frames *frames, const struct fields *fields)
{
	if (fields->no_name) {
		(void)coordinates_fault(result, fields->fault_offset, "%s",
					fields->fault);
		return;
	}
	if (frames->refused == NULL &&
	    coordinates_designation(result, text, frames))
		return;
	if (fields->count < 2 &&
	    coordinates_has_letter(text, fields->fault_offset, frames->to)) {
		result->kind = COORDINATES_NAME;
		result->offset = frames->from;
		return;
	}
	if (frames->refused != NULL)
		(void)coordinates_fault(result, frames->refused_offset, "%s",
					frames->refused);
	else
		(void)coordinates_fault(result, fields->fault_offset, "%s",
					fields->fault);
}

/* Numbers with labels, which are never a name. */
static void
coordinates_labelled(struct coordinates *result, const char *text,
		     const struct frames *frames, const struct labels *labels)
{
	const struct fields_gap gap = {labels->second, labels->second_to};
	enum turns_frame frame = frames->frame;
	struct fields fields;

	if (!frames->named)
		frame = labels->frame;
	if (frames->refused != NULL)
		(void)coordinates_fault(result, frames->refused_offset, "%s",
					frames->refused);
	else if (labels->frame != frame &&
		 !(labels->frame == TURNS_ICRS && frame == TURNS_FK4))
		(void)coordinates_fault(result, frames->named_offset, "%s",
					what_is_double);
	else if (!fields_read(&fields, text, labels->from, frames->to, &gap))
		(void)coordinates_fault(result, fields.fault_offset, "%s",
					fields.fault);
	else
		(void)coordinates_turn(result, &fields, frame);
}

enum coordinates_kind
coordinates_read(const char *text, size_t length, struct coordinates *result)
{
	struct frames frames;
	struct labels labels;
	struct fields fields;

	*result = (struct coordinates){.kind = COORDINATES_POSITION};
	if (!coordinates_check_bytes(text, length, result))
		return result->kind;
	frames_strip(&frames, text, fields_space(text, length),
		     fields_trim(text, length));
	labels_find(&labels, text, frames.from, frames.to);
	if (labels.found)
		coordinates_labelled(result, text, &frames, &labels);
	else if (labels.fault != NULL)
		(void)coordinates_fault(result, frames.from, "%s",
					labels.fault);
	else if (!fields_read(&fields, text, frames.from, frames.to, NULL))
		coordinates_other(result, text, &frames, &fields);
	else if (frames.refused != NULL)
		(void)coordinates_fault(result, frames.refused_offset, "%s",
					frames.refused);
	else
		(void)coordinates_turn(result, &fields, frames.frame);
	return result->kind;
}
