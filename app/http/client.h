/*
 * Whose request it is: addresses, networks of them, and what proxies say.
 *
 * An address is 16 bytes.  IPv4 is kept as ::ffff:0:0/96 (RFC 4291 section
 * 2.5.5.2), so that 192.0.2.1 and ::ffff:192.0.2.1 are the same; a network
 * written as IPv6 never holds an IPv4 address.  Nothing is allocated, any
 * thread may call, and names are never looked up.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

struct client_address {
	unsigned char bytes[16];
};

struct client_network {
	struct client_address address; /* no bit beyond the prefix is set */
	int bits;                      /* of 128, also of IPv4 */
};

enum { CLIENT_TEXT_BYTES = 46 };

/*
 * Reads "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]" or
 * "[2001:db8::1]:80".  Zones ("%eth0"), spaces, and "010" for 10 or 8 are
 * refused, and *out is then as it was.
 */
bool client_read(struct client_address *out, const char *text, size_t length)
	LC_CHECKED;

/*
 * The other side of the connection, from REMOTE_ADDR: all zero ("::") if that
 * is NULL, empty, a unix socket, or anything else that is no address.
 */
void client_peer(struct client_address *out, const char *remote_addr);

/* Writes IPv4 in dotted form and IPv6 as RFC 5952 has it, by inet_ntop(). */
void client_write(const struct client_address *address,
		  char out[CLIENT_TEXT_BYTES]);

/*
 * Who shares a limit: the whole IPv4 address, or the /64 of IPv6, which one
 * customer has for himself.
 */
void client_group(const struct client_address *address,
		  struct client_address *out);

/*
 * Reads "10.0.0.0/8", "2001:db8::/32", or an address alone.  Bits beyond the
 * prefix are refused, for they are a mistake, and *out is then as it was.
 */
bool client_network_read(struct client_network *out, const char *text,
			 size_t length) LC_CHECKED;

bool client_in(const struct client_address *address,
	       const struct client_network *network);

/*
 * Reads networks that spaces or commas separate, and returns how many; -1 if
 * a word is none, or if there are more than `most`.
 */
int client_networks_read(struct client_network *out, int most, const char *text)
	LC_CHECKED;

/*
 * Who is behind a peer.  X-Forwarded-For (or NULL) counts only if the peer is
 * in a trusted network; each proxy adds to its right whom it talked to, so it
 * is read from there, as long as who added is trusted: the first that is not
 * is the client.  An element that is no address ends this, and the last one
 * to its right stands; if all are trusted, it is the leftmost.
 */
void client_forwarded(const struct client_address *peer,
		      const char *x_forwarded_for,
		      const struct client_network *trusted, int count,
		      struct client_address *out);

#endif
