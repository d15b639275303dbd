#include "engine/headers.h"

#include <string.h>

#include "base/shortest.h"
#include "base/text.h"
#include "engine/bind.h"
#include "engine/engine.h"
#include "engine/negotiate.h"
#include "engine/recall.h"
#include "services/limiter.h"

static const char exposed[] =
	"Age, Cache-Status, ETag, Location, Preference-Applied, RateLimit, "
	"RateLimit-Policy, "
	"Retry-After, Server-Timing, X-Matched, X-Next, X-Request-Id";

static const char accepted[] =
	"Accept, Authorization, Cache-Control, Content-Type, If-Match, "
	"If-None-Match, "
	"Idempotency-Key, Last-Event-ID, Prefer, traceparent, X-API-Key, "
	"X-Request-Id";

static bool
any_origin(const struct options *options)
{
	return strcmp(options->cors_origin, "*") == 0;
}

void
headers_prepare(struct response *response, const struct options *options)
{
	if (any_origin(options)) {
		response_field_text(response, "Access-Control-Allow-Origin",
				    "*");
		response_field_text(response, "Access-Control-Expose-Headers",
				    exposed);
	}
	response_field_text(response, "X-Content-Type-Options", "nosniff");
	/* Lighttpd would cut ranges out of our answers otherwise. */
	response_field_text(response, "Accept-Ranges", "none");
}

/* Whether a list of words with spaces between them has the word. */
static bool
list_has(const char *list, const char *word, size_t length)
{
	while (*list != '\0') {
		size_t here = strcspn(list, " ,");

		if (here == length && memcmp(list, word, length) == 0)
			return true;
		list += here;
		list += strspn(list, " ,");
	}
	return false;
}

/* One of several origins is named back to itself. */
static void
origin_add(const struct lc_call *call, struct response *response)
{
	const struct options *options = call->engine->options;
	const char *origin = call->request.fields[REQUEST_ORIGIN];

	if (origin == NULL || any_origin(options) ||
	    !list_has(options->cors_origin, origin, strlen(origin)))
		return;
	response_field(response, "Access-Control-Allow-Origin", "%s", origin);
	response_field_text(response, "Access-Control-Expose-Headers", exposed);
}

static void
vary_add(const struct lc_call *call, struct response *response)
{
	const char *origins = call->engine->options->cors_origin;
	const char *parts[4];
	int count = 0;

	if (call->endpoint != NULL && negotiate_has_choice(call->endpoint))
		parts[count++] = "Accept";
	/* handling=strict may change what is kept. */
	if (call->endpoint != NULL && call->endpoint->cache.fresh_s > 0)
		parts[count++] = "Prefer";
	if (call->is_private)
		parts[count++] = "Authorization, X-API-Key";
	if (origins[0] != '\0' && !any_origin(call->engine->options))
		parts[count++] = "Origin";
	if (count == 0)
		return;
	buf_add_text(&response->fields, "Vary: ");
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_add_text(&response->fields, ", ");
		buf_add_text(&response->fields, parts[i]);
	}
	buf_add_text(&response->fields, "\r\n");
}

/* As draft-ietf-httpapi-ratelimit-headers has them. */
static void
rate_add(const struct lc_call *call, struct response *response)
{
	struct buf *fields = &response->fields;

	if (call->ask_count == 0)
		return;
	buf_add_text(fields, "RateLimit-Policy: ");
	for (size_t i = 0; i < call->ask_count; i++)
		buf_printf(fields, "%s\"%s\";q=%lld;w=%lld", i > 0 ? ", " : "",
			   call->asks[i].policy.name,
			   (long long)call->asks[i].policy.limit,
			   (long long)call->asks[i].policy.window_s);
	buf_add_text(fields, "\r\nRateLimit: ");
	for (size_t i = 0; i < call->ask_count; i++)
		buf_printf(fields, "%s\"%s\";r=%lld;t=%lld", i > 0 ? ", " : "",
			   call->asks[i].policy.name,
			   (long long)call->asks[i].verdict.remaining,
			   (long long)call->asks[i].verdict.reset_s);
	buf_add_text(fields, "\r\n");
}

void
headers_common(const struct lc_call *call, struct response *response)
{
	const struct buf *fields = &call->engine->fields.fields;

	buf_add(&response->fields, fields->bytes, fields->length);
	response_field_text(response, "X-Request-Id", call->request_id);
	if (call->allow != NULL)
		response_field_text(response, "Allow", call->allow);
	if (call->request.fields[REQUEST_ORIGIN] != NULL)
		origin_add(call, response);
	vary_add(call, response);
	rate_add(call, response);
	recall_fields(call, response);
}

/* Milliseconds with three decimals; twice for each answer, so by hand. */
static void
timing_add(struct buf *buf, int64_t from_ns, int64_t to_ns)
{
	int64_t us = (to_ns - from_ns) / 1000;
	char *room = buf_room(buf, SHORTEST_MAX + 4);

	if (room == NULL)
		return;
	room += shortest_format_int64(us / 1000, room);
	*room++ = '.';
	*room++ = (char)('0' + us / 100 % 10);
	*room++ = (char)('0' + us / 10 % 10);
	*room++ = (char)('0' + us % 10);
	buf->length = (size_t)(room - buf->bytes);
}

static void
timings_add(const struct lc_call *call, struct response *response)
{
	struct buf *fields = &response->fields;

	if (call->run_ns == 0)
		return;
	buf_add_text(fields, "Server-Timing: bind;dur=");
	timing_add(fields, call->arrived_ns, call->bound_ns);
	buf_add_text(fields, call->recall.given != NULL ? ", cache;dur=" :
							  ", run;dur=");
	timing_add(fields, call->bound_ns, call->run_ns);
	buf_add(fields, "\r\n", 2);
}

static void
cache_add(const struct lc_call *call, struct response *response)
{
	const struct lc_cache *cache = &call->endpoint->cache;
	bool is_private = call->is_private || cache->is_private;
	const char *whose = is_private ? "private" : "public";
	int status = call->response.status;

	if ((status != 200 && status != 304) || bind_has_read_body(call) ||
	    call->recall.makeshift)
		response_field_text(response, "Cache-Control", "no-store");
	else if (cache->fresh_s == 0)
		response_field_text(response, "Cache-Control",
				    is_private ? "private, no-cache" :
						 "no-cache");
	else if (cache->stale_s == 0)
		response_field(response, "Cache-Control", "%s, max-age=%lld",
			       whose, (long long)cache->fresh_s);
	else
		response_field(response, "Cache-Control",
			       "%s, max-age=%lld, stale-while-revalidate=%lld",
			       whose, (long long)cache->fresh_s,
			       (long long)cache->stale_s);
}

static void
preference_add(const struct lc_call *call, struct response *response)
{
	if (call->prefer.strict)
		response_field_text(response, "Preference-Applied",
				    "handling=strict");
	if (call->prefer_applied)
		response_field(response, "Preference-Applied", "wait=%lld",
			       (long long)call->prefer.wait_s);
}

void
headers_answer(struct lc_call *call)
{
	if (call->endpoint == NULL)
		return; /* OPTIONS */
	cache_add(call, &call->response);
	preference_add(call, &call->response);
	timings_add(call, &call->response);
}

void
headers_problem(const struct lc_call *call, struct response *response,
		enum lc_rc verdict)
{
	if (verdict == LC_UNAUTHORIZED)
		response_field_text(response, "WWW-Authenticate",
				    "Bearer realm=\"lightcone\"");
	if (verdict == LC_FORBIDDEN)
		response_field_text(response, "WWW-Authenticate",
				    "Bearer realm=\"lightcone\", "
				    "error=\"insufficient_scope\"");
	if (verdict == LC_RATE && call->ask_again_s > 0)
		response_field(response, "Retry-After", "%lld",
			       (long long)call->ask_again_s);
}

/*
 * The methods of this path that other origins may use, by option
 * cors_methods.
 */
static void
methods_add(struct lc_call *call, struct buf *fields)
{
	const char *allow = call->allow != NULL ? call->allow : "";
	const char *allowed = call->engine->options->cors_methods;
	bool first = true;

	buf_add_text(fields, "Access-Control-Allow-Methods: ");
	while (*allow != '\0') {
		size_t length = strcspn(allow, " ,");

		if (list_has(allowed, allow, length)) {
			if (!first)
				buf_add_text(fields, ", ");
			buf_add(fields, allow, length);
			first = false;
		}
		allow += length;
		allow += strspn(allow, " ,");
	}
	buf_add_text(fields, "\r\n");
}

void
headers_preflight(struct lc_call *call)
{
	struct response *response = &call->response;

	response->status = 204;
	if (call->engine->options->cors_origin[0] == '\0')
		return;
	methods_add(call, &response->fields);
	response_field_text(response, "Access-Control-Allow-Headers", accepted);
	response_field_text(response, "Access-Control-Max-Age", "86400");
}
