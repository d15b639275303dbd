/*
 * Copying text that is all plain, as most of it is, eight bytes at a time.
 *
 * What is odd is for the caller to say: a function of eight bytes that gives
 * 0 when none of them is.  It has to call a byte of 128 and more odd when
 * what such bytes mean matters to it.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* How many bytes scan_copy() may write beyond those that it copies. */
enum { SCAN_SLACK = 8 };

#define SCAN_ONES UINT64_C(0x0101010101010101)
#define SCAN_HIGHS UINT64_C(0x8080808080808080)

/* Whether any of the bytes is 128 or more, or below `limit` (to 128). */
static inline uint64_t
scan_outside(uint64_t bytes, unsigned char limit)
{
	return ((bytes - SCAN_ONES * limit) | bytes) & SCAN_HIGHS;
}

/* Whether any of the bytes is `c`. */
static inline uint64_t
scan_has(uint64_t bytes, unsigned char c)
{
	uint64_t different = bytes ^ SCAN_ONES * c;

	return (different - SCAN_ONES) & ~different & SCAN_HIGHS;
}

/* Whether any of the bytes is `c`, or would be if `bit` were not set. */
static inline uint64_t
scan_has_either(uint64_t bytes, unsigned char c, unsigned char bit)
{
	return scan_has(bytes & ~(SCAN_ONES * bit), c);
}

/*
 * Copies bytes as long as they are plain, and returns how many: all of them,
 * or some that are followed by fewer than eight to the first odd one.  There
 * must be room for SCAN_SLACK more.
 */
static inline __attribute__((always_inline)) size_t
scan_copy(char *to, const char *from, size_t length,
	  uint64_t (*odd)(uint64_t bytes))
{
	uint64_t bytes;
	uint32_t first, last;
	size_t at = 0;

	for (; length - at >= 8; at += 8) {
		memcpy(&bytes, from + at, 8);
		memcpy(to + at, &bytes, 8);
		if (odd(bytes) != 0)
			return at;
	}
	if (at == length)
		return length;
	if (length >= 8) {
		memcpy(&bytes, from + length - 8, 8);
		memcpy(to + length - 8, &bytes, 8);
	} else if (length >= 4) {
		memcpy(&first, from, 4);
		memcpy(&last, from + length - 4, 4);
		memcpy(to, &first, 4);
		memcpy(to + length - 4, &last, 4);
		bytes = (uint64_t)first << 32 | last;
	} else {
		to[0] = from[0];
		to[length / 2] = from[length / 2];
		to[length - 1] = from[length - 1];
		bytes = (SCAN_ONES * 'a') << 24 |
			(uint64_t)(unsigned char)from[0] << 16 |
			(uint64_t)(unsigned char)from[length / 2] << 8 |
			(unsigned char)from[length - 1];
	}
	return odd(bytes) == 0 ? length : at;
}

#endif
