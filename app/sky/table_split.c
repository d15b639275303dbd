#include "sky/table_split.h"

#include <string.h>

#include "base/text.h"
#include "sky/table_source.h"

#define BYTES_OF(byte) (UINT64_C(0x0101010101010101) * (unsigned char)(byte))
#define HIGH_BITS BYTES_OF(0x80)

static inline uint64_t
word_load(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/*
 * The high bit of each byte that is a control character, a quote or the
 * delimiter: adding to the seven low bits carries into the eighth where a
 * byte is none of these.
 */
static inline uint64_t
word_hits(uint64_t word, uint64_t delimiters)
{
	uint64_t low = word & ~HIGH_BITS;
	uint64_t plain = low + BYTES_OF(0x80 - ' ');

	plain &= (low ^ BYTES_OF('"')) + BYTES_OF(0x7f);
	plain &= (low ^ delimiters) + BYTES_OF(0x7f);
	return ~(plain | word) & HIGH_BITS;
}

/* Goes from one hit to the next. */
struct hits {
	char *next;    /* the word after that which is looked at */
	uint64_t left; /* its hits that were not visited */
	uint64_t seen; /* the bits of all words */
};

static inline void
hits_from(struct hits *hits, char *at)
{
	hits->next = at;
	hits->left = 0;
}

/* NULL when there is none before the limit. */
static inline char *
hits_next(struct hits *hits, const char *limit, uint64_t delimiters)
{
	char *hit;

	while (hits->left == 0) {
		uint64_t word;

		if (hits->next >= limit)
			return NULL;
		word = word_load(hits->next);
		hits->next += TABLE_SOURCE_WORD;
		hits->seen |= word;
		hits->left = word_hits(word, delimiters);
	}
	hit = hits->next - TABLE_SOURCE_WORD + __builtin_ctzll(hits->left) / 8;
	hits->left &= hits->left - 1;
	return hit < limit ? hit : NULL;
}

/* Until the row is finished, `present` says that quotes are doubled in it. */
static inline void
cell_keep(struct table_split *split, const char *from, const char *to,
	  bool doubled)
{
	if (split->count < TABLE_SPLIT_CELLS) {
		struct table_cell *cell = &split->cells[split->count];

		cell->present = doubled;
		cell->length = (uint32_t)(to - from);
		cell->text = from;
	}
	split->count++;
}

static inline bool
is_blank(const char *from, const char *to)
{
	while (from < to && text_is_space(*from))
		from++;
	return from == to;
}

/* Takes in what the search for delimiters passes over. */
static void
quoted_look(struct table_split *split, const char *from, const char *to)
{
	const char *at = from;
	uint64_t seen = 0;

	for (; at < to; at += TABLE_SOURCE_WORD)
		seen |= word_load(at);
	split->ascii &= (seen & HIGH_BITS) == 0;
	for (at = from;; at++) {
		at = memchr(at, split->line_end, (size_t)(to - at));
		if (at == NULL)
			break;
		split->line_ends++;
	}
	split->nul |= memchr(from, '\0', (size_t)(to - from)) != NULL;
}

/*
 * Keeps the quoted cell that begins at `from` and finds where it ends: at a
 * delimiter or the line's end.
 */
static enum table_fault
quoted_keep(struct table_split *split, char *from, const char *limit,
	    char **end)
{
	char *to = from, *next;
	bool doubled = false;

	for (;; to += 2, doubled = true) {
		to = memchr(to, '"', (size_t)(limit - to));
		if (to == NULL)
			return TABLE_FAULT_OPEN;
		if (to + 1 == limit || to[1] != '"')
			break;
	}
	for (next = to + 1; next < limit; next++) {
		if (*next == split->delimiter || *next == split->line_end)
			break;
		if (!text_is_space(*next))
			return TABLE_FAULT_AFTER;
	}
	if (next == limit)
		return TABLE_FAULT_LONG;
	quoted_look(split, from, to);
	cell_keep(split, from, to, doubled);
	*end = next;
	return TABLE_FAULT_NONE;
}

static enum table_fault
row_end(struct table_split *split, const struct hits *hits, char *line_end)
{
	split->ascii &= (hits->seen & HIGH_BITS) == 0;
	split->end = line_end + 1;
	return split->nul ? TABLE_FAULT_NUL : TABLE_FAULT_NONE;
}

enum table_fault
table_split_row(struct table_split *split, char *row, const char *end)
{
	const char delimiter = split->delimiter, line_end = split->line_end;
	const uint64_t delimiters = BYTES_OF(delimiter);
	const char *limit =
		end - row > TABLE_ROW_MAX ? row + TABLE_ROW_MAX + 1 : end;
	struct hits hits = {.seen = 0};
	char *cell = row, *hit;

	split->count = 0;
	split->line_ends = 1;
	split->ascii = true;
	split->nul = false;
	hits_from(&hits, row);
	while ((hit = hits_next(&hits, limit, delimiters)) != NULL) {
		if (*hit == delimiter || *hit == line_end) {
			cell_keep(split, cell, hit, false);
		} else if (*hit == '"' && is_blank(cell, hit)) {
			enum table_fault fault =
				quoted_keep(split, hit + 1, limit, &hit);

			if (fault != TABLE_FAULT_NONE && delimiter != '\t')
				return fault;
			if (fault != TABLE_FAULT_NONE)
				continue;
			hits_from(&hits, hit + 1);
		} else {
			split->nul |= *hit == '\0';
			continue;
		}
		if (*hit == line_end)
			return row_end(split, &hits, hit);
		cell = hit + 1;
	}
	return TABLE_FAULT_LONG;
}

/* Makes one quote of two, in place; returns the new end. */
static char *
quotes_undouble(char *from, const char *to)
{
	char *out = from;

	for (const char *at = from; at < to; at++) {
		*out++ = *at;
		if (*at == '"')
			at++;
	}
	return out;
}

/* What is written upon is a delimiter, a quote, a space or the line's end. */
static inline void
cell_finish(struct table_cell *cell, char *from, char *to)
{
	if (cell->present)
		to = quotes_undouble(from, to);
	while (from < to && text_is_space(*from))
		from++;
	while (to > from && text_is_space(to[-1]))
		to--;
	*to = '\0';
	cell->present = from < to;
	cell->length = (uint32_t)(to - from);
	cell->text = from;
}

/* A byte of Windows-1252 as UTF-8; returns the new end. */
static char *
byte_convert(unsigned char byte, char *out)
{
	/* The five that stand for nothing are control characters. */
	static const uint16_t upper[32] = {
		0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
		0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
	};
	unsigned character = byte;

	if (byte >= 0x80 && byte < 0xa0)
		character = upper[byte - 0x80];
	if (character < 0x80) {
		*out++ = (char)character;
		return out;
	}
	if (character < 0x800) {
		*out++ = (char)(0xc0 | character >> 6);
	} else {
		*out++ = (char)(0xe0 | character >> 12);
		*out++ = (char)(0x80 | (character >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (character & 0x3f));
	return out;
}

static void
cells_convert(struct table_split *split, size_t count)
{
	char *out = split->converted;

	for (size_t i = 0; i < count; i++) {
		struct table_cell *cell = &split->cells[i];
		const char *from = cell->text, *to = from + cell->length;

		cell->text = out;
		while (from < to)
			out = byte_convert((unsigned char)*from++, out);
		cell->length = (uint32_t)(out - cell->text);
		*out++ = '\0';
	}
}

bool
table_split_finish(struct table_split *split, char *row)
{
	size_t count = split->count;
	bool valid = true;

	if (count > TABLE_SPLIT_CELLS)
		count = TABLE_SPLIT_CELLS;
	for (size_t i = 0; i < count; i++) {
		struct table_cell *cell = &split->cells[i];
		char *from = row + (cell->text - row);

		cell_finish(cell, from, from + cell->length);
	}
	if (split->ascii)
		return false;
	for (size_t i = 0; i < count && valid; i++)
		valid = text_is_utf8(split->cells[i].text,
				     split->cells[i].length);
	if (!valid)
		cells_convert(split, count);
	return !valid;
}

const char *
table_split_why(enum table_fault fault)
{
	static const char *const words[TABLE_FAULT__MAX] = {
		[TABLE_FAULT_NONE] = "is right",
		[TABLE_FAULT_LONG] = "is longer than 65536 bytes",
		[TABLE_FAULT_OPEN] =
			"has a quote that is not closed within 65536 bytes",
		[TABLE_FAULT_AFTER] = "has text after a closing quote",
		[TABLE_FAULT_NUL] = "holds a NUL",
	};

	_Static_assert(TABLE_ROW_MAX == 65536, "the words above say so");
	return words[fault];
}
