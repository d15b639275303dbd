#include "services/cache_servers_inner.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "services/cache_address.h"
#include "services/cache_client.h"

bool
cache_servers_move(struct server *server, memcached_st *client,
		   const char *address)
{
	memcached_pool_st *pool, *old = atomic_load(&server->pool);

	if (old != NULL && strcmp(address, server->address) == 0) {
		memcached_free(client);
		return true;
	}
	pool = server->moves < SERVERS_MOVES ?
		       memcached_pool_create(client, 1, SERVERS_CONNECTIONS) :
		       NULL;
	if (pool == NULL) {
		memcached_free(client);
		return false;
	}
	if (old != NULL)
		server->left[server->moves++] = old;
	snprintf(server->address, sizeof(server->address), "%s", address);
	atomic_store(&server->pool, pool);
	return true;
}

static bool
server_try_address(const struct cache_servers *servers, struct server *server,
		   const char *address)
{
	memcached_st *client =
		cache_client_new(servers->model, server->place, address);

	if (client == NULL)
		return false;
	if (!cache_client_greet(client)) {
		memcached_free(client);
		return false;
	}
	memcached_quit(client);
	return cache_servers_move(server, client, address);
}

/* As /health says it. */
static void
server_say(struct cache_servers *servers, struct server *server,
	   const char *why)
{
	pthread_mutex_lock(&servers->lock);
	snprintf(server->why, sizeof(server->why), "%s", why);
	pthread_mutex_unlock(&servers->lock);
}

static bool
server_try(struct cache_servers *servers, struct server *server)
{
	struct cache_addresses found;

	if (!server->is_name)
		return server_try_address(servers, server, server->place->host);
	cache_addresses_find(server->place->host, &found);
	for (unsigned i = 0; i < found.count; i++)
		if (server_try_address(servers, server, found.texts[i]))
			return true;
	server_say(servers, server,
		   found.count == 0 ? "its name has no address" :
				      "none of its name's addresses answers");
	return false;
}

/* Tells those who wait for the name. */
static void
keeper_tell(struct cache_servers *servers, struct server *server)
{
	if (atomic_load(&server->was_tried))
		return;
	pthread_mutex_lock(&servers->lock);
	atomic_store(&server->was_tried, true);
	pthread_cond_broadcast(&servers->tried);
	pthread_mutex_unlock(&servers->lock);
}

/* Tries one that it is time for; false: there is none. */
static bool
keeper_try(struct cache_servers *servers, struct server *server)
{
	bool good;

	if (!breaker_try(&server->breaker, clock_mono_ns()))
		return false;
	good = server_try(servers, server);
	if (good)
		log_notice("Memcached at %s answers", server->name);
	breaker_tried(&server->breaker, good, clock_mono_ns());
	keeper_tell(servers, server);
	return true;
}

/* Closes what is broken; the lock is held but for that. */
static void
keeper_close(struct cache_servers *servers)
{
	struct server_broken broken;

	while (servers->broken_count > 0) {
		broken = servers->broken[--servers->broken_count];
		pthread_mutex_unlock(&servers->lock);
		memcached_quit(broken.client);
		memcached_pool_release(broken.pool, broken.client);
		pthread_mutex_lock(&servers->lock);
	}
}

/* When the next one is to be tried; INT64_MAX: none is. */
static int64_t
keeper_next_ns(struct cache_servers *servers)
{
	int64_t next_ns = INT64_MAX;

	for (unsigned i = 0; i < servers->setting.count; i++) {
		int64_t until_ns =
			atomic_load(&servers->servers[i].breaker.until_ns);

		if (until_ns != 0 && until_ns < next_ns)
			next_ns = until_ns;
	}
	return next_ns;
}

static void
keeper_wait(struct cache_servers *servers)
{
	const int64_t next_ns = keeper_next_ns(servers);
	const struct timespec until = {.tv_sec = next_ns / CLOCK_NS_PER_S,
				       .tv_nsec = next_ns % CLOCK_NS_PER_S};

	if (next_ns == INT64_MAX)
		pthread_cond_wait(&servers->changed, &servers->lock);
	else
		pthread_cond_timedwait(&servers->changed, &servers->lock,
				       &until);
}

static void *
keeper_run(void *arg)
{
	struct cache_servers *servers = arg;
	bool tried;
	int old;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	pthread_mutex_lock(&servers->lock);
	while (!servers->ending) {
		pthread_mutex_unlock(&servers->lock);
		tried = false;
		for (unsigned i = 0; i < servers->setting.count; i++)
			tried |= keeper_try(servers, &servers->servers[i]);
		pthread_mutex_lock(&servers->lock);
		keeper_close(servers);
		if (!tried && !servers->ending)
			keeper_wait(servers);
	}
	keeper_close(servers);
	pthread_mutex_unlock(&servers->lock);
	return NULL;
}

static bool
keeper_prepare(struct cache_servers *servers)
{
	pthread_condattr_t attributes;

	if (pthread_condattr_init(&attributes) != 0)
		return false;
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&servers->lock, NULL);
	pthread_cond_init(&servers->changed, &attributes);
	pthread_cond_init(&servers->tried, &attributes);
	pthread_condattr_destroy(&attributes);
	return true;
}

void
cache_servers_stop(struct cache_servers *servers)
{
	if (!servers->started)
		return;
	pthread_mutex_lock(&servers->lock);
	servers->ending = true;
	pthread_cond_signal(&servers->changed);
	pthread_mutex_unlock(&servers->lock);
	pthread_cancel(servers->keeper);
	pthread_join(servers->keeper, NULL);
	pthread_cond_destroy(&servers->changed);
	pthread_cond_destroy(&servers->tried);
	pthread_mutex_destroy(&servers->lock);
}

bool
cache_servers_start(struct cache_servers *servers)
{
	sigset_t all, old;

	if (!keeper_prepare(servers))
		return false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	servers->started = pthread_create(&servers->keeper, NULL, keeper_run,
					  servers) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return servers->started;
}

/*
 * At the start a name is waited for, but no longer than for an answer: else a
 * program that asks once, and ends, would find nobody.
 */
void
cache_servers_await(struct cache_servers *servers, const struct server *server)
{
	const struct timespec until = {
		.tv_sec = servers->names_until_ns / CLOCK_NS_PER_S,
		.tv_nsec = servers->names_until_ns % CLOCK_NS_PER_S};
	int failed = 0;

	if (atomic_load_explicit(&server->was_tried, memory_order_acquire) ||
	    clock_mono_ns() >= servers->names_until_ns)
		return;
	pthread_mutex_lock(&servers->lock);
	while (!atomic_load(&server->was_tried) && failed == 0)
		failed = pthread_cond_timedwait(&servers->tried, &servers->lock,
						&until);
	pthread_mutex_unlock(&servers->lock);
}
