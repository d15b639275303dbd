#include "http/query.h"

#include <string.h>

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t
query_decode(char *out, const char *text, size_t length, bool plus_is_space)
{
	size_t made = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '+' && plus_is_space) {
			c = ' ';
		} else if (c == '%' && length - i > 2) {
			int high = hex_value(text[i + 1]);
			int low = hex_value(text[i + 2]);

			if (high >= 0 && low >= 0) {
				c = (char)(high * 16 + low);
				i += 2;
			}
		}
		out[made++] = c;
	}
	out[made] = '\0';
	return made;
}

static size_t
query_count(const char *text, size_t length)
{
	size_t count = 1;

	for (size_t i = 0; i < length; i++)
		count += text[i] == '&';
	return count;
}

static enum lc_rc
pair_parse(struct query_pair *pair, const char *text, size_t length,
	   struct arena *arena)
{
	const char *equals = memchr(text, '=', length);
	size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
	size_t value_length = equals != NULL ? length - name_length - 1 : 0;
	char *room = arena_alloc(arena, length + 2);
	char *value;

	if (room == NULL)
		return LC_NO_MEMORY;
	pair->name = room;
	pair->name_length = query_decode(room, text, name_length, true);
	value = room + pair->name_length + 1;
	pair->value = value;
	pair->value_length = query_decode(value, text + length - value_length,
					  value_length, true);
	return LC_OK;
}

enum lc_rc
query_parse(struct query *query, const char *text, size_t length,
	    struct arena *arena)
{
	size_t from = 0;

	*query = (struct query){.count = 0};
	if (length == 0)
		return LC_OK;
	query->pairs = arena_alloc(arena, query_count(text, length) *
						  sizeof(*query->pairs));
	if (query->pairs == NULL)
		return LC_NO_MEMORY;
	while (from <= length) {
		const char *end = memchr(text + from, '&', length - from);
		size_t to = end != NULL ? (size_t)(end - text) : length;

		if (to > from) {
			enum lc_rc rc =
				pair_parse(&query->pairs[query->count],
					   text + from, to - from, arena);

			if (rc != LC_OK)
				return rc;
			query->count++;
		}
		from = to + 1;
	}
	return LC_OK;
}
