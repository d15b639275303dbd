/*
 * What a parameter reads, and what it says of what it does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/field.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1

struct fields {
	int64_t whole;
	double real;
	const char *text;
	bool flag;
	const char *one;
	bool has_one;
};

static const char *const ones[] = {"red", "green", "blue", NULL};

static const struct lc_field params[] = {
	LC_PARAM(fields, whole, .min = "-5", .max = "10", .doc = "."),
	LC_PARAM(fields, real, .min = "-1.5", .max = "1e3", .doc = "."),
	LC_PARAM(fields, text, .min = "2", .max = "5", .doc = "."),
	LC_PARAM(fields, flag, .doc = "."),
	LC_PARAM_OPTIONAL(fields, one, .choices = ones, .doc = "."),
	LC_FIELD_END};

enum { WHOLE, REAL, TEXT, FLAG, ONE };

#define NO_INT                                                        \
	"Input should be a valid integer, unable to parse string as " \
	"an integer"
#define NO_NUMBER                                                 \
	"Input should be a valid number, unable to parse string " \
	"as a number"
#define NO_BOOL "Input should be a valid boolean: true or false"
#define NO_ONE "Input should be 'red', 'green' or 'blue'"

static const struct {
	int param;
	const char *text;
	size_t length;
	const char *type; /* NULL: it is accepted */
	const char *message;
} readings[] = {
	{WHOLE, BYTES("-5"), NULL, NULL},
	{WHOLE, BYTES("10"), NULL, NULL},
	{WHOLE, BYTES("+007"), NULL, NULL},
	{WHOLE, BYTES(""), "int_parsing", NO_INT},
	{WHOLE, BYTES("x"), "int_parsing", NO_INT},
	{WHOLE, BYTES(" 7"), "int_parsing", NO_INT},
	{WHOLE, BYTES("0x7"), "int_parsing", NO_INT},
	{WHOLE, BYTES("7.5"), "int_parsing", NO_INT},
	{WHOLE, BYTES("9223372036854775808"), "int_parsing_size",
	 "Unable to parse input string as an integer, exceeded maximum size"},
	{WHOLE, BYTES("-6"), "greater_than_equal",
	 "Input should be greater than or equal to -5"},
	{WHOLE, BYTES("11"), "less_than_equal",
	 "Input should be less than or equal to 10"},
	{WHOLE, BYTES("1\0"), "string_nul", "Input should not hold a NUL"},
	{WHOLE, BYTES("\xff"), "string_unicode", "Input should be valid UTF-8"},
	{REAL, BYTES("-1.5"), NULL, NULL},
	{REAL, BYTES("1000"), NULL, NULL},
	{REAL, BYTES("1e-400"), NULL, NULL},
	{REAL, BYTES(""), "float_parsing", NO_NUMBER},
	{REAL, BYTES("nan"), "float_parsing", NO_NUMBER},
	{REAL, BYTES("inf"), "float_parsing", NO_NUMBER},
	{REAL, BYTES("1,5"), "float_parsing", NO_NUMBER},
	{REAL, BYTES("1e999"), "finite_number",
	 "Input should be a finite number"},
	{REAL, BYTES("-1.5000001"), "greater_than_equal",
	 "Input should be greater than or equal to -1.5"},
	{REAL, BYTES("1000.1"), "less_than_equal",
	 "Input should be less than or equal to 1e3"},
	{TEXT, BYTES("ab"), NULL, NULL},
	{TEXT, BYTES("\xc3\xa9\xc3\xa9!"), NULL, NULL},
	{TEXT, BYTES("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"), NULL, NULL},
	{TEXT, BYTES("\xe2\x98\x85"), "string_too_short",
	 "String should have at least 2 character(s)"},
	{TEXT, BYTES("a"), "string_too_short",
	 "String should have at least 2 character(s)"},
	{TEXT, BYTES(""), "string_too_short",
	 "String should have at least 2 character(s)"},
	{TEXT, BYTES("abcdef"), "string_too_long",
	 "String should have at most 5 character(s)"},
	{TEXT, BYTES("a\0b"), "string_nul", "Input should not hold a NUL"},
	{TEXT, BYTES("ab\xc3"), "string_unicode",
	 "Input should be valid UTF-8"},
	{FLAG, BYTES("true"), NULL, NULL},
	{FLAG, BYTES("NO"), NULL, NULL},
	{FLAG, BYTES("1"), NULL, NULL},
	{FLAG, BYTES(""), "bool_parsing", NO_BOOL},
	{FLAG, BYTES("2"), "bool_parsing", NO_BOOL},
	{FLAG, BYTES("yess"), "bool_parsing", NO_BOOL},
	{ONE, BYTES("blue"), NULL, NULL},
	{ONE, BYTES("Blue"), "enum", NO_ONE},
	{ONE, BYTES(""), "enum", NO_ONE},
	{ONE, BYTES("blue\0"), "string_nul", "Input should not hold a NUL"},
};

static void
test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(readings); i++) {
		const struct lc_field *param = &params[readings[i].param];
		struct field_fault fault = {NULL, NULL};
		struct fields fields, before;
		struct arena arena;
		enum lc_rc rc;

		memset(&fields, 0x5a, sizeof(fields));
		memcpy(&before, &fields, sizeof(before));
		arena_init(&arena, NULL, 0);
		rc = field_read(param, readings[i].text, readings[i].length,
				(char *)&fields + param->offset, &fault,
				&arena);
		if (readings[i].type == NULL) {
			if (rc != LC_OK)
				fail_msg("%s: %s", readings[i].text,
					 fault.message);
		} else if (rc != LC_INVALID ||
			   strcmp(fault.type, readings[i].type) != 0 ||
			   strcmp(fault.message, readings[i].message) != 0) {
			fail_msg("\"%s\": %s, %s, %s", readings[i].text,
				 rc_label(rc), fault.type, fault.message);
		} else {
			assert_memory_equal(&fields, &before, sizeof(fields));
		}
		arena_release(&arena);
	}
}

/* The values themselves. */
static void
test_values(void **state)
{
	static const char *const words[2][6] = {
		{"false", "0", "No", "OFF", "f", "N"},
		{"true", "1", "yes", "On", "T", "y"},
	};
	struct field_fault fault;
	struct fields fields;
	struct arena arena;

	(void)state;
	arena_init(&arena, NULL, 0);
	assert_int_equal(field_read(&params[WHOLE], "-5", 2, &fields.whole,
				    &fault, &arena),
			 LC_OK);
	assert_int_equal(fields.whole, -5);
	assert_int_equal(field_read(&params[REAL], "2.5e2", 5, &fields.real,
				    &fault, &arena),
			 LC_OK);
	assert_true(fields.real == 250);
	assert_int_equal(field_read(&params[TEXT], "M 31", 4, &fields.text,
				    &fault, &arena),
			 LC_OK);
	assert_string_equal(fields.text, "M 31");
	for (int i = 0; i < 12; i++) {
		const char *word = words[i / 6][i % 6];

		fields.flag = i / 6 == 0;
		assert_int_equal(field_read(&params[FLAG], word, strlen(word),
					    &fields.flag, &fault, &arena),
				 LC_OK);
		assert_int_equal(fields.flag, i / 6);
	}
	arena_release(&arena);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
