/*
 * Whether texts are packed, which client and hub agree on in the handshake
 * (permessage-deflate, RFC 7692, section 7.1).
 *
 * The hub packs, and wants packed, each text by itself: a client then costs
 * no memory, and an event is packed once for all.  Both directions are
 * always said to be without context takeover, whatever was offered, as a
 * server may (sections 7.1.1.1 and 7.1.1.2).
 */
#ifndef HUB_OFFER_H
#define HUB_OFFER_H

#include <stdbool.h>

#include "base/buf.h"

struct offer {
	unsigned
		bits; /* of the client's window, 8 to 15; 0: nothing is packed */
	bool asks_bits; /* it wants to be told so */
};

/*
 * Takes the first one that can be, of what a client's
 * Sec-WebSocket-Extensions offer.
 */
struct offer offer_read(const char *text);

/* What is answered: the field's value.  Not where nothing is packed. */
void offer_answer(const struct offer *offer, struct buf *out);

#endif
