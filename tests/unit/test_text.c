/* Text: what is UTF-8, where it may be cut, which names are near. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1

/* How much of each is valid: the tables of RFC 3629 and its neighbours. */
static void
test_utf8(void **state)
{
	static const struct {
		const char *text;
		size_t length, valid;
	} cases[] = {
		{BYTES(""), 0},
		{BYTES("plain"), 5},
		{BYTES("a\0b"), 3},
		{BYTES("\x7f"), 1},
		{BYTES("\x80"), 0},
		{BYTES("\xbf"), 0},
		{BYTES("\xc0\x80"), 0},
		{BYTES("\xc1\xbf"), 0},
		{BYTES("\xc2\x80"), 2},
		{BYTES("\xdf\xbf"), 2},
		{BYTES("\xc3"), 0},
		{BYTES("\xc3("), 0},
		{BYTES("\xe0\x9f\xbf"), 0},
		{BYTES("\xe0\xa0\x80"), 3},
		{BYTES("\xe2\x82"), 0},
		{BYTES("\xe2\x82\xac"), 3},
		{BYTES("\xe2\x28\xa1"), 0},
		{BYTES("\xed\x9f\xbf"), 3},
		{BYTES("\xed\xa0\x80"), 0},
		{BYTES("\xed\xbf\xbf"), 0},
		{BYTES("\xee\x80\x80"), 3},
		{BYTES("\xef\xbf\xbf"), 3},
		{BYTES("\xf0\x8f\xbf\xbf"), 0},
		{BYTES("\xf0\x90\x80\x80"), 4},
		{BYTES("\xf0\x9f\x8c\x8c"), 4},
		{BYTES("\xf0\x9f\x8c"), 0},
		{BYTES("\xf0\x9f\x8c("), 0},
		{BYTES("\xf4\x8f\xbf\xbf"), 4},
		{BYTES("\xf4\x90\x80\x80"), 0},
		{BYTES("\xf5\x80\x80\x80"), 0},
		{BYTES("\xff"), 0},
		{BYTES("ab\xc3\xa9\xff more"), 4},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		/* A copy of just the bytes: a reading beyond them is seen. */
		char *copy = malloc(cases[i].length + 1);

		assert_non_null(copy);
		memcpy(copy, cases[i].text, cases[i].length + 1);
		copy = realloc(copy, cases[i].length + (cases[i].length == 0));
		assert_non_null(copy);
		if (text_utf8_valid(copy, cases[i].length) != cases[i].valid)
			fail_msg("case %zu: %zu are said to be valid", i,
				 text_utf8_valid(copy, cases[i].length));
		assert_int_equal(text_is_utf8(copy, cases[i].length),
				 cases[i].valid == cases[i].length);
		free(copy);
	}
}

static void
test_utf8_cut(void **state)
{
	static const struct {
		const char *text;
		size_t most, cut;
	} cases[] = {
		{"abc", 5, 3},
		{"abc", 3, 3},
		{"abc", 2, 2},
		{"abc", 0, 0},
		{"\xc3\xa9\xc3\xa9", 3, 2},
		{"\xc3\xa9\xc3\xa9", 1, 0},
		{"a\xe2\x82\xac", 3, 1},
		{"\xf0\x9f\x8c\x8c!", 4, 4},
		{"\xf0\x9f\x8c\x8c!", 3, 0},
		{"\x80\x80\x80", 2, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_utf8_cut(cases[i].text,
					       strlen(cases[i].text),
					       cases[i].most),
				 cases[i].cut);
}

static void
test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned most, distance;
	} cases[] = {
		{"", "", 2, 0},
		{"", "ab", 2, 2},
		{"limit", "limit", 2, 0},
		{"limti", "limit", 2, 1},
		{"radus", "radius", 2, 1},
		{"radiuss", "radius", 2, 1},
		{"ridius", "radius", 2, 1},
		{"ca", "abc", 3, 3},
		{"kitten", "sitting", 3, 3},
		{"kitten", "sitting", 2, 3},
		{"abcdef", "uvwxyz", 2, 3},
		{"abcd", "badc", 2, 2},
		{"A", "a", 2, 1},
	};
	char longest[66], longer[67];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
			text_distance(cases[i].a, cases[i].b, cases[i].most),
			cases[i].distance);
		assert_int_equal(
			text_distance(cases[i].b, cases[i].a, cases[i].most),
			cases[i].distance);
	}
	memset(longest, 'x', 64);
	longest[64] = '\0';
	memset(longer, 'x', 65);
	longer[65] = '\0';
	assert_int_equal(text_distance(longest, longest, 2), 0);
	assert_int_equal(text_distance(longest, longer, 2), 3);
}

static void
test_nocase(void **state)
{
	(void)state;
	assert_true(text_equal_nocase("", ""));
	assert_true(text_equal_nocase("NgC", "nGc"));
	assert_false(text_equal_nocase("ngc", "ng"));
	assert_false(text_equal_nocase("ng", "ngc"));
	/* 0x40 and 0x60 are neighbours of letters, not letters. */
	assert_false(text_equal_nocase("@[", "`{"));
	for (int c = CHAR_MIN; c <= CHAR_MAX; c++) {
		assert_int_equal(text_is_digit((char)c), c >= '0' && c <= '9');
		assert_int_equal(text_is_space((char)c),
				 c != '\0' && strchr(" \t\n\v\f\r", c) != NULL);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_cut),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_nocase),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
