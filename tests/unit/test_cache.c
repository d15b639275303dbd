/*
 * The cache as its users see it: settings, and what is kept in a ring.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cache_setting.h"
#include "services/cache.h"
#include "services/digest.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
test_settings(void **state)
{
	static const struct {
		const char *value;
		bool ok;
		enum cache_kind kind;
		int64_t bytes;
		unsigned count;
		const char *host; /* the last one's */
		uint16_t port;
		const char *options;
	} cases[] = {
		{"off", true, CACHE_OFF, 0, 0, NULL, 0, ""},
		{"local:64M", true, CACHE_LOCAL, 64 << 20, 0, NULL, 0, ""},
		{"local:1g", true, CACHE_LOCAL, 1 << 30, 0, NULL, 0, ""},
		{"local:1048576", true, CACHE_LOCAL, 1 << 20, 0, NULL, 0, ""},
		{"local:2000k", true, CACHE_LOCAL, 2048000, 0, NULL, 0, ""},
		{"memcached://a", true, CACHE_MEMCACHED, 0, 1, "a", 11211, ""},
		{"memcached://a:1,b:65535", true, CACHE_MEMCACHED, 0, 2, "b",
		 65535, ""},
		{"memcached://[::1]:7", true, CACHE_MEMCACHED, 0, 1, "::1", 7,
		 ""},
		{"memcached://[::1]", true, CACHE_MEMCACHED, 0, 1, "::1", 11211,
		 ""},
		{"memcached:///a.sock,/b:1", true, CACHE_MEMCACHED, 0, 2,
		 "/b:1", 11211, ""},
		{"memcached://a?--NOREPLY", true, CACHE_MEMCACHED, 0, 1, "a",
		 11211, "--NOREPLY"},
		{.value = ""},
		{.value = "on"},
		{.value = "OFF"},
		{.value = "off "},
		{.value = "local"},
		{.value = "local:"},
		{.value = "local:M"},
		{.value = "local:1048575"},
		{.value = "local:1023K"},
		{.value = "local:2G"},
		{.value = "local:1025M"},
		{.value = "local:-64M"},
		{.value = "local:+64M"},
		{.value = "local:64MB"},
		{.value = "local:99999999999999999999"},
		{.value = "memcached:"},
		{.value = "memcached://"},
		{.value = "memcached://,a"},
		{.value = "memcached://a,"},
		{.value = "memcached://a:"},
		{.value = "memcached://a:0"},
		{.value = "memcached://a:65536"},
		{.value = "memcached://a:+1"},
		{.value = "memcached://:1"},
		{.value = "memcached://[::1"},
		{.value = "memcached://[]:1"},
		{.value = "memcached://[::1]x"},
		{.value = "memcached://a b"},
		{.value = "memcached://?--NOREPLY"},
		{.value = "memcached://,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,"},
	};
	struct cache_setting setting;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (cache_setting_read(cases[i].value, &setting) != cases[i].ok)
			fail_msg("%s", cases[i].value);
		assert_true(cache_setting_ok(cases[i].value) == cases[i].ok);
		if (!cases[i].ok)
			continue;
		assert_int_equal(setting.kind, cases[i].kind);
		assert_int_equal(setting.bytes, cases[i].bytes);
		assert_int_equal(setting.count, cases[i].count);
		assert_string_equal(setting.options, cases[i].options);
		if (cases[i].host == NULL)
			continue;
		assert_string_equal(setting.places[setting.count - 1].host,
				    cases[i].host);
		assert_int_equal(setting.places[setting.count - 1].port,
				 cases[i].port);
	}
}

static void
test_opening(void **state)
{
	static const struct {
		const char *setting, *state_dir;
		enum lc_rc rc;
		bool has_cache, has_why;
	} cases[] = {
		{"off", NULL, LC_OK, false, false},
		{"local:1M", NULL, LC_OK, true, false},
		{"local:1M", "/nowhere", LC_OK, false, true},
		{"sqlite:", NULL, LC_INVALID, false, true},
		/* This program is without libmemcached. */
		{"memcached://127.0.0.1:1", NULL, LC_OK, true, false},
	};
	char path[STATE_DIR_MAX], why[CACHE_WHY_MAX];

	(void)state;
	state_dir_make(path);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cache *cache = NULL;
		struct cache_view view;

		assert_int_equal(cache_new(cases[i].setting,
					   cases[i].state_dir != NULL ?
						   cases[i].state_dir :
						   path,
					   &cache, why, sizeof(why)),
				 cases[i].rc);
		assert_true((cache != NULL) == cases[i].has_cache);
		assert_true((why[0] != '\0') == cases[i].has_why);
		if (cache != NULL) {
			cache_look(cache, &view);
			assert_string_equal(view.kind, "local");
			assert_int_equal(view.away, 0);
		}
		cache_free(cache);
	}
	state_dir_remove(path);
}

static void
test_kept(void **state)
{
	const struct cache_key key = {"a\r\nb"}, other = {"b"};
	const struct cache_entry entry = {.made_ms = 1,
					  .cost_us = 2,
					  .status = 200,
					  .media_type = "text/plain",
					  .tag = "\"1\"",
					  .fields = "",
					  .body = "42",
					  .body_length = 2};
	char path[STATE_DIR_MAX], why[CACHE_WHY_MAX];
	struct cache *cache = NULL, *second = NULL;
	struct cache_entry got;
	struct buf bytes;

	(void)state;
	state_dir_make(path);
	buf_init(&bytes);
	assert_int_equal(cache_new("local:1M", path, &cache, why, sizeof(why)),
			 LC_OK);
	assert_int_equal(cache_new("local:1M", path, &second, why, sizeof(why)),
			 LC_OK);
	assert_int_equal(cache_get(cache, &key, &bytes, &got), LC_NOT_FOUND);
	assert_int_equal(cache_put(cache, &other, &entry, 0), LC_OK);
	assert_int_equal(cache_put(cache, &key, &entry, INT64_MAX), LC_OK);
	assert_int_equal(cache_get(second, &other, &bytes, &got), LC_NOT_FOUND);
	assert_int_equal(cache_get(second, &key, &bytes, &got), LC_OK);
	assert_string_equal(got.media_type, "text/plain");
	assert_int_equal(got.body_length, 2);
	assert_memory_equal(got.body, "42", 2);
	assert_true(cache_fetch_ns(second) > 0);

	assert_int_equal(cache_lease(cache, &key), CACHE_LEASE_OURS);
	assert_int_equal(cache_lease(second, &key), CACHE_LEASE_OTHERS);
	assert_int_equal(cache_lease(cache, &key), CACHE_LEASE_OURS);
	cache_unlease(second, &key);
	assert_int_equal(cache_lease(second, &key), CACHE_LEASE_OTHERS);
	cache_unlease(cache, &key);
	assert_int_equal(cache_lease(second, &key), CACHE_LEASE_OURS);
	buf_release(&bytes);
	cache_free(second);
	cache_free(cache);
	state_dir_remove(path);
}

/* What it takes is known by what was seen lately, and then no more. */
static void
test_times(void **state)
{
	static const struct timespec nap = {.tv_nsec = 600000000};
	static char body[400000];
	const struct cache_key key = {.bytes = {1}};
	const struct cache_entry entry = {.made_ms = 1,
					  .status = 200,
					  .media_type = "text/plain",
					  .tag = "",
					  .fields = "",
					  .body = body,
					  .body_length = sizeof(body)};
	char path[STATE_DIR_MAX], why[CACHE_WHY_MAX];
	struct cache *cache;
	struct cache_entry got;
	struct buf bytes;
	int64_t usual_ns;

	(void)state;
	state_dir_make(path);
	buf_init(&bytes);
	digest_random(body, sizeof(body));
	assert_int_equal(cache_new("local:8M", path, &cache, why, sizeof(why)),
			 LC_OK);
	usual_ns = cache_fetch_ns(cache);
	assert_int_equal(cache_put(cache, &key, &entry, 60), LC_OK);
	for (int i = 0; i < 1000 && cache_fetch_ns(cache) <= 2 * usual_ns; i++)
		assert_int_equal(cache_get(cache, &key, &bytes, &got), LC_OK);
	assert_true(cache_fetch_ns(cache) > 2 * usual_ns);
	nanosleep(&nap, NULL);
	assert_int_equal(cache_fetch_ns(cache), usual_ns);
	assert_int_equal(cache_get(cache, &key, &bytes, &got), LC_OK);
	assert_true(cache_fetch_ns(cache) < 2 * usual_ns);
	cache_free(cache);
	buf_release(&bytes);
	state_dir_remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_opening),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
