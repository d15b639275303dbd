#include "services/cache_ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "services/segment.h"

enum {
	RING_UNIT = 64, /* places are multiples of it */
	RING_CELLS = 8, /* in a bucket of the index: one cache line */
	RING_LEASES = 4096,
	RING_TAG_BITS = 20,
	RING_SHARE = 8, /* an entry takes at most so much of the ring */
	RING_BYTES_PER_CELL = 1024,
	RING_TRIES = 8,
	LEASE_UNIT_MS = 10
};

#define RING_PLACE_BITS (64 - RING_TAG_BITS)
#define RING_PLACE_MASK ((UINT64_C(1) << RING_PLACE_BITS) - 1)

/* A lease: 20 bits of its key, 20 of when it ends, 24 of its owner. */
#define LEASE_TAG_SHIFT 44
#define LEASE_UNTIL_SHIFT 24
#define LEASE_UNTIL_MASK ((UINT64_C(1) << 20) - 1)
#define LEASE_OWNER_MASK ((UINT64_C(1) << LEASE_UNTIL_SHIFT) - 1)

static const char ring_layout[] =
	"cache 1: head, leases (tag 20, until 20, owner 24), buckets of 8 "
	"cells (tag 20, place 44), ring of items of 64-byte units";

struct ring_bucket {
	_Atomic uint64_t cells[RING_CELLS]; /* tag and place + 1; 0: empty */
};

/* What an entry in the ring begins with. */
struct ring_item {
	uint64_t place; /* of itself */
	uint64_t length;
	uint64_t key[CACHE_KEY_BYTES / sizeof(uint64_t)];
	uint64_t until_ms;
	uint64_t renewed;
};

_Static_assert(sizeof(struct ring_item) == RING_UNIT, "one unit");

struct ring_front {
	/* Units that have been given away since ever. */
	_Alignas(SEGMENT_ALIGNMENT) _Atomic uint64_t head;
	_Alignas(SEGMENT_ALIGNMENT) _Atomic uint64_t leases[RING_LEASES];
};

struct cache_ring {
	struct segment *segment;
	struct ring_front *front;
	struct ring_bucket *buckets;
	_Atomic uint64_t *words; /* the ring */
	uint64_t bucket_count;
	uint64_t units; /* of the ring */
};

/* Where a key belongs, and what tells it from others there. */
struct ring_spot {
	struct ring_bucket *bucket;
	uint64_t tag; /* where cells have it */
	uint64_t words[CACHE_KEY_BYTES / sizeof(uint64_t)];
};

/* ---- opening */

enum lc_rc
cache_ring_open(const char *state_dir, int64_t bytes, struct cache_ring **out,
		char *why, size_t why_bytes)
{
	struct cache_ring *ring = calloc(1, sizeof(*ring));
	uint64_t units = (uint64_t)bytes / RING_UNIT;
	uint64_t buckets = (uint64_t)bytes / RING_BYTES_PER_CELL / RING_CELLS;
	char *at;
	enum lc_rc rc;

	*out = NULL;
	if (ring == NULL)
		return LC_NO_MEMORY;
	rc = segment_open(state_dir, "cache.seg", ring_layout,
			  sizeof(struct ring_front) +
				  buckets * sizeof(struct ring_bucket) +
				  units * RING_UNIT,
			  &ring->segment, why, why_bytes);
	if (rc != LC_OK) {
		free(ring);
		return rc;
	}
	at = segment_bytes(ring->segment);
	ring->front = (struct ring_front *)(void *)at;
	at += sizeof(struct ring_front);
	ring->buckets = (struct ring_bucket *)(void *)at;
	at += buckets * sizeof(struct ring_bucket);
	ring->words = (_Atomic uint64_t *)(void *)at;
	ring->bucket_count = buckets;
	ring->units = units;
	*out = ring;
	return LC_OK;
}

void
cache_ring_close(struct cache_ring *ring)
{
	if (ring == NULL)
		return;
	segment_close(ring->segment);
	free(ring);
}

size_t
cache_ring_most(const struct cache_ring *ring)
{
	return (ring->units / RING_SHARE - 1) * RING_UNIT;
}

/* ---- the ring */

static _Atomic uint64_t *
ring_at(const struct cache_ring *ring, uint64_t place)
{
	return ring->words + place % ring->units * (RING_UNIT / 8);
}

static uint64_t
units_of(size_t length)
{
	return 1 + (length + RING_UNIT - 1) / RING_UNIT;
}

/*
 * What is given away lies in one piece; its place, counted since ever.  When
 * places become too large for a cell, they begin anew.
 */
static uint64_t
ring_reserve(struct cache_ring *ring, uint64_t units)
{
	uint64_t head = atomic_load(&ring->front->head), at, place;

	do {
		at = head % ring->units;
		place = at + units > ring->units ? head + ring->units - at :
						   head;
		if (place > RING_PLACE_MASK - 2 * ring->units)
			place = 0;
	} while (!atomic_compare_exchange_weak(&ring->front->head, &head,
					       place + units));
	return place;
}

/* Whether what lay there has not been given away anew. */
static bool
ring_holds(const struct cache_ring *ring, uint64_t place)
{
	uint64_t head = atomic_load(&ring->front->head);

	return place < head && head - place <= ring->units;
}

/*
 * The words' order among themselves is nobody's concern, but a writer's come
 * after it has moved the head, and a reader's before it looks at that again.
 */
static void
ring_write(_Atomic uint64_t *to, const void *bytes, size_t length)
{
	const char *from = bytes;
	uint64_t word;

	for (; length >= sizeof(word); length -= sizeof(word)) {
		memcpy(&word, from, sizeof(word));
		atomic_store_explicit(to++, word, memory_order_release);
		from += sizeof(word);
	}
	if (length == 0)
		return;
	word = 0;
	memcpy(&word, from, length);
	atomic_store_explicit(to, word, memory_order_release);
}

static void
ring_read(_Atomic uint64_t *from, void *bytes, size_t length)
{
	char *to = bytes;
	uint64_t word;

	for (; length >= sizeof(word); length -= sizeof(word)) {
		word = atomic_load_explicit(from++, memory_order_acquire);
		memcpy(to, &word, sizeof(word));
		to += sizeof(word);
	}
	if (length == 0)
		return;
	word = atomic_load_explicit(from, memory_order_acquire);
	memcpy(to, &word, length);
}

/* ---- the index */

static struct ring_spot
ring_spot(const struct cache_ring *ring, const struct cache_key *key)
{
	struct ring_spot spot;

	memcpy(spot.words, key->bytes, sizeof(spot.words));
	spot.bucket = &ring->buckets[spot.words[0] % ring->bucket_count];
	spot.tag = spot.words[1] << RING_PLACE_BITS;
	return spot;
}

static bool
cell_is_used(uint64_t cell)
{
	return (cell & RING_PLACE_MASK) != 0;
}

static uint64_t
cell_place(uint64_t cell)
{
	return (cell & RING_PLACE_MASK) - 1;
}

/*
 * Reads what a cell points to; false: it is not the key's, or no more.  What
 * it says of its length is believed only as far as the ring goes.
 */
static bool
item_read(const struct cache_ring *ring, const struct ring_spot *spot,
	  uint64_t cell, struct ring_item *item)
{
	uint64_t place = cell_place(cell);

	if (!cell_is_used(cell) || (cell & ~RING_PLACE_MASK) != spot->tag ||
	    !ring_holds(ring, place))
		return false;
	ring_read(ring_at(ring, place), item, sizeof(*item));
	return item->place == place && item->length <= cache_ring_most(ring) &&
	       place % ring->units + units_of(item->length) <= ring->units &&
	       memcmp(item->key, spot->words, sizeof(item->key)) == 0;
}

/* The key's latest item; false: there is none. */
static bool
ring_find(const struct cache_ring *ring, const struct ring_spot *spot,
	  struct ring_item *item)
{
	struct ring_item seen;
	bool found = false;

	*item = (struct ring_item){0};
	for (int i = 0; i < RING_CELLS; i++) {
		uint64_t cell = atomic_load(&spot->bucket->cells[i]);

		if (!item_read(ring, spot, cell, &seen) ||
		    (found && seen.place < item->place))
			continue;
		*item = seen;
		found = true;
	}
	return found;
}

/* How old a cell is: what is not used, or lies nowhere now, before all. */
static uint64_t
cell_rank(const struct cache_ring *ring, uint64_t cell)
{
	if (!cell_is_used(cell) || !ring_holds(ring, cell_place(cell)))
		return 0;
	return cell_place(cell) + 1;
}

/* Which cell a new item takes: the key's own, or the oldest. */
static int
cell_choose(const struct cache_ring *ring, const struct ring_spot *spot,
	    uint64_t *old)
{
	uint64_t least = UINT64_MAX;
	struct ring_item item;
	int chosen = 0;

	for (int i = 0; i < RING_CELLS; i++) {
		uint64_t cell = atomic_load(&spot->bucket->cells[i]);
		uint64_t rank = cell_rank(ring, cell);

		if (item_read(ring, spot, cell, &item)) {
			*old = cell;
			return i;
		}
		if (rank < least) {
			least = rank;
			*old = cell;
			chosen = i;
		}
	}
	return chosen;
}

/* Who loses so often to others has kept nothing. */
static void
ring_publish(struct cache_ring *ring, const struct ring_spot *spot,
	     uint64_t place)
{
	uint64_t cell = spot->tag | (place + 1), old;

	for (int i = 0; i < RING_TRIES; i++) {
		int chosen = cell_choose(ring, spot, &old);

		if (atomic_compare_exchange_strong(&spot->bucket->cells[chosen],
						   &old, cell))
			return;
	}
}

enum lc_rc
cache_ring_put(struct cache_ring *ring, const struct cache_key *key,
	       const void *bytes, size_t length, int64_t until_ms)
{
	struct ring_spot spot = ring_spot(ring, key);
	struct ring_item item = {.length = length,
				 .until_ms = (uint64_t)until_ms};
	_Atomic uint64_t *at;

	if (length > cache_ring_most(ring))
		return LC_TOO_LARGE;
	item.place = ring_reserve(ring, units_of(length));
	memcpy(item.key, spot.words, sizeof(item.key));
	at = ring_at(ring, item.place);
	ring_write(at, &item, sizeof(item));
	ring_write(at + sizeof(item) / 8, bytes, length);
	ring_publish(ring, &spot, item.place);
	return LC_OK;
}

/*
 * Writes what is used, and near its end, anew; one reader of all does.  Should
 * its end come right now, the mark is made in another's bytes: that one is
 * then damaged, which its reader sees.
 */
static void
ring_renew(struct cache_ring *ring, const struct cache_key *key,
	   const struct ring_item *item, const void *bytes)
{
	uint64_t head = atomic_load(&ring->front->head), renewed = 0;
	_Atomic uint64_t *mark =
		ring_at(ring, item->place) +
		offsetof(struct ring_item, renewed) / sizeof(*mark);
	enum lc_rc rc;

	if (head - item->place < ring->units / 4 * 3 ||
	    !ring_holds(ring, item->place) ||
	    !atomic_compare_exchange_strong(mark, &renewed, 1))
		return;
	rc = cache_ring_put(ring, key, bytes, item->length,
			    (int64_t)item->until_ms);
	(void)rc; /* it was not too long before */
}

enum lc_rc
cache_ring_get(struct cache_ring *ring, const struct cache_key *key,
	       struct buf *out)
{
	struct ring_spot spot = ring_spot(ring, key);
	struct ring_item item;
	char *room;

	if (!ring_find(ring, &spot, &item) ||
	    (int64_t)item.until_ms <= clock_unix_ms())
		return LC_NOT_FOUND;
	room = buf_room(out, item.length + 1);
	if (room == NULL)
		return LC_NO_MEMORY;
	ring_read(ring_at(ring, item.place) + sizeof(item) / 8, room,
		  item.length);
	if (!ring_holds(ring, item.place))
		return LC_NOT_FOUND;
	out->length += item.length;
	ring_renew(ring, key, &item, room);
	return LC_OK;
}

/* ---- leases */

static uint64_t
lease_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return ((uint64_t)now.tv_sec * 1000 +
		(uint64_t)(now.tv_nsec / CLOCK_NS_PER_MS)) /
	       LEASE_UNIT_MS;
}

static bool
lease_lives(uint64_t lease, uint64_t now)
{
	uint64_t left = ((lease >> LEASE_UNTIL_SHIFT) - now) & LEASE_UNTIL_MASK;

	return lease != 0 && left > 0 &&
	       left <= CACHE_RING_LEASE_MS / LEASE_UNIT_MS;
}

static _Atomic uint64_t *
lease_of(struct cache_ring *ring, const struct cache_key *key, uint64_t *tag)
{
	uint64_t words[CACHE_KEY_BYTES / sizeof(uint64_t)];

	memcpy(words, key->bytes, sizeof(words));
	*tag = words[3] >> LEASE_TAG_SHIFT;
	return &ring->front->leases[words[2] % RING_LEASES];
}

bool
cache_ring_lease(struct cache_ring *ring, const struct cache_key *key,
		 uint32_t owner)
{
	uint64_t tag, wanted, now = lease_now();
	_Atomic uint64_t *lease = lease_of(ring, key, &tag);
	uint64_t held = atomic_load(lease);

	wanted =
		tag << LEASE_TAG_SHIFT |
		((now + CACHE_RING_LEASE_MS / LEASE_UNIT_MS) & LEASE_UNTIL_MASK)
			<< LEASE_UNTIL_SHIFT |
		owner;
	do {
		if (!lease_lives(held, now))
			continue;
		if (held >> LEASE_TAG_SHIFT != tag)
			return true;
		if ((held & LEASE_OWNER_MASK) != owner)
			return false;
	} while (!atomic_compare_exchange_weak(lease, &held, wanted));
	return true;
}

void
cache_ring_unlease(struct cache_ring *ring, const struct cache_key *key,
		   uint32_t owner)
{
	uint64_t tag;
	_Atomic uint64_t *lease = lease_of(ring, key, &tag);
	uint64_t held = atomic_load(lease);

	while (held >> LEASE_TAG_SHIFT == tag &&
	       (held & LEASE_OWNER_MASK) == owner)
		if (atomic_compare_exchange_weak(lease, &held, 0))
			break;
}
