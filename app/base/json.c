#include "base/json.h"

#include <assert.h>

#include "base/shortest.h"
#include "base/text.h"

void
json_init(struct json *json, struct buf *out)
{
	*json = (struct json){.out = out};
}

static void
json_escape(struct buf *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char escape[6] = {'\\', 'u', '0', '0'};

	switch (c) {
	case '"':
		buf_add(out, "\\\"", 2);
		return;
	case '\\':
		buf_add(out, "\\\\", 2);
		return;
	case '\n':
		buf_add(out, "\\n", 2);
		return;
	case '\r':
		buf_add(out, "\\r", 2);
		return;
	case '\t':
		buf_add(out, "\\t", 2);
		return;
	default:
		escape[4] = hex[c >> 4];
		escape[5] = hex[c & 15];
		buf_add(out, escape, sizeof(escape));
	}
}

static bool
json_is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static void
json_string(struct buf *out, const char *text, size_t length)
{
	size_t from = 0, at = 0;

	buf_add_char(out, '"');
	while (at < length) {
		unsigned char c = (unsigned char)text[at];
		size_t character;

		if (json_is_plain(c)) {
			at++;
			continue;
		}
		buf_add(out, text + from, at - from);
		if (c < 0x80) {
			json_escape(out, c);
			at++;
		} else {
			character = text_utf8_one(text + at, length - at);
			if (character > 0)
				buf_add(out, text + at, character);
			else
				buf_add(out, "\xef\xbf\xbd", 3);
			at += character > 0 ? character : 1;
		}
		from = at;
	}
	buf_add(out, text + from, at - from);
	buf_add_char(out, '"');
}

/*
 * What stands before a value: the comma, and the name if it has one.  Names
 * are ours and need no escapes.
 */
static void
json_lead(struct json *json, const char *name)
{
	uint64_t level = UINT64_C(1) << json->depth;
	size_t length = name != NULL ? strlen(name) : 0;
	char *room = buf_room(json->out, length + 4), *at = room;

	if (room == NULL)
		return;
	if (json->filled & level)
		*at++ = ',';
	json->filled |= level;
	if (name != NULL) {
		*at++ = '"';
		memcpy(at, name, length);
		at += length;
		*at++ = '"';
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
