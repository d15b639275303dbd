/*
 * What observers have seen between them.  Events have numbers, each one more
 * than that of the one before it; all are to see each once, in that order,
 * and the same text under the same number.
 */
#ifndef BENCH_SEEN_H
#define BENCH_SEEN_H

#include <stddef.h>

#include "latencies.h"

struct seen_text;

struct seen {
	struct seen_text *texts;
	struct latencies latencies;
	uint64_t events; /* that observers were sent, in all */
	uint64_t bytes;
	uint64_t lost, twice, altered; /* faults */
	uint64_t strange; /* texts that are no events and nothing else */
	int64_t first_ns, last_ns; /* when the first and the last arrived */
};

void seen_init(struct seen *seen);
void seen_release(struct seen *seen);

/*
 * An event as its observer sees it, whose last one had the number `last`; -1:
 * it has seen none.  Gives the number of this one; -1: it has none.
 */
int64_t seen_event(struct seen *seen, int64_t last, const char *text,
		   size_t length, int64_t now_ns);

/*
 * The number that stands after a word, such as `"seq":`, with something in
 * between that is no number; -1: there is none.
 */
int64_t seen_number(const char *text, size_t length, const char *word);

/* Of some bytes, against chance and not against malice. */
uint64_t seen_digest(const char *text, size_t length);

#endif
