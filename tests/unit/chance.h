/* Random numbers that are the same in every run (G. Marsaglia, "Xorshift"). */
#ifndef TESTS_CHANCE_H
#define TESTS_CHANCE_H

#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t state; /* not 0 */
};

static inline uint64_t
chance_bits(struct chance *chance)
{
	chance->state ^= chance->state << 13;
	chance->state ^= chance->state >> 7;
	chance->state ^= chance->state << 17;
	return chance->state;
}

/* From 0 to below 1. */
static inline double
chance_unit(struct chance *chance)
{
	return (double)(chance_bits(chance) >> 11) / 9007199254740992.0;
}

/* From 0 to below `end`. */
static inline size_t
chance_below(struct chance *chance, size_t end)
{
	return (size_t)(chance_unit(chance) * (double)end);
}

#endif
