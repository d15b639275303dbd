#include "sky/cone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sky/angles.h"
#include "sky/pack.h"
#include "sky/reader.h"
#include "sky/zones.h"

enum {
	CONE_ASK_EVERY = 256,
	CONE_FIRST_ROOM = 64,
	/* So many rows are kept as they are met; more are read again. */
	CONE_KEPT_MOST = 64,
};

/* Columns of READER_SCAN. */
enum {
	SCAN_X,
	SCAN_Y,
	SCAN_Z,
	SCAN_TYPE,
	SCAN_MAGNITUDE,
	SCAN_RANK,
	SCAN_K,
	SCAN_PACKED
};

/* How far beyond the edge is still inside, and the grain of separations. */
static const double edge_deg = 1e-10;
static const double grains_per_deg = 1e10;

/* More than rounding, or half a grain, can change a squared chord. */
static const double chord2_slack = 1e-11;

struct cone_found {
	double separation_deg;
	double chord2;
	int64_t rank;
	int64_t id;
	const char *packed; /* in the arena; NULL: to be read again */
	size_t packed_length;
};

struct cone_scan {
	const struct cone_query *query;
	struct angles_vector centre;
	double inside_chord2;  /* below it surely inside */
	double outside_chord2; /* above it surely outside */
	int type;              /* -1: any */
	int64_t matched;
	/* The nearest so far, the farthest of them on top. */
	struct cone_found *heap;
	size_t count, room, most;
	struct arena *arena;
	size_t kept;
};

static double
cone_chord2(double separation_deg)
{
	double half = sin(angles_radians(separation_deg / 2));

	return 4 * half * half;
}

static void
cone_start(struct cone_scan *scan, const struct cone_query *query)
{
	*scan = (struct cone_scan){
		.query = query,
		.centre = angles_vector(query->ra_deg, query->dec_deg),
		.most = query->limit < 0 ? 0 : (size_t)query->limit,
		.type = -1,
		.inside_chord2 = 5,
		.outside_chord2 = 5,
	};
	if (query->radius_deg < 180) {
		double chord2 = cone_chord2(query->radius_deg);

		scan->inside_chord2 = chord2 - chord2_slack;
		scan->outside_chord2 = chord2 + chord2_slack;
	}
	if (query->type != NULL)
		scan->type =
			columns_find_type(query->type, strlen(query->type));
}

/* Whether a is shown after b. */
static bool
cone_after(const struct cone_found *a, const struct cone_found *b)
{
	if (a->separation_deg != b->separation_deg)
		return a->separation_deg > b->separation_deg;
	return a->rank > b->rank;
}

/* Puts `found` at the top of the heap's first `count`, and lets it sink. */
static void
cone_sink(struct cone_found *heap, size_t count, struct cone_found found)
{
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < count &&
		    cone_after(&heap[child + 1], &heap[child]))
			child++;
		if (child >= count || !cone_after(&heap[child], &found))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = found;
}

static enum lc_rc
cone_keep(struct cone_scan *scan, struct cone_found found)
{
	size_t at = scan->count;

	if (scan->count == scan->most) {
		if (scan->most > 0 && cone_after(&scan->heap[0], &found))
			cone_sink(scan->heap, scan->count, found);
		return LC_OK;
	}
	if (scan->count == scan->room) {
		size_t room =
			scan->room == 0 ? CONE_FIRST_ROOM : 2 * scan->room;
		struct cone_found *heap =
			realloc(scan->heap, room * sizeof(*heap));

		if (heap == NULL)
			return LC_NO_MEMORY;
		scan->heap = heap;
		scan->room = room;
	}
	while (at > 0 && cone_after(&found, &scan->heap[(at - 1) / 2])) {
		scan->heap[at] = scan->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	scan->heap[at] = found;
	scan->count++;
	return LC_OK;
}

/* Copies a row that will most likely be among the nearest. */
static enum lc_rc
cone_copy(struct arena *arena, struct store_query *row, int column,
	  struct cone_found *found)
{
	const char *packed = store_blob(row, column, &found->packed_length);

	found->packed = arena_dup(arena, packed, found->packed_length);
	return found->packed == NULL ? LC_NO_MEMORY : LC_OK;
}

static bool
cone_is_wanted(const struct cone_scan *scan, struct store_query *row)
{
	if (scan->query->type != NULL &&
	    (store_is_null(row, SCAN_TYPE) ||
	     store_int64(row, SCAN_TYPE) != scan->type))
		return false;
	return !scan->query->has_magnitude_max ||
	       (!store_is_null(row, SCAN_MAGNITUDE) &&
		store_real(row, SCAN_MAGNITUDE) <= scan->query->magnitude_max);
}

static enum lc_rc
cone_consider(struct cone_scan *scan, struct store_query *row)
{
	const struct angles_vector place = {store_real(row, SCAN_X),
					    store_real(row, SCAN_Y),
					    store_real(row, SCAN_Z)};
	struct cone_found found = {.chord2 =
					   angles_chord2(place, scan->centre)};
	double separation_deg;
	enum lc_rc rc = LC_OK;

	if (found.chord2 > scan->outside_chord2 || !cone_is_wanted(scan, row))
		return LC_OK;
	/* Most of a large circle is farther than all that can be returned. */
	if (found.chord2 < scan->inside_chord2 && scan->count == scan->most &&
	    (scan->most == 0 ||
	     found.chord2 > scan->heap[0].chord2 + chord2_slack)) {
		scan->matched++;
		return LC_OK;
	}
	separation_deg = angles_separation_deg(place, scan->centre);
	if (scan->query->radius_deg < 180 &&
	    separation_deg > scan->query->radius_deg + edge_deg)
		return LC_OK;
	scan->matched++;
	found.separation_deg =
		nearbyint(separation_deg * grains_per_deg) / grains_per_deg;
	found.rank = store_int64(row, SCAN_RANK);
	found.id = store_int64(row, SCAN_K);
	if (scan->kept < CONE_KEPT_MOST && scan->count < scan->most) {
		scan->kept++;
		rc = cone_copy(scan->arena, row, SCAN_PACKED, &found);
	}
	return rc == LC_OK ? cone_keep(scan, found) : rc;
}

static enum lc_rc
cone_scan_range(struct cone_scan *scan, struct store_query *query,
		struct zones_range range, struct lc_progress *progress)
{
	enum lc_rc rc;
	unsigned rows = 0;
	bool row;

	store_bind_int64(query, 1, range.first);
	store_bind_int64(query, 2, range.last);
	while ((rc = store_step(query, &row)) == LC_OK && row) {
		rc = cone_consider(scan, query);
		if (rc == LC_OK && ++rows % CONE_ASK_EVERY == 0)
			rc = progress_stopped(progress);
		if (rc != LC_OK)
			break;
	}
	return rc;
}

static enum lc_rc
cone_scan_all(struct cone_scan *scan, struct catalogue *catalogue,
	      struct lc_progress *progress)
{
	const struct cone_query *query = scan->query;
	struct zones_walk walk;
	struct zones_range range;
	struct store_query *rows;
	enum lc_rc rc = reader_query(catalogue, READER_SCAN, &rows);

	zones_start(&walk, query->ra_deg, query->dec_deg, query->radius_deg);
	while (rc == LC_OK && zones_next(&walk, &range)) {
		rc = cone_scan_range(scan, rows, range, progress);
		if (rc == LC_UNAVAILABLE || rc == LC_INTERNAL)
			rc = reader_failed(catalogue, rc);
		store_reset(rows);
		if (rc == LC_OK)
			rc = progress_stopped(progress);
	}
	return rc;
}

/* Takes the heap apart from its end, so that the nearest come first. */
static void
cone_sort(struct cone_found *heap, size_t count)
{
	while (count > 1) {
		struct cone_found farthest = heap[0];

		count--;
		cone_sink(heap, count, heap[count]);
		heap[count] = farthest;
	}
}

static enum lc_rc
cone_read_again(struct catalogue *catalogue, struct arena *arena,
		struct cone_found *found)
{
	struct store_query *query;
	enum lc_rc rc = reader_query(catalogue, READER_SPOT, &query);
	bool row;

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, found->id);
	rc = store_step(query, &row);
	if (rc != LC_OK)
		rc = reader_failed(catalogue, rc);
	else if (!row)
		rc = reader_damaged(catalogue);
	else
		rc = cone_copy(arena, query, 0, found);
	store_reset(query);
	return rc;
}

static enum lc_rc
cone_fetch(const struct cone_scan *scan, struct catalogue *catalogue,
	   struct lc_progress *progress, struct arena *arena,
	   struct cone_result *result)
{
	enum lc_rc rc = LC_OK;

	if (scan->count == 0)
		return LC_OK;
	result->rows = arena_alloc(arena, scan->count * sizeof(*result->rows));
	if (result->rows == NULL)
		return LC_NO_MEMORY;
	for (size_t i = 0; i < scan->count && rc == LC_OK; i++) {
		struct cone_found *found = &scan->heap[i];
		struct cone_row *row = &result->rows[i];
		struct columns_value *values;

		if (found->packed == NULL)
			rc = cone_read_again(catalogue, arena, found);
		if (rc != LC_OK)
			break;
		values = arena_alloc(arena, COLUMNS_LISTED * sizeof(*values));
		if (values == NULL)
			return LC_NO_MEMORY;
		if (!pack_read(found->packed, found->packed_length, values))
			return reader_damaged(catalogue);
		row->id = found->id;
		row->separation_deg = found->separation_deg;
		row->values = values;
		rc = progress_stopped(progress);
	}
	result->count = scan->count;
	return rc;
}

enum lc_rc
cone_search(struct catalogue *catalogue, const struct cone_query *query,
	    struct lc_progress *progress, struct arena *arena,
	    struct cone_result *result)
{
	struct cone_scan scan;
	enum lc_rc rc;

	*result = (struct cone_result){.rows = NULL};
	cone_start(&scan, query);
	scan.arena = arena;
	rc = cone_scan_all(&scan, catalogue, progress);
	if (rc == LC_OK) {
		cone_sort(scan.heap, scan.count);
		result->matched = scan.matched;
		rc = cone_fetch(&scan, catalogue, progress, arena, result);
	}
	free(scan.heap);
	return rc;
}
