#include "hub/pack.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

enum {
	PACK_LEVEL = 4,
	PACK_MEMORY = 5,
	PACK_END = 4, /* 00 00 ff ff, which is left out */
	UNPACK_CHUNK = 4096,
	/* z_stream.data_type after inflate(): where it stands. */
	UNPACK_BITS = 0x3f, /* so many of the last byte are left over */
	UNPACK_BLOCK_END = 0x80,
};

struct packer {
	z_stream out, in;
};

struct packer *
packer_new(void)
{
	struct packer *packer = calloc(1, sizeof(*packer));

	if (packer == NULL)
		return NULL;
	if (deflateInit2(&packer->out, PACK_LEVEL, Z_DEFLATED, -MAX_WBITS,
			 PACK_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(packer);
		return NULL;
	}
	if (inflateInit2(&packer->in, -MAX_WBITS) != Z_OK) {
		deflateEnd(&packer->out);
		free(packer);
		return NULL;
	}
	return packer;
}

void
packer_free(struct packer *packer)
{
	if (packer == NULL)
		return;
	deflateEnd(&packer->out);
	inflateEnd(&packer->in);
	free(packer);
}

static unsigned char *
zlib_bytes(const char *bytes)
{
	return (unsigned char *)(uintptr_t)bytes;
}

struct packed *
packer_pack(struct packer *packer, const char *text, size_t length)
{
	struct packed *packed = malloc(sizeof(*packed) + length);
	z_stream *stream = &packer->out;

	if (packed == NULL)
		return NULL;
	deflateReset(stream);
	stream->next_in = zlib_bytes(text);
	stream->avail_in = (unsigned)length;
	stream->next_out = packed->bytes;
	stream->avail_out = (unsigned)length;
	packed->length = 0;
	/* With no room left there may be more to come. */
	if (deflate(stream, Z_SYNC_FLUSH) == Z_OK && stream->avail_out > 0)
		packed->length = stream->total_out - PACK_END;
	return packed;
}

/* Adds what comes of the stream's input, until there is none left. */
static enum lc_rc
unpack(z_stream *stream, size_t most, struct buf *out)
{
	int told = Z_OK;

	do {
		char *room = buf_room(out, UNPACK_CHUNK);

		if (room == NULL)
			return LC_NO_MEMORY;
		stream->next_out = (unsigned char *)room;
		stream->avail_out = UNPACK_CHUNK;
		told = inflate(stream, Z_SYNC_FLUSH);
		out->length += UNPACK_CHUNK - stream->avail_out;
		if (out->length > most)
			return LC_TOO_LARGE;
		/* A last block may be followed by others (section 7.2.3.5). */
		if (told == Z_STREAM_END)
			inflateReset(stream);
		else if (told == Z_MEM_ERROR)
			return LC_NO_MEMORY;
		else if (told != Z_OK && told != Z_BUF_ERROR)
			return LC_INVALID;
	} while (stream->avail_in > 0 || stream->avail_out == 0);
	return LC_OK;
}

/*
 * What was left out ends a block that has nothing in it.  Where it was taken
 * for something else, what was sent had lost its own end.
 */
static bool
unpacked_wholly(const z_stream *stream)
{
	return (stream->data_type & (UNPACK_BLOCK_END | UNPACK_BITS)) ==
	       UNPACK_BLOCK_END;
}

enum lc_rc
packer_unpack(struct packer *packer, const char *bytes, size_t length,
	      size_t most, struct buf *out)
{
	static const char end[PACK_END] = {0, 0, '\xff', '\xff'};
	z_stream *stream = &packer->in;
	size_t before = out->length, whole;
	enum lc_rc rc = LC_OK;

	inflateReset(stream);
	if (length > 0) {
		stream->next_in = zlib_bytes(bytes);
		stream->avail_in = (unsigned)length;
		rc = unpack(stream, before + most, out);
	}
	whole = out->length;
	stream->next_in = zlib_bytes(end);
	stream->avail_in = PACK_END;
	if (rc == LC_OK)
		rc = unpack(stream, before + most, out);
	if (rc == LC_OK && (out->length > whole || !unpacked_wholly(stream)))
		rc = LC_INVALID;
	return rc;
}
