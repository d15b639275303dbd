#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(FLT_EVAL_METHOD == 0,
	       "one operation on doubles must round once");

#define TENS_COUNT 23
#define MANTISSA_EXACT (UINT64_C(1) << DBL_MANT_DIG)
#define MANTISSA_FULL (UINT64_MAX / 10)
#define EXPONENT_HUGE 1000000

/* The powers of ten that are doubles without any rounding. */
static const double tens[TENS_COUNT] = {
	1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/*
 * The value is mantissa * 10^exponent, unless digits had to be left out: then
 * the mantissa is above MANTISSA_EXACT.
 */
struct decimal {
	uint64_t mantissa;
	int exponent;
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

/* Appends the digits found at the place and returns where they end. */
static const char *
digits_scan(struct decimal *decimal, const char *at, const char *end)
{
	uint64_t mantissa = decimal->mantissa;

	for (; at < end && is_digit(*at); at++) {
		if (mantissa < MANTISSA_FULL)
			mantissa = mantissa * 10 + (uint64_t)(*at - '0');
	}
	decimal->mantissa = mantissa;
	return at;
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
	at = digits_scan(decimal, point + 1, end);
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
 * When the mantissa and the power of ten are both doubles, the one operation
 * that joins them is the only one to round, so its result is the right one.
 */
static bool
decimal_convert(const struct decimal *decimal, double *out)
{
	double mantissa = (double)decimal->mantissa;

	if (decimal->mantissa > MANTISSA_EXACT)
		return false;
	if (decimal->exponent <= -TENS_COUNT || decimal->exponent >= TENS_COUNT)
		return false;
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
