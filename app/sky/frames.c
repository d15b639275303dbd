#include "sky/frames.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "sky/fields.h"

struct frames_word {
	const char *word;
	const char *refused; /* NULL: taken as ICRS */
};

static const char galactic[] =
	"galactic coordinates are not read here; give right ascension and "
	"declination in ICRS";
static const char supergalactic[] =
	"supergalactic coordinates are not read here; give right ascension "
	"and declination in ICRS";
static const char ecliptic[] =
	"ecliptic coordinates are not read here; give right ascension and "
	"declination in ICRS";
static const char besselian[] =
	"positions for B1950 are not read here; give right ascension and "
	"declination in ICRS";

static const struct frames_word words[] = {
	{"icrs", NULL},          {"j2000", NULL},
	{"j2000.0", NULL},       {"fk5", NULL},
	{"b1950", besselian},    {"b1950.0", besselian},
	{"fk4", besselian},      {"galactic", galactic},
	{"gal", galactic},       {"supergalactic", supergalactic},
	{"sgal", supergalactic}, {"ecliptic", ecliptic},
};

static const struct frames_word *
frames_find(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t j = 0;

		while (j < length && text_lower(text[j]) == words[i].word[j])
			j++;
		if (j == length && words[i].word[j] == '\0')
			return &words[i];
	}
	return NULL;
}

static bool
frames_is_inside(char c)
{
	return (text_lower(c) >= 'a' && text_lower(c) <= 'z') ||
	       text_is_digit(c) || c == '.';
}

static char
frames_closing(char c)
{
	return c == '(' ? ')' : c == '[' ? ']' : '\0';
}

static void
frames_note(struct frames *frames, const struct frames_word *word,
	    size_t offset)
{
	if (word->refused != NULL && frames->refused == NULL) {
		frames->refused = word->refused;
		frames->refused_offset = offset;
	}
}

static bool
frames_strip_first(struct frames *frames, const char *text)
{
	size_t from = frames->from, end;
	const struct frames_word *word;
	char closing = from < frames->to ? frames_closing(text[from]) : '\0';

	from += closing != '\0';
	end = from;
	while (end < frames->to && frames_is_inside(text[end]))
		end++;
	word = frames_find(text + from, end - from);
	if (word == NULL)
		return false;
	if (closing != '\0') {
		if (end == frames->to || text[end] != closing)
			return false;
		end++;
	} else if (end < frames->to && (text[end] == ':' || text[end] == ',')) {
		end++;
	}
	frames_note(frames, word, from);
	frames->from = end + fields_space(text + end, frames->to - end);
	return true;
}

static bool
frames_strip_last(struct frames *frames, const char *text)
{
	size_t to = frames->to, start;
	const struct frames_word *word;
	bool closed = to > frames->from &&
		      (text[to - 1] == ')' || text[to - 1] == ']');

	to -= closed;
	start = to;
	while (start > frames->from && frames_is_inside(text[start - 1]))
		start--;
	word = frames_find(text + start, to - start);
	if (word == NULL || start == frames->from)
		return false;
	frames_note(frames, word, start);
	if (closed) {
		if (frames_closing(text[--start]) != text[to])
			return false;
	} else if (!text_is_space(text[start - 1]) && text[start - 1] != ',') {
		return false;
	}
	while (start > frames->from && text_is_space(text[start - 1]))
		start--;
	if (start > frames->from && text[start - 1] == ',')
		start--;
	frames->to = start;
	return true;
}

void
frames_strip(struct frames *frames, const char *text, size_t from, size_t to)
{
	*frames = (struct frames){.from = from, .to = to};
	while (frames_strip_first(frames, text))
		continue;
	while (frames_strip_last(frames, text))
		continue;
}
