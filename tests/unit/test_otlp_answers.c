/*
 * What is read of a collector's answers, right ones and others.
 */
#include "services/otlp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct answer {
	const char *bytes;
	size_t length;
	bool good;
	int64_t rejected;
	const char *message;
};

#define BYTES(text) (text), sizeof(text) - 1

static const struct answer protobuf_answers[] = {
	{BYTES(""), true, 0, ""},
	{BYTES("\x0a\x00"), true, 0, ""},
	{BYTES("\x0a\x02\x08\x03"), true, 3, ""},
	{BYTES("\x0a\x05\x12\x03why"), true, 0, "why"},
	{BYTES("\x0a\x07\x08\x05\x12\x03why"), true, 5, "why"},
	{BYTES("\x0a\x08\x12\x03why\x08\x81\x01"), true, 129, "why"},
	{BYTES("\x0a\x02\x08\x01\x0a\x02\x08\x02"), true, 2, ""},
	{BYTES("\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), true,
	 -1, ""},
	{BYTES("\x0a\x07\x12\x05"
	       "a\n\x1b\xff"
	       "b"),
	 true, 0, "a b"},
	/* What we do not know yet. */
	{BYTES("\x10\x07\x0a\x02\x08\x03"), true, 3, ""},
	{BYTES("\x19"
	       "12345678\x1d"
	       "1234\x22\x01x"),
	 true, 0, ""},
	{BYTES("\x08\x07"), true, 0, ""},
	{BYTES("\x0a\x04\x0a\x02\x08\x03"), true, 0, ""},
	/* What cannot be. */
	{BYTES("\x0a"), false, 0, ""},
	{BYTES("\x0a\x03\x08\x03"), false, 0, ""},
	{BYTES("\x0a\x01\x08"), false, 0, ""},
	{BYTES("\x0a\x02\x08\x83"), false, 0, ""},
	{BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), false, 0, ""},
	{BYTES("\x0a\x02\x12\x05"), false, 0, ""},
	{BYTES("\x0a\x04\x08\x03\x12\x05"), false, 0, ""},
	{BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), false, 0, ""},
	{BYTES("\x00\x01"), false, 0, ""},
	{BYTES("\x0b\x0c"), false, 0, ""},
	{BYTES("\x0e"), false, 0, ""},
	{BYTES("\x19"
	       "1234567"),
	 false, 0, ""},
	{BYTES("<html>"), false, 0, ""},
	{BYTES("{\"partialSuccess\":{}}"), false, 0, ""},
};

static const struct answer json_answers[] = {
	{BYTES(""), true, 0, ""},
	{BYTES(" \r\n"), true, 0, ""},
	{BYTES("{}"), true, 0, ""},
	{BYTES("{}\n"), true, 0, ""},
	{BYTES("{\"partialSuccess\":{}}"), true, 0, ""},
	{BYTES("{\"partialSuccess\":null}"), true, 0, ""},
	{BYTES("{\"partialSuccess\":{\"rejectedSpans\":\"3\","
	       "\"errorMessage\":\"why\"}}"),
	 true, 3, "why"},
	{BYTES("{\"partialSuccess\":{\"rejectedSpans\":3}}"), true, 3, ""},
	{BYTES("{\"partialSuccess\":{\"rejectedSpans\":null}}"), true, 0, ""},
	{BYTES("{\"partialSuccess\":{\"errorMessage\":\"a\\n\\u001bb\"}}"),
	 true, 0, "a b"},
	{BYTES("{\"more\":[{}],\"partialSuccess\":{\"more\":1}}"), true, 0, ""},
	{BYTES("null"), false, 0, ""},
	{BYTES("[]"), false, 0, ""},
	{BYTES("3"), false, 0, ""},
	{BYTES("{"), false, 0, ""},
	{BYTES("{}}"), false, 0, ""},
	{BYTES("{} {}"), false, 0, ""},
	{BYTES("<html>"), false, 0, ""},
	{BYTES("{\"partialSuccess\":3}"), false, 0, ""},
	{BYTES("{\"partialSuccess\":{\"errorMessage\":\"why\","
	       "\"rejectedSpans\":\"x\"}}"),
	 false, 0, ""},
	{BYTES("{\"partialSuccess\":{\"rejectedSpans\":1.5}}"), false, 0, ""},
	{BYTES("\x0a\x02\x08\x03"), false, 0, ""},
	{BYTES("{\0}"), false, 0, ""},
};

static void
answers_check(const struct answer *answers, size_t count,
	      bool (*read)(const char *bytes, size_t length,
			   struct otlp_partial *out))
{
	for (size_t i = 0; i < count; i++) {
		const struct answer *a = &answers[i];
		struct otlp_partial partial = {.rejected = 77};

		if (read(a->bytes, a->length, &partial) != a->good ||
		    partial.rejected != a->rejected ||
		    strcmp(partial.message, a->message) != 0)
			fail_msg("answer %zu: %lld \"%s\"", i,
				 (long long)partial.rejected, partial.message);
	}
}

static void
test_answers(void **state)
{
	(void)state;
	answers_check(protobuf_answers, COUNT(protobuf_answers),
		      otlp_read_protobuf);
	answers_check(json_answers, COUNT(json_answers), otlp_read_json);
}

static void
test_status(void **state)
{
	static const struct answer answers[] = {
		{BYTES(""), true, 0, ""},
		{BYTES("\x08\x03"), true, 0, ""},
		{BYTES("\x08\x03\x12\x07no room"), true, 0, "no room"},
		{BYTES("\x12\x07no room\x1a\x02hm"), true, 0, "no room"},
		{BYTES("\x12\x07no room\x1a\x03hm"), false, 0, ""},
		{BYTES("Bad Request"), false, 0, ""},
	};
	char words[OTLP_MESSAGE_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		const struct answer *a = &answers[i];

		assert_int_equal(otlp_read_status(a->bytes, a->length, words),
				 a->good);
		assert_string_equal(words, a->message);
	}
}

static void
test_words(void **state)
{
	static const struct {
		const char *bytes, *words;
	} texts[] = {
		{"", ""},
		{"a", "a"},
		{"  a  b\r\nc\t", "a b c"},
		{"\x1b[1m\xff", "[1m"},
		{"\xc3\xa9t\xc3\xa9", "t"},
		{"1234567890", "1234567"},
		{"123456 890", "123456 8"},
		{"12345 7890", "12345 7"},
	};
	char words[9];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		otlp_words(texts[i].bytes, strlen(texts[i].bytes), words,
			   sizeof(words));
		assert_string_equal(words, texts[i].words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
