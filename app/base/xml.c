#include "base/xml.h"

#include <string.h>

#include "base/scan.h"
#include "base/text.h"

_Static_assert((int)XML_ESCAPE_SLACK >= (int)SCAN_SLACK,
	       "the room is there that copying wants");

/* '"' and '&' differ in one bit, and so do '<' and '>'. */
static inline uint64_t
xml_odd(uint64_t bytes)
{
	return scan_outside(bytes, ' ') | scan_has_either(bytes, '"', 0x04) |
	       scan_has_either(bytes, '<', 0x02);
}

static char *
put(char *at, const char *text)
{
	size_t length = strlen(text);

	memcpy(at, text, length);
	return at + length;
}

static char *
ascii_escape(char *at, char c)
{
	switch (c) {
	case '&':
		return put(at, "&amp;");
	case '<':
		return put(at, "&lt;");
	case '>':
		return put(at, "&gt;");
	case '"':
		return put(at, "&quot;");
	case '\t':
		return put(at, "&#9;");
	case '\n':
		return put(at, "&#10;");
	case '\r':
		return put(at, "&#13;");
	default:
		if ((unsigned char)c < ' ')
			return put(at, TEXT_REPLACEMENT);
		*at = c;
		return at + 1;
	}
}

/* U+FFFE and U+FFFF are UTF-8, and yet no characters of XML. */
static bool
is_noncharacter(const char *text)
{
	return memcmp(text, "\xef\xbf\xbe", 3) == 0 ||
	       memcmp(text, "\xef\xbf\xbf", 3) == 0;
}

char *
xml_escape(char *at, const char *text, size_t length)
{
	size_t done = scan_copy(at, text, length, xml_odd);

	at += done;
	while (done < length) {
		size_t character;

		if ((unsigned char)text[done] < 0x80) {
			at = ascii_escape(at, text[done++]);
			continue;
		}
		character = text_utf8_one(text + done, length - done);
		if (character == 0 ||
		    (character == 3 && is_noncharacter(text + done))) {
			at = put(at, TEXT_REPLACEMENT);
			done += character > 0 ? character : 1;
			continue;
		}
		memcpy(at, text + done, character);
		at += character;
		done += character;
	}
	return at;
}

void
xml_text(struct buf *out, const char *text)
{
	size_t length = strlen(text);
	char *room;

	if (length > SIZE_MAX / 8) {
		out->failed = true;
		return;
	}
	room = buf_room(out, XML_ESCAPE_MOST * length + XML_ESCAPE_SLACK);
	if (room != NULL)
		out->length += (size_t)(xml_escape(room, text, length) - room);
}

void
xml_attribute(struct buf *out, const char *name, const char *text)
{
	buf_add_char(out, ' ');
	buf_add_text(out, name);
	buf_add_text(out, "=\"");
	xml_text(out, text);
	buf_add_char(out, '"');
}

void
xml_element(struct buf *out, const char *name, const char *text)
{
	if (*text == '\0')
		return;
	buf_add_char(out, '<');
	buf_add_text(out, name);
	buf_add_char(out, '>');
	xml_text(out, text);
	buf_add_text(out, "</");
	buf_add_text(out, name);
	buf_add_text(out, ">\n");
}
