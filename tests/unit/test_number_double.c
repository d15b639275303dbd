/*
 * Doubles read as the C library reads them, which rounds correctly: halves
 * between two of them, and what programs print.
 *
 * NUMBER_ROUNDS=100000000 in the environment asks for so many more.
 */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"

#define ROUNDS 1000000

static locale_t c_locale;
static int64_t rounds = ROUNDS;

struct random {
	uint64_t state;
};

/* Xorshift: G. Marsaglia, "Xorshift RNGs", 2003. */
static uint64_t
random_next(struct random *random)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return random->state;
}

static uint64_t
bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double
random_double(struct random *random)
{
	uint64_t bits;
	double value;

	do {
		bits = random_next(random);
		memcpy(&value, &bits, sizeof(value));
	} while (!isfinite(value));
	return value;
}

static void
parse_check(const char *text)
{
	double wanted = strtod_l(text, NULL, c_locale), value = HUGE_VAL;
	enum number_fault fault =
		number_parse_double(text, strlen(text), &value);

	if (bits_of(value) != bits_of(wanted) ||
	    (fault == NUMBER_RANGE) != (wanted > DBL_MAX))
		fail_msg("\"%s\": fault %d, value %a", text, (int)fault, value);
}

/*
 * Halves between two doubles, exactly and one off in the last of their
 * digits, of which there are 19 at most: an odd number of 54 bits times a
 * power of two, which may be one below a half.
 */
static void
test_halves(void **state)
{
	struct random random = {5};

	(void)state;
	for (int64_t i = 0; i < rounds; i++) {
		uint64_t odd =
			random_next(&random) >> 10 | 1 | UINT64_C(1) << 53;
		int power = (int)(i % 14) - 4, off = (int)(i / 14 % 3) - 1;
		uint64_t whole, tenths, scale = 1;
		char text[64];

		for (int bit = 0; bit > power; bit--)
			scale *= 10;
		if (power >= 0) {
			whole = (odd << power) + (uint64_t)(int64_t)off;
			snprintf(text, sizeof(text), "%llu",
				 (unsigned long long)whole);
		} else {
			whole = odd >> -power;
			/* The rest, over 2^n, in as many decimals. */
			tenths =
				(odd & ((UINT64_C(1) << -power) - 1)) * scale >>
				-power;
			tenths += (uint64_t)(int64_t)off;
			snprintf(text, sizeof(text), "%llu.%0*llu",
				 (unsigned long long)whole, -power,
				 (unsigned long long)tenths);
		}
		parse_check(text);
	}
}

/* As programs print doubles: to 15, 16, 17 and 19 digits, of any size. */
static void
test_printed(void **state)
{
	struct random random = {6};

	(void)state;
	for (int64_t i = 0; i < rounds; i++) {
		double value = random_double(&random);
		char text[64];

		if (i % 2 == 0)
			value = (double)random_next(&random) / 1e17;
		snprintf(text, sizeof(text), "%.*e", (int)(14 + i / 2 % 5),
			 value);
		parse_check(text);
		if (i % 2 == 0) {
			snprintf(text, sizeof(text), "%.*f", (int)(i / 2 % 18),
				 value);
			parse_check(text);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_printed),
	};
	const char *more = getenv("NUMBER_ROUNDS");
	int64_t asked = 0;

	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (more != NULL &&
	    number_parse_int64(more, strlen(more), &asked) == NUMBER_OK)
		rounds += asked;
	return cmocka_run_group_tests_name("number_double", tests, NULL, NULL);
}
