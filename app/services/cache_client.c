#include "services/cache_client.h"

#include <stdlib.h>

#include "services/cache.h"

enum { CLIENT_MEMORY_MOST = 2 << 20 };

/*
 * libmemcached believes what a server says of lengths; so it gets no memory
 * for what cannot be.
 */
static void *
memory_new(const memcached_st *client, const size_t bytes, void *context)
{
	(void)client;
	(void)context;
	return bytes <= CLIENT_MEMORY_MOST ? malloc(bytes) : NULL;
}

static void *
memory_zero(const memcached_st *client, size_t count, const size_t bytes,
	    void *context)
{
	(void)client;
	(void)context;
	return calloc(count, bytes);
}

static void *
memory_more(const memcached_st *client, void *old, const size_t bytes,
	    void *context)
{
	(void)client;
	(void)context;
	return bytes <= CLIENT_MEMORY_MOST ? realloc(old, bytes) : NULL;
}

static void
memory_free(const memcached_st *client, void *old, void *context)
{
	(void)client;
	(void)context;
	free(old);
}

/*
 * What all clients must have, whatever the setting's options say.  Keys are not
 * verified: with this protocol that cannot be had, nor need be.
 */
static bool
client_set_up(memcached_st *client)
{
	static const struct {
		memcached_behavior_t what;
		uint64_t value;
	} behaviors[] = {
		{MEMCACHED_BEHAVIOR_USE_UDP, 0},
		{MEMCACHED_BEHAVIOR_BINARY_PROTOCOL, 1},
		{MEMCACHED_BEHAVIOR_POLL_TIMEOUT, CACHE_TIMEOUT_MS},
		{MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, CACHE_TIMEOUT_MS},
		{MEMCACHED_BEHAVIOR_TCP_NODELAY, 1},
		{MEMCACHED_BEHAVIOR_NO_BLOCK, 0},
		{MEMCACHED_BEHAVIOR_NOREPLY, 0},
		{MEMCACHED_BEHAVIOR_BUFFER_REQUESTS, 0},
		{MEMCACHED_BEHAVIOR_AUTO_EJECT_HOSTS, 0},
		{MEMCACHED_BEHAVIOR_NUMBER_OF_REPLICAS, 0},
	};
	const size_t count = sizeof(behaviors) / sizeof(behaviors[0]);

	if (memcached_failed(memcached_set_memory_allocators(
		    client, memory_new, memory_free, memory_more, memory_zero,
		    NULL)))
		return false;
	for (size_t i = 0; i < count; i++)
		if (memcached_behavior_get(client, behaviors[i].what) !=
			    behaviors[i].value &&
		    memcached_failed(memcached_behavior_set(
			    client, behaviors[i].what, behaviors[i].value)))
			return false;
	return memcached_server_count(client) == 0;
}

static bool
client_add(memcached_st *client, const struct cache_place *place,
	   const char *address)
{
	return memcached_success(
		address[0] == '/' ?
			memcached_server_add_unix_socket(client, address) :
			memcached_server_add(client, address, place->port));
}

memcached_st *
cache_client_model(const char *options)
{
	memcached_st *model = options[0] != '\0' ?
				      memcached(options, strlen(options)) :
				      memcached_create(NULL);

	if (model != NULL && client_set_up(model))
		return model;
	memcached_free(model);
	return NULL;
}

memcached_st *
cache_client_ring(const struct cache_setting *setting)
{
	memcached_st *ring = memcached_create(NULL);
	bool good =
		ring != NULL && memcached_success(memcached_behavior_set(
					ring, MEMCACHED_BEHAVIOR_KETAMA, 1));

	for (unsigned i = 0; good && i < setting->count; i++)
		good = client_add(ring, &setting->places[i],
				  setting->places[i].host);
	if (good)
		return ring;
	memcached_free(ring);
	return NULL;
}

memcached_st *
cache_client_new(const memcached_st *model, const struct cache_place *place,
		 const char *address)
{
	memcached_st *client = memcached_clone(NULL, model);

	if (client != NULL && client_add(client, place, address))
		return client;
	memcached_free(client);
	return NULL;
}

bool
cache_client_answered(memcached_return_t result)
{
	switch (result) {
	case MEMCACHED_SUCCESS:
	case MEMCACHED_STORED:
	case MEMCACHED_DELETED:
	case MEMCACHED_END:
	case MEMCACHED_NOTFOUND:
	case MEMCACHED_NOTSTORED:
	case MEMCACHED_DATA_EXISTS:
	case MEMCACHED_E2BIG:
	case MEMCACHED_MEMORY_ALLOCATION_FAILURE: /* the server's, or ours */
		return true;
	default:
		return false;
	}
}

memcached_return_t
cache_client_result(const memcached_st *client, memcached_return_t result)
{
	const memcached_return_t last = memcached_last_error(client);

	return cache_client_answered(last) ? result : last;
}

memcached_return_t
cache_client_get(memcached_st *client, const char *key, size_t length,
		 struct buf *out, uint64_t *number)
{
	memcached_return_t result;
	size_t value_length;
	uint32_t flags;
	char *value = memcached_get(client, key, length, &value_length, &flags,
				    &result);

	if (result == MEMCACHED_SUCCESS && value != NULL)
		buf_add(out, value, value_length);
	free(value);
	*number = memcached_result_cas(&client->result);
	return cache_client_result(client, result);
}

bool
cache_client_greet(memcached_st *client)
{
	static const char nothing[] = "lightcone";
	memcached_return_t result;
	struct buf ignored;
	uint64_t number;

	buf_init(&ignored);
	result = cache_client_get(client, nothing, sizeof(nothing) - 1,
				  &ignored, &number);
	buf_release(&ignored);
	return cache_client_answered(result);
}
