#include "engine/param.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"

union param_value {
	int64_t integer;
	double number;
	const char *text;
	bool boolean;
};

static enum lc_rc fault_set(struct param_fault *fault, struct arena *arena,
			    const char *type, const char *format, ...)
	LC_PRINTF(4, 5);

static enum lc_rc
fault_set(struct param_fault *fault, struct arena *arena, const char *type,
	  const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fault->type = type;
	fault->message = arena_vprintf(arena, format, list);
	va_end(list);
	return fault->message == NULL ? LC_NO_MEMORY : LC_INVALID;
}

/* ---- by type: reading */

static enum lc_rc
int_read(const char *text, size_t length, int64_t *field,
	 struct param_fault *fault, struct arena *arena)
{
	enum number_fault wrong = number_parse_int64(text, length, field);

	if (wrong == NUMBER_OK)
		return LC_OK;
	if (wrong == NUMBER_RANGE)
		return fault_set(fault, arena, "int_parsing_size",
				 "Unable to parse input string as an integer, "
				 "exceeded maximum size");
	return fault_set(fault, arena, "int_parsing",
			 "Input should be a valid integer, unable to parse "
			 "string as an integer");
}

static enum lc_rc
number_read(const char *text, size_t length, double *field,
	    struct param_fault *fault, struct arena *arena)
{
	enum number_fault wrong = number_parse_double(text, length, field);

	if (wrong == NUMBER_OK) {
		*field += 0.0; /* minus zero is zero */
		return LC_OK;
	}
	if (wrong == NUMBER_RANGE)
		return fault_set(fault, arena, "finite_number",
				 "Input should be a finite number");
	return fault_set(fault, arena, "float_parsing",
			 "Input should be a valid number, unable to parse "
			 "string as a number");
}

static enum lc_rc
bool_read(const char *text, bool *field, struct param_fault *fault,
	  struct arena *arena)
{
	static const char *const words[2][6] = {
		{"false", "0", "no", "off", "f", "n"},
		{"true", "1", "yes", "on", "t", "y"},
	};

	for (int value = 0; value < 2; value++)
		for (int i = 0; i < 6; i++)
			if (text_equal_nocase(text, words[value][i])) {
				*field = value == 1;
				return LC_OK;
			}
	return fault_set(fault, arena, "bool_parsing",
			 "Input should be a valid boolean: true or false");
}

static enum lc_rc
value_read(const struct lc_param *param, const char *text, size_t length,
	   union param_value *value, struct param_fault *fault,
	   struct arena *arena)
{
	if (!text_is_utf8(text, length))
		return fault_set(fault, arena, "string_unicode",
				 "Input should be valid UTF-8");
	if (memchr(text, '\0', length) != NULL)
		return fault_set(fault, arena, "string_nul",
				 "Input should not hold a NUL");
	switch (param->type) {
	case LC_INT:
		return int_read(text, length, &value->integer, fault, arena);
	case LC_NUMBER:
		return number_read(text, length, &value->number, fault, arena);
	case LC_BOOL:
		return bool_read(text, &value->boolean, fault, arena);
	case LC_TEXT:
	case LC_TYPE__MAX:
		break;
	}
	value->text = text;
	return LC_OK;
}

/* ---- by type: bounds */

/*
 * -1, 0 or 1 as the value is below, at or above a bound.  A text is
 * compared by its length.
 */
static int
bound_compare(const struct lc_param *param, const union param_value *value,
	      const char *bound)
{
	int64_t integer = 0, subject = value->integer;
	double number = 0;

	if (param->type == LC_NUMBER) {
		if (number_parse_double(bound, strlen(bound), &number) !=
		    NUMBER_OK)
			return 0;
		return (value->number > number) - (value->number < number);
	}
	if (param->type == LC_TEXT)
		subject = (int64_t)strlen(value->text);
	if (number_parse_int64(bound, strlen(bound), &integer) != NUMBER_OK)
		return 0;
	return (subject > integer) - (subject < integer);
}

static enum lc_rc
bounds_hold(const struct lc_param *param, const union param_value *value,
	    struct param_fault *fault, struct arena *arena)
{
	bool text = param->type == LC_TEXT;

	if (param->min != NULL && bound_compare(param, value, param->min) < 0)
		return text ? fault_set(fault, arena, "string_too_short",
					"String should have at least %s "
					"byte(s)",
					param->min) :
			      fault_set(fault, arena, "greater_than_equal",
					"Input should be greater than or equal "
					"to "
					"%s",
					param->min);
	if (param->max != NULL && bound_compare(param, value, param->max) > 0)
		return text ? fault_set(fault, arena, "string_too_long",
					"String should have at most %s byte(s)",
					param->max) :
			      fault_set(fault, arena, "less_than_equal",
					"Input should be less than or equal to "
					"%s",
					param->max);
	return LC_OK;
}

static enum lc_rc
choice_holds(const struct lc_param *param, const char *text,
	     struct param_fault *fault, struct arena *arena)
{
	struct buf list;
	enum lc_rc rc;

	for (const char *const *c = param->choices; *c != NULL; c++)
		if (strcmp(*c, text) == 0)
			return LC_OK;
	buf_init(&list);
	for (const char *const *c = param->choices; *c != NULL; c++)
		buf_printf(&list, "%s'%s'",
			   c == param->choices ? "" :
			   c[1] == NULL        ? " or " :
						 ", ",
			   *c);
	rc = list.failed ?
		     LC_NO_MEMORY :
		     fault_set(fault, arena, "enum", "Input should be %.*s",
			       (int)list.length, list.bytes);
	buf_release(&list);
	return rc;
}

static void
value_store(const struct lc_param *param, const union param_value *value,
	    void *field)
{
	switch (param->type) {
	case LC_INT:
		*(int64_t *)field = value->integer;
		break;
	case LC_NUMBER:
		*(double *)field = value->number;
		break;
	case LC_BOOL:
		*(bool *)field = value->boolean;
		break;
	case LC_TEXT:
	case LC_TYPE__MAX:
		*(const char **)field = value->text;
		break;
	}
}

enum lc_rc
param_read(const struct lc_param *param, const char *text, size_t length,
	   void *field, struct param_fault *fault, struct arena *arena)
{
	union param_value value = {.integer = 0};
	enum lc_rc rc = value_read(param, text, length, &value, fault, arena);

	if (rc == LC_OK && param->type != LC_BOOL)
		rc = bounds_hold(param, &value, fault, arena);
	if (rc == LC_OK && param->choices != NULL)
		rc = choice_holds(param, text, fault, arena);
	if (rc == LC_OK)
		value_store(param, &value, field);
	return rc;
}

/* ---- the table */

size_t
param_field_bytes(const struct lc_param *param)
{
	static const size_t bytes[LC_TYPE__MAX] = {
		[LC_INT] = sizeof(int64_t),
		[LC_NUMBER] = sizeof(double),
		[LC_TEXT] = sizeof(const char *),
		[LC_BOOL] = sizeof(bool),
	};

	return bytes[param->type];
}

/* Whether the bounds leave anything between them. */
static bool
bounds_ordered(const struct lc_param *param)
{
	double min = 0, max = 0;

	if (param->min == NULL || param->max == NULL)
		return true;
	return number_parse_double(param->min, strlen(param->min), &min) ==
		       NUMBER_OK &&
	       number_parse_double(param->max, strlen(param->max), &max) ==
		       NUMBER_OK &&
	       min <= max;
}

static bool
bound_readable(const struct lc_param *param, const char *bound)
{
	int64_t integer;
	double number;

	if (bound == NULL)
		return true;
	if (param->type == LC_NUMBER)
		return number_parse_double(bound, strlen(bound), &number) ==
		       NUMBER_OK;
	return param->type != LC_BOOL &&
	       number_parse_int64(bound, strlen(bound), &integer) == NUMBER_OK;
}

enum lc_rc
param_check(const struct lc_param *param, struct buf *why)
{
	struct param_fault fault;
	union param_value value;
	struct arena arena;
	enum lc_rc rc = LC_OK;

	if (!bound_readable(param, param->min) ||
	    !bound_readable(param, param->max)) {
		buf_printf(why,
			   "parameter %s: its type cannot read the "
			   "bound \"%s\" or \"%s\"",
			   param->name, param->min != NULL ? param->min : "",
			   param->max != NULL ? param->max : "");
		return LC_INVALID;
	}
	if (!bounds_ordered(param)) {
		buf_printf(why,
			   "parameter %s: nothing is between \"%s\" and "
			   "\"%s\"",
			   param->name, param->min, param->max);
		return LC_INVALID;
	}
	if (param->choices != NULL && param->type != LC_TEXT) {
		buf_printf(why, "parameter %s: only a text can have choices",
			   param->name);
		return LC_INVALID;
	}
	if (param->doc == NULL) {
		buf_printf(why, "parameter %s: it has no sentence",
			   param->name);
		return LC_INVALID;
	}
	if (param->def == NULL)
		return LC_OK;
	arena_init(&arena, NULL, 0);
	rc = param_read(param, param->def, strlen(param->def), &value, &fault,
			&arena);
	if (rc == LC_INVALID)
		buf_printf(why, "parameter %s: the default \"%s\": %s",
			   param->name, param->def, fault.message);
	arena_release(&arena);
	return rc;
}
