#include "engine/caller.h"

#include <string.h>

#include "engine/engine.h"

bool
caller_address(const struct lc_call *call, struct client_address *address)
{
	const struct engine *engine = call->engine;
	const char *const *fields = call->request.fields;
	static const struct client_address unknown;
	struct client_address peer;

	client_peer(&peer, fields[REQUEST_REMOTE_ADDR]);
	client_forwarded(&peer, fields[REQUEST_FORWARDED_FOR], engine->proxies,
			 engine->proxies_count, address);
	return memcmp(address, &unknown, sizeof(unknown)) != 0;
}
