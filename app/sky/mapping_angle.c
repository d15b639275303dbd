#include "sky/mapping_angle.h"

#include "base/number.h"
#include "sky/fields.h"

/* What is wrong with the fields as one angle, or NULL. */
static const char *
angle_fault(const struct fields *fields)
{
	const struct fields_field *first = &fields->field[0];

	if (fields->comma != 0)
		return "there is a comma in it";
	if (fields->count > 3)
		return "it has more than three numbers";
	if (first->unit == FIELDS_MINUTES || first->unit == FIELDS_SECONDS)
		return "hours or degrees must come first";
	for (size_t i = 0; i < fields->count; i++) {
		const struct fields_field *field = &fields->field[i];
		const bool last = i + 1 == fields->count;

		if (i > 0 && field->sign != '\0')
			return "there is a sign within";
		if (i > 0 && field->value >= 60)
			return "minutes and seconds must be below 60";
		if (field->fraction && !last)
			return "only its last number may have a fraction";
		if (i > 0 && field->unit != FIELDS_BARE &&
		    (first->unit == FIELDS_BARE ||
		     field->unit != FIELDS_MINUTES + i - 1))
			return "its units are not in order";
	}
	return NULL;
}

enum mapping_angle_form
mapping_angle_read(const char *text, size_t length, bool hours, double *value,
		   const char **fault)
{
	struct fields fields;
	const struct fields_field *field = fields.field;
	double parts[3] = {0, 0, 0}, sum;

	if (number_parse_double(text, length, value) == NUMBER_OK)
		return MAPPING_ANGLE_NUMBER;
	if (!fields_read(&fields, text, 0, length, NULL)) {
		*fault = fields.fault;
		return MAPPING_ANGLE_WRONG;
	}
	*fault = angle_fault(&fields);
	if (*fault != NULL)
		return MAPPING_ANGLE_WRONG;
	if (field[0].unit != FIELDS_BARE)
		hours = field[0].unit == FIELDS_HOURS;
	for (size_t i = 0; i < fields.count; i++)
		parts[i] = field[i].value;
	sum = (parts[0] * 60 + parts[1]) * 60 + parts[2];
	*value = hours ? sum / 240 : sum / 3600;
	if (fields.count == 1)
		*value = hours ? parts[0] * 15 : parts[0];
	if (field[0].sign == '-')
		*value = -*value;
	if (fields.count == 1 && field[0].unit == FIELDS_BARE &&
	    !field[0].colon) {
		*value = field[0].sign == '-' ? -parts[0] : parts[0];
		return MAPPING_ANGLE_NUMBER;
	}
	return hours ? MAPPING_ANGLE_HOURS : MAPPING_ANGLE_DEGREES;
}
