/* Texts that are published: what is JSON, and what is somewhere in the sky. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/published.h"

static const struct {
	const char *text;
	bool placed;
	double ra_deg, dec_deg;
} texts[] = {
	{"null", false, 0, 0},
	{" 3 ", false, 0, 0},
	{"[{\"ra_deg\":1,\"dec_deg\":2}]", false, 0, 0},
	{"{\"at\":{\"ra_deg\":1,\"dec_deg\":2}}", false, 0, 0},
	{"{\"ra_deg\":1,\"dec_deg\":2}", true, 1, 2},
	{"{\"dec_deg\":-90,\"x\":[],\"ra_deg\":359.5}", true, 359.5, -90},
	{"{\"ra_deg\":0,\"dec_deg\":90}", true, 0, 90},
	{"{\"ra_deg\":360,\"dec_deg\":0}", true, 360, 0},
	{"{\"ra_deg\":360.5,\"dec_deg\":0}", false, 0, 0},
	{"{\"ra_deg\":-1,\"dec_deg\":0}", false, 0, 0},
	{"{\"ra_deg\":1,\"dec_deg\":90.5}", false, 0, 0},
	{"{\"ra_deg\":\"1\",\"dec_deg\":2}", false, 0, 0},
	{"{\"ra_deg\":1,\"dec_deg\":null}", false, 0, 0},
	{"{\"ra_deg\":1}", false, 0, 0},
};

static const struct {
	const char *text;
	size_t line, column;
} wrong[] = {
	{"", 1, 1},
	{"{\"a\":}", 1, 6},
	{"{}\n{}", 2, 1},
	{"[1,\n 2,\n x]", 3, 2},
	{"NaN", 1, 1},
	{"\"\x80\"", 1, 2},
	{"{\"a\":1,\"a\":2}", 1, 8},
};

static void
test_texts(void **state)
{
	struct json_fault fault;
	struct published got;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(published_read(texts[i].text,
						strlen(texts[i].text), &got,
						&fault),
				 LC_OK);
		assert_int_equal(got.placed, texts[i].placed);
		if (!got.placed)
			continue;
		assert_float_equal(got.ra_deg, texts[i].ra_deg, 0);
		assert_float_equal(got.dec_deg, texts[i].dec_deg, 0);
	}
}

static void
test_wrong(void **state)
{
	struct json_fault fault;
	struct published got;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(published_read(wrong[i].text,
						strlen(wrong[i].text), &got,
						&fault),
				 LC_INVALID);
		assert_int_equal(fault.line, wrong[i].line);
		assert_int_equal(fault.column, wrong[i].column);
	}
}

/* Only white space can be a line break, so what it says stays the same. */
static void
test_copy(void **state)
{
	static const char text[] = "{\n\t\"a\":\r\n \"\\n\"}\n";
	char copy[sizeof(text)] = "";

	(void)state;
	published_copy(copy, text, strlen(text));
	assert_string_equal(copy, "{ \t\"a\":   \"\\n\"} ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
