#include "commands/about.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Those of the facts that people write. */
static const enum facts_fact about_facts[] = {FACTS_TITLE, FACTS_DESCRIPTION,
					      FACTS_LICENCE, FACTS_CITATION};

enum { ABOUT_FACTS = sizeof(about_facts) / sizeof(*about_facts) };

void
about_init(struct about *about)
{
	for (int i = 0; i < FACTS__MAX; i++)
		buf_init(&about->values[i]);
}

void
about_release(struct about *about)
{
	for (int i = 0; i < FACTS__MAX; i++)
		buf_release(&about->values[i]);
}

const char *
about_value(const struct about *about, enum facts_fact which)
{
	const struct buf *value = &about->values[which];

	return value->length == 0 ? NULL : value->bytes;
}

/* The text between these places without the spaces around it. */
static const char *
about_trim(const char *start, const char *end, size_t *length)
{
	while (start < end && text_is_space(*start))
		start++;
	while (end > start && text_is_space(end[-1]))
		end--;
	*length = (size_t)(end - start);
	return start;
}

/* What "title: …" begins; NULL for a word that is none. */
static struct buf *
about_find(struct about *about, const char *line, size_t length)
{
	for (int i = 0; i < ABOUT_FACTS; i++) {
		const char *word = facts_words[about_facts[i]];

		if (strlen(word) == length && memcmp(word, line, length) == 0)
			return &about->values[about_facts[i]];
	}
	return NULL;
}

/* Takes a line; NULL, or what is wrong with it. */
static const char *
about_line(struct about *about, struct buf **last, const char *line,
	   const char *end)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	bool goes_on = text_is_space(*line);
	const char *text;
	size_t length;

	text = about_trim(line, end, &length);
	if (length == 0 || *line == '#')
		return NULL;
	if (!goes_on) {
		if (colon == NULL)
			return "a line is \"word: text\", or begins with a "
			       "space and goes on with the one before";
		*last = about_find(about, line, (size_t)(colon - line));
		if (*last == NULL)
			return "the word before the colon is title, "
			       "description, licence or citation";
		if ((*last)->length > 0)
			return "this was said already";
		text = about_trim(colon + 1, end, &length);
	} else if (*last == NULL) {
		return "there is no line that this could go on with";
	} else if ((*last)->length > 0) {
		buf_add_char(*last, ' ');
	}
	buf_add(*last, text, length);
	return NULL;
}

static enum lc_rc
about_parse(struct about *about, const char *text, size_t length, char *why,
	    size_t why_bytes)
{
	const char *const end = text + length;
	struct buf *last = NULL;

	for (int number = 1; text < end; number++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = stop == NULL ? end : stop;
		const char *wrong = about_line(about, &last, text, line_end);

		if (wrong != NULL) {
			snprintf(why, why_bytes, "line %d: %s", number, wrong);
			return LC_INVALID;
		}
		text = stop == NULL ? end : stop + 1;
	}
	for (int i = 0; i < FACTS__MAX; i++) {
		struct buf *value = &about->values[i];

		if (value->length > 0)
			buf_add_char(value, '\0');
		if (value->failed) {
			snprintf(why, why_bytes, "out of memory");
			return LC_NO_MEMORY;
		}
	}
	return LC_OK;
}

enum lc_rc
about_read(struct about *about, const char *path, char *why, size_t why_bytes)
{
	FILE *file = fopen(path, "re");
	enum lc_rc rc = LC_UNAVAILABLE;
	char *text = NULL;
	size_t length;

	if (file == NULL && (errno == ENOENT || errno == ENOTDIR))
		return LC_NOT_FOUND;
	if (file == NULL) {
		snprintf(why, why_bytes, "%s", strerror(errno));
		return LC_UNAVAILABLE;
	}
	text = malloc(ABOUT_MAX_BYTES + 1);
	if (text == NULL) {
		snprintf(why, why_bytes, "out of memory");
		rc = LC_NO_MEMORY;
		goto out;
	}
	length = fread(text, 1, ABOUT_MAX_BYTES + 1, file);
	if (ferror(file) != 0) {
		snprintf(why, why_bytes, "it cannot be read");
		goto out;
	}
	rc = LC_INVALID;
	if (length > ABOUT_MAX_BYTES)
		snprintf(why, why_bytes, "it has more than %d bytes",
			 ABOUT_MAX_BYTES);
	else if (!text_is_utf8(text, length) ||
		 memchr(text, '\0', length) != NULL)
		snprintf(why, why_bytes, "it is not UTF-8");
	else
		rc = about_parse(about, text, length, why, why_bytes);
out:
	free(text);
	fclose(file);
	return rc;
}
