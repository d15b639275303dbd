/*
 * What the cache's users have seen, of all processes of a state directory:
 * counts, and how long things take, in STATE/cache-book.seg.
 *
 * From the counts /health and the operator see what the cache is good for;
 * by the times the engine decides whether an answer is worth keeping at all.
 * All of it is a hint: two that write at once may lose one of two times, but
 * no count is lost while the segment is there.
 *
 * No lock is taken; any thread may call.
 */
#ifndef SERVICES_CACHE_BOOK_H
#define SERVICES_CACHE_BOOK_H

#include <stddef.h>
#include <stdint.h>

struct cache_book;

/*
 * X(constant, word, what has happened).  Each answer of an endpoint that
 * keeps any is one of the first nine.
 */
#define CACHE_COUNT_TABLE(X)                                                \
	X(CACHE_HIT, "hit", "given from the cache, fresh")                  \
	X(CACHE_STALE, "stale", "given from it, stale, and made anew then") \
	X(CACHE_COLLAPSED, "collapsed", "made once, for another as well")   \
	X(CACHE_MISS, "miss", "made: there was nothing")                    \
	X(CACHE_EXPIRED, "expired", "made: what there was is too old")      \
	X(CACHE_REFUSED, "refused", "made: the client wanted it so")        \
	X(CACHE_RESCUED, "rescued", "given stale, as making it has failed") \
	X(CACHE_CHEAP, "cheap", "made: it costs less than to ask")          \
	X(CACHE_AWAY, "away", "made: the cache did not answer")             \
	X(CACHE_COMPUTED, "computed", "made by a function, all in all")     \
	X(CACHE_REFRESHED, "refreshed", "made anew that nobody waited for") \
	X(CACHE_STORED, "stored", "put into the cache")                     \
	X(CACHE_LOST, "lost", "not put into it: it, or the way to it, failed")

enum cache_count {
#define CACHE_COUNT_ENUM(constant, word, doc) constant,
	CACHE_COUNT_TABLE(CACHE_COUNT_ENUM)
#undef CACHE_COUNT_ENUM
		CACHE_COUNT__MAX
};

/*
 * As limiter_new(): where the segment cannot be had the book is the process's
 * own, and `why` says so; NULL only without memory.
 */
struct cache_book *cache_book_new(const char *state_dir, char *why,
				  size_t why_bytes);
void cache_book_free(struct cache_book *book); /* NULL is harmless */

void cache_book_count(struct cache_book *book, enum cache_count what);
int64_t cache_book_total(const struct cache_book *book, enum cache_count what);
const char *cache_count_word(enum cache_count what);

/*
 * How long something takes, in ns, by a moving average; `what` is a digest
 * of what it is, other than 0.  0: nothing is known yet.  Where the table is
 * full, what has not been seen yet stays unknown.
 *
 * A time counts as four times the average at most: one that was held up does
 * not change the mind of those that come after it.
 */
int64_t cache_book_time(const struct cache_book *book, uint64_t what);
void cache_book_took(struct cache_book *book, uint64_t what, int64_t ns);

#endif
