/* The digest of what was bound: see lightcone.h. */
#include "engine/call.h"

#include <string.h>

#include "services/digest.h"

/* What stands where an optional value is not. */
static const uint64_t absent = 0x5bd1e995;

uint64_t
lc_mix(uint64_t a, uint64_t b)
{
	const uint64_t both[] = {a, b};

	return digest_quick(both, sizeof(both));
}

static uint64_t members_digest(const struct lc_field *members,
			       const char *values);
static uint64_t value_digest(const struct lc_field *field, const void *value);

static uint64_t
list_digest(const struct lc_field *item, const struct lc_list *list)
{
	const char *at = list->items;
	uint64_t digest = list->count;

	for (size_t i = 0; i < list->count; i++, at += item->bytes)
		digest = lc_mix(digest, value_digest(item, at));
	return digest;
}

static uint64_t
value_digest(const struct lc_field *field, const void *value)
{
	const char *text;

	switch (field->type) {
	case LC_TEXT:
		text = *(const char *const *)value;
		return text != NULL ? digest_quick(text, strlen(text)) : absent;
	case LC_BOOL:
		return *(const bool *)value;
	case LC_ANY:
		return absent; /* only a body has it, and GET has none */
	case LC_LIST:
		return list_digest(field->item, value);
	case LC_OBJECT:
		return members_digest(field->members, value);
	default:
		/* Zero has no sign once it is bound. */
		return digest_quick(value, sizeof(uint64_t));
	}
}

static uint64_t
members_digest(const struct lc_field *members, const char *values)
{
	uint64_t digest = 0;

	for (const struct lc_field *m = members; m != NULL && m->name != NULL;
	     m++) {
		bool given = !m->optional || m->def != NULL ||
			     *(const bool *)(values + m->has_offset);

		if (m->aside)
			continue;
		digest = lc_mix(digest,
				given ? value_digest(m, values + m->offset) :
					absent);
	}
	return digest;
}

uint64_t
lc_args_digest(const struct lc_call *call)
{
	return members_digest(call->endpoint->params, call->args);
}
