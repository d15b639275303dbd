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

/* Less than 0 for what was made later than now. */
static int64_t
age_ms_of(int64_t made_ms, int64_t now_ms)
{
	int64_t age_ms;

	/* A time that nobody has ever had. */
	if (__builtin_sub_overflow(now_ms, made_ms, &age_ms))
		return made_ms < now_ms ? INT64_MAX : INT64_MIN;
	return age_ms;
}

int64_t
freshness_age_s(int64_t made_ms, int64_t now_ms)
{
	int64_t age_ms = age_ms_of(made_ms, now_ms);

	return age_ms > 0 ? age_ms / 1000 : 0;
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

/*
 * Whether the client takes what is stale: as it says, or, where it does not
 * speak of ages, as the policy says.
 */
static bool
stale_is_wanted(const struct freshness_asked *asked, int64_t stale_ms)
{
	const struct cache_control *control = asked->control;

	if (control->max_stale_s > 0)
		return stale_ms <= ms_of(control->max_stale_s);
	return !control->none_stale && control->max_age_s == INT64_MAX &&
	       stale_ms < ms_of(asked->keep->stale_s);
}

/* Of what is not fresh enough, since `stale_ms` or for the client. */
static enum freshness
stale_judge(const struct freshness_asked *asked, int64_t stale_ms, bool wanted)
{
	if (asked->absent)
		return FRESHNESS_NONE;
	if (wanted && stale_is_wanted(asked, stale_ms))
		return FRESHNESS_STALE;
	return stale_ms < ms_of(asked->keep->error_s) ? FRESHNESS_ERROR :
							FRESHNESS_NONE;
}

enum freshness
freshness_judge(const struct freshness_asked *asked, int64_t *left_s)
{
	const struct cache_control *control = asked->control;
	const struct lc_keep *keep = asked->keep;
	int64_t life_s = asked->absent ? keep->absent_s : keep->fresh_s;
	int64_t age_ms = age_ms_of(asked->made_ms, asked->now_ms), left_ms;
	bool wanted = true;

	*left_s = 0;
	if (age_ms < -FRESHNESS_AHEAD_MS || control->no_cache)
		return FRESHNESS_NONE;
	if (age_ms < 0)
		age_ms = 0;
	if (age_ms > ms_of(INT64_MAX))
		age_ms = ms_of(INT64_MAX);
	left_ms = ms_of(life_s) - age_ms;
	*left_s = left_ms >= 0 ? left_ms / 1000 : -((999 - left_ms) / 1000);
	if (age_ms > ms_of(control->max_age_s) ||
	    (control->min_fresh_s > 0 && left_ms < ms_of(control->min_fresh_s)))
		wanted = false;
	if (left_ms <= 0 || !wanted)
		return stale_judge(asked, left_ms < 0 ? -left_ms : 0, wanted);
	return is_early(asked, left_ms) ? FRESHNESS_EARLY : FRESHNESS_FRESH;
}
