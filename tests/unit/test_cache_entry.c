/*
 * Entries of the cache: whole and the key's, or not believed.
 */
#include "services/cache_entry.h"

#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The checksum is made anew where what it covers is changed. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "alloc_fail.h"
#include "chance.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Where things are in an entry's bytes. */
enum {
	AT_CHECKSUM = 8,
	AT_KEY = 24,
	AT_MEDIA_TYPE_BYTES = 72,
	AT_TAG_BYTES = 76,
	AT_FIELDS_BYTES = 80,
	AT_PLAIN_BYTES = 84,
	AT_PACKED_BYTES = 88,
	AT_TEXTS = 96,
	BODY_MOST = 3000000
};

static const struct cache_key some_key = {"k\r\n"};

static struct cache_entry
entry_of(const char *body, size_t length)
{
	return (struct cache_entry){.made_ms = 1764500000123,
				    .cost_us = 1234567890123,
				    .status = 404,
				    .media_type = "text/plain; charset=utf-8",
				    .tag = "\"a-b\"",
				    .fields = "Link: <a>\r\nX-B: c\r\n",
				    .body = body,
				    .body_length = length};
}

static void
written(const struct cache_entry *entry, struct buf *bytes)
{
	buf_init(bytes);
	assert_int_equal(cache_entry_write(&some_key, entry, bytes), LC_OK);
}

/* Reads a copy that has no byte more, so that a look beyond is seen. */
static enum lc_rc
read_copy(const struct buf *from, size_t length, struct buf *copy,
	  struct cache_entry *entry)
{
	buf_init(copy);
	copy->bytes = malloc(length + (length == 0));
	assert_non_null(copy->bytes);
	copy->length = copy->capacity = length;
	memcpy(copy->bytes, from->bytes, length);
	return cache_entry_read(&some_key, copy, entry);
}

static enum lc_rc
read_rc(const struct buf *from, size_t length)
{
	struct cache_entry entry;
	struct buf copy;
	enum lc_rc rc = read_copy(from, length, &copy, &entry);

	buf_release(&copy);
	return rc;
}

static void
seal(struct buf *bytes)
{
	XXH128_canonical_t sum;

	XXH128_canonicalFromHash(&sum, XXH3_128bits(bytes->bytes + AT_KEY,
						    bytes->length - AT_KEY));
	memcpy(bytes->bytes + AT_CHECKSUM, sum.digest, sizeof(sum.digest));
}

static void
test_round(void **state)
{
	static const struct {
		size_t length;
		bool random, packs;
	} cases[] = {
		{0, false, false},
		{1, false, false},
		{CACHE_ENTRY_PACK_BYTES - 1, false, false},
		{CACHE_ENTRY_PACK_BYTES, false, true},
		{CACHE_ENTRY_PACK_BYTES, true, false},
		{BODY_MOST, false, true},
		{BODY_MOST, true, false},
	};
	char *plain = calloc(1, BODY_MOST), *random = malloc(BODY_MOST);
	struct chance chance = {11};

	(void)state;
	assert_true(plain != NULL && random != NULL);
	for (size_t i = 0; i < BODY_MOST; i++)
		random[i] = (char)chance_bits(&chance);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cache_entry entry = entry_of(
			cases[i].random ? random : plain, cases[i].length);
		struct cache_entry got;
		struct buf bytes, copy;

		written(&entry, &bytes);
		assert_true((bytes.length < cases[i].length) == cases[i].packs);
		assert_int_equal(read_copy(&bytes, bytes.length, &copy, &got),
				 LC_OK);
		assert_int_equal(got.made_ms, entry.made_ms);
		assert_int_equal(got.cost_us, entry.cost_us);
		assert_int_equal(got.status, entry.status);
		assert_string_equal(got.media_type, entry.media_type);
		assert_string_equal(got.tag, entry.tag);
		assert_string_equal(got.fields, entry.fields);
		assert_int_equal(got.body_length, entry.body_length);
		assert_memory_equal(got.body, entry.body, got.body_length);
		buf_release(&copy);
		buf_release(&bytes);
	}
	free(plain);
	free(random);
}

static void
test_too_large(void **state)
{
	const struct cache_entry entry =
		entry_of("not looked at", (size_t)CACHE_ENTRY_MOST + 1);
	struct buf bytes;

	(void)state;
	buf_init(&bytes);
	assert_int_equal(cache_entry_write(&some_key, &entry, &bytes),
			 LC_TOO_LARGE);
	buf_release(&bytes);
}

/* Every bit counts, and so does every byte, also one too many. */
static void
test_damage(void **state)
{
	static char zeros[CACHE_ENTRY_PACK_BYTES];
	const struct cache_entry entries[] = {entry_of("a body", 6),
					      entry_of(zeros, sizeof(zeros))};

	(void)state;
	for (size_t e = 0; e < COUNT(entries); e++) {
		struct buf bytes;

		written(&entries[e], &bytes);
		for (size_t i = 0; i < 8 * bytes.length; i++) {
			const char bit = (char)(1 << i % 8);

			bytes.bytes[i / 8] = (char)(bytes.bytes[i / 8] ^ bit);
			if (read_rc(&bytes, bytes.length) != LC_INVALID)
				fail_msg("bit %zu does not count", i);
			bytes.bytes[i / 8] = (char)(bytes.bytes[i / 8] ^ bit);
		}
		for (size_t i = 0; i < bytes.length; i++)
			assert_int_equal(read_rc(&bytes, i), LC_INVALID);
		assert_int_equal(read_rc(&bytes, bytes.length), LC_OK);
		buf_add_char(&bytes, '\0');
		assert_int_equal(read_rc(&bytes, bytes.length), LC_INVALID);
		buf_release(&bytes);
	}
}

static void
test_another_key(void **state)
{
	const struct cache_entry entry = entry_of("a body", 6);
	struct cache_entry got;
	struct buf bytes;

	(void)state;
	for (size_t i = 0; i < CACHE_KEY_BYTES; i++) {
		struct cache_key other = some_key;

		written(&entry, &bytes);
		other.bytes[i] ^= 1;
		assert_int_equal(cache_entry_read(&other, &bytes, &got),
				 LC_INVALID);
		/* Nor when it says that it is this one's. */
		memcpy(bytes.bytes + AT_KEY, other.bytes, sizeof(other.bytes));
		assert_int_equal(cache_entry_read(&other, &bytes, &got),
				 LC_INVALID);
		buf_release(&bytes);
	}
}

/* Lengths that lie, under a checksum that is right. */
static void
test_lies(void **state)
{
	static char zeros[1 << 16];
	static const struct {
		bool packed;
		size_t at;
		int64_t by; /* what is added to the number there */
		bool is_true;
	} cases[] = {
		{false, AT_PLAIN_BYTES, 0, true},
		{true, AT_PLAIN_BYTES, 0, true},
		{false, 0, 0, true},
		{false, 7, 1, false}, /* the layout's number */
		{false, AT_MEDIA_TYPE_BYTES, 1, false},
		{false, AT_MEDIA_TYPE_BYTES, -1, false},
		{false, AT_MEDIA_TYPE_BYTES, -26, false},
		{false, AT_MEDIA_TYPE_BYTES, -27, false},
		{false, AT_TAG_BYTES, 1, false},
		{false, AT_TAG_BYTES, 21, false},
		{false, AT_FIELDS_BYTES, 1, false},
		{false, AT_FIELDS_BYTES, INT32_MAX, false},
		{false, AT_PLAIN_BYTES, 1, false},
		{false, AT_PLAIN_BYTES, -1, false},
		{false, AT_PLAIN_BYTES, CACHE_ENTRY_PACK_BYTES, false},
		{false, AT_PLAIN_BYTES, UINT32_MAX - 6, false},
		{false, AT_PACKED_BYTES, 1, false},
		{false, AT_PACKED_BYTES, -6, false},
		{true, AT_PLAIN_BYTES, 1, false},
		{true, AT_PLAIN_BYTES, -1, false},
		{true, AT_PLAIN_BYTES, -(1 << 15), false},
		{true, AT_PLAIN_BYTES, CACHE_ENTRY_MOST - (1 << 16), false},
		{true, AT_PLAIN_BYTES, CACHE_ENTRY_MOST, false},
		{true, AT_PLAIN_BYTES, -(1 << 16), false},
		{true, AT_PACKED_BYTES, 1, false},
		{true, AT_PACKED_BYTES, -1, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cache_entry entry =
			cases[i].packed ? entry_of(zeros, sizeof(zeros)) :
					  entry_of("a body", 6);
		struct buf bytes;
		uint32_t number;

		written(&entry, &bytes);
		memcpy(&number, bytes.bytes + cases[i].at, sizeof(number));
		number = htole32(
			(uint32_t)((int64_t)le32toh(number) + cases[i].by));
		memcpy(bytes.bytes + cases[i].at, &number, sizeof(number));
		seal(&bytes);
		if (read_rc(&bytes, bytes.length) !=
		    (cases[i].is_true ? LC_OK : LC_INVALID))
			fail_msg("case %zu", i);
		buf_release(&bytes);
	}
}

/* Packed bytes that are none, or that give more than they may. */
static void
test_bombs(void **state)
{
	static char zeros[1 << 16];
	const struct cache_entry entry = entry_of(zeros, sizeof(zeros));
	struct chance chance = {5};
	struct buf bytes;
	size_t body;

	(void)state;
	written(&entry, &bytes);
	body = AT_TEXTS + strlen(entry.media_type) + strlen(entry.tag) +
	       strlen(entry.fields) + 3;
	assert_true(body < bytes.length);
	for (int i = 0; i < 2000; i++) {
		size_t at = body + chance_below(&chance, bytes.length - body);
		char old = bytes.bytes[at];
		enum lc_rc rc;

		bytes.bytes[at] = (char)chance_bits(&chance);
		seal(&bytes);
		rc = read_rc(&bytes, bytes.length);
		assert_true(rc == LC_OK || rc == LC_INVALID);
		bytes.bytes[at] = old;
	}
	buf_release(&bytes);
}

static enum lc_rc
run_without_memory(void)
{
	static char zeros[CACHE_ENTRY_PACK_BYTES];
	const struct cache_entry entry = entry_of(zeros, sizeof(zeros));
	struct cache_entry got;
	struct buf bytes;
	enum lc_rc rc;

	buf_init(&bytes);
	rc = cache_entry_write(&some_key, &entry, &bytes);
	if (rc == LC_OK)
		rc = cache_entry_read(&some_key, &bytes, &got);
	buf_release(&bytes);
	return rc;
}

static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"an entry", run_without_memory, false};

	(void)state;
	alloc_fail_each(&of);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_another_key),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
