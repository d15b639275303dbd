#include "base/log_line.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/scan.h"
#include "base/shortest.h"
#include "base/text.h"

enum {
	LINE_END_ROOM = 2,    /* of "}\n" */
	LINE_ESCAPE_MOST = 6, /* what one character becomes: \u0000 */
	LINE_SECOND = 20,     /* "2026-03-01T12:00:00." */
	LINE_NUMBER_MAX = SHORTEST_MAX + 8
};

/* ---- time: the seconds' text is made once for all lines of a second */

static char *
time_add(char *at)
{
	static _Thread_local struct {
		int64_t second;
		char text[CLOCK_RFC3339_MAX];
	} last = {.second = INT64_MIN};
	struct timespec now;
	unsigned ms;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != last.second || last.text[0] == '\0') {
		clock_rfc3339_of((int64_t)now.tv_sec * 1000, last.text);
		last.second = now.tv_sec;
	}
	ms = (unsigned)(now.tv_nsec / CLOCK_NS_PER_MS);
	memcpy(at, last.text, LINE_SECOND);
	at += LINE_SECOND;
	*at++ = (char)('0' + ms / 100);
	*at++ = (char)('0' + ms / 10 % 10);
	*at++ = (char)('0' + ms % 10);
	*at++ = 'Z';
	return at;
}

/* ---- characters */

static inline uint64_t
bytes_escaped(uint64_t bytes)
{
	return scan_outside(bytes, ' ') | scan_has(bytes, '"') |
	       scan_has(bytes, '\\') | scan_has(bytes, 0x7f);
}

static inline uint64_t
bytes_quoted(uint64_t bytes)
{
	return scan_outside(bytes, ' ' + 1) | scan_has(bytes, '"') |
	       scan_has(bytes, '\\') | scan_has(bytes, '=') |
	       scan_has(bytes, 0x7f);
}

/*
 * The number of a control character, or of another that ends a line for some
 * readers, which has so many bytes; 0 for all others, and for NUL.
 */
static unsigned
control_of(const unsigned char *at, size_t bytes)
{
	if (bytes == 1)
		return at[0] < ' ' || at[0] == 0x7f ? at[0] : 0;
	if (bytes == 2)
		return at[0] == 0xc2 && at[1] < 0xa0 ? at[1] : 0;
	if (bytes == 3 && at[0] == 0xe2 && at[1] == 0x80 &&
	    (at[2] == 0xa8 || at[2] == 0xa9))
		return 0x2000u | (at[2] & 0x3fu);
	return 0;
}

static char *
control_escape(char *at, unsigned number)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[] = {
		['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};

	*at++ = '\\';
	if (number < sizeof(letters) && letters[number] != '\0') {
		*at++ = letters[number];
		return at;
	}
	*at++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*at++ = hex[number >> shift & 15];
	return at;
}

/* One character, which has so many bytes; 0 bytes: it is none. */
static char *
character_add(char *at, const char *text, size_t bytes)
{
	unsigned number;

	if (bytes == 0) {
		memcpy(at, TEXT_REPLACEMENT, 3);
		return at + 3;
	}
	number = control_of((const unsigned char *)text, bytes);
	if (number != 0)
		return control_escape(at, number);
	if (bytes == 1 && (*text == '"' || *text == '\\'))
		*at++ = '\\';
	memcpy(at, text, bytes);
	return at + bytes;
}

/* Adds what there is room for up to `end`; *all: that was everything. */
static char *
text_escape(char *at, const char *end, const char *text, size_t length,
	    bool *all)
{
	size_t done = 0;

	if ((size_t)(end - at) >= length + SCAN_SLACK)
		done = scan_copy(at, text, length, bytes_escaped);
	at += done;
	while (done < length && end - at >= LINE_ESCAPE_MOST) {
		size_t one = text_utf8_one(text + done, length - done);

		at = character_add(at, text + done, one);
		done += one > 0 ? one : 1;
	}
	*all = done == length;
	return at;
}

size_t
log_line_plain(char *to, const char *words, size_t most)
{
	size_t length = strlen(words), done = 0;
	char *at = to;

	while (done < length) {
		size_t one = text_utf8_one(words + done, length - done);
		const char *from = one > 0 ? words + done : TEXT_REPLACEMENT;
		size_t bytes = one > 0 ? one : 3;

		if (control_of((const unsigned char *)from, bytes) != 0) {
			from = " ";
			bytes = 1;
		}
		if (bytes > most - (size_t)(at - to))
			break;
		memcpy(at, from, bytes);
		at += bytes;
		done += one > 0 ? one : 1;
	}
	return (size_t)(at - to);
}

/* ---- the line */

static size_t
line_room(const struct log_line *line)
{
	return LOG_LINE_MAX - LINE_END_ROOM - line->length;
}

/* What stands before a value; there is room for LINE_NAME_ROOM more. */
enum { LINE_NAME_ROOM = 4 };

static char *
name_add(const struct log_line *line, char *at, const char *name, size_t length)
{
	if (line->form == LOG_JSON) {
		*at++ = ',';
		*at++ = '"';
	} else {
		*at++ = ' ';
	}
	memcpy(at, name, length);
	at += length;
	if (line->form == LOG_JSON) {
		*at++ = '"';
		*at++ = ':';
	} else {
		*at++ = '=';
	}
	return at;
}

static char *
line_at(struct log_line *line)
{
	return line->bytes + line->length;
}

static void
line_keep(struct log_line *line, const char *end)
{
	line->length = (size_t)(end - line->bytes);
}

void
log_line_begin(struct log_line *line, enum log_form form, const char *level)
{
	static const char json[] = "{\"time\":\"", fmt[] = "time=";
	const char *begin = form == LOG_JSON ? json : fmt;
	size_t length = strlen(begin);
	char *at = line->bytes;

	line->form = form;
	line->full = false;
	memcpy(at, begin, length);
	at = time_add(at + length);
	if (form == LOG_JSON)
		*at++ = '"';
	line_keep(line, at);
	log_line_text(line, "level", level);
}

/* Whether it can stand there without quotes, and then it does. */
static bool
plain_add(struct log_line *line, char *at, const char *value, size_t length)
{
	if (line->form == LOG_JSON || length == 0 ||
	    scan_copy(at, value, length, bytes_quoted) < length)
		return false;
	line_keep(line, at + length);
	return true;
}

void
log_line_text_to(struct log_line *line, const char *name, const char *value,
		 size_t most)
{
	size_t length, name_length = strlen(name);
	size_t room = line_room(line);
	bool is_whole = true;
	char *at, *end;

	if (value == NULL || line->full)
		return;
	/* A name with a few bytes of its value says something. */
	if (room < name_length + LINE_NAME_ROOM + 4 * LINE_ESCAPE_MOST) {
		line->full = true;
		return;
	}
	at = name_add(line, line_at(line), name, name_length);
	end = line->bytes + LOG_LINE_MAX - LINE_END_ROOM;
	length = strnlen(value, most + 1);
	if (length <= most && (size_t)(end - at) >= length + SCAN_SLACK &&
	    plain_add(line, at, value, length))
		return;
	*at++ = '"';
	if ((size_t)(end - at) > most)
		end = at + most;
	else
		end--;
	at = text_escape(at, end, value, length, &is_whole);
	*at++ = '"';
	line_keep(line, at);
	line->full = !is_whole && line_room(line) < LINE_ESCAPE_MOST;
}

void
log_line_text(struct log_line *line, const char *name, const char *value)
{
	log_line_text_to(line, name, value, LOG_VALUE_MAX);
}

static void
number_add(struct log_line *line, const char *name, const char *text,
	   size_t length)
{
	size_t name_length = strlen(name);
	char *at;

	if (line->full)
		return;
	if (line_room(line) < name_length + LINE_NAME_ROOM + length) {
		line->full = true;
		return;
	}
	at = name_add(line, line_at(line), name, name_length);
	memcpy(at, text, length);
	line_keep(line, at + length);
}

void
log_line_int(struct log_line *line, const char *name, int64_t value)
{
	char text[SHORTEST_MAX];

	number_add(line, name, text, shortest_format_int64(value, text));
}

void
log_line_ms(struct log_line *line, const char *name, int64_t ns)
{
	int64_t us = ns / 1000 + ns % 1000 / 500; /* to the nearest */
	int64_t part = us % 1000;
	char text[LINE_NUMBER_MAX], *at = text;

	if (us < 0)
		*at++ = '-';
	if (part < 0)
		part = -part;
	at += shortest_format_int64(us < 0 ? -(us / 1000) : us / 1000, at);
	*at++ = '.';
	*at++ = (char)('0' + part / 100);
	*at++ = (char)('0' + part / 10 % 10);
	*at++ = (char)('0' + part % 10);
	number_add(line, name, text, (size_t)(at - text));
}

void
log_line_end(struct log_line *line)
{
	if (line->form == LOG_JSON)
		line->bytes[line->length++] = '}';
	line->bytes[line->length++] = '\n';
}
