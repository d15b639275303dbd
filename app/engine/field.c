#include "engine/field.h"

#include <math.h>
#include <regex.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "http/formats.h"
#include "http/json_c.h"

enum lc_rc
field_fault_set(struct field_fault *fault, struct arena *arena,
		const char *type, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fault->type = type;
	fault->message = arena_vprintf(arena, format, list);
	va_end(list);
	return fault->message == NULL ? LC_NO_MEMORY : LC_INVALID;
}

/* ---- by type: reading a text */

static enum lc_rc
int_read(const char *text, size_t length, int64_t *value,
	 struct field_fault *fault, struct arena *arena)
{
	enum number_fault wrong = number_parse_int64(text, length, value);

	if (wrong == NUMBER_OK)
		return LC_OK;
	if (wrong == NUMBER_RANGE)
		return field_fault_set(fault, arena, "int_parsing_size",
				       "Unable to parse input string as an "
				       "integer, exceeded maximum size");
	return field_fault_set(fault, arena, "int_parsing",
			       "Input should be a valid integer, unable to "
			       "parse string as an integer");
}

/* Why a text is no number. */
static enum lc_rc
number_fault_say(const char *text, size_t length, struct field_fault *fault,
		 struct arena *arena)
{
	double value;

	if (number_parse_double(text, length, &value) == NUMBER_RANGE)
		return field_fault_set(fault, arena, "finite_number",
				       "Input should be a finite number");
	return field_fault_set(fault, arena, "float_parsing",
			       "Input should be a valid number, unable to "
			       "parse string as a number");
}

static enum lc_rc
bool_read(const char *text, bool *value, struct field_fault *fault,
	  struct arena *arena)
{
	static const char *const words[2][6] = {
		{"false", "0", "no", "off", "f", "n"},
		{"true", "1", "yes", "on", "t", "y"},
	};

	for (int truth = 0; truth < 2; truth++)
		for (int i = 0; i < 6; i++)
			if (text_equal_nocase(text, words[truth][i])) {
				*value = truth == 1;
				return LC_OK;
			}
	return field_fault_set(fault, arena, "bool_parsing",
			       "Input should be a valid boolean: true or "
			       "false");
}

static enum lc_rc
value_read(const struct lc_field *field, const char *text, size_t length,
	   union field_value *value, struct field_fault *fault,
	   struct arena *arena)
{
	/* What is a number is a text, too. */
	if (field->type == LC_NUMBER &&
	    number_parse_double(text, length, &value->number) == NUMBER_OK) {
		value->number += 0.0; /* minus zero is zero */
		return LC_OK;
	}
	if (!text_is_utf8(text, length))
		return field_fault_set(fault, arena, "string_unicode",
				       "Input should be valid UTF-8");
	if (memchr(text, '\0', length) != NULL)
		return field_fault_set(fault, arena, "string_nul",
				       "Input should not hold a NUL");
	if (field->type == LC_INT)
		return int_read(text, length, &value->integer, fault, arena);
	if (field->type == LC_NUMBER)
		return number_fault_say(text, length, fault, arena);
	if (field->type == LC_BOOL)
		return bool_read(text, &value->boolean, fault, arena);
	value->text = text;
	return LC_OK;
}

/* ---- by type: reading JSON, where a text is no number */

/* 5, 5.0 and 5e0 are the same integer (JSON Schema 2020-12, 6.1.1). */
static enum lc_rc
int_read_json(struct json_object *json, int64_t *value,
	      struct field_fault *fault, struct arena *arena)
{
	double number;

	if (json_object_is_type(json, json_type_int)) {
		*value = json_object_get_int64(json);
		return LC_OK;
	}
	if (!json_object_is_type(json, json_type_double))
		return field_fault_set(fault, arena, "int_type",
				       "Input should be a valid integer");
	number = json_object_get_double(json);
	if (trunc(number) != number)
		return field_fault_set(fault, arena, "int_from_float",
				       "Input should be a valid integer, got a "
				       "number with a fractional part");
	if (number < -0x1p63 || number >= 0x1p63)
		return field_fault_set(fault, arena, "int_parsing_size",
				       "Input should be an integer of 64 bits, "
				       "exceeded maximum size");
	*value = (int64_t)number;
	return LC_OK;
}

static enum lc_rc
number_read_json(struct json_object *json, double *value,
		 struct field_fault *fault, struct arena *arena)
{
	if (!json_object_is_type(json, json_type_int) &&
	    !json_object_is_type(json, json_type_double))
		return field_fault_set(fault, arena, "float_type",
				       "Input should be a valid number");
	*value = json_object_get_double(json) + 0.0;
	return LC_OK;
}

static enum lc_rc
text_read_json(struct json_object *json, const char **value,
	       struct field_fault *fault, struct arena *arena)
{
	size_t length;

	if (!json_object_is_type(json, json_type_string))
		return field_fault_set(fault, arena, "string_type",
				       "Input should be a valid string");
	length = (size_t)json_object_get_string_len(json);
	if (memchr(json_object_get_string(json), '\0', length) != NULL)
		return field_fault_set(fault, arena, "string_nul",
				       "Input should not hold a NUL");
	*value = arena_dup(arena, json_object_get_string(json), length);
	return *value == NULL ? LC_NO_MEMORY : LC_OK;
}

static enum lc_rc
value_read_json(const struct lc_field *field, struct json_object *json,
		union field_value *value, struct field_fault *fault,
		struct arena *arena)
{
	if (field->type == LC_INT)
		return int_read_json(json, &value->integer, fault, arena);
	if (field->type == LC_NUMBER)
		return number_read_json(json, &value->number, fault, arena);
	if (field->type == LC_TEXT)
		return text_read_json(json, &value->text, fault, arena);
	if (!json_object_is_type(json, json_type_boolean))
		return field_fault_set(fault, arena, "bool_type",
				       "Input should be a valid boolean");
	value->boolean = json_object_get_boolean(json);
	return LC_OK;
}

/* ---- what a value must be besides */

/* Continuation bytes are not counted; the text is valid UTF-8. */
static int64_t
text_characters(const char *text)
{
	int64_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/*
 * -1, 0 or 1 as the value is below, at or above a bound; the value of a text
 * or a list is its length.
 */
static int
bound_compare(const struct lc_field *field, const union field_value *value,
	      const char *bound)
{
	int64_t integer = 0;
	double number = 0;

	if (field->type == LC_NUMBER) {
		if (number_parse_double(bound, strlen(bound), &number) !=
		    NUMBER_OK)
			return 0;
		return (value->number > number) - (value->number < number);
	}
	if (number_parse_int64(bound, strlen(bound), &integer) != NUMBER_OK)
		return 0;
	return (value->integer > integer) - (value->integer < integer);
}

static enum lc_rc
bounds_hold(const struct lc_field *field, const union field_value *value,
	    struct field_fault *fault, struct arena *arena)
{
	bool text = field->type == LC_TEXT;
	const union field_value length = {
		.integer = text ? text_characters(value->text) : 0};

	if (text)
		value = &length;
	/* A text and a list have none of these two. */
	if (field->above != NULL &&
	    bound_compare(field, value, field->above) <= 0)
		return field_fault_set(fault, arena, "greater_than",
				       "Input should be greater than %s",
				       field->above);
	if (field->below != NULL &&
	    bound_compare(field, value, field->below) >= 0)
		return field_fault_set(fault, arena, "less_than",
				       "Input should be less than %s",
				       field->below);
	if (field->min != NULL && bound_compare(field, value, field->min) < 0)
		return field_fault_set(
			fault, arena,
			text ? "string_too_short" : "greater_than_equal",
			text ? "String should have at least %s character(s)" :
			       "Input should be greater than or equal to %s",
			field->min);
	if (field->max != NULL && bound_compare(field, value, field->max) > 0)
		return field_fault_set(
			fault, arena,
			text ? "string_too_long" : "less_than_equal",
			text ? "String should have at most %s character(s)" :
			       "Input should be less than or equal to %s",
			field->max);
	return LC_OK;
}

static enum lc_rc
choice_holds(const struct lc_field *field, const char *text,
	     struct field_fault *fault, struct arena *arena)
{
	struct buf list;
	enum lc_rc rc;

	for (const char *const *c = field->choices; *c != NULL; c++)
		if (strcmp(*c, text) == 0)
			return LC_OK;
	buf_init(&list);
	for (const char *const *c = field->choices; *c != NULL; c++)
		buf_printf(&list, "%s'%s'",
			   c == field->choices ? "" :
			   c[1] == NULL        ? " or " :
						 ", ",
			   *c);
	rc = list.failed ? LC_NO_MEMORY :
			   field_fault_set(fault, arena, "enum",
					   "Input should be %.*s",
					   (int)list.length, list.bytes);
	buf_release(&list);
	return rc;
}

/* Compiled each time: patterns are few, and their inputs short. */
static enum lc_rc
pattern_holds(const struct lc_field *field, const char *text,
	      struct field_fault *fault, struct arena *arena)
{
	regex_t pattern;
	int code = regcomp(&pattern, field->pattern, REG_EXTENDED | REG_NOSUB);

	if (code != 0)
		return code == REG_ESPACE ? LC_NO_MEMORY : LC_INTERNAL;
	code = regexec(&pattern, text, 0, NULL, 0);
	regfree(&pattern);
	if (code == 0)
		return LC_OK;
	if (code != REG_NOMATCH)
		return LC_NO_MEMORY;
	return field_fault_set(fault, arena, "string_pattern_mismatch",
			       "String should match pattern '%s'",
			       field->pattern);
}

static enum lc_rc
format_holds(const struct lc_field *field, const char *text,
	     struct field_fault *fault, struct arena *arena)
{
	const struct format *format = format_find(field->format);

	if (format == NULL || format->ok(text, strlen(text)))
		return LC_OK;
	return field_fault_set(fault, arena, "value_error",
			       "Input should be %s", format->sentence);
}

static void
value_store(const struct lc_field *field, const union field_value *value,
	    void *at)
{
	if (field->type == LC_INT)
		*(int64_t *)at = value->integer;
	else if (field->type == LC_NUMBER)
		*(double *)at = value->number;
	else if (field->type == LC_BOOL)
		*(bool *)at = value->boolean;
	else
		*(const char **)at = value->text;
}

static enum lc_rc
value_take(const struct lc_field *field, const union field_value *value,
	   void *at, struct field_fault *fault, struct arena *arena)
{
	enum lc_rc rc = LC_OK;

	if (field->type != LC_BOOL)
		rc = bounds_hold(field, value, fault, arena);
	if (rc == LC_OK && field->choices != NULL)
		rc = choice_holds(field, value->text, fault, arena);
	if (rc == LC_OK && field->pattern != NULL)
		rc = pattern_holds(field, value->text, fault, arena);
	if (rc == LC_OK && field->format != NULL)
		rc = format_holds(field, value->text, fault, arena);
	if (rc == LC_OK)
		value_store(field, value, at);
	return rc;
}

enum lc_rc
field_default(const struct lc_field *field, void *at, struct arena *arena)
{
	union field_value value = {.integer = 0};
	struct field_fault fault;
	enum lc_rc rc = value_read(field, field->def, strlen(field->def),
				   &value, &fault, arena);

	if (rc == LC_OK)
		value_store(field, &value, at);
	return rc;
}

enum lc_rc
field_read(const struct lc_field *field, const char *text, size_t length,
	   void *at, struct field_fault *fault, struct arena *arena)
{
	union field_value value = {.integer = 0};
	enum lc_rc rc = value_read(field, text, length, &value, fault, arena);

	return rc == LC_OK ? value_take(field, &value, at, fault, arena) : rc;
}

enum lc_rc
field_read_json(const struct lc_field *field, struct json_object *json,
		void *at, struct field_fault *fault, struct arena *arena)
{
	union field_value value = {.integer = 0};
	enum lc_rc rc = value_read_json(field, json, &value, fault, arena);

	return rc == LC_OK ? value_take(field, &value, at, fault, arena) : rc;
}

enum lc_rc
field_count_holds(const struct lc_field *list, size_t count,
		  struct field_fault *fault, struct arena *arena)
{
	struct lc_field number = {
		.type = LC_INT, .min = list->min, .max = list->max};
	union field_value value = {.integer = (int64_t)count};

	if (list->min != NULL && bound_compare(&number, &value, list->min) < 0)
		return field_fault_set(fault, arena, "too_short",
				       "List should have at least %s item(s) "
				       "after validation, not %zu",
				       list->min, count);
	if (list->max != NULL && bound_compare(&number, &value, list->max) > 0)
		return field_fault_set(fault, arena, "too_long",
				       "List should have at most %s item(s) "
				       "after validation, not %zu",
				       list->max, count);
	return LC_OK;
}

const char *
field_wire_name(const struct lc_field *field, struct arena *arena)
{
	char *name;

	if (field->in != LC_IN_HEADER)
		return field->name;
	name = arena_dup(arena, field->name, strlen(field->name));
	for (char *c = name; c != NULL && *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	return name;
}
