/*
 * The addresses that a server's name stands for.
 */
#ifndef SERVICES_CACHE_ADDRESS_H
#define SERVICES_CACHE_ADDRESS_H

#include <stdbool.h>

enum { CACHE_ADDRESS_MAX = 64, CACHE_ADDRESSES_MOST = 8 };

struct cache_addresses {
	char texts[CACHE_ADDRESSES_MOST][CACHE_ADDRESS_MAX];
	unsigned count;
};

/* Whether a host has to be looked up: it is neither an address nor a path. */
bool cache_address_is_name(const char *host);

/*
 * Looks it up, which may take many seconds.  A thread that does not let itself
 * be cancelled can be while it waits here.
 */
void cache_addresses_find(const char *name, struct cache_addresses *found);

#endif
