/*
 * All that a handler may include of the engine: how an endpoint is declared,
 * and what its function may ask of the call that it serves.
 *
 * An endpoint is one const table.  The engine finds it by method and path,
 * asks its guards, checks and converts its parameters into the handler's own
 * struct, runs its function where its kind of work belongs, and sends what
 * it wrote.  The documentation is made from the same table.
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
#include "base/json.h"
#include "base/progress.h"
#include "base/rc.h"
#include "http/request.h"
#include "lightcone_fields.h"
#include "lightcone_jobs.h"

struct lc_call;
struct metrics_page;

/* ---- guards: what must hold before an endpoint's function runs */

/*
 * A guard lets a call pass with LC_OK, or refuses it with what lc_fail()
 * gave it.  It may leave a value in the call.  An endpoint's guards run in
 * their order, before anything of the request is bound.
 */
struct lc_guard {
	const char *name; /* "key_write" */
	const char *doc;  /* one sentence for the documentation */
	enum lc_rc (*check)(struct lc_call *call, const struct lc_guard *guard);
	const char *scope;          /* of a key; NULL: it asks for none */
	const enum lc_rc *refusals; /* what it may answer, ends in LC_OK */
};

/* A key (Authorization: Bearer, or X-API-Key) with the scope: lc_key_of(). */
extern const struct lc_guard lc_guard_read;
extern const struct lc_guard lc_guard_write;
extern const struct lc_guard lc_guard_publish;
extern const struct lc_guard lc_guard_admin;
/* The same as lc_guard_publish where option stream_publish is "key". */
extern const struct lc_guard lc_guard_stream;

/*
 * Finds out whose request it is, through proxies that option
 * trusted_proxies names: lc_client_of().
 */
extern const struct lc_guard lc_guard_client;

struct lc_key {
	const char *id, *name;
};

struct lc_client {
	const char *address; /* "192.0.2.1", "2001:db8::1"; "" unknown */
};

/* Values that guards leave, by name; NULL: there is none. */
enum lc_rc lc_put(struct lc_call *call, const char *name, const void *value)
	LC_CHECKED;
const void *lc_value(const struct lc_call *call, const char *name);

/* NAME_put() and NAME_of() for values of one type. */
#define LC_VALUE(name, ctype)                                                \
	LC_CHECKED static inline enum lc_rc name##_put(struct lc_call *call, \
						       const ctype *value)   \
	{                                                                    \
		return lc_put(call, #name, value);                           \
	}                                                                    \
	static inline const ctype *name##_of(const struct lc_call *call)     \
	{                                                                    \
		return lc_value(call, #name);                                \
	}

LC_VALUE(lc_key, struct lc_key)
LC_VALUE(lc_client, struct lc_client)

/* ---- endpoints */

enum lc_work {
	LC_QUICK, /* on the accepting thread; also what parks at once */
	LC_HEAVY, /* on the CPU pool, under SCHED_IDLE */
	LC_BRIEF, /* there too, for some ms: between the parts of others */
	LC_WORK__MAX
};

/*
 * What an answer can be: X(constant, bit, word, media type, its parameters).
 * Accept or ?format=word, which weighs more, chooses; text/xml is a VOTable.
 */
#define LC_FORMAT_TABLE(X)                                               \
	X(LC_AS_JSON, 1, "json", "application/json", "")                 \
	X(LC_AS_HTML, 2, "html", "text/html", "; charset=utf-8")         \
	X(LC_AS_CSV, 4, "csv", "text/csv", "; charset=utf-8")            \
	X(LC_AS_TEXT, 8, "text", "text/plain", "; charset=utf-8")        \
	X(LC_AS_VOTABLE, 16, "votable", "application/x-votable+xml", "") \
	X(LC_AS_TSV, 32, "tsv", "text/tab-separated-values",             \
	  "; charset=utf-8")                                             \
	X(LC_AS_PNG, 64, "png", "image/png", "")                         \
	X(LC_AS_SVG, 128, "svg", "image/svg+xml", "")                    \
	X(LC_AS_EVENTS, 256, "events", "text/event-stream", "")          \
	X(LC_AS_OPENMETRICS, 512, "openmetrics",                         \
	  "application/openmetrics-text", "; version=1.0.0; charset=utf-8")

enum lc_format {
#define LC_FORMAT_ENUM(constant, bit, word, type, parameters) constant = bit,
	LC_FORMAT_TABLE(LC_FORMAT_ENUM)
#undef LC_FORMAT_ENUM
		LC_AS_FILE = 1 << 16 /* one type, which the function tells */
};

/*
 * What a body can be, all in UTF-8: X(constant, bit, media type).  JSON is
 * bound to the fields with LC_IN_BODY.  Another kind comes to the function as
 * its bytes: the fields have their defaults then, and none is required.  So
 * does JSON of any form, which is instead of JSON that is bound.
 */
#define LC_BODY_TABLE(X)                       \
	X(LC_BODY_JSON, 1, "application/json") \
	X(LC_BODY_CSV, 2, "text/csv")          \
	X(LC_BODY_VALUE, 4, "application/json")

enum lc_body_kind {
#define LC_BODY_ENUM(constant, bit, type) constant = bit,
	LC_BODY_TABLE(LC_BODY_ENUM)
#undef LC_BODY_ENUM
};

/*
 * How long our own cache (option `cache`) keeps an answer for whoever asks
 * the same again: the same path, format and bound arguments, less those that
 * are `aside`, of the same version.  What is dearer to fetch than to make is
 * not kept, by what both have taken lately.
 */
struct lc_keep {
	int64_t fresh_s;  /* 0: it is not kept */
	int64_t stale_s;  /* then it is given while it is made anew */
	int64_t error_s;  /* then it is given where making it anew fails */
	int64_t absent_s; /* a 404 that `run` says; 0: it is not kept */
	/*
	 * How early it is made anew by chance, before it is stale: XFetch's
	 * beta, 1 as a rule; 0: never.
	 */
	double early;
	/* Requests of one class take about as long; NULL: all do. */
	unsigned (*size_class)(const struct lc_call *call, const void *args);
};

/* How long an answer may be kept; by others, as Cache-Control says. */
struct lc_cache {
	int64_t fresh_s; /* 0: it is asked about each time */
	int64_t stale_s; /* how long an old one may serve while it is asked */
	bool is_private; /* its address is a secret: only who asked may */
	struct lc_keep keep; /* by us */
};

/*
 * Whose requests are counted together: those of one address (of IPv6 its /64),
 * or of one key that a guard has left, lc_key_of(), from whatever address; who
 * has left none is counted by the address.
 */
enum lc_rate_by { LC_BY_ADDRESS, LC_BY_KEY };

/*
 * A limit: so many in so long, over all processes, of which so many may come
 * at once.  Limits of one name are one limit, wherever they stand in the
 * table, and are the same; option `rates` changes them by that name.
 */
struct lc_rate {
	const char *name; /* "minute": of a-z, 0-9, - and _ */
	int64_t limit;
	int64_t window_s;
	int64_t burst; /* 0: all of them */
	enum lc_rate_by by;
};

#define LC_RATES_END         \
	{                    \
		.name = NULL \
	}

/*
 * What a request is counted as, against all limits of its endpoint; where
 * there is no function, as 1.  It counts as 1 by address before anything is
 * read of it, and the rest before the work is begun.  What costs more than a
 * limit lets through at once is refused.
 */
struct lc_cost {
	/* Asked quickly, once the arguments are bound. */
	int64_t (*of)(struct lc_call *call, const void *args);
	int64_t most;    /* what the dearest costs */
	const char *doc; /* "1, and 1 for every 16,384 pixels" */
};

/* A request for the documentation, which shows its real answer. */
struct lc_example {
	const char *summary;
	const char *target; /* "/galaxy?coordinates=M31" */
	const char *body;   /* JSON; NULL: none */
	int status;
};

/* A group of endpoints in the documentation. */
struct lc_tag {
	const char *name;
	const char *doc;
};

/* One wrong input. */
struct lc_problem_error {
	const char *loc;  /* "query.RA", "body.points.3.ra_deg" */
	const char *type; /* FastAPI's word: "missing" */
	const char *msg;  /* "Field required" */
};

/* What a problem document would say. */
struct lc_problem_view {
	enum lc_rc rc;
	int status;
	const char *title, *detail;
	const struct lc_problem_error *errors;
	size_t error_count;
};

struct lc_endpoint {
	enum lc_method method;
	const char *path; /* "/galaxy", "/galaxy/{name}" */
	const struct lc_tag *tag;
	const char *summary;
	const char *details;           /* what more there is to say; or NULL */
	const struct lc_field *params; /* ends in LC_FIELD_END; or NULL */
	size_t args_size;              /* of the arguments' struct */
	/*
	 * Names in the query are taken in any case of their letters, and
	 * unknown ones are ignored without a warning.
	 */
	bool any_case;
	unsigned bodies; /* of enum lc_body_kind; 0: JSON, if it has fields */
	const char *body_example; /* of another kind than JSON; or NULL */
	int64_t body_max_bytes; /* counts where option body_max_bytes is less */
	bool body_is_small;     /* it counts where the option is more, too */
	const struct lc_guard *const *guards; /* ends in NULL; or NULL */
	enum lc_work work;
	/*
	 * Where the arguments tell which it is, or NULL: asked quickly after
	 * they are bound, instead of `work`.
	 */
	enum lc_work (*weigh)(struct lc_call *call, const void *args);
	/* From the request's arrival; Prefer: wait=N brings it forward. */
	int64_t deadline_ms;
	/*
	 * The whole number among its parameters that is the deadline in ms
	 * instead, up to option deadline_max_ms; or NULL.
	 */
	const char *deadline_from;
	/*
	 * As what it goes on when the client prefers respond-async, at once
	 * or after so many seconds; or NULL: the preference is ignored.
	 */
	const struct lc_job_kind *job;
	struct lc_cache cache;
	const struct lc_rate *rates; /* ends in LC_RATES_END; NULL: none */
	struct lc_cost cost;
	unsigned formats;        /* of enum lc_format; 0: JSON */
	unsigned default_format; /* for who does not choose; 0: the first */
	/* With LC_AS_FILE: what it may be, ends in NULL; or NULL: anything. */
	const char *const *file_types;
	const struct lc_field *reply; /* the JSON answer's members; or NULL */
	bool (*reply_more)(size_t i, struct lc_field *field); /* further ones */
	const int *statuses;               /* with it, ends in 0; NULL: 200 */
	const enum lc_rc *problems;        /* that its function may end with */
	const struct lc_example *examples; /* ends in a NULL target; or NULL */
	/*
	 * Of GET, and of POST that only asks, or NULL: the version of what an
	 * answer is made from, told quickly on the accepting thread before
	 * `run`.  The ETag of GET is made from it, also that of an answer in
	 * pieces, and who has the answer already is told so without any work;
	 * and our own cache keeps answers by it.  What is not LC_OK ends the
	 * call as if `run` had said it.
	 */
	enum lc_rc (*version)(struct lc_call *call, const void *args,
			      uint64_t *version);
	bool conditional; /* of a writer: it asks lc_precondition() */
	bool warns;       /* its JSON has `warnings` also when there are none */
	/*
	 * For clients that do not read problem documents, or NULL: adds the
	 * body of what is answered, with this status and media type, to wrong
	 * input, to what `run` ended with, and with 503 and 504.  A thread of
	 * the gate calls it, perhaps while `run` is still at work; so it has
	 * nothing of the call.  It must escape what it is given.  What is
	 * HTTP's own affair (401, 403, 406, 412, 415, 429), or is found before
	 * the endpoint is, stays a problem document.
	 */
	void (*problem)(const struct lc_problem_view *problem, struct buf *out);
	int problem_status; /* one that the endpoint may answer with */
	const char *problem_media;
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

/* Whether the process takes no more requests than it has already. */
bool lc_is_stopping(const struct lc_call *call);

/*
 * Scheme and host by which the client reached us, "https://example.org", for
 * links that must be whole; NULL without memory.
 */
const char *lc_origin(struct lc_call *call);

/* What the client wants the answer to be, of what the endpoint can give. */
enum lc_format lc_format(const struct lc_call *call);

/* As what the body came, of what the endpoint takes; and its bytes. */
enum lc_body_kind lc_body_kind(const struct lc_call *call);
const char *lc_body_bytes(const struct lc_call *call, size_t *length);

/* Brings the deadline forward to `ms` after the request's arrival. */
void lc_shorten_deadline(struct lc_call *call, int64_t ms);

/*
 * The context of this call as others are told of it who act on its behalf: a
 * traceparent (W3C Trace Context); NULL: there is none.
 */
const char *lc_traceparent(struct lc_call *call);

/* For work that takes long: asked for its end, told how far it is. */
struct lc_progress *lc_progress(struct lc_call *call);

/*
 * Heavy work in `count` parts of 100 ms at most, on this thread and on idle
 * ones of the pool: `part` is called once for each index, with a progress of
 * its own.  The first that is not LC_OK stops the others and is returned when
 * all have ended.  The call's progress goes from 0 to `to`.
 */
enum lc_rc lc_parts(struct lc_call *call, size_t count,
		    enum lc_rc (*part)(void *arg, size_t index,
				       struct lc_progress *progress),
		    void *arg, double to) LC_CHECKED;

/* ---- answers */

/*
 * The answer as JSON: the outermost object is open already and is closed by
 * the engine, which adds the warnings.
 */
struct json *lc_json(struct lc_call *call);

/* The answer as bytes of another media type; NULL: that of lc_format(). */
struct buf *lc_body(struct lc_call *call, const char *media_type);

/*
 * Sends what the answer, JSON or bytes, has grown to so far, and frees its
 * memory: for long lists.  From the first time on it is an answer in pieces,
 * as by lc_stream_begin(); the engine sends the last one.
 */
enum lc_rc lc_body_send(struct lc_call *call) LC_CHECKED;

/* The document of all endpoints (OpenAPI 3.1), as JSON. */
enum lc_rc lc_openapi(struct lc_call *call, struct buf *out) LC_CHECKED;

/*
 * The page of metrics (services/metrics.h), with all that the engine knows;
 * NULL without memory.
 */
struct metrics_page *lc_metrics_page(struct lc_call *call);

/*
 * The answer lacks what could not be had for the moment: nobody keeps it, and
 * its ETag is not that of the version.
 */
void lc_set_makeshift(struct lc_call *call);

/* Another status than 200 for an answer that is no problem. */
void lc_set_status(struct lc_call *call, int status);

/* A header field of the answer; the value is formatted. */
void lc_set_field(struct lc_call *call, const char *name, const char *format,
		  ...) LC_PRINTF(3, 4);

/* Adds a sentence to the reply's `warnings`. */
void lc_warn(struct lc_call *call, const char *format, ...) LC_PRINTF(2, 3);

/* Gives up with a sentence for the client; returns `rc`. */
enum lc_rc lc_fail(struct lc_call *call, enum lc_rc rc, const char *format, ...)
	LC_PRINTF(3, 4);

/*
 * Refuses a parameter's value with a sentence of what was wrong and would
 * be right; `type` is a word of FastAPI's vocabulary ("value_error"), and
 * `param` may name a member of a member, or of a list's item
 * ("settings.speed_m_s", "points.3.ra_deg"), or a line of a body of bytes
 * ("body.7").  Without an input that of LC_IN_BOTH is found.  May be called
 * for several; returns LC_INVALID.
 */
enum lc_rc lc_refuse(struct lc_call *call, const char *param, const char *type,
		     const char *input, const char *format, ...)
	LC_PRINTF(5, 6);

/* ---- versions: see struct lc_endpoint */

/* Both in one number; their order counts. */
uint64_t lc_mix(uint64_t a, uint64_t b);

/*
 * A digest of the bound arguments, in the table's order: neither the order
 * and the spelling of parameters nor a default that was given changes it,
 * nor those that are `aside`.
 */
uint64_t lc_args_digest(const struct lc_call *call);

/*
 * Holds If-Match and If-None-Match of a writing request against the ETag
 * that a GET of `reader` (another endpoint, on the same resource, as JSON)
 * would give for this version; `exists`: there is something to get.
 * LC_PRECONDITION, with words, when they do not hold.
 */
enum lc_rc lc_precondition(struct lc_call *call,
			   const struct lc_endpoint *reader, bool exists,
			   uint64_t version) LC_CHECKED;

/* The ETag that a GET of `reader` will give from now on, for the answer. */
void lc_set_version(struct lc_call *call, const struct lc_endpoint *reader,
		    uint64_t version);

/*
 * An answer in pieces.  After LC_OK of the first, each piece is on its way
 * when its function returns; LC_CANCELLED means that the client has gone
 * and that the function should return it.
 */
enum lc_rc lc_stream_begin(struct lc_call *call, const char *media_type)
	LC_CHECKED;
enum lc_rc lc_stream_write(struct lc_call *call, const void *bytes,
			   size_t length) LC_CHECKED;

/*
 * The last piece of an answer that cannot be finished, with words that say
 * why: it goes out also when the work was told to stop.  The function then
 * returns what went wrong, so that the transfer does not look complete.
 */
void lc_stream_last(struct lc_call *call, const void *bytes, size_t length);

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
