/*
 * Packing texts and unpacking them, as permessage-deflate does (RFC 7692,
 * section 7.2): each by itself, so that what was packed once may be sent to
 * whoever has had whatever.
 *
 * One thread at a time.
 */
#ifndef HUB_PACK_H
#define HUB_PACK_H

#include <stddef.h>

#include "base/buf.h"

struct packer;

/* What a text became; free() is enough. */
struct packed {
	size_t length; /* 0: it did not become smaller */
	unsigned char bytes[];
};

/* NULL without memory. */
struct packer *packer_new(void);
void packer_free(struct packer *packer);

/* NULL without memory. */
struct packed *packer_pack(struct packer *packer, const char *text,
			   size_t length);

/*
 * Adds what was packed to `out`: LC_INVALID for what cannot be unpacked or
 * is not whole, LC_TOO_LARGE for what has more than `most` bytes then,
 * LC_NO_MEMORY.
 */
enum lc_rc packer_unpack(struct packer *packer, const char *bytes,
			 size_t length, size_t most, struct buf *out)
	LC_CHECKED;

#endif
