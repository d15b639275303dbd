/*
 * Whether an answer that was kept may still be given: the policy of the
 * endpoint (RFC 9111 section 4.2, RFC 5861), what the client wants
 * (RFC 9111 section 5.2.1), and early renewal by chance (XFetch: A. Vattani,
 * F. Chierichetti, K. Lowenstein, Optimal Probabilistic Cache Stampede
 * Prevention, 2015): the nearer its end and the dearer the answer, the
 * likelier somebody renews it while it is still fresh.
 *
 * Pure: no clock and no chance of its own.
 */
#ifndef ENGINE_FRESHNESS_H
#define ENGINE_FRESHNESS_H

#include "http/cache_control.h"
#include "lightcone.h"

enum freshness {
	FRESHNESS_NONE,  /* not to be given */
	FRESHNESS_ERROR, /* only where making it anew fails */
	FRESHNESS_STALE, /* to be given, and to be made anew */
	FRESHNESS_EARLY, /* the same, though it is fresh */
	FRESHNESS_FRESH
};

struct freshness_asked {
	const struct lc_keep *keep;
	const struct cache_control *control;
	bool absent;     /* it says that there is nothing: keep->absent_s */
	int64_t made_ms; /* when it was made, in ms since 1970 */
	int64_t cost_ms; /* how long that took */
	int64_t now_ms;
	double chance; /* over 0, up to 1 */
};

/* *left_s: how long it is fresh yet; less than 0: has been stale. */
enum freshness freshness_judge(const struct freshness_asked *asked,
			       int64_t *left_s);

/* How long, in s, it can be of use to anybody. */
int64_t freshness_kept_s(const struct lc_keep *keep, bool absent);

/* Its age in s, as the field Age has it. */
int64_t freshness_age_s(int64_t made_ms, int64_t now_ms);

#endif
