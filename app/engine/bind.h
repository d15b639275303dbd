/*
 * Binding: from a request's path, query, header and body to the handler's
 * own struct.
 *
 * Every wrong input is collected, none stops the reading of the others.  An
 * unknown parameter of the query changes nothing and becomes a warning that
 * offers the name that was probably meant, or an error where the client
 * prefers handling=strict; an unknown member of the body is an error.
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

/* ---- for the parts of binding */

/* What is wrong with a single-valued parameter that is given twice. */
extern const struct field_fault bind_repeated;

/* The first step of the way to an input: "query", "body" … */
const struct problem_step *bind_place(enum lc_place place);

/* Binds what stands in the body. */
enum lc_rc bind_body(struct lc_call *call) LC_CHECKED;

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
