/*
 * Fields: what a request brings, and what a reply holds.
 *
 * One table of them is read by the binder, the documentation and the tests;
 * lightcone.h says where such tables stand.
 */
#ifndef LIGHTCONE_FIELDS_H
#define LIGHTCONE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lc_type {
	LC_INT,
	LC_NUMBER,
	LC_TEXT,
	LC_BOOL,
	LC_LIST,   /* in C a struct lc_list */
	LC_OBJECT, /* in C a struct of its own */
	LC_ANY,    /* any JSON; an optional member of a body is bound as its
	              text to a const char *, and not read into a bool */
	LC_TYPE__MAX
};

/*
 * Where a parameter stands; a member of an object stands where that does.
 * LC_IN_BOTH: in the query or in the body, a JSON object that may be absent,
 * also of GET, and may be wrapped: {"params": {...}}.
 */
enum lc_place { LC_IN_QUERY, LC_IN_PATH, LC_IN_HEADER, LC_IN_BODY, LC_IN_BOTH };

/* Several values of one type, in the call's arena. */
struct lc_list {
	const void *items;
	size_t count;
};

/*
 * A parameter of a request, or a field of a reply.  The bounds and the
 * default are text, read by the type's own parser when the program starts:
 * bounds of a text count its characters, bounds of a list its items.  No
 * `def` and not `optional` means required.
 *
 * In a query a list is a parameter that may be given several times.  The
 * header field of `if_match` is If-Match.  All fields with LC_IN_BODY
 * together are one JSON object; others in it are refused.
 */
struct lc_field {
	const char *name;
	enum lc_type type;
	enum lc_place in;
	size_t offset; /* of the C field in the arguments' struct */
	size_t bytes;  /* of the C field */
	bool optional; /* then `has_offset` is that of a bool beside it */
	size_t has_offset;
	bool nullable; /* null is as good as absent */
	bool aside;    /* of a parameter: it does not change what is answered */
	const char *def;
	const char *min;
	const char *max;
	const char *above; /* a number's bounds that are themselves outside */
	const char *below;
	const char *const *choices; /* allowed texts, ends in NULL */
	const char *pattern;        /* a text's, POSIX extended and ECMA 262 */
	const char *format;         /* a text's: see http/formats.h */
	const char *unit;
	const char *doc;
	const struct lc_field *members; /* an object's, ends in LC_FIELD_END */
	const struct lc_field *item;    /* of a list */
	/* What an LC_ANY of a reply may be, by name, for the documentation;
	   ends in LC_FIELD_END. */
	const struct lc_field *any_of;
	/* Further members of a reply's object: the i-th, or false. */
	bool (*more)(size_t i, struct lc_field *field);
};

#define LC_TYPE_OF(value) \
	_Generic((value),              \
		int64_t: LC_INT,       \
		double: LC_NUMBER,     \
		const char *: LC_TEXT, \
		bool: LC_BOOL,         \
		struct lc_list: LC_LIST, default: LC_OBJECT)

/* A field of `struct tag` as a parameter; the C type gives the type. */
#define LC_PARAM(tag, field, ...) LC_PARAM_AS(tag, field, #field, __VA_ARGS__)

/* The same with a `bool has_FIELD` that tells whether it was given. */
#define LC_PARAM_OPTIONAL(tag, field, ...) \
	LC_PARAM_OPTIONAL_AS(tag, field, #field, __VA_ARGS__)

/* Both with a name of their own: "RA". */
#define LC_PARAM_AS(tag, field, wire_name, ...)                           \
	{                                                                 \
		.name = wire_name,                                        \
		.type = LC_TYPE_OF(((struct tag *)NULL)->field),          \
		.offset = offsetof(struct tag, field),                    \
		.bytes = sizeof(((struct tag *)NULL)->field), __VA_ARGS__ \
	}
#define LC_PARAM_OPTIONAL_AS(tag, field, wire_name, ...)             \
	LC_PARAM_AS(tag, field, wire_name, .optional = true,         \
		    .has_offset = offsetof(struct tag, has_##field), \
		    __VA_ARGS__)

/* What a list's items are, by their C type. */
#define LC_ITEM(ctype, ...)                                                 \
	{                                                                   \
		.type = LC_TYPE_OF(*(ctype *)NULL), .bytes = sizeof(ctype), \
		__VA_ARGS__                                                 \
	}

/* A field of a reply. */
#define LC_FIELD(field_name, field_type, ...)                       \
	{                                                           \
		.name = field_name, .type = field_type, __VA_ARGS__ \
	}

#define LC_FIELD_END         \
	{                    \
		.name = NULL \
	}

#endif
