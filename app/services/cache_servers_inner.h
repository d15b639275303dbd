/*
 * What the files of services/cache_servers.h share: cache_servers.c asks, and
 * cache_servers_later.c has the thread that tries those that are away.
 */
#ifndef SERVICES_CACHE_SERVERS_INNER_H
#define SERVICES_CACHE_SERVERS_INNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <libmemcached/util.h>

#include "services/cache_servers.h"

enum {
	SERVERS_CONNECTIONS = 64, /* to each, at once */
	SERVERS_MOVES = 8,        /* as often may a name change its address */
	SERVERS_NAME_MAX = CACHE_HOST_MAX + 8
};

struct server {
	const struct cache_place *place;
	char name[SERVERS_NAME_MAX]; /* for words */
	bool is_name;                /* that must be looked up */
	atomic_bool was_tried;       /* or is no name */
	struct breaker breaker;
	_Atomic(memcached_pool_st *) pool; /* NULL: not looked up yet */
	_Atomic int64_t heard_ns;
	_Atomic uintptr_t times_open; /* and one more: connections of before
				       * are not used again */

	/* the thread's own */
	char address[CACHE_HOST_MAX]; /* the pool's */
	memcached_pool_st *left[SERVERS_MOVES];
	unsigned moves;

	/* under the lock */
	char why[CACHE_WHY_MAX];
};

/* A client whose server did not answer: closing it may take time. */
struct server_broken {
	memcached_pool_st *pool;
	memcached_st *client;
};

struct cache_servers {
	struct cache_setting setting;
	memcached_st *ring;  /* tells whose a key is */
	memcached_st *model; /* of all clients, without a server */
	struct server servers[CACHE_PLACES_MOST];

	pthread_mutex_t lock;
	pthread_cond_t changed; /* there is something to do for the keeper */
	pthread_cond_t tried;   /* a name, for the first time */
	int64_t names_until_ns; /* as long are names waited for */
	pthread_t keeper;
	bool started, ending;
	struct server_broken broken[CACHE_PLACES_MOST * SERVERS_CONNECTIONS];
	unsigned broken_count;
};

/*
 * Makes the pool of an address that answers, by a client for it, which it
 * takes; false: it cannot.  For the start, and then for the thread alone.
 */
bool cache_servers_move(struct server *server, memcached_st *client,
			const char *address);

/* The thread; false: it cannot be had, and stop() is to be called all the same. */
bool cache_servers_start(struct cache_servers *servers);
void cache_servers_stop(struct cache_servers *servers);

/* At the start, a name that was not tried yet is waited for. */
void cache_servers_await(struct cache_servers *servers,
			 const struct server *server);

#endif
