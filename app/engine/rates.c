#include "engine/rates.h"

#include <string.h>

#include "base/log.h"

struct limiter_policy
rates_declared(const struct lc_rate *rate)
{
	return (struct limiter_policy){.name = rate->name,
				       .limit = rate->limit,
				       .window_s = rate->window_s,
				       .burst = rate->burst != 0 ? rate->burst :
								   rate->limit};
}

static bool
item_is_of(const struct rate_item *item, const struct lc_rate *rate)
{
	return strlen(rate->name) == item->name_length &&
	       memcmp(rate->name, item->name, item->name_length) == 0;
}

struct limiter_policy
rates_policy(const struct engine *engine, const struct lc_rate *rate)
{
	struct limiter_policy policy = rates_declared(rate);

	for (int i = 0; i < engine->rate_count; i++) {
		const struct rate_item *item = &engine->rates[i];

		if (!item_is_of(item, rate))
			continue;
		policy.limit = item->limit;
		policy.window_s = item->window_s;
		policy.burst = item->burst;
	}
	return policy;
}

/* Of the first endpoints, so many. */
static const struct lc_rate *
rate_of(const struct engine *engine, size_t count, const struct rate_item *item)
{
	for (size_t i = 0; i < count && engine->table[i] != NULL; i++)
		for (const struct lc_rate *rate = engine->table[i]->rates;
		     rate != NULL && rate->name != NULL; rate++)
			if (item_is_of(item, rate))
				return rate;
	return NULL;
}

/* Each name once: the first endpoint that has it tells it. */
static void
names_tell(const struct engine *engine, struct buf *why)
{
	const char *between = "; there are ";

	for (size_t i = 0; engine->table[i] != NULL; i++)
		for (const struct lc_rate *rate = engine->table[i]->rates;
		     rate != NULL && rate->name != NULL; rate++) {
			const struct rate_item item = {
				.name = rate->name,
				.name_length = strlen(rate->name)};

			if (rate_of(engine, i, &item) != NULL)
				continue;
			buf_printf(why, "%s%s", between, rate->name);
			between = ", ";
		}
}

static enum lc_rc
item_check(const struct engine *engine, const struct rate_item *item,
	   struct buf *why)
{
	const struct lc_rate *rate = rate_of(engine, SIZE_MAX, item);
	struct limiter_policy policy;
	const char *fault;

	if (rate == NULL) {
		buf_printf(why, "rates: there is no limit \"%.*s\"",
			   (int)item->name_length, item->name);
		names_tell(engine, why);
		return LC_INVALID;
	}
	policy = rates_policy(engine, rate);
	fault = limiter_policy_fault(&policy);
	if (fault == NULL)
		return LC_OK;
	buf_printf(why, "rates: %s: %s", rate->name, fault);
	return LC_INVALID;
}

static void
endpoint_warn(const struct engine *engine, const struct lc_endpoint *endpoint)
{
	for (const struct lc_rate *rate = endpoint->rates;
	     rate != NULL && rate->name != NULL; rate++) {
		struct limiter_policy policy = rates_policy(engine, rate);

		if (endpoint->cost.of != NULL &&
		    endpoint->cost.most > policy.burst)
			log_warning("%s %s: the limit %s lets %lld through at "
				    "once, and a request may cost %lld: such "
				    "are refused always",
				    method_name(endpoint->method),
				    endpoint->path, rate->name,
				    (long long)policy.burst,
				    (long long)endpoint->cost.most);
	}
}

enum lc_rc
rates_read(struct engine *engine, struct buf *why)
{
	engine->rate_count =
		rate_list_read(engine->rates, engine->options->rates);
	if (engine->rate_count < 0) {
		buf_printf(why, "rates cannot be \"%s\"",
			   engine->options->rates);
		return LC_INVALID;
	}
	for (int i = 0; i < engine->rate_count; i++) {
		enum lc_rc rc = item_check(engine, &engine->rates[i], why);

		if (rc != LC_OK)
			return rc;
	}
	for (size_t i = 0; engine->table[i] != NULL; i++)
		endpoint_warn(engine, engine->table[i]);
	return LC_OK;
}
