#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brute_model.h"

/* Of large cones not each is read page by page. */
enum { BRUTE_PAGES_MOST = 6, BRUTE_LARGE = 1000, BRUTE_SOME = 5 };

static bool
brute_differs(struct brute *brute, const struct cone_query *query,
	      const char *format, ...)
{
	char words[BRUTE_WHY_MAX / 2];
	va_list list;

	va_start(list, format);
	vsnprintf(words, sizeof(words), format, list);
	va_end(list);
	return brute_wrong(
		brute,
		"cone %zu: radius %.17g around %.17g %.17g, type "
		"%s, magnitude %.17g, limit %lld: %s",
		brute->cones, query->radius_deg, query->ra_deg, query->dec_deg,
		query->type == NULL ? "any" : query->type,
		query->has_magnitude_max ? query->magnitude_max : (double)NAN,
		(long long)query->limit, words);
}

static bool
brute_check_values(struct brute *brute, const struct cone_query *query,
		   struct cone_result *result, size_t row,
		   const struct brute_object *object)
{
	const struct columns_value *values;
	enum lc_rc rc = cone_values(brute->catalogue, result, row, &values);

	if (rc != LC_OK)
		return brute_differs(brute, query, "row %zu: %s", row,
				     rc_label(rc));
	if (strcmp(values[COLUMNS_NAME].text, object->name) != 0 ||
	    values[COLUMNS_RA].real != object->ra_deg ||
	    values[COLUMNS_DEC].real != object->dec_deg)
		return brute_differs(brute, query, "row %zu is not %s", row,
				     object->name);
	return true;
}

/* One page, of which the first row is match number `from`. */
static bool
brute_check_page(struct brute *brute, const struct cone_query *query,
		 struct cone_result *result, size_t from)
{
	size_t left = brute->match_count - from, rows = left;

	if (query->limit < (int64_t)rows)
		rows = (size_t)query->limit;
	if (result->matched != (int64_t)brute->match_count)
		return brute_differs(brute, query, "%lld match, not %zu",
				     (long long)result->matched,
				     brute->match_count);
	if (result->count != rows || result->more != (left > rows))
		return brute_differs(brute, query,
				     "from %zu on %zu of %zu rows, more: %d",
				     from, result->count, left, result->more);
	for (size_t i = 0; i < rows; i++) {
		const struct brute_match *match = &brute->matches[from + i];

		if (result->rows[i].id != match->object->id ||
		    result->rows[i].separation_deg != match->separation_deg)
			return brute_differs(
				brute, query,
				"row %zu of %zu is not %s at %.17g", from + i,
				brute->match_count, match->object->name,
				match->separation_deg);
		if ((i < 3 || i % 997 == 0 || i + 1 == rows) &&
		    !brute_check_values(brute, query, result, i, match->object))
			return false;
	}
	return true;
}

/* Searches for one page; *mark is then its last row, and *from follows. */
static bool
brute_search(struct brute *brute, const struct cone_query *query, size_t *from,
	     struct cone_mark *mark)
{
	struct cone_result result;
	struct arena arena;
	enum lc_rc rc;
	bool same;

	arena_init(&arena, NULL, 0);
	rc = cone_search(brute->catalogue, query, NULL, &arena, &result);
	same = rc == LC_OK ? brute_check_page(brute, query, &result, *from) :
			     brute_differs(brute, query, "%s", rc_label(rc));
	if (same && result.count > 0) {
		*mark = (struct cone_mark){
			result.rows[result.count - 1].separation_deg,
			result.rows[result.count - 1].id};
		*from += result.count;
	}
	arena_release(&arena);
	return same;
}

/* Pages of a few rows when there are few, of more when there are many. */
static bool
brute_check_pages(struct brute *brute, struct cone_query query)
{
	struct cone_mark mark;
	size_t from = 0;

	query.limit = 1 + (int64_t)chance_below(&brute->chance, 7) +
		      (int64_t)(brute->match_count / BRUTE_PAGES_MOST);
	query.after = NULL;
	if (brute->match_count > BRUTE_LARGE && brute->cones % BRUTE_SOME != 0)
		return true;
	do {
		if (!brute_search(brute, &query, &from, &mark))
			return false;
		query.after = &mark;
	} while (from < brute->match_count);
	if (from == 0)
		return true;
	/* After the last one nothing follows, and none is counted. */
	if (!brute_search(brute, &query, &from, &mark))
		return false;
	query.limit = 0;
	return brute_search(brute, &query, &from, &mark);
}

struct brute_stream {
	struct brute *brute;
	const struct cone_query *query;
	size_t count;
};

static enum lc_rc
brute_meet(void *context, const struct columns_value *values,
	   double separation_deg)
{
	struct brute_stream *stream = context;
	struct brute *brute = stream->brute;
	struct brute_object *object =
		brute_find(brute, values[COLUMNS_NAME].text);
	struct brute_match match = {separation_deg, object};

	stream->count++;
	if (object == NULL || object->seen == brute->cones ||
	    bsearch(&match, brute->matches, brute->match_count, sizeof(match),
		    brute_compare) == NULL ||
	    values[COLUMNS_RA].real != object->ra_deg ||
	    values[COLUMNS_DEC].real != object->dec_deg) {
		brute_differs(brute, stream->query,
			      "%s at %.17g should not come, or once",
			      values[COLUMNS_NAME].text, separation_deg);
		return LC_INVALID;
	}
	object->seen = brute->cones;
	return LC_OK;
}

static bool
brute_check_stream(struct brute *brute, const struct cone_query *query)
{
	struct brute_stream stream = {.brute = brute, .query = query};
	struct arena arena;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = cone_each(brute->catalogue, query, NULL, &arena, brute_meet,
		       &stream);
	arena_release(&arena);
	if (rc == LC_INVALID)
		return false;
	if (rc != LC_OK || stream.count != brute->match_count)
		return brute_differs(brute, query, "%zu of %zu came, and %s",
				     stream.count, brute->match_count,
				     rc_label(rc));
	return true;
}

bool
brute_check(struct brute *brute, const struct cone_query *query)
{
	struct cone_query whole = *query;
	struct cone_mark mark;
	size_t from = 0;

	brute_look(brute, query);
	whole.limit = (int64_t)brute->match_count;
	whole.after = NULL;
	if (!brute_search(brute, &whole, &from, &mark))
		return false;
	whole.limit = 0;
	from = 0;
	return (brute->match_count > BRUTE_LARGE ||
		brute_search(brute, &whole, &from, &mark)) &&
	       brute_check_pages(brute, *query) &&
	       brute_check_stream(brute, query);
}
