#include "engine/kept.h"

#include <stdlib.h>

#include "http/response.h"
#include "services/cache.h"

struct kept *
kept_new(void)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (kept == NULL)
		return NULL;
	buf_init(&kept->bytes);
	buf_init(&kept->body);
	atomic_init(&kept->holders, 1);
	return kept;
}

struct kept *
kept_hold(struct kept *kept)
{
	atomic_fetch_add(&kept->holders, 1);
	return kept;
}

void
kept_drop(struct kept *kept)
{
	if (kept == NULL || atomic_fetch_sub(&kept->holders, 1) != 1)
		return;
	buf_release(&kept->bytes);
	buf_release(&kept->body);
	free(kept);
}

bool
kept_fill(struct kept *kept, const struct response *response, const char *tag)
{
	const char *type =
		response->media_type != NULL ? response->media_type : "";
	const size_t type_bytes = strlen(type) + 1;
	const size_t tag_bytes = strlen(tag) + 1;
	struct buf *bytes = &kept->bytes;

	buf_add(bytes, type, type_bytes);
	buf_add(bytes, tag, tag_bytes);
	buf_add(bytes, response->fields.bytes, response->fields.length);
	buf_add_char(bytes, '\0');
	if (bytes->failed)
		return false;
	kept->entry.status = response->status;
	kept->entry.media_type = bytes->bytes;
	kept->entry.tag = bytes->bytes + type_bytes;
	kept->entry.fields = bytes->bytes + type_bytes + tag_bytes;
	return true;
}

void
kept_take_body(struct kept *kept, struct buf *body)
{
	buf_release(&kept->body);
	kept->body = *body;
	buf_init(body);
	kept->entry.body = kept->body.bytes;
	kept->entry.body_length = kept->body.length;
}

enum lc_rc
kept_get(struct cache *cache, const struct cache_key *key, struct kept **out)
{
	struct kept *kept = kept_new();
	enum lc_rc rc = LC_NO_MEMORY;

	*out = NULL;
	if (kept != NULL)
		rc = cache_get(cache, key, &kept->bytes, &kept->entry);
	if (rc == LC_OK)
		*out = kept;
	else
		kept_drop(kept);
	return rc;
}
