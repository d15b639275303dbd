#include "engine/field.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "http/formats.h"

static enum lc_rc wrong(struct buf *why, const struct lc_field *field,
			const char *format, ...) LC_PRINTF(3, 4);

static enum lc_rc
wrong(struct buf *why, const struct lc_field *field, const char *format, ...)
{
	char sentence[256];
	va_list list;

	va_start(list, format);
	vsnprintf(sentence, sizeof(sentence), format, list);
	va_end(list);
	buf_printf(why, "parameter %s: %s",
		   field->name != NULL ? field->name : "(an item)", sentence);
	return LC_INVALID;
}

static bool
bound_read(const struct lc_field *field, const char *bound, double *value)
{
	int64_t integer;

	if (field->type == LC_NUMBER)
		return number_parse_double(bound, strlen(bound), value) ==
		       NUMBER_OK;
	if (number_parse_int64(bound, strlen(bound), &integer) != NUMBER_OK)
		return false;
	*value = (double)integer;
	return field->type == LC_INT || integer >= 0;
}

/* Whether any value is between a field's two bounds. */
static bool
bounds_leave(const struct lc_field *field, double least, double most)
{
	bool above = field->above != NULL, below = field->below != NULL;

	if (field->type == LC_NUMBER && (above || below))
		return least < most;
	return least + above <= most - below;
}

static enum lc_rc
check_bounds(const struct lc_field *field, struct buf *why)
{
	const char *least = field->above != NULL ? field->above : field->min;
	const char *most = field->below != NULL ? field->below : field->max;
	double low = 0, high = 0;

	if (least == NULL && most == NULL)
		return LC_OK;
	if (field->type == LC_BOOL || field->type == LC_OBJECT)
		return wrong(why, field, "its type has no bounds");
	if ((field->above != NULL || field->below != NULL) &&
	    field->type != LC_INT && field->type != LC_NUMBER)
		return wrong(why, field,
			     "only a number can have a bound that is outside");
	if ((field->above != NULL && field->min != NULL) ||
	    (field->below != NULL && field->max != NULL))
		return wrong(why, field, "it has two bounds on one side");
	if ((least != NULL && !bound_read(field, least, &low)) ||
	    (most != NULL && !bound_read(field, most, &high)))
		return wrong(why, field,
			     "its type cannot read the bound \"%s\" or \"%s\"",
			     least != NULL ? least : "",
			     most != NULL ? most : "");
	if (least != NULL && most != NULL && !bounds_leave(field, low, high))
		return wrong(why, field, "nothing is between \"%s\" and \"%s\"",
			     least, most);
	return LC_OK;
}

static enum lc_rc
check_text(const struct lc_field *field, struct buf *why)
{
	regex_t pattern;

	if (field->type != LC_TEXT)
		return field->choices == NULL && field->pattern == NULL &&
				       field->format == NULL ?
			       LC_OK :
			       wrong(why, field,
				     "only a text can have choices, a pattern "
				     "or a format");
	if (field->format != NULL && format_find(field->format) == NULL)
		return wrong(why, field, "there is no format \"%s\"",
			     field->format);
	if (field->pattern == NULL)
		return LC_OK;
	if (regcomp(&pattern, field->pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return wrong(why, field, "its pattern \"%s\" is none",
			     field->pattern);
	regfree(&pattern);
	return LC_OK;
}

static enum lc_rc
check_default(const struct lc_field *field, struct buf *why)
{
	union field_value value;
	struct field_fault fault;
	struct arena arena;
	enum lc_rc rc;

	if (field->def == NULL)
		return LC_OK;
	if (!field_is_plain(field))
		return wrong(why, field, "its type has no default");
	arena_init(&arena, NULL, 0);
	rc = field_read(field, field->def, strlen(field->def), &value, &fault,
			&arena);
	if (rc == LC_INVALID)
		rc = wrong(why, field, "the default \"%s\": %s", field->def,
			   fault.message);
	arena_release(&arena);
	return rc;
}

static enum lc_rc field_check(const struct lc_field *field, enum lc_place in,
			      struct buf *why);
static enum lc_rc members_check(const struct lc_field *members, size_t size,
				struct buf *why);

static enum lc_rc
check_shape(const struct lc_field *field, enum lc_place in, struct buf *why)
{
	bool body = in == LC_IN_BODY;

	if (field->type == LC_ANY)
		return body && field->optional ?
			       LC_OK :
			       wrong(why, field,
				     "only an optional member of a body can be "
				     "anything");
	if (field->type > LC_ANY)
		return wrong(why, field, "no request can have its type");
	if (field->type == LC_OBJECT) {
		if (!body || field->members == NULL)
			return wrong(why, field,
				     "an object has members and stands in the "
				     "body");
		return members_check(field->members, field->bytes, why);
	}
	if (field->type != LC_LIST)
		return LC_OK;
	if (field->item == NULL || field->item->bytes == 0)
		return wrong(why, field, "a list has an item");
	if (!body && ((in != LC_IN_QUERY && in != LC_IN_BOTH) ||
		      !field_is_plain(field->item)))
		return wrong(why, field,
			     "only a body or, of plain values, a query can "
			     "have lists");
	/* A pattern is compiled for each item. */
	if (field->item->pattern != NULL && field->max == NULL)
		return wrong(why, field,
			     "a list of items with a pattern needs a max");
	return field_check(field->item, in, why);
}

static enum lc_rc
field_check(const struct lc_field *field, enum lc_place in, struct buf *why)
{
	enum lc_rc rc = check_shape(field, in, why);

	if (rc == LC_OK)
		rc = check_bounds(field, why);
	if (rc == LC_OK)
		rc = check_text(field, why);
	if (rc == LC_OK)
		rc = check_default(field, why);
	if (rc == LC_OK && field->doc == NULL)
		rc = wrong(why, field, "it has no sentence");
	if (rc == LC_OK && field->nullable && field->def == NULL &&
	    !field->optional)
		rc = wrong(why, field,
			   "null needs a default, or must be optional");
	if (rc == LC_OK && in == LC_IN_PATH &&
	    (field->def != NULL || field->optional))
		rc = wrong(why, field, "what the path names is always there");
	return rc;
}

/*
 * As where nothing was said of it: it is the struct's first byte then.  (What
 * is not read, and only known to be there, is its own has_.)
 */
static bool
has_is_taken(const struct lc_field *fields, const struct lc_field *field)
{
	size_t at = field->has_offset;

	for (const struct lc_field *f = fields; f->name != NULL; f++)
		if (at >= f->offset && at < f->offset + f->bytes &&
		    (f != field || f->type != LC_ANY))
			return true;
	return false;
}

/* A field lies in the struct, and its name is its own. */
static enum lc_rc
check_place(const struct lc_field *fields, const struct lc_field *field,
	    size_t size, struct buf *why)
{
	if (field->bytes == 0 || field->offset + field->bytes > size ||
	    (field->optional && field->has_offset >= size))
		return wrong(why, field, "it lies outside of args_size");
	if (field->optional && has_is_taken(fields, field))
		return wrong(why, field, "its has_ is another field");
	for (const struct lc_field *f = fields; f != field; f++)
		if (fields_meet(f, field) && strcmp(f->name, field->name) == 0)
			return wrong(why, field, "it stands there twice");
	return LC_OK;
}

static enum lc_rc
members_check(const struct lc_field *members, size_t size, struct buf *why)
{
	enum lc_rc rc = LC_OK;

	for (const struct lc_field *m = members; rc == LC_OK && m->name != NULL;
	     m++) {
		rc = field_check(m, LC_IN_BODY, why);
		if (rc == LC_OK && m->in != LC_IN_QUERY)
			rc = wrong(why, m, "it stands where its object does");
		if (rc == LC_OK)
			rc = check_place(members, m, size, why);
	}
	return rc;
}

enum lc_rc
fields_check(const struct lc_field *fields, size_t size, struct buf *why)
{
	enum lc_rc rc = LC_OK;

	for (const struct lc_field *f = fields;
	     rc == LC_OK && f != NULL && f->name != NULL; f++) {
		rc = field_check(f, f->in, why);
		if (rc == LC_OK)
			rc = check_place(fields, f, size, why);
	}
	return rc;
}

/* ---- replies */

static enum lc_rc
reply_check(const struct lc_field *field, bool is_item, struct buf *why)
{
	enum lc_rc rc = check_bounds(field, why);

	if (rc == LC_OK)
		rc = check_text(field, why);
	if (rc != LC_OK)
		return rc;
	if (field->doc == NULL && !is_item)
		return wrong(why, field, "it has no sentence");
	if (field->type == LC_LIST && field->item == NULL)
		return wrong(why, field, "a list has an item");
	if (field->type == LC_LIST)
		return reply_check(field->item, true, why);
	if (field->any_of != NULL && field->type != LC_ANY)
		return wrong(why, field, "its type says what it may be");
	if (field->type != LC_OBJECT)
		return fields_check_reply(field->any_of, NULL, why);
	if (field->members == NULL && field->more == NULL)
		return wrong(why, field, "an object has members");
	return fields_check_reply(field->members, field->more, why);
}

enum lc_rc
fields_check_reply(const struct lc_field *fields,
		   bool (*more)(size_t i, struct lc_field *field),
		   struct buf *why)
{
	struct lc_field made;
	enum lc_rc rc = LC_OK;

	for (const struct lc_field *f = fields;
	     rc == LC_OK && f != NULL && f->name != NULL; f++)
		rc = reply_check(f, false, why);
	for (size_t i = 0; rc == LC_OK && more != NULL && more(i, &made); i++)
		rc = reply_check(&made, false, why);
	return rc;
}
