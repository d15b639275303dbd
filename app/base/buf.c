#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUF_FIRST_BYTES = 1024 };

void
buf_init(struct buf *buf)
{
	*buf = (struct buf){.bytes = NULL};
}

void
buf_release(struct buf *buf)
{
	free(buf->bytes);
	buf_init(buf);
}

void
buf_reset(struct buf *buf)
{
	buf->length = 0;
	buf->failed = false;
}

char *
buf_grow(struct buf *buf, size_t more)
{
	size_t capacity = buf->capacity > 0 ? buf->capacity : BUF_FIRST_BYTES;
	char *bytes;

	if (buf->failed)
		return NULL;
	if (buf->bytes != NULL && buf->capacity - buf->length >= more)
		return buf->bytes + buf->length;
	if (more > SIZE_MAX / 4 - buf->length) {
		buf->failed = true;
		return NULL;
	}
	while (capacity - buf->length < more)
		capacity *= 2;
	bytes = realloc(buf->bytes, capacity);
	if (bytes == NULL) {
		buf->failed = true;
		return NULL;
	}
	buf->bytes = bytes;
	buf->capacity = capacity;
	return bytes + buf->length;
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list list;
	char *room;
	int length;

	va_start(list, format);
	length = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (length < 0) {
		buf->failed = true;
		return;
	}
	room = buf_room(buf, (size_t)length + 1);
	if (room == NULL)
		return;
	va_start(list, format);
	vsnprintf(room, (size_t)length + 1, format, list);
	va_end(list);
	buf->length += (size_t)length;
}

void
buf_add_html(struct buf *buf, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			buf_add_text(buf, "&amp;");
			break;
		case '<':
			buf_add_text(buf, "&lt;");
			break;
		case '>':
			buf_add_text(buf, "&gt;");
			break;
		case '"':
			buf_add_text(buf, "&quot;");
			break;
		case '\'':
			buf_add_text(buf, "&#39;");
			break;
		default:
			buf_add_char(buf, *text);
		}
	}
}
