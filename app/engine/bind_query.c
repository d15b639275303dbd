#include "engine/bind.h"

#include <string.h>

#include "base/text.h"
#include "engine/negotiate.h"

/* Whether that is a pair's name, as the endpoint compares names. */
static bool
pair_is(const struct lc_call *call, const struct query_pair *pair,
	const char *name)
{
	return pair->name_length == strlen(name) &&
	       (memcmp(pair->name, name, pair->name_length) == 0 ||
		(call->endpoint->any_case &&
		 text_equal_nocase(pair->name, name)));
}

const struct query_pair *
bind_query_find(const struct lc_call *call, const struct lc_field *field,
		size_t *count)
{
	const struct query *query = &call->query;
	const struct query_pair *found = NULL;

	*count = 0;
	for (size_t i = 0; i < query->count; i++) {
		const struct query_pair *pair = &query->pairs[i];

		if (!pair_is(call, pair, field->name))
			continue;
		if (found == NULL)
			found = pair;
		++*count;
	}
	return found;
}

static enum lc_rc
list_bind(struct lc_call *call, const struct lc_field *list,
	  const struct query_pair *pair, size_t count)
{
	const struct problem_step at = {.before = bind_place(LC_IN_QUERY),
					.name = list->name};
	struct lc_list *bound =
		(struct lc_list *)(void *)((char *)call->args + list->offset);
	struct field_fault fault;
	enum lc_rc rc, worst;
	char *items;

	worst = field_count_holds(list, count, &fault, &call->arena);
	if (worst == LC_INVALID)
		return bind_error(call, &at, &fault, NULL, 0);
	items = arena_alloc(&call->arena, count * list->item->bytes);
	if (items == NULL)
		return LC_NO_MEMORY;
	*bound = (struct lc_list){items, count};
	for (size_t i = 0; i < count; pair++) {
		struct problem_step nth = {.before = &at, .index = (int64_t)i};

		if (!pair_is(call, pair, list->name))
			continue;
		rc = field_read(list->item, pair->value, pair->value_length,
				items + i * list->item->bytes, &fault,
				&call->arena);
		if (rc == LC_INVALID)
			rc = bind_error(call, &nth, &fault, pair->value,
					pair->value_length);
		worst = bind_worse(worst, rc);
		i++;
	}
	if (list->optional)
		*(bool *)((char *)call->args + list->has_offset) = true;
	return worst;
}

enum lc_rc
bind_query(struct lc_call *call, const struct lc_field *field)
{
	const struct problem_step at = {.before = bind_place(LC_IN_QUERY),
					.name = field->name};
	const struct query_pair *pair;
	size_t count;

	pair = bind_query_find(call, field, &count);
	if (pair == NULL)
		return bind_text(call, field, NULL, 0);
	if (field->type == LC_LIST)
		return list_bind(call, field, pair, count);
	if (count > 1)
		return bind_error(call, &at, &bind_repeated, pair->value,
				  pair->value_length);
	return bind_text(call, field, pair->value, pair->value_length);
}

/* ---- what was not asked for */

static bool
pair_known(const struct lc_call *call, const struct lc_field *fields,
	   const struct query_pair *pair)
{
	for (const struct lc_field *f = fields; f->name != NULL; f++)
		if (field_stands_in(f, LC_IN_QUERY) &&
		    pair_is(call, pair, f->name))
			return true;
	return negotiate_is_parameter(call->endpoint, pair->name,
				      pair->name_length);
}

static enum lc_rc
unknown_refuse(struct lc_call *call, const struct query_pair *pair,
	       const char *nearest)
{
	const struct problem_step at = {.before = bind_place(LC_IN_QUERY),
					.name = pair->name};
	struct field_fault fault;

	if (bind_extra(call, nearest, &fault) != LC_OK)
		return LC_NO_MEMORY;
	return bind_error(call, &at, &fault, pair->value, pair->value_length);
}

static void
unknown_warn(struct lc_call *call, const struct query_pair *pair,
	     const char *nearest)
{
	int shown = (int)text_utf8_cut(pair->name, pair->name_length,
				       PROBLEM_INPUT_MAX);

	if (nearest != NULL)
		lc_warn(call,
			"The parameter '%.*s' is unknown and was ignored; did "
			"you mean '%s'?",
			shown, pair->name, nearest);
	else
		lc_warn(call,
			"The parameter '%.*s' is unknown and was ignored.",
			shown, pair->name);
}

enum lc_rc
bind_query_unknown(struct lc_call *call, const struct lc_field *fields)
{
	enum lc_rc worst = LC_OK;
	int warned = 0;

	if (call->endpoint->any_case && !call->prefer.strict)
		return LC_OK;
	for (size_t i = 0; i < call->query.count; i++) {
		const struct query_pair *pair = &call->query.pairs[i];
		const char *nearest;

		if (pair_known(call, fields, pair))
			continue;
		nearest = bind_near(fields, LC_IN_QUERY, pair->name,
				    pair->name_length);
		if (call->prefer.strict)
			worst = bind_worse(worst,
					   unknown_refuse(call, pair, nearest));
		else if (warned++ < BIND_WARN_MOST)
			unknown_warn(call, pair, nearest);
	}
	return worst;
}
