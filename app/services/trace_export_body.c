#include "services/trace_export_body.h"

#include <limits.h>

#include <zlib.h>

/* Added to a window's bits it asks zlib for gzip's header and end. */
enum { GZIP = 16 };

void
trace_export_body_init(struct trace_export_body *body)
{
	buf_init(&body->plain);
	buf_init(&body->packed);
}

void
trace_export_body_release(struct trace_export_body *body)
{
	buf_release(&body->plain);
	buf_release(&body->packed);
}

static bool
pack_all(z_stream *stream, struct buf *in, struct buf *out)
{
	const uLong most = deflateBound(stream, (uLong)in->length);
	char *room;

	if (in->length > UINT_MAX || most > UINT_MAX)
		return false;
	room = buf_grow(out, most);
	if (room == NULL)
		return false;
	stream->next_in = (unsigned char *)in->bytes;
	stream->avail_in = (uInt)in->length;
	stream->next_out = (unsigned char *)room;
	stream->avail_out = (uInt)most;
	if (deflate(stream, Z_FINISH) != Z_STREAM_END)
		return false;
	out->length += most - stream->avail_out;
	return true;
}

/*
 * Spans are so alike that the quickest way makes a tenth of them; the slower
 * ones take several times as long for little more.
 */
static bool
pack(struct buf *in, struct buf *out)
{
	z_stream stream = {.zalloc = Z_NULL};
	bool done;

	if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + GZIP,
			 MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	done = pack_all(&stream, in, out);
	deflateEnd(&stream);
	return done;
}

const struct buf *
trace_export_body_make(struct trace_export_body *body,
		       const struct trace_export_settings *settings,
		       const struct trace_span *spans, size_t count)
{
	const struct otlp_batch batch = {
		.resource = settings->resource,
		.resource_count = settings->resource_count,
		.spans = spans,
		.count = count,
	};

	buf_reset(&body->plain);
	buf_reset(&body->packed);
	if (settings->json)
		otlp_write_json(&batch, &body->plain);
	else
		otlp_write_protobuf(&batch, &body->plain);
	if (body->plain.failed)
		return NULL;
	if (!settings->gzip)
		return &body->plain;
	return pack(&body->plain, &body->packed) ? &body->packed : NULL;
}
