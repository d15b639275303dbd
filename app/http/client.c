#include "http/client.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "http/field.h"

enum {
	IPV4_PREFIX_BYTES = 12,
	IPV4_PREFIX_BITS = 96,
	GROUP_BYTES = 8,
	BITS_MOST = 128,
	PORT_MOST = 65535,
	PORT_DIGITS = 5,
};

static const unsigned char ipv4_prefix[IPV4_PREFIX_BYTES] = {
	[10] = 0xff, [11] = 0xff};

static bool
is_ipv4(const struct client_address *address)
{
	return memcmp(address->bytes, ipv4_prefix, IPV4_PREFIX_BYTES) == 0;
}

/* inet_pton() for a text that does not end in NUL. */
static bool
address_read(int family, void *out, const char *text, size_t length)
{
	char copy[CLIENT_TEXT_BYTES];

	if (length >= sizeof(copy) || memchr(text, '\0', length) != NULL)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return inet_pton(family, copy, out) == 1;
}

static bool
ipv4_read(struct client_address *out, const char *text, size_t length)
{
	unsigned char bytes[4];

	if (!address_read(AF_INET, bytes, text, length))
		return false;
	memcpy(out->bytes, ipv4_prefix, IPV4_PREFIX_BYTES);
	memcpy(out->bytes + IPV4_PREFIX_BYTES, bytes, sizeof(bytes));
	return true;
}

static bool
ipv6_read(struct client_address *out, const char *text, size_t length)
{
	struct client_address address;

	if (!address_read(AF_INET6, address.bytes, text, length))
		return false;
	*out = address;
	return true;
}

/* Nothing, or a colon and a port. */
static bool
is_port(const char *text, size_t length)
{
	int64_t port;

	return length == 0 ||
	       (text[0] == ':' && length <= 1 + PORT_DIGITS &&
		field_whole(text + 1, length - 1, &port) && port <= PORT_MOST);
}

bool
client_read(struct client_address *out, const char *text, size_t length)
{
	const char *end;
	size_t inner;

	if (length == 0)
		return false;
	if (text[0] == '[') {
		end = memchr(text, ']', length);
		if (end == NULL)
			return false;
		inner = (size_t)(end - text) + 1;
		return is_port(text + inner, length - inner) &&
		       ipv6_read(out, text + 1, inner - 2);
	}
	end = memchr(text, ':', length);
	inner = end != NULL ? (size_t)(end - text) : length;
	if (memchr(text, '.', inner) == NULL)
		return ipv6_read(out, text, length);
	return is_port(text + inner, length - inner) &&
	       ipv4_read(out, text, inner);
}

void
client_peer(struct client_address *out, const char *remote_addr)
{
	if (remote_addr == NULL ||
	    !client_read(out, remote_addr, strlen(remote_addr)))
		*out = (struct client_address){{0}};
}

void
client_write(const struct client_address *address, char out[CLIENT_TEXT_BYTES])
{
	bool ipv4 = is_ipv4(address);
	const char *text =
		inet_ntop(ipv4 ? AF_INET : AF_INET6,
			  address->bytes + (ipv4 ? IPV4_PREFIX_BYTES : 0), out,
			  CLIENT_TEXT_BYTES);

	/* It cannot fail: the room is enough for the longest of both. */
	if (text == NULL)
		out[0] = '\0';
}

void
client_group(const struct client_address *address, struct client_address *out)
{
	*out = *address;
	if (!is_ipv4(address))
		memset(out->bytes + GROUP_BYTES, 0,
		       sizeof(out->bytes) - GROUP_BYTES);
}

/* Whether two addresses have the same first bits. */
static bool
prefix_same(const struct client_address *a, const struct client_address *b,
	    int bits)
{
	size_t whole = (size_t)bits / 8;
	unsigned mask = 0xffu & ~(0xffu >> (bits % 8));

	return memcmp(a->bytes, b->bytes, whole) == 0 &&
	       (mask == 0 || ((a->bytes[whole] ^ b->bytes[whole]) & mask) == 0);
}

/* Whether no bit beyond the prefix is set. */
static bool
network_is_whole(const struct client_network *network)
{
	unsigned rest = 0xffu >> (network->bits % 8);

	for (size_t i = (size_t)network->bits / 8;
	     i < sizeof(network->address.bytes); i++) {
		if ((network->address.bytes[i] & rest) != 0)
			return false;
		rest = 0xff;
	}
	return true;
}

bool
client_network_read(struct client_network *out, const char *text, size_t length)
{
	const char *slash = memchr(text, '/', length);
	size_t inner = slash != NULL ? (size_t)(slash - text) : length;
	struct client_network network;
	int64_t bits = BITS_MOST;
	int least = 0;

	if (ipv4_read(&network.address, text, inner))
		least = IPV4_PREFIX_BITS;
	else if (!ipv6_read(&network.address, text, inner))
		return false;
	if (slash != NULL) {
		if (!field_whole(slash + 1, length - inner - 1, &bits) ||
		    bits > BITS_MOST - least)
			return false;
		bits += least;
	}
	network.bits = (int)bits;
	if (!network_is_whole(&network))
		return false;
	*out = network;
	return true;
}

bool
client_in(const struct client_address *address,
	  const struct client_network *network)
{
	return is_ipv4(address) == is_ipv4(&network->address) &&
	       prefix_same(address, &network->address, network->bits);
}

int
client_networks_read(struct client_network *out, int most, const char *text)
{
	static const char between[] = " \t\r\n,";
	int count = 0;

	for (text += strspn(text, between); *text != '\0';
	     text += strspn(text, between)) {
		size_t length = strcspn(text, between);

		if (count == most ||
		    !client_network_read(&out[count], text, length))
			return -1;
		count++;
		text += length;
	}
	return count;
}

static bool
is_trusted(const struct client_address *address,
	   const struct client_network *trusted, int count)
{
	for (int i = 0; i < count; i++)
		if (client_in(address, &trusted[i]))
			return true;
	return false;
}

static bool
element_read(struct client_address *out, const char *text, size_t length)
{
	while (length > 0 && text_is_space(text[length - 1]))
		length--;
	while (length > 0 && text_is_space(text[0])) {
		text++;
		length--;
	}
	return client_read(out, text, length);
}

void
client_forwarded(const struct client_address *peer, const char *x_forwarded_for,
		 const struct client_network *trusted, int count,
		 struct client_address *out)
{
	const char *text = x_forwarded_for != NULL ? x_forwarded_for : "";
	size_t start = strlen(text) + 1;

	*out = *peer;
	while (start > 0 && is_trusted(out, trusted, count)) {
		size_t end = start - 1;

		start = end;
		while (start > 0 && text[start - 1] != ',')
			start--;
		if (!element_read(out, text + start, end - start))
			return;
	}
}
