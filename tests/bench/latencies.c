#include "latencies.h"

enum { UNIT_BITS = 10 /* a microsecond, about */ };

/* Twice LATENCIES_FINE in their order, and then as many to each power of 2. */
static unsigned
class_of(int64_t ns)
{
	uint64_t units = ns > 0 ? (uint64_t)ns >> UNIT_BITS : 0;
	unsigned bits = 0;

	while (units >> bits >= UINT64_C(2) * LATENCIES_FINE)
		bits++;
	return bits * LATENCIES_FINE + (unsigned)(units >> bits);
}

/* The least that is too much for a class. */
static double
class_end_ms(unsigned class)
{
	unsigned bits =
		class < 2 * LATENCIES_FINE ? 0 : class / LATENCIES_FINE - 1;
	double units = (double)(class - bits * LATENCIES_FINE + 1) *
		       (double)(UINT64_C(1) << bits);

	return units * (1 << UNIT_BITS) / 1e6;
}

void
latencies_add(struct latencies *latencies, int64_t ns)
{
	latencies->counts[class_of(ns)]++;
	latencies->count++;
	if (ns > latencies->most_ns)
		latencies->most_ns = ns;
}

double
latencies_part_ms(const struct latencies *latencies, double part)
{
	double wanted = part * (double)latencies->count;
	double most_ms = (double)latencies->most_ns / 1e6;
	uint64_t so_far = 0;

	for (unsigned i = 0; i < LATENCIES_CLASSES; i++) {
		so_far += latencies->counts[i];
		if (latencies->counts[i] > 0 && (double)so_far >= wanted)
			return class_end_ms(i) < most_ms ? class_end_ms(i) :
							   most_ms;
	}
	return most_ms;
}
