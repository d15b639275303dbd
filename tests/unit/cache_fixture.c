#include "cache_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

const struct cache_key some_key = {"some"};
const struct cache_entry some_entry = {.status = 200,
				       .media_type = "text/plain",
				       .tag = "",
				       .fields = "",
				       .body = "some",
				       .body_length = 4};

struct cache *
cache_at(const char *hosts)
{
	char setting[512], why[CACHE_WHY_MAX];
	struct cache *cache = NULL;

	snprintf(setting, sizeof(setting), "memcached://%s", hosts);
	if (cache_new(setting, "/nowhere", &cache, why, sizeof(why)) != LC_OK)
		fail_msg("%s: %s", setting, why);
	return cache;
}

enum lc_rc
cache_get_some(struct cache *cache)
{
	struct cache_entry got;
	struct buf bytes;
	enum lc_rc rc;

	buf_init(&bytes);
	rc = cache_get(cache, &some_key, &bytes, &got);
	if (rc == LC_OK && (got.body_length != some_entry.body_length ||
			    memcmp(got.body, "some", 4) != 0))
		fail_msg("something else was got");
	buf_release(&bytes);
	return rc;
}

enum lc_rc
cache_put_some(struct cache *cache)
{
	return cache_put(cache, &some_key, &some_entry, 600);
}

/* Lets the cache recover, but not for ever. */
static void
wait_since(int64_t began_ns)
{
	const struct timespec pause = {.tv_nsec = 5 * CLOCK_NS_PER_MS};

	assert_true(clock_mono_ns() - began_ns < 20 * CLOCK_NS_PER_S);
	nanosleep(&pause, NULL);
}

enum lc_rc
cache_get_surely(struct cache *cache, const struct cache_key *key,
		 struct buf *bytes, struct cache_entry *entry)
{
	const int64_t began_ns = clock_mono_ns();
	enum lc_rc rc;

	while ((rc = cache_get(cache, key, bytes, entry)) == LC_UNAVAILABLE)
		wait_since(began_ns);
	return rc;
}

enum lc_rc
cache_put_surely(struct cache *cache, const struct cache_key *key,
		 const struct cache_entry *entry, int64_t kept_s)
{
	const int64_t began_ns = clock_mono_ns();
	enum lc_rc rc;

	while ((rc = cache_put(cache, key, entry, kept_s)) == LC_UNAVAILABLE)
		wait_since(began_ns);
	return rc;
}

enum cache_lease
cache_lease_surely(struct cache *cache, const struct cache_key *key)
{
	const int64_t began_ns = clock_mono_ns();
	enum cache_lease lease;

	while ((lease = cache_lease(cache, key)) == CACHE_LEASE_NONE)
		wait_since(began_ns);
	return lease;
}

int64_t
cache_await(struct cache *cache, enum lc_rc rc)
{
	const int64_t began_ns = clock_mono_ns();

	while (cache_get_some(cache) != rc)
		wait_since(began_ns);
	return clock_mono_ns() - began_ns;
}
