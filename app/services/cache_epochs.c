#include "services/cache_epochs.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/lock.h"
#include "services/digest.h"
#include "services/segment_followed.h"
#include "services/state.h"

/*
 * Raises have one sequence of numbers, over all names: one more than the
 * last, and at least the milliseconds since 1970.  So a name's epoch is the
 * higher of its own number and that of everything, and the segment's word is
 * the last number of all, which is put there after the commit.
 *
 * Who finds another word than it knows reads the table.  A word that is
 * higher than all that the table has (it cannot be read, or has been
 * replaced) counts as a raise of everything: what was kept before is then
 * not asked for, whoever it belonged to.
 *
 * The segment's name is looked at once in each tick of the coarse clock, as
 * somebody may have taken the file away; who has no segment reads the table
 * then.  Who raises waits until all others have looked.
 */
enum {
	EPOCHS_UNKNOWN = 0, /* a word of a new segment: see the table */
	EPOCHS_NONE = 1,    /* somebody has, and nothing was raised */
	EPOCHS_CELLS = 64,  /* names beyond count as everything */
	EPOCHS_RETRY_MS = 1000,
	EPOCHS_VERSION = 5 /* of the first state.sqlite with the table */
};

static const struct segment_followed epochs_segment = {
	.name = "cache-epochs.seg",
	.layout = "cache epochs 1: the last number, 64 bits",
	.bytes = sizeof(uint64_t)};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && sizeof(long long) == 8,
	       "a lock could be left locked by a killed process");

struct epochs_cell {
	_Atomic uint64_t tag; /* the name's digest; 0: nobody's */
	_Atomic uint64_t epoch;
};

struct cache_epochs {
	/* By these it is known that nothing has happened: no lock is taken. */
	_Atomic(_Atomic uint64_t *) word; /* NULL: no segment can be had */
	_Atomic uint64_t seen;            /* the word of what follows */
	_Atomic uint64_t all;
	struct epochs_cell cells[EPOCHS_CELLS];
	_Atomic int64_t looked_ns; /* the tick when the name was looked at */

	/* Guards what follows, and all writing; held while SQLite reads. */
	struct lock lock;
	struct segment_followed segment;
	int64_t retry_ns; /* not before; 0: it went well */
	char state_dir[];
};

struct cache_epochs *
cache_epochs_new(const char *state_dir)
{
	size_t bytes = strlen(state_dir) + 1;
	struct cache_epochs *epochs = calloc(1, sizeof(*epochs) + bytes);

	if (epochs == NULL)
		return NULL;
	lock_init(&epochs->lock);
	epochs->segment = epochs_segment;
	memcpy(epochs->state_dir, state_dir, bytes);
	return epochs;
}

void
cache_epochs_free(struct cache_epochs *epochs)
{
	if (epochs == NULL)
		return;
	segment_followed_release(&epochs->segment);
	lock_release(&epochs->lock);
	free(epochs);
}

/* ---- the segment */

/* Sees to it that the file which is there now is the one that counts. */
static _Atomic uint64_t *
epochs_follow(struct cache_epochs *epochs)
{
	_Atomic uint64_t *word =
		segment_followed_find(&epochs->segment, epochs->state_dir);

	if (word != atomic_load(&epochs->word) || word == NULL)
		atomic_store(&epochs->seen, EPOCHS_UNKNOWN);
	atomic_store(&epochs->word, word);
	return word;
}

/* ---- the table */

static uint64_t
epochs_tag(const char *name, size_t length)
{
	uint64_t tag = digest_quick(name, length);

	return tag != 0 ? tag : 1;
}

/* The name's cell, or the one that it can have; NULL: there is no room. */
static struct epochs_cell *
epochs_cell(struct cache_epochs *epochs, uint64_t tag)
{
	for (size_t i = 0; i < EPOCHS_CELLS; i++) {
		struct epochs_cell *cell =
			&epochs->cells[(tag + i) % EPOCHS_CELLS];
		uint64_t held = atomic_load(&cell->tag);

		if (held == tag || held == 0)
			return cell;
	}
	return NULL;
}

/* What a reading of the table has found. */
struct epochs_sum {
	uint64_t all;
	uint64_t most;
};

static uint64_t
later_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void
epochs_take_row(struct cache_epochs *epochs, struct store_query *query,
		struct epochs_sum *sum)
{
	uint64_t epoch = (uint64_t)store_int64(query, 1);
	size_t length;
	const char *name = store_text(query, 0, &length);
	uint64_t tag = epochs_tag(name, length);
	struct epochs_cell *cell = length > 0 ? epochs_cell(epochs, tag) : NULL;

	sum->most = later_of(sum->most, epoch);
	if (cell == NULL) {
		sum->all = later_of(sum->all, epoch);
		return;
	}
	atomic_store(&cell->tag, tag);
	/* A file that was replaced by an older one lowers none. */
	atomic_store(&cell->epoch, later_of(atomic_load(&cell->epoch), epoch));
}

static enum lc_rc
epochs_read_rows(struct cache_epochs *epochs, struct store *store,
		 struct epochs_sum *sum)
{
	struct store_query *query = NULL;
	int64_t version = 0;
	bool row = true;
	enum lc_rc rc = store_pragma(store, "PRAGMA user_version", &version);

	if (rc != LC_OK || version < EPOCHS_VERSION)
		return rc;
	rc = store_prepare(store, "SELECT name, epoch FROM cache_epochs",
			   &query);
	while (rc == LC_OK && (rc = store_step(query, &row)) == LC_OK && row)
		epochs_take_row(epochs, query, sum);
	store_finish(query);
	return rc;
}

static enum lc_rc
epochs_read(struct cache_epochs *epochs, struct epochs_sum *sum)
{
	char why[STATE_WHY_MAX];
	struct store *store;
	enum lc_rc rc =
		state_open_read(epochs->state_dir, &store, why, sizeof(why));

	if (rc != LC_OK)
		return rc == LC_NOT_FOUND ? LC_OK : rc;
	rc = epochs_read_rows(epochs, store, sum);
	store_close(store);
	return rc;
}

/* Takes what the table has; `now`: the word, loaded before. */
static void
epochs_load(struct cache_epochs *epochs, _Atomic uint64_t *word, uint64_t now)
{
	struct epochs_sum sum = {.all = 0, .most = EPOCHS_NONE};
	uint64_t unknown = EPOCHS_UNKNOWN;
	enum lc_rc rc = epochs_read(epochs, &sum);

	if (rc != LC_OK) {
		epochs->retry_ns =
			clock_mono_ns() + EPOCHS_RETRY_MS * CLOCK_NS_PER_MS;
		sum.all = later_of(sum.all, atomic_load(&epochs->all));
	} else {
		epochs->retry_ns = 0;
	}
	if (now > EPOCHS_NONE && (rc != LC_OK || now > sum.most))
		sum.all = later_of(sum.all, now);
	atomic_store(&epochs->all, sum.all);
	if (rc == LC_OK && word != NULL && now == EPOCHS_UNKNOWN &&
	    atomic_compare_exchange_strong(word, &unknown, sum.most))
		now = sum.most;
	atomic_store(&epochs->seen, now);
}

/* ---- asking */

static uint64_t
epochs_word(_Atomic uint64_t *word)
{
	return word != NULL ? atomic_load(word) : EPOCHS_UNKNOWN;
}

/* Brings up to date what is known, as far as can be. */
static void
epochs_refresh(struct cache_epochs *epochs, int64_t tick_ns)
{
	_Atomic uint64_t *word;
	uint64_t now;
	bool anew;

	lock_take(&epochs->lock);
	anew = atomic_load(&epochs->looked_ns) != tick_ns;
	if (anew)
		epochs_follow(epochs);
	word = atomic_load(&epochs->word);
	now = epochs_word(word);
	if (now != atomic_load(&epochs->seen) ||
	    (epochs->retry_ns != 0 ? clock_mono_ns() >= epochs->retry_ns :
				     now == EPOCHS_UNKNOWN && anew))
		epochs_load(epochs, word, now);
	atomic_store(&epochs->looked_ns, tick_ns);
	lock_give(&epochs->lock);
}

/* Whether nothing can have happened since the last refreshment. */
static bool
epochs_is_still(struct cache_epochs *epochs, int64_t tick_ns)
{
	uint64_t seen = atomic_load(&epochs->seen);

	return seen != EPOCHS_UNKNOWN &&
	       atomic_load(&epochs->looked_ns) == tick_ns &&
	       epochs_word(atomic_load(&epochs->word)) == seen;
}

uint64_t
cache_epoch(struct cache_epochs *epochs, const char *catalogue)
{
	int64_t tick_ns = clock_tick_ns();
	struct epochs_cell *cell;
	uint64_t all;

	if (!epochs_is_still(epochs, tick_ns))
		epochs_refresh(epochs, tick_ns);
	all = atomic_load(&epochs->all);
	/* Nothing has been raised: no name need be looked for. */
	if (catalogue == NULL || atomic_load(&epochs->seen) == EPOCHS_NONE)
		return all;
	cell = epochs_cell(epochs, epochs_tag(catalogue, strlen(catalogue)));
	return cell != NULL ? later_of(all, atomic_load(&cell->epoch)) : all;
}

/* ---- raising */

/* Makes the word at least `number`; *was: what it was. */
static enum lc_rc
epochs_tell(struct cache_epochs *epochs, uint64_t number, uint64_t *was)
{
	_Atomic uint64_t *word;

	lock_take(&epochs->lock);
	word = epochs_follow(epochs);
	*was = epochs_word(word);
	while (word != NULL && *was < number &&
	       !atomic_compare_exchange_weak(word, was, number))
		continue;
	lock_give(&epochs->lock);
	return word != NULL ? LC_OK : LC_UNAVAILABLE;
}

/* Gives the name the next number, which is at least `least`. */
static enum lc_rc
epochs_next(struct store *store, const char *name, uint64_t least,
	    uint64_t *number)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = store_prepare(
		store,
		"INSERT INTO cache_epochs (name, epoch)"
		" SELECT ?1, max(?2, 1 + coalesce(max(epoch), 0))"
		" FROM cache_epochs WHERE true"
		" ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch"
		" RETURNING epoch",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, name, strlen(name));
	store_bind_int64(query, 2, (int64_t)least);
	rc = store_step(query, &row);
	if (rc == LC_OK)
		*number = (uint64_t)store_int64(query, 0);
	store_finish(query);
	return rc;
}

/* Who has no segment, or has one that was taken away, looks in each tick. */
static void
epochs_settle(void)
{
	struct timespec left = {
		.tv_nsec = (long)(CLOCK_TICK_MAX_NS + CLOCK_NS_PER_MS)};

	while (nanosleep(&left, &left) != 0)
		continue;
}

enum lc_rc
cache_epoch_raise(struct cache_epochs *epochs, const char *catalogue)
{
	const char *name = catalogue != NULL ? catalogue : "";
	uint64_t was, number = 0, now_ms = (uint64_t)clock_unix_ms();
	char why[STATE_WHY_MAX];
	struct store *store;
	enum lc_rc rc = epochs_tell(epochs, 0, &was);

	if (rc == LC_OK)
		rc = state_open(epochs->state_dir, &store, why, sizeof(why));
	if (rc != LC_OK)
		return rc;
	rc = state_begin(store, why, sizeof(why));
	if (rc == LC_OK)
		rc = state_end(store,
			       epochs_next(store, name,
					   later_of(now_ms, was + 1), &number),
			       why, sizeof(why));
	store_close(store);
	if (rc == LC_OK)
		rc = epochs_tell(epochs, number, &was);
	if (rc == LC_OK)
		epochs_settle();
	return rc == LC_OK || rc == LC_NO_MEMORY ? rc : LC_UNAVAILABLE;
}
