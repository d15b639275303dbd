/*
 * Powers of ten to 128 bits, for turning decimals into doubles and back.
 */
#ifndef BASE_POWER_H
#define BASE_POWER_H

#include <stdint.h>

#define POWER_STEP 27
#define POWER_LEAST (-297)
#define POWER_BASES 24
#define POWER_MOST (POWER_LEAST + POWER_BASES * POWER_STEP - 1)

__extension__ typedef unsigned __int128 uint128;

/* The 128 leading bits of a power of ten: the first of them is set. */
struct power {
	uint64_t high, low;
};

/* Of use to power_of_ten() only. */
extern const uint64_t power_bases[POWER_BASES][3];
extern const uint64_t power_steps[POWER_STEP];

/* The bits of 10^exponent, cut off; from POWER_LEAST to POWER_MOST. */
static inline struct power
power_of_ten(int exponent)
{
	unsigned int distance = (unsigned int)(exponent - POWER_LEAST);
	const uint64_t *base = power_bases[distance / POWER_STEP];
	uint64_t step = power_steps[distance % POWER_STEP];
	uint128 low = (uint128)base[2] * step;
	uint128 middle = (uint128)base[1] * step + (uint64_t)(low >> 64);
	uint128 high = (uint128)base[0] * step + (uint64_t)(middle >> 64);

	if ((uint64_t)(high >> 127) == 0)
		high = high << 1 | (uint64_t)middle >> 63;
	return (struct power){(uint64_t)(high >> 64), (uint64_t)high};
}

#endif
