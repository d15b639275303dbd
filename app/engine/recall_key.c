#include "engine/recall_key.h"

#include <string.h>

#include "engine/bind.h"
#include "services/digest.h"

/* What each value begins with, so that no two lists of values look alike. */
enum key_mark { KEY_ABSENT, KEY_TEXT, KEY_BYTES, KEY_LIST, KEY_END };

static void
mark_add(struct digest_strong *digest, enum key_mark mark, uint64_t length)
{
	const uint64_t both[] = {(uint64_t)mark, length};

	digest_strong_add(digest, both, sizeof(both));
}

static void
text_add(struct digest_strong *digest, const char *text)
{
	if (text == NULL) {
		mark_add(digest, KEY_ABSENT, 0);
		return;
	}
	mark_add(digest, KEY_TEXT, strlen(text));
	digest_strong_add(digest, text, strlen(text));
}

static bool members_add(struct digest_strong *digest,
			const struct lc_field *members, const char *values);
static bool value_add(struct digest_strong *digest,
		      const struct lc_field *field, const void *value);

static bool
list_add(struct digest_strong *digest, const struct lc_field *item,
	 const struct lc_list *list)
{
	const char *at = list->items;
	bool added = true;

	mark_add(digest, KEY_LIST, list->count);
	for (size_t i = 0; i < list->count && added; i++, at += item->bytes)
		added = value_add(digest, item, at);
	return added;
}

static bool
value_add(struct digest_strong *digest, const struct lc_field *field,
	  const void *value)
{
	switch (field->type) {
	case LC_ANY:
		/* A bool says only that it was there. */
		if (field->bytes != sizeof(const char *))
			return false;
		text_add(digest, *(const char *const *)value);
		return true;
	case LC_TEXT:
		text_add(digest, *(const char *const *)value);
		return true;
	case LC_LIST:
		return list_add(digest, field->item, value);
	case LC_OBJECT:
		return members_add(digest, field->members, value);
	default:
		mark_add(digest, KEY_BYTES, field->bytes);
		digest_strong_add(digest, value, field->bytes);
		return true;
	}
}

static bool
members_add(struct digest_strong *digest, const struct lc_field *members,
	    const char *values)
{
	bool added = true;

	for (const struct lc_field *m = members;
	     m != NULL && m->name != NULL && added; m++) {
		bool given = !m->optional || m->def != NULL ||
			     *(const bool *)(values + m->has_offset);

		if (m->aside)
			continue;
		if (given)
			added = value_add(digest, m, values + m->offset);
		else
			mark_add(digest, KEY_ABSENT, 0);
	}
	mark_add(digest, KEY_END, 0);
	return added;
}

bool
recall_key(const struct lc_call *call, uint64_t epoch, struct cache_key *key)
{
	const struct lc_endpoint *endpoint = call->endpoint;
	const bool has_bytes = call->body_kind > LC_BODY_JSON;
	const uint64_t numbers[] = {endpoint->method, call->format,
				    has_bytes ? call->body_kind : 0,
				    call->version, epoch};
	struct digest_strong digest;

	digest_strong_begin(&digest);
	text_add(&digest, LIGHTCONE_VERSION);
	text_add(&digest, call->request.mount);
	text_add(&digest, endpoint->path);
	digest_strong_add(&digest, numbers, sizeof(numbers));
	if (!members_add(&digest, endpoint->params, call->args))
		return false;
	if (has_bytes) {
		mark_add(&digest, KEY_BYTES, call->request.body_length);
		digest_strong_add(&digest, call->request.body,
				  call->request.body_length);
	}
	digest_strong_end(&digest, key->bytes);
	return true;
}
