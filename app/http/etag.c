#include "http/etag.h"

#include <string.h>

#include "http/field.h"

struct etag {
	struct field_text text; /* between the quotes */
	bool weak;
};

/* What follows the tag; NULL if there is none. */
static const char *
etag_read(struct etag *etag, const char *at)
{
	const char *close;

	etag->weak = at[0] == 'W' && at[1] == '/';
	if (etag->weak)
		at += 2;
	if (*at != '"')
		return NULL;
	at++;
	close = strchr(at, '"');
	if (close == NULL)
		return NULL;
	etag->text = (struct field_text){at, (size_t)(close - at)};
	return close + 1;
}

static bool
etag_same(const struct etag *a, const struct etag *b,
	  enum etag_comparison comparison)
{
	if (comparison == ETAG_STRONG && (a->weak || b->weak))
		return false;
	return a->text.length == b->text.length &&
	       memcmp(a->text.text, b->text.text, a->text.length) == 0;
}

/* Not field_next(): a backslash in a tag does not escape. */
static const char *
etag_next(const char *at)
{
	for (; *at != '\0' && *at != ','; at++) {
		if (*at != '"')
			continue;
		at = strchr(at + 1, '"');
		if (at == NULL)
			return "";
	}
	return *at == ',' ? at + 1 : at;
}

bool
etag_is_any(const char *field)
{
	field = field_spaces(field);
	return *field == '*' && *field_spaces(field + 1) == '\0';
}

bool
etag_listed(const char *field, const char *etag,
	    enum etag_comparison comparison)
{
	struct etag own, listed;
	const char *after;

	if (field == NULL || etag == NULL)
		return false;
	if (etag_is_any(field))
		return true;
	after = etag_read(&own, etag);
	if (after == NULL || *after != '\0')
		return false;
	for (field = field_spaces(field); *field != '\0';
	     field = etag_next(field)) {
		after = etag_read(&listed, field_spaces(field));
		if (after == NULL)
			continue;
		after = field_spaces(after);
		if ((*after == ',' || *after == '\0') &&
		    etag_same(&own, &listed, comparison))
			return true;
	}
	return false;
}
