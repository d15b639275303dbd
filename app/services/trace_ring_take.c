#include "services/trace_ring.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "services/digest.h"
#include "services/trace_ring_inner.h"

/* No ring has had so many; who reads more there reads damage. */
#define RING_PLACES_MOST (UINT64_C(1) << 60)

/* ---- making good what a killed one, or anybody, has left */

static uint64_t
put_at(const struct trace_ring *ring)
{
	return atomic_load_explicit(&ring->front->put_at, memory_order_acquire);
}

static uint64_t
take_at(const struct trace_ring *ring)
{
	return atomic_load_explicit(&ring->front->take_at,
				    memory_order_relaxed);
}

static bool
cell_change(struct ring_cell *cell, uint64_t from, uint64_t to)
{
	return atomic_compare_exchange_strong_explicit(&cell->turn, &from, to,
						       memory_order_acq_rel,
						       memory_order_acquire);
}

/* A place that is full, or claimed, becomes torn, and is counted once. */
static void
cell_tear(struct trace_ring *ring, uint64_t place, uint64_t turn)
{
	if (cell_change(ring_cell(ring, place), turn,
			ring_turn(ring, place, RING_TORN)))
		trace_ring_add(ring, TRACE_TORN, 1);
}

/* Whether the cell is what it may be now.  What is not claimed yet is free. */
static bool
cell_is_sound(const struct trace_ring *ring, uint64_t place)
{
	const uint64_t turn = ring_turn_of(ring_cell(ring, place));

	/* Asked after: who fills a place has moved `put_at` before. */
	return turn == ring_turn(ring, place, RING_FREE) ||
	       ((turn == ring_turn(ring, place, RING_FULL) ||
		 turn == ring_turn(ring, place, RING_TORN)) &&
		place < put_at(ring));
}

static void
cell_mend(struct trace_ring *ring, uint64_t place)
{
	struct ring_cell *cell = ring_cell(ring, place);
	const uint64_t turn = ring_turn_of(cell);

	if (place < put_at(ring))
		cell_tear(ring, place, turn);
	else
		cell_change(cell, turn, ring_turn(ring, place, RING_FREE));
}

/* Whether the one that takes was done with the place. */
static bool
place_is_over(const struct trace_ring *ring, uint64_t place)
{
	return ring_turn_of(ring_cell(ring, place)) >> RING_TURN_BITS ==
	       place / ring->count + 1;
}

/*
 * Begins where the last one has stopped letting go, and sees to it that each
 * cell is in the round that it should be in.
 */
static void
ring_settle(struct trace_ring *ring)
{
	uint64_t to = put_at(ring), from = take_at(ring), mended = 0;

	ring->claimed = 0;
	if (to >= RING_PLACES_MOST) {
		to = 0;
		atomic_store(&ring->front->put_at, to);
	}
	if (from > to || to - from > ring->count)
		from = to > ring->count ? to - ring->count : 0;
	while (from < to && place_is_over(ring, from))
		from++;
	atomic_store(&ring->front->take_at, from);
	for (uint64_t i = 0; i < ring->count; i++) {
		if (cell_is_sound(ring, from + i))
			continue;
		cell_mend(ring, from + i);
		mended++;
	}
	if (mended > 0)
		log_warning("spans.seg was damaged: %llu of its places are "
			    "made good",
			    (unsigned long long)mended);
}

/* ---- taking */

bool
trace_ring_lock(struct trace_ring *ring, const char *state_dir)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[PATH_MAX];
	int length, file;

	if (ring->lock >= 0)
		return true;
	length = snprintf(path, sizeof(path), "%s/spans.lock", state_dir);
	if (length < 0 || length >= (int)sizeof(path))
		return false;
	file = open(path,
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		    S_IRUSR | S_IWUSR);
	if (file < 0)
		return false;
	if (fcntl(file, F_OFD_SETLK, &lock) != 0) {
		close(file);
		return false;
	}
	ring->lock = file;
	ring_settle(ring);
	return true;
}

/*
 * Somebody has claimed the place and is still writing, or was killed.  All
 * that had been claimed when the first such was met becomes due at once.
 */
static bool
place_is_due(struct trace_ring *ring, uint64_t place)
{
	const int64_t now_ns = clock_mono_ns();

	if (place >= ring->claimed) {
		ring->claimed = put_at(ring);
		ring->claimed_ns = now_ns;
	}
	return now_ns - ring->claimed_ns >=
	       TRACE_RING_STUCK_MS * CLOCK_NS_PER_MS;
}

static bool
place_read(const struct trace_ring *ring, uint64_t place,
	   struct trace_span *out)
{
	const struct ring_cell *cell = ring_cell(ring, place);
	const uint64_t check =
		atomic_load_explicit(&cell->check, memory_order_relaxed);

	ring_read(cell->words, out, RING_WORDS);
	return ring_check(digest_quick(out, sizeof(*out)), place) == check &&
	       out->name[TRACE_NAME_MAX - 1] == '\0' &&
	       out->attributes + out->state <= TRACE_ROOM;
}

/*
 * Whether the place can be passed; *taken says whether a span is in it.  What
 * was claimed may be written, or torn, at any moment: then it is asked again.
 */
static bool
place_pass(struct trace_ring *ring, uint64_t place, struct trace_span *out,
	   bool *taken)
{
	struct ring_cell *cell = ring_cell(ring, place);
	uint64_t turn = ring_turn_of(cell);

	*taken = false;
	if (turn == ring_turn(ring, place, RING_FREE)) {
		if (!place_is_due(ring, place))
			return false;
		cell_tear(ring, place, turn);
		turn = ring_turn_of(cell);
	}
	if (turn == ring_turn(ring, place, RING_FULL)) {
		*taken = place_read(ring, place, out);
		if (!*taken)
			cell_tear(ring, place, turn);
	}
	return true;
}

/* False: the ring is damaged. */
static bool
ring_scan(struct trace_ring *ring, struct trace_span *spans, size_t most,
	  size_t *count, size_t *passed)
{
	const uint64_t from = take_at(ring), to = put_at(ring);
	bool taken;

	*count = *passed = 0;
	if (to - from > ring->count)
		return false;
	for (uint64_t place = from; *count < most; place++) {
		/* In a full ring the next cell is the first one. */
		if (place - from == ring->count)
			break;
		if (!cell_is_sound(ring, place))
			return false;
		if (place >= to ||
		    !place_pass(ring, place, &spans[*count], &taken))
			break;
		*count += taken;
		++*passed;
	}
	return true;
}

size_t
trace_ring_take(struct trace_ring *ring, struct trace_span *spans, size_t most,
		size_t *passed)
{
	size_t count;

	if (ring_scan(ring, spans, most, &count, passed))
		return count;
	ring_settle(ring);
	if (ring_scan(ring, spans, most, &count, passed))
		return count;
	*passed = 0;
	return 0;
}

void
trace_ring_let_go(struct trace_ring *ring, size_t passed)
{
	const uint64_t from = take_at(ring);

	for (uint64_t place = from; place < from + passed; place++) {
		struct ring_cell *cell = ring_cell(ring, place);

		if (ring_turn_of(cell) == ring_turn(ring, place, RING_FREE) ||
		    !cell_is_sound(ring, place))
			return;
		atomic_store_explicit(
			&cell->turn,
			ring_turn(ring, place + ring->count, RING_FREE),
			memory_order_release);
		atomic_store_explicit(&ring->front->take_at, place + 1,
				      memory_order_release);
	}
}
