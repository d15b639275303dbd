#include "base/rate_list.h"

#include <string.h>

#include "base/number.h"

/* A whole number above 0, up to one of `ends` or the text's end. */
static bool
number_read(const char **text, const char *ends, int64_t *out)
{
	size_t length = strcspn(*text, ends);

	if (number_parse_int64(*text, length, out) != NUMBER_OK || *out < 1)
		return false;
	*text += length;
	return true;
}

static bool
item_read(const char **text, struct rate_item *item)
{
	item->name = *text;
	item->name_length = strcspn(*text, "=, ");
	*text += item->name_length;
	if (item->name_length == 0 || *(*text)++ != '=' ||
	    !number_read(text, "/", &item->limit) || *(*text)++ != '/' ||
	    !number_read(text, "/,", &item->window_s))
		return false;
	item->burst = item->limit;
	if (**text != '/')
		return true;
	++*text;
	return number_read(text, ",", &item->burst);
}

static bool
is_repeated(const struct rate_item *items, int at)
{
	for (int i = 0; i < at; i++)
		if (items[i].name_length == items[at].name_length &&
		    memcmp(items[i].name, items[at].name,
			   items[at].name_length) == 0)
			return true;
	return false;
}

int
rate_list_read(struct rate_item out[RATE_LIST_MOST], const char *text)
{
	int count = 0;

	if (*text == '\0')
		return 0;
	for (;;) {
		if (count == RATE_LIST_MOST || !item_read(&text, &out[count]) ||
		    is_repeated(out, count))
			return -1;
		count++;
		if (*text == '\0')
			return count;
		text++; /* the comma */
		text += strspn(text, " ");
	}
}

bool
rate_list_ok(const char *text)
{
	struct rate_item items[RATE_LIST_MOST];

	return rate_list_read(items, text) >= 0;
}
