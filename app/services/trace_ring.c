#include "services/trace_ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "services/digest.h"
#include "services/segment.h"
#include "services/trace_ring_inner.h"

enum {
	RING_SPANS_MIN = 2,
	RING_TRIES = 1000 /* for a place, while others are quicker */
};

#define RING_SPANS_MAX (INT64_C(1) << 21)

/* Another table of attributes or counts is another layout. */
static const char ring_layout[] =
	"spans 1: put, take, counts, states (24 + 200 of why), cells of 1024: "
	"turn, check, span (56 + 64 of name + 376 of room)"
#define RING_COUNT(constant, name) " " name
#define RING_KEY(constant, name, number) " " name
	TRACE_COUNT_TABLE(RING_COUNT) TRACE_KEY_TABLE(RING_KEY)
#undef RING_COUNT
#undef RING_KEY
	;

_Static_assert(TRACE_NAME_MAX == 64 && TRACE_ROOM == 888 &&
		       TRACE_WHY_MAX == 200,
	       "the layout says so");

/* ---- opening */

static uint64_t
ring_size(int64_t spans)
{
	uint64_t count = RING_SPANS_MIN;

	if (spans > RING_SPANS_MAX)
		spans = RING_SPANS_MAX;
	while ((int64_t)count < spans)
		count *= 2;
	return count;
}

struct trace_ring *
trace_ring_open(const char *state_dir, int64_t spans, char *why,
		size_t why_bytes)
{
	struct trace_ring *ring = calloc(1, sizeof(*ring));

	if (ring == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return NULL;
	}
	ring->lock = -1;
	ring->count = ring_size(spans);
	if (segment_open(state_dir, "spans.seg", ring_layout,
			 sizeof(*ring->front) +
				 ring->count * sizeof(*ring->cells),
			 &ring->segment, why, why_bytes) != LC_OK) {
		free(ring);
		return NULL;
	}
	ring->front = segment_bytes(ring->segment);
	ring->cells = (struct ring_cell *)(void *)(ring->front + 1);
	return ring;
}

void
trace_ring_close(struct trace_ring *ring)
{
	if (ring == NULL)
		return;
	if (ring->lock >= 0)
		close(ring->lock);
	segment_close(ring->segment);
	free(ring);
}

/* ---- putting */

/*
 * The cell of the next place, which is ours from then on; NULL: all are full.
 * A turn that is ahead was read after another one had taken the place, so
 * there is a next one, unless the segment is damaged.
 */
static struct ring_cell *
ring_claim(struct trace_ring *ring, uint64_t *place)
{
	*place = atomic_load_explicit(&ring->front->put_at,
				      memory_order_relaxed);
	for (int i = 0; i < RING_TRIES; i++) {
		struct ring_cell *cell = ring_cell(ring, *place);
		const uint64_t turn = ring_turn_of(cell);
		const uint64_t wanted = ring_turn(ring, *place, RING_FREE);

		if (turn < wanted)
			return NULL;
		if (turn > wanted)
			*place = atomic_load_explicit(&ring->front->put_at,
						      memory_order_relaxed);
		else if (atomic_compare_exchange_weak_explicit(
				 &ring->front->put_at, place, *place + 1,
				 memory_order_relaxed, memory_order_relaxed))
			return cell;
	}
	return NULL;
}

bool
trace_ring_put(struct trace_ring *ring, const struct trace_span *span)
{
	/* Before there is a place that somebody may wait for. */
	const uint64_t digest = digest_quick(span, sizeof(*span));
	struct ring_cell *cell;
	uint64_t place, turn;

	cell = ring_claim(ring, &place);
	if (cell == NULL) {
		trace_ring_add(ring, TRACE_DROPPED, 1);
		return false;
	}
	atomic_store_explicit(&cell->check, ring_check(digest, place),
			      memory_order_relaxed);
	ring_write(cell->words, span, RING_WORDS);
	turn = ring_turn(ring, place, RING_FREE);
	return atomic_compare_exchange_strong_explicit(
		&cell->turn, &turn, ring_turn(ring, place, RING_FULL),
		memory_order_release, memory_order_relaxed);
}

/* ---- counts */

int64_t
trace_ring_waiting(const struct trace_ring *ring)
{
	const uint64_t from = atomic_load(&ring->front->take_at);
	const uint64_t to = atomic_load(&ring->front->put_at);

	if (to < from)
		return 0;
	return (int64_t)(to - from < ring->count ? to - from : ring->count);
}

int64_t
trace_ring_count(const struct trace_ring *ring, enum trace_count what)
{
	int64_t count = atomic_load_explicit(&ring->front->counts[what],
					     memory_order_relaxed);

	/* Claiming a place counts it. */
	if (what == TRACE_RECORDED)
		count += (int64_t)atomic_load_explicit(&ring->front->put_at,
						       memory_order_relaxed);
	return count;
}

void
trace_ring_add(struct trace_ring *ring, enum trace_count what, int64_t n)
{
	atomic_fetch_add_explicit(&ring->front->counts[what], n,
				  memory_order_relaxed);
}
