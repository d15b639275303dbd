#include "base/json.h"

#include <assert.h>

#include "base/scan.h"
#include "base/shortest.h"
#include "base/text.h"

void
json_init(struct json *json, struct buf *out)
{
	*json = (struct json){.out = out};
}

static inline uint64_t
json_odd(uint64_t bytes)
{
	return scan_outside(bytes, ' ') | scan_has(bytes, '"') |
	       scan_has(bytes, '\\') | scan_has(bytes, 0x7f);
}

static char *
ascii_escape(char *at, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[] = {['"'] = '"',
				       ['\\'] = '\\',
				       ['\n'] = 'n',
				       ['\r'] = 'r',
				       ['\t'] = 't'};

	if (c < sizeof(letters) && letters[c] != '\0') {
		*at++ = '\\';
		*at++ = letters[c];
	} else if (c < ' ' || c == 0x7f) {
		memcpy(at, "\\u00", 4);
		at[4] = hex[c >> 4];
		at[5] = hex[c & 15];
		at += 6;
	} else {
		*at++ = (char)c;
	}
	return at;
}

char *
json_quote(char *at, const char *text, size_t length)
{
	size_t done;

	*at++ = '"';
	done = scan_copy(at, text, length, json_odd);
	at += done;
	while (done < length) {
		unsigned char c = (unsigned char)text[done];
		size_t character;

		if (c < 0x80) {
			at = ascii_escape(at, c);
			done++;
			continue;
		}
		character = text_utf8_one(text + done, length - done);
		memcpy(at, character > 0 ? text + done : TEXT_REPLACEMENT,
		       character > 0 ? character : 3);
		at += character > 0 ? character : 3;
		done += character > 0 ? character : 1;
	}
	*at++ = '"';
	return at;
}

static void
json_string(struct buf *out, const char *text, size_t length)
{
	char *room;

	if (length > SIZE_MAX / 8) {
		out->failed = true;
		return;
	}
	room = buf_room(out, JSON_QUOTE_MOST * length + JSON_QUOTE_SLACK);
	if (room != NULL)
		out->length += (size_t)(json_quote(room, text, length) - room);
}

/* What stands before a value: the comma, and the name if it has one. */
static void
json_lead(struct json *json, const char *name)
{
	uint64_t level = UINT64_C(1) << json->depth;
	size_t length = name != NULL ? strlen(name) : 0;
	char *room = buf_room(json->out,
			      JSON_QUOTE_MOST * length + JSON_QUOTE_SLACK + 2);
	char *at = room;

	if (room == NULL)
		return;
	if (json->filled & level)
		*at++ = ',';
	json->filled |= level;
	if (name != NULL) {
		at = json_quote(at, name, length);
		*at++ = ':';
	}
	json->out->length += (size_t)(at - room);
}

static void
json_open(struct json *json, const char *name, char bracket)
{
	assert(json->depth + 1 < JSON_DEPTH_MAX);
	json_lead(json, name);
	buf_add_char(json->out, bracket);
	json->depth++;
	json->filled &= ~(UINT64_C(1) << json->depth);
}

static void
json_close(struct json *json, char bracket)
{
	assert(json->depth > 0);
	json->depth--;
	buf_add_char(json->out, bracket);
}

void
json_object_begin(struct json *json, const char *name)
{
	json_open(json, name, '{');
}

void
json_object_end(struct json *json)
{
	json_close(json, '}');
}

void
json_array_begin(struct json *json, const char *name)
{
	json_open(json, name, '[');
}

void
json_array_end(struct json *json)
{
	json_close(json, ']');
}

void
json_bytes(struct json *json, const char *name, const char *text, size_t length)
{
	json_lead(json, name);
	json_string(json->out, text, length);
}

void
json_text(struct json *json, const char *name, const char *text)
{
	json_bytes(json, name, text, strlen(text));
}

void
json_number(struct json *json, const char *name, double value)
{
	char *room;

	json_lead(json, name);
	room = buf_room(json->out, SHORTEST_MAX);
	if (room != NULL)
		json->out->length += shortest_format(value, room);
}

void
json_int(struct json *json, const char *name, int64_t value)
{
	char *room;

	json_lead(json, name);
	room = buf_room(json->out, SHORTEST_MAX);
	if (room != NULL)
		json->out->length += shortest_format_int64(value, room);
}

void
json_bool(struct json *json, const char *name, bool value)
{
	json_lead(json, name);
	buf_add_text(json->out, value ? "true" : "false");
}

void
json_null(struct json *json, const char *name)
{
	json_lead(json, name);
	buf_add(json->out, "null", 4);
}

void
json_raw(struct json *json, const char *name, const char *text, size_t length)
{
	json_lead(json, name);
	buf_add(json->out, text, length);
}
