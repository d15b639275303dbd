#include "sky/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sky/layout.h"
#include "sky/reader.h"

enum {
	NEAR_MAX_BYTES = LAYOUT_NEAR_BYTES,
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

	for (size_t i = 0; i < at; i++)
		if (strlen(search->kept[i].key) == length &&
		    memcmp(search->kept[i].key, key, length) == 0)
			return;
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

/* All names of edited objects. */
static void
near_scan_edits(struct near_search *search, const struct overlay *overlay)
{
	for (size_t i = 0; i < overlay_count(overlay); i++) {
		const struct overlay_object *object = overlay_at(overlay, i);

		for (size_t n = 0; n < object->name_count; n++)
			if (object->names[n].key_length <= NEAR_MAX_BYTES)
				near_consider(search, object->names[n].key,
					      object->names[n].key_length);
	}
}

/* ---- catalogues with too many names to look through all of them */

/* Names that go on after this one. */
static enum lc_rc
near_go_on(struct near_search *search, struct catalogue *catalogue)
{
	struct store_query *query;
	enum lc_rc rc = reader_query(catalogue, READER_ON, &query);
	bool row = true;

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, search->key, search->length);
	while ((rc = store_step(query, &row)) == LC_OK && row) {
		size_t length;
		const char *key = store_text(query, 0, &length);

		if (length <= search->length + NEAR_MORE_BYTES &&
		    length <= NEAR_MAX_BYTES)
			near_consider(search, key, length);
	}
	if (rc != LC_OK)
		rc = reader_failed(catalogue, rc);
	store_reset(query);
	return rc;
}

/* Whether there is a name with just this key. */
static enum lc_rc
near_probe(struct near_search *search, struct catalogue *catalogue,
	   const char *key, size_t length)
{
	struct store_query *query;
	enum lc_rc rc = reader_query(catalogue, READER_NAME, &query);
	bool row;

	if (rc != LC_OK || length == 0 || length > NEAR_MAX_BYTES)
		return rc;
	store_bind_text(query, 1, key, length);
	rc = store_step(query, &row);
	store_reset(query);
	if (rc != LC_OK)
		return reader_failed(catalogue, rc);
	if (row)
		near_consider(search, key, length);
	return LC_OK;
}

/* All keys that have one more, or one other, character at a place. */
static enum lc_rc
near_probe_characters(struct near_search *search, struct catalogue *catalogue,
		      size_t at)
{
	static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "+-.";
	char key[NEAR_MAX_BYTES + 2];
	enum lc_rc rc = LC_OK;

	for (const char *c = characters; *c != '\0' && rc == LC_OK; c++) {
		memcpy(key, search->key, search->length);
		key[at] = *c;
		if (at < search->length)
			rc = near_probe(search, catalogue, key, search->length);
		memcpy(key + at + 1, search->key + at, search->length - at);
		if (rc == LC_OK)
			rc = near_probe(search, catalogue, key,
					search->length + 1);
	}
	return rc;
}

/* One edit away from the name, every way: a thousand quick looks. */
static enum lc_rc
near_probe_all(struct near_search *search, struct catalogue *catalogue)
{
	const size_t length = search->length;
	char key[NEAR_MAX_BYTES + 2];
	enum lc_rc rc = near_go_on(search, catalogue);

	for (size_t at = 0; at <= length && rc == LC_OK; at++) {
		rc = near_probe_characters(search, catalogue, at);
		if (at == length || rc != LC_OK)
			continue;
		memcpy(key, search->key, at);
		memcpy(key + at, search->key + at + 1, length - at - 1);
		rc = near_probe(search, catalogue, key, length - 1);
		if (at + 1 == length || rc != LC_OK)
			continue;
		memcpy(key, search->key, length);
		key[at] = search->key[at + 1];
		key[at + 1] = search->key[at];
		rc = near_probe(search, catalogue, key, length);
	}
	return rc;
}

/* ---- what was found */

static bool
near_is_listed(const struct catalogue_near *out, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(out[i].name, name) == 0)
			return true;
	return false;
}

/* A key as the name that it stands for; LC_NOT_FOUND when it is hidden. */
static enum lc_rc
near_name(struct catalogue *catalogue, const char *key,
	  char out[NAMES_MAX_BYTES + 1])
{
	size_t length = strlen(key);
	const struct overlay_object *edited =
		overlay_find(catalogue->overlay, key, length);

	if (edited == NULL)
		return catalogue_shown_name(catalogue, key, length, out);
	for (size_t i = 0; !edited->deleted && i < edited->name_count; i++)
		if (strcmp(edited->names[i].key, key) == 0) {
			snprintf(out, NAMES_MAX_BYTES + 1, "%s",
				 edited->names[i].shown);
			return LC_OK;
		}
	return LC_NOT_FOUND;
}

/* Turns the keys into names as they are displayed. */
static enum lc_rc
near_show(const struct near_search *search, struct catalogue *catalogue,
	  struct catalogue_near *out, size_t most, size_t *count)
{
	enum lc_rc rc = LC_OK;

	for (size_t i = 0; i < search->count && *count < most; i++) {
		char *name = out[*count].name;

		rc = near_name(catalogue, search->kept[i].key, name);
		if (rc == LC_OK && !near_is_listed(out, *count, name))
			(*count)++;
		if (rc != LC_OK && rc != LC_NOT_FOUND)
			return rc;
	}
	return LC_OK;
}

enum lc_rc
catalogue_nearest_names(struct catalogue *catalogue, const char *name,
			size_t length, struct catalogue_near *out, size_t most,
			size_t *count)
{
	struct near_search search;
	int64_t names;
	enum lc_rc rc;
	size_t from, to;

	*count = 0;
	if (!near_start(&search, name, length))
		return LC_OK;
	rc = reader_number(catalogue, LAYOUT_FACT_NAMES, &names);
	if (rc == LC_OK && names > LAYOUT_NEAR_MOST)
		rc = near_probe_all(&search, catalogue);
	from = search.length > search.most_edits ?
		       search.length - search.most_edits :
		       1;
	to = search.length + NEAR_MORE_BYTES;
	if (to > NEAR_MAX_BYTES)
		to = NEAR_MAX_BYTES;
	for (size_t i = from; i <= to && rc == LC_OK; i++)
		rc = near_scan(&search, catalogue, i);
	near_scan_edits(&search, catalogue->overlay);
	if (rc == LC_OK)
		rc = near_show(&search, catalogue, out, most, count);
	return rc;
}
