/*
 * Reals that were stored in 32 bits.
 *
 * Widened to a double, 0.1 becomes 0.10000000149011612, and is shown so;
 * what was meant is the shortest decimal that reads back as the same 32
 * bits.  Any thread may call.
 */
#ifndef BASE_SINGLE_H
#define BASE_SINGLE_H

#include <stdbool.h>

/*
 * The double nearest to that decimal; zeros, infinities and NaN as they are.
 */
double single_shortest(float value);

/* Rounds to 32 bits; false when the value is too large for them. */
bool single_round(double value, float *out);

#endif
