#include "base/base64.h"

#include "base/text.h"

/* A character's six bits; NONE for one that has no such meaning. */
enum { NONE = 64 };

#define NONES NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE
static const unsigned char values[256] = {
	NONES, NONES, NONES, NONES, NONES, NONE,  NONE,  NONE,  62,    NONE,
	NONE,  NONE,  63,    52,    53,    54,    55,    56,    57,    58,
	59,    60,    61,    NONE,  NONE,  NONE,  NONE,  NONE,  NONE,  NONE,
	0,     1,     2,     3,     4,     5,     6,     7,     8,     9,
	10,    11,    12,    13,    14,    15,    16,    17,    18,    19,
	20,    21,    22,    23,    24,    25,    NONE,  NONE,  NONE,  NONE,
	NONE,  NONE,  26,    27,    28,    29,    30,    31,    32,    33,
	34,    35,    36,    37,    38,    39,    40,    41,    42,    43,
	44,    45,    46,    47,    48,    49,    50,    51,    NONE,  NONE,
	NONE,  NONE,  NONE,  NONES, NONES, NONES, NONES, NONES, NONES, NONES,
	NONES, NONES, NONES, NONES, NONES, NONES, NONES, NONES, NONES,
};

void
base64_init(struct base64 *decoder)
{
	*decoder = (struct base64){0};
}

/* Takes one character; the bytes of a group come with its last one. */
static unsigned char *
base64_take(struct base64 *decoder, unsigned char c, unsigned char *out)
{
	unsigned value = values[c];

	if (c == '=' && decoder->count >= 2) {
		decoder->padding++;
		value = 0;
	} else if (value == NONE || decoder->padding > 0) {
		decoder->failed = true;
		return out;
	}
	decoder->bits = decoder->bits << 6 | value;
	if (++decoder->count < 4)
		return out;
	*out++ = (unsigned char)(decoder->bits >> 16);
	if (decoder->padding < 2)
		*out++ = (unsigned char)(decoder->bits >> 8);
	if (decoder->padding < 1)
		*out++ = (unsigned char)decoder->bits;
	decoder->ended = decoder->padding > 0;
	decoder->bits = decoder->count = decoder->padding = 0;
	return out;
}

/* Whole groups of four characters, as far as there is nothing else. */
static const unsigned char *
base64_groups(const unsigned char *at, const unsigned char *end,
	      unsigned char **out)
{
	unsigned char *next = *out;

	for (; end - at >= 4; at += 4, next += 3) {
		unsigned a = values[at[0]], b = values[at[1]];
		unsigned c = values[at[2]], d = values[at[3]];
		uint32_t bits = a << 18 | b << 12 | c << 6 | d;

		if (((a | b | c | d) & NONE) != 0)
			break;
		next[0] = (unsigned char)(bits >> 16);
		next[1] = (unsigned char)(bits >> 8);
		next[2] = (unsigned char)bits;
	}
	*out = next;
	return at;
}

size_t
base64_decode(struct base64 *decoder, const char *text, size_t length,
	      unsigned char *out, size_t *bad)
{
	const unsigned char *start = (const unsigned char *)text;
	const unsigned char *at = start, *end = start + length;
	unsigned char *next = out;

	while (!decoder->failed) {
		if (decoder->count == 0 && !decoder->ended)
			at = base64_groups(at, end, &next);
		if (at == end)
			break;
		if (text_is_space((char)*at)) {
			at++;
			continue;
		}
		if (decoder->ended)
			decoder->failed = true;
		else
			next = base64_take(decoder, *at, next);
		if (decoder->failed)
			*bad = (size_t)(at - start);
		at++;
	}
	return (size_t)(next - out);
}

bool
base64_complete(const struct base64 *decoder)
{
	return !decoder->failed && decoder->count == 0;
}
