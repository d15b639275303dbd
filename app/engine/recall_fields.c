/* What an answer says of the cache: see engine/recall.h. */
#include "engine/recall.h"

#include "engine/engine.h"
#include "engine/freshness.h"

#include "base/clock.h"

/* As RFC 9211 has them; a time in s follows that of one that was found. */
static const struct {
	const char *words;
	const char *detail;
	bool found;
} told[CACHE_COUNT__MAX] = {
	[CACHE_HIT] = {"hit", NULL, true},
	[CACHE_STALE] = {"hit", "stale-while-revalidate", true},
	[CACHE_COLLAPSED] = {"fwd=miss; collapsed", NULL, false},
	[CACHE_MISS] = {"fwd=miss", NULL, false},
	[CACHE_EXPIRED] = {"fwd=stale", NULL, false},
	[CACHE_REFUSED] = {"fwd=request", NULL, false},
	[CACHE_RESCUED] = {"fwd=stale", "stale-if-error", true},
	[CACHE_CHEAP] = {"fwd=bypass", "cheaper-to-make", false},
	[CACHE_AWAY] = {"fwd=bypass", "cache-away", false},
};

static void
status_add(const struct call_recall *recall, struct buf *fields)
{
	const char *detail = told[recall->outcome].detail;

	buf_printf(fields, "Cache-Status: Lightcone; %s",
		   told[recall->outcome].words);
	if (recall->failed != 0)
		buf_printf(fields, "; fwd-status=%d", recall->failed);
	if (told[recall->outcome].found)
		buf_printf(fields, "; ttl=%lld", (long long)recall->left_s);
	if (recall->stored)
		buf_add_text(fields, "; stored");
	if (detail != NULL)
		buf_printf(fields, "; detail=%s", detail);
	buf_add(fields, "\r\n", 2);
}

static void
age_add(const struct lc_call *call, struct response *response)
{
	const struct kept *given = call->recall.given;
	int64_t age_s = 0;

	if (!call->has_version)
		age_s = freshness_age_s(given->entry.made_ms, clock_unix_ms());
	response_field(response, "Age", "%lld", (long long)age_s);
}

void
recall_fields(const struct lc_call *call, struct response *response)
{
	const struct call_recall *recall = &call->recall;

	if (!recall->asked)
		return;
	cache_book_count(call->engine->book, recall->outcome);
	status_add(recall, &response->fields);
	if (recall->given != NULL)
		age_add(call, response);
}
