#include "engine/parts.h"

#include <assert.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "engine/call.h"
#include "engine/courtesy.h"
#include "engine/engine.h"
#include "engine/slots.h"

/* A team's state: how many helpers are in it, and these. */
enum {
	TEAM_OPEN = 1 << 30,    /* helpers may join */
	TEAM_AWAITED = 1 << 29, /* the last to leave wakes the owner */
	TEAM_HELPERS = TEAM_AWAITED - 1,
};

/* One lc_parts(), in the owner's frame; helpers see it while they are in. */
struct work {
	enum lc_rc (*part)(void *arg, size_t index,
			   struct lc_progress *progress);
	void *arg;
	size_t count;
	double to;
	struct lc_progress *whole; /* the call's */
	const struct pool *pool;
	/* Stopped by the first part that fails, with what that returned. */
	struct lc_progress progress;
	atomic_size_t next, done;
};

struct team {
	atomic_int state;
	sem_t left;
	struct work *work; /* while it is open, or a helper is in */
};

struct parts {
	int count;
	atomic_int given;
	struct team teams[];
};

/* ---- the work, for owners and helpers */

/* Does the next part; false: there is none, or no more is to be done. */
static bool
work_next(struct work *work, struct lc_progress *own)
{
	size_t index = atomic_fetch_add(&work->next, 1), done;
	int64_t waited_ns = courtesy_waited_ns();
	enum lc_rc rc;

	if (index >= work->count)
		return false;
	rc = progress_stopped(own);
	if (rc == LC_OK)
		rc = work->part(work->arg, index, own);
	if (rc != LC_OK) {
		progress_stop(&work->progress, rc);
		return false;
	}
	done = atomic_fetch_add(&work->done, 1) + 1;
	progress_raise(work->whole,
		       work->to * (double)done / (double)work->count);
	if (atomic_load(&work->next) < work->count)
		courtesy_wait(waited_ns, own);
	return true;
}

/* ---- the owner's side */

static void
team_open(struct team *team, struct work *work)
{
	assert(atomic_load(&team->state) == 0); /* parts have no parts */
	team->work = work;
	atomic_store(&team->state, TEAM_OPEN);
}

static void
team_close(struct team *team)
{
	atomic_fetch_and(&team->state, ~TEAM_OPEN);
}

/* Closes the team, and waits until nobody is in it. */
static void
team_end(struct team *team)
{
	team_close(team);
	if ((atomic_load(&team->state) & TEAM_HELPERS) > 0 &&
	    (atomic_fetch_or(&team->state, TEAM_AWAITED) & TEAM_HELPERS) > 0)
		while (sem_wait(&team->left) != 0)
			;
	atomic_store(&team->state, 0);
}

enum lc_rc
lc_parts(struct lc_call *call, size_t count,
	 enum lc_rc (*part)(void *arg, size_t index,
			    struct lc_progress *progress),
	 void *arg, double to)
{
	struct work work = {.part = part,
			    .arg = arg,
			    .count = count,
			    .to = to,
			    .whole = &call->progress,
			    .pool = call->engine->pool};
	struct team *team = call->team; /* NULL: not in the pool */
	struct lc_progress own;

	if (count == 0)
		progress_raise(&call->progress, to);
	progress_child(&work.progress, &call->progress);
	progress_child(&own, &work.progress);
	if (team != NULL && count > 1) {
		team_open(team, &work);
		pool_wake(call->engine->pool, count - 1);
	}
	while (work_next(&work, &own))
		if (team != NULL)
			pool_run_brief(call->engine->pool);
	if (team != NULL)
		team_end(team);
	return (enum lc_rc)atomic_load(&work.progress.stop);
}

/* ---- the helpers' side */

/* The open team with the fewest helpers, and its state; or NULL. */
static struct team *
parts_fewest(struct parts *parts, int *state)
{
	struct team *fewest = NULL;

	for (int i = 0; i < parts->count; i++) {
		int its = atomic_load(&parts->teams[i].state);

		if ((its & TEAM_OPEN) != 0 &&
		    (fewest == NULL || its < *state)) {
			fewest = &parts->teams[i];
			*state = its;
		}
	}
	return fewest;
}

static struct team *
parts_join(struct parts *parts)
{
	struct team *team;
	int state = 0;

	do {
		team = parts_fewest(parts, &state);
	} while (team != NULL && !atomic_compare_exchange_weak(
					 &team->state, &state, state + 1));
	return team;
}

/* The owner's memory must not be touched after it, nor the call's. */
static void
team_leave(struct team *team)
{
	if (atomic_fetch_sub(&team->state, 1) == (TEAM_AWAITED | 1))
		sem_post(&team->left);
}

/* Whether a helper of the team is of more use elsewhere. */
static bool
parts_called_away(struct parts *parts, const struct team *team,
		  const struct work *work, const struct slots *slots)
{
	int fewest = 0;

	if (pool_queued(work->pool) > 0 || slots_awaited(slots))
		return true;
	return parts_fewest(parts, &fewest) != NULL &&
	       fewest + 1 < atomic_load(&team->state);
}

/* At least one part, lest a helper only comes and goes. */
static void
team_work(struct team *team, struct parts *parts, const struct slots *slots)
{
	struct work *work = team->work;
	struct lc_progress own;

	progress_child(&own, &work->progress);
	do {
		if (!work_next(work, &own)) {
			team_close(team);
			break;
		}
	} while (!parts_called_away(parts, team, work, slots));
}

enum parts_help
parts_help(struct parts *parts, struct slots *slots)
{
	struct team *team;
	int state = 0;

	if (parts_fewest(parts, &state) == NULL)
		return PARTS_NONE;
	if (!slots_try(slots))
		return PARTS_NO_SLOT;
	team = parts_join(parts);
	if (team != NULL) {
		team_work(team, parts, slots);
		team_leave(team);
	}
	slots_give(slots);
	return team != NULL ? PARTS_HELPED : PARTS_NONE;
}

/* ---- the teams */

struct parts *
parts_new(int threads)
{
	struct parts *parts;

	parts = calloc(1, sizeof(*parts) +
				  (size_t)threads * sizeof(parts->teams[0]));
	if (parts == NULL)
		return NULL;
	parts->count = threads;
	atomic_init(&parts->given, 0);
	for (int i = 0; i < threads; i++) {
		atomic_init(&parts->teams[i].state, 0);
		sem_init(&parts->teams[i].left, 0, 0);
	}
	return parts;
}

void
parts_free(struct parts *parts)
{
	if (parts == NULL)
		return;
	for (int i = 0; i < parts->count; i++)
		sem_destroy(&parts->teams[i].left);
	free(parts);
}

struct team *
parts_team(struct parts *parts)
{
	int mine = atomic_fetch_add(&parts->given, 1);

	assert(mine < parts->count);
	return &parts->teams[mine];
}
