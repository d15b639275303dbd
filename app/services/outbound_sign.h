/*
 * Signatures of Standard Webhooks (version 1.0.0): HMAC-SHA256 of
 * "ID.TIMESTAMP.BODY".  Any thread may call.
 */
#ifndef SERVICES_OUTBOUND_SIGN_H
#define SERVICES_OUTBOUND_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

/*
 * Adds "v1,BASE64" for each of the secrets, with spaces between them.
 * LC_INVALID: one cannot be read, or there is none.
 */
enum lc_rc outbound_sign(const char *secrets, const char *id,
			 int64_t timestamp_s, const char *body, size_t length,
			 struct buf *out) LC_CHECKED;

#endif
