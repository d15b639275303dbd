/*
 * What a client of the stream sends: its request, its frames, and what it
 * has packed.  However a network cuts the bytes, it is the same.
 */
#include "fuzz.h"

#include <string.h>

#include "hub/handshake.h"
#include "hub/incoming.h"

const char fuzz_corpus[] = "frames";

enum { MOST = 1000 };

/* ---- frames */

static void
whole_check(const struct incoming *incoming, enum incoming_what what)
{
	const char *words;

	MUST(incoming->control_length <= FRAME_SHORT);
	MUST(incoming->message.length <= MOST + INCOMING_PACKED_MORE);
	if (what == INCOMING_MESSAGE && !incoming->packed)
		MUST(incoming->message.length <= MOST);
	if (what == INCOMING_FAULT)
		MUST(incoming->status >= 1002 && incoming->words != NULL);
	if (what == INCOMING_CLOSE && incoming->control_length > 0)
		MUST(incoming_close_status(incoming, &words) >= 1000);
}

static void
message_check(struct packer *packer, const struct buf *message)
{
	struct packed *packed;
	struct buf text, again;

	buf_init(&text);
	buf_init(&again);
	if (packer_unpack(packer, message->bytes, message->length, MOST,
			  &text) == LC_OK &&
	    text.length > 0) {
		MUST(text.length <= MOST);
		packed = packer_pack(packer, text.bytes, text.length);
		MUST(packed != NULL);
		if (packed->length > 0) {
			MUST(packer_unpack(packer, (const char *)packed->bytes,
					   packed->length, MOST,
					   &again) == LC_OK);
			MUST(again.length == text.length);
			MUST(memcmp(again.bytes, text.bytes, text.length) == 0);
		}
		free(packed);
	}
	buf_release(&text);
	buf_release(&again);
}

/* In pieces of `some`; all that was told, as bytes. */
static void
frames_read(struct packer *packer, const char *bytes, size_t length,
	    size_t some, struct buf *told)
{
	struct incoming incoming = {.may_pack = true, .most = MOST};
	enum incoming_what what = INCOMING_NOTHING;

	while (length > 0 && what != INCOMING_FAULT) {
		size_t piece = some < length ? some : length, taken;

		what = incoming_take(&incoming, bytes, piece, &taken);
		MUST(taken > 0 && taken <= piece);
		MUST(what != INCOMING_NOTHING || taken == piece);
		whole_check(&incoming, what);
		bytes += taken;
		length -= taken;
		if (what == INCOMING_NOTHING)
			continue;
		buf_printf(told, "%d %d %zu ", (int)what, incoming.status,
			   incoming.message.length);
		if (what != INCOMING_MESSAGE)
			continue;
		buf_add(told, incoming.message.bytes, incoming.message.length);
		if (packer != NULL && incoming.packed)
			message_check(packer, &incoming.message);
		incoming_next(&incoming);
	}
	incoming_next(&incoming);
}

/* ---- requests */

static void
request_check(const uint8_t *bytes, size_t length)
{
	size_t whole = handshake_length((const char *)bytes, length);
	struct handshake handshake;
	struct buf answer;
	const char *why;
	enum lc_rc rc;
	char *text;

	MUST(whole <= length);
	if (whole == 0)
		return;
	text = malloc(whole);
	MUST(text != NULL);
	memcpy(text, bytes, whole);
	rc = handshake_read(text, whole, &handshake, &why);
	MUST(rc == LC_OK || (rc_status(rc) >= 400 && why != NULL));
	if (rc == LC_OK) {
		MUST(strncmp(handshake.target, "/cosmic_stream", 14) == 0);
		buf_init(&answer);
		handshake_answer(&handshake, &answer);
		MUST(handshake_length(answer.bytes, answer.length) ==
		     answer.length);
		buf_release(&answer);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct packer *packer = packer_new();
	struct buf once, again;

	MUST(packer != NULL);
	buf_init(&once);
	buf_init(&again);
	request_check(bytes, length);
	frames_read(packer, (const char *)bytes, length, length, &once);
	frames_read(NULL, (const char *)bytes, length, 1 + length % 7, &again);
	MUST(!once.failed && once.length == again.length);
	MUST(once.length == 0 ||
	     memcmp(once.bytes, again.bytes, once.length) == 0);
	buf_release(&once);
	buf_release(&again);
	packer_free(packer);
	return 0;
}
