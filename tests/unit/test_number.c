/*
 * Numbers in both directions: what the parsers accept and refuse, and that
 * the shortest text of a double reads back, is the shortest and the nearest.
 *
 * NUMBER_ROUNDS=100000000 in the environment asks for so many round trips
 * more, each with a random bit pattern.
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
#include "base/shortest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PARSE_ROUNDS 1000000
#define TRIP_ROUNDS 3000000
#define NEAREST_ROUNDS 100000

static locale_t c_locale;

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

/* The reader to compare with; the C library's is correctly rounded too. */
static double
text_read(const char *text)
{
	return strtod_l(text, NULL, c_locale);
}

/* The length of the next of some texts with a bar after each. */
static size_t
text_length(const char *texts)
{
	return strcspn(texts, "|");
}

/* A fault must leave the value alone, here at 4711. */
static void
fault_check(const char *text, size_t length, enum number_fault whole_fault,
	    enum number_fault real_fault)
{
	int64_t whole = 4711;
	double real = 4711;

	if (number_parse_int64(text, length, &whole) != whole_fault ||
	    number_parse_double(text, length, &real) != real_fault)
		fail_msg("wrong fault for \"%.*s\"", (int)length, text);
	if (whole_fault != NUMBER_OK)
		assert_true(whole == 4711);
	if (real_fault != NUMBER_OK)
		assert_true(real == 4711);
	else
		assert_true(bits_of(real) == bits_of(text_read(text)));
	if (whole_fault == NUMBER_OK)
		assert_true((double)whole == real);
}

static void
test_faults(void **state)
{
	static const struct {
		enum number_fault whole, real;
		const char *texts;
	} cases[] = {
		{NUMBER_EMPTY, NUMBER_EMPTY, "|"},
		{NUMBER_OK, NUMBER_OK,
		 "0|+0|7|+7|-7|007|-0000000000000000001|"},
		{NUMBER_OK, NUMBER_OK, "9223372036854775807|"},
		{NUMBER_OK, NUMBER_OK, "-9223372036854775808|"},
		{NUMBER_RANGE, NUMBER_OK,
		 "9223372036854775808|-9223372036854775809|9223372036854775810|"
		 "18446744073709551615|18446744073709551616|"
		 "18446744073709551617|-100000000000000000000|"},
		{NUMBER_SYNTAX, NUMBER_OK,
		 "1.0|1.5|-1.5|.5|5.|-.5e1|5.e1|1e3|1E+3|1e-3|0001.5000|-0.0e5|"
		 "10.6847917|1e0000000000000000000003|1e-999999999999|"
		 "0e999999999999999999999|-1e-400|"},
		{NUMBER_SYNTAX, NUMBER_RANGE,
		 "1e309|-1e309|1.7976931348623159e308|1e9999999999999999999|"},
		{NUMBER_SYNTAX, NUMBER_SYNTAX,
		 "-|+|.|+.|--1|+-1| 1|1 |1\n|/|:|e5|.e5|1e|1e+|1e5.|1e+-5|1..2|"
		 "1.2.3|1,5|1_0|1d5|1f|0x1p3|0x10|inf|-infinity|nan|\xd9\xa3|"
		 "1e999x|99999999999999999999x|"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].texts;

		for (; *text != '\0'; text += text_length(text) + 1) {
			fault_check(text, text_length(text), cases[i].whole,
				    cases[i].real);
		}
	}
	fault_check("1\0002", 2, NUMBER_SYNTAX, NUMBER_SYNTAX);
	fault_check("1\0002", 3, NUMBER_SYNTAX, NUMBER_SYNTAX);
	fault_check("1.5e3", 4, NUMBER_SYNTAX, NUMBER_SYNTAX);
	fault_check(NULL, 0, NUMBER_EMPTY, NUMBER_EMPTY);
}

/* Random numbers of each width; of the widest, the two ends too. */
static void
test_int64_round_trip(void **state)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MAX, 0};
	struct random random = {1};

	(void)state;
	for (size_t i = 0; i < 100000; i++) {
		int64_t value = (int64_t)random_next(&random) >> i % 64;
		char text[SHORTEST_MAX], printed[SHORTEST_MAX];
		size_t length;
		int64_t read;

		if (i < COUNT(ends))
			value = ends[i];
		length = shortest_format_int64(value, text);
		snprintf(printed, sizeof(printed), "%lld", (long long)value);
		assert_string_equal(text, printed);
		assert_int_equal(length, strlen(text));
		assert_int_equal(number_parse_int64(text, length, &read),
				 NUMBER_OK);
		assert_true(read == value);
	}
}

/* Halves between doubles go to the even one, anything above goes up. */
static void
test_hard_cases(void **state)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = {
		{"9007199254740991", 0x1.fffffffffffffp+52},
		{"9007199254740993", 0x1p+53},
		{"9007199254740993.0000000000000001", 0x1.0000000000001p+53},
		{"9007199254740995", 0x1.0000000000002p+53},
		{"1e22", 0x1.0f0cf064dd592p+73},
		{"1e23", 0x1.52d02c7e14af6p+76},
		{"9007199254740992e22", 0x1.0f0cf064dd592p+126},
		{"9007199254740993e-22", 0x1.e392010175ee7p-21},
		{"8.41e21", 0x1.c7e83209e90b2p+72},
		{"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},
		{"2.2250738585072012e-308", 0x1p-1022},
		{"2.4703282292062327e-324", 0.0},
		{"2.4703282292062328e-324", 0x1p-1074},
		{"1.7976931348623157e308", DBL_MAX},
		{"1.7976931348623158e308", DBL_MAX},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		double value = 4711;
		enum number_fault fault =
			number_parse_double(text, strlen(text), &value);

		if (fault != NUMBER_OK ||
		    bits_of(value) != bits_of(cases[i].value))
			fail_msg("\"%s\" is read as %a", text, value);
	}
}

/* The half between two doubles, decided by the last digit alone. */
static void
test_long_texts(void **state)
{
	const size_t most = NUMBER_TEXT_MAX;
	char text[NUMBER_TEXT_MAX + 1];
	double value = 0;

	(void)state;
	memset(text, '0', sizeof(text));
	memcpy(text, "9007199254740993.", 17);
	assert_int_equal(number_parse_double(text, most, &value), NUMBER_OK);
	assert_true(value == 9007199254740992.0);
	text[most - 1] = '1';
	assert_int_equal(number_parse_double(text, most, &value), NUMBER_OK);
	assert_true(value == 9007199254740994.0);
	assert_int_equal(number_parse_prefix_double(text, most, &value), most);
	assert_int_equal(number_parse_double(text, most + 1, &value),
			 NUMBER_SYNTAX);
	assert_int_equal(number_parse_prefix_double(text, most + 1, &value), 0);
	memset(text, '9', sizeof(text));
	assert_int_equal(number_parse_double(text, 400, &value), NUMBER_RANGE);
	assert_int_equal(number_parse_prefix_double(text, 400, &value), 0);
}

static void
test_prefix(void **state)
{
	static const struct {
		const char *text;
		size_t bytes;
		double value;
	} cases[] = {
		{"12h30m", 2, 12},
		{"42.25:1", 5, 42.25},
		{"10. ", 3, 10},
		{".5d", 2, 0.5},
		{"5e3", 1, 5},
		{"1.2.3", 3, 1.2},
		{"0x10", 1, 0},
		{"12345678901234567890123 ", 23, 12345678901234567890123.0},
		{"-1", 0, 0},
		{"+1", 0, 0},
		{" 1", 0, 0},
		{".", 0, 0},
		{".e1", 0, 0},
		{"inf", 0, 0},
		{"", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		double value = 0;
		size_t bytes = number_parse_prefix_double(
			cases[i].text, strlen(cases[i].text), &value);

		if (bytes != cases[i].bytes || value != cases[i].value) {
			fail_msg("\"%s\": %zu bytes, value %a", cases[i].text,
				 bytes, value);
		}
	}
}

/* A number of up to 24 digits, with a point and an exponent or without. */
static size_t
number_invent(struct random *random, char *text)
{
	uint64_t shape = random_next(random);
	uint64_t digits = random_next(random);
	int count = 1 + (int)(shape % 24), point = (int)(shape >> 8) % 32;
	size_t length = 0;

	for (int i = 0; i < count; i++) {
		if (i == point)
			text[length++] = '.';
		text[length++] = (char)('0' + digits % 10);
		digits = i == 16 ? random_next(random) : digits / 10;
	}
	text[length] = '\0';
	if ((shape >> 16) % 4 != 0) {
		int range = (shape >> 18) % 4 == 0 ? 345 : 30;
		int exponent = (int)((shape >> 20) % 4096) % (2 * range);

		length += (size_t)snprintf(text + length, 8, "e%d",
					   exponent - range);
	}
	return length;
}

static void
test_double_random(void **state)
{
	struct random random = {2};

	(void)state;
	for (int i = 0; i < PARSE_ROUNDS; i++) {
		char text[64];
		size_t length = number_invent(&random, text);
		double wanted = text_read(text), value = HUGE_VAL;
		enum number_fault fault =
			number_parse_double(text, length, &value);

		if (bits_of(value) != bits_of(wanted) ||
		    (fault == NUMBER_RANGE) != (wanted > DBL_MAX)) {
			fail_msg("\"%s\": fault %d, value %a", text, (int)fault,
				 value);
		}
	}
}

static void
test_locale(void **state)
{
	static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8",
					    "es_ES.UTF-8", "de_DE", "fr_FR"};
	char text[SHORTEST_MAX];

	for (size_t i = 0; i < COUNT(names); i++) {
		if (setlocale(LC_ALL, names[i]) == NULL)
			continue;
		if (strcmp(localeconv()->decimal_point, ",") != 0)
			continue;
		test_hard_cases(state);
		shortest_format(10.6847917, text);
		setlocale(LC_ALL, "C");
		assert_string_equal(text, "10.6847917");
		return;
	}
	setlocale(LC_ALL, "C");
	skip();
}

/* These are what their own values are to be written as. */
static void
test_shortest(void **state)
{
	static const char texts[] =
		"0|-0|1|-1|10|1234567|0.1|0.3|4.35|0.001|0.30000000000000004|"
		"10.6847917|-41.26875|99999999.9999999|0.000001|1e-7|-1.5e-7|"
		"-0.0000012345678901234567|100000000000000000|"
		"123456789012345680000|100000000000000000000|1e21|8.41e21|"
		"1e22|1e23|1.5e300|9007199254740991|9007199254740992|"
		"9007199254740994|5e-324|1e-323|1.5e-323|"
		"1.7976931348623157e308|-1.7976931348623157e308|"
		"2.2250738585072014e-308|2.225073858507201e-308|"
		"9.5367431640625e-7|5.684341886080802e-14|1e-10|0.0000012345|"
		"99999.9999999999|99999.99999999999|100000.00000001|";
	static const double not_finite[] = {HUGE_VAL, -HUGE_VAL, NAN};
	char text[SHORTEST_MAX];

	(void)state;
	for (const char *at = texts; *at != '\0'; at += text_length(at) + 1) {
		size_t length = shortest_format(text_read(at), text);

		assert_int_equal(length, text_length(at));
		assert_int_equal(length, strlen(text));
		assert_memory_equal(text, at, length);
	}
	for (size_t i = 0; i < COUNT(not_finite); i++) {
		assert_int_equal(shortest_format(not_finite[i], text), 4);
		assert_string_equal(text, "null");
	}
	shortest_format(text_read("9007199254740993"), text);
	assert_string_equal(text, "9007199254740992");
}

/* The text's digits without zeros around them; returns how many. */
static int
digits_take(const char *text, char *digits)
{
	int count = 0, significant = 0;

	for (; *text != '\0' && *text != 'e'; text++) {
		if (*text < '0' || *text > '9' || (count == 0 && *text == '0'))
			continue;
		digits[count++] = *text;
		if (*text != '0')
			significant = count;
	}
	digits[significant] = '\0';
	return significant;
}

static void
round_trip_check(double value)
{
	char text[SHORTEST_MAX];
	size_t length = shortest_format(value, text);
	double read = 0;

	if (number_parse_double(text, length, &read) != NUMBER_OK ||
	    bits_of(read) != bits_of(value))
		fail_msg("%a became %s", value, text);
}

/*
 * Compares with printf, which is exact: with one digit less nothing reads
 * back, and if its nearest decimal of as many digits reads back, it is ours.
 */
static void
nearest_check(double value)
{
	char text[SHORTEST_MAX], ours[24], theirs[24], printed[40];
	int count;

	round_trip_check(value);
	shortest_format(value, text);
	count = digits_take(text, ours);
	snprintf(printed, sizeof(printed), "%.*e", count - 1, value);
	digits_take(printed, theirs);
	if (text_read(printed) == value && strcmp(ours, theirs) != 0)
		fail_msg("%s is not as near as %s", text, printed);
	if (count == 1)
		return;
	snprintf(printed, sizeof(printed), "%.*e", count - 2, value);
	if (text_read(printed) == value)
		fail_msg("%s is longer than %s", text, printed);
}

static void
test_powers(void **state)
{
	char text[SHORTEST_MAX], power[SHORTEST_MAX];

	(void)state;
	for (int i = -1074; i < 1024; i++) {
		double value = ldexp(1, i);

		nearest_check(value);
		nearest_check(nextafter(value, DBL_MAX));
		if (i > -1074)
			nearest_check(nextafter(value, 0));
	}
	for (int i = -323; i <= 308; i++) {
		snprintf(power, sizeof(power), "1e%d", i);
		nearest_check(text_read(power));
		shortest_format(text_read(power), text);
		if (i < -6 || i >= 21)
			assert_string_equal(text, power);
	}
}

static void
test_nearest(void **state)
{
	struct random random = {3};

	(void)state;
	for (int i = 0; i < NEAREST_ROUNDS; i++) {
		nearest_check(random_double(&random));
		nearest_check((double)(random_next(&random) >> i % 64 | 1) /
			      1e7);
	}
}

static void
test_round_trip(void **state)
{
	struct random random = {4};
	const char *more = getenv("NUMBER_ROUNDS");
	int64_t rounds = 0;

	(void)state;
	if (more != NULL &&
	    number_parse_int64(more, strlen(more), &rounds) != NUMBER_OK)
		fail_msg("NUMBER_ROUNDS=%s is not a number", more);
	for (rounds += TRIP_ROUNDS; rounds > 0; rounds--)
		round_trip_check(random_double(&random));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_int64_round_trip),
		cmocka_unit_test(test_hard_cases),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_double_random),
		cmocka_unit_test(test_locale),
		cmocka_unit_test(test_shortest),
		cmocka_unit_test(test_powers),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_round_trip),
	};

	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
