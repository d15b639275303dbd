/*
 * The request that asks for WebSocket (RFC 6455, section 4.2), and its
 * answer.
 */
#ifndef HUB_HANDSHAKE_H
#define HUB_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "hub/offer.h"

enum { HANDSHAKE_MAX = 8192 /* bytes of a request */ };

/* What it says; NULL: nothing. */
struct handshake {
	const char *target; /* "/cosmic_stream?after=7", without a mount */
	const char *host, *forwarded_host, *origin;
	const char *authorization, *api_key;
	const char *version, *key;
	const char *traceparent;  /* "": there are several, which is none */
	bool upgrade, connection; /* they say so */
	struct offer offer;       /* the first one that is taken */
};

/* How long the request is that a text begins with; 0: it has no end yet. */
size_t handshake_length(const char *text, size_t length);

/*
 * Reads a whole request, whose text is changed and must live as long as what
 * was read.  What is not LC_OK says why, in a constant.
 */
enum lc_rc handshake_read(char *text, size_t length, struct handshake *out,
			  const char **why) LC_CHECKED;

/* Lets the client in. */
void handshake_answer(const struct handshake *handshake, struct buf *out);

#endif
