/*
 * The cache on a Memcached that works, by itself and with others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "cache_fixture.h"
#include "chance.h"
#include "memcached_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { BODY_MOST = 5000000 };

struct place {
	char directory[STATE_DIR_MAX];
	struct memcached_process first, second;
	char *body; /* BODY_MOST bytes that cannot be packed */
};

static int
set_up(void **state)
{
	static struct place place;
	struct chance chance = {7};

	place = (struct place){.body = test_malloc(BODY_MOST)};
	for (size_t i = 0; i < BODY_MOST; i++)
		place.body[i] = (char)chance_bits(&chance);
	state_dir_make(place.directory);
	*state = &place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	memcached_kill(&place->first);
	memcached_kill(&place->second);
	state_dir_remove(place->directory);
	test_free(place->body);
	return 0;
}

static struct cache_key
key_of(const char *text)
{
	struct cache_key key = {{0}};

	memcpy(key.bytes, text, strlen(text) + 1);
	return key;
}

static struct cache_entry
entry_of(const char *body, size_t length)
{
	return (struct cache_entry){.made_ms = 123456789012,
				    .cost_us = 42,
				    .status = 200,
				    .media_type = "image/png",
				    .tag = "\"abc\"",
				    .fields = "X-A: b\r\n",
				    .body = body,
				    .body_length = length};
}

static enum lc_rc
get_length(struct cache *cache, const struct cache_key *key, size_t *length)
{
	struct cache_entry got;
	struct buf bytes;
	enum lc_rc rc;

	buf_init(&bytes);
	rc = cache_get_surely(cache, key, &bytes, &got);
	*length = got.body_length;
	buf_release(&bytes);
	return rc;
}

static void
test_sizes(void **state)
{
	static const size_t sizes[] = {0,       1,       4095,     4096,
				       999000,  999999,  1000000,  1048576,
				       2500000, 3000000, BODY_MOST};
	struct place *place = *state;
	const struct cache_key key = key_of("a\r\nflush_all\r\n"),
			       other = key_of("a\r\nflush_all\r");
	struct cache *cache;
	struct buf bytes;

	memcached_start(&place->first, place->directory, "m", NULL);
	cache = cache_at(place->first.socket);
	buf_init(&bytes);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct cache_entry entry = entry_of(place->body, sizes[i]), got;

		assert_int_equal(cache_put_surely(cache, &key, &entry, 60),
				 LC_OK);
		assert_int_equal(cache_get_surely(cache, &key, &bytes, &got),
				 LC_OK);
		assert_int_equal(got.made_ms, entry.made_ms);
		assert_int_equal(got.cost_us, entry.cost_us);
		assert_int_equal(got.status, entry.status);
		assert_string_equal(got.media_type, entry.media_type);
		assert_string_equal(got.tag, entry.tag);
		assert_string_equal(got.fields, entry.fields);
		assert_int_equal(got.body_length, sizes[i]);
		assert_memory_equal(got.body, place->body, sizes[i]);
		assert_int_equal(cache_get_surely(cache, &other, &bytes, &got),
				 LC_NOT_FOUND);
	}
	assert_true(cache_fetch_ns(cache) > 0);
	buf_release(&bytes);
	cache_free(cache);
}

/* More than 30 days are not a date of 1970, nor is what is kept gone early. */
static void
test_times(void **state)
{
	static const struct {
		int64_t kept_s;
		enum lc_rc rc;
	} cases[] = {
		{0, LC_NOT_FOUND},       {-1, LC_NOT_FOUND}, {100, LC_OK},
		{30 * 86400 + 5, LC_OK}, {INT64_MAX, LC_OK},
	};
	struct place *place = *state;
	const struct cache_entry entry = entry_of("b", 1);
	struct cache *cache;
	size_t length;

	memcached_start(&place->first, place->directory, "m", NULL);
	cache = cache_at(place->first.socket);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cache_key key = {{(unsigned char)i}};

		assert_int_equal(
			cache_put_surely(cache, &key, &entry, cases[i].kept_s),
			LC_OK);
		assert_int_equal(get_length(cache, &key, &length), cases[i].rc);
	}
	cache_free(cache);
}

static void
test_leases(void **state)
{
	struct place *place = *state;
	const struct cache_key key = key_of("k"), other = key_of("o");
	static const char ttl[] =
		"mg llawAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA t\r\n";
	static const char forget[] =
		"delete llawAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n";
	struct cache *one, *two;
	char answer[64];
	int left_s;

	memcached_start(&place->first, place->directory, "m", NULL);
	one = cache_at(place->first.socket);
	two = cache_at(place->first.socket);
	assert_int_equal(cache_lease_surely(one, &key), CACHE_LEASE_OURS);
	assert_int_equal(cache_lease_surely(two, &key), CACHE_LEASE_OTHERS);
	assert_int_equal(cache_lease_surely(two, &other), CACHE_LEASE_OURS);
	assert_int_equal(cache_lease_surely(one, &key), CACHE_LEASE_OURS);
	cache_unlease(two, &key);
	assert_int_equal(cache_lease_surely(two, &key), CACHE_LEASE_OTHERS);
	cache_unlease(one, &key);
	assert_int_equal(cache_lease_surely(two, &key), CACHE_LEASE_OURS);
	cache_unlease(one, &other);
	assert_int_equal(cache_lease_surely(one, &other), CACHE_LEASE_OTHERS);
	/* It ends by itself, should its owner die. */
	for (int i = 0; i < 2; i++) {
		size_t length =
			memcached_say(&place->first, ttl, sizeof(ttl) - 1,
				      "\r\n", answer, sizeof(answer) - 1);

		answer[length] = '\0';
		assert_int_equal(sscanf(answer, "HD t%d", &left_s), 1);
		assert_in_range(left_s, 0, CACHE_LEASE_MS / 1000);
		assert_int_equal(cache_lease_surely(two, &key),
				 CACHE_LEASE_OURS);
	}
	/* A server that forgets it lets another have it. */
	memcached_say(&place->first, forget, sizeof(forget) - 1, "DELETED\r\n",
		      answer, sizeof(answer));
	assert_int_equal(cache_lease_surely(one, &key), CACHE_LEASE_OURS);
	assert_int_equal(cache_lease_surely(two, &key), CACHE_LEASE_OTHERS);
	cache_free(one);
	cache_free(two);
}

/* What lies under a key's name in the server is exchanged for other bytes. */
static void
test_damage(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
		{"", 0},
		{"x", 1},
		{"LCENTRY\2", 8},
		{"LCENTRY\1 and more that is no entry", 35},
		/* parts of which there are none, or which are too long */
		{"LCPARTS\1setsetset"
		 "\xff\0\0\0\0\0\0",
		 24},
		{"LCPARTS\1setsetse"
		 "\xff\xff\xff\xff\xff\xff\xff\xff",
		 24},
		{"LCPARTS\1setsetse\0\0\0\0\0\0\0\0", 24},
	};
	/* The name of a key of zeros. */
	static const char name[] =
		"lAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	const struct cache_key key = {{0}};
	const struct cache_entry entry = entry_of("b", 1);
	struct place *place = *state;
	char said[256], answer[64];
	struct cache *cache;
	size_t length;
	int start;

	memcached_start(&place->first, place->directory, "m", NULL);
	cache = cache_at(place->first.socket);
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(cache_put_surely(cache, &key, &entry, 60),
				 LC_OK);
		assert_int_equal(get_length(cache, &key, &length), LC_OK);
		start = snprintf(said, sizeof(said), "set %s 0 60 %zu\r\n",
				 name, cases[i].length);
		memcpy(said + start, cases[i].text, cases[i].length);
		memcpy(said + start + cases[i].length, "\r\n", 2);
		memcached_say(&place->first, said,
			      (size_t)start + cases[i].length + 2, "STORED\r\n",
			      answer, sizeof(answer));
		assert_int_equal(get_length(cache, &key, &length),
				 LC_NOT_FOUND);
	}
	cache_free(cache);
}

/* A small server forgets; what it cannot hold at all is said to be so. */
static void
test_full(void **state)
{
	struct place *place = *state;
	struct cache_entry entry = entry_of(place->body, BODY_MOST);
	struct cache *cache;
	size_t length, kept = 0;

	memcached_start(&place->first, place->directory, "m", "8");
	cache = cache_at(place->first.socket);
	for (unsigned i = 0; i < 20; i++) {
		const struct cache_key key = {{(unsigned char)i}};
		enum lc_rc rc = cache_put_surely(cache, &key, &entry, 60);

		assert_true(rc == LC_OK || rc == LC_UNAVAILABLE ||
			    rc == LC_TOO_LARGE);
	}
	for (unsigned i = 0; i < 20; i++) {
		const struct cache_key key = {{(unsigned char)i}};

		kept += get_length(cache, &key, &length) == LC_OK;
	}
	assert_true(kept < 20);
	entry.body_length = 10;
	assert_int_equal(
		cache_put_surely(cache, &(struct cache_key){{99}}, &entry, 60),
		LC_OK);
	cache_free(cache);
}

static size_t
count_kept(struct cache *cache)
{
	struct cache_entry got;
	struct buf bytes;
	size_t kept = 0;

	buf_init(&bytes);
	for (unsigned i = 0; i < 200; i++) {
		const struct cache_key key = {{(unsigned char)i}};

		kept += cache_get(cache, &key, &bytes, &got) == LC_OK;
	}
	buf_release(&bytes);
	return kept;
}

/* Two servers share the keys; when one dies, the other's are still there. */
static void
test_two(void **state)
{
	struct place *place = *state;
	const struct cache_entry entry = entry_of("b", 1);
	struct cache *cache, *other_order;
	char hosts[2 * sizeof(place->first.socket)];
	size_t length, kept, moved = 0;
	struct cache_view view;
	int64_t began_ns, first_ns;

	memcached_start(&place->first, place->directory, "m", NULL);
	memcached_start(&place->second, place->directory, "n", NULL);
	snprintf(hosts, sizeof(hosts), "%s,%s", place->first.socket,
		 place->second.socket);
	cache = cache_at(hosts);
	snprintf(hosts, sizeof(hosts), "%s,%s", place->second.socket,
		 place->first.socket);
	other_order = cache_at(hosts);
	began_ns = clock_mono_ns();
	for (unsigned i = 0; i < 200; i++) {
		const struct cache_key key = {{(unsigned char)i}};

		assert_int_equal(cache_put_surely(cache, &key, &entry, 60),
				 LC_OK);
		moved += get_length(other_order, &key, &length) != LC_OK;
	}
	assert_int_equal(moved, 0);
	first_ns = clock_mono_ns() - began_ns;
	memcached_freeze(&place->second);
	began_ns = clock_mono_ns();
	kept = count_kept(cache);
	/* Had each that is away been waited for it would be 2 s and more. */
	assert_true(clock_mono_ns() - began_ns < CLOCK_NS_PER_S + 5 * first_ns);
	/* Should the other have been slow as well, it comes back. */
	while (kept < 40 && clock_mono_ns() - began_ns < 20 * CLOCK_NS_PER_S)
		kept = count_kept(cache);
	assert_in_range(kept, 40, 160);
	cache_look(cache, &view);
	assert_int_equal(view.servers, 2);
	assert_int_equal(view.away, 1);
	assert_int_not_equal(view.state, BREAKER_CLOSED);
	assert_non_null(strstr(view.why, place->second.socket));
	memcached_thaw(&place->second);
	cache_free(other_order);
	cache_free(cache);
}

static void
test_options(void **state)
{
	struct place *place = *state;
	const struct cache_key key = key_of("k");
	const struct cache_entry entry = entry_of("b", 1);
	struct cache *cache = NULL, *other;
	char setting[256], why[CACHE_WHY_MAX];
	size_t length;

	memcached_start(&place->first, place->directory, "m", NULL);
	snprintf(setting, sizeof(setting), "%s?--NAMESPACE=here --NOREPLY",
		 place->first.socket);
	cache = cache_at(setting);
	other = cache_at(place->first.socket);
	assert_int_equal(cache_put_surely(cache, &key, &entry, 60), LC_OK);
	assert_int_equal(get_length(cache, &key, &length), LC_OK);
	assert_int_equal(get_length(other, &key, &length), LC_NOT_FOUND);
	cache_free(cache);
	cache_free(other);
	snprintf(setting, sizeof(setting), "memcached://%s?--SERVER=a",
		 place->first.socket);
	assert_int_equal(cache_new(setting, "/", &cache, why, sizeof(why)),
			 LC_INVALID);
	assert_non_null(strstr(why, "--SERVER=a"));
	assert_int_equal(cache_new("memcached://a?--NO-SUCH", "/", &cache, why,
				   sizeof(why)),
			 LC_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sizes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_times, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_leases, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_two, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_options, set_up,
						tear_down),
	};

	log_set_level(LOG_ERROR_ONLY);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
