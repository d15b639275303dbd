#include "engine/dispatch.h"

#include <limits.h>

#include "base/clock.h"
#include "engine/bind.h"
#include "engine/deadline.h"
#include "engine/engine.h"
#include "engine/router.h"

static enum lc_rc
dispatch_limits(struct lc_call *call)
{
	const struct options *options = call->engine->options;

	if (call->request.query_length > (size_t)options->query_max_bytes)
		return lc_fail(call, LC_URI_TOO_LONG,
			       "The query has %zu bytes; %lld are allowed.",
			       call->request.query_length,
			       (long long)options->query_max_bytes);
	return LC_OK;
}

static enum lc_rc
dispatch_route(struct lc_call *call)
{
	const struct lc_endpoint *const *table = call->engine->table;
	const char *path = call->request.path;
	enum lc_rc rc =
		router_find(table, call->request.method, path, &call->endpoint);

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

static void
answer_options(struct lc_call *call)
{
	call->response.status = 204;
	response_field(&call->response, "Access-Control-Allow-Methods", "%s",
		       call->allow != NULL ? call->allow : "");
	response_field_text(&call->response, "Access-Control-Allow-Headers",
			    "*");
	response_field_text(&call->response, "Access-Control-Max-Age", "86400");
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
	if (rc == LC_OK)
		return;
	if (call_claim(call, CALL_BY_RUN, rc))
		call_post_answer(call, 2);
	else
		call_post_release(call);
}

static enum lc_rc
dispatch_run(struct lc_call *call)
{
	const struct lc_endpoint *endpoint = call->endpoint;
	int64_t deadline_ms = endpoint->deadline_ms;
	enum lc_rc rc;

	if (deadline_ms > call->engine->options->deadline_max_ms)
		deadline_ms = call->engine->options->deadline_max_ms;
	call->progress.deadline_ns =
		call->arrived_ns + deadline_ms * CLOCK_NS_PER_MS;
	call->bound_ns = clock_mono_ns();
	if (endpoint->work == LC_HEAVY) {
		dispatch_heavy(call);
		return LC_PARKED;
	}
	rc = endpoint->run(call, call->args);
	if (rc != LC_PARKED)
		call->run_ns = clock_mono_ns();
	return rc;
}

void
dispatch(struct lc_call *call, enum lc_rc read)
{
	enum lc_rc rc = read;

	atomic_fetch_add(&call->engine->open, 1);
	if (rc == LC_BAD_REQUEST && call->detail == NULL)
		rc = lc_fail(call, rc,
			     "The path holds a NUL, or is not "
			     "UTF-8.");
	if (rc == LC_OK)
		rc = dispatch_limits(call);
	if (rc == LC_OK)
		rc = dispatch_route(call);
	if (rc == LC_OK && call->endpoint == NULL) {
		answer_options(call);
	} else if (rc == LC_OK) {
		rc = bind_query(call);
		if (rc == LC_OK)
			rc = dispatch_run(call);
	}
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

	if (call->was_listed)
		return lc_fail(call, LC_INTERNAL, "Heavy work cannot park.");
	call->parked = true;
	call->gone = gone;
	call->gone_arg = arg;
	atomic_fetch_add(&call->holders, 1);
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
