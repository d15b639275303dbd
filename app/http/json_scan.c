#include "http/json_scan.h"

#include <stdint.h>

#include "base/text.h"

enum { ESCAPE_U_BYTES = 6, WORD_BYTES_MAX = 8 };

enum lc_rc
json_scan_fault(struct json_scan *scan, size_t at, const char *message)
{
	scan->fault_at = at;
	scan->message = message;
	return LC_INVALID;
}

void
json_scan_space(struct json_scan *scan)
{
	int c = json_scan_peek(scan);

	while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
		scan->at++;
		c = json_scan_peek(scan);
	}
}

/* ---- strings */

static int
hex_value(char c)
{
	if (text_is_digit(c))
		return c - '0';
	c = text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the \uXXXX that begins at an offset; false if there is none. */
static bool
unit_read(const struct json_scan *scan, size_t at, uint32_t *unit)
{
	const char *escape = scan->text + at;

	if (scan->length - at < ESCAPE_U_BYTES || escape[0] != '\\' ||
	    escape[1] != 'u')
		return false;
	*unit = 0;
	for (int i = 2; i < ESCAPE_U_BYTES; i++) {
		int value = hex_value(escape[i]);

		if (value < 0)
			return false;
		*unit = *unit * 16 + (uint32_t)value;
	}
	return true;
}

static void
character_add(struct buf *out, uint32_t code)
{
	unsigned char bytes[4];
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : 3;

	if (code >= 0x10000)
		length = 4;
	for (size_t i = length; --i > 0; code >>= 6)
		bytes[i] = (unsigned char)(0x80 | (code & 0x3f));
	/* The first byte begins with as many ones as there are bytes. */
	bytes[0] =
		(unsigned char)(length > 1 ? code | (0xf00U >> length) : code);
	buf_add(out, bytes, length);
}

static enum lc_rc
unicode_escape_scan(struct json_scan *scan, bool is_name, struct buf *out)
{
	uint32_t code, low;

	if (!unit_read(scan, scan->at, &code))
		return json_scan_fault(scan, scan->at,
				       "\\u takes four hexadecimal digits");
	if (code == 0 && is_name)
		return json_scan_fault(scan, scan->at,
				       "a name may not hold a NUL");
	if (code >= 0xdc00 && code <= 0xdfff)
		return json_scan_fault(scan, scan->at,
				       "the second half of a surrogate pair "
				       "without the first before it");
	if (code >= 0xd800 && code <= 0xdbff) {
		if (!unit_read(scan, scan->at + ESCAPE_U_BYTES, &low) ||
		    low < 0xdc00 || low > 0xdfff)
			return json_scan_fault(
				scan, scan->at,
				"the first half of a surrogate "
				"pair without the second, \\udc00 "
				"to \\udfff, after it");
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		scan->at += ESCAPE_U_BYTES;
	}
	scan->at += ESCAPE_U_BYTES;
	character_add(out, code);
	return LC_OK;
}

static enum lc_rc
escape_scan(struct json_scan *scan, bool is_name, struct buf *out)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	char c = '\0';

	if (scan->length - scan->at > 1)
		c = scan->text[scan->at + 1];
	if (c == 'u')
		return unicode_escape_scan(scan, is_name, out);
	letter = memchr(letters, c, sizeof(letters) - 1);
	if (letter == NULL)
		return json_scan_fault(
			scan, scan->at,
			"after a backslash comes one of \" \\ / b "
			"f n r t, or u and four hexadecimal "
			"digits");
	buf_add_char(out, meanings[letter - letters]);
	scan->at += 2;
	return LC_OK;
}

/* Goes over what stands for itself. */
static void
plain_skip(struct json_scan *scan)
{
	int c = json_scan_peek(scan);

	while (c >= ' ' && c != '"' && c != '\\') {
		size_t bytes = 1;

		if (c >= 0x80)
			bytes = text_utf8_one(scan->text + scan->at,
					      scan->length - scan->at);
		if (bytes == 0)
			return;
		scan->at += bytes;
		c = json_scan_peek(scan);
	}
}

enum lc_rc
json_scan_string(struct json_scan *scan, bool is_name, struct buf *out)
{
	size_t opening = scan->at++;
	enum lc_rc rc = LC_OK;

	while (rc == LC_OK) {
		size_t from = scan->at;
		int c;

		plain_skip(scan);
		buf_add(out, scan->text + from, scan->at - from);
		c = json_scan_peek(scan);
		if (c == '"')
			break;
		if (c == '\\')
			rc = escape_scan(scan, is_name, out);
		else if (c < 0)
			rc = json_scan_fault(scan, opening,
					     "this string has no closing "
					     "quote");
		else if (c < ' ')
			rc = json_scan_fault(scan, scan->at,
					     "a string may not hold a raw "
					     "control character; write it as "
					     "\\n or \\u000a, for example");
		else
			rc = json_scan_fault(scan, scan->at,
					     "this byte is not UTF-8");
	}
	if (rc != LC_OK)
		return rc;
	scan->at++;
	buf_add_char(out, '\0');
	return out->failed ? LC_NO_MEMORY : LC_OK;
}

/* ---- numbers */

/* Whether there was a digit. */
static bool
digits_skip(struct json_scan *scan)
{
	size_t from = scan->at;

	while (scan->at < scan->length && text_is_digit(scan->text[scan->at]))
		scan->at++;
	return scan->at > from;
}

enum lc_rc
json_scan_number(struct json_scan *scan, bool *whole)
{
	size_t digits;

	*whole = true;
	if (json_scan_peek(scan) == '-')
		scan->at++;
	digits = scan->at;
	if (!digits_skip(scan))
		return json_scan_fault(scan, scan->at,
				       "a digit was expected after '-'");
	if (scan->text[digits] == '0' && scan->at - digits > 1)
		return json_scan_fault(
			scan, digits,
			"a number may not begin with a zero that "
			"other digits follow");
	if (json_scan_peek(scan) == '.') {
		*whole = false;
		scan->at++;
		if (!digits_skip(scan))
			return json_scan_fault(scan, scan->at,
					       "a digit was expected after "
					       "the decimal point");
	}
	if (json_scan_peek(scan) == 'e' || json_scan_peek(scan) == 'E') {
		*whole = false;
		scan->at++;
		if (json_scan_peek(scan) == '+' || json_scan_peek(scan) == '-')
			scan->at++;
		if (!digits_skip(scan))
			return json_scan_fault(scan, scan->at,
					       "a digit was expected in the "
					       "exponent");
	}
	return LC_OK;
}

/* ---- literal names */

static bool
is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *
word_message(const char *word)
{
	static const char *const known[] = {"true", "false", "null"};
	static const char *const numbers[] = {"nan", "inf", "infinity"};

	for (size_t i = 0; i < 3; i++)
		if (text_equal_nocase(word, known[i]))
			return "true, false and null are written in lower case";
	for (size_t i = 0; i < 3; i++)
		if (text_equal_nocase(word, numbers[i]))
			return "JSON has neither NaN nor Infinity; null may "
			       "stand for a number that is not there";
	return "this word is no JSON value; text stands in double quotes";
}

enum lc_rc
json_scan_word(struct json_scan *scan, enum json_scan_word *out)
{
	static const char *const words[JSON_SCAN_WORD__MAX] = {
		[JSON_SCAN_NULL] = "null",
		[JSON_SCAN_FALSE] = "false",
		[JSON_SCAN_TRUE] = "true",
	};
	char word[WORD_BYTES_MAX + 1] = "";
	size_t from = scan->at;
	int next;

	while (is_letter(next = json_scan_peek(scan))) {
		if (scan->at - from < WORD_BYTES_MAX)
			word[scan->at - from] = (char)next;
		scan->at++;
	}
	if (scan->at - from > WORD_BYTES_MAX)
		word[0] = '\0';
	for (int i = 0; i < JSON_SCAN_WORD__MAX; i++) {
		if (strcmp(word, words[i]) == 0) {
			*out = (enum json_scan_word)i;
			return LC_OK;
		}
	}
	return json_scan_fault(scan, from, word_message(word));
}
