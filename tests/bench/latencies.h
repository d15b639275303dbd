/*
 * How long things took: counted in classes 3 % wide, so that any number of
 * them takes the same room.
 */
#ifndef BENCH_LATENCIES_H
#define BENCH_LATENCIES_H

#include <stdint.h>

enum { LATENCIES_FINE = 32, LATENCIES_CLASSES = LATENCIES_FINE * 50 };

/* All zeros: none yet. */
struct latencies {
	uint64_t counts[LATENCIES_CLASSES];
	uint64_t count;
	int64_t most_ns;
};

void latencies_add(struct latencies *latencies, int64_t ns);

/* What this part of them, 0 to 1, did not exceed, in ms. */
double latencies_part_ms(const struct latencies *latencies, double part);

#endif
