#include "commands/work_board.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { WORK_ORDER_SHIFT = 8, WORK_ORDER_MASK = 0xff };
enum { WORK_TURN_S = 1, WORK_BUSY_MS = 1, WORK_YIELDS_MOST = 10 };

_Static_assert(sizeof(struct work_job) <= WORK_JOB_WORDS * sizeof(uint64_t),
	       "a job must fit into its words");
_Static_assert((int)LC_RC__MAX <= (int)WORK_ORDER_MASK,
	       "an order must fit into a byte");

int64_t
work_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

struct work_board *
work_board_join(int descriptor)
{
	void *board = mmap(NULL, sizeof(struct work_board),
			   PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

	return board != MAP_FAILED ? board : NULL;
}

static void
turns_init(pthread_mutex_t *turns)
{
	pthread_mutexattr_t shared;

	pthread_mutexattr_init(&shared);
	pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(turns, &shared);
	pthread_mutexattr_destroy(&shared);
}

struct work_board *
work_board_new(int *descriptor)
{
	struct work_board *board = NULL;

	*descriptor = memfd_create("lightcone work", MFD_CLOEXEC);
	if (*descriptor >= 0 &&
	    ftruncate(*descriptor, sizeof(struct work_board)) == 0)
		board = work_board_join(*descriptor);
	if (board == NULL && *descriptor >= 0)
		close(*descriptor);
	if (board != NULL)
		turns_init(&board->turns);
	return board;
}

void
work_board_free(struct work_board *board)
{
	if (board != NULL)
		munmap(board, sizeof(*board));
}

/* Whether another process was at it just now, and may be again. */
static bool
turns_busy(struct work_board *board)
{
	return atomic_load(&board->last) != (int)getpid() &&
	       work_clock_ns() - atomic_load(&board->given_ns) <
		       WORK_BUSY_MS * CLOCK_NS_PER_MS;
}

bool
work_board_take(struct work_board *board)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};
	struct timespec until;
	int code;

	for (int i = 0; i < WORK_YIELDS_MOST && turns_busy(board); i++)
		nanosleep(&pause, NULL);
	/* The time of day, set back, makes this wait longer, and no more. */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WORK_TURN_S;
	code = pthread_mutex_timedlock(&board->turns, &until);
	/* Whoever died in its turn: SQLite has undone what it was at. */
	if (code == EOWNERDEAD)
		code = pthread_mutex_consistent(&board->turns);
	return code == 0;
}

void
work_board_give(struct work_board *board, bool taken)
{
	if (!taken)
		return;
	atomic_store(&board->last, (int)getpid());
	atomic_store(&board->given_ns, work_clock_ns());
	pthread_mutex_unlock(&board->turns);
}

/* ---- by the runner */

void
work_slot_put(struct work_slot *slot, const struct work_job *job)
{
	uint64_t words[WORK_JOB_WORDS] = {0};

	memcpy(words, job, sizeof(*job));
	for (size_t i = 0; i < WORK_JOB_WORDS; i++)
		atomic_store(&slot->words[i], words[i]);
	atomic_store(&slot->done_ppm, 0);
	atomic_fetch_add(&slot->turn, 1);
}

void
work_slot_clear(struct work_slot *slot)
{
	/* For a dead runner, there may be nothing to clear. */
	if (atomic_load(&slot->turn) % 2 != 0)
		atomic_fetch_add(&slot->turn, 1);
}

void
work_slot_ran(struct work_slot *slot)
{
	atomic_store(&slot->ran, atomic_load(&slot->turn));
}

void
work_slot_progress(struct work_slot *slot, double done)
{
	atomic_store(&slot->done_ppm, (unsigned)(done * 1e6));
}

enum lc_rc
work_slot_told(const struct work_slot *slot)
{
	uint64_t order = atomic_load(&slot->order);

	if (order >> WORK_ORDER_SHIFT != atomic_load(&slot->turn))
		return LC_OK;
	return (enum lc_rc)(order & WORK_ORDER_MASK);
}

/* ---- by the supervisor */

uint64_t
work_slot_read(const struct work_slot *slot, struct work_job *job)
{
	uint64_t turn = atomic_load(&slot->turn), words[WORK_JOB_WORDS];

	if (turn % 2 == 0)
		return 0;
	for (size_t i = 0; i < WORK_JOB_WORDS; i++)
		words[i] = atomic_load(&slot->words[i]);
	memcpy(job, words, sizeof(*job));
	/* The job's end came while it was read. */
	return atomic_load(&slot->turn) == turn ? turn : 0;
}

bool
work_slot_has_run(const struct work_slot *slot, uint64_t turn)
{
	return atomic_load(&slot->ran) == turn;
}

double
work_slot_done(const struct work_slot *slot)
{
	return atomic_load(&slot->done_ppm) / 1e6;
}

void
work_slot_tell(struct work_slot *slot, uint64_t turn, enum lc_rc why)
{
	atomic_store(&slot->order, turn << WORK_ORDER_SHIFT | (uint64_t)why);
}
