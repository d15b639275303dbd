#include "services/cache_book.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/segment.h"

enum {
	BOOK_CELLS = 4096,
	BOOK_PROBES = 8,
	BOOK_WEIGHT = 8, /* a time moves the average by an eighth */
	BOOK_CLAMP = 4
};

/* 73 years; what lies over it was not written by us. */
#define BOOK_NS_MOST (INT64_MAX / BOOK_CLAMP)

/*
 * Who first has something to say of `what` claims a cell for it by its tag,
 * for good; no cell is ever given up, so a tag that is met is the right one.
 */
struct book_cell {
	_Atomic uint64_t tag; /* 0: nobody's */
	_Atomic int64_t ns;   /* 0: nothing is known yet */
};

struct book_pages {
	_Atomic int64_t counts[CACHE_COUNT__MAX];
	_Alignas(SEGMENT_ALIGNMENT) struct book_cell cells[BOOK_CELLS];
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && sizeof(long long) == 8,
	       "a lock could be left locked by a killed process");
_Static_assert(BOOK_CELLS == 4096 && BOOK_PROBES == 8,
	       "the layout below says so");

/* Another table of counts is another layout. */
static const char book_layout[] =
	"cache book 1: 4096 cells of tag and ns by 8 probes; counts"
#define BOOK_LAYOUT(constant, word, doc) " " word
	CACHE_COUNT_TABLE(BOOK_LAYOUT)
#undef BOOK_LAYOUT
	;

struct cache_book {
	struct segment *segment; /* NULL: the pages are our own memory */
	struct book_pages *pages;
};

struct cache_book *
cache_book_new(const char *state_dir, char *why, size_t why_bytes)
{
	struct cache_book *book = calloc(1, sizeof(*book));

	if (book != NULL &&
	    segment_open(state_dir, "cache-book.seg", book_layout,
			 sizeof(*book->pages), &book->segment, why,
			 why_bytes) == LC_OK) {
		book->pages = segment_bytes(book->segment);
		snprintf(why, why_bytes, "%s", "");
		return book;
	}
	if (book != NULL)
		book->pages =
			aligned_alloc(SEGMENT_ALIGNMENT, sizeof(*book->pages));
	if (book == NULL || book->pages == NULL) {
		snprintf(why, why_bytes, "out of memory");
		free(book);
		return NULL;
	}
	memset(book->pages, 0, sizeof(*book->pages));
	return book;
}

void
cache_book_free(struct cache_book *book)
{
	if (book == NULL)
		return;
	if (book->segment == NULL)
		free(book->pages);
	segment_close(book->segment);
	free(book);
}

/* ---- counts */

void
cache_book_count(struct cache_book *book, enum cache_count what)
{
	atomic_fetch_add_explicit(&book->pages->counts[what], 1,
				  memory_order_relaxed);
}

int64_t
cache_book_total(const struct cache_book *book, enum cache_count what)
{
	return atomic_load_explicit(&book->pages->counts[what],
				    memory_order_relaxed);
}

const char *
cache_count_word(enum cache_count what)
{
	static const char *const words[CACHE_COUNT__MAX] = {
#define BOOK_WORD(constant, word, doc) [constant] = word,
		CACHE_COUNT_TABLE(BOOK_WORD)
#undef BOOK_WORD
	};

	return words[what];
}

/* ---- times */

static struct book_cell *
book_probe(const struct cache_book *book, uint64_t what, unsigned probe)
{
	return &book->pages->cells[(what + probe) % BOOK_CELLS];
}

/* The cell of `what`; NULL: it has none. */
static struct book_cell *
book_find(const struct cache_book *book, uint64_t what)
{
	assert(what != 0);
	for (unsigned i = 0; i < BOOK_PROBES; i++) {
		struct book_cell *cell = book_probe(book, what, i);
		uint64_t tag =
			atomic_load_explicit(&cell->tag, memory_order_relaxed);

		if (tag == what)
			return cell;
		if (tag == 0)
			return NULL;
	}
	return NULL;
}

/* Its cell, claimed if need be; NULL: there is no room for it. */
static struct book_cell *
book_claim(const struct cache_book *book, uint64_t what)
{
	assert(what != 0);
	for (unsigned i = 0; i < BOOK_PROBES; i++) {
		struct book_cell *cell = book_probe(book, what, i);
		uint64_t tag =
			atomic_load_explicit(&cell->tag, memory_order_relaxed);

		if (tag == what ||
		    (tag == 0 &&
		     atomic_compare_exchange_strong(&cell->tag, &tag, what)) ||
		    tag == what)
			return cell;
	}
	return NULL;
}

/* What a cell says; 0 also for what we cannot have written. */
static int64_t
book_read(struct book_cell *cell)
{
	int64_t ns = atomic_load_explicit(&cell->ns, memory_order_relaxed);

	return ns > 0 && ns <= BOOK_NS_MOST ? ns : 0;
}

int64_t
cache_book_time(const struct cache_book *book, uint64_t what)
{
	struct book_cell *cell = book_find(book, what);

	return cell != NULL ? book_read(cell) : 0;
}

/* Rounded away from the average, so that it comes as far as the times are. */
static int64_t
book_average(int64_t average, int64_t ns)
{
	const int64_t most = average * BOOK_CLAMP;
	const int64_t step = (ns < most ? ns : most) - average;
	const int64_t up = BOOK_WEIGHT - 1;

	return average + (step + (step < 0 ? -up : up)) / BOOK_WEIGHT;
}

void
cache_book_took(struct cache_book *book, uint64_t what, int64_t ns)
{
	struct book_cell *cell = book_claim(book, what);
	int64_t average;

	if (cell == NULL)
		return;
	if (ns < 1)
		ns = 1;
	if (ns > BOOK_NS_MOST)
		ns = BOOK_NS_MOST;
	average = book_read(cell);
	if (average != 0)
		ns = book_average(average, ns);
	atomic_store_explicit(&cell->ns, ns, memory_order_relaxed);
}
