#include "engine/freshness.h"

#include <math.h>

/* Clocks of nodes differ so much, and of a clock that was set back. */
enum { FRESHNESS_AHEAD_MS = 5000 };

static int64_t
longer_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t
freshness_kept_s(const struct lc_keep *keep, bool absent)
{
	if (absent)
		return keep->absent_s;
	return keep->fresh_s + longer_of(keep->stale_s, keep->error_s);
}

int64_t
freshness_age_s(int64_t made_ms, int64_t now_ms)
{
	return now_ms > made_ms ? (now_ms - made_ms) / 1000 : 0;
}

/* In ms; what is too long for that is as good as for ever. */
static int64_t
ms_of(int64_t seconds)
{
	return seconds < INT64_MAX / 4000 ? seconds * 1000 : INT64_MAX / 4;
}

static bool
is_early(const struct freshness_asked *asked, int64_t left_ms)
{
	return asked->keep->early > 0 &&
	       -asked->keep->early * (double)asked->cost_ms *
			       log(asked->chance) >=
		       (double)left_ms;
}

/* Of what is not fresh enough, since `stale_ms` or for the client. */
static enum freshness
stale_judge(const struct freshness_asked *asked, int64_t stale_ms, bool wanted)
{
	const struct lc_keep *keep = asked->keep;
	int64_t allowed_ms = ms_of(asked->control->max_stale_s);

	if (asked->absent)
		return FRESHNESS_NONE;
	if (wanted &&
	    (stale_ms <= ms_of(keep->stale_s) || stale_ms <= allowed_ms))
		return FRESHNESS_STALE;
	return stale_ms <= ms_of(keep->error_s) ? FRESHNESS_ERROR :
						  FRESHNESS_NONE;
}

enum freshness
freshness_judge(const struct freshness_asked *asked, int64_t *left_s)
{
	const struct cache_control *control = asked->control;
	const struct lc_keep *keep = asked->keep;
	int64_t life_s = asked->absent ? keep->absent_s : keep->fresh_s;
	int64_t age_ms = asked->now_ms - asked->made_ms, left_ms;
	bool wanted = true;

	*left_s = 0;
	if (age_ms < -FRESHNESS_AHEAD_MS || control->no_cache)
		return FRESHNESS_NONE;
	if (age_ms < 0)
		age_ms = 0;
	left_ms = ms_of(life_s) - age_ms;
	*left_s = left_ms >= 0 ? left_ms / 1000 : -((999 - left_ms) / 1000);
	if (age_ms > ms_of(control->max_age_s) ||
	    (control->min_fresh_s > 0 && left_ms < ms_of(control->min_fresh_s)))
		wanted = false;
	if (left_ms <= 0 || !wanted)
		return stale_judge(asked, left_ms < 0 ? -left_ms : 0, wanted);
	return is_early(asked, left_ms) ? FRESHNESS_EARLY : FRESHNESS_FRESH;
}
