#include "base/shortest.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/power.h"

_Static_assert(DBL_MANT_DIG == 53 && sizeof(double) == sizeof(uint64_t),
	       "doubles are those of IEEE 754");
_Static_assert(FLT_EVAL_METHOD == 0,
	       "one operation on doubles must round once");

#define FRACTION_BITS 52
#define FRACTION_END (UINT64_C(1) << FRACTION_BITS)
#define FRACTION_MASK (FRACTION_END - 1)
#define SIGN_BIT (UINT64_C(1) << 63)
#define INFINITY_BITS (UINT64_C(0x7ff) << FRACTION_BITS)
#define EXPONENT_LEAST (-1074)
#define PLAIN_LEAST (-6)
#define PLAIN_END 21

#define SHORT_DECIMALS 10
#define SHORT_SCALE 1e10
#define SHORT_LEAST 1e-6
#define SHORT_END 1e5
#define LARGE_DECIMALS 7
#define LARGE_SCALE 1e7
#define LARGE_END 1e8

/* A decimal number: digits * 10^exponent. */
struct decimal {
	uint64_t digits;
	int exponent;
};

static const uint64_t tens[20] = {
	UINT64_C(1),
	UINT64_C(10),
	UINT64_C(100),
	UINT64_C(1000),
	UINT64_C(10000),
	UINT64_C(100000),
	UINT64_C(1000000),
	UINT64_C(10000000),
	UINT64_C(100000000),
	UINT64_C(1000000000),
	UINT64_C(10000000000),
	UINT64_C(100000000000),
	UINT64_C(1000000000000),
	UINT64_C(10000000000000),
	UINT64_C(100000000000000),
	UINT64_C(1000000000000000),
	UINT64_C(10000000000000000),
	UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000),
	UINT64_C(10000000000000000000),
};

static const char digit_pairs[] = "0001020304050607080910111213141516171819"
				  "2021222324252627282930313233343536373839"
				  "4041424344454647484950515253545556575859"
				  "6061626364656667686970717273747576777879"
				  "8081828384858687888990919293949596979899";

/*
 * The floor of a logarithm, in fixed point: (x * slope + offset) / 2^bits.
 * Right shifts of negative numbers round down with every compiler we know.
 */
static int
floor_log10_pow2(int power)
{
	return (power * 1262611) >> 22;
}

static int
floor_log10_three_quarters_pow2(int power)
{
	return (power * 1262611 - 524031) >> 22;
}

static int
floor_log2_pow10(int power)
{
	return (power * 1741647) >> 19;
}

/* The paper's g: the leading bits of 10^exponent, and one more at their end. */
static struct power
power_make(int exponent)
{
	struct power power = power_of_ten(exponent);

	power.low++;
	power.high += power.low == 0;
	return power;
}

/*
 * The factor times the power, over 2^128, rounded to odd: the last bit says
 * whether anything was cut off, so that comparisons with even numbers come
 * out as they would with the exact product. The power is too large by less
 * than one in its last bit, which moves no product of a double's across an
 * even number, nor from one into the bits looked at here: a product which is
 * not an even number is further than 2^-63 from it, as its continued fraction
 * shows for each exponent.
 */
static uint64_t
power_scale(struct power power, uint64_t factor)
{
	uint64_t carry = (uint64_t)(((uint128)power.low * factor) >> 64);
	uint128 product = (uint128)power.high * factor + carry;

	return (uint64_t)(product >> 64) | ((uint64_t)product != 0);
}

/*
 * The paper's algorithm for fraction * 2^exponent. Everything is counted in
 * quarters of 10^k, k being such that the interval of decimals which read back
 * as this double holds at least one multiple of 10^k and at most one of
 * 10^(k + 1).
 */
static struct decimal
decimal_nearest(uint64_t fraction, int exponent)
{
	bool uneven = fraction == FRACTION_END && exponent > EXPONENT_LEAST;
	uint64_t open = fraction & 1;
	int k = uneven ? floor_log10_three_quarters_pow2(exponent) :
			 floor_log10_pow2(exponent);
	int shift = exponent + floor_log2_pow10(-k) + 1;
	struct power power = power_make(-k);
	uint64_t quarters = power_scale(power, 4 * fraction << shift);
	uint64_t lower =
		open + power_scale(power, (4 * fraction - 2 + uneven) << shift);
	uint64_t upper = power_scale(power, (4 * fraction + 2) << shift) - open;
	uint64_t ten = quarters / 40, one = quarters / 4;
	bool down, up;

	down = lower <= 40 * ten;
	up = 40 * ten + 40 <= upper;
	if (down != up)
		return (struct decimal){ten + up, k + 1};
	down = lower <= 4 * one;
	up = 4 * one + 4 <= upper;
	if (down == up) {
		uint64_t half = 4 * one + 2;
		up = quarters > half || (quarters == half && (one & 1) != 0);
	}
	return (struct decimal){one + up, k};
}

/*
 * Most values of a catalogue have few decimals, and for those one division
 * tells: both of its operands are exact, so its quotient is what a reader of
 * the decimal gets. Fewer than 16 digits never share a double, so no other
 * decimal can be shorter.
 */
static bool
decimal_short(double magnitude, struct decimal *decimal)
{
	bool large = magnitude >= SHORT_END;
	double scale = large ? LARGE_SCALE : SHORT_SCALE;
	int64_t digits;

	if (magnitude >= LARGE_END)
		return false;
	digits = (int64_t)(magnitude * scale + 0.5);
	if ((double)digits / scale != magnitude)
		return false;
	*decimal = (struct decimal){(uint64_t)digits,
				    large ? -LARGE_DECIMALS : -SHORT_DECIMALS};
	return true;
}

/* Takes the zeros off the end: there are fifteen of them at most. */
static void
decimal_trim(struct decimal *decimal)
{
	if (decimal->digits % 100000000 == 0) {
		decimal->digits /= 100000000;
		decimal->exponent += 8;
	}
	if (decimal->digits % 10000 == 0) {
		decimal->digits /= 10000;
		decimal->exponent += 4;
	}
	if (decimal->digits % 100 == 0) {
		decimal->digits /= 100;
		decimal->exponent += 2;
	}
	if (decimal->digits % 10 == 0) {
		decimal->digits /= 10;
		decimal->exponent += 1;
	}
}

/* How many digits it has; zero has one, and so has the odd number after it. */
static int
digits_count(uint64_t digits)
{
	uint64_t odd = digits | 1;
	int bits = 64 - __builtin_clzll(odd);
	int count = (bits * 1233) >> 12;

	return count + (odd >= tens[count]);
}

static void
pair_write(char *out, uint32_t pair)
{
	memcpy(out, digit_pairs + 2 * pair, 2);
}

static void
eight_write(char *out, uint32_t eight)
{
	uint32_t high = eight / 10000, low = eight % 10000;

	pair_write(out, high / 100);
	pair_write(out + 2, high % 100);
	pair_write(out + 4, low / 100);
	pair_write(out + 6, low % 100);
}

/* Writes a number of so many digits. */
static void
digits_write(char *out, uint64_t digits, int count)
{
	uint32_t rest;

	while (count > 8) {
		count -= 8;
		eight_write(out + count, (uint32_t)(digits % 100000000));
		digits /= 100000000;
	}
	for (rest = (uint32_t)digits; count >= 2; rest /= 100) {
		count -= 2;
		pair_write(out + count, rest % 100);
	}
	if (count > 0)
		*out = (char)('0' + rest);
}

/* Writes the digits with a point after the first few of them. */
static char *
digits_write_split(char *out, uint64_t digits, int count, int before)
{
	digits_write(out + 1, digits, count);
	for (int i = 0; i < before; i++)
		out[i] = out[i + 1];
	out[before] = '.';
	return out + count + 1;
}

static char *
exponent_write(char *out, int exponent)
{
	int count;

	*out++ = 'e';
	if (exponent < 0) {
		*out++ = '-';
		exponent = -exponent;
	}
	count = digits_count((uint64_t)exponent);
	digits_write(out, (uint64_t)exponent, count);
	return out + count;
}

/* Lays out a number whose digits do not end in zero; returns the end. */
static char *
decimal_write(char *out, struct decimal decimal)
{
	int count = digits_count(decimal.digits);
	int leading = decimal.exponent + count - 1;

	if (leading < PLAIN_LEAST || leading >= PLAIN_END) {
		if (count == 1)
			*out++ = (char)('0' + decimal.digits);
		else
			out = digits_write_split(out, decimal.digits, count, 1);
		return exponent_write(out, leading);
	}
	if (leading < 0) {
		memcpy(out, "0.000000", 8);
		out += 1 - leading;
		digits_write(out, decimal.digits, count);
		return out + count;
	}
	if (decimal.exponent < 0) {
		return digits_write_split(out, decimal.digits, count,
					  leading + 1);
	}
	digits_write(out, decimal.digits, count);
	memset(out + count, '0', (size_t)decimal.exponent);
	return out + count + decimal.exponent;
}

/* The decimal of a number above zero, from the bits below its sign. */
static struct decimal
decimal_make(uint64_t bits)
{
	uint64_t fraction = bits & FRACTION_MASK;
	int exponent = (int)(bits >> FRACTION_BITS);
	struct decimal decimal;
	double magnitude;

	memcpy(&magnitude, &bits, sizeof(magnitude));
	if (!decimal_short(magnitude, &decimal)) {
		if (exponent == 0)
			exponent = 1;
		else
			fraction |= FRACTION_END;
		decimal = decimal_nearest(fraction,
					  exponent - 1 + EXPONENT_LEAST);
	}
	decimal_trim(&decimal);
	return decimal;
}

/* ---- the usual case: a few digits before the point, at most ten after it */

#define ASCII_ZEROS UINT64_C(0x3030303030303030)

/* Eight digits as bytes, the first one in the lowest. */
static uint64_t
eight_spread(uint32_t eight)
{
	/* Halves, quarters and eighths, each in its part of the word. */
	uint64_t high = eight / 10000, word = high | (eight - high * 10000)
							     << 32;

	high = word * 10486 >> 20 & UINT64_C(0x0000007f0000007f);
	word = high | (word - high * 100) << 16;
	high = word * 103 >> 10 & UINT64_C(0x000f000f000f000f);
	return high | (word - high * 10) << 8;
}

static void
eight_store(char *out, uint64_t bytes)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bytes = __builtin_bswap64(bytes);
#endif
	memcpy(out, &bytes, sizeof(bytes));
}

/*
 * Writes digits * 10^-SHORT_DECIMALS, from 1e-6 to below 1e6.  More bytes are
 * written than it has: no byte is looked at alone.
 */
static char *
short_write(char *out, uint64_t digits)
{
	/* Six before the point, and two and eight after it. */
	uint64_t first = eight_spread((uint32_t)(digits / 100000000));
	uint64_t last = eight_spread((uint32_t)(digits % 100000000));
	/* The zero before the point stays. */
	int unwritten = __builtin_ctzll(first | UINT64_C(1) << 40) / 8;
	int before = 6 - unwritten, after;
	uint64_t fraction = first >> 48 | last << 16;

	if (last != 0)
		after = 10 - __builtin_clzll(last) / 8;
	else
		after = fraction == 0 ? 0 : 8 - __builtin_clzll(fraction) / 8;
	eight_store(out, (first | ASCII_ZEROS) >> 8 * unwritten);
	if (after == 0)
		return out + before;
	out += before;
	*out++ = '.';
	eight_store(out, fraction | ASCII_ZEROS);
	eight_store(out + 8, last >> 48 | ASCII_ZEROS);
	return out + after;
}

/* Writes the number if it is of that kind; NULL if not. */
static char *
short_try(char *out, double magnitude)
{
	struct decimal decimal;

	if (magnitude < SHORT_LEAST || magnitude >= SHORT_END ||
	    !decimal_short(magnitude, &decimal))
		return NULL;
	return short_write(out, decimal.digits);
}

size_t
shortest_format(double value, char out[SHORTEST_MAX])
{
	uint64_t bits;
	char *at = out, *end;

	memcpy(&bits, &value, sizeof(bits));
	if ((bits & ~SIGN_BIT) >= INFINITY_BITS) {
		memcpy(out, "null", 5);
		return 4;
	}
	if ((bits & SIGN_BIT) != 0)
		*at++ = '-';
	bits &= ~SIGN_BIT;
	end = short_try(at, fabs(value));
	if (end != NULL)
		at = end;
	else if (bits == 0)
		*at++ = '0';
	else
		at = decimal_write(at, decimal_make(bits));
	*at = '\0';
	return (size_t)(at - out);
}

size_t
shortest_format_int64(int64_t value, char out[SHORTEST_MAX])
{
	uint64_t magnitude = (uint64_t)value;
	char *at = out;
	int count;

	if (value < 0) {
		*at++ = '-';
		magnitude = 0 - magnitude;
	}
	count = digits_count(magnitude);
	digits_write(at, magnitude, count);
	at[count] = '\0';
	return (size_t)(at - out) + (size_t)count;
}
