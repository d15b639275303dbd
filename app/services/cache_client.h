/*
 * libmemcached's clients as the cache has them.
 *
 * They speak the binary protocol: what does not begin with its magic byte is
 * no answer, and a key cannot be taken for a command.  (An unexpected word of
 * the text protocol, such as END to what was to be stored, makes libmemcached
 * abort.)  It believes what a server says of lengths, so it gets no memory for
 * what cannot be.  A server that is not just broken but evil could still do
 * harm, by lengths of keys or by well-formed answers without end.
 *
 * One thread at a time may use a client.
 */
#ifndef SERVICES_CACHE_CLIENT_H
#define SERVICES_CACHE_CLIENT_H

#include <stdbool.h>

#include <libmemcached/memcached.h>

#include "base/buf.h"
#include "base/cache_setting.h"

/*
 * What all clients are made after, without a server; from libmemcached's
 * options, less what they must not change.  NULL: they cannot be read, name
 * servers, or there is no memory.
 */
memcached_st *cache_client_model(const char *options);

/* One that is only asked whose a key is.  NULL without memory. */
memcached_st *cache_client_ring(const struct cache_setting *setting);

/* A client of one server; NULL without memory. */
memcached_st *cache_client_new(const memcached_st *model,
			       const struct cache_place *place,
			       const char *address);

/* Whether a result is an answer of the server, be it a refusal. */
bool cache_client_answered(memcached_return_t result);

/*
 * What a question came to: the result that libmemcached returned, or the error
 * that it kept to itself.  (Of a value that ended early it says that there is
 * none, and it waits for what it thinks is still to come.)
 */
memcached_return_t cache_client_result(const memcached_st *client,
				       memcached_return_t result);

/*
 * Adds what is kept under the key to `out`, and sets its number, by which it
 * can be changed (memcached_cas).
 */
memcached_return_t cache_client_get(memcached_st *client, const char *key,
				    size_t length, struct buf *out,
				    uint64_t *number);

/* Asks for nothing of worth; whether it was answered. */
bool cache_client_greet(memcached_st *client);

#endif
