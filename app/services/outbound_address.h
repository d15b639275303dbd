/*
 * Where something may be sent: looked at without any network.
 */
#ifndef SERVICES_OUTBOUND_ADDRESS_H
#define SERVICES_OUTBOUND_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

struct sockaddr;

enum { OUTBOUND_URL_MAX = 2000, OUTBOUND_MAIL_MAX = 254 };

/*
 * Whether a text is a URL for a webhook: http or https, with a host, without
 * a user, and not one that is, however written (127.1, 0x7f000001, [::1],
 * ::ffff:10.0.0.1, localhost), in a private network, unless those are
 * allowed.  LC_INVALID, with words: a sentence that begins with "A webhook".
 */
enum lc_rc outbound_url_check(const char *url, bool allow_private, char *why,
			      size_t why_bytes) LC_CHECKED;

/*
 * Whether an address is nobody else's business: loopback, private,
 * link-local, shared, benchmarking, documentation, multicast, reserved,
 * unspecified; and IPv6 that carries such an IPv4 address.
 */
bool outbound_address_private(const struct sockaddr *address);

/* Whether a text is one mail address, "name@host" in ASCII, and no more. */
bool outbound_mail_ok(const char *address);

#endif
