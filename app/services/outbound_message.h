/*
 * A mail as it goes over the wire (RFC 5322, 2045, 2047).
 */
#ifndef SERVICES_OUTBOUND_MESSAGE_H
#define SERVICES_OUTBOUND_MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "services/outbound.h"

/*
 * Adds the header and the text, in lines of 76 characters at most that end in
 * CRLF.  The addresses, the subject and the id have no control characters:
 * that is the caller's to see to.
 */
void outbound_message_write(const struct outbound_mail *mail, int64_t now_s,
			    struct buf *out);

#endif
