#include "services/outbound_address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* The first `bits` bits of `prefix`. */
struct network {
	unsigned char prefix[16];
	unsigned bits;
};

/*
 * IANA's registry of special-purpose IPv4 addresses, but for those that
 * everybody can reach anyway, and multicast.
 */
static const struct network private_v4[] = {
	{{0}, 8},
	{{10}, 8},
	{{100, 64}, 10},
	{{127}, 8},
	{{169, 254}, 16},
	{{172, 16}, 12},
	{{192, 0, 0}, 24},
	{{192, 0, 2}, 24},
	{{192, 88, 99}, 24}, /* the way to 6to4 */
	{{192, 168}, 16},
	{{198, 18}, 15},
	{{198, 51, 100}, 24},
	{{203, 0, 113}, 24},
	{{224}, 4},
	{{240}, 4},
};

/* All of IPv6 is closed but 2000::/3, and of that these are. */
static const struct network open_v6 = {{0x20}, 3};
static const struct network private_v6[] = {
	{{0x20, 0x01, 0x00}, 23}, /* protocols, Teredo, benchmarking, ORCHID */
	{{0x20, 0x01, 0x0d, 0xb8}, 32},
	{{0x3f, 0xff, 0x00}, 20},
};

/* Where IPv4 addresses stand in others. */
static const struct {
	struct network network;
	unsigned at;
} carriers[] = {
	{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12}, /* mapped */
	{{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                   /* NAT64 */
	{{{0x20, 0x02}, 16}, 2},                                /* 6to4 */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
network_has(const struct network *network, const unsigned char *address)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;
	unsigned mask = rest == 0 ? 0 : 0xffu << (8 - rest) & 0xffu;

	return memcmp(network->prefix, address, whole) == 0 &&
	       ((network->prefix[whole] ^ address[whole]) & mask) == 0;
}

static bool
v4_private(const unsigned char address[4])
{
	for (size_t i = 0; i < COUNT(private_v4); i++)
		if (network_has(&private_v4[i], address))
			return true;
	return false;
}

static bool
v6_private(const unsigned char address[16])
{
	for (size_t i = 0; i < COUNT(carriers); i++)
		if (network_has(&carriers[i].network, address))
			return v4_private(address + carriers[i].at);
	for (size_t i = 0; i < COUNT(private_v6); i++)
		if (network_has(&private_v6[i], address))
			return true;
	return !network_has(&open_v6, address);
}

bool
outbound_address_private(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	switch (address->sa_family) {
	case AF_INET:
		memcpy(&v4, address, sizeof(v4));
		return v4_private((const unsigned char *)&v4.sin_addr);
	case AF_INET6:
		memcpy(&v6, address, sizeof(v6));
		return v6_private(v6.sin6_addr.s6_addr);
	default:
		return true;
	}
}
