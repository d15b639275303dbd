/*
 * Who may come in, and what they want: requests by WebSocket are bound as all
 * others are, so what is wrong with one is said in the same words.
 */
#include "commands/stream.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cosmic_stream.h"
#include "engine/dispatch.h"
#include "engine/own_call.h"
#include "http/request_id.h"
#include "hub/refusal.h"
#include "services/keys.h"

static const struct lc_endpoint *const door_table[] = {&cosmic_hub_endpoint,
						       NULL};

enum lc_rc
stream_door_init(struct stream_door *door, const struct options *options,
		 struct buf *why)
{
	enum lc_rc rc = context_init(&door->context, options, true);

	if (rc != LC_OK) {
		buf_add_text(why, "out of memory");
		return rc;
	}
	door->options = options;
	rc = engine_init(&door->engine, options, door_table, &door->context,
			 why);
	if (rc != LC_OK)
		context_release(&door->context);
	return rc;
}

void
stream_door_release(struct stream_door *door)
{
	engine_release(&door->engine);
	context_release(&door->context);
}

/* ---- where the page is from that asks */

/* One word of a list that has spaces between them. */
static bool
list_has(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list != '\0') {
		size_t here = strcspn(list, " ");

		if (here == length && memcmp(list, word, length) == 0)
			return true;
		list += here;
		list += strspn(list, " ");
	}
	return false;
}

/* "https://example.org" is the same place as a Host of "example.org". */
static bool
origin_is_host(const char *origin, const char *host)
{
	const char *of = strstr(origin, "://");

	return of != NULL && host != NULL && text_equal_nocase(of + 3, host);
}

/*
 * Who is no browser tells no origin.  A web server before us may have put
 * another host there; a page cannot say which it was.
 */
static bool
origin_may(const struct options *options, const struct hub_request *request)
{
	return request->origin == NULL ||
	       strcmp(options->stream_origins, "*") == 0 ||
	       origin_is_host(request->origin, request->host) ||
	       origin_is_host(request->origin, request->forwarded_host) ||
	       list_has(options->stream_origins, request->origin);
}

/* ---- whose key it is */

static const char *
key_text(const struct hub_request *request)
{
	static const char bearer[] = "Bearer ";
	const char *text = request->authorization;

	if (text != NULL && strncmp(text, bearer, sizeof(bearer) - 1) == 0)
		return text + sizeof(bearer) - 1;
	return request->api_key;
}

static bool
may_publish(struct stream_door *door, const struct hub_request *request)
{
	const char *text = key_text(request);
	char why[KEYS_WHY_MAX];
	struct keys_key key;
	enum lc_rc rc;

	if (strcmp(door->options->stream_publish, "anyone") == 0)
		return true;
	if (text == NULL)
		return false;
	rc = keys_check(door->engine.keys, text, strlen(text), &key, why,
			sizeof(why));
	if (rc != LC_OK && rc != LC_NOT_FOUND)
		log_warning("a key cannot be looked up: %s", why);
	return rc == LC_OK && keys_allow(key.scopes, KEYS_PUBLISH);
}

/* ---- what it wants */

static void
asked(const struct lc_call *call, void *arg)
{
	const struct lc_events *events = cosmic_wanted_of(call);
	struct hub_wanted *wanted = arg;

	if (events == NULL)
		return;
	wanted->had = events->had;
	wanted->filter = events->filter;
	wanted->bare = events->bare;
	wanted->publishes = true;
}

/* False: the answer says what is wrong. */
static bool
query_read(struct stream_door *door, const struct hub_request *request,
	   struct hub_wanted *wanted, struct buf *answer)
{
	const struct own_request own = {
		.method = "GET", .mount = "", .target = request->target};
	struct own_call *call = own_call_new(&door->engine, answer);

	if (call == NULL)
		return false;
	call->call.in_place = true;
	request_id_make(call->call.made_id);
	call->finished = asked;
	call->arg = wanted;
	dispatch(&call->call, own_call_read(&call->call, &own));
	return wanted->publishes;
}

bool
stream_door_read(void *arg, const struct hub_request *request,
		 struct hub_wanted *wanted, struct buf *answer)
{
	struct stream_door *door = arg;

	if (!origin_may(door->options, request)) {
		refusal_write(answer, LC_FORBIDDEN,
			      "Pages of this origin may not listen; option "
			      "stream_origins names those that may.");
		return false;
	}
	if (!query_read(door, request, wanted, answer))
		return false;
	wanted->publishes = may_publish(door, request);
	return true;
}
