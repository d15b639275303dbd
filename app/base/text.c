#include "base/text.h"

#include <stdint.h>
#include <string.h>

enum { TEXT_DISTANCE_MAX = 64 };

size_t
text_utf8_one(const char *text, size_t length)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t size = 0;
	unsigned char low = 0x80;
	unsigned char high = 0xbf;

	if (length == 0)
		return 0;
	if (at[0] < 0x80)
		return 1;
	if (at[0] >= 0xc2 && at[0] <= 0xdf)
		size = 2;
	else if (at[0] >= 0xe0 && at[0] <= 0xef)
		size = 3;
	else if (at[0] >= 0xf0 && at[0] <= 0xf4)
		size = 4;
	if (size == 0 || size > length)
		return 0;
	/* No overlong forms, no surrogates, nothing past U+10FFFF. */
	if (at[0] == 0xe0)
		low = 0xa0;
	else if (at[0] == 0xed)
		high = 0x9f;
	else if (at[0] == 0xf0)
		low = 0x90;
	else if (at[0] == 0xf4)
		high = 0x8f;
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

size_t
text_utf8_valid(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length) {
		size_t one;

		if ((unsigned char)text[at] < 0x80) {
			at++;
			continue;
		}
		one = text_utf8_one(text + at, length - at);

		if (one == 0)
			break;
		at += one;
	}
	return at;
}

size_t
text_utf8_cut(const char *text, size_t length, size_t most)
{
	if (length <= most)
		return length;
	while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}

bool
text_equal_nocase(const char *a, const char *b)
{
	while (*a != '\0' && text_lower(*a) == text_lower(*b))
		a++, b++;
	return text_lower(*a) == text_lower(*b);
}

bool
text_begins_nocase(const char *text, const char *start)
{
	while (*start != '\0' && text_lower(*text) == text_lower(*start))
		text++, start++;
	return *start == '\0';
}

bool
text_is_name(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_");

	return length > 0 && text[0] != '-' && text[length] == '\0';
}

static unsigned
text_least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned
text_distance(const char *a, const char *b, unsigned most)
{
	unsigned rows[3][TEXT_DISTANCE_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];
	size_t a_length = strlen(a), b_length = strlen(b);

	if (a_length > TEXT_DISTANCE_MAX || b_length > TEXT_DISTANCE_MAX)
		return most + 1;
	for (size_t j = 0; j <= b_length; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned least = row[0] = (unsigned)i;
		unsigned *oldest = before;

		for (size_t j = 1; j <= b_length; j++) {
			unsigned edits = last[j - 1] + (a[i - 1] != b[j - 1]);

			edits = text_least(edits, last[j] + 1);
			edits = text_least(edits, row[j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				edits = text_least(edits, before[j - 2] + 1);
			row[j] = edits;
			least = text_least(least, edits);
		}
		if (least > most)
			return most + 1;
		before = last, last = row, row = oldest;
	}
	return text_least(last[b_length], most + 1);
}
