#include "sky/frames.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "sky/fields.h"

enum { FRAMES_WORD_MAX = 16 };

static const char what_is_ecliptic[] =
	"ecliptic coordinates are not read here; give equatorial, galactic or "
	"supergalactic ones";
static const char what_is_double[] =
	"this is another frame than the one named elsewhere; name one only";

/* Words of frames that are known, and not read. */
static const char *const ecliptic[] = {"ecliptic", "ecl_fk4", "ecl_fk5"};

struct frames_word {
	enum turns_frame frame;
	const char *refused;
};

static bool
frames_find(const char *text, size_t length, struct frames_word *out)
{
	char word[FRAMES_WORD_MAX + 1];

	*out = (struct frames_word){.frame = TURNS_ICRS};
	if (length > FRAMES_WORD_MAX)
		return false;
	memcpy(word, text, length);
	word[length] = '\0';
	if (turns_find(word, &out->frame))
		return true;
	out->refused = what_is_ecliptic;
	for (size_t i = 0; i < sizeof(ecliptic) / sizeof(*ecliptic); i++)
		if (text_equal_nocase(word, ecliptic[i]))
			return true;
	return false;
}

static bool
frames_is_inside(char c)
{
	return (text_lower(c) >= 'a' && text_lower(c) <= 'z') ||
	       text_is_digit(c) || c == '.' || c == '_';
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
	const char *refused = word->refused;

	if (refused == NULL && frames->named && word->frame != frames->frame)
		refused = what_is_double;
	if (refused != NULL && frames->refused == NULL) {
		frames->refused = refused;
		frames->refused_offset = offset;
	}
	if (refused != NULL || frames->named)
		return;
	frames->named = true;
	frames->named_offset = offset;
	frames->frame = word->frame;
}

/* Whether a word goes on as a designation does: J2000+1223. */
static bool
frames_is_designation(const char *text, size_t from, size_t end, size_t to)
{
	char sign;

	return end > from && text_is_digit(text[end - 1]) &&
	       fields_sign(text + end, to - end, &sign) > 0;
}

static bool
frames_strip_first(struct frames *frames, const char *text)
{
	size_t from = frames->from, end;
	struct frames_word word;
	char closing = from < frames->to ? frames_closing(text[from]) : '\0';

	from += closing != '\0';
	end = from;
	while (end < frames->to && frames_is_inside(text[end]))
		end++;
	if (!frames_find(text + from, end - from, &word))
		return false;
	if (closing != '\0') {
		if (end == frames->to || text[end] != closing)
			return false;
		end++;
	} else if (frames_is_designation(text, from, end, frames->to)) {
		return false;
	} else if (end < frames->to && (text[end] == ':' || text[end] == ',')) {
		end++;
	}
	frames_note(frames, &word, from);
	frames->from = end + fields_space(text + end, frames->to - end);
	return true;
}

static bool
frames_strip_last(struct frames *frames, const char *text)
{
	size_t to = frames->to, start, offset;
	struct frames_word word;
	bool closed = to > frames->from &&
		      (text[to - 1] == ')' || text[to - 1] == ']');

	to -= closed;
	start = to;
	while (start > frames->from && frames_is_inside(text[start - 1]))
		start--;
	if (!frames_find(text + start, to - start, &word) ||
	    start == frames->from)
		return false;
	offset = start;
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
	frames_note(frames, &word, offset);
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
