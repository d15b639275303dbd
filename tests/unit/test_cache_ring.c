/*
 * The ring that keeps answers on one machine.
 */
#include "services/cache_ring.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "chance.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { RING_BYTES = 1 << 20, HEADER = 128, LEASES = 128 + 8 * 4096 };

static char directory[STATE_DIR_MAX];

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	state_dir_remove(directory);
	return 0;
}

static struct cache_ring *
ring_open(int64_t bytes)
{
	struct cache_ring *ring = NULL;
	char why[160];

	if (cache_ring_open(directory, bytes, &ring, why, sizeof(why)) != LC_OK)
		fail_msg("%s", why);
	return ring;
}

/* Keys are digests: their bits are anything. */
static struct cache_key
key_of(uint64_t number)
{
	struct chance chance = {number * 2 + 1};
	struct cache_key key;

	for (int i = 0; i < 8; i++)
		chance_bits(&chance);
	for (size_t i = 0; i < sizeof(key.bytes); i++)
		key.bytes[i] = (unsigned char)(chance_bits(&chance) >> 32);
	return key;
}

static enum lc_rc
put(struct cache_ring *ring, uint64_t number, const char *bytes, size_t length)
{
	const struct cache_key key = key_of(number);

	return cache_ring_put(ring, &key, bytes, length, INT64_MAX);
}

static enum lc_rc
get(struct cache_ring *ring, uint64_t number, const char *bytes, size_t length)
{
	const struct cache_key key = key_of(number);
	struct buf got;
	enum lc_rc rc;

	buf_init(&got);
	rc = cache_ring_get(ring, &key, &got);
	if (rc == LC_OK) {
		assert_int_equal(got.length, length);
		assert_memory_equal(got.bytes, bytes, length);
	}
	buf_release(&got);
	return rc;
}

static void
test_sizes(void **state)
{
	struct cache_ring *ring = ring_open(RING_BYTES);
	const size_t most = cache_ring_most(ring);
	const size_t sizes[] = {0, 1, 7, 8, 63, 64, 65, 1000, most - 1, most};
	char *bytes = malloc(most + 1);
	struct chance chance = {3};

	(void)state;
	assert_non_null(bytes);
	assert_true(most >= 100000);
	for (size_t i = 0; i <= most; i++)
		bytes[i] = (char)chance_bits(&chance);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		assert_int_equal(get(ring, i, "", 0), LC_NOT_FOUND);
		assert_int_equal(put(ring, i, bytes, sizes[i]), LC_OK);
		assert_int_equal(get(ring, i, bytes, sizes[i]), LC_OK);
		/* The latest is got. */
		assert_int_equal(put(ring, i, bytes + 1, sizes[i] / 2), LC_OK);
		assert_int_equal(get(ring, i, bytes + 1, sizes[i] / 2), LC_OK);
	}
	assert_int_equal(put(ring, 99, bytes, most + 1), LC_TOO_LARGE);
	assert_int_equal(get(ring, 99, bytes, 0), LC_NOT_FOUND);
	free(bytes);
	cache_ring_close(ring);
}

static void
test_times(void **state)
{
	struct cache_ring *ring = ring_open(RING_BYTES);
	const struct cache_key key = key_of(1);
	const int64_t now_ms = clock_unix_ms();

	(void)state;
	assert_int_equal(cache_ring_put(ring, &key, "a", 1, now_ms + 100000),
			 LC_OK);
	assert_int_equal(get(ring, 1, "a", 1), LC_OK);
	assert_int_equal(cache_ring_put(ring, &key, "b", 1, now_ms - 1), LC_OK);
	assert_int_equal(get(ring, 1, "a", 1), LC_NOT_FOUND);
	cache_ring_close(ring);
}

/* Ten times what it holds: the latest are there, and what is asked for. */
static void
test_wrap(void **state)
{
	enum { LENGTH = 3000, ROUNDS = 10 * RING_BYTES / LENGTH };
	struct cache_ring *ring = ring_open(RING_BYTES);
	char bytes[LENGTH];
	size_t there = 0;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(put(ring, 1000000, "kept", 4), LC_OK);
	assert_int_equal(put(ring, 1000001, "left", 4), LC_OK);
	for (uint64_t i = 0; i < ROUNDS; i++) {
		memcpy(bytes, &i, sizeof(i));
		assert_int_equal(put(ring, i, bytes, sizeof(bytes)), LC_OK);
		assert_int_equal(get(ring, i, bytes, sizeof(bytes)), LC_OK);
		assert_int_equal(get(ring, 1000000, "kept", 4), LC_OK);
	}
	assert_int_equal(get(ring, 1000001, "left", 4), LC_NOT_FOUND);
	for (uint64_t i = 0; i < ROUNDS; i++) {
		memcpy(bytes, &i, sizeof(i));
		if (get(ring, i, bytes, sizeof(bytes)) != LC_OK)
			continue;
		assert_true(i >= ROUNDS - RING_BYTES / LENGTH);
		there++;
	}
	/* Some find no place in the index, or give way to what is renewed. */
	assert_in_range(there, RING_BYTES / LENGTH * 8 / 10,
			RING_BYTES / LENGTH);
	cache_ring_close(ring);
}

static void
test_leases(void **state)
{
	enum { LEAST = 1, MOST = CACHE_RING_OWNERS };
	struct cache_ring *ring = ring_open(RING_BYTES);
	struct cache_ring *second = ring_open(RING_BYTES);
	const struct cache_key key = key_of(1), other = key_of(2);

	(void)state;
	assert_true(cache_ring_lease(ring, &key, LEAST));
	assert_false(cache_ring_lease(second, &key, MOST));
	assert_true(cache_ring_lease(second, &other, MOST));
	assert_true(cache_ring_lease(ring, &key, LEAST));
	cache_ring_unlease(second, &key, MOST);
	assert_false(cache_ring_lease(second, &key, MOST));
	cache_ring_unlease(ring, &key, LEAST);
	assert_true(cache_ring_lease(second, &key, MOST));
	assert_false(cache_ring_lease(ring, &key, LEAST));
	cache_ring_close(second);
	cache_ring_close(ring);
}

/* Overwrites the file from there on; the ring has it mapped. */
static void
scribble(size_t at, const void *bytes, size_t length)
{
	int file = open(state_dir_file(directory, "cache.seg"),
			O_RDWR | O_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(pwrite(file, bytes, length, (off_t)at), length);
	close(file);
}

/* Leases of any bits: each ends in time, or is another key's. */
static void
test_bad_leases(void **state)
{
	static const uint64_t words[] = {0, 1, UINT64_C(1) << 63, UINT64_MAX,
					 UINT64_C(0x0123456789abcdef)};
	static uint64_t all[4096];
	struct cache_ring *ring = ring_open(RING_BYTES);
	size_t had = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		for (size_t w = 0; w < COUNT(all); w++)
			all[w] = words[i];
		scribble(HEADER + 128, all, sizeof(all));
		for (uint64_t n = 0; n < 1000; n++) {
			const struct cache_key key = key_of(n);

			had += cache_ring_lease(ring, &key, 7);
		}
	}
	assert_int_equal(had, COUNT(words) * 1000);
	cache_ring_close(ring);
}

/* An item whose head lies is not read beyond the ring, nor waited for. */
static void
test_bad_items(void **state)
{
	static const uint64_t lies[] = {0,
					1,
					64,
					RING_BYTES / 8,
					RING_BYTES,
					UINT32_MAX,
					UINT64_MAX / 2,
					UINT64_MAX - 63,
					UINT64_MAX};
	enum { SIZE = HEADER + LEASES + RING_BYTES / 1024 * 8 };
	struct cache_ring *ring = ring_open(RING_BYTES);
	const struct cache_key key = key_of(5);

	(void)state;
	for (size_t i = 0; i < COUNT(lies); i++) {
		for (size_t word = 0; word < 8; word++) {
			struct buf got;

			/* Each is the first of a ring that is empty. */
			scribble(HEADER, &(uint64_t){0}, sizeof(uint64_t));
			assert_int_equal(put(ring, 5, "five", 4), LC_OK);
			assert_int_equal(get(ring, 5, "five", 4), LC_OK);
			scribble(SIZE + word * 8, &lies[i], sizeof(lies[i]));
			buf_init(&got);
			if (cache_ring_get(ring, &key, &got) == LC_OK)
				assert_in_range(got.length, 0, RING_BYTES);
			buf_release(&got);
		}
	}
	cache_ring_close(ring);
}

/* Rubbish all over: nothing is reached that is not there, and it works on. */
static void
test_rubbish(void **state)
{
	enum { SIZE = LEASES + RING_BYTES / 1024 * 8 + RING_BYTES };
	struct cache_ring *ring = ring_open(RING_BYTES);
	uint64_t *rubbish = malloc(SIZE);
	struct chance chance = {17};

	(void)state;
	assert_non_null(rubbish);
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < SIZE / sizeof(*rubbish); i++)
			rubbish[i] = round == 0 ? UINT64_MAX :
						  chance_bits(&chance) >>
							  (round * 3);
		scribble(HEADER, rubbish, SIZE);
		for (uint64_t i = 0; i < 300; i++) {
			assert_int_equal(get(ring, i, "", 0), LC_NOT_FOUND);
			assert_int_equal(put(ring, i, "new", 3), LC_OK);
		}
		for (uint64_t i = 200; i < 300; i++)
			assert_int_equal(get(ring, i, "new", 3), LC_OK);
	}
	free(rubbish);
	cache_ring_close(ring);
}

static void
test_another_size(void **state)
{
	struct cache_ring *ring = ring_open(RING_BYTES);

	(void)state;
	assert_int_equal(put(ring, 1, "one", 3), LC_OK);
	cache_ring_close(ring);
	ring = ring_open(RING_BYTES);
	assert_int_equal(get(ring, 1, "one", 3), LC_OK);
	cache_ring_close(ring);
	ring = ring_open(2 * RING_BYTES);
	assert_int_equal(get(ring, 1, "one", 3), LC_NOT_FOUND);
	assert_int_equal(put(ring, 1, "one", 3), LC_OK);
	assert_int_equal(get(ring, 1, "one", 3), LC_OK);
	cache_ring_close(ring);
}

static enum lc_rc
run_without_memory(void)
{
	const struct cache_key key = key_of(1);
	struct cache_ring *ring = NULL;
	struct buf got;
	char why[160];
	enum lc_rc rc;

	buf_init(&got);
	rc = cache_ring_open(directory, RING_BYTES, &ring, why, sizeof(why));
	if (rc == LC_OK)
		rc = cache_ring_put(ring, &key, "one", 3, INT64_MAX);
	if (rc == LC_OK)
		rc = cache_ring_get(ring, &key, &got);
	buf_release(&got);
	cache_ring_close(ring);
	return rc;
}

static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"a ring", run_without_memory, false};

	(void)state;
	alloc_fail_each(&of);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sizes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_times, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wrap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_leases, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_leases, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_bad_items, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_rubbish, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_another_size, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_no_memory, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
