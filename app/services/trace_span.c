#include "services/trace.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { SPAN_KEY_BYTES = 1, SPAN_HEAD_BYTES = SPAN_KEY_BYTES + 2 };

_Static_assert(TRACE_KEY__MAX <= UINT8_MAX, "a key is a byte");
_Static_assert(TRACE_TEXT_MAX >= sizeof(int64_t), "values may be as long");

const char *const trace_key_names[TRACE_KEY__MAX] = {
#define TRACE_NAME(constant, name, number) [constant] = name,
	TRACE_KEY_TABLE(TRACE_NAME)
#undef TRACE_NAME
};

const bool trace_key_is_number[TRACE_KEY__MAX] = {
#define TRACE_NUMBER(constant, name, number) [constant] = number,
	TRACE_KEY_TABLE(TRACE_NUMBER)
#undef TRACE_NUMBER
};

/* Copies as much as there is room for, without NUL; returns its length. */
static size_t
text_copy(char *to, size_t room, const char *text)
{
	/* One more, to see whether the last character is whole. */
	const size_t length = strnlen(text, room + 1);
	size_t at = 0;

	if (text_is_utf8(text, length)) {
		at = text_utf8_cut(text, length, room);
		memcpy(to, text, at);
		return at;
	}
	while (*text != '\0') {
		/* A NUL ends what could be a character before it is read. */
		size_t one = text_utf8_one(text, 4);
		const char *from = one > 0 ? text : TEXT_REPLACEMENT;
		size_t size = one > 0 ? one : strlen(TEXT_REPLACEMENT);

		if (size > room - at)
			break;
		memcpy(to + at, from, size);
		at += size;
		text += one > 0 ? one : 1;
	}
	return at;
}

void
trace_span_init(struct trace_span *span, const struct trace_context *context,
		enum trace_kind kind, const char *name)
{
	const size_t state =
		context->state != NULL ? strlen(context->state) : 0;

	*span = (struct trace_span){.high = context->high,
				    .low = context->low,
				    .span = context->span,
				    .parent = context->parent,
				    .kind = (uint8_t)kind,
				    .remote = context->remote};
	text_copy(span->name, TRACE_NAME_MAX - 1, name);
	if (state == 0 || state > TRACE_ROOM ||
	    !text_is_utf8(context->state, state))
		return;
	span->state = (uint16_t)state;
	memcpy(span->room, context->state, state);
}

void
trace_span_times(struct trace_span *span, int64_t from_ns, int64_t to_ns)
{
	span->start_ns = clock_unix_of(from_ns);
	span->end_ns = span->start_ns + (to_ns > from_ns ? to_ns - from_ns : 0);
}

/* ---- attributes */

/* Adds one, whose value has room for it, before the tracestate. */
static void
span_add(struct trace_span *span, enum trace_key key, const void *value,
	 size_t length)
{
	const uint8_t name = (uint8_t)key;
	const uint16_t size = (uint16_t)length;
	char *to = span->room + span->attributes;

	if (span->attributes + SPAN_HEAD_BYTES + length + span->state >
	    TRACE_ROOM)
		span->state = 0;
	if (span->state > 0)
		memmove(to + SPAN_HEAD_BYTES + length, to, span->state);
	memcpy(to, &name, SPAN_KEY_BYTES);
	memcpy(to + SPAN_KEY_BYTES, &size, sizeof(size));
	memcpy(to + SPAN_HEAD_BYTES, value, length);
	span->attributes =
		(uint16_t)(span->attributes + SPAN_HEAD_BYTES + length);
}

void
trace_span_text(struct trace_span *span, enum trace_key key, const char *value)
{
	char text[TRACE_TEXT_MAX];
	size_t room = TRACE_ROOM - span->attributes, length;

	if (value == NULL || room < SPAN_HEAD_BYTES)
		return;
	room -= SPAN_HEAD_BYTES;
	length = text_copy(text, room < TRACE_TEXT_MAX ? room : TRACE_TEXT_MAX,
			   value);
	if (length > 0 || *value == '\0')
		span_add(span, key, text, length);
}

void
trace_span_int(struct trace_span *span, enum trace_key key, int64_t value)
{
	if (TRACE_ROOM - span->attributes >=
	    SPAN_HEAD_BYTES + (int)sizeof(value))
		span_add(span, key, &value, sizeof(value));
}

/* ---- reading */

static bool
span_fits(const struct trace_span *span)
{
	return span->attributes + span->state <= TRACE_ROOM;
}

bool
trace_span_next(const struct trace_span *span, size_t *at,
		struct trace_attribute *out)
{
	const char *from = span->room + *at;
	uint8_t key;
	uint16_t length;

	if (!span_fits(span) || *at + SPAN_HEAD_BYTES > span->attributes)
		return false;
	memcpy(&key, from, SPAN_KEY_BYTES);
	memcpy(&length, from + SPAN_KEY_BYTES, sizeof(length));
	from += SPAN_HEAD_BYTES;
	if (key >= TRACE_KEY__MAX ||
	    length > span->attributes - *at - SPAN_HEAD_BYTES)
		return false;
	*out = (struct trace_attribute){.key = (enum trace_key)key};
	if (trace_key_is_number[key]) {
		if (length != sizeof(out->number))
			return false;
		memcpy(&out->number, from, sizeof(out->number));
	} else {
		if (!text_is_utf8(from, length))
			return false;
		out->text = from;
		out->length = length;
	}
	*at += SPAN_HEAD_BYTES + (size_t)length;
	return true;
}

const char *
trace_span_state(const struct trace_span *span, size_t *length)
{
	*length = span->state;
	if (span->state == 0 || !span_fits(span))
		return NULL;
	return span->room + span->attributes;
}
