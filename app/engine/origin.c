/*
 * Where the client says that we are: for links that must be whole.
 */
#include <string.h>

#include "engine/caller.h"
#include "engine/engine.h"

/* What a host and a port can be made of; nothing that could end a text. */
static bool
host_is_plain(const char *host)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_:[]";

	return host != NULL && host[0] != '\0' &&
	       host[strspn(host, plain)] == '\0';
}

/* Whether the peer is a proxy of ours, whose word counts. */
static bool
peer_is_trusted(const struct lc_call *call)
{
	const struct engine *engine = call->engine;
	struct client_address peer;

	client_peer(&peer, call->request.fields[REQUEST_REMOTE_ADDR]);
	for (int i = 0; i < engine->proxies_count; i++)
		if (client_in(&peer, &engine->proxies[i]))
			return true;
	return false;
}

static bool
is_https(const struct lc_call *call)
{
	const struct request *request = &call->request;
	const char *forwarded =
		request_variable(request, "HTTP_X_FORWARDED_PROTO");
	const char *https = request_variable(request, "HTTPS");
	const char *scheme = request_variable(request, "REQUEST_SCHEME");

	if (forwarded != NULL && peer_is_trusted(call))
		return strcmp(forwarded, "https") == 0;
	if (https != NULL && https[0] != '\0')
		return strcmp(https, "off") != 0;
	return scheme != NULL && strcmp(scheme, "https") == 0;
}

const char *
lc_origin(struct lc_call *call)
{
	const struct request *request = &call->request;
	const char *host = request_variable(request, "HTTP_HOST");

	if (!host_is_plain(host))
		host = request_variable(request, "SERVER_NAME");
	if (!host_is_plain(host))
		host = "localhost";
	return arena_printf(&call->arena, "%s://%s",
			    is_https(call) ? "https" : "http", host);
}
