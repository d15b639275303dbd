#include "sky/cone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sky/cone_scan.h"
#include "sky/pack.h"
#include "sky/spots.h"

enum {
	CONE_FIRST_ROOM = 64,
	/* So many rows are kept as they are met; more are read again. */
	CONE_KEPT_MOST = 64,
};

struct cone_found {
	struct cone_row row;
	double chord2;
};

struct cone_search {
	struct cone_scan scan;
	struct catalogue *catalogue;
	struct arena *arena;
	int64_t matched, eligible; /* those after the mark */
	/* The nearest so far, the farthest of them on top. */
	struct cone_found *heap;
	size_t count, room, most;
	size_t kept;
	struct cone_row mark;
	double mark_chord2; /* below it surely before the mark */
	enum lc_rc rc;      /* of comparisons, which cannot return it */
};

/* ---- the order of rows */

/* Writes the order of a packed object's name. */
static size_t
cone_packed_order(struct cone_search *search, const char *packed, size_t length,
		  char order[NAMES_ORDER_BYTES])
{
	struct columns_value name;

	if (pack_read_column(packed, length, COLUMNS_NAME, &name) &&
	    name.present)
		return names_order(name.text, name.length, order);
	search->rc = reader_damaged(search->catalogue);
	return 0;
}

/* Writes the order of a row's name; what fails is kept in search->rc. */
static size_t
cone_name_order(struct cone_search *search, const struct cone_row *row,
		char order[NAMES_ORDER_BYTES])
{
	const struct overlay_object *edited;
	const struct columns_value *name;
	struct spots spots;
	size_t length;

	if (row->id < 0) {
		edited = overlay_by_id(search->catalogue->overlay, row->id);
		name = &edited->values[COLUMNS_NAME];
		return names_order(name->text, name->length, order);
	}
	if (row->packed != NULL)
		return cone_packed_order(search, row->packed,
					 row->packed_length, order);
	search->rc = spots_find(&spots, search->catalogue, row->id);
	if (search->rc == LC_NOT_FOUND)
		search->rc = reader_damaged(search->catalogue);
	if (search->rc != LC_OK)
		return 0;
	length = cone_packed_order(search, spots.packed, spots.head.bytes,
				   order);
	spots_end(&spots);
	return length;
}

/* Whether a is shown after b: by separation, then name, then ID. */
static bool
cone_after(struct cone_search *search, const struct cone_row *a,
	   const struct cone_row *b)
{
	char order_a[NAMES_ORDER_BYTES], order_b[NAMES_ORDER_BYTES];
	size_t length_a, length_b;
	int order;

	if (a->separation_deg != b->separation_deg)
		return a->separation_deg > b->separation_deg;
	if (a->id == b->id || search->rc != LC_OK)
		return false;
	length_a = cone_name_order(search, a, order_a);
	length_b = cone_name_order(search, b, order_b);
	order = memcmp(order_a, order_b,
		       length_a < length_b ? length_a : length_b);
	if (order != 0)
		return order > 0;
	return length_a != length_b ? length_a > length_b : a->id > b->id;
}

/* ---- the heap */

/* Puts `found` at the top of the heap's first `count`, and lets it sink. */
static void
cone_sink(struct cone_search *search, size_t count, struct cone_found found)
{
	struct cone_found *heap = search->heap;
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < count &&
		    cone_after(search, &heap[child + 1].row, &heap[child].row))
			child++;
		if (child >= count ||
		    !cone_after(search, &heap[child].row, &found.row))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = found;
}

static enum lc_rc
cone_keep(struct cone_search *search, struct cone_found found)
{
	size_t at = search->count;

	if (search->count == search->most) {
		if (search->most > 0 &&
		    cone_after(search, &search->heap[0].row, &found.row))
			cone_sink(search, search->count, found);
		return search->rc;
	}
	if (search->count == search->room) {
		size_t room =
			search->room == 0 ? CONE_FIRST_ROOM : 2 * search->room;
		struct cone_found *heap =
			realloc(search->heap, room * sizeof(*heap));

		if (heap == NULL)
			return LC_NO_MEMORY;
		search->heap = heap;
		search->room = room;
	}
	while (at > 0 && cone_after(search, &found.row,
				    &search->heap[(at - 1) / 2].row)) {
		search->heap[at] = search->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	search->heap[at] = found;
	search->count++;
	return search->rc;
}

/* Takes the heap apart from its end, so that the nearest come first. */
static void
cone_sort(struct cone_search *search)
{
	for (size_t count = search->count; count > 1;) {
		struct cone_found farthest = search->heap[0];

		count--;
		cone_sink(search, count, search->heap[count]);
		search->heap[count] = farthest;
	}
}

/* ---- the search */

/* Copies a row that will most likely be among the nearest. */
static enum lc_rc
cone_copy(struct cone_search *search, const struct cone_candidate *candidate,
	  struct cone_row *row)
{
	if (candidate->edited != NULL || search->kept == CONE_KEPT_MOST ||
	    search->count == search->most)
		return LC_OK;
	search->kept++;
	row->packed_length = candidate->packed_length;
	row->packed = arena_dup(search->arena, candidate->packed,
				candidate->packed_length);
	return row->packed == NULL ? LC_NO_MEMORY : LC_OK;
}

/*
 * Whether it needs no closer look: it is surely inside, and before the page
 * or after all that the page can hold.
 */
static bool
cone_is_passed(struct cone_search *search,
	       const struct cone_candidate *candidate)
{
	if (candidate->chord2 >= search->scan.inside_chord2)
		return false;
	if (candidate->chord2 < search->mark_chord2) {
		search->matched++;
		return true;
	}
	if (search->count < search->most)
		return false;
	if (search->most == 0 ? search->scan.query->after != NULL :
				candidate->chord2 <= search->heap[0].chord2 +
							     CONE_CHORD2_SLACK)
		return false;
	search->matched++;
	search->eligible++;
	return true;
}

static enum lc_rc
cone_consider(void *context, const struct cone_candidate *candidate)
{
	struct cone_search *search = context;
	struct cone_found found = {.row = {.id = candidate->id},
				   .chord2 = candidate->chord2};
	enum lc_rc rc;

	if (cone_is_passed(search, candidate))
		return LC_OK;
	if (!cone_scan_measure(&search->scan, candidate,
			       &found.row.separation_deg))
		return LC_OK;
	search->matched++;
	if (search->scan.query->after != NULL &&
	    !cone_after(search, &found.row, &search->mark))
		return search->rc;
	search->eligible++;
	rc = cone_copy(search, candidate, &found.row);
	return rc == LC_OK ? cone_keep(search, found) : rc;
}

static enum lc_rc
cone_start(struct cone_search *search, const struct cone_mark *after)
{
	const struct columns_value *values;
	enum lc_rc rc;

	search->mark_chord2 = -1;
	if (after == NULL)
		return LC_OK;
	rc = catalogue_object(search->catalogue, after->id, search->arena,
			      &values);
	if (rc != LC_OK)
		return rc;
	search->mark = (struct cone_row){
		.id = after->id, .separation_deg = after->separation_deg};
	search->mark_chord2 =
		cone_chord2(after->separation_deg) - CONE_CHORD2_SLACK;
	return LC_OK;
}

static enum lc_rc
cone_finish(struct cone_search *search, struct cone_result *result)
{
	const struct columns_set *columns;
	enum lc_rc rc = reader_columns(search->catalogue, &columns);

	if (rc != LC_OK)
		return rc;
	cone_sort(search);
	*result = (struct cone_result){
		.matched = search->matched,
		.more = search->eligible > (int64_t)search->count,
		.count = search->count,
		.arena = search->arena,
		.rows = arena_alloc(search->arena,
				    (search->count + 1) *
					    sizeof(struct cone_row)),
		.values = arena_alloc(search->arena,
				      (COLUMNS__MAX + columns->own_count) *
					      sizeof(struct columns_value)),
	};
	if (result->rows == NULL || result->values == NULL)
		return LC_NO_MEMORY;
	for (size_t i = 0; i < search->count; i++)
		result->rows[i] = search->heap[i].row;
	return search->rc;
}

enum lc_rc
cone_search(struct catalogue *catalogue, const struct cone_query *query,
	    struct lc_progress *progress, struct arena *arena,
	    struct cone_result *result)
{
	struct cone_search search = {
		.catalogue = catalogue,
		.arena = arena,
		.most = query->limit < 0 ? 0 : (size_t)query->limit,
	};
	enum lc_rc rc;

	*result = (struct cone_result){.rows = NULL};
	cone_scan_init(&search.scan, query);
	rc = cone_start(&search, query->after);
	if (rc == LC_OK)
		rc = cone_scan(&search.scan, catalogue, progress, cone_consider,
			       &search);
	if (rc == LC_OK)
		rc = cone_finish(&search, result);
	free(search.heap);
	return rc;
}

/* ---- values */

/* Reads a packed row again, into memory that the next one may use too. */
static enum lc_rc
cone_read_again(struct catalogue *catalogue, struct cone_result *result,
		int64_t id, size_t *length)
{
	struct spots spots;
	enum lc_rc rc = spots_find(&spots, catalogue, id);

	if (rc != LC_OK)
		return rc == LC_NOT_FOUND ? reader_damaged(catalogue) : rc;
	*length = spots.head.bytes;
	if (*length > result->bytes_room) {
		result->bytes_room = 2 * *length;
		result->bytes = arena_alloc(result->arena, result->bytes_room);
	}
	if (result->bytes == NULL) {
		result->bytes_room = 0;
		rc = LC_NO_MEMORY;
	} else {
		memcpy(result->bytes, spots.packed, *length);
	}
	spots_end(&spots);
	return rc;
}

enum lc_rc
cone_values(struct catalogue *catalogue, struct cone_result *result, size_t i,
	    const struct columns_value **out)
{
	const struct cone_row *row = &result->rows[i];
	const struct columns_set *columns;
	const char *packed = row->packed;
	size_t length = row->packed_length;
	enum lc_rc rc;

	if (row->id < 0)
		return catalogue_object(catalogue, row->id, result->arena, out);
	rc = reader_columns(catalogue, &columns);
	if (rc == LC_OK && packed == NULL) {
		rc = cone_read_again(catalogue, result, row->id, &length);
		packed = result->bytes;
	}
	if (rc != LC_OK)
		return rc;
	*out = result->values;
	return pack_read(packed, length, columns, result->values) ?
		       LC_OK :
		       reader_damaged(catalogue);
}
