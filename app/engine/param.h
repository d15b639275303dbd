/*
 * One parameter's text: read by its type, held against its bounds.  The
 * same reading checks a table when the program starts (bounds, defaults) and
 * a stranger's input.
 */
#ifndef ENGINE_PARAM_H
#define ENGINE_PARAM_H

#include "base/buf.h"
#include "lightcone.h"

/* What is wrong with a value, in FastAPI's vocabulary. */
struct param_fault {
	const char *type;    /* "less_than_equal" */
	const char *message; /* in the arena */
};

/*
 * Reads `text` into `field`, which is of the parameter's C type; a text is
 * not copied and must live as long as the field.  LC_INVALID with `fault`,
 * or LC_NO_MEMORY.
 */
enum lc_rc param_read(const struct lc_param *param, const char *text,
		      size_t length, void *field, struct param_fault *fault,
		      struct arena *arena) LC_CHECKED;

/* The bytes of a parameter's field in the arguments' struct. */
size_t param_field_bytes(const struct lc_param *param);

/*
 * Checks a parameter's declaration: bounds and default that its own type
 * can read, a default within the bounds.  On LC_INVALID `why` says what is
 * wrong.
 */
enum lc_rc param_check(const struct lc_param *param, struct buf *why)
	LC_CHECKED;

#endif
