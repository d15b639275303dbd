/*
 * What a cache holds under a key: it is refused, or it is an entry that, kept
 * again, is read as the same.
 *
 * The first byte says whether what follows is all of it, or what stands behind
 * the magic number, the checksum and the key, which then are right.
 */
#include "fuzz.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "services/cache_entry.h"

const char fuzz_corpus[] = "cache_entry";

static const struct cache_key some_key = {"fuzz"};

/* Puts a right beginning before the bytes. */
static void
front_add(struct buf *out, const uint8_t *bytes, size_t length)
{
	XXH128_canonical_t sum;
	struct buf covered;

	buf_init(&covered);
	buf_add(&covered, some_key.bytes, sizeof(some_key.bytes));
	buf_add(&covered, bytes, length);
	XXH128_canonicalFromHash(&sum,
				 XXH3_128bits(covered.bytes, covered.length));
	buf_add(out, "LCENTRY\1", 8);
	buf_add(out, sum.digest, sizeof(sum.digest));
	buf_add(out, covered.bytes, covered.length);
	buf_release(&covered);
}

/* A copy that has no byte more, so that a look beyond is seen. */
static void
cut(struct buf *buf)
{
	char *exact = malloc(buf->length + (buf->length == 0));

	MUST(exact != NULL && !buf->failed);
	if (buf->length > 0)
		memcpy(exact, buf->bytes, buf->length);
	free(buf->bytes);
	buf->bytes = exact;
	buf->capacity = buf->length + (buf->length == 0);
}

static void
again(const struct cache_entry *entry)
{
	struct cache_entry second;
	struct buf bytes;

	buf_init(&bytes);
	MUST(cache_entry_write(&some_key, entry, &bytes) == LC_OK);
	MUST(cache_entry_read(&some_key, &bytes, &second) == LC_OK);
	MUST(second.made_ms == entry->made_ms);
	MUST(second.cost_us == entry->cost_us);
	MUST(second.status == entry->status);
	MUST(strcmp(second.media_type, entry->media_type) == 0);
	MUST(strcmp(second.tag, entry->tag) == 0);
	MUST(strcmp(second.fields, entry->fields) == 0);
	MUST(second.body_length == entry->body_length);
	MUST(second.body_length == 0 ||
	     memcmp(second.body, entry->body, second.body_length) == 0);
	buf_release(&bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct cache_entry entry;
	struct buf kept;
	enum lc_rc rc;

	if (length == 0)
		return 0;
	buf_init(&kept);
	if (bytes[0] % 2 == 0)
		buf_add(&kept, bytes + 1, length - 1);
	else
		front_add(&kept, bytes + 1, length - 1);
	cut(&kept);
	rc = cache_entry_read(&some_key, &kept, &entry);
	MUST(rc == LC_OK || rc == LC_INVALID);
	if (rc == LC_OK)
		again(&entry);
	buf_release(&kept);
	return 0;
}
