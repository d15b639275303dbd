#include "unpacked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "seen.h"

enum { KEPT = 4096, TEXT_MAX = 1 << 17, END_BYTES = 4 };

struct kept {
	struct buf bytes, text;
};

struct unpacked {
	z_stream stream;
	struct kept kept[KEPT];
	char text[TEXT_MAX];
};

struct unpacked *
unpacked_new(void)
{
	struct unpacked *made = calloc(1, sizeof(*made));

	if (made != NULL && inflateInit2(&made->stream, -MAX_WBITS) == Z_OK) {
		for (size_t i = 0; i < KEPT; i++) {
			buf_init(&made->kept[i].bytes);
			buf_init(&made->kept[i].text);
		}
		return made;
	}
	fputs("out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

void
unpacked_free(struct unpacked *unpacked)
{
	for (size_t i = 0; i < KEPT; i++) {
		buf_release(&unpacked->kept[i].bytes);
		buf_release(&unpacked->kept[i].text);
	}
	inflateEnd(&unpacked->stream);
	free(unpacked);
}

/* With nothing of what came before; an end is left out where it is sent. */
static bool
unpack(struct unpacked *unpacked, struct kept *kept)
{
	static const char end[END_BYTES] = "\0\0\377\377";
	z_stream *stream = &unpacked->stream;
	bool well;

	buf_add(&kept->bytes, end, END_BYTES);
	inflateReset(stream);
	stream->next_in = (unsigned char *)kept->bytes.bytes;
	stream->avail_in = (unsigned)kept->bytes.length;
	stream->next_out = (unsigned char *)unpacked->text;
	stream->avail_out = TEXT_MAX;
	well = !kept->bytes.failed && inflate(stream, Z_SYNC_FLUSH) == Z_OK &&
	       stream->avail_in == 0;
	if (well)
		buf_add(&kept->text, unpacked->text,
			TEXT_MAX - stream->avail_out);
	return well && !kept->text.failed;
}

const char *
unpacked_text(struct unpacked *unpacked, const unsigned char *bytes,
	      size_t length, size_t *text_length)
{
	uint64_t digest = seen_digest((const char *)bytes, length);
	struct kept *kept = &unpacked->kept[digest % KEPT];

	if (kept->bytes.length != length + END_BYTES ||
	    memcmp(kept->bytes.bytes, bytes, length) != 0) {
		buf_reset(&kept->bytes);
		buf_reset(&kept->text);
		buf_add(&kept->bytes, bytes, length);
		if (!unpack(unpacked, kept)) {
			buf_reset(&kept->bytes);
			return NULL;
		}
	}
	*text_length = kept->text.length;
	return kept->text.bytes;
}
