#include "hub/handshake.h"

#include <stdint.h>
#include <string.h>

#include <libwebsockets.h>

#include "base/base64.h"
#include "base/text.h"

enum { KEY_TEXT = 24, KEY_BYTES = 16, ACCEPT_TEXT = 32, SHA1_BYTES = 20 };

static const char path[] = "/cosmic_stream";
static const char line_end[] = "\r\n";

size_t
handshake_length(const char *text, size_t length)
{
	const char *end = memmem(text, length, "\r\n\r\n", 4);

	return end == NULL ? 0 : (size_t)(end - text) + 4;
}

/* ---- lines */

/* Takes a line off; NULL: it has what no line may have. */
static char *
line_take(char **text)
{
	char *line = *text, *end = strstr(line, line_end);

	if (end == NULL)
		return NULL;
	*end = '\0';
	*text = end + 2;
	for (const char *c = line; *c != '\0'; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			return NULL;
	return line;
}

/* The path without what a web server has put before it. */
static bool
target_is_ours(char *target, const char **out)
{
	char *query = strchr(target, '?');
	size_t length =
		query != NULL ? (size_t)(query - target) : strlen(target);
	size_t slash = length > 0 && target[length - 1] == '/';
	size_t ours = sizeof(path) - 1;

	if (length - slash < ours ||
	    memcmp(target + length - slash - ours, path, ours) != 0)
		return false;
	/* A slash at the end is as good as none. */
	if (slash > 0)
		memmove(target + length - 1, target + length,
			strlen(target + length) + 1);
	*out = target + length - slash - ours;
	return true;
}

static enum lc_rc
request_line_read(char *line, struct handshake *out, const char **why)
{
	char *target = strchr(line, ' ');
	char *version = target == NULL ? NULL : strchr(target + 1, ' ');

	if (version == NULL || strcmp(version, " HTTP/1.1") != 0) {
		*why = "This is no request by HTTP/1.1.";
		return LC_BAD_REQUEST;
	}
	*target++ = *version++ = '\0';
	if (!target_is_ours(target, &out->target)) {
		*why = "Here is nothing but /cosmic_stream.";
		return LC_NOT_FOUND;
	}
	if (strcmp(line, "GET") != 0) {
		*why = "This is for WebSocket, which begins with GET.";
		return LC_METHOD;
	}
	return LC_OK;
}

/* ---- fields */

/* Whether a list has a word, whatever the case. */
static bool
list_has(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list != '\0') {
		list += strspn(list, " \t,");
		if (text_begins_nocase(list, word) &&
		    strchr(" \t,", list[length]) != NULL)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

/* Of a list, which several fields may be pieces of. */
static bool
list_take(struct handshake *out, const char *name, const char *value)
{
	if (text_equal_nocase(name, "Upgrade"))
		out->upgrade |= list_has(value, "websocket");
	else if (text_equal_nocase(name, "Connection"))
		out->connection |= list_has(value, "upgrade");
	else if (!text_equal_nocase(name, "Sec-WebSocket-Extensions"))
		return false;
	else if (out->offer.bits == 0)
		out->offer = offer_read(value);
	return true;
}

/* False: it is there already. */
static bool
field_take(struct handshake *out, const char *name, const char *value)
{
	const struct {
		const char *name, **value;
	} fields[] = {
		{"Host", &out->host},
		{"X-Forwarded-Host", &out->forwarded_host},
		{"Origin", &out->origin},
		{"Authorization", &out->authorization},
		{"X-API-Key", &out->api_key},
		{"Sec-WebSocket-Version", &out->version},
		{"Sec-WebSocket-Key", &out->key},
	};
	bool had = false;

	if (list_take(out, name, value))
		return true;
	/* W3C Trace Context: what is wrong with it is no fault. */
	if (text_equal_nocase(name, "traceparent")) {
		out->traceparent = out->traceparent == NULL ? value : "";
		return true;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!text_equal_nocase(name, fields[i].name))
			continue;
		had = *fields[i].value != NULL;
		*fields[i].value = value;
	}
	return !had;
}

static bool
field_read(char *line, struct handshake *out)
{
	char *colon = strchr(line, ':'), *value, *end;

	if (colon == NULL || colon == line || text_is_space(line[0]) ||
	    text_is_space(colon[-1]))
		return false;
	*colon = '\0';
	value = colon + 1;
	value += strspn(value, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return field_take(out, line, value);
}

static bool
key_is_right(const char *key)
{
	unsigned char bytes[BASE64_ROOM(KEY_TEXT)];
	struct base64 decoder;
	size_t bad;

	if (key == NULL || strlen(key) != KEY_TEXT)
		return false;
	base64_init(&decoder);
	return base64_decode(&decoder, key, KEY_TEXT, bytes, &bad) ==
		       KEY_BYTES &&
	       !decoder.failed && base64_complete(&decoder);
}

static enum lc_rc
fields_check(const struct handshake *handshake, const char **why)
{
	if (!handshake->upgrade || !handshake->connection) {
		*why = "Here is WebSocket alone: Upgrade: websocket.";
		return LC_UPGRADE;
	}
	if (handshake->version == NULL ||
	    strcmp(handshake->version, "13") != 0) {
		*why = "Sec-WebSocket-Version is 13.";
		return LC_UPGRADE;
	}
	if (handshake->host == NULL) {
		*why = "Host is missing.";
		return LC_BAD_REQUEST;
	}
	if (!key_is_right(handshake->key)) {
		*why = "Sec-WebSocket-Key is 16 bytes in base64.";
		return LC_BAD_REQUEST;
	}
	return LC_OK;
}

enum lc_rc
handshake_read(char *text, size_t length, struct handshake *out,
	       const char **why)
{
	enum lc_rc rc;
	char *line;

	memset(out, 0, sizeof(*out));
	*why = "This is no request by HTTP/1.1.";
	/* Its last two bytes, an empty line, are not needed any more. */
	text[length - 2] = '\0';
	if (strlen(text) != length - 2)
		return LC_BAD_REQUEST;
	line = line_take(&text);
	if (line == NULL)
		return LC_BAD_REQUEST;
	rc = request_line_read(line, out, why);
	if (rc != LC_OK)
		return rc;
	*why = "A header field is not as it should be, or there twice.";
	while (*text != '\0') {
		line = line_take(&text);
		if (line == NULL || !field_read(line, out))
			return LC_BAD_REQUEST;
	}
	return fields_check(out, why);
}

/* ---- the answer */

void
handshake_answer(const struct handshake *handshake, struct buf *out)
{
	static const char salt[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char text[KEY_TEXT + sizeof(salt)], digest[SHA1_BYTES];
	char accept[ACCEPT_TEXT];

	memcpy(text, handshake->key, KEY_TEXT);
	memcpy(text + KEY_TEXT, salt, sizeof(salt));
	lws_SHA1(text, KEY_TEXT + sizeof(salt) - 1, digest);
	lws_b64_encode_string((const char *)digest, sizeof(digest), accept,
			      sizeof(accept));
	buf_printf(out,
		   "HTTP/1.1 101 Switching Protocols\r\n"
		   "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		   "Sec-WebSocket-Accept: %s\r\n",
		   accept);
	if (handshake->offer.bits > 0) {
		buf_add_text(out, "Sec-WebSocket-Extensions: ");
		offer_answer(&handshake->offer, out);
		buf_add_text(out, "\r\n");
	}
	buf_add_text(out, "\r\n");
}
