/*
 * One field's value: read by its type, held against its bounds.  The same
 * reading checks a table when the program starts (bounds, defaults) and a
 * stranger's input, which is text in a query, a path or a header, and JSON
 * in a body.
 */
#ifndef ENGINE_FIELD_H
#define ENGINE_FIELD_H

#include "base/buf.h"
#include "lightcone.h"

struct json_object;

/* Room for a value of any plain type. */
union field_value {
	int64_t integer;
	double number;
	const char *text;
	bool boolean;
};

/* What is wrong with a value, in FastAPI's vocabulary. */
struct field_fault {
	const char *type;    /* "less_than_equal" */
	const char *message; /* in the arena */
};

/*
 * Reads `text` into `at`, which is of the field's C type; a text is not
 * copied and must live as long as `at`.  LC_INVALID with `fault`, or
 * LC_NO_MEMORY.  Of fields with one value only.
 */
enum lc_rc field_read(const struct lc_field *field, const char *text,
		      size_t length, void *at, struct field_fault *fault,
		      struct arena *arena) LC_CHECKED;

/* The same from a JSON value other than null; texts are copied. */
enum lc_rc field_read_json(const struct lc_field *field,
			   struct json_object *json, void *at,
			   struct field_fault *fault, struct arena *arena)
	LC_CHECKED;

/* Takes the default, which was held against the bounds at start. */
enum lc_rc field_default(const struct lc_field *field, void *at,
			 struct arena *arena) LC_CHECKED;

/* Whether the number of a list's items is within its bounds. */
enum lc_rc field_count_holds(const struct lc_field *list, size_t count,
			     struct field_fault *fault, struct arena *arena)
	LC_CHECKED;

/* Sets the fault and returns LC_INVALID, or LC_NO_MEMORY. */
enum lc_rc field_fault_set(struct field_fault *fault, struct arena *arena,
			   const char *type, const char *format, ...)
	LC_PRINTF(4, 5);

/* A parameter's name as clients write it: if-match; NULL without memory. */
const char *field_wire_name(const struct lc_field *field, struct arena *arena);

/* Whether a type has one value, not members or items. */
static inline bool
field_is_plain(const struct lc_field *field)
{
	return field->type < LC_LIST;
}

/* Whether a field may stand in a place: LC_IN_BOTH is two of them. */
static inline bool
field_stands_in(const struct lc_field *field, enum lc_place place)
{
	return field->in == place ||
	       (field->in == LC_IN_BOTH &&
		(place == LC_IN_QUERY || place == LC_IN_BODY));
}

/* Whether two fields may stand in the same place. */
static inline bool
fields_meet(const struct lc_field *a, const struct lc_field *b)
{
	return field_stands_in(a, b->in) || field_stands_in(b, a->in);
}

/*
 * Checks the fields of an endpoint's request: bounds and defaults that their
 * own type can read, a place in the arguments' struct of `size` bytes, no
 * name twice.  On LC_INVALID `why` says what is wrong with which.
 */
enum lc_rc fields_check(const struct lc_field *fields, size_t size,
			struct buf *why) LC_CHECKED;

/*
 * Checks the fields of a reply, and those that `more` makes: a sentence for
 * each, items for lists, members for objects.
 */
enum lc_rc fields_check_reply(const struct lc_field *fields,
			      bool (*more)(size_t i, struct lc_field *field),
			      struct buf *why) LC_CHECKED;

#endif
