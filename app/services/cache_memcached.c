#include "services/cache_memcached.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

#include <libmemcached/memcached.h>
#include <sodium.h>

#include "services/cache_client.h"
#include "services/cache_servers.h"
#include "services/digest.h"

/* "LCPARTS" and the layout's number; no entry begins so. */
#define PARTS_MAGIC UINT64_C(0x015354524150434c)

enum {
	MEMCACHED_PART_BYTES = 1000000,
	MEMCACHED_MOST = CACHE_ENTRY_MOST + (1 << 16), /* with all texts */
	MEMCACHED_OWNER_BYTES = 17,
	MEMCACHED_LEASE_S = CACHE_LEASE_MS / 1000,
	MEMCACHED_LONG_AGO = 30 * 86400 + 1 /* a date in 1970 */
};

/* What stands under the key when its bytes are kept in parts. */
struct parts_head {
	uint64_t magic;
	uint64_t set; /* is in the parts' keys: of one time, and no other */
	uint64_t length;
};

struct cache_memcached {
	struct cache_servers *servers;
	char owner[MEMCACHED_OWNER_BYTES]; /* whose leases are ours */
};

/* A key as Memcached has it: a kind, base64url, and a part's number. */
struct item_name {
	char text[96];
	size_t length;
};

/* ---- names */

static struct item_name
item_name(const char *kind, const struct cache_key *key)
{
	const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
	struct item_name name;
	char text[sodium_base64_ENCODED_LEN(
		CACHE_KEY_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];

	sodium_bin2base64(text, sizeof(text), key->bytes, sizeof(key->bytes),
			  variant);
	name.length = (size_t)snprintf(name.text, sizeof(name.text), "%s%s",
				       kind, text);
	return name;
}

static struct item_name
part_name(const struct cache_key *key, uint64_t set, size_t part)
{
	struct item_name name = item_name("lp", key);

	name.length += (size_t)snprintf(
		name.text + name.length, sizeof(name.text) - name.length,
		"%016llx%zu", (unsigned long long)set, part);
	return name;
}

static memcached_return_t
ask(struct cache_memcached *memcached, const struct cache_key *key,
    memcached_return_t (*question)(memcached_st *client, void *arg), void *arg)
{
	/* Parts and leases are where the entry is. */
	const struct item_name name = item_name("l", key);

	return cache_servers_ask(memcached->servers, name.text, name.length,
				 question, arg);
}

/* ---- opening */

enum lc_rc
cache_memcached_new(const struct cache_setting *setting,
		    struct cache_memcached **out, char *why, size_t why_bytes)
{
	struct cache_memcached *memcached = calloc(1, sizeof(*memcached));
	uint64_t owner;
	enum lc_rc rc;

	*out = NULL;
	if (memcached == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	digest_random(&owner, sizeof(owner));
	snprintf(memcached->owner, sizeof(memcached->owner), "%016llx",
		 (unsigned long long)owner);
	rc = cache_servers_new(setting, &memcached->servers, why, why_bytes);
	if (rc == LC_OK)
		*out = memcached;
	else
		free(memcached);
	return rc;
}

void
cache_memcached_free(struct cache_memcached *memcached)
{
	if (memcached == NULL)
		return;
	cache_servers_free(memcached->servers);
	free(memcached);
}

/* ---- what is kept */

struct get_question {
	const struct cache_key *key;
	struct buf *out;
	size_t start; /* where in it */
};

static memcached_return_t
item_get(memcached_st *client, const struct item_name *name, struct buf *out)
{
	uint64_t number;

	return cache_client_get(client, name->text, name->length, out, &number);
}

/* Reads the parts, if it is parts that stand under the key. */
static memcached_return_t
parts_get(memcached_st *client, struct get_question *question)
{
	struct buf *out = question->out;
	memcached_return_t result = MEMCACHED_SUCCESS;
	struct parts_head head;
	size_t length, set;

	if (out->length - question->start != sizeof(head))
		return result;
	memcpy(&head, out->bytes + question->start, sizeof(head));
	if (le64toh(head.magic) != PARTS_MAGIC)
		return result;
	length = le64toh(head.length);
	set = le64toh(head.set);
	out->length = question->start;
	if (length > MEMCACHED_MOST)
		return MEMCACHED_NOTFOUND;
	if (buf_room(out, length) == NULL)
		return result;
	for (size_t at = 0; result == MEMCACHED_SUCCESS && at < length;
	     at += MEMCACHED_PART_BYTES) {
		struct item_name name = part_name(question->key, set,
						  at / MEMCACHED_PART_BYTES);

		result = item_get(client, &name, out);
	}
	return result;
}

static memcached_return_t
get_ask(memcached_st *client, void *arg)
{
	struct get_question *question = arg;
	const struct item_name name = item_name("l", question->key);
	memcached_return_t result;

	question->out->length = question->start;
	result = item_get(client, &name, question->out);
	return result == MEMCACHED_SUCCESS ? parts_get(client, question) :
					     result;
}

enum lc_rc
cache_memcached_get(struct cache_memcached *memcached,
		    const struct cache_key *key, struct buf *out)
{
	struct get_question question = {
		.key = key, .out = out, .start = out->length};
	memcached_return_t result = ask(memcached, key, get_ask, &question);

	if (out->failed)
		return LC_NO_MEMORY;
	if (result == MEMCACHED_SUCCESS)
		return LC_OK;
	out->length = question.start;
	return cache_client_answered(result) ? LC_NOT_FOUND : LC_UNAVAILABLE;
}

struct put_question {
	const struct cache_key *key;
	const char *bytes;
	size_t length;
	time_t kept_s;
};

/* The parts first: who finds the head finds them all. */
static memcached_return_t
parts_put(memcached_st *client, const struct put_question *question)
{
	memcached_return_t result = MEMCACHED_SUCCESS;
	const struct item_name name = item_name("l", question->key);
	struct parts_head head = {.magic = htole64(PARTS_MAGIC),
				  .length = htole64(question->length)};
	uint64_t set;

	digest_random(&set, sizeof(set));
	head.set = htole64(set);
	for (size_t at = 0;
	     result == MEMCACHED_SUCCESS && at < question->length;
	     at += MEMCACHED_PART_BYTES) {
		struct item_name part = part_name(question->key, set,
						  at / MEMCACHED_PART_BYTES);
		size_t length = question->length - at;

		if (length > MEMCACHED_PART_BYTES)
			length = MEMCACHED_PART_BYTES;
		result = memcached_set(client, part.text, part.length,
				       question->bytes + at, length,
				       question->kept_s, 0);
	}
	if (result != MEMCACHED_SUCCESS)
		return result;
	return memcached_set(client, name.text, name.length,
			     (const char *)&head, sizeof(head),
			     question->kept_s, 0);
}

static memcached_return_t
put_ask(memcached_st *client, void *arg)
{
	const struct put_question *question = arg;
	const struct item_name name = item_name("l", question->key);

	if (question->length > MEMCACHED_PART_BYTES)
		return parts_put(client, question);
	return memcached_set(client, name.text, name.length, question->bytes,
			     question->length, question->kept_s, 0);
}

enum lc_rc
cache_memcached_put(struct cache_memcached *memcached,
		    const struct cache_key *key, const char *bytes,
		    size_t length, int64_t kept_s)
{
	struct put_question question = {.key = key,
					.bytes = bytes,
					.length = length,
					.kept_s = (time_t)kept_s};

	if (length > MEMCACHED_MOST)
		return LC_TOO_LARGE;
	switch (ask(memcached, key, put_ask, &question)) {
	case MEMCACHED_SUCCESS:
		return LC_OK;
	case MEMCACHED_E2BIG:
		return LC_TOO_LARGE;
	default:
		return LC_UNAVAILABLE;
	}
}

/* ---- leases */

struct lease_question {
	const struct cache_key *key;
	const char *owner;
	time_t until_s; /* as Memcached has it */
};

/* Gives what is ours another end; MEMCACHED_DATA_EXISTS: it is another's. */
static memcached_return_t
lease_change(memcached_st *client, void *arg)
{
	const struct lease_question *question = arg;
	const struct item_name name = item_name("ll", question->key);
	const size_t length = strlen(question->owner);
	memcached_return_t result;
	struct buf owner;
	uint64_t number;

	buf_init(&owner);
	result = cache_client_get(client, name.text, name.length, &owner,
				  &number);
	if (result == MEMCACHED_SUCCESS &&
	    (owner.length != length ||
	     memcmp(owner.bytes, question->owner, length) != 0))
		result = MEMCACHED_DATA_EXISTS;
	buf_release(&owner);
	if (result != MEMCACHED_SUCCESS)
		return result;
	return memcached_cas(client, name.text, name.length, question->owner,
			     length, question->until_s, 0, number);
}

static memcached_return_t
lease_ask(memcached_st *client, void *arg)
{
	const struct lease_question *question = arg;
	const struct item_name name = item_name("ll", question->key);
	memcached_return_t result;

	result = memcached_add(client, name.text, name.length, question->owner,
			       strlen(question->owner), question->until_s, 0);
	if (result != MEMCACHED_NOTSTORED && result != MEMCACHED_DATA_EXISTS)
		return result;
	return lease_change(client, arg);
}

enum cache_lease
cache_memcached_lease(struct cache_memcached *memcached,
		      const struct cache_key *key)
{
	struct lease_question question = {.key = key,
					  .owner = memcached->owner,
					  .until_s = MEMCACHED_LEASE_S};

	switch (ask(memcached, key, lease_ask, &question)) {
	case MEMCACHED_SUCCESS:
		return CACHE_LEASE_OURS;
	case MEMCACHED_DATA_EXISTS:
	case MEMCACHED_NOTFOUND: /* it has just ended: ask again */
		return CACHE_LEASE_OTHERS;
	default:
		return CACHE_LEASE_NONE;
	}
}

void
cache_memcached_unlease(struct cache_memcached *memcached,
			const struct cache_key *key)
{
	struct lease_question question = {.key = key,
					  .owner = memcached->owner,
					  .until_s = MEMCACHED_LONG_AGO};

	ask(memcached, key, lease_change, &question);
}

void
cache_memcached_look(struct cache_memcached *memcached, struct cache_view *view)
{
	cache_servers_look(memcached->servers, view);
}
