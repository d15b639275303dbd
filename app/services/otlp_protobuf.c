/*
 * OTLP in protobuf, by hand: https://protobuf.dev/programming-guides/encoding
 * and opentelemetry/proto/collector/trace/v1/trace_service.proto.
 */
#include "services/otlp.h"

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

enum { VARINT_MAX = 10, WIRE_BITS = 3, FIELD_MAX = (1 << 29) - 1 };

/* ---- writing */

static size_t
varint_write(uint64_t value, char out[VARINT_MAX])
{
	size_t length = 0;

	for (; value >= 0x80; value >>= 7)
		out[length++] = (char)(value | 0x80);
	out[length++] = (char)value;
	return length;
}

static void
varint_add(struct buf *out, uint64_t value)
{
	char bytes[VARINT_MAX];

	buf_add(out, bytes, varint_write(value, bytes));
}

static void
tag_add(struct buf *out, unsigned field, enum wire wire)
{
	varint_add(out, field << WIRE_BITS | (unsigned)wire);
}

static void
number_add(struct buf *out, unsigned field, uint64_t value)
{
	tag_add(out, field, WIRE_VARINT);
	varint_add(out, value);
}

static void
fixed_add(struct buf *out, unsigned field, uint64_t value, size_t bytes)
{
	tag_add(out, field, bytes == sizeof(uint64_t) ? WIRE_64 : WIRE_32);
	for (size_t i = 0; i < bytes; i++)
		buf_add_char(out, (char)(value >> 8 * i));
}

static void
bytes_add(struct buf *out, unsigned field, const char *bytes, size_t length)
{
	tag_add(out, field, WIRE_BYTES);
	varint_add(out, length);
	buf_add(out, bytes, length);
}

/*
 * A message within: its length stands before it and is known after it.  There
 * is a byte for that, which is enough for most; the others are moved.
 */
static size_t
message_begin(struct buf *out, unsigned field)
{
	tag_add(out, field, WIRE_BYTES);
	buf_add_char(out, '\0');
	return out->length;
}

static void
message_end(struct buf *out, size_t at)
{
	char bytes[VARINT_MAX];
	size_t length, width;

	if (out->failed)
		return;
	length = out->length - at;
	width = varint_write(length, bytes);
	if (buf_room(out, width - 1) == NULL)
		return;
	memmove(out->bytes + at + width - 1, out->bytes + at, length);
	memcpy(out->bytes + at - 1, bytes, width);
	out->length += width - 1;
}

/* A KeyValue; `text` NULL: its value is the number. */
static void
pair_add(struct buf *out, unsigned field, const char *name, const char *text,
	 size_t length, int64_t number)
{
	const size_t pair = message_begin(out, field);
	size_t value;

	bytes_add(out, 1, name, strlen(name));
	value = message_begin(out, 2);
	if (text != NULL)
		bytes_add(out, 1, text, length);
	else
		number_add(out, 3, (uint64_t)number);
	message_end(out, value);
	message_end(out, pair);
}

static void
id_add(struct buf *out, unsigned field, const uint64_t *words, size_t count)
{
	char bytes[2 * sizeof(uint64_t)];
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		for (int shift = 56; shift >= 0; shift -= 8)
			bytes[length++] = (char)(words[i] >> shift);
	bytes_add(out, field, bytes, length);
}

static void
attributes_add(struct buf *out, unsigned field, const struct trace_span *span)
{
	struct trace_attribute attribute;
	size_t at = 0;

	while (trace_span_next(span, &at, &attribute))
		pair_add(out, field, trace_key_names[attribute.key],
			 trace_key_is_number[attribute.key] ? NULL :
							      attribute.text,
			 attribute.length, attribute.number);
}

static void
span_add(struct buf *out, unsigned field, const struct trace_span *span)
{
	const size_t message = message_begin(out, field);
	const uint64_t trace[] = {span->high, span->low};
	size_t length, status;
	const char *state = trace_span_state(span, &length);

	id_add(out, 1, trace, 2);
	id_add(out, 2, &span->span, 1);
	if (state != NULL)
		bytes_add(out, 3, state, length);
	if (span->parent != 0)
		id_add(out, 4, &span->parent, 1);
	bytes_add(out, 5, span->name, strnlen(span->name, TRACE_NAME_MAX));
	number_add(out, 6, span->kind);
	fixed_add(out, 7, (uint64_t)span->start_ns, sizeof(uint64_t));
	fixed_add(out, 8, (uint64_t)span->end_ns, sizeof(uint64_t));
	attributes_add(out, 9, span);
	if (span->failed) {
		status = message_begin(out, 15);
		number_add(out, 3, 2);
		message_end(out, status);
	}
	fixed_add(out, 16, otlp_flags(span), sizeof(uint32_t));
	message_end(out, message);
}

static void
scope_add(struct buf *out, unsigned field)
{
	const size_t scope = message_begin(out, field);

	bytes_add(out, 1, OTLP_SCOPE, strlen(OTLP_SCOPE));
	bytes_add(out, 2, LIGHTCONE_VERSION, strlen(LIGHTCONE_VERSION));
	message_end(out, scope);
}

void
otlp_write_protobuf(const struct otlp_batch *batch, struct buf *out)
{
	const size_t resource_spans = message_begin(out, 1);
	const size_t resource = message_begin(out, 1);
	size_t scope_spans;

	for (size_t i = 0; i < batch->resource_count; i++)
		pair_add(out, 1, batch->resource[i].name,
			 batch->resource[i].value,
			 strlen(batch->resource[i].value), 0);
	message_end(out, resource);
	scope_spans = message_begin(out, 2);
	scope_add(out, 1);
	for (size_t i = 0; i < batch->count; i++)
		span_add(out, 2, &batch->spans[i]);
	message_end(out, scope_spans);
	message_end(out, resource_spans);
}

/* ---- reading */

struct reader {
	const char *at, *end;
};

struct field {
	uint64_t number;
	enum wire wire;
	uint64_t value;       /* of a varint */
	struct reader inside; /* of bytes */
};

static bool
varint_read(struct reader *reader, uint64_t *out)
{
	*out = 0;
	for (unsigned i = 0; i < VARINT_MAX && reader->at < reader->end; i++) {
		const unsigned char byte = (unsigned char)*reader->at++;

		*out |= (uint64_t)(byte & 0x7f) << 7 * i;
		if (byte < 0x80)
			return true;
	}
	return false;
}

static bool
bytes_read(struct reader *reader, uint64_t length, struct reader *out)
{
	if (length > (size_t)(reader->end - reader->at))
		return false;
	*out = (struct reader){reader->at, reader->at + length};
	reader->at += length;
	return true;
}

/* The next field, whether we know it or not; groups are nobody's any more. */
static bool
field_read(struct reader *reader, struct field *out)
{
	uint64_t tag;

	if (!varint_read(reader, &tag))
		return false;
	out->number = tag >> WIRE_BITS;
	out->wire = (enum wire)(tag & ((1 << WIRE_BITS) - 1));
	if (out->number == 0 || out->number > FIELD_MAX)
		return false;
	switch (out->wire) {
	case WIRE_VARINT:
		return varint_read(reader, &out->value);
	case WIRE_64:
		return bytes_read(reader, sizeof(uint64_t), &out->inside);
	case WIRE_32:
		return bytes_read(reader, sizeof(uint32_t), &out->inside);
	case WIRE_BYTES:
		return varint_read(reader, &out->value) &&
		       bytes_read(reader, out->value, &out->inside);
	}
	return false;
}

/* A text of the field's, as words; untouched where it is none. */
static void
words_read(const struct field *field, unsigned number,
	   char out[OTLP_MESSAGE_MAX])
{
	if (field->number == number && field->wire == WIRE_BYTES)
		otlp_words(field->inside.at,
			   (size_t)(field->inside.end - field->inside.at), out,
			   OTLP_MESSAGE_MAX);
}

static bool
partial_read(struct reader reader, struct otlp_partial *out)
{
	struct field field;

	while (reader.at < reader.end) {
		if (!field_read(&reader, &field))
			return false;
		if (field.number == 1 && field.wire == WIRE_VARINT)
			out->rejected = (int64_t)field.value;
		words_read(&field, 2, out->message);
	}
	return true;
}

static struct reader
reader_of(const char *bytes, size_t length)
{
	return (struct reader){bytes, length > 0 ? bytes + length : bytes};
}

bool
otlp_read_protobuf(const char *bytes, size_t length, struct otlp_partial *out)
{
	struct reader reader = reader_of(bytes, length);
	struct field field;
	bool good = true;

	*out = (struct otlp_partial){.rejected = 0};
	while (good && reader.at < reader.end)
		good = field_read(&reader, &field) &&
		       (field.number != 1 || field.wire != WIRE_BYTES ||
			partial_read(field.inside, out));
	if (!good)
		*out = (struct otlp_partial){.rejected = 0};
	return good;
}

bool
otlp_read_status(const char *bytes, size_t length, char out[OTLP_MESSAGE_MAX])
{
	struct reader reader = reader_of(bytes, length);
	struct field field;

	out[0] = '\0';
	while (reader.at < reader.end) {
		if (!field_read(&reader, &field)) {
			out[0] = '\0';
			return false;
		}
		words_read(&field, 2, out);
	}
	return true;
}
