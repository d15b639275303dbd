/*
 * Traces: which request caused what, and how long each part took, as
 * OpenTelemetry has them.
 *
 * A request comes with the context of its caller (W3C Trace Context, level
 * 1), or begins a trace; a sampler says whether it is recorded; finished
 * spans go into a ring that all processes share (services/trace_ring.h),
 * without a lock or memory of their own, and `lightcone work` exports them.
 *
 * A program that records nothing at all is not seen in a trace: it has ids of
 * its own for its logs, but tells others of its caller, just as that has told
 * of itself, so their spans hang below one that exists.  Where there is no
 * caller it tells nothing, and others decide for themselves.  (To a sampler
 * that says no to this trace the others' spans are below ours, and told that
 * we do not record.)
 *
 * Ids are random: unique among threads, processes and forks.  They are no
 * secret.  Any thread may call.
 */
#ifndef SERVICES_TRACE_H
#define SERVICES_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct options;
struct trace_ring;
struct tracer;

enum {
	TRACE_PARENT_BYTES = 56, /* of a traceparent, and NUL */
	TRACE_STATE_MAX = 512,   /* of a tracestate that is passed on */
	TRACE_NAME_MAX = 64,
	TRACE_TEXT_MAX = 128, /* of an attribute */
	TRACE_ROOM = 888,     /* of a span's attributes */
	TRACE_WHY_MAX = 200
};

/* A span's place; trace 0: there is none. */
struct trace_context {
	uint64_t high, low;    /* of the trace's id, as it is printed */
	uint64_t span, parent; /* parent 0: it is the trace's first */
	bool sampled;          /* it is to be recorded */
	bool remote;           /* the parent is another program's */
	bool silent;           /* others are told of `caller`, if it is not 0 */
	bool caller_sampled;
	uint64_t caller;
	const char *state; /* tracestate as it came; NULL: none */
};

/* ---- the wire */

/*
 * Reads a traceparent: the context of the caller, whose span is `span`.
 * False: it is none, and a new trace begins.  Two fields, which arrive as one
 * with a comma, are none.  A version after 00 is read as far as 00 goes, and
 * of the flags only the one of sampling.
 */
bool trace_parent_read(const char *text, struct trace_context *out);

/*
 * "00-...": this context as others, and jobs, are told of it.  "": there is
 * nothing to tell, so no field is to be sent; as a traceparent it is none.
 */
void trace_parent_write(const struct trace_context *context,
			char out[TRACE_PARENT_BYTES]);

/*
 * Whether a tracestate may be passed on: 1 to 32 members, each as it must be,
 * none twice, within TRACE_STATE_MAX bytes.  Keys are those of level 1, which
 * may begin with a digit as in level 2.
 *
 * What is longer is dropped whole, not cut by members: contexts point to it
 * as it came, and no request pays for a copy.
 */
bool trace_state_ok(const char *text);

/* 32 or 16 hexadecimal digits, and NUL. */
void trace_id_write(uint64_t high, uint64_t low, char out[33]);
void trace_span_id_write(uint64_t span, char out[17]);

/* ---- deciding */

/*
 * By options traces, trace_*; NULL without memory.  Where nothing is
 * exported it samples nothing and has no ring.  Where the ring cannot be had
 * nothing is recorded either, and `why`, else "", says so.
 */
struct tracer *tracer_new(const struct options *options, char *why,
			  size_t why_bytes);
void tracer_free(struct tracer *tracer); /* NULL is harmless */

/* Where spans are put; NULL: nothing is recorded. */
const struct trace_ring *tracer_ring(const struct tracer *tracer);

/*
 * Begins a span for what came with these fields, NULL: without.  `state` must
 * live as long as the context.  `tracer` may be NULL, which is as one that
 * records nothing.
 *
 * traceidratio looks at the lower 64 bits of the trace's id, and samples those
 * below its share of all such numbers, as other SDKs of OpenTelemetry
 * does: services with the same share sample the same traces.
 */
void tracer_begin(struct tracer *tracer, const char *parent, const char *state,
		  struct trace_context *out);

/* A span below another, or a trace's first if that is none; sampled if it is. */
void tracer_child(struct tracer *tracer, const struct trace_context *parent,
		  struct trace_context *out);

/* ---- recording */

enum trace_kind { /* as OTLP numbers them */
		  TRACE_INTERNAL = 1,
		  TRACE_SERVER,
		  TRACE_CLIENT,
		  TRACE_PRODUCER,
		  TRACE_CONSUMER
};

/* X(constant, name, whether it is a whole number) */
#define TRACE_KEY_TABLE(X)                                              \
	X(TRACE_METHOD, "http.request.method", false)                   \
	X(TRACE_METHOD_ORIGINAL, "http.request.method_original", false) \
	X(TRACE_PATH, "url.path", false)                                \
	X(TRACE_SCHEME, "url.scheme", false)                            \
	X(TRACE_ROUTE, "http.route", false)                             \
	X(TRACE_STATUS, "http.response.status_code", true)              \
	X(TRACE_RESPONSE_BYTES, "http.response.size", true)             \
	X(TRACE_SERVER_ADDRESS, "server.address", false)                \
	X(TRACE_CLIENT_ADDRESS, "client.address", false)                \
	X(TRACE_ERROR_TYPE, "error.type", false)                        \
	X(TRACE_CACHE, "lightcone.cache", false)                        \
	X(TRACE_REQUEST_ID, "lightcone.request.id", false)              \
	X(TRACE_JOB_KIND, "lightcone.job.kind", false)                  \
	X(TRACE_JOB_NUMBER, "lightcone.job.number", true)               \
	X(TRACE_JOB_ATTEMPT, "lightcone.job.attempt", true)             \
	X(TRACE_EVENT_TYPE, "lightcone.event.type", false)              \
	X(TRACE_EVENT_SEQ, "lightcone.event.seq", true)                 \
	X(TRACE_PID, "process.pid", true)

enum trace_key {
#define TRACE_KEY_ENUM(constant, name, number) constant,
	TRACE_KEY_TABLE(TRACE_KEY_ENUM)
#undef TRACE_KEY_ENUM
		TRACE_KEY__MAX
};

/* A finished span, as it stands in the ring; it has no pointers. */
struct trace_span {
	uint64_t high, low, span, parent;
	int64_t start_ns, end_ns; /* since 1970 */
	uint8_t kind;             /* enum trace_kind */
	bool failed;              /* its status is an error; else unset */
	bool remote;              /* the parent is another program's */
	uint8_t spare;
	uint16_t attributes; /* bytes of `room` that they take */
	uint16_t state;      /* bytes after them, a tracestate */
	char name[TRACE_NAME_MAX];
	char room[TRACE_ROOM]; /* attributes: key, length in two bytes, value */
};

/*
 * Texts go in as UTF-8: what is none is replaced, and none is cut within a
 * character.
 *
 * This makes an empty one, from a context, with its tracestate if there is
 * room; a name that is too long is cut.
 */
void trace_span_init(struct trace_span *span,
		     const struct trace_context *context, enum trace_kind kind,
		     const char *name);

/*
 * From and to by clock_mono_ns(); the calendar's time is that of now, less
 * what has passed since, so a clock that is stepped makes none negative.
 */
void trace_span_times(struct trace_span *span, int64_t from_ns, int64_t to_ns);

/*
 * Attributes; texts are cut at TRACE_TEXT_MAX bytes, and NULL is left out.
 * What there is no room for takes that of the tracestate, or else is cut
 * (texts) or left out.
 */
void trace_span_text(struct trace_span *span, enum trace_key key,
		     const char *value);
void trace_span_int(struct trace_span *span, enum trace_key key, int64_t value);

/* The next attribute; *at begins at 0.  Texts do not end in NUL. */
struct trace_attribute {
	enum trace_key key;
	const char *text;
	size_t length;
	int64_t number;
};
/* False: there is no more, or what there is was damaged. */
bool trace_span_next(const struct trace_span *span, size_t *at,
		     struct trace_attribute *out);

/* Its tracestate, without NUL at its end; NULL: it has none. */
const char *trace_span_state(const struct trace_span *span, size_t *length);

extern const char *const trace_key_names[TRACE_KEY__MAX];
extern const bool trace_key_is_number[TRACE_KEY__MAX];

/* Puts it into the ring, which counts those that it has no room for. */
void tracer_record(struct tracer *tracer, const struct trace_span *span);

#endif
