#include "sky/labels.h"

#include <string.h>

#include "base/text.h"
#include "sky/fields.h"

struct labels_pair {
	const char *lon, *lat;
	enum turns_frame frame;
	const char *incomplete;
};

#define LABELS_GALACTIC \
	"galactic coordinates are a pair, as in l=121.17 b=-21.57"

static const struct labels_pair pairs[] = {
	{"l", "b", TURNS_GALACTIC, LABELS_GALACTIC},
	{"lii", "bii", TURNS_GALACTIC, LABELS_GALACTIC},
	{"glon", "glat", TURNS_GALACTIC, LABELS_GALACTIC},
	{"sgl", "sgb", TURNS_SUPERGALACTIC,
	 "supergalactic coordinates are a pair, as in sgl=102.88 sgb=-2.35"},
	{"ra", "dec", TURNS_ICRS,
	 "right ascension needs declination, as in RA=10.68 Dec=41.27"},
	{"ra", "de", TURNS_ICRS,
	 "right ascension needs declination, as in RA=10.68 DE=41.27"},
};

struct labels_label {
	size_t from, to;
	bool marked;    /* with = or : after it */
	bool by_number; /* a number is there */
};

static bool
labels_is_letter(char c)
{
	return text_lower(c) >= 'a' && text_lower(c) <= 'z';
}

/* Whether the word stands there, alone, and what follows it. */
static bool
labels_read(struct labels_label *label, const char *word, const char *text,
	    size_t at, size_t to)
{
	size_t end = at, i = 0;
	char sign;

	while (word[i] != '\0' && end < to && text_lower(text[end]) == word[i])
		i++, end++;
	if (word[i] != '\0' || (end < to && labels_is_letter(text[end])))
		return false;
	end += fields_space(text + end, to - end);
	*label = (struct labels_label){.from = at};
	if (end < to && (text[end] == '=' || text[end] == ':')) {
		label->marked = true;
		end++;
		end += fields_space(text + end, to - end);
	}
	label->to = end;
	label->by_number =
		end < to && (text_is_digit(text[end]) || text[end] == '.' ||
			     fields_sign(text + end, to - end, &sign) > 0);
	return label->by_number || label->marked;
}

/* The second label, which no letter stands before. */
static bool
labels_read_second(struct labels_label *label, const char *word,
		   const char *text, size_t from, size_t to)
{
	for (size_t at = from; at < to; at++)
		if (!labels_is_letter(text[at - 1]) &&
		    labels_read(label, word, text, at, to))
			return true;
	return false;
}

void
labels_find(struct labels *labels, const char *text, size_t from, size_t to)
{
	*labels = (struct labels){.from = from};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct labels_label first, second;

		if (!labels_read(&first, pairs[i].lon, text, from, to))
			continue;
		if (labels_read_second(&second, pairs[i].lat, text, first.to,
				       to)) {
			*labels = (struct labels){
				.found = true,
				.frame = pairs[i].frame,
				.from = first.to,
				.second = second.from,
				.second_to = second.to,
			};
			return;
		}
		if (first.marked)
			labels->fault = pairs[i].incomplete;
	}
}
