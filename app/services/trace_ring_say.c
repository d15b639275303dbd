#include "services/trace_ring.h"

#include "base/clock.h"
#include "base/text.h"
#include "services/digest.h"
#include "services/trace_ring_inner.h"

enum { SAY_LOOKS = 8 };

/* As it is kept. */
struct said {
	uint64_t well;
	uint64_t since_ms;
	char why[TRACE_WHY_MAX];
};

_Static_assert(sizeof(struct said) == RING_STATE_WORDS * 8, "no more, no less");

/* What was said so many times ago; false: it is being written anew. */
static bool
said_read(const struct trace_ring *ring, uint64_t number, struct said *out)
{
	const struct ring_state *state =
		&ring->front->states[number % RING_STATES];
	uint64_t check;

	ring_read(state->words, out, RING_STATE_WORDS);
	check = atomic_load_explicit(&state->check, memory_order_relaxed);
	return check == ring_check(digest_quick(out, sizeof(*out)), number) &&
	       out->why[TRACE_WHY_MAX - 1] == '\0';
}

/*
 * The one before the latest is written over, and then becomes the latest: who
 * is killed in between has said nothing.
 */
void
trace_ring_say(struct trace_ring *ring, bool well, const char *why)
{
	const uint64_t number = atomic_load(&ring->front->said) + 1;
	const size_t length = strlen(why);
	struct ring_state *state = &ring->front->states[number % RING_STATES];
	struct said said = {.well = well,
			    .since_ms = (uint64_t)clock_unix_ms()};
	struct said last;

	if (number > 1 && said_read(ring, number - 1, &last) &&
	    last.well == said.well)
		said.since_ms = last.since_ms;
	memcpy(said.why, why, text_utf8_cut(why, length, TRACE_WHY_MAX - 1));
	ring_write(state->words, &said, RING_STATE_WORDS);
	atomic_store_explicit(
		&state->check,
		ring_check(digest_quick(&said, sizeof(said)), number),
		memory_order_relaxed);
	atomic_store_explicit(&ring->front->said, number, memory_order_release);
}

void
trace_ring_look(const struct trace_ring *ring, struct trace_export_state *out)
{
	struct said said;

	*out = (struct trace_export_state){.known = false};
	for (int i = 0; i < SAY_LOOKS; i++) {
		const uint64_t number = atomic_load_explicit(
			&ring->front->said, memory_order_acquire);

		if (number == 0)
			return;
		if (!said_read(ring, number, &said))
			continue;
		out->known = true;
		out->well = said.well != 0;
		out->since_ms = (int64_t)said.since_ms;
		memcpy(out->why, said.why, sizeof(out->why));
		return;
	}
}
