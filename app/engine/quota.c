#include "engine/quota.h"

#include <string.h>

#include "base/clock.h"
#include "engine/caller.h"
#include "engine/engine.h"
#include "engine/rates.h"

static bool
is_counted(const struct lc_call *call)
{
	return call->engine->limiter != NULL && call->endpoint->rates != NULL &&
	       !call->in_place && call->work == NULL && !call->recall.refreshes;
}

static size_t
rates_count(const struct lc_rate *rates, enum lc_rate_by by)
{
	size_t count = 0;

	for (; rates->name != NULL; rates++)
		count += rates->by == by;
	return count;
}

/* Adds what limits of this kind are asked. */
static void
asks_add(struct lc_call *call, enum lc_rate_by by, const void *key,
	 size_t key_bytes)
{
	for (const struct lc_rate *rate = call->endpoint->rates;
	     rate->name != NULL; rate++)
		if (rate->by == by)
			call->asks[call->ask_count++] = (struct limiter_ask){
				.policy = rates_policy(call->engine, rate),
				.key = key,
				.key_bytes = key_bytes,
				.cost = 1};
}

static const char *
whose(const struct lc_call *call, size_t at)
{
	return at < call->asks_by_address || lc_key_of(call) == NULL ?
		       "your address" :
		       "your key";
}

/* The names of all that refuse, for the problem document. */
static enum lc_rc
violated_list(struct lc_call *call,
	      bool (*refuses)(const struct limiter_ask *ask, int64_t cost),
	      int64_t cost)
{
	const char **names = arena_alloc(&call->arena, (call->ask_count + 1) *
							       sizeof(*names));
	size_t count = 0;

	if (names == NULL)
		return LC_NO_MEMORY;
	for (size_t i = 0; i < call->ask_count; i++)
		if (refuses(&call->asks[i], cost))
			names[count++] = call->asks[i].policy.name;
	call->violated = names;
	return LC_OK;
}

static bool
has_refused(const struct limiter_ask *ask, int64_t cost)
{
	(void)cost;
	return !ask->verdict.allowed;
}

static bool
is_too_small(const struct limiter_ask *ask, int64_t cost)
{
	return cost > ask->policy.burst;
}

/* Says of the limit that lasts the longest what it is, and until when. */
static enum lc_rc
refuse(struct lc_call *call, int64_t cost)
{
	const struct limiter_ask *asks = call->asks;
	char left[96] = "";
	size_t at = 0;

	for (size_t i = 1; i < call->ask_count; i++)
		if (asks[i].verdict.retry_after_s >
		    asks[at].verdict.retry_after_s)
			at = i;
	if (violated_list(call, has_refused, cost) != LC_OK)
		return LC_NO_MEMORY;
	call->ask_again_s = asks[at].verdict.retry_after_s;
	if (cost > 1)
		snprintf(left, sizeof(left),
			 ", of which %lld are left, and this request costs "
			 "%lld",
			 (long long)asks[at].verdict.remaining,
			 (long long)cost);
	return lc_fail(call, LC_RATE,
		       "The limit \"%s\" of %s is %lld in %lld s%s; ask again "
		       "in %lld s.",
		       asks[at].policy.name, whose(call, at),
		       (long long)asks[at].policy.limit,
		       (long long)asks[at].policy.window_s, left,
		       (long long)call->ask_again_s);
}

/* What no limit's burst can pay is refused for good, and pays nothing. */
static enum lc_rc
refuse_what_never_passes(struct lc_call *call, int64_t cost)
{
	const struct limiter_ask *least = NULL;

	for (size_t i = 0; i < call->ask_count; i++)
		if (is_too_small(&call->asks[i], cost) &&
		    (least == NULL ||
		     call->asks[i].policy.burst < least->policy.burst))
			least = &call->asks[i];
	if (least == NULL)
		return LC_OK;
	if (violated_list(call, is_too_small, cost) != LC_OK)
		return LC_NO_MEMORY;
	return lc_fail(call, LC_RATE,
		       "This request costs %lld, and the limit \"%s\" never "
		       "lets more than %lld of %s through at once; ask for "
		       "less.",
		       (long long)cost, least->policy.name,
		       (long long)least->policy.burst,
		       whose(call, (size_t)(least - call->asks)));
}

enum lc_rc
quota_count_arrival(struct lc_call *call)
{
	const struct lc_rate *rates = call->endpoint->rates;
	struct client_address address, *group;
	size_t by_address;

	if (!is_counted(call))
		return LC_OK;
	by_address = rates_count(rates, LC_BY_ADDRESS);
	group = arena_alloc(&call->arena, sizeof(*group));
	call->asks = arena_alloc(&call->arena,
				 (by_address + rates_count(rates, LC_BY_KEY)) *
					 sizeof(*call->asks));
	if (group == NULL || call->asks == NULL)
		return LC_NO_MEMORY;
	caller_address(call, &address);
	client_group(&address, group);
	asks_add(call, LC_BY_ADDRESS, group, sizeof(*group));
	call->asks_by_address = by_address;
	call->group = group;
	return limiter_ask(call->engine->limiter, call->asks, by_address,
			   clock_mono_ns()) ?
		       LC_OK :
		       refuse(call, 1);
}

static int64_t
cost_of(struct lc_call *call)
{
	const struct lc_cost *of = &call->endpoint->cost;
	int64_t cost = of->of != NULL ? of->of(call, call->args) : 1;

	if (cost < 1)
		return 1;
	return cost > LIMITER_COST_MAX ? LIMITER_COST_MAX : cost;
}

enum lc_rc
quota_count_work(struct lc_call *call, bool cheap)
{
	const struct lc_key *key = lc_key_of(call);
	int64_t cost = cheap ? 1 : cost_of(call);
	size_t from = call->asks_by_address;
	enum lc_rc rc;

	if (!is_counted(call))
		return LC_OK;
	/* Texts and addresses are never the same bytes: an address ends in
	 * zeros, or begins with them. */
	if (key != NULL)
		asks_add(call, LC_BY_KEY, key->id, strlen(key->id));
	else
		asks_add(call, LC_BY_KEY, call->group, sizeof(*call->group));
	rc = refuse_what_never_passes(call, cost);
	if (rc != LC_OK)
		return rc;
	for (size_t i = 0; i < call->ask_count; i++)
		call->asks[i].cost = i < from ? cost - 1 : cost;
	if (cost > 1)
		from = 0;
	return limiter_ask(call->engine->limiter, &call->asks[from],
			   call->ask_count - from, clock_mono_ns()) ?
		       LC_OK :
		       refuse(call, cost);
}
