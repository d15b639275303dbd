#include "services/cache_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "services/cache_address.h"
#include "services/cache_client.h"
#include "services/cache_servers_inner.h"

/* A failure that took this long was waited for. */
#define SERVERS_SLOW_NS (CACHE_TIMEOUT_MS * CLOCK_NS_PER_MS * 4 / 5)
#define SERVERS_QUIET_NS CLOCK_NS_PER_S

/* ---- opening */

/* What people call it. */
static void
server_name(struct server *server, struct cache_place place)
{
	if (place.host[0] == '/')
		snprintf(server->name, sizeof(server->name), "%s", place.host);
	else
		snprintf(server->name, sizeof(server->name), "%s:%u",
			 place.host, place.port);
}

/* A name is away until it has been looked up. */
static bool
server_init(struct cache_servers *servers, struct server *server,
	    const struct cache_place *place)
{
	int64_t now_ns = clock_mono_ns();
	memcached_st *client;

	server->place = place;
	breaker_init(&server->breaker, now_ns);
	atomic_init(&server->times_open, 1);
	server_name(server, *place);
	server->is_name = cache_address_is_name(place->host);
	atomic_init(&server->was_tried, !server->is_name);
	if (server->is_name) {
		snprintf(server->why, sizeof(server->why),
			 "its name is looked up");
		return breaker_bad(&server->breaker, true,
				   now_ns - BREAKER_FIRST_MS * CLOCK_NS_PER_MS);
	}
	client = cache_client_new(servers->model, place, place->host);
	return client != NULL &&
	       cache_servers_move(server, client, place->host);
}

static bool
servers_init(struct cache_servers *servers)
{
	bool good = true;

	for (unsigned i = 0; good && i < servers->setting.count; i++)
		good = server_init(servers, &servers->servers[i],
				   &servers->setting.places[i]);
	return good && cache_servers_start(servers);
}

enum lc_rc
cache_servers_new(const struct cache_setting *setting,
		  struct cache_servers **out, char *why, size_t why_bytes)
{
	struct cache_servers *servers = calloc(1, sizeof(*servers));

	*out = NULL;
	snprintf(why, why_bytes, "out of memory");
	if (servers == NULL)
		return LC_NO_MEMORY;
	servers->setting = *setting;
	servers->names_until_ns =
		clock_mono_ns() + CACHE_TIMEOUT_MS * CLOCK_NS_PER_MS;
	servers->model = cache_client_model(setting->options);
	if (servers->model == NULL && setting->options[0] != '\0') {
		snprintf(why, why_bytes,
			 "not options of libmemcached's for this: \"%.80s\"",
			 setting->options);
		cache_servers_free(servers);
		return LC_INVALID;
	}
	servers->ring = cache_client_ring(setting);
	if (servers->model == NULL || servers->ring == NULL ||
	    !servers_init(servers)) {
		cache_servers_free(servers);
		return LC_NO_MEMORY;
	}
	snprintf(why, why_bytes, "%s", "");
	*out = servers;
	return LC_OK;
}

static void
server_release(struct server *server)
{
	memcached_pool_st *pool = atomic_load(&server->pool);

	if (pool != NULL)
		memcached_free(memcached_pool_destroy(pool));
	for (unsigned i = 0; i < server->moves; i++)
		memcached_free(memcached_pool_destroy(server->left[i]));
}

void
cache_servers_free(struct cache_servers *servers)
{
	if (servers == NULL)
		return;
	cache_servers_stop(servers);
	for (unsigned i = 0; i < servers->setting.count; i++)
		server_release(&servers->servers[i]);
	memcached_free(servers->ring);
	memcached_free(servers->model);
	free(servers);
}

/* ---- asking */

static void
server_failed(struct cache_servers *servers, struct server *server,
	      memcached_st *client, memcached_return_t result, bool slow)
{
	if (!breaker_bad(&server->breaker, slow, clock_mono_ns()))
		return;
	atomic_fetch_add(&server->times_open, 1);
	pthread_mutex_lock(&servers->lock);
	snprintf(server->why, sizeof(server->why), "%s",
		 memcached_strerror(client, result));
	log_warning("Memcached at %s does not answer: %s; going on without it",
		    server->name, server->why);
	pthread_cond_signal(&servers->changed);
	pthread_mutex_unlock(&servers->lock);
}

/* Gives a client back, whose connection must not be used again. */
static void
client_break(struct cache_servers *servers, memcached_pool_st *pool,
	     memcached_st *client)
{
	pthread_mutex_lock(&servers->lock);
	servers->broken[servers->broken_count++] =
		(struct server_broken){.pool = pool, .client = client};
	pthread_cond_signal(&servers->changed);
	pthread_mutex_unlock(&servers->lock);
}

/*
 * A client's user data say by which of the server's times it has a connection;
 * NULL: it has none.  Where it was an old one it is asked once more: the server
 * may have been started anew.
 */
static memcached_return_t
client_ask(const struct server *server, memcached_st *client,
	   memcached_return_t (*ask)(memcached_st *client, void *arg),
	   void *arg, int64_t began_ns)
{
	void *const present = (void *)atomic_load(&server->times_open);
	void *old = memcached_get_user_data(client);
	memcached_return_t result;

	if (old != NULL && old != present) {
		memcached_quit(client);
		old = NULL;
	}
	result = cache_client_result(client, ask(client, arg));
	if (!cache_client_answered(result) && old != NULL &&
	    clock_mono_ns() - began_ns < SERVERS_SLOW_NS) {
		memcached_quit(client);
		result = cache_client_result(client, ask(client, arg));
	}
	memcached_set_user_data(client,
				cache_client_answered(result) ? present : NULL);
	return result;
}

static memcached_return_t
server_ask(struct cache_servers *servers, struct server *server,
	   memcached_return_t (*ask)(memcached_st *client, void *arg),
	   void *arg)
{
	struct timespec no_time = {0};
	const int64_t began_ns = clock_mono_ns();
	memcached_return_t result;
	memcached_pool_st *pool;
	memcached_st *client;

	if (!breaker_is_closed(&server->breaker))
		cache_servers_await(servers, server);
	if (!breaker_is_closed(&server->breaker))
		return MEMCACHED_SERVER_TEMPORARILY_DISABLED;
	pool = atomic_load(&server->pool);
	client = memcached_pool_fetch(pool, &no_time, &result);
	if (client == NULL)
		return MEMCACHED_SERVER_TEMPORARILY_DISABLED;
	result = client_ask(server, client, ask, arg, began_ns);
	if (cache_client_answered(result)) {
		breaker_good(&server->breaker);
		atomic_store_explicit(&server->heard_ns, began_ns,
				      memory_order_relaxed);
		memcached_pool_release(pool, client);
		return result;
	}
	server_failed(servers, server, client, result,
		      clock_mono_ns() - began_ns >= SERVERS_SLOW_NS);
	client_break(servers, pool, client);
	return result;
}

memcached_return_t
cache_servers_ask(struct cache_servers *servers, const char *key, size_t length,
		  memcached_return_t (*ask)(memcached_st *client, void *arg),
		  void *arg)
{
	uint32_t at = 0;

	if (servers->setting.count > 1)
		at = memcached_generate_hash(servers->ring, key, length);
	return server_ask(servers, &servers->servers[at], ask, arg);
}

/* ---- looks */

static memcached_return_t
greet_ask(memcached_st *client, void *arg)
{
	(void)arg;
	return cache_client_greet(client) ? MEMCACHED_SUCCESS :
					    MEMCACHED_CONNECTION_FAILURE;
}

/* One whose breaker is closed may be away without anybody having noticed. */
static void
server_look(struct cache_servers *servers, struct server *server)
{
	const int64_t heard_ns =
		atomic_load_explicit(&server->heard_ns, memory_order_relaxed);

	if (clock_mono_ns() - heard_ns < SERVERS_QUIET_NS)
		return;
	for (int i = 0; i < BREAKER_QUICK; i++)
		if (server_ask(servers, server, greet_ask, NULL) ==
		    MEMCACHED_SUCCESS)
			return;
}

/* What is said of all rests on the answer that is the oldest. */
static void
view_good(struct cache_view *view, const struct server *server)
{
	const int64_t heard_ns =
		atomic_load_explicit(&server->heard_ns, memory_order_relaxed);
	const bool was_away = atomic_load(&server->times_open) > 1;
	const int64_t since_ns =
		was_away ? atomic_load(&server->breaker.since_ns) : 0;
	const int64_t last_ns = heard_ns > since_ns ? heard_ns : since_ns;

	if (view->away > 0)
		return;
	if (last_ns != 0 && last_ns < view->seen_ns)
		view->seen_ns = last_ns;
	if (since_ns > view->since_ns)
		view->since_ns = since_ns;
}

/* And of those that are away on the failure that is the latest. */
static void
view_away(struct cache_view *view, struct cache_servers *servers,
	  struct server *server, enum breaker_state state)
{
	const int64_t failed_ns = breaker_failed_ns(&server->breaker);
	const int64_t since_ns = atomic_load(&server->breaker.since_ns);

	if (view->away == 0 || failed_ns > view->seen_ns)
		view->seen_ns = failed_ns;
	if (view->away++ > 0 && since_ns >= view->since_ns)
		return;
	view->state = state;
	view->since_ns = since_ns;
	pthread_mutex_lock(&servers->lock);
	snprintf(view->why, sizeof(view->why), "%.100s: %.50s", server->name,
		 server->why);
	pthread_mutex_unlock(&servers->lock);
}

void
cache_servers_look(struct cache_servers *servers, struct cache_view *view)
{
	const int64_t until_ns =
		clock_mono_ns() + CACHE_TIMEOUT_MS * CLOCK_NS_PER_MS;

	view->servers = servers->setting.count;
	view->away = 0;
	view->since_ns = 0;
	view->seen_ns = clock_mono_ns();
	for (unsigned i = 0; i < servers->setting.count; i++) {
		struct server *server = &servers->servers[i];
		enum breaker_state state;

		if (clock_mono_ns() < until_ns)
			server_look(servers, server);
		state = breaker_state(&server->breaker);
		if (state == BREAKER_CLOSED)
			view_good(view, server);
		else
			view_away(view, servers, server, state);
	}
}
