/*
 * What the files of the ring share: how it lies in the segment.
 *
 * Places are counted since ever, and each has its cell until places come
 * around to it again.  Who puts claims the next place by moving `put_at`, if
 * its cell is free, writes, and marks the cell as full; the one that takes
 * frees cells in their order and then moves `take_at`.  All turns of a cell are
 * changed by comparing, so who comes late changes nothing, and each step is
 * one store that leaves the ring as others can go on with it.
 */
#ifndef SERVICES_TRACE_RING_INNER_H
#define SERVICES_TRACE_RING_INNER_H

#include <stdatomic.h>
#include <string.h>

#include "services/segment.h"
#include "services/trace_ring.h"

enum {
	RING_CELL_BYTES = 1024,
	RING_WORDS = sizeof(struct trace_span) / 8,
	RING_STATES = 2, /* of which a reader looks at the latest */
	RING_STATE_WORDS = 2 + TRACE_WHY_MAX / 8
};

/*
 * A cell's turn is the round that it is in, how often places have come around
 * to it, and what it is in this round; it only ever grows.  So a segment of
 * zeros is an empty ring.
 */
enum ring_turn {
	RING_FREE, /* or claimed, if `put_at` is past it */
	RING_FULL,
	RING_TORN, /* there is nothing in it, or nothing that makes sense */
	RING_TURN_BITS = 2
};

struct ring_cell {
	_Atomic uint64_t turn;
	_Atomic uint64_t check;
	_Atomic uint64_t words[RING_WORDS];
};

/* How the export goes: well, since when, why. */
struct ring_state {
	_Atomic uint64_t check;
	_Atomic uint64_t words[RING_STATE_WORDS];
};

struct ring_front {
	_Alignas(SEGMENT_ALIGNMENT) _Atomic uint64_t put_at;  /* the next one */
	_Alignas(SEGMENT_ALIGNMENT) _Atomic uint64_t take_at; /* first kept */
	_Alignas(SEGMENT_ALIGNMENT) _Atomic int64_t counts[TRACE_COUNT__MAX];
	_Alignas(SEGMENT_ALIGNMENT) _Atomic uint64_t said; /* how often */
	struct ring_state states[RING_STATES];
};

_Static_assert(sizeof(struct ring_cell) == RING_CELL_BYTES &&
		       sizeof(struct trace_span) % 8 == 0,
	       "eight cache lines, of which none is another's, too");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && sizeof(long long) == 8,
	       "a lock could be left locked by a killed process");
_Static_assert(TRACE_WHY_MAX % 8 == 0, "it is kept as words");

struct trace_ring {
	struct segment *segment;
	struct ring_front *front;
	struct ring_cell *cells;
	uint64_t count; /* of cells, a power of two */
	int lock;       /* -1: we are not the one that takes */
	/* What had been claimed at that time and is not there yet is torn. */
	uint64_t claimed;
	int64_t claimed_ns;
};

static inline struct ring_cell *
ring_cell(const struct trace_ring *ring, uint64_t place)
{
	return &ring->cells[place & (ring->count - 1)];
}

static inline uint64_t
ring_turn(const struct trace_ring *ring, uint64_t place, enum ring_turn turn)
{
	return place / ring->count << RING_TURN_BITS | turn;
}

static inline uint64_t
ring_turn_of(const struct ring_cell *cell)
{
	return atomic_load_explicit(&cell->turn, memory_order_acquire);
}

/*
 * Words, not bytes: who was asleep may write into what another one reads, and
 * that is then no undefined behaviour but a wrong checksum.
 */
static inline void
ring_write(_Atomic uint64_t *to, const void *bytes, size_t count)
{
	const char *from = bytes;
	uint64_t word;

	for (size_t i = 0; i < count; i++) {
		memcpy(&word, from + i * sizeof(word), sizeof(word));
		atomic_store_explicit(&to[i], word, memory_order_relaxed);
	}
}

static inline void
ring_read(const _Atomic uint64_t *from, void *bytes, size_t count)
{
	char *to = bytes;
	uint64_t word;

	for (size_t i = 0; i < count; i++) {
		word = atomic_load_explicit(&from[i], memory_order_relaxed);
		memcpy(to + i * sizeof(word), &word, sizeof(word));
	}
}

/* A checksum of what lies there now; that of a round ago is another. */
static inline uint64_t
ring_check(uint64_t digest, uint64_t place)
{
	return digest + place * UINT64_C(0x9e3779b97f4a7c15);
}

#endif
