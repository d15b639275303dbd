/*
 * The ring of spans that are to be exported: STATE/spans.seg, for all
 * processes of a state directory.
 *
 * Many put, without a lock; one at a time takes (it holds spans.lock).  A
 * full ring refuses, and counts.  What is taken stays until it is let go of:
 * an exporter that is killed loses nothing, and the next one may send some
 * spans again.  A process that is killed while it writes leaves a place
 * without its mark; after TRACE_RING_STUCK_MS it is passed over, and counted
 * as torn.  Should it have been only asleep, it is told that it was too late;
 * if the place has been given away anew by then, a checksum tells that what
 * is there was written by two, which is torn as well.
 *
 * A segment of another version or size is set aside, with the spans in it
 * and the counts; they are lost, and nothing says how many they were.  Places
 * that are damaged are found by the one that takes, and made good; what was
 * in them is torn.  Until then a damaged ring may refuse what is put.
 *
 * Any thread may put, count, say and look; what is for the exporter is for
 * one thread.
 */
#ifndef SERVICES_TRACE_RING_H
#define SERVICES_TRACE_RING_H

#include "services/trace.h"

struct trace_ring;

enum { TRACE_RING_STUCK_MS = 2000 };

/*
 * X(constant, name): what the ring counts, for good.  Recorded are those that
 * were given a place; they are exported, refused, torn, or wait.
 */
#define TRACE_COUNT_TABLE(X)           \
	X(TRACE_RECORDED, "recorded")  \
	X(TRACE_DROPPED, "dropped")    \
	X(TRACE_TORN, "torn")          \
	X(TRACE_EXPORTED, "exported")  \
	X(TRACE_REFUSED, "refused")    \
	X(TRACE_SENT_WELL, "accepted") \
	X(TRACE_SENT_PARTLY, "partly") \
	X(TRACE_SENT_AGAIN, "retried") \
	X(TRACE_SENT_IN_VAIN, "turned away")

enum trace_count {
#define TRACE_COUNT_ENUM(constant, name) constant,
	TRACE_COUNT_TABLE(TRACE_COUNT_ENUM)
#undef TRACE_COUNT_ENUM
		TRACE_COUNT__MAX
};

/*
 * Opens it with room for `spans` (a power of two, or the next one); a ring of
 * another size is another layout.  NULL with `why`.
 */
struct trace_ring *trace_ring_open(const char *state_dir, int64_t spans,
				   char *why, size_t why_bytes);
void trace_ring_close(struct trace_ring *ring); /* NULL is harmless */

/*
 * False: it is full, which is counted as dropped; or its place was passed over
 * meanwhile.  A span that was put is found by trace_ring_take().
 */
bool trace_ring_put(struct trace_ring *ring, const struct trace_span *span);

/* How many wait, about. */
int64_t trace_ring_waiting(const struct trace_ring *ring);

int64_t trace_ring_count(const struct trace_ring *ring, enum trace_count what);
void trace_ring_add(struct trace_ring *ring, enum trace_count what, int64_t n);

/* ---- for the one that exports */

/*
 * Becomes the one, until the ring is closed; false: another one is, or the
 * state directory has no locks.  The lock is of the ring, not the process: a
 * fork has it, too.
 */
bool trace_ring_lock(struct trace_ring *ring, const char *state_dir);

/*
 * Copies up to `most` spans, the oldest first, and returns how many; *passed
 * is how many places are to be let go of with them.  Taking again gives the
 * same ones.
 */
size_t trace_ring_take(struct trace_ring *ring, struct trace_span *spans,
		       size_t most, size_t *passed);
void trace_ring_let_go(struct trace_ring *ring, size_t passed);

/* ---- what all know of the export */

struct trace_export_state {
	bool known;       /* it was tried */
	bool well;        /* the last attempt was accepted */
	int64_t since_ms; /* since 1970, that it has been so */
	char why[TRACE_WHY_MAX];
};

/* Says how the last attempt went; only the one that exports may. */
void trace_ring_say(struct trace_ring *ring, bool well, const char *why);
void trace_ring_look(const struct trace_ring *ring,
		     struct trace_export_state *out);

#endif
