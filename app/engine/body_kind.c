#include "engine/body_kind.h"

#include <string.h>

#include "base/text.h"
#include "engine/field.h"

const struct body_row body_kind_table[] = {
#define BODY_ROW(constant, bit, type) {bit, type},
	LC_BODY_TABLE(BODY_ROW)
#undef BODY_ROW
		{.bit = 0},
};

unsigned
body_kind_all(const struct lc_endpoint *endpoint)
{
	if (endpoint->bodies != 0)
		return endpoint->bodies;
	for (const struct lc_field *f = endpoint->params;
	     f != NULL && f->name != NULL; f++)
		if (field_stands_in(f, LC_IN_BODY))
			return LC_BODY_JSON;
	return 0;
}

/* Whether nothing is said of the characters, or that they are UTF-8. */
static bool
is_utf8(const char *parameters)
{
	static const char charset[] = "charset=";

	for (; *parameters != '\0'; parameters++)
		if (text_begins_nocase(parameters, charset)) {
			parameters += sizeof(charset) - 1;
			parameters += *parameters == '"';
			return text_begins_nocase(parameters, "utf-8");
		}
	return true;
}

/* "application/merge-patch+json" is JSON, too. */
static bool
row_fits(const struct body_row *row, const char *type, size_t length)
{
	if (length == strlen(row->type) && text_begins_nocase(type, row->type))
		return true;
	return (row->bit == LC_BODY_JSON || row->bit == LC_BODY_VALUE) &&
	       length > 5 && text_begins_nocase(type + length - 5, "+json");
}

unsigned
body_kind_find(const struct lc_endpoint *endpoint, const char *content_type)
{
	unsigned kinds = body_kind_all(endpoint);
	size_t length;

	if (content_type == NULL || content_type[0] == '\0')
		return kinds & (~kinds + 1);
	length = strcspn(content_type, "; \t");
	for (const struct body_row *r = body_kind_table; r->bit != 0; r++)
		if ((kinds & r->bit) && row_fits(r, content_type, length))
			return is_utf8(content_type + length) ? r->bit : 0;
	return 0;
}

void
body_kind_list(const struct lc_endpoint *endpoint, struct buf *out)
{
	unsigned kinds = body_kind_all(endpoint);
	bool first = true;

	for (const struct body_row *r = body_kind_table; r->bit != 0; r++) {
		if (!(kinds & r->bit))
			continue;
		buf_printf(out, "%s%s", first ? "" : " or ", r->type);
		first = false;
	}
}
