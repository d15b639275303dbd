/*
 * The Memcached servers that the setting names: which of them a key belongs
 * to, connections to each, and who does not answer.
 *
 * Each server has a pool of its own (libmemcached's), and a breaker.  What
 * failed to answer is never read from again: its connection is closed, so that
 * a late answer cannot be taken for that to a later question.  A server whose
 * breaker is open is tried by a thread of this file, which also looks up names,
 * so that a question costs CACHE_TIMEOUT_MS at most.  So long after the start a
 * name is waited for, as a program may ask only once.  (A server that sends its
 * answer byte by byte can make it cost more: libmemcached's time is from one
 * byte to the next.)
 *
 * Any thread may call.
 */
#ifndef SERVICES_CACHE_SERVERS_H
#define SERVICES_CACHE_SERVERS_H

#include <stddef.h>

#include <libmemcached/memcached.h>

#include "base/cache_setting.h"
#include "services/cache.h"

struct cache_servers;

/* As cache_memcached_new(). */
enum lc_rc cache_servers_new(const struct cache_setting *setting,
			     struct cache_servers **out, char *why,
			     size_t why_bytes) LC_CHECKED;

/* Ends the thread; nobody may be asking.  NULL is harmless. */
void cache_servers_free(struct cache_servers *servers);

/*
 * Asks the server that the key belongs to: `ask` does so with a client that
 * is connected to it alone, and returns what libmemcached said last.  It is
 * called again when the connection turns out to have ended meanwhile.
 *
 * Returns what it returned; MEMCACHED_SERVER_TEMPORARILY_DISABLED when the
 * server is not to be asked now, or too many are asking it.
 */
memcached_return_t cache_servers_ask(
	struct cache_servers *servers, const char *key, size_t length,
	memcached_return_t (*ask)(memcached_st *client, void *arg), void *arg);

/*
 * As cache_look(); servers that were not heard of lately are asked, until that
 * has taken CACHE_TIMEOUT_MS; the others then the next time.
 */
void cache_servers_look(struct cache_servers *servers, struct cache_view *view);

#endif
