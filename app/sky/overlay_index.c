#include "sky/overlay_index.h"

#include <stdlib.h>

enum { OVERLAY_INDEX_BITS = 4 };

void
overlay_index_release(struct overlay_index *index)
{
	free(index->slots);
	*index = (struct overlay_index){0};
}

static size_t
overlay_index_mask(const struct overlay_index *index)
{
	return ((size_t)1 << index->bits) - 1;
}

static void
overlay_index_put(struct overlay_index *index, struct overlay_slot slot)
{
	size_t at = overlay_index_start(index, slot.hash);

	while (index->slots[at].item != NULL)
		at = (at + 1) & overlay_index_mask(index);
	index->slots[at] = slot;
}

bool
overlay_index_reserve(struct overlay_index *index, size_t more)
{
	struct overlay_index wider = {.bits = OVERLAY_INDEX_BITS,
				      .count = index->count};

	/* Half of the slots stay free, so that misses are quick. */
	while ((index->count + more) * 2 > (size_t)1 << wider.bits)
		wider.bits++;
	if (index->slots != NULL && wider.bits <= index->bits)
		return true;
	wider.slots = calloc((size_t)1 << wider.bits, sizeof(*wider.slots));
	if (wider.slots == NULL)
		return false;
	if (index->slots != NULL)
		for (size_t i = 0; i <= overlay_index_mask(index); i++)
			if (index->slots[i].item != NULL)
				overlay_index_put(&wider, index->slots[i]);
	free(index->slots);
	*index = wider;
	return true;
}

void
overlay_index_add(struct overlay_index *index, uint64_t hash, const void *item)
{
	overlay_index_put(index, (struct overlay_slot){hash, item});
	index->count++;
}

void
overlay_index_remove(struct overlay_index *index, uint64_t hash,
		     const void *item)
{
	const size_t mask = overlay_index_mask(index);
	size_t hole = overlay_index_start(index, hash), at;

	while (index->slots[hole].item != item ||
	       index->slots[hole].hash != hash)
		hole = (hole + 1) & mask;
	/* What could not stand in the hole's place when it came moves there. */
	for (at = (hole + 1) & mask; index->slots[at].item != NULL;
	     at = (at + 1) & mask) {
		size_t home = overlay_index_start(index, index->slots[at].hash);

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		index->slots[hole] = index->slots[at];
		hole = at;
	}
	index->slots[hole] = (struct overlay_slot){0};
	index->count--;
}
