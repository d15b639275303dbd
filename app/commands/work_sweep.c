#include "commands/work_sweep.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "commands/work_notice.h"

enum { SWEEP_TIDY_S = 3600 };

/* What one of them finds. */
struct found {
	const struct work *work;
	struct buf losses; /* struct work_loss, one after the other */
};

/* They are counted when all is written. */
static void
losses_count(const struct found *found)
{
	struct work_loss loss;

	for (size_t at = 0; at + sizeof(loss) <= found->losses.length;
	     at += sizeof(loss)) {
		memcpy(&loss, found->losses.bytes + at, sizeof(loss));
		work_seen_lost(&found->work->seen, &loss);
	}
}

/* Nobody knows when it died, but that it has not been heard of since. */
static int64_t
lost_ns(const struct jobs_claim *claim)
{
	int64_t ms = clock_unix_ms() - claim->started_ms;

	return ms > 0 ? ms * CLOCK_NS_PER_MS : 0;
}

static enum lc_rc
lost_tell(const struct found *found, struct store *store,
	  const struct jobs_claim *claim, const char *error)
{
	struct work_notice notice;
	enum lc_rc rc = work_notice_init_crash(&notice, &found->work->kinds,
					       claim, error);

	if (rc != LC_OK)
		return rc;
	rc = work_notice_add(store, &notice);
	work_notice_release(&notice);
	return rc;
}

static enum lc_rc
lost(struct store *store, void *arg, const struct jobs_claim *claim,
     const char *error, bool failed)
{
	struct jobs_claim told = *claim;
	struct found *found = arg;
	struct work_loss loss;

	work_seen_lose(&found->work->seen, claim, lost_ns(claim), &loss);
	buf_add(&found->losses, (const char *)&loss, sizeof(loss));
	if (loss.trace[0] != '\0')
		told.trace = loss.trace;
	return failed ? lost_tell(found, store, &told, error) : LC_OK;
}

/* Jobs' ends are events, even where there are no others. */
static void
tidy(struct work *work, struct work_sweep *sweep)
{
	char why[EVENTS_WHY_MAX];

	if (sweep->swept_ns < sweep->tidy_ns)
		return;
	sweep->tidy_ns = sweep->swept_ns + SWEEP_TIDY_S * CLOCK_NS_PER_S;
	jobs_tidy(work->jobs);
	if (events_tidy(work->events, why, sizeof(why)) != LC_OK)
		log_warning("old events stay: %s", why);
}

void
work_sweep(struct work *work, struct work_sweep *sweep)
{
	const int64_t most_bytes = work->options.results_max_mb * (1 << 20);
	struct found found = {.work = work};
	char why[JOBS_WHY_MAX];
	enum lc_rc rc;

	buf_init(&found.losses);
	rc = jobs_sweep(work->jobs, work->kinds.policies, work->kinds.count,
			most_bytes, lost, &found, why, sizeof(why));
	if (rc == LC_OK)
		losses_count(&found);
	buf_release(&found.losses);
	sweep->swept_ns = work_clock_ns();
	if (rc != LC_OK && !sweep->troubled)
		log_error("jobs must wait: %s", why);
	else if (rc == LC_OK && sweep->troubled)
		log_notice("jobs need not wait any longer");
	sweep->troubled = rc != LC_OK;
	if (rc == LC_OK)
		tidy(work, sweep);
}
