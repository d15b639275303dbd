/*
 * All that a handler may include of the engine: how an endpoint is declared,
 * and what its function may ask of the call that it serves.
 *
 * An endpoint is one const table.  The engine finds it by method and path,
 * checks and converts its parameters into the handler's own struct, runs its
 * function where its kind of work belongs, and sends what it wrote.
 *
 * A handler's function fills the answer and returns LC_OK, or returns what
 * lc_fail() or lc_refuse() gave it, or parks the call and returns LC_PARKED.
 * Whatever it allocates with lc_alloc() lives as long as the call.
 */
#ifndef LIGHTCONE_H
#define LIGHTCONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/progress.h"
#include "base/rc.h"
#include "http/json.h"
#include "http/request.h"

struct lc_call;

/* ---- parameters */

enum lc_type { LC_INT, LC_NUMBER, LC_TEXT, LC_BOOL, LC_TYPE__MAX };

/*
 * One parameter of the query.  The bounds and the default are text, read by
 * the type's own parser when the program starts: bounds of a text are bounds
 * of its length in bytes.  No `def` and not `optional` means required.
 */
struct lc_param {
	const char *name;
	enum lc_type type;
	size_t offset; /* of the field in the arguments' struct */
	bool optional; /* then `has_offset` is that of a bool beside it */
	size_t has_offset;
	const char *def;
	const char *min;
	const char *max;
	const char *const *choices; /* allowed texts, ends in NULL */
	const char *doc;
};

#define LC_TYPE_OF(value) \
	_Generic((value),            \
		int64_t: LC_INT,     \
		double: LC_NUMBER,   \
		const char *: LC_TEXT, \
		bool: LC_BOOL)

/* A field of `struct tag` as a parameter; the C type gives the type. */
#define LC_PARAM(tag, field, ...)                                  \
	{                                                          \
		.name = #field,                                    \
		.type = LC_TYPE_OF(((struct tag *)NULL)->field),   \
		.offset = offsetof(struct tag, field), __VA_ARGS__ \
	}

/* The same with a `bool has_FIELD` that tells whether it was given. */
#define LC_PARAM_OPTIONAL(tag, field, ...)     \
	LC_PARAM(tag, field, .optional = true, \
		 .has_offset = offsetof(struct tag, has_##field), __VA_ARGS__)

#define LC_PARAM_END         \
	{                    \
		.name = NULL \
	}

/* ---- endpoints */

enum lc_work {
	LC_QUICK, /* on the accepting thread; also what parks at once */
	LC_HEAVY, /* on the CPU pool, under SCHED_IDLE */
	LC_WORK__MAX
};

struct lc_endpoint {
	enum lc_method method;
	const char *path; /* "/galaxy" */
	const char *summary;
	const struct lc_param *params; /* ends in LC_PARAM_END; or NULL */
	size_t args_size;              /* of the arguments' struct */
	enum lc_work work;
	int64_t deadline_ms; /* from the request's arrival */
	enum lc_rc (*run)(struct lc_call *call, const void *args);
};

/* ---- what a function may ask of its call */

/* Zeroed memory that lives as long as the call; NULL when there is none. */
void *lc_alloc(struct lc_call *call, size_t bytes);
struct arena *lc_arena(struct lc_call *call);

/* What the program gave its handlers: see handlers/context.h. */
void *lc_context(const struct lc_call *call);

/* Where the application is mounted: "" or "/api". */
const char *lc_mount(const struct lc_call *call);

/* For work that takes long: asked for its end, told how far it is. */
struct lc_progress *lc_progress(struct lc_call *call);

/* ---- answers */

/*
 * The answer as JSON: the outermost object is open already and is closed by
 * the engine, which adds the warnings.
 */
struct json *lc_json(struct lc_call *call);

/* The answer as bytes of another media type. */
struct buf *lc_body(struct lc_call *call, const char *media_type);

/* Another status than 200 for an answer that is no problem. */
void lc_set_status(struct lc_call *call, int status);

/* Adds a sentence to the reply's `warnings`. */
void lc_warn(struct lc_call *call, const char *format, ...) LC_PRINTF(2, 3);

/* Gives up with a sentence for the client; returns `rc`. */
enum lc_rc lc_fail(struct lc_call *call, enum lc_rc rc, const char *format, ...)
	LC_PRINTF(3, 4);

/*
 * Refuses a parameter's value with a sentence of what was wrong and would
 * be right; `type` is a word of FastAPI's vocabulary ("value_error").  May
 * be called for several; returns LC_INVALID.
 */
enum lc_rc lc_refuse(struct lc_call *call, const char *param, const char *type,
		     const char *input, const char *format, ...)
	LC_PRINTF(5, 6);

/*
 * An answer in pieces.  After LC_OK of the first, each piece is on its way
 * when its function returns; LC_CANCELLED means that the client has gone
 * and that the function should return it.
 */
enum lc_rc lc_stream_begin(struct lc_call *call, const char *media_type)
	LC_CHECKED;
enum lc_rc lc_stream_write(struct lc_call *call, const void *bytes,
			   size_t length) LC_CHECKED;

/* ---- parked calls: a request that waits, and no thread with it */

/*
 * Parks the call until lc_complete(), its deadline, the stop of the process
 * or its client's leaving.  The function then hands the call to whatever
 * will complete it, touches it no more, and returns LC_PARKED.  Exactly one
 * lc_complete() must follow in every case.
 *
 * `gone`, if not NULL, is called once, by the thread that ended the call
 * otherwise, so that a waiting list can let go of it early; it must not
 * block.
 */
enum lc_rc lc_park(struct lc_call *call,
		   void (*gone)(struct lc_call *call, void *arg), void *arg)
	LC_CHECKED;

/*
 * Completes a parked call from any thread: a thread of the gate runs `reply`
 * to write the answer, and sends it.  False: it had ended otherwise, and
 * `reply` is not run.  The call must not be touched after it.
 */
bool lc_complete(struct lc_call *call,
		 enum lc_rc (*reply)(struct lc_call *call, void *arg),
		 void *arg);

#endif
