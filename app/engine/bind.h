/*
 * Binding: from a request's path, query, header and body to the handler's
 * own struct.
 *
 * Every wrong input is collected, none stops the reading of the others.  An
 * unknown parameter of the query changes nothing and becomes a warning that
 * offers the name that was probably meant, or an error where the client
 * prefers handling=strict; an unknown member of the body is an error.
 *
 * What may stand in query and body (LC_IN_BOTH) is bound where it is found;
 * in both it is an error.  If it is nowhere and must be, that is said of the
 * body where there is one, else of the query.
 */
#ifndef ENGINE_BIND_H
#define ENGINE_BIND_H

#include "engine/call.h"
#include "engine/field.h"

enum {
	/* A reply names so many unknown parameters, and wrong inputs. */
	BIND_WARN_MOST = 16,
	BIND_ERRORS_MOST = 100,
	/* A name that differs in so many letters may be meant. */
	BIND_NEAR_MOST = 2
};

/*
 * Fills `call->args` by the endpoint's table.  LC_INVALID with the call's
 * errors; LC_MEDIA_TYPE: the body is of another kind; LC_NO_MEMORY.
 */
enum lc_rc bind_request(struct lc_call *call) LC_CHECKED;

/*
 * Whether a GET was asked by its body, too.  Caches know an answer by its
 * URL alone (RFC 9111, section 2), so that nobody may keep this one, and it
 * has no ETag, by which a cache could take another body's answer for it.
 */
bool bind_has_read_body(const struct lc_call *call);

/* ---- for the parts of binding */

/* What is wrong with a single-valued parameter that is given twice. */
extern const struct field_fault bind_repeated;

/* The first step of the way to an input: "query", "body" … */
const struct problem_step *bind_place(enum lc_place place);

/* Binds what stands in the body, or may stand there. */
enum lc_rc bind_body(struct lc_call *call) LC_CHECKED;

/*
 * Where a field of LC_IN_BODY or LC_IN_BOTH came from, or would have been
 * looked for, and what was given, as a client would write it: NULL is
 * nothing, or several values.  LC_NO_MEMORY, or LC_OK.
 */
enum lc_rc bind_origin(struct lc_call *call, const struct lc_field *field,
		       const struct problem_step **place, const char **input)
	LC_CHECKED;

/* Binds a value that came as text; NULL: none came. */
enum lc_rc bind_text(struct lc_call *call, const struct lc_field *field,
		     const char *text, size_t length) LC_CHECKED;

/* The first of a parameter's pairs in the query; NULL: it is not there. */
const struct query_pair *bind_query_find(const struct lc_call *call,
					 const struct lc_field *field,
					 size_t *count);

/* Binds a parameter from the query, also one that is not there. */
enum lc_rc bind_query(struct lc_call *call, const struct lc_field *field)
	LC_CHECKED;

/* Warns of what in the query is no parameter, or refuses it. */
enum lc_rc bind_query_unknown(struct lc_call *call,
			      const struct lc_field *fields) LC_CHECKED;

/* What a member is in an object; NULL: not there, or as good as absent. */
struct json_object *bind_json_given(const struct lc_field *member,
				    struct json_object *object, bool *given);

/* Binds a member of an object that stands at `before`. */
enum lc_rc bind_json_member(struct lc_call *call, const struct lc_field *member,
			    struct json_object *object,
			    const struct problem_step *before, char *args)
	LC_CHECKED;

/* Refuses an object's members that stand in no field. */
enum lc_rc bind_json_extra(struct lc_call *call, const struct lc_field *members,
			   enum lc_place in, struct json_object *object,
			   const struct problem_step *before) LC_CHECKED;

/* Refuses a value that is no object. */
enum lc_rc bind_json_no_object(struct lc_call *call, struct json_object *json,
			       const struct problem_step *at);

/* A value as JSON, in the arena; of a text its characters. */
const char *bind_json_text(struct lc_call *call, struct json_object *json);

/* Adds a wrong input; returns LC_INVALID or LC_NO_MEMORY. */
enum lc_rc bind_error(struct lc_call *call, const struct problem_step *at,
		      const struct field_fault *fault, const char *input,
		      size_t input_length);

/* A field that was not given: its default, or an error. */
enum lc_rc bind_absent(struct lc_call *call, const struct lc_field *field,
		       const struct problem_step *at, void *args) LC_CHECKED;

/*
 * What is wrong with an input that nobody asked for, and perhaps was meant
 * for another.  LC_OK or LC_NO_MEMORY.
 */
enum lc_rc bind_extra(struct lc_call *call, const char *nearest,
		      struct field_fault *fault) LC_CHECKED;

/* The worse of two results: memory before wrong input. */
static inline enum lc_rc
bind_worse(enum lc_rc a, enum lc_rc b)
{
	return a == LC_OK || b == LC_NO_MEMORY ? b : a;
}

/* The field's name that was probably meant; NULL: none is near. */
const char *bind_near(const struct lc_field *fields, enum lc_place in,
		      const char *name, size_t length);

#endif
