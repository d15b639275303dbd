/*
 * Numbers as text, for JSON and for people: the fewest digits that read back
 * as the same double, and of those the decimal nearest to it.
 *
 * The algorithm is Schubfach: Raffaello Giulietti, "The Schubfach way to
 * render doubles", 2020. The layout is that of ECMAScript's Number::toString
 * (ECMA-262) but for two things: minus zero keeps its sign, and a positive
 * exponent has none.
 *
 * Nothing is allocated, no locale is consulted, nothing can fail; any thread
 * may call at any time, with the processor rounding to nearest.
 */
#ifndef BASE_SHORTEST_H
#define BASE_SHORTEST_H

#include <stddef.h>
#include <stdint.h>

/* Room for the longest text of either function with its NUL, and more. */
#define SHORTEST_MAX 32

/*
 * Writes the value and a NUL; returns the length without it. From 1e-6 to
 * below 1e21 there is no exponent, and an integer has no point: "0", "-0",
 * "1", "10.6847917", "0.001", "1e-7", "1e21", "1.5e300".
 * The value must be finite: JSON has no other numbers. For one that is not,
 * the text is "null".
 */
size_t shortest_format(double value, char out[SHORTEST_MAX]);

/* Writes the value in decimal and a NUL; returns the length without it. */
size_t shortest_format_int64(int64_t value, char out[SHORTEST_MAX]);

#endif
