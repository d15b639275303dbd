/* JSON as we write it, read back by json-c as a client would. */
#include <float.h>
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
#include "json_c.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1
#define ODD "\xef\xbf\xbd" /* U+FFFD */

static void
test_strings(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *read;
		size_t read_length;
	} cases[] = {
		{BYTES(""), BYTES("")},
		{BYTES("M 31"), BYTES("M 31")},
		{BYTES("\"\\/"), BYTES("\"\\/")},
		{BYTES("\b\f\n\r\t\x01\x1f\x7f"),
		 BYTES("\b\f\n\r\t\x01\x1f\x7f")},
		{BYTES("a\0b"), BYTES("a\0b")},
		{BYTES("\xc3\xa9"), BYTES("\xc3\xa9")},
		{BYTES("\xc3\xa9\"quoted\"\\"), BYTES("\xc3\xa9\"quoted\"\\")},
		{BYTES("\xc3\xa9\n\xf0\x9f\x8c\x8c\0"),
		 BYTES("\xc3\xa9\n\xf0\x9f\x8c\x8c\0")},
		{BYTES("\xe2\x80\xa8\xe2\x80\xa9"),
		 BYTES("\xe2\x80\xa8\xe2\x80\xa9")},
		{BYTES("\xff"), BYTES(ODD)},
		{BYTES("a\xffz"), BYTES("a" ODD "z")},
		{BYTES("\xc3\xa9\xff\"\xc3"), BYTES("\xc3\xa9" ODD "\"" ODD)},
		{BYTES("\xed\xa0\x80"), BYTES(ODD ODD ODD)},
		{BYTES("\xe2\x82"), BYTES(ODD ODD)},
		{BYTES("\xc0\xaf\"x"), BYTES(ODD ODD "\"x")},
	};
	struct buf buf;

	(void)state;
	buf_init(&buf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *object;
		struct json json;

		buf_reset(&buf);
		json_init(&json, &buf);
		json_bytes(&json, NULL, cases[i].text, cases[i].length);
		object = json_read(buf.bytes, buf.length);
		assert_int_equal(json_object_get_string_len(object),
				 cases[i].read_length);
		assert_memory_equal(json_object_get_string(object),
				    cases[i].read, cases[i].read_length);
		json_object_put(object);
		for (size_t at = 0; at < buf.length; at++)
			assert_true((unsigned char)buf.bytes[at] >= ' ');
	}
	buf_release(&buf);
}

static void
test_names(void **state)
{
	static const char *const names[] = {
		"plain",
		"",
		"a \"b\"",
		"\\",
		"<\xc2\xb5m>\n",
		"\x01",
		"0123456789abcdef\"0123456789abcdef",
	};
	struct buf buf;

	(void)state;
	buf_init(&buf);
	for (size_t i = 0; i < COUNT(names); i++) {
		struct json_object *object, *member;
		struct json json;

		buf_reset(&buf);
		json_init(&json, &buf);
		json_object_begin(&json, NULL);
		json_int(&json, names[i], 7);
		json_object_end(&json);
		object = json_read(buf.bytes, buf.length);
		assert_true(
			json_object_object_get_ex(object, names[i], &member));
		assert_int_equal(json_object_get_int(member), 7);
		json_object_put(object);
	}
	buf_release(&buf);
}

static void
test_numbers(void **state)
{
	static const double cases[] = {
		0,
		-0.0,
		1,
		-1,
		0.1,
		10.6847917,
		1e-7,
		1e21,
		1e-320,
		DBL_MAX,
		-DBL_MAX,
		DBL_MIN,
		123456789012345680.0,
		M_PI,
		5e-324,
	};
	static const double odd[] = {(double)INFINITY, -(double)INFINITY,
				     (double)NAN};
	static const int64_t whole[] = {0, 1, -1, INT64_MAX, INT64_MIN};
	struct json_object *list;
	struct json json;
	struct buf buf;
	size_t at = 0;

	(void)state;
	buf_init(&buf);
	json_init(&json, &buf);
	json_array_begin(&json, NULL);
	for (size_t i = 0; i < COUNT(cases); i++)
		json_number(&json, NULL, cases[i]);
	for (size_t i = 0; i < COUNT(odd); i++)
		json_number(&json, NULL, odd[i]);
	for (size_t i = 0; i < COUNT(whole); i++)
		json_int(&json, NULL, whole[i]);
	json_array_end(&json);
	list = json_read(buf.bytes, buf.length);
	assert_int_equal(json_object_array_length(list),
			 COUNT(cases) + COUNT(odd) + COUNT(whole));
	for (size_t i = 0; i < COUNT(cases); i++, at++) {
		double read = json_object_get_double(
			json_object_array_get_idx(list, at));

		assert_true(read == cases[i]);
	}
	for (size_t i = 0; i < COUNT(odd); i++, at++)
		assert_null(json_object_array_get_idx(list, at));
	for (size_t i = 0; i < COUNT(whole); i++, at++) {
		struct json_object *one = json_object_array_get_idx(list, at);

		assert_true(json_object_is_type(one, json_type_int));
		assert_true(json_object_get_int64(one) == whole[i]);
	}
	json_object_put(list);
	buf_release(&buf);
}

/* All that has members, within one another, and empty ones. */
static void
test_structure(void **state)
{
	static const char wanted[] =
		"{\"a\":[],\"b\":{},\"c\":[{\"d\":true,\"e\":false},null,"
		"[1,[2.5]],\"t\"],\"f\":\"\\u0000\"}";
	struct json_object *read, *expected;
	struct json json;
	struct buf buf;

	(void)state;
	buf_init(&buf);
	json_init(&json, &buf);
	json_object_begin(&json, NULL);
	json_array_begin(&json, "a");
	json_array_end(&json);
	json_object_begin(&json, "b");
	json_object_end(&json);
	json_array_begin(&json, "c");
	json_object_begin(&json, NULL);
	json_bool(&json, "d", true);
	json_bool(&json, "e", false);
	json_object_end(&json);
	json_null(&json, NULL);
	json_array_begin(&json, NULL);
	json_int(&json, NULL, 1);
	json_array_begin(&json, NULL);
	json_number(&json, NULL, 2.5);
	json_array_end(&json);
	json_array_end(&json);
	json_text(&json, NULL, "t");
	json_array_end(&json);
	json_bytes(&json, "f", "", 1);
	json_object_end(&json);
	read = json_read(buf.bytes, buf.length);
	expected = json_read(wanted, sizeof(wanted) - 1);
	assert_true(json_object_equal(read, expected));
	json_object_put(read);
	json_object_put(expected);
	buf_release(&buf);
}

/* As deep as it may get: each level has its own commas. */
static void
test_depth(void **state)
{
	struct json_object *object;
	struct json json;
	struct buf buf;

	(void)state;
	buf_init(&buf);
	json_init(&json, &buf);
	for (int i = 1; i < JSON_DEPTH_MAX; i++) {
		json_array_begin(&json, NULL);
		json_int(&json, NULL, i);
	}
	for (int i = 1; i < JSON_DEPTH_MAX; i++) {
		json_int(&json, NULL, -i);
		json_array_end(&json);
	}
	/* json-c's own reader goes 32 deep: the brackets are counted. */
	assert_int_equal(json.depth, 0);
	assert_memory_equal(buf.bytes, "[1,[2,[3,", 9);
	assert_memory_equal(buf.bytes + buf.length - 9, "-62],-63]", 9);
	buf_reset(&buf);
	json_init(&json, &buf);
	json_null(&json, NULL);
	object = json_read(buf.bytes, buf.length);
	assert_null(object);
	buf_release(&buf);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
