/*
 * A line of the log in the making: names and values, as logfmt or JSON.
 *
 * It is the caller's own memory, of one thread; what it has no room for is
 * cut at a character, and the line is whole all the same.  Values may be
 * anything that strangers sent: they are escaped, and what is not UTF-8 is
 * replaced.
 *
 * A value in logfmt stands in quotes, escaped as in JSON, unless it is plain:
 * printable ASCII without '=', '"' and '\'.  Whatever some reader takes for
 * the end of a line is escaped in both.
 */
#ifndef BASE_LOG_LINE_H
#define BASE_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

/* LOG_VALUE_MAX: of a value as it stands there, so that others have room. */
enum { LOG_LINE_MAX = 4096, LOG_VALUE_MAX = 1024 };

struct log_line {
	enum log_form form; /* LOG_TEXT is written as LOG_LOGFMT */
	size_t length;
	bool full; /* something had no room; nothing is added any more */
	char bytes[LOG_LINE_MAX];
};

/* Begins with the time and the level: time=2026-... level=info. */
void log_line_begin(struct log_line *line, enum log_form form,
		    const char *level);
/* Names are of a-z and _.  A text of NULL is left out. */
void log_line_text(struct log_line *line, const char *name, const char *value);
/* The same, of another length than LOG_VALUE_MAX at most. */
void log_line_text_to(struct log_line *line, const char *name,
		      const char *value, size_t most);
void log_line_int(struct log_line *line, const char *name, int64_t value);
/* A duration of so many ns, in ms with three decimals. */
void log_line_ms(struct log_line *line, const char *name, int64_t ns);
/* Ends it, with a line feed. */
void log_line_end(struct log_line *line);

/*
 * For people: words as they are, up to `most` bytes, but for what is not
 * UTF-8 and for control characters, which become spaces.  Returns how many
 * bytes that is.
 */
size_t log_line_plain(char *to, const char *words, size_t most);

#endif
