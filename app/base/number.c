#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/power.h"

_Static_assert(FLT_EVAL_METHOD == 0,
	       "one operation on doubles must round once");

#define TENS_COUNT 23
#define MANTISSA_EXACT (UINT64_C(1) << DBL_MANT_DIG)
#define MANTISSA_FULL (UINT64_MAX / 10)
#define MANTISSA_FULL_EIGHT (UINT64_MAX / 100000000)
#define EXPONENT_HUGE 1000000
#define ROUND_LEAST POWER_LEAST /* smaller ones may be denormal */
#define ROUND_MOST 308
#define EXPONENT_BIAS 1023
#define EXPONENT_MAX 2046

/* The powers of ten that are doubles without any rounding. */
static const double tens[TENS_COUNT] = {
	1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* The value is mantissa * 10^exponent, unless digits had to be left out. */
struct decimal {
	uint64_t mantissa;
	int exponent;
	bool cut;
};

/* Made for the first text that needs it, then shared, and never freed. */
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
is_sign(char byte)
{
	return byte == '-' || byte == '+';
}

enum number_fault
number_parse_int64(const char *text, size_t length, int64_t *out)
{
	const char *at = text, *end;
	uint64_t magnitude = 0, most = INT64_MAX;
	bool negative, fits = true;

	if (length == 0)
		return NUMBER_EMPTY;
	end = text + length;
	negative = *at == '-';
	if (negative)
		most++;
	if (is_sign(*at))
		at++;
	if (at == end)
		return NUMBER_SYNTAX;
	for (; at < end; at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (!is_digit(*at))
			return NUMBER_SYNTAX;
		if (magnitude > (most - digit) / 10)
			fits = false;
		else
			magnitude = magnitude * 10 + digit;
	}
	if (!fits)
		return NUMBER_RANGE;
	/* Negating less one, then one more, keeps INT64_MIN in the type. */
	if (negative && magnitude > 0)
		*out = -(int64_t)(magnitude - 1) - 1;
	else
		*out = (int64_t)magnitude;
	return NUMBER_OK;
}

/*
 * Whether the next eight bytes are digits, and what they are: neighbours are
 * put together into numbers of two, four, then eight digits.
 */
static bool
eight_scan(const char *at, uint64_t *out)
{
	const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0);
	const uint64_t zeros = UINT64_C(0x3030303030303030);
	const uint64_t sixes = UINT64_C(0x0606060606060606);
	uint64_t word;

	memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	/* Six more does not leave a digit's sixteen, but ':' to '?' do. */
	if (((word & high) | ((word + sixes) & high) >> 4) !=
	    (zeros | zeros >> 4))
		return false;
	word -= zeros;
	word = word * 10 + (word >> 8);
	word = (word & UINT64_C(0x00ff00ff00ff00ff)) * 100 +
	       (word >> 16 & UINT64_C(0x00ff00ff00ff00ff));
	*out = (word & UINT64_C(0x0000ffff0000ffff)) * 10000 +
	       (word >> 32 & 0xffff);
	*out &= UINT32_MAX;
	return true;
}

/* Appends the digits found at the place and returns where they end. */
static const char *
digits_scan(struct decimal *decimal, const char *at, const char *end)
{
	uint64_t mantissa = decimal->mantissa;

	for (; at < end && is_digit(*at); at++) {
		if (mantissa < MANTISSA_FULL)
			mantissa = mantissa * 10 + (uint64_t)(*at - '0');
		else
			decimal->cut = true;
	}
	decimal->mantissa = mantissa;
	return at;
}

/* The same, quick where there are many of them: behind a point. */
static const char *
fraction_scan(struct decimal *decimal, const char *at, const char *end)
{
	uint64_t eight;

	while (end - at >= 8 && decimal->mantissa < MANTISSA_FULL_EIGHT &&
	       eight_scan(at, &eight)) {
		decimal->mantissa = decimal->mantissa * 100000000 + eight;
		at += 8;
	}
	return digits_scan(decimal, at, end);
}

/* Reads digits with an optional point; returns text if there is no digit. */
static const char *
decimal_scan(struct decimal *decimal, const char *text, const char *end)
{
	const char *at, *point;

	*decimal = (struct decimal){0};
	at = digits_scan(decimal, text, end);
	if (at == end || *at != '.')
		return at;
	point = at;
	at = fraction_scan(decimal, point + 1, end);
	if (at - text == 1)
		return text;
	decimal->exponent = -(int)(at - point - 1);
	return at;
}

/* Reads an exponent if there is one; returns NULL if it is malformed. */
static const char *
exponent_scan(struct decimal *decimal, const char *at, const char *end)
{
	int exponent = 0;
	bool negative;

	if (at == end || (*at != 'e' && *at != 'E'))
		return at;
	at++;
	negative = at < end && *at == '-';
	if (at < end && is_sign(*at))
		at++;
	if (at == end || !is_digit(*at))
		return NULL;
	for (; at < end && is_digit(*at); at++) {
		if (exponent < EXPONENT_HUGE)
			exponent = exponent * 10 + (*at - '0');
	}
	decimal->exponent += negative ? -exponent : exponent;
	return at;
}

/*
 * The double nearest to the mantissa, above zero, times the power of ten:
 * Lemire's algorithm. The leading bits of the product tell it, unless they
 * are such that the power's bits that are not there could change them.
 */
static bool
decimal_round(const struct decimal *decimal, double *out)
{
	int exponent = decimal->exponent, empty, shift, binary;
	struct power power;
	uint64_t high, low, rounded, bits;
	uint128 product;

	if (exponent < ROUND_LEAST || exponent > ROUND_MOST)
		return false;
	power = power_of_ten(exponent);
	/* A reciprocal too large keeps the exact halves recognizable. */
	if (exponent < 0)
		power.high += ++power.low == 0;
	empty = __builtin_clzll(decimal->mantissa);
	product = (uint128)(decimal->mantissa << empty) * power.high;
	if (((uint64_t)(product >> 64) & 0x1ff) == 0x1ff)
		product += (uint64_t)((uint128)(decimal->mantissa << empty) *
					      power.low >>
				      64);
	high = (uint64_t)(product >> 64);
	low = (uint64_t)product;
	if (low == UINT64_MAX && (exponent < -27 || exponent > 55))
		return false;
	/* A bit more than a double has is left for rounding. */
	shift = (int)(high >> 63) + 9;
	rounded = high >> shift;
	binary = ((217706 * exponent) >> 16) + (shift - 9) - empty + 63 +
		 EXPONENT_BIAS;
	if (binary <= 0)
		return false;
	/* A product that is half-way exactly goes to the even one. */
	if (low <= 1 && exponent >= -4 && exponent <= 23 &&
	    (rounded & 3) == 1 && rounded << shift == high)
		rounded--;
	rounded = (rounded + 1) >> 1;
	if (rounded == MANTISSA_EXACT) {
		rounded >>= 1;
		binary++;
	}
	if (binary > EXPONENT_MAX)
		return false;
	bits = (rounded & (MANTISSA_EXACT / 2 - 1)) |
	       (uint64_t)binary << (DBL_MANT_DIG - 1);
	memcpy(out, &bits, sizeof(bits));
	return true;
}

/*
 * When the mantissa and the power of ten are both doubles, the one operation
 * that joins them is the only one to round, so its result is the right one.
 */
static bool
decimal_convert(const struct decimal *decimal, double *out)
{
	double mantissa = (double)decimal->mantissa;

	if (decimal->cut)
		return false;
	if (decimal->mantissa > MANTISSA_EXACT ||
	    decimal->exponent <= -TENS_COUNT || decimal->exponent >= TENS_COUNT)
		return decimal->mantissa > 0 && decimal_round(decimal, out);
	if (decimal->exponent < 0)
		*out = mantissa / tens[-decimal->exponent];
	else
		*out = mantissa * tens[decimal->exponent];
	return true;
}

static void
c_locale_make(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	/* Libraries hold this one ready: without it nothing else would work. */
	if (c_locale == (locale_t)0)
		abort();
}

/* The text is known to be a number of at most NUMBER_TEXT_MAX bytes. */
static double
text_convert(const char *text, size_t length)
{
	char copy[NUMBER_TEXT_MAX + 1];

	memcpy(copy, text, length);
	copy[length] = '\0';
	(void)pthread_once(&c_locale_once, c_locale_make);
	return strtod_l(copy, NULL, c_locale);
}

enum number_fault
number_parse_double(const char *text, size_t length, double *out)
{
	const char *at = text, *end, *rest;
	struct decimal decimal;
	double value;
	bool negative;

	if (length == 0)
		return NUMBER_EMPTY;
	if (length > NUMBER_TEXT_MAX)
		return NUMBER_SYNTAX;
	end = text + length;
	negative = *at == '-';
	if (is_sign(*at))
		at++;
	rest = decimal_scan(&decimal, at, end);
	if (rest == at || exponent_scan(&decimal, rest, end) != end)
		return NUMBER_SYNTAX;
	if (!decimal_convert(&decimal, &value))
		value = text_convert(at, (size_t)(end - at));
	if (value > DBL_MAX)
		return NUMBER_RANGE;
	*out = negative ? -value : value;
	return NUMBER_OK;
}

size_t
number_parse_prefix_double(const char *text, size_t length, double *out)
{
	struct decimal decimal;
	double value;
	size_t bytes;

	if (length == 0)
		return 0;
	if (length > NUMBER_TEXT_MAX)
		length = NUMBER_TEXT_MAX + 1;
	bytes = (size_t)(decimal_scan(&decimal, text, text + length) - text);
	if (bytes == 0 || bytes > NUMBER_TEXT_MAX)
		return 0;
	if (!decimal_convert(&decimal, &value))
		value = text_convert(text, bytes);
	if (value > DBL_MAX)
		return 0;
	*out = value;
	return bytes;
}

static int
number_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum number_fault
number_parse_hex(const char *text, size_t length, uint64_t *out)
{
	uint64_t value = 0;

	if (length == 0)
		return NUMBER_EMPTY;
	if (length > 16)
		return NUMBER_RANGE;
	for (size_t i = 0; i < length; i++) {
		int digit = number_hex_digit(text[i]);

		if (digit < 0)
			return NUMBER_SYNTAX;
		value = value << 4 | (uint64_t)digit;
	}
	*out = value;
	return NUMBER_OK;
}
