#include "engine/dispatch.h"

#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "engine/async.h"
#include "engine/at_once.h"
#include "engine/bind.h"
#include "engine/conditional.h"
#include "engine/deadline.h"
#include "engine/engine.h"
#include "engine/guard.h"
#include "engine/headers.h"
#include "engine/negotiate.h"
#include "engine/observe.h"
#include "engine/quota.h"
#include "engine/recall.h"
#include "engine/router.h"

static enum lc_rc
dispatch_limits(struct lc_call *call)
{
	const struct options *options = call->engine->options;
	const struct request *request = &call->request;

	/* What was accepted may be longer in the form that a job has it in. */
	if (call->work != NULL)
		return LC_OK;
	if (request->query_length > (size_t)options->query_max_bytes)
		return lc_fail(call, LC_URI_TOO_LONG,
			       "The query has %zu bytes; %lld are allowed.",
			       request->query_length,
			       (long long)options->query_max_bytes);
	if (request->header_bytes > (size_t)options->header_max_bytes)
		return lc_fail(call, LC_FIELDS_TOO_LARGE,
			       "The header fields have %zu bytes; %lld are "
			       "allowed.",
			       request->header_bytes,
			       (long long)options->header_max_bytes);
	return LC_OK;
}

/* The id under which client, web server and we may speak of this request. */
static void
dispatch_name(struct lc_call *call)
{
	const char *given = call->request.fields[REQUEST_ID];

	if (given != NULL && request_id_ok(given))
		call->request_id = given;
	else if (!call->in_place)
		request_id_make(call->made_id);
}

static enum lc_rc
dispatch_route(struct lc_call *call)
{
	const struct lc_endpoint *const *table = call->engine->table;
	const char *path = call->request.path;
	enum lc_rc rc;

	if (call->endpoint != NULL)
		return LC_OK; /* the work of a job, which is in no table */
	rc = router_find(table, call->request.method, path, &call->endpoint);
	if (rc == LC_NOT_FOUND)
		return lc_fail(call, rc, "There is nothing at %.200s.", path);
	if (rc == LC_METHOD) {
		call->allow = router_allow(table, path, &call->arena);
		if (call->request.method == LC_OPTIONS)
			return LC_OK;
		return lc_fail(call, rc, "%.200s answers %s, not %.20s.", path,
			       call->allow != NULL ? call->allow : "",
			       call->request.method_name);
	}
	return rc;
}

/*
 * Gives heavy work to the pool.  The job's share is taken first: once the
 * call is listed, the clock may end it at any moment.
 */
static void
dispatch_heavy(struct lc_call *call)
{
	struct engine *engine = call->engine;
	enum lc_rc rc;

	atomic_fetch_add(&call->holders, 1);
	rc = deadlines_add(engine->deadlines, call);
	if (rc == LC_OK)
		rc = pool_add(engine->pool, call);
	if (rc != LC_OK)
		call_end_job(call, rc);
}

/* What the query and the header say about how to answer. */
static enum lc_rc
dispatch_read(struct lc_call *call)
{
	const struct request *request = &call->request;

	prefer_read(&call->prefer, request->fields[REQUEST_PREFER]);
	call->deadline_ms = call->endpoint->deadline_ms;
	lc_shorten_deadline(call, call->engine->options->deadline_max_ms);
	if (call->work != NULL)
		call->deadline_ms = call->work->policy.timeout_ms;
	return query_parse(&call->query, request->query, request->query_length,
			   &call->arena);
}

/* The deadline that the request itself asks for, among its parameters. */
static enum lc_rc
dispatch_deadline(struct lc_call *call)
{
	const char *name = call->endpoint->deadline_from;
	int64_t most_ms = call->engine->options->deadline_max_ms, ms;
	const struct lc_field *field = call->endpoint->params;

	if (name == NULL || call->work != NULL)
		return LC_OK;
	while (strcmp(field->name, name) != 0)
		field++;
	memcpy(&ms, (const char *)call->args + field->offset, sizeof(ms));
	if (ms > most_ms)
		return lc_refuse(call, name, "less_than_equal", NULL,
				 "Input should be less than or equal to %lld, "
				 "the most here",
				 (long long)most_ms);
	call->deadline_ms = ms;
	return LC_OK;
}

/*
 * How long the client waits.  Who would rather have a job than no answer
 * gets it then; who would not, a 504.
 */
static void
dispatch_wait(struct lc_call *call)
{
	if (call->prefer.wait_s < 0 || call->work != NULL)
		return;
	call->prefer_applied = true;
	lc_shorten_deadline(call, call->prefer.wait_s * 1000);
}

/* Of work the head alone is not computed. */
static bool
dispatch_is_head_alone(const struct lc_call *call)
{
	/* The type of a file is known only to who makes it. */
	return call->weight != LC_QUICK && call->request.method == LC_HEAD &&
	       call->format != LC_AS_FILE;
}

static void
dispatch_weigh(struct lc_call *call)
{
	const struct lc_endpoint *endpoint = call->endpoint;

	call->weight = endpoint->weigh != NULL ?
			       endpoint->weigh(call, call->args) :
			       endpoint->work;
	call->brief = call->weight == LC_BRIEF;
}

enum lc_rc
dispatch_admit(struct lc_call *call, bool late)
{
	bool head_alone = dispatch_is_head_alone(call);
	enum lc_rc rc = LC_OK;

	if (call->admitted)
		return LC_OK;
	call->admitted = true;
	if (call->weight == LC_HEAVY && !head_alone && !async_is_all(call))
		rc = at_once_take(call);
	return rc == LC_OK ? quota_count_work(call, head_alone, late) : rc;
}

/*
 * Its part in making what others may want as well.  Who would only wait for
 * another is not asked whether it may, unless it has to do the work after all.
 */
static enum lc_rc
dispatch_join(struct lc_call *call)
{
	bool heavy = call->weight != LC_QUICK && !call->in_place;
	enum lc_rc rc = LC_OK;

	if (!recall_would_wait(call, heavy))
		rc = dispatch_admit(call, false);
	if (rc == LC_OK)
		rc = recall_join(call, heavy);
	if (rc != LC_OK || call->recall.given != NULL)
		return rc;
	return dispatch_admit(call, false);
}

static enum lc_rc
dispatch_run(struct lc_call *call)
{
	enum lc_rc rc;

	call->progress.deadline_ns =
		call->arrived_ns + call->deadline_ms * CLOCK_NS_PER_MS;
	call->bound_ns = clock_mono_ns();
	if (dispatch_is_head_alone(call)) {
		rc = dispatch_admit(call, false);
		if (rc != LC_OK)
			return rc;
		lc_body(call, NULL);
		call->length_unknown = true;
		return LC_OK;
	}
	rc = dispatch_join(call);
	if (rc != LC_OK || call->recall.given != NULL)
		return rc;
	if (call->weight != LC_QUICK && !call->in_place) {
		dispatch_heavy(call);
		return LC_PARKED;
	}
	observe_enter(call, CALL_QUERY);
	rc = call->endpoint->run(call, call->args);
	if (rc != LC_PARKED)
		call->run_ns = clock_mono_ns();
	return rc;
}

/* A request's whole way to its function, or to what stops it. */
static enum lc_rc
dispatch_stages(struct lc_call *call)
{
	enum lc_rc rc = dispatch_limits(call);

	if (rc == LC_OK)
		rc = dispatch_route(call);
	if (rc != LC_OK)
		return rc;
	if (call->endpoint == NULL) {
		headers_preflight(call);
		return LC_OK;
	}
	rc = dispatch_read(call);
	if (rc == LC_OK)
		rc = quota_count_arrival(call);
	if (rc == LC_OK)
		rc = negotiate(call);
	if (rc == LC_OK && call->work == NULL)
		rc = guards_pass(call);
	if (rc == LC_OK)
		rc = bind_request(call);
	if (rc == LC_OK)
		rc = dispatch_deadline(call);
	if (rc == LC_OK)
		rc = conditional_ask(call);
	if (rc != LC_OK || call->response.status == 304)
		return rc;
	dispatch_weigh(call);
	if (recall_applies(call))
		observe_enter(call, CALL_CACHE);
	rc = recall_ask(call);
	if (rc != LC_OK || call->recall.given != NULL)
		return rc;
	if (async_is_wanted(call)) {
		rc = dispatch_admit(call, false);
		if (rc == LC_OK)
			rc = async_begin(call);
		if (rc != LC_OK || call->job_takes_over)
			return rc;
	}
	dispatch_wait(call);
	return dispatch_run(call);
}

int64_t
dispatch_endpoint_body_most(const struct engine *engine,
			    const struct lc_endpoint *endpoint)
{
	int64_t most = engine->options->body_max_bytes;

	return endpoint->body_max_bytes > most || endpoint->body_is_small ?
		       endpoint->body_max_bytes :
		       most;
}

int64_t
dispatch_body_most(const struct lc_call *call)
{
	const struct engine *engine = call->engine;
	const struct request *request = &call->request;
	const struct lc_endpoint *endpoint;

	if (request->path == NULL ||
	    router_find(engine->table, request->method, request->path,
			&endpoint) != LC_OK)
		return engine->options->body_max_bytes;
	return dispatch_endpoint_body_most(engine, endpoint);
}

void
dispatch(struct lc_call *call, enum lc_rc read)
{
	enum lc_rc rc = read;

	atomic_fetch_add(&call->engine->open, 1);
	dispatch_name(call);
	observe_begin(call);
	if (rc == LC_BAD_REQUEST && call->detail == NULL)
		rc = lc_fail(call, rc,
			     "The path holds a NUL, or is not "
			     "UTF-8.");
	if (rc == LC_OK)
		rc = dispatch_stages(call);
	if (rc == LC_PARKED)
		return;
	/* An answer in pieces was claimed with its first piece. */
	if (call->streaming)
		call->verdict = rc;
	if (call->streaming || call_claim(call, CALL_BY_RUN, rc))
		call_answer(call);
}

/* ---- what handlers call */

enum lc_rc
lc_fail(struct lc_call *call, enum lc_rc rc, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	call->detail = arena_vprintf(&call->arena, format, list);
	va_end(list);
	return rc;
}

void *
lc_alloc(struct lc_call *call, size_t bytes)
{
	return arena_alloc(&call->arena, bytes);
}

struct arena *
lc_arena(struct lc_call *call)
{
	return &call->arena;
}

void *
lc_context(const struct lc_call *call)
{
	return call->engine->context;
}

const char *
lc_mount(const struct lc_call *call)
{
	return call->request.mount;
}

bool
lc_is_stopping(const struct lc_call *call)
{
	return atomic_load(&call->engine->stopping);
}

void
lc_shorten_deadline(struct lc_call *call, int64_t ms)
{
	if (call->deadline_ms <= ms)
		return;
	call->deadline_ms = ms;
	/* The function runs already; once listed, the clock has the call. */
	if (call->bound_ns != 0 && !call->was_listed)
		call->progress.deadline_ns =
			call->arrived_ns + ms * CLOCK_NS_PER_MS;
}

struct lc_progress *
lc_progress(struct lc_call *call)
{
	return &call->progress;
}

enum lc_rc
lc_park(struct lc_call *call, void (*gone)(struct lc_call *call, void *arg),
	void *arg)
{
	enum lc_rc rc;

	if (call->was_listed || call->in_place)
		return lc_fail(call, LC_INTERNAL, "Heavy work cannot park.");
	call->parked = true;
	call->gone = gone;
	call->gone_arg = arg;
	atomic_fetch_add(&call->holders, 1);
	observe_parked(call);
	rc = deadlines_add(call->engine->deadlines, call);
	if (rc != LC_OK) {
		call->parked = false;
		atomic_fetch_sub(&call->holders, 1);
	}
	return rc;
}

bool
lc_complete(struct lc_call *call,
	    enum lc_rc (*reply)(struct lc_call *call, void *arg), void *arg)
{
	if (!call_claim(call, CALL_BY_RUN, LC_OK)) {
		call_post_release(call);
		return false;
	}
	call->reply = reply;
	call->reply_arg = arg;
	call_post_answer(call, 2);
	return true;
}
