#include "services/cache.h"

#include <libmemcached/memcached.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

enum { CACHE_TIMEOUT_MS = 50, CACHE_HOST_MAX = 256, CACHE_PORT = 11211 };

struct cache {
	char host[CACHE_HOST_MAX]; /* a path when it begins with '/' */
	in_port_t port;
};

static const char cache_scheme[] = "memcached://";

/* Splits HOST:PORT; the port may be left out. */
static enum lc_rc
cache_read_address(struct cache *cache, const char *address)
{
	const char *colon = address[0] == '/' ? NULL : strrchr(address, ':');
	size_t length =
		colon != NULL ? (size_t)(colon - address) : strlen(address);
	int64_t port = CACHE_PORT;

	if (length == 0 || length >= sizeof(cache->host))
		return LC_INVALID;
	if (colon != NULL && (number_parse_int64(colon + 1, strlen(colon + 1),
						 &port) != NUMBER_OK ||
			      port < 1 || port > 65535))
		return LC_INVALID;
	memcpy(cache->host, address, length);
	cache->host[length] = '\0';
	cache->port = (in_port_t)port;
	return LC_OK;
}

enum lc_rc
cache_new(const char *setting, struct cache **out, char *why, size_t why_bytes)
{
	size_t scheme = sizeof(cache_scheme) - 1;
	struct cache *cache;

	*out = NULL;
	if (strcmp(setting, "off") == 0)
		return LC_OK;
	cache = calloc(1, sizeof(*cache));
	if (cache == NULL)
		return LC_NO_MEMORY;
	if (strncmp(setting, cache_scheme, scheme) != 0 ||
	    cache_read_address(cache, setting + scheme) != LC_OK) {
		free(cache);
		snprintf(why, why_bytes,
			 "cache cannot be \"%.80s\"; it must "
			 "be off, memcached://HOST:PORT or "
			 "memcached:///PATH.sock",
			 setting);
		return LC_INVALID;
	}
	*out = cache;
	return LC_OK;
}

void
cache_free(struct cache *cache)
{
	free(cache);
}

static memcached_return_t
client_connect(struct cache *cache, memcached_st *client)
{
	memcached_behavior_set(client, MEMCACHED_BEHAVIOR_POLL_TIMEOUT,
			       CACHE_TIMEOUT_MS);
	memcached_behavior_set(client, MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT,
			       CACHE_TIMEOUT_MS);
	if (cache->host[0] == '/')
		return memcached_server_add_unix_socket(client, cache->host);
	return memcached_server_add(client, cache->host, cache->port);
}

enum lc_rc
cache_probe(struct cache *cache, char *why, size_t why_bytes)
{
	memcached_st *client = memcached_create(NULL);
	memcached_return_t result;

	if (client == NULL)
		return LC_NO_MEMORY;
	result = client_connect(cache, client);
	if (memcached_success(result))
		result = memcached_version(client);
	if (memcached_failed(result))
		snprintf(why, why_bytes, "Memcached does not answer: %s",
			 memcached_strerror(client, result));
	memcached_free(client);
	return memcached_success(result) ? LC_OK : LC_UNAVAILABLE;
}
