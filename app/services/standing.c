#include "services/standing.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/lock.h"
#include "services/segment_followed.h"

enum { STANDING_CELLS = 16 };

/*
 * Who first has something to say of a name claims a cell for it by its tag,
 * for good; so another version's companions do not change the layout.
 */
struct standing_cell {
	_Atomic uint64_t tag;  /* 0: nobody's */
	_Atomic uint64_t word; /* ms since 1970, and one bit; 0: none yet */
};

struct standing {
	const char *state_dir;
	struct lock lock; /* guards the segment */
	struct segment_followed segment;
	struct standing_cell own[STANDING_CELLS];
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && sizeof(long long) == 8,
	       "a lock could be left locked by a killed process");

struct standing *
standing_new(const char *state_dir)
{
	struct standing *standing = calloc(1, sizeof(*standing));

	if (standing == NULL)
		return NULL;
	standing->state_dir = state_dir;
	standing->segment = (struct segment_followed){
		.name = "health.seg",
		.layout = "standing 1: 16 cells of a name's tag and a word",
		.bytes = sizeof(standing->own)};
	lock_init(&standing->lock);
	return standing;
}

void
standing_free(struct standing *standing)
{
	if (standing == NULL)
		return;
	segment_followed_release(&standing->segment);
	lock_release(&standing->lock);
	free(standing);
}

static struct standing_cell *
standing_cells(struct standing *standing)
{
	struct standing_cell *cells;

	lock_take(&standing->lock);
	cells = segment_followed_find(&standing->segment, standing->state_dir);
	lock_give(&standing->lock);
	return cells != NULL ? cells : standing->own;
}

/* FNV-1a. */
static uint64_t
standing_tag(const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return hash;
}

/* NULL: all are others', as in a segment that was spoilt. */
static struct standing_cell *
standing_claim(struct standing_cell *cells, const char *name)
{
	const uint64_t wanted = standing_tag(name);

	for (size_t i = 0; i < STANDING_CELLS; i++) {
		struct standing_cell *cell = &cells[i];
		uint64_t tag = atomic_load(&cell->tag);

		if (tag == wanted ||
		    (tag == 0 && atomic_compare_exchange_strong(
					 &cell->tag, &tag, wanted)) ||
		    tag == wanted)
			return cell;
	}
	return NULL;
}

static uint64_t
word_pack(const struct standing_view *view)
{
	return (uint64_t)view->since_ms << 1 | (view->answers ? 1 : 0);
}

/* False: it says nothing that can be. */
static bool
word_read(uint64_t word, int64_t now_ms, struct standing_view *out)
{
	out->answers = (word & 1) != 0;
	out->since_ms = (int64_t)(word >> 1);
	return out->since_ms > 0 && out->since_ms <= now_ms;
}

/* What is to be said after this look, and what was said before it. */
static struct standing_view
standing_next(const struct standing_seen *seen, uint64_t word, int64_t now_ms)
{
	const bool began = seen->began_ms > 0 && seen->began_ms <= now_ms;
	const bool aged = seen->at_ms > 0 && seen->at_ms < now_ms;
	struct standing_view view = {.answers = seen->answers,
				     .since_ms = aged ? seen->at_ms : now_ms};
	struct standing_view old;

	if (began && (seen->began_is_known || seen->began_ms < view.since_ms))
		view.since_ms = seen->began_ms;
	if (!word_read(word, now_ms, &old) || (began && seen->began_is_known))
		return view;
	if (old.answers == view.answers || (aged && seen->at_ms < old.since_ms))
		return old;
	/* It cannot have begun while it was otherwise. */
	if (view.since_ms < old.since_ms)
		view.since_ms = aged ? seen->at_ms : now_ms;
	return view;
}

void
standing_tell(struct standing *standing, const char *name,
	      const struct standing_seen *seen, struct standing_view *out)
{
	struct standing_cell *cell =
		standing_claim(standing_cells(standing), name);
	const int64_t now_ms = clock_unix_ms();
	uint64_t word, next;

	if (cell == NULL)
		cell = standing_claim(standing->own, name);
	word = cell != NULL ? atomic_load(&cell->word) : 0;
	do {
		*out = standing_next(seen, word, now_ms);
		next = word_pack(out);
	} while (cell != NULL && next != word &&
		 !atomic_compare_exchange_weak(&cell->word, &word, next));
}
