#include "services/jobs_lease.h"

#include <string.h>

#include "services/jobs.h"
#include "services/jobs_steps.h"

static bool
jobs_lease_is_of(struct store_query *query, const char *id)
{
	size_t length;
	const char *text = store_text(query, 3, &length);

	return id == NULL || (text != NULL && strlen(id) == length &&
			      memcmp(text, id, length) == 0);
}

/* A file that was replaced by an older one may know the number anew. */
enum lc_rc
jobs_lease_look(struct jobs_turn *turn, int64_t seq, int64_t lease,
		const char *id, struct jobs_lease *out)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_ask(
		turn,
		"SELECT cancel, attempts, attempts_most, id FROM jobs"
		" WHERE seq = ?1 AND lease = ?2 AND state = 'running'",
		(const int64_t[]){seq, lease}, 2, &query);

	if (rc != LC_OK)
		return rc;
	rc = jobs_turn_step(turn, query, &row);
	if (rc != LC_OK)
		return rc;
	row = row && jobs_lease_is_of(query, id);
	if (row)
		*out = (struct jobs_lease){.cancel = store_int64(query, 0) != 0,
					   .attempts = store_int64(query, 1),
					   .attempts_most =
						   store_int64(query, 2)};
	store_reset(query);
	return row ? LC_OK :
		     jobs_turn_refuse(turn, LC_CONFLICT,
				      "this lease on the job has run out, or "
				      "the job has ended");
}

static enum lc_rc
jobs_lease_renew(struct jobs_turn *turn, int64_t seq, int64_t lease,
		 int64_t lease_ms, double progress, bool *cancel)
{
	struct jobs_lease held;
	struct store_query *query;
	enum lc_rc rc = jobs_lease_look(turn, seq, lease, NULL, &held);

	if (rc != LC_OK)
		return rc;
	*cancel = held.cancel;
	rc = jobs_turn_ask(turn,
			   "UPDATE jobs SET lease_ms = ?2, lease_boot = ?3,"
			   " progress = ?4 WHERE seq = ?1",
			   (const int64_t[]){seq,
					     turn->now.machine_ms + lease_ms,
					     turn->now.boot},
			   3, &query);
	if (rc != LC_OK)
		return rc;
	store_bind_real(query, 4, progress);
	rc = jobs_turn_run(turn, query);
	if (rc == LC_OK)
		jobs_step(JOBS_STEP_BEAT);
	return rc;
}

enum lc_rc
jobs_beat(struct jobs *jobs, int64_t seq, int64_t lease, int64_t lease_ms,
	  double progress, bool *cancel, char *why, size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);

	*cancel = false;
	if (rc == LC_OK)
		rc = jobs_turn_end(jobs, &turn,
				   jobs_lease_renew(&turn, seq, lease, lease_ms,
						    progress, cancel));
	return rc;
}
