#include "services/limiter.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <sodium.h>

#include "base/clock.h"
#include "services/gcra.h"
#include "services/segment.h"

/*
 * A cell is two words that cannot be changed at once.  The tag says whose it
 * is: 48 bits of the hash, 6 bits of reach (the policy's is at most
 * 2^reach ns) and 10 bits that count the tag's changes.  The time is the TAT
 * shifted left by one, and below it whether the cell is pending.
 *
 * The time is the only word that decides.  Charging a settled cell is one
 * compare-and-swap of it.  Taking a cell over makes it pending, then changes
 * the tag, then looks whether the key has another cell in the bucket, and then
 * settles the cell with its first charge.  Anybody may take a pending cell
 * over, or finish what its own key has begun, so one that a killed process
 * left stops nobody, and the TAT in it is not lost.  Who was too slow finds
 * that its swap fails: that of the time because it has grown, that of the tag
 * because its count has changed.
 *
 * The time grows with each of these, and a charge that is taken back puts the
 * one before it back, if it is still the last.  So a cell's times are a stack:
 * what is put on is greater than all below, and a time is in it once, and is
 * taken off by who has put it there.  A take-over begins above all that is in
 * the stack, so what others still might take off cannot be mistaken for its
 * own.  Only a time that was taken off can come again, in another key's hands:
 * so who has charged looks at the tag again.  If it was another's, the charge
 * stays there, which is to that one's harm and no other's, and counts as lost.
 */
struct limiter_cell {
	_Atomic uint64_t tag;
	_Atomic uint64_t time;
};

enum {
	LIMITER_CELLS = 8, /* in a bucket: two cache lines */
	LIMITER_CHANGES_BITS = 10,
	LIMITER_REACH_BITS = 6,
	LIMITER_PENDING = 1,
	LIMITER_ROUNDS = 10000
};

#define LIMITER_CHANGES_MASK ((UINT64_C(1) << LIMITER_CHANGES_BITS) - 1)
#define LIMITER_REACH_MASK ((UINT64_C(1) << LIMITER_REACH_BITS) - 1)
#define LIMITER_HASH_SHIFT (LIMITER_CHANGES_BITS + LIMITER_REACH_BITS)

struct limiter_bucket {
	struct limiter_cell cells[LIMITER_CELLS];
};

_Static_assert(sizeof(struct limiter_bucket) == SEGMENT_ALIGNMENT,
	       "a bucket begins where a cache line does");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && sizeof(long long) == 8,
	       "a lock could be left locked by a killed process");
_Static_assert(SEGMENT_SALT_BYTES == crypto_shorthash_KEYBYTES,
	       "the salt is the hash's key");

_Static_assert(LIMITER_CELLS == 8, "the layout below says so");

static const char limiter_layout[] =
	"limits 2: %llu buckets of 8 cells of tag (hash 48, reach 6, "
	"changes 10) and time (TAT in ns, pending 1)";

enum { LIMITER_LAYOUT_MAX = sizeof(limiter_layout) + 20 };

struct limiter {
	struct segment *segment; /* NULL: the buckets are our own memory */
	struct limiter_bucket *buckets;
	uint64_t bucket_count;
	unsigned char salt[SEGMENT_SALT_BYTES];
};

/* Who asks. */
struct limiter_asker {
	struct limiter_cell *cells; /* the bucket's */
	uint64_t id;                /* its tag with a count of 0 */
	uint64_t reach_ns;
	uint64_t now_ns;
};

/* A cell as it was at one moment. */
struct limiter_sight {
	unsigned at;
	uint64_t tag;
	uint64_t time;
	bool own;
	bool pending;
	uint64_t tat_ns; /* 0 when it is from another clock */
};

/* One policy's turn. */
struct limiter_turn {
	struct limiter_asker asker;
	struct gcra gcra;
	struct limiter_sight sight;
	uint64_t settled; /* the time with the charge; 0: it is refused */
	uint64_t before;  /* the time that the charge was put on */
};

const char *
limiter_policy_fault(const struct limiter_policy *policy)
{
	if (policy->name == NULL || policy->name[0] == '\0' ||
	    strlen(policy->name) >= LIMITER_NAME_MAX)
		return "its name is missing or too long";
	if (policy->limit < 1 || policy->limit > LIMITER_LIMIT_MAX)
		return "its limit is out of bounds";
	if (policy->window_s < 1 || policy->window_s > LIMITER_WINDOW_MAX_S)
		return "its window is out of bounds";
	if (policy->burst < 1 || policy->burst > LIMITER_BURST_MAX)
		return "its burst is out of bounds";
	return NULL;
}

/* Makes the table in our own memory; false without memory. */
static bool
limiter_make_private(struct limiter *limiter, size_t bytes)
{
	int64_t moment = clock_mono_ns();

	limiter->buckets = aligned_alloc(SEGMENT_ALIGNMENT, bytes);
	if (limiter->buckets == NULL)
		return false;
	memset(limiter->buckets, 0, bytes);
	/* Not even random bytes can be had: better this than a known key. */
	if (getrandom(limiter->salt, sizeof(limiter->salt), 0) !=
	    sizeof(limiter->salt))
		memcpy(limiter->salt, &moment, sizeof(moment));
	return true;
}

struct limiter *
limiter_new(const char *state_dir, int64_t keys, char *why, size_t why_bytes)
{
	const uint64_t count =
		((uint64_t)keys * 2 + LIMITER_CELLS - 1) / LIMITER_CELLS;
	const size_t bytes = (size_t)count * sizeof(struct limiter_bucket);
	struct limiter *limiter = calloc(1, sizeof(*limiter));
	char layout[LIMITER_LAYOUT_MAX];
	enum lc_rc rc = LC_NO_MEMORY;

	assert(keys >= LIMITER_KEYS_MIN && keys <= LIMITER_KEYS_MAX);
	snprintf(layout, sizeof(layout), limiter_layout,
		 (unsigned long long)count);
	if (limiter != NULL)
		rc = segment_open(state_dir, "limits.seg", layout, bytes,
				  &limiter->segment, why, why_bytes);
	if (rc == LC_OK) {
		limiter->buckets = segment_bytes(limiter->segment);
		memcpy(limiter->salt, segment_salt(limiter->segment),
		       sizeof(limiter->salt));
		snprintf(why, why_bytes, "%s", "");
	} else if (limiter == NULL || !limiter_make_private(limiter, bytes)) {
		snprintf(why, why_bytes, "out of memory");
		free(limiter);
		return NULL;
	}
	limiter->bucket_count = count;
	return limiter;
}

void
limiter_free(struct limiter *limiter)
{
	if (limiter == NULL)
		return;
	if (limiter->segment == NULL)
		free(limiter->buckets);
	segment_close(limiter->segment);
	free(limiter);
}

/* SipHash-2-4 of the key's own hash and the policy's name. */
static uint64_t
limiter_hash(const struct limiter *limiter, const char *name, const void *key,
	     size_t key_bytes)
{
	unsigned char both[crypto_shorthash_BYTES + LIMITER_NAME_MAX];
	const size_t length = strlen(name);
	uint64_t hash;

	_Static_assert(sizeof(hash) == crypto_shorthash_BYTES, "64 bits");
	crypto_shorthash(both, key, key_bytes, limiter->salt);
	memcpy(both + crypto_shorthash_BYTES, name, length);
	crypto_shorthash((unsigned char *)&hash, both,
			 crypto_shorthash_BYTES + length, limiter->salt);
	return hash;
}

/* The least n for which 2^n >= value, which is above 1. */
static unsigned
limiter_log2_up(uint64_t value)
{
	return 64 - (unsigned)__builtin_clzll(value - 1);
}

static struct limiter_asker
limiter_asker(const struct limiter *limiter, uint64_t hash,
	      const struct gcra *gcra, uint64_t now_ns)
{
	struct limiter_asker asker = {.reach_ns = gcra_reach_ns(gcra),
				      .now_ns = now_ns};
	uint64_t reach = limiter_log2_up(asker.reach_ns);

	asker.cells = limiter->buckets[hash % limiter->bucket_count].cells;
	__builtin_prefetch(asker.cells);
	asker.id = hash >> LIMITER_HASH_SHIFT << LIMITER_HASH_SHIFT |
		   reach << LIMITER_CHANGES_BITS;
	return asker;
}

static struct limiter_sight
limiter_see(const struct limiter_asker *asker, unsigned at)
{
	struct limiter_cell *cell = &asker->cells[at];
	struct limiter_sight sight = {.at = at};
	uint64_t reach_ns;

	do {
		sight.time = atomic_load(&cell->time);
		sight.tag = atomic_load(&cell->tag);
	} while (atomic_load(&cell->time) != sight.time);
	sight.own = (sight.tag & ~LIMITER_CHANGES_MASK) == asker->id;
	sight.pending = (sight.time & LIMITER_PENDING) != 0;
	sight.tat_ns = sight.time >> 1;
	reach_ns = sight.own ?
			   asker->reach_ns :
			   UINT64_C(1) << (sight.tag >> LIMITER_CHANGES_BITS &
					   LIMITER_REACH_MASK);
	if (sight.tat_ns > asker->now_ns &&
	    sight.tat_ns - asker->now_ns >
		    reach_ns + (uint64_t)LIMITER_LATE_S * CLOCK_NS_PER_S)
		sight.tat_ns = 0;
	return sight;
}

/*
 * What a key without a settled cell takes is the least of these: its own,
 * one that passed long ago, one that others are taking, the nearest.
 */
static uint64_t
limiter_rank(const struct limiter_asker *asker,
	     const struct limiter_sight *sight)
{
	if (sight->own)
		return 0;
	if (sight->pending && sight->tat_ns <= asker->now_ns)
		return (asker->now_ns << 1) + 2;
	return (sight->tat_ns << 1) + 1;
}

/* The key's cell, or the one that it should take. */
static struct limiter_sight
limiter_look(const struct limiter_asker *asker)
{
	struct limiter_sight best = limiter_see(asker, 0), sight = best;
	uint64_t least = limiter_rank(asker, &best), rank;

	for (unsigned at = 1; !(sight.own && !sight.pending); at++) {
		if (at == LIMITER_CELLS)
			return best;
		sight = limiter_see(asker, at);
		rank = limiter_rank(asker, &sight);
		if (rank < least) {
			least = rank;
			best = sight;
		}
	}
	return sight;
}

/*
 * Whether the key has no other cell.  Of two that are pending for it the
 * first is to be finished, and the other is made to fail: two askers who
 * began at once could else settle one each.
 */
static bool
limiter_is_alone(const struct limiter_asker *asker, unsigned at)
{
	struct limiter_sight sight;

	for (unsigned i = 0; i < LIMITER_CELLS; i++) {
		if (i == at)
			continue;
		sight = limiter_see(asker, i);
		if (!sight.own)
			continue;
		if (!sight.pending || i < at ||
		    !atomic_compare_exchange_strong(
			    &asker->cells[i].time, &sight.time, sight.time + 2))
			return false;
	}
	return true;
}

/* Takes the cell over with its first charge; false: look again. */
static bool
turn_take_over(struct limiter_turn *turn)
{
	const struct limiter_asker *asker = &turn->asker;
	struct limiter_sight *sight = &turn->sight;
	struct limiter_cell *cell = &asker->cells[sight->at];
	uint64_t held = sight->time;
	uint64_t tag = asker->id | ((sight->tag + 1) & LIMITER_CHANGES_MASK);

	if (!sight->own || !sight->pending) {
		held = (sight->tat_ns + 1) << 1 | LIMITER_PENDING;
		if (!atomic_compare_exchange_strong(&cell->time, &sight->time,
						    held))
			return false;
	}
	turn->before = held & ~(uint64_t)LIMITER_PENDING;
	return atomic_compare_exchange_strong(&cell->tag, &sight->tag, tag) &&
	       limiter_is_alone(asker, sight->at) &&
	       atomic_compare_exchange_strong(&cell->time, &held,
					      turn->settled);
}

/* Charges the key's own cell; false: look again. */
static bool
turn_charge(struct limiter_turn *turn)
{
	struct limiter_cell *cell = &turn->asker.cells[turn->sight.at];

	turn->before = turn->sight.time;
	return atomic_compare_exchange_strong(&cell->time, &turn->sight.time,
					      turn->settled) &&
	       (atomic_load(&cell->tag) & ~LIMITER_CHANGES_MASK) ==
		       turn->asker.id;
}

static void
turn_begin(struct limiter_turn *turn, const struct limiter *limiter,
	   const struct limiter_ask *ask, int64_t now_ns)
{
	uint64_t hash = limiter_hash(limiter, ask->policy.name, ask->key,
				     ask->key_bytes);

	assert(limiter_policy_fault(&ask->policy) == NULL);
	assert(ask->cost >= 1 && ask->cost <= LIMITER_COST_MAX);
	gcra_init(&turn->gcra, &ask->policy);
	turn->asker =
		limiter_asker(limiter, hash, &turn->gcra, (uint64_t)now_ns);
}

/* Looks, and judges; false: it is refused. */
static bool
turn_judge(struct limiter_turn *turn, struct limiter_ask *ask)
{
	struct limiter_sight *sight = &turn->sight;

	*sight = limiter_look(&turn->asker);
	turn->settled =
		gcra_ask(&turn->gcra, sight->tat_ns,
			 sight->own && !sight->pending, (uint64_t)ask->cost,
			 turn->asker.now_ns, &ask->verdict)
		<< 1;
	return turn->settled != 0;
}

/* Charges what was judged, and judges again where others came before. */
static bool
turn_take(struct limiter_turn *turn, struct limiter_ask *ask)
{
	for (int round = 0; round < LIMITER_ROUNDS; round++) {
		if (turn->sight.own && !turn->sight.pending ?
			    turn_charge(turn) :
			    turn_take_over(turn))
			return true;
		if (!turn_judge(turn, ask))
			return false;
	}
	/* So many swaps are lost only to a table that is being damaged. */
	ask->verdict = (struct limiter_verdict){.reset_s = ask->verdict.reset_s,
						.retry_after_s = 1};
	return false;
}

static void
turn_take_back(struct limiter_turn *turn)
{
	struct limiter_cell *cell = &turn->asker.cells[turn->sight.at];

	atomic_compare_exchange_strong(&cell->time, &turn->settled,
				       turn->before);
}

/* What there is without the request, of a policy that would let it through. */
static void
turn_tell(const struct limiter_turn *turn, struct limiter_ask *ask)
{
	const struct limiter_sight *sight = &turn->sight;

	gcra_ask(&turn->gcra, sight->tat_ns, sight->own && !sight->pending, 0,
		 turn->asker.now_ns, &ask->verdict);
	ask->verdict.allowed = true;
	ask->verdict.retry_after_s = 0;
}

/* The one that is the most likely to refuse goes first. */
static size_t
asks_scarcest(const struct limiter_ask *asks, size_t count)
{
	size_t scarcest = 0;

	for (size_t i = 1; i < count; i++)
		if (asks[i].verdict.remaining <
		    asks[scarcest].verdict.remaining)
			scarcest = i;
	return scarcest;
}

/* Charges all, or none. */
static bool
asks_take(struct limiter_turn *turns, struct limiter_ask *asks, size_t count)
{
	const size_t first = asks_scarcest(asks, count);
	size_t taken = 0;

	while (taken < count && turn_take(&turns[(first + taken) % count],
					  &asks[(first + taken) % count]))
		taken++;
	if (taken == count)
		return true;
	while (taken > 0)
		turn_take_back(&turns[(first + --taken) % count]);
	return false;
}

bool
limiter_ask(struct limiter *limiter, struct limiter_ask *asks, size_t count,
	    int64_t now_ns)
{
	struct limiter_turn turns[LIMITER_ASKS_MOST];
	bool allowed = true;

	assert(count <= LIMITER_ASKS_MOST && now_ns >= 0);
	for (size_t i = 0; i < count; i++)
		turn_begin(&turns[i], limiter, &asks[i], now_ns);
	for (size_t i = 0; i < count; i++)
		allowed = turn_judge(&turns[i], &asks[i]) && allowed;
	allowed = allowed && (count == 0 || asks_take(turns, asks, count));
	for (size_t i = 0; i < count && !allowed; i++)
		if (asks[i].verdict.allowed)
			turn_tell(&turns[i], &asks[i]);
	return allowed;
}
