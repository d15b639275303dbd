/*
 * A call: one request on its way through the engine, and whoever shares it.
 *
 * A call begins open and is answered exactly once: call_claim() decides the
 * race between a result, the deadline, a stop and a client that leaves.  It
 * is freed when its last holder lets go, which is always in the gate.
 * Holders are: the answer (one, from the beginning), and the pool's job or
 * the waiter of a parked call.
 *
 * Only the holder that runs the endpoint's function touches the arena and
 * `response`; an answer that the engine gives in its place (504, 503) is
 * made apart.
 */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H

#include <stdatomic.h>

#include "engine/outbox.h"
#include "http/prefer.h"
#include "http/problem.h"
#include "http/query.h"
#include "http/request_id.h"
#include "http/response.h"
#include "lightcone.h"
#include "services/cache_book.h"
#include "services/cache_entry.h"
#include "services/holds.h"
#include "services/trace.h"

struct call_task;
struct client_address;
struct engine;
struct flight;
struct kept;
struct limiter_ask;
struct slots;
struct team;

/* How bytes reach the client; given by the gate. */
struct transport {
	/* Sends bytes at once; false when the client has gone. */
	bool (*write)(struct lc_call *call, const void *bytes, size_t length);
	/* Whether a piece would go out without waiting; NULL: always. */
	bool (*is_ready)(struct lc_call *call);
	/* Ends the response and lets the connection go. */
	void (*finish)(struct lc_call *call);
	/* A descriptor whose hang-up means that the client left; or -1. */
	int (*descriptor)(struct lc_call *call);
	/* Frees the call and what holds it. */
	void (*free)(struct lc_call *call);
};

enum call_state {
	CALL_OPEN,
	CALL_BY_RUN,    /* the endpoint's function answers */
	CALL_BY_ENGINE, /* the engine answers in its place */
};

enum {
	CALL_FIRST_BYTES = 3072,
	CALL_NOT_LISTED = -1,
	CALL_TAG_BYTES = 24,
	CALL_JOB_BYTES = 23
};

/* What a guard left. */
struct call_value {
	const char *name;
	const void *value;
	struct call_value *next;
};

/* What the cache has to do with a call: engine/recall.h. */
struct call_recall {
	bool asked;     /* it has a say, so the answer tells of it */
	bool keyed;     /* `key` and `cost_name` are set */
	bool anew;      /* the client wants it made anew */
	bool unkept;    /* what is made shall not be kept */
	bool unshared;  /* nor given to others: it depends on who asks */
	bool makeshift; /* what is answered lacks something; unshared, too */
	bool refreshes; /* nobody waits for it */
	bool joined;    /* `flight` is set, once and for all */
	bool stored;    /* it is on its way into the cache */
	enum cache_count outcome;
	int64_t left_s; /* how long `given` is fresh yet */
	int failed;     /* with which status making it anew did */
	uint64_t cost_name;
	struct cache_key key;
	struct kept *given;    /* the answer is this */
	struct kept *fallback; /* and this, should making it fail */
	struct kept *made;     /* what others are given */
	struct kept *pieces;   /* of an answer in pieces, so far */
	struct flight *flight;
	struct lc_call *next, *previous; /* of its followers */
};

/*
 * The stages that are told of, in a request's order; X(constant, name): query
 * is the function of quick work, compute that of other work, wait what a call
 * is parked for.
 */
#define CALL_STAGE_TABLE(X)        \
	X(CALL_BIND, "bind")       \
	X(CALL_CACHE, "cache")     \
	X(CALL_QUEUE, "queue")     \
	X(CALL_QUERY, "query")     \
	X(CALL_COMPUTE, "compute") \
	X(CALL_WAIT, "wait")       \
	X(CALL_ENCODE, "encode")

enum call_stage {
#define CALL_STAGE_ENUM(constant, name) constant,
	CALL_STAGE_TABLE(CALL_STAGE_ENUM)
#undef CALL_STAGE_ENUM
		CALL_STAGE__MAX
};

/* What is told of a call when it is over: engine/observe.h. */
struct call_watch {
	struct trace_context trace; /* its own span */
	enum trace_kind kind;
	const struct trace_context *causes; /* it is below this one; or NULL */
	/* The pool may be at work yet when the call's end is told of. */
	atomic_int open; /* the stage that it is in; 0: none, else 1 more */
	struct {
		_Atomic int64_t from_ns, to_ns; /* 0: it did not happen */
	} stages[CALL_STAGE__MAX];
	int status;             /* that was sent; 0: nothing was */
	int64_t sent_bytes;     /* with the head */
	atomic_bool parked;     /* it counts among those that are */
	const char *event_type; /* of the event that it has added; or NULL */
	int64_t event_seq;
	int64_t job_number, job_attempt; /* that it is the work of */
};

struct lc_call {
	struct engine *engine;
	const struct transport *transport;
	struct arena arena;
	struct request request;
	struct query query;
	struct prefer prefer;
	const struct lc_endpoint *endpoint;
	unsigned format;    /* of enum lc_format */
	unsigned body_kind; /* of enum lc_body_kind; 0: it takes no body */
	/* what the limiter was asked, first by address; engine/quota.h */
	struct limiter_ask *asks;
	size_t ask_count;
	const struct client_address *group;
	const char *const *violated; /* limits, ends in NULL; or NULL */
	int64_t ask_again_s;         /* 0: never */
	struct hold hold;            /* engine/at_once.h */
	bool admitted;               /* the work was asked for */
	struct call_value *values;
	int64_t deadline_ms; /* from the arrival */
	void *args;
	struct response response;
	struct json json;
	bool json_open;
	bool streaming;
	bool closed;         /* the client has gone while we wrote */
	bool in_place;       /* the engine asks itself, and waits for nothing */
	bool is_private;     /* the answer depends on a key */
	bool prefer_applied; /* a preference had an effect */
	bool length_unknown; /* HEAD, where finding it would be the work */
	bool has_version;
	uint64_t version;         /* of what the answer is made from */
	char tag[CALL_TAG_BYTES]; /* the ETag; "": there is none yet */
	const char *request_id;   /* the client's, or made_id */
	char made_id[REQUEST_ID_BYTES];
	struct lc_progress progress;
	struct slots *slots; /* of the pool's thread that is at work; or NULL */
	enum lc_work weight; /* what kind of work it is */
	bool brief;          /* heavy work that is over in some ms */
	struct call_recall recall;
	struct team *team; /* the same thread's; or NULL */
	int64_t arrived_ns, bound_ns, run_ns;
	struct call_watch watch;

	const char *detail; /* of a problem */
	const char *allow;  /* of a 405 or OPTIONS */
	struct problem_error *errors, **errors_end;
	size_t error_count; /* also those that are not listed any more */
	struct problem_warning *warnings, **warnings_end;

	atomic_int state; /* enum call_state */
	atomic_int holders;
	enum lc_rc verdict; /* set by who claimed the call */
	int answer_holders; /* how many let go when the answer is sent */
	struct outbox_item answer_item, release_item, after_item;

	/* a parked call */
	bool parked;
	void (*gone)(struct lc_call *call, void *arg);
	void *gone_arg;
	enum lc_rc (*reply)(struct lc_call *call, void *arg);
	void *reply_arg;

	/* after the response */
	struct call_task *_Atomic tasks; /* the function may add some while
					    the clock answers */
	struct lc_call *after_next;

	/* what goes on as a job, and what is one's work */
	char job_id[CALL_JOB_BYTES];    /* "": none was added */
	unsigned job_state;             /* enum jobs_state: queued as a rule */
	const char *job_link;           /* "/api/jobs/ID" */
	bool job_takes_over;            /* that is the answer */
	const struct lc_job_kind *work; /* it is the work of a job; or NULL */
	int64_t retry_after_s;          /* that the job asks for */

	bool was_listed;
	long listed; /* its place in the deadlines' heap */

	char first[CALL_FIRST_BYTES]; /* of the arena */
};

/* Starts a call in memory of the gate's, and notes the time. */
void call_init(struct lc_call *call, struct engine *engine,
	       const struct transport *transport);

/*
 * Copies the gate's variables into the call, so that they outlive the
 * connection, and reads the request from them.
 */
enum lc_rc call_take_variables(struct lc_call *call, char *const *variables)
	LC_CHECKED;

/* Decides who answers: true for exactly one caller. */
bool call_claim(struct lc_call *call, enum call_state by, enum lc_rc verdict);

/* Sends the answer, in a thread of the gate, after a claim; lets go. */
void call_answer(struct lc_call *call);

/* Ends a call that was never dispatched. */
void call_release(struct lc_call *call);

/*
 * The pool's job ends, or could not begin: `rc` is the answer, unless
 * another has been given.  Lets the job's share go, too.
 */
void call_end_job(struct lc_call *call, enum lc_rc rc);

/* Puts the claimed call's answer into the outbox. */
void call_post_answer(struct lc_call *call, int holders);

/* Lets a thread of the gate let go of the pool's job, or the waiter. */
void call_post_release(struct lc_call *call);

/* The same of the tasks after the response. */
void call_post_after(struct lc_call *call);

#endif
