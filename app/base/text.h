/*
 * Text: what is asked of strings in more than one room.  All of it works on
 * bytes and ASCII; nothing depends on the locale.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* U+FFFD, which stands for what is no character. */
#define TEXT_REPLACEMENT "\xef\xbf\xbd"

/* The bytes of the UTF-8 character that `text` begins with; 0 for none. */
size_t text_utf8_one(const char *text, size_t length);

/* The length of the longest valid UTF-8 start of `text`. */
size_t text_utf8_valid(const char *text, size_t length);

static inline bool
text_is_utf8(const char *text, size_t length)
{
	return text_utf8_valid(text, length) == length;
}

/* At most `most` bytes of `text`, not ending within a UTF-8 character. */
size_t text_utf8_cut(const char *text, size_t length, size_t most);

/* Whether two strings are equal but for the case of ASCII letters. */
bool text_equal_nocase(const char *a, const char *b);

/* Whether `text` begins so, whatever the case of ASCII letters. */
bool text_begins_nocase(const char *text, const char *start);

static inline bool
text_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char
text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline char
text_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/*
 * Whether a text is a plain name: a-z, 0-9, '-' and '_', at least one, and
 * not '-' first.
 */
bool text_is_name(const char *text);

/*
 * Edits (insert, delete, replace, swap of neighbours) that turn `a` into
 * `b`; anything above `most` is reported as most + 1.  Strings longer than
 * 64 bytes count as most + 1.
 */
unsigned text_distance(const char *a, const char *b, unsigned most);

#endif
