#include "services/jobs_turn.h"

#include <stdio.h>
#include <string.h>

enum { JOBS_VERSION = 3 /* of the first state.sqlite with jobs in it */ };

static bool
jobs_turn_broke(enum lc_rc rc)
{
	return rc == LC_UNAVAILABLE || rc == LC_NO_MEMORY;
}

enum lc_rc
jobs_turn_look(struct jobs *jobs, struct jobs_turn *turn, char *why,
	       size_t why_bytes)
{
	enum lc_rc rc;

	lock_take(&jobs->lock);
	rc = state_file_read(&jobs->read, jobs->state_dir, JOBS_VERSION, why,
			     why_bytes);
	if (rc != LC_OK) {
		state_file_close(&jobs->read);
		lock_give(&jobs->lock);
		return rc;
	}
	jobs_time_now(&jobs->now);
	*turn = (struct jobs_turn){&jobs->read, jobs->now, why, why_bytes,
				   false};
	return LC_OK;
}

enum lc_rc
jobs_turn_looked(struct jobs *jobs, enum lc_rc rc)
{
	/* What has failed is tried anew the next time. */
	if (jobs_turn_broke(rc))
		state_file_close(&jobs->read);
	lock_give(&jobs->lock);
	return rc;
}

enum lc_rc
jobs_turn_begin(struct jobs *jobs, bool quick, struct jobs_turn *turn,
		char *why, size_t why_bytes)
{
	enum lc_rc rc;

	lock_take(&jobs->lock);
	rc = state_file_write(&jobs->write, jobs->state_dir, quick, why,
			      why_bytes);
	if (rc == LC_OK)
		rc = state_begin(jobs->write.store, why, why_bytes);
	if (rc != LC_OK) {
		state_file_close(&jobs->write);
		lock_give(&jobs->lock);
		return rc;
	}
	jobs_time_now(&jobs->now);
	*turn = (struct jobs_turn){&jobs->write, jobs->now, why, why_bytes,
				   false};
	return LC_OK;
}

enum lc_rc
jobs_turn_end(struct jobs *jobs, struct jobs_turn *turn, enum lc_rc rc)
{
	rc = state_end(jobs->write.store, rc, turn->why, turn->why_bytes);
	if (jobs_turn_broke(rc))
		state_file_close(&jobs->write);
	lock_give(&jobs->lock);
	if (rc == LC_OK && turn->ended)
		bell_ring(&jobs->events);
	return rc;
}

static enum lc_rc
jobs_turn_failed(struct jobs_turn *turn, enum lc_rc rc)
{
	return rc == LC_OK ? rc :
			     state_failed(turn->file->store, rc, turn->why,
					  turn->why_bytes);
}

enum lc_rc
jobs_turn_query(struct jobs_turn *turn, const char *sql,
		struct store_query **out)
{
	return jobs_turn_failed(turn, store_keep(turn->file->store, sql, out));
}

enum lc_rc
jobs_turn_ask(struct jobs_turn *turn, const char *sql, const int64_t *numbers,
	      int count, struct store_query **out)
{
	enum lc_rc rc = jobs_turn_query(turn, sql, out);

	for (int i = 0; i < count && rc == LC_OK; i++)
		store_bind_int64(*out, i + 1, numbers[i]);
	return rc;
}

enum lc_rc
jobs_turn_step(struct jobs_turn *turn, struct store_query *query, bool *row)
{
	enum lc_rc rc = jobs_turn_failed(turn, store_step(query, row));

	if (rc != LC_OK)
		store_reset(query);
	return rc;
}

enum lc_rc
jobs_turn_run(struct jobs_turn *turn, struct store_query *query)
{
	bool row;
	enum lc_rc rc = jobs_turn_step(turn, query, &row);

	store_reset(query);
	return rc;
}

enum lc_rc
jobs_turn_refuse(struct jobs_turn *turn, enum lc_rc rc, const char *words)
{
	snprintf(turn->why, turn->why_bytes, "%s", words);
	return rc;
}

void
jobs_turn_bind(struct store_query *query, int at, const char *text)
{
	if (text == NULL)
		store_bind_null(query, at);
	else
		store_bind_text(query, at, text, strlen(text));
}
