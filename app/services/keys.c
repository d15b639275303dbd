#include "services/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/text.h"
#include "services/keys_text.h"
#include "services/state.h"

struct keys {
	struct lock lock;         /* guards all that follows but the path */
	struct store *store;      /* NULL: none is open */
	struct store_query *find; /* prepared when a store is */
	struct state_mark mark;   /* of the file that is open */
	char state_dir[];
};

struct keys *
keys_new(const char *state_dir)
{
	size_t bytes = strlen(state_dir) + 1;
	struct keys *keys = calloc(1, sizeof(*keys) + bytes);

	if (keys == NULL)
		return NULL;
	lock_init(&keys->lock);
	memcpy(keys->state_dir, state_dir, bytes);
	return keys;
}

static void
keys_close(struct keys *keys)
{
	store_finish(keys->find);
	store_close(keys->store);
	keys->find = NULL;
	keys->store = NULL;
}

void
keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	keys_close(keys);
	lock_release(&keys->lock);
	free(keys);
}

/* ---- looking up */

static void
keys_column(struct store_query *query, int column, char *out, size_t room)
{
	size_t length;
	const char *text = store_text(query, column, &length);

	length = text_utf8_cut(text, length, room - 1);
	if (length > 0)
		memcpy(out, text, length);
	out[length] = '\0';
}

#define KEYS_COLUMNS "id, name, scopes, created, revoked"

static void
keys_row(struct store_query *query, struct keys_key *out)
{
	size_t length;
	const char *scopes = store_text(query, 2, &length);

	keys_column(query, 0, out->id, sizeof(out->id));
	keys_column(query, 1, out->name, sizeof(out->name));
	out->scopes = scopes == NULL ? 0 : keys_scopes_read(scopes, length);
	keys_column(query, 3, out->created, sizeof(out->created));
	keys_column(query, 4, out->revoked, sizeof(out->revoked));
}

/* Sees to it that the file which is there now is open. */
static enum lc_rc
keys_open(struct keys *keys, char *why, size_t why_bytes)
{
	struct state_mark mark;
	enum lc_rc rc = state_find(keys->state_dir, &mark, why, why_bytes);

	if (rc == LC_OK && keys->store != NULL &&
	    mark.device == keys->mark.device && mark.inode == keys->mark.inode)
		return LC_OK;
	keys_close(keys);
	if (rc != LC_OK)
		return rc;
	/* A file that comes between the two is seen the next time. */
	keys->mark = mark;
	rc = state_open_read(keys->state_dir, &keys->store, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	rc = store_prepare(keys->store,
			   "SELECT " KEYS_COLUMNS ", hash FROM keys"
			   " WHERE id = ?1",
			   &keys->find);
	return rc == LC_OK ? rc : state_failed(keys->store, rc, why, why_bytes);
}

/* Compares with the hash of the row, or with another one if there is none. */
static bool
keys_row_is(struct store_query *query, bool row,
	    const unsigned char hash[KEYS_HASH_BYTES])
{
	static const unsigned char other[KEYS_HASH_BYTES];
	size_t length = 0;
	const void *kept = row ? store_blob(query, 5, &length) : NULL;
	const bool there = kept != NULL && length == KEYS_HASH_BYTES;
	const bool equal =
		sodium_memcmp(there ? kept : other, hash, KEYS_HASH_BYTES) == 0;

	return there && equal && store_is_null(query, 4);
}

static enum lc_rc
keys_find(struct keys *keys, const char *text,
	  const unsigned char hash[KEYS_HASH_BYTES], struct keys_key *out,
	  char *why, size_t why_bytes)
{
	struct store_query *query = keys->find;
	enum lc_rc rc;
	bool row;

	store_bind_text(query, 1, text + KEYS_TEXT_ID_AT, KEYS_ID_BYTES - 1);
	rc = store_step(query, &row);
	if (rc != LC_OK)
		rc = state_failed(keys->store, rc, why, why_bytes);
	else if (keys_row_is(query, row, hash))
		keys_row(query, out);
	else
		rc = LC_NOT_FOUND;
	store_reset(query);
	return rc;
}

enum lc_rc
keys_check(struct keys *keys, const char *text, size_t length,
	   struct keys_key *out, char *why, size_t why_bytes)
{
	unsigned char hash[KEYS_HASH_BYTES];
	enum lc_rc rc;

	memset(out, 0, sizeof(*out));
	if (!keys_text_ok(text, length))
		return LC_NOT_FOUND;
	keys_text_hash(text, hash);
	lock_take(&keys->lock);
	rc = keys_open(keys, why, why_bytes);
	if (rc == LC_OK)
		rc = keys_find(keys, text, hash, out, why, why_bytes);
	/* What has failed is tried anew the next time. */
	if (rc != LC_OK && rc != LC_NOT_FOUND)
		keys_close(keys);
	lock_give(&keys->lock);
	return rc;
}

/* ---- changing and listing, each over a connection of its own */

static void
keys_now(char out[KEYS_TIME_BYTES])
{
	char now[CLOCK_RFC3339_MAX];

	clock_rfc3339(now);
	snprintf(out, KEYS_TIME_BYTES, "%.19sZ", now);
}

static enum lc_rc
keys_insert(struct store *store, const char *name, unsigned scopes,
	    const char text[KEYS_TEXT_BYTES], char *why, size_t why_bytes)
{
	unsigned char hash[KEYS_HASH_BYTES];
	char words[KEYS_SCOPES_BYTES], now[KEYS_TIME_BYTES];
	struct store_query *query;
	enum lc_rc rc = store_prepare(
		store,
		"INSERT INTO keys (id, name, scopes, created, hash)"
		" VALUES (?1, ?2, ?3, ?4, ?5)"
		" ON CONFLICT (name) WHERE revoked IS NULL DO NOTHING",
		&query);

	if (rc != LC_OK)
		return state_failed(store, rc, why, why_bytes);
	keys_text_hash(text, hash);
	keys_scopes_write(scopes, words);
	keys_now(now);
	store_bind_text(query, 1, text + KEYS_TEXT_ID_AT, KEYS_ID_BYTES - 1);
	store_bind_text(query, 2, name, strlen(name));
	store_bind_text(query, 3, words, strlen(words));
	store_bind_text(query, 4, now, strlen(now));
	store_bind_blob(query, 5, hash, sizeof(hash));
	rc = store_run(query);
	if (rc != LC_OK) {
		rc = state_failed(store, rc, why, why_bytes);
	} else if (store_changes(store) == 0) {
		snprintf(why, why_bytes, "there is a key of this name already");
		rc = LC_INVALID;
	}
	store_finish(query);
	return rc;
}

enum lc_rc
keys_add(struct keys *keys, const char *name, unsigned scopes,
	 char text[KEYS_TEXT_BYTES], char *why, size_t why_bytes)
{
	struct store *store;
	enum lc_rc rc;

	text[0] = '\0';
	if (!keys_text_name_ok(name)) {
		snprintf(why, why_bytes,
			 "a name has 1 to %d bytes of printable UTF-8 and no "
			 "space at its ends",
			 KEYS_NAME_BYTES - 1);
		return LC_INVALID;
	}
	if (scopes == 0 || scopes >= KEYS_BIT(KEYS_SCOPE__MAX)) {
		snprintf(why, why_bytes, "a key has at least one scope");
		return LC_INVALID;
	}
	rc = state_open(keys->state_dir, &store, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	keys_text_make(text);
	rc = keys_insert(store, name, scopes, text, why, why_bytes);
	if (rc != LC_OK)
		sodium_memzero(text, KEYS_TEXT_BYTES);
	store_close(store);
	return rc;
}

static enum lc_rc
keys_none(char *why, size_t why_bytes)
{
	snprintf(why, why_bytes,
		 "no key has this name or ID and is not revoked");
	return LC_NOT_FOUND;
}

/* Revokes all that have the name or ID; LC_OK only when that is one. */
static enum lc_rc
keys_update(struct store *store, const char *id_or_name, char id[KEYS_ID_BYTES],
	    char *why, size_t why_bytes)
{
	char now[KEYS_TIME_BYTES];
	struct store_query *query;
	int revoked = 0;
	bool row;
	enum lc_rc rc =
		store_prepare(store,
			      "UPDATE keys SET revoked = ?2"
			      " WHERE revoked IS NULL AND ?1 IN (id, name)"
			      " RETURNING id",
			      &query);

	if (rc != LC_OK)
		return state_failed(store, rc, why, why_bytes);
	keys_now(now);
	store_bind_text(query, 1, id_or_name, strlen(id_or_name));
	store_bind_text(query, 2, now, strlen(now));
	while ((rc = store_step(query, &row)) == LC_OK && row) {
		keys_column(query, 0, id, KEYS_ID_BYTES);
		revoked++;
	}
	if (rc != LC_OK)
		rc = state_failed(store, rc, why, why_bytes);
	else if (revoked == 0)
		rc = keys_none(why, why_bytes);
	else if (revoked > 1)
		rc = LC_INVALID;
	if (rc == LC_INVALID)
		snprintf(why, why_bytes,
			 "this is the name of one key and the ID of another; "
			 "say the other of the two");
	store_finish(query);
	return rc;
}

enum lc_rc
keys_revoke(struct keys *keys, const char *id_or_name, char id[KEYS_ID_BYTES],
	    char *why, size_t why_bytes)
{
	struct state_mark mark;
	struct store *store;
	enum lc_rc rc = state_find(keys->state_dir, &mark, why, why_bytes);

	id[0] = '\0';
	if (rc == LC_NOT_FOUND)
		return keys_none(why, why_bytes);
	if (rc == LC_OK)
		rc = state_open(keys->state_dir, &store, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	rc = state_begin(store, why, why_bytes);
	if (rc == LC_OK)
		rc = state_end(
			store,
			keys_update(store, id_or_name, id, why, why_bytes), why,
			why_bytes);
	if (rc != LC_OK)
		id[0] = '\0';
	store_close(store);
	return rc;
}

enum lc_rc
keys_list(struct keys *keys,
	  void (*each)(void *context, const struct keys_key *key),
	  void *context, char *why, size_t why_bytes)
{
	struct store_query *query;
	struct keys_key key;
	struct store *store;
	bool row;
	enum lc_rc rc =
		state_open_read(keys->state_dir, &store, why, why_bytes);

	if (rc != LC_OK)
		return rc == LC_NOT_FOUND ? LC_OK : rc;
	rc = store_prepare(store,
			   "SELECT " KEYS_COLUMNS " FROM keys"
			   " ORDER BY number",
			   &query);
	while (rc == LC_OK && (rc = store_step(query, &row)) == LC_OK && row) {
		keys_row(query, &key);
		each(context, &key);
	}
	if (rc != LC_OK)
		rc = state_failed(store, rc, why, why_bytes);
	store_finish(query);
	store_close(store);
	return rc;
}
