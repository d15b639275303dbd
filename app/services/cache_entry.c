#include "services/cache_entry.h"

#include <endian.h>

#include <lz4.h>
/* All of it is in the header. */
#define XXH_INLINE_ALL
#include <xxhash.h>

/* "LCENTRY" and the layout's number. */
#define ENTRY_MAGIC UINT64_C(0x015952544e45434c)

/*
 * What the bytes begin with.  Three texts follow, each with a NUL, and the
 * body; the checksum is of all that comes after it.
 */
struct entry_head {
	uint64_t magic;
	unsigned char checksum[16];
	unsigned char key[CACHE_KEY_BYTES];
	uint64_t made_ms, cost_us;
	uint32_t media_type_bytes, tag_bytes, fields_bytes; /* with the NULs */
	uint32_t plain_bytes;                               /* of the body */
	uint32_t packed_bytes; /* of it as it is here; plain_bytes: as it is */
	uint32_t status;
};

_Static_assert(sizeof(struct entry_head) == 96, "no padding");

enum {
	ENTRY_SUMMED = offsetof(struct entry_head, key),
	ENTRY_LZ4_MOST = 255 /* as many bytes can LZ4 make from one */
};

static void
entry_checksum(const char *bytes, size_t length, unsigned char sum[16])
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(
		&canonical,
		XXH3_128bits(bytes + ENTRY_SUMMED, length - ENTRY_SUMMED));
	memcpy(sum, canonical.digest, sizeof(canonical.digest));
}

/* Adds the body, packed if that pays; returns its bytes, 0 for no memory. */
static size_t
body_add(const struct cache_entry *entry, struct buf *out)
{
	size_t most = entry->body_length - entry->body_length / 4;
	char *room = buf_room(out, entry->body_length + 1);
	int packed = 0;

	if (room == NULL)
		return 0;
	if (entry->body_length >= CACHE_ENTRY_PACK_BYTES)
		packed = LZ4_compress_default(
			entry->body, room, (int)entry->body_length, (int)most);
	if (packed > 0) {
		out->length += (size_t)packed;
		return (size_t)packed;
	}
	buf_add(out, entry->body, entry->body_length);
	return entry->body_length;
}

enum lc_rc
cache_entry_write(const struct cache_key *key, const struct cache_entry *entry,
		  struct buf *out)
{
	const size_t start = out->length;
	const char *const texts[] = {entry->media_type, entry->tag,
				     entry->fields};
	struct entry_head head = {
		.magic = htole64(ENTRY_MAGIC),
		.status = htole32((uint32_t)entry->status),
		.made_ms = htole64((uint64_t)entry->made_ms),
		.cost_us = htole64((uint64_t)entry->cost_us),
		.media_type_bytes =
			htole32((uint32_t)strlen(entry->media_type) + 1),
		.tag_bytes = htole32((uint32_t)strlen(entry->tag) + 1),
		.fields_bytes = htole32((uint32_t)strlen(entry->fields) + 1),
		.plain_bytes = htole32((uint32_t)entry->body_length)};

	if (entry->body_length > CACHE_ENTRY_MOST)
		return LC_TOO_LARGE;
	memcpy(head.key, key->bytes, sizeof(head.key));
	buf_add(out, &head, sizeof(head));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_add(out, texts[i], strlen(texts[i]) + 1);
	head.packed_bytes = htole32((uint32_t)body_add(entry, out));
	if (out->failed)
		return LC_NO_MEMORY;
	memcpy(out->bytes + start, &head, sizeof(head));
	entry_checksum(out->bytes + start, out->length - start, head.checksum);
	memcpy(out->bytes + start, &head, sizeof(head));
	return LC_OK;
}

/* Takes one of the texts from the front of what is left. */
static const char *
text_take(const char **at, size_t *left, uint32_t bytes)
{
	const char *text = *at;

	if (bytes == 0 || bytes > *left || text[bytes - 1] != '\0' ||
	    strlen(text) != bytes - 1)
		return NULL;
	*at += bytes;
	*left -= bytes;
	return text;
}

/* Exchanges the bytes for ones with an unpacked body. */
static enum lc_rc
body_unpack(struct buf *bytes, size_t front, size_t packed, size_t plain)
{
	struct buf whole;
	char *room;

	buf_init(&whole);
	buf_add(&whole, bytes->bytes, front);
	room = buf_room(&whole, plain + 1);
	if (room == NULL) {
		buf_release(&whole);
		return LC_NO_MEMORY;
	}
	if (LZ4_decompress_safe(bytes->bytes + front, room, (int)packed,
				(int)plain) != (int)plain) {
		buf_release(&whole);
		return LC_INVALID;
	}
	whole.length += plain;
	buf_release(bytes);
	*bytes = whole;
	return LC_OK;
}

/* The head of bytes that are whole and the key's; false: they are not. */
static bool
head_read(const struct cache_key *key, const struct buf *bytes,
	  struct entry_head *head)
{
	unsigned char sum[16];

	if (bytes->length < sizeof(*head))
		return false;
	memcpy(head, bytes->bytes, sizeof(*head));
	if (le64toh(head->magic) != ENTRY_MAGIC ||
	    memcmp(head->key, key->bytes, sizeof(head->key)) != 0)
		return false;
	entry_checksum(bytes->bytes, bytes->length, sum);
	return memcmp(sum, head->checksum, sizeof(sum)) == 0;
}

/* Where the texts and the body are; false: they do not fit together. */
static bool
entry_lay_out(const struct entry_head *head, const struct buf *bytes,
	      struct cache_entry *entry)
{
	const char *at = bytes->bytes + sizeof(*head);
	size_t left = bytes->length - sizeof(*head);

	entry->media_type =
		text_take(&at, &left, le32toh(head->media_type_bytes));
	if (entry->media_type != NULL)
		entry->tag = text_take(&at, &left, le32toh(head->tag_bytes));
	if (entry->media_type != NULL && entry->tag != NULL)
		entry->fields =
			text_take(&at, &left, le32toh(head->fields_bytes));
	entry->body = at;
	entry->body_length = left;
	return entry->fields != NULL;
}

enum lc_rc
cache_entry_read(const struct cache_key *key, struct buf *bytes,
		 struct cache_entry *entry)
{
	struct entry_head head;
	size_t plain, packed;
	enum lc_rc rc;

	*entry = (struct cache_entry){0};
	if (!head_read(key, bytes, &head) ||
	    !entry_lay_out(&head, bytes, entry))
		return LC_INVALID;
	plain = le32toh(head.plain_bytes);
	packed = le32toh(head.packed_bytes);
	if (packed != entry->body_length || plain > CACHE_ENTRY_MOST)
		return LC_INVALID;
	if (packed != plain) {
		if (plain < CACHE_ENTRY_PACK_BYTES ||
		    plain / ENTRY_LZ4_MOST > packed)
			return LC_INVALID;
		rc = body_unpack(bytes, bytes->length - packed, packed, plain);
		if (rc != LC_OK)
			return rc;
		entry_lay_out(&head, bytes, entry);
	}
	entry->made_ms = (int64_t)le64toh(head.made_ms);
	entry->cost_us = (int64_t)le64toh(head.cost_us);
	entry->status = (int)le32toh(head.status);
	return LC_OK;
}
