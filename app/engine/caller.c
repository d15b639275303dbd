#include "engine/caller.h"

#include <string.h>

#include "base/clock.h"
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

struct limiter_policy
caller_policy(const struct lc_rate *rate)
{
	return (struct limiter_policy){.name = rate->name,
				       .limit = rate->limit,
				       .window_s = rate->window_s,
				       .burst = rate->burst};
}

enum lc_rc
caller_count(struct lc_call *call)
{
	const struct lc_rate *rate = call->endpoint->rate;
	struct limiter_policy policy;
	struct limiter_verdict verdict;
	struct client_address address, group;

	if (rate == NULL || call->engine->limiter == NULL || call->in_place)
		return LC_OK;
	caller_address(call, &address);
	client_group(&address, &group);
	policy = caller_policy(rate);
	limiter_ask(call->engine->limiter, &policy, &group, sizeof(group), 1,
		    clock_mono_ns(), &verdict);
	call->rate = (struct call_rate){.asked = true,
					.remaining = verdict.remaining,
					.reset_s = verdict.reset_s,
					.retry_after_s = verdict.retry_after_s};
	if (verdict.allowed)
		return LC_OK;
	return lc_fail(call, LC_RATE,
		       "More than %lld requests in %lld s; ask again in %lld "
		       "s.",
		       (long long)rate->limit, (long long)rate->window_s,
		       (long long)verdict.retry_after_s);
}
