#include "services/cache_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/socket.h>

bool
cache_address_is_name(const char *host)
{
	struct in6_addr address;

	return host[0] != '/' && inet_pton(AF_INET, host, &address) != 1 &&
	       inet_pton(AF_INET6, host, &address) != 1;
}

void
cache_addresses_find(const char *name, struct cache_addresses *found)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL;
	int old, failed;

	found->count = 0;
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
	failed = getaddrinfo(name, NULL, &hints, &list);
	pthread_setcancelstate(old, &old);
	if (failed != 0)
		return;
	for (const struct addrinfo *at = list;
	     at != NULL && found->count < CACHE_ADDRESSES_MOST;
	     at = at->ai_next)
		if (getnameinfo(at->ai_addr, at->ai_addrlen,
				found->texts[found->count], CACHE_ADDRESS_MAX,
				NULL, 0, NI_NUMERICHOST) == 0)
			found->count++;
	freeaddrinfo(list);
}
