#include "services/jobs.h"

#include <stdio.h>
#include <string.h>

#include "services/jobs_turn.h"

enum { JOBS_VIEW_MOST = 1000 };

#define JOBS_VIEW_COLUMNS                                                   \
	"SELECT id, kind, state, priority, attempts, attempts_most,"        \
	" run_at_ms, due_ms, due_boot, cancel, progress, created_ms,"       \
	" started_ms, ended_ms, result_status, result_bytes, result_media," \
	" error, payload, seq FROM jobs "

/* Puts a text into the arena; NULL stays. */
static enum lc_rc
jobs_view_text(struct store_query *query, int column, struct arena *arena,
	       const char **out)
{
	size_t length;
	const char *text = store_text(query, column, &length);

	*out = NULL;
	if (store_is_null(query, column))
		return LC_OK;
	*out = arena_dup(arena, text == NULL ? "" : text, length);
	return *out == NULL ? LC_NO_MEMORY : LC_OK;
}

/* When it may begin, by the calendar; 0: it could have already. */
static int64_t
jobs_view_due(struct store_query *query, const struct jobs_time *now)
{
	int64_t due_ms = store_int64(query, 6), other_ms;

	if (!store_is_null(query, 7) && store_int64(query, 8) == now->boot) {
		other_ms = store_int64(query, 7) - now->machine_ms +
			   now->calendar_ms;
		due_ms = other_ms > due_ms ? other_ms : due_ms;
	}
	return due_ms > now->calendar_ms ? due_ms : 0;
}

static enum lc_rc
jobs_view_texts(struct store_query *query, struct arena *arena,
		struct jobs_view *view)
{
	const char *state;
	enum lc_rc rc = jobs_view_text(query, 0, arena, &view->id);

	if (rc == LC_OK)
		rc = jobs_view_text(query, 1, arena, &view->kind);
	if (rc == LC_OK)
		rc = jobs_view_text(query, 2, arena, &state);
	if (rc == LC_OK)
		rc = jobs_view_text(query, 16, arena, &view->result_media);
	if (rc == LC_OK)
		rc = jobs_view_text(query, 17, arena, &view->error);
	if (rc == LC_OK)
		rc = jobs_view_text(query, 18, arena, &view->payload);
	if (rc == LC_OK &&
	    (state == NULL || view->id == NULL || view->kind == NULL ||
	     view->payload == NULL || !jobs_state_find(state, &view->state)))
		rc = LC_INTERNAL;
	return rc;
}

static enum lc_rc
jobs_view_row(struct jobs_turn *turn, struct store_query *query,
	      struct arena *arena, struct jobs_view *view)
{
	*view = (struct jobs_view){.number = store_int64(query, 19),
				   .priority = store_int64(query, 3),
				   .attempts = store_int64(query, 4),
				   .attempts_most = store_int64(query, 5),
				   .due_ms = jobs_view_due(query, &turn->now),
				   .progress = store_real(query, 10),
				   .cancelling = store_int64(query, 9) != 0,
				   .created_ms = store_int64(query, 11),
				   .started_ms = store_int64(query, 12),
				   .ended_ms = store_int64(query, 13),
				   .result_status = store_int64(query, 14),
				   .result_bytes = store_int64(query, 15)};
	switch (jobs_view_texts(query, arena, view)) {
	case LC_OK:
		return LC_OK;
	case LC_NO_MEMORY:
		return jobs_turn_refuse(turn, LC_NO_MEMORY, "out of memory");
	default:
		return jobs_turn_refuse(turn, LC_UNAVAILABLE,
					"state.sqlite has a job that cannot "
					"be");
	}
}

static enum lc_rc
jobs_view_none(char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, "there is no such job");
	return LC_NOT_FOUND;
}

static enum lc_rc
jobs_view_find(struct jobs_turn *turn, const char *id, struct arena *arena,
	       struct jobs_view *view)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_query(turn, JOBS_VIEW_COLUMNS "WHERE id = ?1",
					&query);

	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, id);
	rc = jobs_turn_step(turn, query, &row);
	if (rc == LC_OK)
		rc = row ? jobs_view_row(turn, query, arena, view) :
			   LC_NOT_FOUND;
	store_reset(query);
	return rc;
}

enum lc_rc
jobs_find(struct jobs *jobs, const char *id, struct arena *arena,
	  struct jobs_view *view, char *why, size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_look(jobs, &turn, why, why_bytes);

	if (rc == LC_OK)
		rc = jobs_turn_looked(jobs,
				      jobs_view_find(&turn, id, arena, view));
	return rc == LC_NOT_FOUND ? jobs_view_none(why, why_bytes) : rc;
}

/* ---- the list */

/* Those of any kind, and those of one. */
#define JOBS_VIEW_LIST(from)                                                  \
	{                                                                     \
		JOBS_VIEW_COLUMNS from "seq < ?1 ORDER BY seq DESC LIMIT ?2", \
			JOBS_VIEW_COLUMNS from "kind = ?3 AND seq < ?1"       \
					       " ORDER BY seq DESC LIMIT ?2"  \
	}

/* SQLite wants to read an index's own condition. */
#define JOBS_VIEW_UNLUCKY "state IN ('failed', 'cancelled')"

/* By state, and without one; most of what has ended has done so well. */
static const char *const jobs_view_lists[JOBS_STATE__MAX + 1][2] = {
	[JOBS_QUEUED] = JOBS_VIEW_LIST(
		"WHERE seq IN ("
		"SELECT seq FROM jobs WHERE ready_ms IS NOT NULL "
		"UNION ALL SELECT seq FROM jobs WHERE run_at_ms IS NOT NULL "
		"UNION ALL SELECT seq FROM jobs WHERE due_ms IS NOT NULL) "
		"AND "),
	[JOBS_RUNNING] = JOBS_VIEW_LIST(
		"INDEXED BY jobs_running WHERE state = 'running' AND "),
	[JOBS_SUCCEEDED] = JOBS_VIEW_LIST("WHERE state = 'succeeded' AND "),
	[JOBS_FAILED] =
		JOBS_VIEW_LIST("INDEXED BY jobs_unlucky WHERE state = 'failed' "
			       "AND " JOBS_VIEW_UNLUCKY " AND "),
	[JOBS_CANCELLED] =
		JOBS_VIEW_LIST("INDEXED BY jobs_unlucky WHERE state = "
			       "'cancelled' AND " JOBS_VIEW_UNLUCKY " AND "),
	[JOBS_STATE__MAX] = JOBS_VIEW_LIST("WHERE "),
};

static enum lc_rc
jobs_view_after(struct jobs_turn *turn, const char *id, int64_t *seq)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc;

	*seq = INT64_MAX;
	if (id == NULL)
		return LC_OK;
	rc = jobs_turn_query(turn, "SELECT seq FROM jobs WHERE id = ?1",
			     &query);
	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, id);
	rc = jobs_turn_step(turn, query, &row);
	if (rc == LC_OK && !row)
		rc = LC_NOT_FOUND;
	if (rc == LC_OK)
		*seq = store_int64(query, 0);
	store_reset(query);
	return rc;
}

struct jobs_view_page {
	struct arena *arena;
	struct jobs_view *views;
	size_t count, most;
	bool more;
};

static enum lc_rc
jobs_view_page(struct jobs_turn *turn, struct store_query *query,
	       struct jobs_view_page *page)
{
	enum lc_rc rc;
	bool row;

	while ((rc = jobs_turn_step(turn, query, &row)) == LC_OK && row) {
		page->more = page->count == page->most;
		if (page->more)
			break;
		rc = jobs_view_row(turn, query, page->arena,
				   &page->views[page->count]);
		if (rc != LC_OK)
			break;
		page->count++;
	}
	store_reset(query);
	return rc;
}

static enum lc_rc
jobs_view_list(struct jobs_turn *turn, const struct jobs_filter *filter,
	       struct jobs_view_page *page)
{
	const enum jobs_state state =
		filter->has_state ? filter->state : JOBS_STATE__MAX;
	struct store_query *query;
	int64_t before;
	enum lc_rc rc = jobs_view_after(turn, filter->after, &before);

	if (rc == LC_OK)
		rc = jobs_turn_query(
			turn, jobs_view_lists[state][filter->kind != NULL],
			&query);
	if (rc != LC_OK)
		return rc;
	page->views =
		arena_alloc(page->arena, page->most * sizeof(*page->views));
	if (page->views == NULL)
		return jobs_turn_refuse(turn, LC_NO_MEMORY, "out of memory");
	store_bind_int64(query, 1, before);
	store_bind_int64(query, 2, (int64_t)page->most + 1);
	if (filter->kind != NULL)
		jobs_turn_bind(query, 3, filter->kind);
	return jobs_view_page(turn, query, page);
}

enum lc_rc
jobs_list(struct jobs *jobs, const struct jobs_filter *filter,
	  struct arena *arena, struct jobs_view **views, size_t *count,
	  bool *more, char *why, size_t why_bytes)
{
	struct jobs_view_page page = {.arena = arena,
				      .most = filter->limit < JOBS_VIEW_MOST ?
						      (size_t)filter->limit :
						      JOBS_VIEW_MOST};
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_look(jobs, &turn, why, why_bytes);

	if (rc == LC_OK)
		rc = jobs_turn_looked(jobs,
				      jobs_view_list(&turn, filter, &page));
	else if (rc == LC_NOT_FOUND && filter->after == NULL)
		rc = LC_OK;
	if (rc != LC_OK)
		page = (struct jobs_view_page){0};
	*views = page.views;
	*count = page.count;
	*more = page.more;
	return rc == LC_NOT_FOUND ? jobs_view_none(why, why_bytes) : rc;
}

/* ---- counting */

static enum lc_rc
jobs_view_count(struct jobs_turn *turn, struct jobs_counts *counts)
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"SELECT state, number FROM job_counts"
		" UNION ALL SELECT 'running', count(*) FROM jobs"
		"  INDEXED BY jobs_running WHERE state = 'running'"
		" UNION ALL SELECT 'queued', count(*) FROM jobs"
		"  INDEXED BY jobs_ready WHERE ready_ms IS NOT NULL"
		" UNION ALL SELECT 'queued', count(*) FROM jobs"
		"  INDEXED BY jobs_run_at WHERE run_at_ms IS NOT NULL"
		" UNION ALL SELECT 'queued', count(*) FROM jobs"
		"  INDEXED BY jobs_due WHERE due_ms IS NOT NULL"
		"  AND run_at_ms IS NULL",
		&query);
	enum jobs_state state;
	char name[16];
	size_t length;
	bool row;

	while (rc == LC_OK &&
	       (rc = jobs_turn_step(turn, query, &row)) == LC_OK && row) {
		const char *text = store_text(query, 0, &length);

		snprintf(name, sizeof(name), "%.*s", (int)length, text);
		if (jobs_state_find(name, &state))
			counts->of[state] += store_int64(query, 1);
	}
	if (rc == LC_OK)
		store_reset(query);
	return rc;
}

/* Those of another boot began to be due with this one: they do not count. */
static enum lc_rc
jobs_view_oldest(struct jobs_turn *turn, struct jobs_counts *counts)
{
	struct store_query *query;
	int64_t since_ms;
	bool row;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"SELECT min(since) FROM ("
		" SELECT min(ready_ms) AS since FROM jobs"
		"  WHERE ready_ms IS NOT NULL"
		" UNION ALL SELECT min(run_at_ms) FROM jobs"
		"  WHERE run_at_ms <= ?1 AND due_ms IS NULL"
		" UNION ALL SELECT min(due_ms) + ?1 - ?2 FROM jobs"
		"  WHERE due_boot = ?3 AND due_ms <= ?2 AND run_at_ms IS NULL)",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, turn->now.calendar_ms);
	store_bind_int64(query, 2, turn->now.machine_ms);
	store_bind_int64(query, 3, turn->now.boot);
	rc = jobs_turn_step(turn, query, &row);
	if (rc != LC_OK)
		return rc;
	since_ms = store_int64(query, 0);
	if (!store_is_null(query, 0) && since_ms < turn->now.calendar_ms)
		counts->oldest_due_ms = turn->now.calendar_ms - since_ms;
	store_reset(query);
	return LC_OK;
}

enum lc_rc
jobs_count(struct jobs *jobs, struct jobs_counts *counts, char *why,
	   size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_look(jobs, &turn, why, why_bytes);

	*counts = (struct jobs_counts){0};
	if (rc != LC_OK)
		return rc == LC_NOT_FOUND ? LC_OK : rc;
	rc = jobs_view_count(&turn, counts);
	if (rc == LC_OK)
		rc = jobs_view_oldest(&turn, counts);
	return jobs_turn_looked(jobs, rc);
}
