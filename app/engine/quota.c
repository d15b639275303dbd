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

/* What the limits are asked for one call. */
struct bill {
	struct limiter_ask *asks; /* first those by address */
	size_t count, by_address;
};

/* Room for all that limits are asked. */
static struct limiter_ask *
asks_new(struct lc_call *call)
{
	const struct lc_rate *rates = call->endpoint->rates;
	size_t count = rates_count(rates, LC_BY_ADDRESS) +
		       rates_count(rates, LC_BY_KEY);

	return arena_alloc(&call->arena, count * sizeof(struct limiter_ask));
}

/* Adds what limits of this kind are asked. */
static void
bill_add(const struct lc_call *call, struct bill *bill, enum lc_rate_by by,
	 const void *key, size_t key_bytes, int64_t cost)
{
	for (const struct lc_rate *rate = call->endpoint->rates;
	     rate->name != NULL; rate++)
		if (rate->by == by)
			bill->asks[bill->count++] = (struct limiter_ask){
				.policy = rates_policy(call->engine, rate),
				.key = key,
				.key_bytes = key_bytes,
				.cost = cost};
}

/* The answer tells of it. */
static void
bill_tell(struct lc_call *call, const struct bill *bill)
{
	call->asks = bill->asks;
	call->ask_count = bill->count;
}

static const char *
whose(const struct lc_call *call, const struct bill *bill, size_t at)
{
	return at < bill->by_address || lc_key_of(call) == NULL ?
		       "your address" :
		       "your key";
}

/* The names of all that refuse, for the problem document. */
static enum lc_rc
violated_list(struct lc_call *call, const struct bill *bill,
	      bool (*refuses)(const struct limiter_ask *ask, int64_t cost),
	      int64_t cost)
{
	const char **names =
		arena_alloc(&call->arena, (bill->count + 1) * sizeof(*names));
	size_t count = 0;

	if (names == NULL)
		return LC_NO_MEMORY;
	for (size_t i = 0; i < bill->count; i++)
		if (refuses(&bill->asks[i], cost))
			names[count++] = bill->asks[i].policy.name;
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
refuse(struct lc_call *call, const struct bill *bill, int64_t cost)
{
	const struct limiter_ask *asks = bill->asks;
	char left[96] = "";
	size_t at = 0;

	for (size_t i = 1; i < bill->count; i++)
		if (asks[i].verdict.retry_after_s >
		    asks[at].verdict.retry_after_s)
			at = i;
	if (violated_list(call, bill, has_refused, cost) != LC_OK)
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
		       asks[at].policy.name, whose(call, bill, at),
		       (long long)asks[at].policy.limit,
		       (long long)asks[at].policy.window_s, left,
		       (long long)call->ask_again_s);
}

/* What no limit's burst can pay is refused for good, and pays nothing. */
static enum lc_rc
refuse_what_never_passes(struct lc_call *call, const struct bill *bill,
			 int64_t cost)
{
	const struct limiter_ask *least = NULL;

	for (size_t i = 0; i < bill->count; i++)
		if (is_too_small(&bill->asks[i], cost) &&
		    (least == NULL ||
		     bill->asks[i].policy.burst < least->policy.burst))
			least = &bill->asks[i];
	if (least == NULL)
		return LC_OK;
	if (violated_list(call, bill, is_too_small, cost) != LC_OK)
		return LC_NO_MEMORY;
	return lc_fail(call, LC_RATE,
		       "This request costs %lld, and the limit \"%s\" never "
		       "lets more than %lld of %s through at once; ask for "
		       "less.",
		       (long long)cost, least->policy.name,
		       (long long)least->policy.burst,
		       whose(call, bill, (size_t)(least - bill->asks)));
}

enum lc_rc
quota_count_arrival(struct lc_call *call)
{
	struct client_address address, *group;
	struct bill bill = {.count = 0};

	if (!is_counted(call))
		return LC_OK;
	group = arena_alloc(&call->arena, sizeof(*group));
	bill.asks = asks_new(call);
	if (group == NULL || bill.asks == NULL)
		return LC_NO_MEMORY;
	caller_address(call, &address);
	client_group(&address, group);
	bill_add(call, &bill, LC_BY_ADDRESS, group, sizeof(*group), 1);
	bill.by_address = bill.count;
	bill_tell(call, &bill);
	call->group = group;
	return limiter_ask(call->engine->limiter, bill.asks, bill.count,
			   clock_mono_ns()) ?
		       LC_OK :
		       refuse(call, &bill, 1);
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

/*
 * Goes on from what was asked at the arrival, all by address and 1 each, which
 * is taken from the price.
 */
static bool
bill_of_work(struct lc_call *call, int64_t cost, bool late, struct bill *bill)
{
	const struct lc_key *key = lc_key_of(call);
	size_t count = call->ask_count;

	*bill = (struct bill){late ? asks_new(call) : call->asks, count, count};
	if (bill->asks == NULL)
		return false;
	if (late)
		memcpy(bill->asks, call->asks, count * sizeof(*bill->asks));
	for (size_t i = 0; i < count; i++)
		bill->asks[i].cost = cost - 1;
	/* Texts and addresses are never the same bytes: an address ends in
	 * zeros, or begins with them. */
	if (key != NULL)
		bill_add(call, bill, LC_BY_KEY, key->id, strlen(key->id), cost);
	else
		bill_add(call, bill, LC_BY_KEY, call->group,
			 sizeof(*call->group), cost);
	return true;
}

enum lc_rc
quota_count_work(struct lc_call *call, bool cheap, bool late)
{
	int64_t cost = cheap ? 1 : cost_of(call);
	struct bill bill;
	enum lc_rc rc;
	size_t from;

	if (!is_counted(call))
		return LC_OK;
	if (!bill_of_work(call, cost, late, &bill))
		return LC_NO_MEMORY;
	from = cost > 1 ? 0 : bill.by_address;
	rc = refuse_what_never_passes(call, &bill, cost);
	if (rc == LC_OK && !limiter_ask(call->engine->limiter, &bill.asks[from],
					bill.count - from, clock_mono_ns()))
		rc = refuse(call, &bill, cost);
	if (!late)
		bill_tell(call, &bill);
	return rc;
}
