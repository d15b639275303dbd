#include "sky/names.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Words before a number, as people write them and as the key has them. */
struct names_prefix {
	const char *word;
	const char *key;
	bool fielded; /* its number has parts, each with leading zeros */
};

static const struct names_prefix prefixes[] = {
	{"NGC", "NGC", false},      {"IC", "IC", false},
	{"M", "M", false},          {"MESSIER", "M", false},
	{"C", "C", false},          {"CALDWELL", "C", false},
	{"MEL", "MEL", false},      {"MELOTTE", "MEL", false},
	{"CL", "CL", false},        {"CR", "CL", false},
	{"COLLINDER", "CL", false}, {"B", "B", false},
	{"BARNARD", "B", false},    {"H", "H", false},
	{"HARVARD", "H", false},    {"HCG", "HCG", false},
	{"HICKSON", "HCG", false},  {"UGC", "UGC", false},
	{"UGCA", "UGCA", false},    {"PGC", "PGC", false},
	{"LEDA", "PGC", false},     {"ESO", "ESO", true},
	{"ESOLV", "ESOLV", true},
};

static const struct names_prefix signed_prefix = {"MCG", "MCG", true};

/* What is written in other bytes and means nothing, or a hyphen. */
struct names_sign {
	const char *bytes;
	const char *key;
};

static const struct names_sign signs[] = {
	{"\u00a0", ""},  {"\u2009", ""},  {"\u202f", ""},  {"\u2018", ""},
	{"\u2019", ""},  {"\u2032", ""},  {"\u2010", "-"}, {"\u2011", "-"},
	{"\u2012", "-"}, {"\u2013", "-"}, {"\u2212", "-"},
};

static bool
names_is_letter(char c)
{
	return text_upper(c) >= 'A' && text_upper(c) <= 'Z';
}

static const struct names_sign *
names_find_sign(const char *text, size_t length)
{
	/* Nearly all of a name is ASCII, and none of these is. */
	if (((unsigned char)*text & 0x80) == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		size_t bytes = strlen(signs[i].bytes);

		if (bytes <= length && memcmp(text, signs[i].bytes, bytes) == 0)
			return &signs[i];
	}
	return NULL;
}

/* Whether a byte only parts what stands before and after it. */
static bool
names_is_separator(char before, char c, char after)
{
	if (text_is_space(c) || c == '_' || c == '\'' || c == '"' || c == ',')
		return true;
	if (c == '.')
		return !text_is_digit(before) || !text_is_digit(after);
	/* A '+' in a URL arrives as a space. */
	return c == '+' ||
	       (c == '-' && names_is_letter(before) && names_is_letter(after));
}

/* Upper case without separators; at most as long as it was. */
static size_t
names_squeeze(const char *name, size_t length, char *key)
{
	size_t at = 0, end = 0;

	while (at < length) {
		const struct names_sign *sign =
			names_find_sign(name + at, length - at);
		char c = name[at];
		size_t bytes = 1;

		if (sign != NULL) {
			bytes = strlen(sign->bytes);
			c = sign->key[0] == '\0' ? ' ' : sign->key[0];
		}
		at += bytes;
		if (!names_is_separator(end > 0 ? key[end - 1] : '\0', c,
					at < length ? name[at] : '\0'))
			key[end++] = text_upper(c);
	}
	key[end] = '\0';
	return end;
}

static const struct names_prefix *
names_find_prefix(const char *key, size_t letters)
{
	const char *number = key + letters;

	if (*number == '-')
		number++;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (prefixes[i].word[0] == *key && text_is_digit(*number) &&
		    strlen(prefixes[i].word) == letters &&
		    memcmp(prefixes[i].word, key, letters) == 0)
			return &prefixes[i];
	if (letters == 3 && memcmp(key, signed_prefix.word, 3) == 0)
		return &signed_prefix;
	return NULL;
}

/* Copies without the zeros that stand before other digits of a number. */
static size_t
names_strip_zeros(const char *from, bool fielded, char *to)
{
	size_t end = 0;
	bool leading = true;

	for (; *from != '\0'; from++) {
		if (leading && *from == '0' && text_is_digit(from[1]))
			continue;
		leading = fielded && (*from == '-' || *from == '+');
		to[end++] = *from;
	}
	to[end] = '\0';
	return end;
}

size_t
names_fold(const char *name, size_t length, char key[NAMES_MAX_BYTES + 1])
{
	char plain[NAMES_MAX_BYTES + 1];
	const struct names_prefix *prefix;
	const char *number;
	size_t letters = 0, end;

	while (length > 0 && text_is_space(*name))
		name++, length--;
	if (length > 4 && text_is_space(name[3]) &&
	    text_lower(name[0]) == 't' && text_lower(name[1]) == 'h' &&
	    text_lower(name[2]) == 'e')
		name += 4, length -= 4;
	while (length > 0 && text_is_space(name[length - 1]))
		length--;
	if (length > NAMES_MAX_BYTES)
		return 0;
	names_squeeze(name, length, plain);
	while (names_is_letter(plain[letters]))
		letters++;
	number = plain + letters;
	prefix = names_find_prefix(plain, letters);
	if (prefix != NULL) {
		if (prefix != &signed_prefix && *number == '-')
			number++;
		end = strlen(prefix->key);
		memcpy(key, prefix->key, end);
	} else {
		end = letters;
		memcpy(key, plain, end);
	}
	if (letters == 0)
		return end +
		       (size_t)snprintf(key, NAMES_MAX_BYTES + 1, "%s", plain);
	return end + names_strip_zeros(number,
				       prefix != NULL && prefix->fielded,
				       key + end);
}

size_t
names_order(const char *name, size_t length, char order[NAMES_ORDER_BYTES])
{
	size_t at = 0, end = 0;

	if (length > NAMES_MAX_BYTES)
		length = NAMES_MAX_BYTES;
	while (at < length) {
		size_t digits = 0;

		while (at + 1 < length && name[at] == '0' &&
		       text_is_digit(name[at + 1]))
			at++;
		while (at + digits < length && text_is_digit(name[at + digits]))
			digits++;
		if (digits == 0) {
			order[end++] = text_upper(name[at++]);
			continue;
		}
		/* A longer number is a larger one. */
		end += (size_t)snprintf(order + end, NAMES_ORDER_BYTES - end,
					"%03zu", digits);
		memcpy(order + end, name + at, digits);
		end += digits;
		at += digits;
	}
	return end;
}
