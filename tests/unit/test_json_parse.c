/*
 * JSON as strangers send it: the case file, what becomes of what is accepted,
 * and where a fault is said to be.
 */
#include "http/json_parse.h"

#include <float.h>
#include <limits.h>
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

#include "base/json.h"
#include "base/number.h"
#include "http/json_c.h"
#include "http/query.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1

enum { CELLS_MAX = 4, LINE_MAX_BYTES = 8192, CASES_MIN = 400 };

/* Reads a copy of exactly its size, so that a reading beyond it is seen. */
static enum lc_rc
exact_parse(const char *text, size_t length, struct json_object **out,
	    struct json_fault *fault)
{
	char *copy = malloc(length + (length == 0));
	enum lc_rc rc;

	assert_non_null(copy);
	memcpy(copy, text, length);
	*fault = (struct json_fault){.message = NULL};
	rc = json_parse(copy, length, out, fault);
	free(copy);
	return rc;
}

static struct json_object *
accepted(const char *text, size_t length)
{
	struct json_object *tree;
	struct json_fault fault;

	if (exact_parse(text, length, &tree, &fault) != LC_OK)
		fail_msg("\"%.*s\": %s at %zu", (int)length, text,
			 fault.message, fault.offset);
	assert_null(fault.message);
	return tree;
}

static struct json_fault
refused(const char *text, size_t length)
{
	struct json_object *tree;
	struct json_fault fault;

	if (exact_parse(text, length, &tree, &fault) != LC_INVALID)
		fail_msg("\"%.*s\" was accepted", (int)length, text);
	assert_null(tree);
	assert_non_null(fault.message);
	return fault;
}

/* ---- the case file */

struct cell {
	char bytes[LINE_MAX_BYTES];
	size_t length;
};

static size_t
cells_read(const char *line, struct cell *cells)
{
	size_t count = 0;

	for (bool more = true; more; count++) {
		size_t length = strcspn(line, "\t\n");

		assert_true(count < CELLS_MAX);
		cells[count].length =
			query_decode(cells[count].bytes, line, length, false);
		more = line[length] == '\t';
		line += length + 1;
	}
	return count;
}

static void
accept_check(const struct cell *text, const struct cell *wanted)
{
	const int flags =
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	struct json_object *tree = accepted(text->bytes, text->length);
	const char *written = json_object_to_json_string_ext(tree, flags);

	if (strlen(written) != wanted->length ||
	    memcmp(written, wanted->bytes, wanted->length) != 0)
		fail_msg("\"%s\" was read as \"%s\"", text->bytes, written);
	json_object_put(tree);
}

static void
reject_check(const struct cell *text, const char *offset, const char *words)
{
	struct json_fault fault = refused(text->bytes, text->length);
	int64_t wanted = -1;

	assert_int_equal(number_parse_int64(offset, strlen(offset), &wanted),
			 NUMBER_OK);
	if (fault.offset != (size_t)wanted ||
	    strstr(fault.message, words) == NULL)
		fail_msg("\"%s\": \"%s\" at %zu, not \"%s\" at %s", text->bytes,
			 fault.message, fault.offset, words, offset);
}

static void
case_file_holds(void **state)
{
	static struct cell cells[CELLS_MAX];
	const char *srcdir = getenv("srcdir");
	char path[4096], line[LINE_MAX_BYTES];
	size_t cases = 0;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/json-cases.txt",
		 srcdir == NULL ? "." : srcdir);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		size_t count;

		if (line[0] == '#' || line[0] == '\n')
			continue;
		assert_int_equal(line[strlen(line) - 1], '\n');
		count = cells_read(line, cells);
		if (strcmp(cells[0].bytes, "accept") == 0) {
			assert_in_range(count, 2, 3);
			accept_check(&cells[1], &cells[count - 1]);
		} else {
			assert_string_equal(cells[0].bytes, "reject");
			assert_int_equal(count, 4);
			reject_check(&cells[2], cells[1].bytes, cells[3].bytes);
		}
		cases++;
	}
	fclose(file);
	assert_true(cases >= CASES_MIN);
}

/* ---- what is made */

static void
numbers_have_their_type_and_value(void **state)
{
	static const struct {
		const char *text;
		enum json_type type;
		int64_t whole;
		double real;
	} cases[] = {
		{"0", json_type_int, 0, 0},
		{"-0", json_type_int, 0, 0},
		{"-17", json_type_int, -17, -17},
		{"9007199254740993", json_type_int, 9007199254740993, 0x1p53},
		{"9223372036854775807", json_type_int, INT64_MAX, 0x1p63},
		{"-9223372036854775808", json_type_int, INT64_MIN, -0x1p63},
		{"9223372036854775808", json_type_double, 0, 0x1p63},
		{"-9223372036854775809", json_type_double, 0, -0x1p63},
		{"18446744073709551616", json_type_double, 0, 0x1p64},
		{"1.0", json_type_double, 0, 1},
		{"1e0", json_type_double, 0, 1},
		{"1E2", json_type_double, 0, 100},
		{"-0.0", json_type_double, 0, -0.0},
		{"0.1", json_type_double, 0, 0.1},
		{"1.7976931348623157e308", json_type_double, 0, DBL_MAX},
		{"5e-324", json_type_double, 0, 0x1p-1074},
		{"-1e-400", json_type_double, 0, -0.0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		struct json_object *tree = accepted(text, strlen(text));
		double real = json_object_get_double(tree);

		if (json_object_get_type(tree) != cases[i].type)
			fail_msg("%s is of another type", text);
		if (cases[i].type == json_type_int)
			assert_true(json_object_get_int64(tree) ==
				    cases[i].whole);
		else
			assert_string_equal(json_object_to_json_string(tree),
					    text);
		if (real != cases[i].real ||
		    signbit(real) != signbit(cases[i].real))
			fail_msg("%s is read as %a", text, real);
		json_object_put(tree);
	}
}

static void
nul_stays_in_a_string(void **state)
{
	struct json_object *tree = accepted(BYTES("\"a\\u0000b\""));

	(void)state;
	assert_int_equal(json_object_get_string_len(tree), 3);
	assert_memory_equal(json_object_get_string(tree), "a\0b", 4);
	json_object_put(tree);
}

static void
number_texts_have_a_limit(void **state)
{
	static const char *const begins[] = {"1.", "0.", "-1.5e"};
	char text[NUMBER_TEXT_MAX + 2] = "[";

	(void)state;
	for (size_t i = 0; i < COUNT(begins); i++) {
		memset(text + 1, '0', sizeof(text) - 1);
		memcpy(text + 1, begins[i], strlen(begins[i]));
		text[NUMBER_TEXT_MAX + 1] = ']';
		json_object_put(accepted(text, sizeof(text)));
		json_object_put(accepted(text + 1, NUMBER_TEXT_MAX));
		text[NUMBER_TEXT_MAX + 1] = '0';
		assert_non_null(
			strstr(refused(text + 1, NUMBER_TEXT_MAX + 1).message,
			       "1024"));
	}
	memset(text, '9', sizeof(text));
	assert_non_null(
		strstr(refused(text, NUMBER_TEXT_MAX).message, "too large"));
	assert_non_null(
		strstr(refused(text, NUMBER_TEXT_MAX + 1).message, "1024"));
}

/* What our writer writes, by the header that shares a name with json-c. */
static void
our_writing_is_read(void **state)
{
	static const char wanted[] =
		"{\"a\":[0.1,-5,true,null,\"\\u0000\xf0\x9f\x8c\x8c/\"]}";
	struct json_object *tree;
	struct json json;
	struct buf buf;

	(void)state;
	buf_init(&buf);
	json_init(&json, &buf);
	json_object_begin(&json, NULL);
	json_array_begin(&json, "a");
	json_number(&json, NULL, 0.1);
	json_int(&json, NULL, -5);
	json_bool(&json, NULL, true);
	json_null(&json, NULL);
	json_bytes(&json, NULL, BYTES("\0\xf0\x9f\x8c\x8c/"));
	json_array_end(&json);
	json_object_end(&json);
	tree = accepted(buf.bytes, buf.length);
	assert_string_equal(
		json_object_to_json_string_ext(
			tree, JSON_C_TO_STRING_PLAIN |
				      JSON_C_TO_STRING_NOSLASHESCAPE),
		wanted);
	json_object_put(tree);
	buf_release(&buf);
}

/* ---- where a fault is */

static void
places_are_lines_and_columns(void **state)
{
	static const struct {
		const char *text;
		size_t line, column;
	} cases[] = {
		{"", 1, 1},
		{"x", 1, 1},
		{" x", 1, 2},
		{"\tx", 1, 2},
		{"\nx", 2, 1},
		{"\r\nx", 2, 1},
		{"\rx", 2, 1},
		{"\n\rx", 3, 1},
		{"\r\r\n\nx", 4, 1},
		{"[1,\n 2,\n  x]", 3, 3},
		{"[\n", 2, 1},
		{"[1\r", 2, 1},
		{"[1\r\n", 2, 1},
		{"[1,\n2,\n]", 2, 2},
		{"[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8c\",x]", 1, 8},
		{"[\"\xf0\x9f\x8c\x8c\xff\"]", 1, 4},
		{"{\"a\":1,\n \"\xc3\xa9\":1, \"a\":2}", 2, 9},
		{"[\"a\r\n\"]", 1, 4},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		struct json_fault fault = refused(text, strlen(text));

		if (fault.line != cases[i].line ||
		    fault.column != cases[i].column)
			fail_msg("\"%s\": line %zu, column %zu", text,
				 fault.line, fault.column);
	}
}

/* Wherever a text is cut, or one of its bytes is another. */
static void
cut_and_changed_texts_are_harmless(void **state)
{
	char text[] = "[{\"a\\u00e9\\ud83c\\udf0c\xf0\x9f\x8c\x8c\":"
		      "[-1.5e+3,10,true,false,null,\"\\n\"],\"b\":{}}, \"c\"]";
	const size_t length = sizeof(text) - 1;

	(void)state;
	json_object_put(accepted(text, length));
	for (size_t cut = 0; cut < length; cut++)
		assert_true(refused(text, cut).offset <= cut);
	for (size_t at = 0; at < length; at++) {
		char right = text[at];

		for (int byte = 0; byte <= UCHAR_MAX; byte++) {
			struct json_object *tree;
			struct json_fault fault;
			enum lc_rc rc;

			text[at] = (char)byte;
			rc = exact_parse(text, length, &tree, &fault);
			assert_true(rc == LC_OK || rc == LC_INVALID);
			assert_true(fault.offset <= length);
			json_object_put(tree);
		}
		text[at] = right;
	}
}

static void
too_long_a_text_is_not_looked_at(void **state)
{
	struct json_object *tree;
	struct json_fault fault;

	(void)state;
	assert_int_equal(json_parse("1", INT_MAX, &tree, &fault), LC_INVALID);
	assert_null(tree);
	assert_int_equal(fault.offset, 0);
	assert_non_null(strstr(fault.message, "too long"));
}

/* ---- much of something */

static void
many_names_in_an_object(void **state)
{
	enum { NAMES = 100000 };
	struct json_object *tree, *last;
	struct json_fault fault;
	struct buf text;
	size_t at;

	(void)state;
	buf_init(&text);
	for (int i = 0; i < NAMES; i++)
		buf_printf(&text, "%s\"n%d\":%d", i == 0 ? "{" : ",", i, i);
	buf_add_char(&text, '}');
	assert_false(text.failed);
	tree = accepted(text.bytes, text.length);
	assert_int_equal(json_object_object_length(tree), NAMES);
	assert_true(json_object_object_get_ex(tree, "n99999", &last));
	assert_int_equal(json_object_get_int64(last), 99999);
	json_object_put(tree);

	text.bytes[text.length - 1] = ',';
	at = text.length;
	buf_add_text(&text, "\"n50000\":0}");
	fault = refused(text.bytes, text.length);
	assert_int_equal(fault.offset, at);
	assert_int_equal(fault.column, at + 1);
	buf_release(&text);
}

static void
much_of_one_byte(void **state)
{
	enum { MUCH = 128 * 1024 };
	static const struct {
		char byte;
		size_t offset;
	} cases[] = {
		{'[', JSON_PARSE_DEPTH_MAX},
		{'{', 1},
		{'"', 2},
		{'\\', 0},
		{'-', 1},
		{'0', 0},
		{'1', 0},
		{'n', 0},
		{' ', MUCH},
		{'\n', MUCH},
		{'\0', 0},
		{'\xff', 0},
	};
	char *text = malloc(MUCH);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < COUNT(cases); i++) {
		memset(text, cases[i].byte, MUCH);
		assert_int_equal(refused(text, MUCH).offset, cases[i].offset);
	}
	memset(text, 'a', MUCH);
	text[0] = text[MUCH - 1] = '"';
	json_object_put(accepted(text, MUCH));
	free(text);
}

/* A tree takes far more memory than small arrays and objects as text. */
static void
many_nests(void **state)
{
	static const char *const pairs[] = {"[],", "{},"};
	struct buf text;

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		buf_init(&text);
		buf_add_char(&text, '[');
		for (int n = 2; n < JSON_PARSE_NESTS_MAX; n++)
			buf_add_text(&text, pairs[i]);
		buf_add(&text, "[]]", 3);
		json_object_put(accepted(text.bytes, text.length));
		text.length -= 3;
		buf_add_text(&text, pairs[i]);
		buf_add(&text, "[]]", 3);
		assert_int_equal(refused(text.bytes, text.length).offset,
				 text.length - 3);
		buf_release(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_file_holds),
		cmocka_unit_test(numbers_have_their_type_and_value),
		cmocka_unit_test(nul_stays_in_a_string),
		cmocka_unit_test(number_texts_have_a_limit),
		cmocka_unit_test(our_writing_is_read),
		cmocka_unit_test(places_are_lines_and_columns),
		cmocka_unit_test(cut_and_changed_texts_are_harmless),
		cmocka_unit_test(too_long_a_text_is_not_looked_at),
		cmocka_unit_test(many_names_in_an_object),
		cmocka_unit_test(much_of_one_byte),
		cmocka_unit_test(many_nests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
