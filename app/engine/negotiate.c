#include "engine/negotiate.h"

#include <string.h>

#include "base/text.h"
#include "engine/bind.h"
#include "http/accept.h"

const struct format_row negotiate_table[] = {
#define FORMAT_ROW(constant, bit, word, type, parameters) \
	{bit, word, type, type parameters},
	LC_FORMAT_TABLE(FORMAT_ROW)
#undef FORMAT_ROW
		{.bit = 0},
};

enum { FORMATS_MOST = sizeof(negotiate_table) / sizeof(negotiate_table[0]) };

static const char parameter[] = "format";

const struct format_row *
negotiate_row(unsigned bit)
{
	const struct format_row *row = negotiate_table;

	while (row->bit != 0 && row->bit != bit)
		row++;
	return row;
}

unsigned
negotiate_formats(const struct lc_endpoint *endpoint)
{
	return endpoint->formats != 0 ? endpoint->formats : LC_AS_JSON;
}

unsigned
negotiate_default(const struct lc_endpoint *endpoint)
{
	unsigned formats = negotiate_formats(endpoint);

	return endpoint->default_format != 0 ? endpoint->default_format :
					       formats & (~formats + 1);
}

bool
negotiate_is_parameter(const struct lc_endpoint *endpoint, const char *name,
		       size_t length)
{
	return negotiate_formats(endpoint) != LC_AS_FILE &&
	       length == sizeof(parameter) - 1 &&
	       (memcmp(name, parameter, length) == 0 ||
		(endpoint->any_case && text_equal_nocase(name, parameter)));
}

/* The types of what an endpoint gives. */
static const char *
types_list(struct lc_call *call)
{
	unsigned formats = negotiate_formats(call->endpoint);
	const char *list = "";

	for (const struct format_row *r = negotiate_table;
	     r->bit != 0 && list != NULL; r++)
		if (formats & r->bit)
			list = arena_printf(&call->arena, "%s%s%s", list,
					    list[0] != '\0' ? ", " : "",
					    r->type);
	return list;
}

/* One more wrong input; the others are still looked at. */
static enum lc_rc
format_refuse(struct lc_call *call, const struct query_pair *pair,
	      const struct field_fault *fault)
{
	static const struct problem_step query = {.name = "query"};
	static const struct problem_step at = {.before = &query,
					       .name = parameter};
	enum lc_rc rc =
		bind_error(call, &at, fault, pair->value, pair->value_length);

	return rc == LC_NO_MEMORY ? rc : LC_OK;
}

/* Read as any parameter is that has choices. */
static enum lc_rc
choose_by_word(struct lc_call *call, const struct query_pair *pair)
{
	unsigned formats = negotiate_formats(call->endpoint);
	const char *words[FORMATS_MOST] = {NULL}, *word = "";
	const struct lc_field field = {.type = LC_TEXT, .choices = words};
	struct field_fault fault;
	int count = 0;
	enum lc_rc rc;

	for (const struct format_row *r = negotiate_table; r->bit != 0; r++)
		if (formats & r->bit)
			words[count++] = r->word;
	rc = field_read(&field, pair->value, pair->value_length, &word, &fault,
			&call->arena);
	if (rc != LC_OK)
		return rc == LC_INVALID ? format_refuse(call, pair, &fault) :
					  rc;
	for (const struct format_row *r = negotiate_table; r->bit != 0; r++)
		if ((formats & r->bit) && strcmp(r->word, word) == 0)
			call->format = r->bit;
	return LC_OK;
}

/* What can be had, in the order in which ties are decided. */
struct offers {
	const struct format_row *rows[FORMATS_MOST];
	const char *types[FORMATS_MOST];
	int count;
};

static void
offer(struct offers *offers, unsigned bit, const char *type)
{
	const struct format_row *row = negotiate_row(bit);

	offers->rows[offers->count] = row;
	offers->types[offers->count++] = type != NULL ? type : row->type;
}

/*
 * Browsers that open a page like PNG as well, and some say so; who asked for
 * text first is not shown a picture.
 */
static bool
page_is_wanted(const char *accept)
{
	return text_begins_nocase(accept, "text/html");
}

static enum lc_rc
choose_by_accept(struct lc_call *call, const char *accept)
{
	unsigned formats = negotiate_formats(call->endpoint);
	struct offers offers = {.count = 0};
	const char *list;
	int chosen;

	offer(&offers, call->format, NULL);
	if (page_is_wanted(accept))
		formats &= ~(unsigned)LC_AS_PNG;
	for (const struct format_row *r = negotiate_table; r->bit != 0; r++)
		if ((formats & r->bit) && r->bit != call->format)
			offer(&offers, r->bit, NULL);
	if (formats & LC_AS_VOTABLE)
		offer(&offers, LC_AS_VOTABLE, "text/xml");
	chosen = accept_choose(accept, offers.types, offers.count);
	if (chosen >= 0) {
		call->format = offers.rows[chosen]->bit;
		return LC_OK;
	}
	list = types_list(call);
	return lc_fail(call, LC_NOT_ACCEPTABLE,
		       "%.200s answers as %s; Accept asks for other types.",
		       call->request.path, list != NULL ? list : "");
}

enum lc_rc
negotiate(struct lc_call *call)
{
	unsigned formats = negotiate_formats(call->endpoint);
	const char *accept = call->request.fields[REQUEST_ACCEPT];
	const struct query_pair *given = NULL;

	if (formats == LC_AS_FILE) {
		call->format = formats;
		return LC_OK;
	}
	call->format = negotiate_default(call->endpoint);
	for (size_t i = 0; i < call->query.count; i++) {
		const struct query_pair *pair = &call->query.pairs[i];

		if (!negotiate_is_parameter(call->endpoint, pair->name,
					    pair->name_length))
			continue;
		if (given != NULL)
			return format_refuse(call, pair, &bind_repeated);
		given = pair;
	}
	if (given != NULL)
		return choose_by_word(call, given);
	/* What most programs send is as good as nothing. */
	if (accept == NULL || strcmp(accept, "*/*") == 0)
		return LC_OK;
	return choose_by_accept(call, accept);
}

/* ---- what handlers call */

enum lc_format
lc_format(const struct lc_call *call)
{
	return (enum lc_format)call->format;
}
