/*
 * A turn: one look at the queue, or one change of it as a whole, under the
 * lock of struct jobs and, when it changes something, in a transaction.
 */
#ifndef SERVICES_JOBS_TURN_H
#define SERVICES_JOBS_TURN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lock.h"
#include "base/rc.h"
#include "services/bell.h"
#include "services/jobs_time.h"
#include "services/state_file.h"

struct jobs {
	struct lock lock; /* guards all that follows but the path */
	struct state_file read, write;
	struct jobs_time now;
	struct bell bell, events; /* events: that of services/events.h */
	char state_dir[];
};

struct jobs_turn {
	struct state_file *file;
	struct jobs_time now;
	char *why;
	size_t why_bytes;
	bool ended; /* a job has: then there is an event, too */
};

/*
 * Begins a look; LC_NOT_FOUND, without words, when there is nothing to look
 * at.  On failure there is no turn, and nothing to end.
 */
enum lc_rc jobs_turn_look(struct jobs *jobs, struct jobs_turn *turn, char *why,
			  size_t why_bytes) LC_CHECKED;

/* Ends it; returns `rc`, the result of what was done. */
enum lc_rc jobs_turn_looked(struct jobs *jobs, enum lc_rc rc) LC_CHECKED;

/* Begins a change, which is durable or `quick`: state_file_write(). */
enum lc_rc jobs_turn_begin(struct jobs *jobs, bool quick,
			   struct jobs_turn *turn, char *why, size_t why_bytes)
	LC_CHECKED;

/* Ends it as state_end() does; who waits for events hears of jobs' ends. */
enum lc_rc jobs_turn_end(struct jobs *jobs, struct jobs_turn *turn,
			 enum lc_rc rc) LC_CHECKED;

/* As the store's, and with words. */
enum lc_rc jobs_turn_query(struct jobs_turn *turn, const char *sql,
			   struct store_query **out) LC_CHECKED;
/* The first parameters are bound to so many numbers. */
enum lc_rc jobs_turn_ask(struct jobs_turn *turn, const char *sql,
			 const int64_t *numbers, int count,
			 struct store_query **out) LC_CHECKED;
enum lc_rc jobs_turn_step(struct jobs_turn *turn, struct store_query *query,
			  bool *row) LC_CHECKED;
enum lc_rc jobs_turn_run(struct jobs_turn *turn, struct store_query *query)
	LC_CHECKED;

/* Puts the words, and returns `rc`. */
enum lc_rc jobs_turn_refuse(struct jobs_turn *turn, enum lc_rc rc,
			    const char *words) LC_CHECKED;

/* Binds a text; NULL as null. */
void jobs_turn_bind(struct store_query *query, int at, const char *text);

#endif
