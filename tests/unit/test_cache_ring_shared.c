/*
 * A ring that processes write and read at once, of which some are killed in
 * the middle: what is got is always one of those that were put.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "chance.h"
#include "child.h"
#include "services/cache.h"
#include "state_dir.h"

enum { WRITERS = 4, KEYS = 12, KILLED = 8, BODY_MOST = 60000, GETS = 1600 };

static struct cache *
cache_at(const char *directory)
{
	char why[CACHE_WHY_MAX];
	struct cache *cache = NULL;

	assert_int_equal(
		cache_new("local:1M", directory, &cache, why, sizeof(why)),
		LC_OK);
	assert_non_null(cache);
	return cache;
}

/* Bodies are of one key, and of one letter. */
static void
put_one(struct cache *cache, struct chance *chance, char *body)
{
	const struct cache_key key = {
		{(unsigned char)chance_below(chance, KEYS)}};
	const struct cache_entry entry = {
		.made_ms = key.bytes[0],
		.status = 200,
		.media_type = "",
		.tag = "",
		.fields = "",
		.body = body,
		.body_length = chance_below(chance, BODY_MOST)};

	memset(body, (int)('a' + chance_below(chance, 26)), entry.body_length);
	/* So that it is not packed, and the ring wraps soon. */
	for (size_t i = 0; i < entry.body_length; i += 2)
		body[i] = (char)chance_bits(chance);
	assert_int_equal(cache_put(cache, &key, &entry, 1000), LC_OK);
}

static bool
get_one(struct cache *cache, struct chance *chance, struct buf *bytes)
{
	const struct cache_key key = {
		{(unsigned char)chance_below(chance, KEYS)}};
	struct cache_entry got;
	enum lc_rc rc = cache_get(cache, &key, bytes, &got);

	if (rc == LC_NOT_FOUND)
		return false;
	assert_int_equal(rc, LC_OK);
	assert_int_equal(got.made_ms, key.bytes[0]);
	for (size_t i = 3; i < got.body_length; i += 2)
		assert_int_equal(got.body[i], got.body[1]);
	return true;
}

static void
write_for_ever(const char *directory, uint64_t seed)
{
	struct cache *cache = cache_at(directory);
	struct chance chance = {seed};
	char *body = malloc(BODY_MOST);
	struct buf bytes;

	assert_non_null(body);
	buf_init(&bytes);
	for (;;) {
		put_one(cache, &chance, body);
		get_one(cache, &chance, &bytes);
	}
}

static pid_t
writer_start(const char *directory, uint64_t seed)
{
	pid_t writer = child_fork();

	if (writer == 0)
		write_for_ever(directory, seed);
	return writer;
}

/* One that is not killed has failed. */
static void
writer_kill(pid_t writer)
{
	int status;

	kill(writer, SIGKILL);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
test_shared(void **state)
{
	const int64_t until_ns = clock_mono_ns() + 60 * CLOCK_NS_PER_S;
	struct chance chance = {1};
	char directory[STATE_DIR_MAX];
	pid_t writers[WRITERS];
	struct cache *cache;
	struct buf bytes;
	size_t hits = 0;

	(void)state;
	state_dir_make(directory);
	cache = cache_at(directory);
	buf_init(&bytes);
	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = writer_start(directory, i + 1);
	for (unsigned killed = 0; killed < KILLED; killed++) {
		for (hits = 0; hits < GETS / KILLED;
		     hits += get_one(cache, &chance, &bytes))
			assert_true(clock_mono_ns() < until_ns);
		writer_kill(writers[killed % WRITERS]);
		writers[killed % WRITERS] = writer_start(directory, killed + 9);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		writer_kill(writers[i]);
	buf_release(&bytes);
	cache_free(cache);
	state_dir_remove(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
