/* Lines of the log: whole ones, whatever is put into them. */
#include "base/log_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "chance.h"
#include "json_c.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ROUNDS = 20000, VALUE_MOST = 1500, FIELDS_MOST = 40 };

static const enum log_form forms[] = {LOG_TEXT, LOG_LOGFMT, LOG_JSON};

/* ---- readers: of logfmt our own, whose quoted values are JSON's texts */

/* The value of a field, which must stand there once; a text to be freed. */
static char *
logfmt_value(const char *line, size_t length, const char *name)
{
	const char *at = line, *end = line + length - 1;
	char *found = NULL;

	assert_int_equal(*end, '\n');
	while (at < end) {
		const char *equals = memchr(at, '=', (size_t)(end - at));
		const char *from, *to;
		bool is_it;

		assert_non_null(equals);
		is_it = (size_t)(equals - at) == strlen(name) &&
			memcmp(at, name, strlen(name)) == 0;
		from = to = equals + 1;
		if (from < end && *from == '"') {
			for (to++; *to != '"'; to++)
				to += *to == '\\';
			to++;
		} else {
			while (to<end && * to> ' ' && *to < 0x7f &&
			       strchr("=\"\\", *to) == NULL)
				to++;
			assert_true(to > from);
		}
		if (is_it) {
			assert_null(found);
			found = strndup(from, (size_t)(to - from));
		}
		assert_true(to == end || *to == ' ');
		at = to + (to < end);
	}
	return found;
}

/* What a reader has of a text's field. */
static char *
value_read(const struct log_line *line, const char *name)
{
	struct json_object *object, *value;
	char *text = NULL, *quoted;

	if (line->form == LOG_JSON) {
		object = json_read(line->bytes, line->length);
		if (json_object_object_get_ex(object, name, &value))
			text = strdup(json_object_get_string(value));
		json_object_put(object);
		return text;
	}
	quoted = logfmt_value(line->bytes, line->length, name);
	if (quoted == NULL || quoted[0] != '"')
		return quoted;
	value = json_read(quoted, strlen(quoted));
	text = strdup(json_object_get_string(value));
	json_object_put(value);
	free(quoted);
	return text;
}

/* Bytes with U+FFFD for each that is no character's; to be freed. */
static char *
mended(const char *bytes)
{
	size_t length = strlen(bytes);
	char *out = calloc(3, length + 1), *at = out;

	assert_non_null(out);
	for (size_t i = 0; i < length;) {
		size_t one = text_utf8_one(bytes + i, length - i);

		memcpy(at, one > 0 ? bytes + i : TEXT_REPLACEMENT,
		       one > 0 ? one : 3);
		at += one > 0 ? one : 3;
		i += one > 0 ? one : 1;
	}
	return out;
}

/* A line has one end, nothing that ends it for others, and is UTF-8. */
static void
line_is_whole(const struct log_line *line)
{
	static const char *const ends[] = {"\xc2\x85", "\xe2\x80\xa8",
					   "\xe2\x80\xa9", "\xc2\x9b"};

	assert_true(line->length > 0 && line->length <= LOG_LINE_MAX);
	assert_true(text_is_utf8(line->bytes, line->length));
	assert_int_equal(line->bytes[line->length - 1], '\n');
	for (size_t i = 0; i + 1 < line->length; i++)
		assert_true((unsigned char)line->bytes[i] >= ' ' &&
			    line->bytes[i] != 0x7f);
	for (size_t i = 0; i < COUNT(ends); i++)
		assert_null(memmem(line->bytes, line->length, ends[i],
				   strlen(ends[i])));
}

/* ---- what they look like */

struct value_case {
	const char *value, *logfmt, *json;
};

static const struct value_case value_cases[] = {
	{"/galaxy", "/galaxy", "\"/galaxy\""},
	{"", "\"\"", "\"\""},
	{"a b", "\"a b\"", "\"a b\""},
	{"a=b", "\"a=b\"", "\"a=b\""},
	{"say \"no\"", "\"say \\\"no\\\"\"", "\"say \\\"no\\\"\""},
	{"a\\b", "\"a\\\\b\"", "\"a\\\\b\""},
	{"1\n2\r3\t4", "\"1\\n2\\r3\\t4\"", "\"1\\n2\\r3\\t4\""},
	{"\x1b[2J\x7f", "\"\\u001b[2J\\u007f\"", "\"\\u001b[2J\\u007f\""},
	{"\xc2\x85\xc2\x9b", "\"\\u0085\\u009b\"", "\"\\u0085\\u009b\""},
	{"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa7",
	 "\"\\u2028\\u2029\xe2\x80\xa7\"", "\"\\u2028\\u2029\xe2\x80\xa7\""},
	{"\xc2\xa0\xc3\xa9", "\"\xc2\xa0\xc3\xa9\"", "\"\xc2\xa0\xc3\xa9\""},
	{"a\xff\xc3", "\"a\xef\xbf\xbd\xef\xbf\xbd\"",
	 "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
	{"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
	 "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
};

static void
test_values(void **state)
{
	char wanted[256];

	(void)state;
	for (size_t f = 0; f < COUNT(forms); f++)
		for (size_t i = 0; i < COUNT(value_cases); i++) {
			const struct value_case *c = &value_cases[i];
			struct log_line line;

			log_line_begin(&line, forms[f], "info");
			log_line_text(&line, "none", NULL);
			log_line_text(&line, "path", c->value);
			log_line_int(&line, "status", -404);
			log_line_end(&line);
			line_is_whole(&line);
			snprintf(wanted, sizeof(wanted),
				 forms[f] == LOG_JSON ?
					 ",\"level\":\"info\",\"path\":%s,"
					 "\"status\":-404}\n" :
					 " level=info path=%s status=-404\n",
				 forms[f] == LOG_JSON ? c->json : c->logfmt);
			assert_memory_equal(line.bytes + line.length -
						    strlen(wanted),
					    wanted, strlen(wanted));
			assert_false(line.full);
		}
}

static void
test_time(void **state)
{
	char before[CLOCK_RFC3339_MAX], after[CLOCK_RFC3339_MAX];

	(void)state;
	for (size_t f = 0; f < COUNT(forms); f++) {
		struct log_line line;
		char *found;

		clock_rfc3339(before);
		log_line_begin(&line, forms[f], "error");
		clock_rfc3339(after);
		log_line_end(&line);
		found = value_read(&line, "time");
		assert_non_null(found);
		assert_true(strcmp(before, found) <= 0);
		assert_true(strcmp(found, after) <= 0);
		assert_int_equal(strlen(found), strlen(before));
		free(found);
	}
}

struct ms_case {
	int64_t ns;
	const char *text;
};

static const struct ms_case ms_cases[] = {
	{0, "0.000"},
	{499, "0.000"},
	{500, "0.001"},
	{1500, "0.002"},
	{999499, "0.999"},
	{999500, "1.000"},
	{12345678, "12.346"},
	{60000000000, "60000.000"},
	{INT64_MAX, "9223372036854.776"},
	{-1, "0.000"},
	{-1500000, "-1.500"},
	{INT64_MIN, "-9223372036854.776"},
};

static void
test_ms(void **state)
{
	(void)state;
	for (size_t f = 0; f < COUNT(forms); f++)
		for (size_t i = 0; i < COUNT(ms_cases); i++) {
			struct log_line line;
			char *found;

			log_line_begin(&line, forms[f], "info");
			log_line_ms(&line, "run_ms", ms_cases[i].ns);
			log_line_end(&line);
			found = value_read(&line, "run_ms");
			assert_non_null(found);
			assert_string_equal(found, ms_cases[i].text);
			free(found);
		}
}

/* ---- strangers */

static const char *
value_invent(struct chance *chance, char value[VALUE_MOST + 1])
{
	static const char *const odd[] = {
		"\"",   "\\",       "\n",       "=",        " ",
		"\x7f", "\xc2\x85", "\xe2\x80", "\xf0\x9f", "\xf0\x9f\x8c\x8c",
	};
	size_t length = chance_below(chance, 2) == 0 ?
				chance_below(chance, 24) :
				chance_below(chance, VALUE_MOST);
	size_t kind = chance_below(chance, 3), at = 0;

	while (at < length) {
		const char *some = odd[chance_below(chance, COUNT(odd))];

		if (kind == 2 && length - at >= strlen(some)) {
			memcpy(value + at, some, strlen(some));
			at += strlen(some);
		} else {
			value[at++] =
				(char)(1 + chance_below(chance,
							kind == 0 ? 126 : 255));
		}
	}
	value[at] = '\0';
	return value;
}

/* All that was not cut is read back as it was, and else its beginning. */
static void
value_is_there(const struct log_line *line, const char *value)
{
	char *found = value_read(line, "path"), *whole = mended(value);

	assert_non_null(found);
	assert_int_equal(strncmp(found, whole, strlen(found)), 0);
	if (strlen(value) <= LOG_VALUE_MAX / 6 - 1)
		assert_string_equal(found, whole);
	else
		assert_true(strlen(found) >=
			    (strlen(value) < LOG_VALUE_MAX / 6 ?
				     strlen(value) :
				     LOG_VALUE_MAX / 6 - 1));
	free(whole);
	free(found);
}

static void
test_generated(void **state)
{
	struct chance chance = {.state = 20261130};
	char value[VALUE_MOST + 1], other[VALUE_MOST + 1];

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct log_line line;
		char *found;

		log_line_begin(&line, forms[i % 3], "info");
		log_line_text(&line, "path", value_invent(&chance, value));
		log_line_text(&line, "agent", value_invent(&chance, other));
		log_line_int(&line, "status", 200);
		log_line_end(&line);
		line_is_whole(&line);
		value_is_there(&line, value);
		/* However ugly, they do not push out what follows. */
		found = value_read(&line, "status");
		assert_non_null(found);
		assert_string_equal(found, "200");
		free(found);
	}
}

/* Fields until there is no room; what is there is right. */
static void
test_full(void **state)
{
	struct chance chance = {.state = 4096};
	char value[VALUE_MOST + 1], name[16];
	int full = 0;

	(void)state;
	for (int i = 0; i < ROUNDS / 10; i++) {
		struct log_line line;
		bool was_full = false;
		char *found;

		log_line_begin(&line, forms[i % 3], "info");
		for (int n = 0; n < FIELDS_MOST; n++) {
			snprintf(name, sizeof(name), "n_%c%c", 'a' + n / 26,
				 'a' + n % 26);
			if (n % 5 == 4)
				log_line_ms(&line, name, 1234567 * n);
			else
				log_line_text_to(&line, name,
						 value_invent(&chance, value),
						 2 * VALUE_MOST);
			assert_true(line.full || !was_full);
			was_full = line.full;
		}
		log_line_end(&line);
		line_is_whole(&line);
		found = value_read(&line, "level");
		assert_string_equal(found, "info");
		free(found);
		full += line.full;
	}
	assert_true(full > ROUNDS / 20);
}

/* ---- words for people */

static void
test_plain(void **state)
{
	static const struct {
		const char *words, *plain;
		size_t most;
	} cases[] = {
		{"a plain one", "a plain one", 99},
		{"a\nb\x1b\x7f\xc2\x85\xe2\x80\xa8z", "a b    z", 99},
		{"\xff\xc3\xa9", "\xef\xbf\xbd\xc3\xa9", 99},
		{"12345", "123", 3},
		{"12\xc3\xa9", "12", 3},
		{"12\xff", "12", 4},
		{"", "", 5},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char out[128];
		size_t length =
			log_line_plain(out, cases[i].words, cases[i].most);

		assert_int_equal(length, strlen(cases[i].plain));
		assert_memory_equal(out, cases[i].plain, length);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_time),
		cmocka_unit_test(test_ms),     cmocka_unit_test(test_generated),
		cmocka_unit_test(test_full),   cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
