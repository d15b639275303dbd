/*
 * A growing row of bytes, for what is written piece by piece.
 *
 * The writers do not report failure one by one: when memory is exhausted
 * the buffer remembers it in `failed`, ignores what follows, and whoever
 * uses the bytes asks once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/rc.h"

struct buf {
	char *bytes;
	size_t length;
	size_t capacity;
	bool failed;
};

void buf_init(struct buf *buf);
void buf_release(struct buf *buf);

/* Forgets the bytes and a failure, keeps the memory. */
void buf_reset(struct buf *buf);

/*
 * Makes room for `more` bytes after the present ones and returns where they
 * go, or NULL.  The caller adds what it wrote to `length`.  buf_room() is
 * the same, quick where there is room already.
 */
char *buf_grow(struct buf *buf, size_t more);

static inline char *
buf_room(struct buf *buf, size_t more)
{
	if (buf->capacity - buf->length >= more && !buf->failed)
		return buf->bytes + buf->length;
	return buf_grow(buf, more);
}

static inline void
buf_add(struct buf *buf, const void *bytes, size_t length)
{
	char *room;

	if (length == 0)
		return;
	room = buf_room(buf, length);
	if (room == NULL)
		return;
	memcpy(room, bytes, length);
	buf->length += length;
}

void buf_printf(struct buf *buf, const char *format, ...) LC_PRINTF(2, 3);

/* Adds text that is safe in HTML, also within a quoted attribute. */
void buf_add_html(struct buf *buf, const char *text);

static inline void
buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

static inline void
buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

#endif
