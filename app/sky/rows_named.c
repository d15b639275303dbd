/*
 * Formats by the words and media types that DALI's RESPONSEFORMAT has for them
 * (section 3.4.3).
 */
#include <string.h>

#include "base/text.h"
#include "sky/rows.h"

enum { NAMED_WORD_MAX = 64 };

/* Media types are without spaces; no type: that of the format. */
static const struct {
	const char *word;
	enum rows_format format;
	const char *media_type;
} words[] = {
	{"votable", ROWS_VOTABLE, NULL},
	{"votable/td", ROWS_VOTABLE, NULL},
	{"application/x-votable+xml", ROWS_VOTABLE, NULL},
	{"application/x-votable+xml;serialization=tabledata", ROWS_VOTABLE,
	 "application/x-votable+xml;serialization=TABLEDATA"},
	{"text/xml", ROWS_VOTABLE, "text/xml"},
	{"text/xml;content=x-votable", ROWS_VOTABLE,
	 "text/xml;content=x-votable"},
	{"csv", ROWS_CSV, NULL},
	{"text/csv", ROWS_CSV, NULL},
	{"text/csv;header=present", ROWS_CSV, NULL},
	{"text/csv;charset=utf-8", ROWS_CSV, NULL},
	{"text/csv;charset=utf-8;header=present", ROWS_CSV, NULL},
	{"tsv", ROWS_TSV, NULL},
	{"text/tab-separated-values", ROWS_TSV, NULL},
	{"text/tab-separated-values;charset=utf-8", ROWS_TSV, NULL},
	{"json", ROWS_JSON, NULL},
	{"application/json", ROWS_JSON, NULL},
};

/*
 * Copies the text without the spaces that a media type may have around its
 * parameters.  One within is a '+' that a client did not escape.
 */
static bool
word_pack(const char *text, char packed[NAMED_WORD_MAX])
{
	size_t length = 0;

	while (*text != '\0') {
		size_t spaces = strspn(text, " ");

		text += spaces;
		if (length + 2 >= NAMED_WORD_MAX)
			return false;
		if (spaces == 1 && length > 0 && packed[length - 1] != ';' &&
		    *text != ';' && *text != '\0')
			packed[length++] = '+';
		if (*text != '\0')
			packed[length++] = *text++;
	}
	packed[length] = '\0';
	return true;
}

bool
rows_named(const char *word, enum rows_format *format, const char **media_type)
{
	char packed[NAMED_WORD_MAX];

	if (!word_pack(word, packed))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!text_equal_nocase(words[i].word, packed))
			continue;
		*format = words[i].format;
		*media_type = words[i].media_type != NULL ?
				      words[i].media_type :
				      rows_media_type(*format);
		return true;
	}
	return false;
}
