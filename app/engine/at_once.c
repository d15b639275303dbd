#include "engine/at_once.h"

#include <string.h>

#include "engine/caller.h"
#include "engine/engine.h"

enum { AT_ONCE_ASK_AGAIN_S = 1 };

static enum lc_rc
client_take(struct lc_call *call)
{
	const struct lc_key *key = lc_key_of(call);
	struct client_address address, group;

	if (key != NULL)
		return holds_take(call->engine->holds, key->id, strlen(key->id),
				  &call->hold);
	caller_address(call, &address);
	client_group(&address, &group);
	return holds_take(call->engine->holds, &group, sizeof(group),
			  &call->hold);
}

enum lc_rc
at_once_take(struct lc_call *call)
{
	static const char *const violated[] = {"at-once", NULL};
	enum lc_rc rc;

	if (call->engine->holds == NULL || call->in_place ||
	    call->work != NULL || call->recall.refreshes)
		return LC_OK;
	rc = client_take(call);
	if (rc != LC_RATE)
		return rc;
	call->violated = violated;
	call->ask_again_s = AT_ONCE_ASK_AGAIN_S;
	return lc_fail(call, rc,
		       "The limit \"at-once\" of %s is %lld heavy requests at "
		       "work at the same time; ask again when one of them is "
		       "answered.",
		       lc_key_of(call) != NULL ? "your key" : "your address",
		       (long long)call->engine->options->heavy_at_once);
}

void
at_once_give(struct lc_call *call)
{
	if (call->hold.at != 0)
		holds_give(call->engine->holds, &call->hold);
}
