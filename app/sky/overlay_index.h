/*
 * Finds items by a 64-bit hash: open addressing with linear probing, and
 * nothing left behind by what is removed.  Several items may have the same
 * hash; whoever asks walks over them and looks which one is meant.
 */
#ifndef SKY_OVERLAY_INDEX_H
#define SKY_OVERLAY_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct overlay_slot {
	uint64_t hash;
	const void *item; /* NULL: the slot is free */
};

/* All zeros is an empty index. */
struct overlay_index {
	struct overlay_slot *slots;
	size_t count;
	unsigned bits; /* there are 2^bits slots */
};

void overlay_index_release(struct overlay_index *index);

/* Makes room for so many more items; false without memory. */
bool overlay_index_reserve(struct overlay_index *index, size_t more);

/* Adds an item, for which there is room. */
void overlay_index_add(struct overlay_index *index, uint64_t hash,
		       const void *item);

/* Removes an item that is in it. */
void overlay_index_remove(struct overlay_index *index, uint64_t hash,
			  const void *item);

/* Where a walk over a hash's items begins. */
static inline size_t
overlay_index_start(const struct overlay_index *index, uint64_t hash)
{
	const uint64_t spread = hash * UINT64_C(0x9e3779b97f4a7c15);

	return index->slots == NULL ? 0 :
				      (size_t)(spread >> (64 - index->bits));
}

/* The next one of them, or NULL. */
static inline const void *
overlay_index_next(const struct overlay_index *index, uint64_t hash, size_t *at)
{
	const size_t mask = ((size_t)1 << index->bits) - 1;

	if (index->slots == NULL)
		return NULL;
	for (;;) {
		const struct overlay_slot *slot = &index->slots[*at];

		if (slot->item == NULL)
			return NULL;
		*at = (*at + 1) & mask;
		if (slot->hash == hash)
			return slot->item;
	}
}

#endif
