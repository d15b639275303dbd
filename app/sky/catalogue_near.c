#include "sky/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sky/reader.h"

enum {
	NEAR_MAX_BYTES = 64,  /* longer names are like no other */
	NEAR_MORE_BYTES = 16, /* by which a name that goes on may be longer */
	NEAR_BEGIN_MIN = 4,   /* a shorter text is the beginning of too many */
	NEAR_KEPT_MAX = 16
};

struct near_key {
	unsigned score; /* the lower the nearer */
	char key[NEAR_MAX_BYTES + 1];
};

struct near_search {
	char key[NAMES_MAX_BYTES + 1];
	size_t length, letters;
	unsigned most_edits;
	uint64_t mask;
	struct near_key kept[NEAR_KEPT_MAX];
	size_t count;
};

/* Which characters a key has, as far as 64 bits can tell. */
static uint64_t
near_mask(const char *key, size_t length)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < length; i++)
		mask |= UINT64_C(1) << (key[i] & 63);
	return mask;
}

static bool
near_start(struct near_search *search, const char *name, size_t length)
{
	search->length = names_fold(name, length, search->key);
	search->letters = strcspn(search->key, "0123456789");
	search->most_edits = search->length <= 4 ? 1 :
			     search->length <= 7 ? 2 :
						   3;
	search->mask = near_mask(search->key, search->length);
	search->count = 0;
	return search->length > 0 && search->length <= NEAR_MAX_BYTES;
}

static void
near_keep(struct near_search *search, const char *key, size_t length,
	  unsigned score)
{
	size_t at = search->count;

	if (at == NEAR_KEPT_MAX && search->kept[at - 1].score <= score)
		return;
	if (at < NEAR_KEPT_MAX)
		search->count++;
	else
		at--;
	while (at > 0 && search->kept[at - 1].score > score) {
		search->kept[at] = search->kept[at - 1];
		at--;
	}
	search->kept[at].score = score;
	memcpy(search->kept[at].key, key, length);
	search->kept[at].key[length] = '\0';
}

static void
near_consider(struct near_search *search, const char *key, size_t length)
{
	const unsigned most = search->most_edits;
	char text[NEAR_MAX_BYTES + 1];
	uint64_t mask;
	unsigned edits, score;

	if (length > search->length && search->length >= NEAR_BEGIN_MIN &&
	    search->letters == search->length &&
	    memcmp(key, search->key, search->length) == 0) {
		near_keep(search, key, length, 4);
		return;
	}
	if (length > search->length + most || length + most < search->length)
		return;
	/* An edit brings or takes at most one kind of character. */
	mask = near_mask(key, length);
	if ((unsigned)__builtin_popcountll(mask & ~search->mask) > most ||
	    (unsigned)__builtin_popcountll(search->mask & ~mask) > most)
		return;
	memcpy(text, key, length);
	text[length] = '\0';
	edits = text_distance(search->key, text, most);
	if (edits > most)
		return;
	/* M 11 is nearer to M 111 than B 111 is. */
	score = edits * 4;
	if (strcspn(text, "0123456789") != search->letters ||
	    memcmp(text, search->key, search->letters) != 0)
		score += 2;
	near_keep(search, key, length, score);
}

static enum lc_rc
near_scan(struct near_search *search, struct catalogue *catalogue,
	  size_t length)
{
	struct store_query *query;
	enum lc_rc rc = reader_query(catalogue, READER_NEAR, &query);
	const char *keys;
	size_t bytes;
	bool row;

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, (int64_t)length);
	rc = store_step(query, &row);
	if (rc != LC_OK) {
		rc = reader_failed(catalogue, rc);
	} else if (row) {
		keys = store_blob(query, 0, &bytes);
		for (size_t at = 0; at + length < bytes; at += length + 1)
			near_consider(search, keys + at, length);
	}
	store_reset(query);
	return rc;
}

static bool
near_is_listed(const struct catalogue_near *out, size_t count, const char *name,
	       size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(out[i].name) == length &&
		    memcmp(out[i].name, name, length) == 0)
			return true;
	return false;
}

/* Turns the keys into names as they are displayed. */
static enum lc_rc
near_show(const struct near_search *search, struct catalogue *catalogue,
	  struct catalogue_near *out, size_t most, size_t *count)
{
	struct store_query *query;
	enum lc_rc rc = reader_query(catalogue, READER_SHOWN, &query);

	for (size_t i = 0; rc == LC_OK && i < search->count; i++) {
		const char *key = search->kept[i].key;
		const char *name;
		size_t length;
		bool row;

		if (*count == most)
			break;
		store_bind_text(query, 1, key, strlen(key));
		rc = store_step(query, &row);
		if (rc != LC_OK) {
			rc = reader_failed(catalogue, rc);
		} else if (row) {
			name = store_text(query, 0, &length);
			if (name != NULL && length <= NAMES_MAX_BYTES &&
			    !near_is_listed(out, *count, name, length))
				snprintf(out[(*count)++].name,
					 NAMES_MAX_BYTES + 1, "%.*s",
					 (int)length, name);
		}
		store_reset(query);
	}
	return rc;
}

enum lc_rc
catalogue_nearest_names(struct catalogue *catalogue, const char *name,
			size_t length, struct catalogue_near *out, size_t most,
			size_t *count)
{
	struct near_search search;
	enum lc_rc rc = LC_OK;
	size_t from, to;

	*count = 0;
	if (!near_start(&search, name, length))
		return LC_OK;
	from = search.length > search.most_edits ?
		       search.length - search.most_edits :
		       1;
	to = search.length + NEAR_MORE_BYTES;
	if (to > NEAR_MAX_BYTES)
		to = NEAR_MAX_BYTES;
	for (size_t i = from; i <= to && rc == LC_OK; i++)
		rc = near_scan(&search, catalogue, i);
	if (rc == LC_OK)
		rc = near_show(&search, catalogue, out, most, count);
	return rc;
}
