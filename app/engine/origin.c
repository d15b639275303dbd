/*
 * Where the client says that we are: for links that must be whole.
 */
#include <string.h>

#include "base/text.h"
#include "engine/caller.h"
#include "engine/engine.h"
#include "http/field.h"

enum { ORIGIN_HOST_MAX = 255, ORIGIN_PORT_DIGITS = 5, ORIGIN_PORT_MAX = 65535 };

/* What a name can be made of; nothing that could end a text. */
static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789.-_";

static bool
is_port(const char *text, size_t length)
{
	int64_t port;

	return length > 0 && length <= ORIGIN_PORT_DIGITS &&
	       field_whole(text, length, &port) && port > 0 &&
	       port <= ORIGIN_PORT_MAX;
}

/* A name or an address, in brackets if it is IPv6, and perhaps a port. */
static bool
is_authority(const char *text)
{
	struct client_address address;
	size_t length, name;

	if (text == NULL)
		return false;
	length = strlen(text);
	if (text[0] == '[')
		return client_read(&address, text, length);
	name = strspn(text, name_bytes);
	if (name > ORIGIN_HOST_MAX)
		return false;
	return name > 0 && (name == length ||
			    (text[name] == ':' &&
			     is_port(text + name + 1, length - name - 1)));
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

/* Whether the first of the words with commas between them is this one. */
static bool
first_is(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (text_is_space(*list))
		list++;
	if (!text_begins_nocase(list, word))
		return false;
	for (list += length; text_is_space(*list); list++)
		;
	return *list == '\0' || *list == ',';
}

static bool
is_https(const struct lc_call *call)
{
	const struct request *request = &call->request;
	const char *forwarded =
		request_variable(request, "HTTP_X_FORWARDED_PROTO");
	const char *https = request_variable(request, "HTTPS");
	const char *scheme = request_variable(request, "REQUEST_SCHEME");

	if (forwarded != NULL && peer_is_trusted(call)) {
		/* What the client itself used stands first. */
		if (first_is(forwarded, "https"))
			return true;
		if (first_is(forwarded, "http"))
			return false;
	}
	if (https != NULL && https[0] != '\0')
		return !text_equal_nocase(https, "off");
	return scheme != NULL && text_equal_nocase(scheme, "https");
}

/* For who does not say a host, or a strange one: what the server is called. */
static const char *
server_authority(struct lc_call *call, bool https)
{
	const struct request *request = &call->request;
	const char *name = request_variable(request, "SERVER_NAME");
	const char *port = request_variable(request, "SERVER_PORT");
	struct client_address address;

	if (name != NULL && strchr(name, ':') != NULL && name[0] != '[' &&
	    client_read(&address, name, strlen(name)))
		name = arena_printf(&call->arena, "[%s]", name);
	else if (!is_authority(name))
		name = "localhost";
	if (name == NULL || port == NULL || !is_port(port, strlen(port)) ||
	    strcmp(port, https ? "443" : "80") == 0)
		return name;
	return arena_printf(&call->arena, "%s:%s", name, port);
}

const char *
caller_origin(struct lc_call *call)
{
	const char *host = request_variable(&call->request, "HTTP_HOST");
	bool https = is_https(call);

	if (!is_authority(host))
		host = server_authority(call, https);
	return host == NULL ? NULL :
			      arena_printf(&call->arena, "%s://%s",
					   https ? "https" : "http", host);
}

const char *
lc_origin(struct lc_call *call)
{
	/* The answer is one for who came by this name. */
	call->recall.unshared = true;
	return caller_origin(call);
}
