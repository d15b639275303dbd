#include "sky/mapping_value.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/shortest.h"
#include "base/text.h"

enum { VALUE_UNKNOWN_MAX = 9 };

static const char *const unknown_words[] = {
	"-",   "--",   "---", "----", "...",  "nan",       "null",     "none",
	"n/a", "<na>", "\\N", "inf",  "-inf", "undefined", "infinity", NULL};

/* Their first bytes: a look at these is enough for most texts. */
static const char unknown_starts[] = "-.n<\\iu";

bool
mapping_value_is_unknown(const char *text, size_t length)
{
	if (length == 0)
		return true;
	if (length > VALUE_UNKNOWN_MAX ||
	    strchr(unknown_starts, text_lower(text[0])) == NULL)
		return false;
	for (int i = 0; unknown_words[i] != NULL; i++)
		if (text_equal_nocase(text, unknown_words[i]))
			return true;
	return false;
}

/* 99, 99.9, -999, 9999.0, …: nines where a value should be. */
static bool
value_is_filler(const char *text)
{
	size_t nines = 0;

	if (*text == '-' || *text == '+')
		text++;
	for (; *text == '9' || *text == '.'; text++)
		nines += *text == '9';
	while (nines >= 2 && *text == '0')
		text++;
	return nines >= 2 && *text == '\0';
}

static bool
value_is_text(enum table_type type)
{
	return type == TABLE_TEXT || type == TABLE_UNTYPED;
}

/* What the cell says, for a message or to look at its digits. */
static const char *
value_text(enum table_type type, const struct table_cell *cell,
	   char room[SHORTEST_MAX])
{
	if (value_is_text(type))
		return cell->text;
	if (type == TABLE_INTEGER)
		(void)shortest_format_int64(cell->integer, room);
	else
		(void)shortest_format(cell->real, room);
	return room;
}

/* "Vmag (magnitude_v)", or the one name where both are the same. */
static void
value_say_column(const struct mapping_step *step, char *why, size_t why_bytes)
{
	if (text_equal_nocase(step->name, step->word))
		snprintf(why, why_bytes, "%s", step->word);
	else
		snprintf(why, why_bytes, "%.60s (%s)", step->name, step->word);
}

/* "COLUMN is "VALUE", which is no WHAT" */
static enum lc_rc
value_refuse(const struct mapping_step *step, const char *text,
	     const char *what, const char *fault, char *why, size_t why_bytes)
{
	size_t length;

	value_say_column(step, why, why_bytes);
	length = strlen(why);
	snprintf(why + length, why_bytes - length,
		 " is \"%.40s\", which is %s%s%s", text, what,
		 *fault == '\0' ? "" : ": ", fault);
	return LC_INVALID;
}

/* A number in our unit that is out of bounds: nines are none, others bad. */
static enum lc_rc
value_out_of_range(const struct mapping_step *step,
		   const struct table_cell *cell, double real, char *why,
		   size_t why_bytes)
{
	char room[SHORTEST_MAX], ours[SHORTEST_MAX + 16] = "";
	const char *text = value_text(step->from, cell, room);
	size_t length;

	if (value_is_filler(text))
		return LC_OK;
	if (step->times != step->over)
		snprintf(ours, sizeof(ours), ", that is %g %s,", real,
			 step->unit);
	value_say_column(step, why, why_bytes);
	length = strlen(why);
	snprintf(why + length, why_bytes - length,
		 " is %.40s%s and must be from %g to %g", text, ours, step->min,
		 step->max);
	return LC_INVALID;
}

/* Gives out a number in our unit. */
static inline enum lc_rc
value_bound(const struct mapping_step *step, const struct table_cell *cell,
	    double real, struct columns_value *out, char *why, size_t why_bytes)
{
	if (!(real >= step->min && real <= step->max))
		return value_out_of_range(step, cell, real, why, why_bytes);
	out->present = true;
	out->real = real + 0.0; /* minus zero would be shown as such */
	return LC_OK;
}

static enum lc_rc
value_real(const struct mapping_step *step, const struct table_cell *cell,
	   struct columns_value *out, char *why, size_t why_bytes)
{
	double real;

	switch (step->from) {
	case TABLE_REAL:
	case TABLE_SINGLE:
		real = cell->real;
		break;
	case TABLE_INTEGER:
		real = (double)cell->integer;
		break;
	default:
		if (number_parse_double(cell->text, cell->length, &real) ==
		    NUMBER_OK)
			break;
		if (mapping_value_is_unknown(cell->text, cell->length))
			return LC_OK;
		return value_refuse(step, cell->text, "no number", "", why,
				    why_bytes);
	}
	return value_bound(step, cell, real * step->times / step->over, out,
			   why, why_bytes);
}

enum lc_rc
mapping_value_read(const struct mapping_step *step,
		   const struct table_cell *cell, struct columns_value *out,
		   char *why, size_t why_bytes)
{
	if (!cell->present)
		return LC_OK;
	if (step->field >= COLUMNS__MAX ||
	    columns_table[step->field].type == COLUMNS_REAL)
		return value_real(step, cell, out, why, why_bytes);
	if (mapping_value_is_unknown(cell->text, cell->length))
		return LC_OK;
	if (step->field == COLUMNS_OBJECT_TYPE &&
	    columns_find_type(cell->text, cell->length) < 0)
		return value_refuse(step, cell->text, "none of those known", "",
				    why, why_bytes);
	out->present = true;
	out->length = cell->length;
	out->text = cell->text;
	return LC_OK;
}

enum lc_rc
mapping_value_angle(struct mapping_step *step, const struct table_cell *cell,
		    struct columns_value *out, char *why, size_t why_bytes)
{
	enum mapping_angle_form form;
	const char *fault = "";
	double value;

	if (!cell->present)
		return LC_OK;
	if (!value_is_text(step->from))
		return value_real(step, cell, out, why, why_bytes);
	form = mapping_angle_read(cell->text, cell->length, step->hours, &value,
				  &fault);
	switch (form) {
	case MAPPING_ANGLE_WRONG:
		if (mapping_value_is_unknown(cell->text, cell->length))
			return LC_OK;
		return value_refuse(step, cell->text, "no angle", fault, why,
				    why_bytes);
	case MAPPING_ANGLE_HOURS:
		if (!step->is_ra)
			return value_refuse(step, cell->text, "in hours", "",
					    why, why_bytes);
		break;
	case MAPPING_ANGLE_NUMBER:
		return value_bound(step, cell, value * step->times / step->over,
				   out, why, why_bytes);
	default:
		break;
	}
	step->sexagesimal = true;
	return value_bound(step, cell, value, out, why, why_bytes);
}
