/*
 * The board: memory that a worker's supervisor shares with its runners, a
 * slot for each.
 *
 * A runner writes into its slot which job it has, and clears it; the
 * supervisor reads that at any time, and answers with an order to stop.  Each
 * change of a slot has a number, its turn, which is odd while there is a job:
 * what was read is whole if the turn is the same after it, and an order is
 * meant for one turn only, so that it never hits the next job.  Either
 * side may be killed between any two writes.
 */
#ifndef COMMANDS_WORK_BOARD_H
#define COMMANDS_WORK_BOARD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "services/jobs.h"
#include "services/trace.h"

enum {
	WORK_SLOTS_MOST = 64,
	WORK_JOB_WORDS = 17 /* of 8 bytes */
};

enum work_mode {
	WORK_ON,    /* until told to stop */
	WORK_ONCE,  /* until nothing is due */
	WORK_DRAIN, /* until nothing is queued */
};

/* What the supervisor must know to speak for a runner. */
struct work_job {
	int64_t seq, lease;
	int64_t attempt, attempts_most;
	int64_t kind;     /* its index in the table of kinds */
	int64_t begun_ns; /* by work_clock_ns() */
	char id[JOBS_ID_BYTES];
	char trace[TRACE_PARENT_BYTES]; /* of who wants it; "": none */
};

struct work_slot {
	_Atomic uint64_t turn;
	_Atomic uint64_t order; /* a turn and, in the low byte, why to stop */
	_Atomic uint64_t ran;   /* the turn whose job's function has ended */
	atomic_uint done_ppm;
	_Atomic uint64_t words[WORK_JOB_WORDS]; /* struct work_job */
};

struct work_board {
	/* Whose turn it is to change the state; see work_board_take(). */
	pthread_mutex_t turns;
	atomic_int last;          /* the process that had it last, */
	_Atomic int64_t given_ns; /* and until when */
	atomic_bool stopping;     /* no job is taken any more */
	atomic_int mode;
	struct work_slot slots[WORK_SLOTS_MOST];
};

/* Nanoseconds on the clock of leases, which goes on while a machine sleeps. */
int64_t work_clock_ns(void);

/* Makes a board; *descriptor is for runners.  NULL, with errno. */
struct work_board *work_board_new(int *descriptor);
/* Maps a board whose descriptor was inherited; NULL, with errno. */
struct work_board *work_board_join(int descriptor);
void work_board_free(struct work_board *board);

/*
 * Waits until no other process of this worker changes the state.  Who waits
 * for SQLite's own lock sleeps and looks again, ever later; here one is woken.
 * Each change by another process also takes from SQLite all that it knows of
 * the file, so whoever has one short job after the other goes first, for some
 * ms.  False: it lasts too long, and the caller goes on without.  What was
 * true is given back.
 */
bool work_board_take(struct work_board *board);
void work_board_give(struct work_board *board, bool taken);

/* ---- by the runner, or for a dead one */

void work_slot_put(struct work_slot *slot, const struct work_job *job);
void work_slot_clear(struct work_slot *slot);

/* Its function has ended: it takes no longer than it may. */
void work_slot_ran(struct work_slot *slot);
void work_slot_progress(struct work_slot *slot, double done);

/* What the present job was told; LC_OK: nothing. */
enum lc_rc work_slot_told(const struct work_slot *slot);

/* ---- by the supervisor */

/* The turn of the job that is there; 0: there is none. */
uint64_t work_slot_read(const struct work_slot *slot, struct work_job *job);
bool work_slot_has_run(const struct work_slot *slot, uint64_t turn);
double work_slot_done(const struct work_slot *slot);

/* Tells the job of that turn to stop; a signal is due after it. */
void work_slot_tell(struct work_slot *slot, uint64_t turn, enum lc_rc why);

#endif
