#include "sky/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "services/state.h"
#include "sky/changes.h"
#include "sky/overlay_row.h"
#include "sky/overlay_set.h"

enum {
	OVERLAY_SCHEMA = 2, /* the first that has edits */
	OVERLAY_RETRY_S = 1 /* before changes.seg is tried again */
};

enum overlay_query {
	OVERLAY_GENERATION,
	OVERLAY_EDITS,
	OVERLAY_VALUES,
	OVERLAY_QUERY__MAX
};

static const char *const overlay_sql[OVERLAY_QUERY__MAX] = {
	[OVERLAY_GENERATION] = "SELECT generation, dropped FROM generations"
			       " WHERE catalogue = ?1",
	[OVERLAY_EDITS] = OVERLAY_ROW_EDITS,
	[OVERLAY_VALUES] = OVERLAY_ROW_VALUES,
};

/* The catalogue as its row in generations has it. */
struct overlay_state {
	int64_t generation, dropped;
};

struct overlay {
	int64_t looked_ns; /* the clock's tick when files were looked at */
	bool there;        /* state.sqlite was, with this mark */
	struct state_mark mark;
	struct store *store; /* NULL: none is open */
	struct store_query *queries[OVERLAY_QUERY__MAX];
	struct changes changes;
	int64_t retry_ns;

	/* What was read: when, over what, and up to which edit. */
	uint64_t word; /* CHANGES_UNKNOWN: it is not to be relied upon */
	int64_t base_generation;
	struct overlay_state state;
	int64_t seq;
	struct overlay_set set;
	struct overlay_row row;

	char *catalogue;
	char state_dir[];
};

struct overlay *
overlay_new(const char *state_dir, const char *catalogue)
{
	const size_t bytes = strlen(state_dir) + 1;
	const size_t length = strlen(catalogue) + 1;
	struct overlay *overlay = calloc(1, sizeof(*overlay) + bytes + length);

	if (overlay == NULL)
		return NULL;
	memcpy(overlay->state_dir, state_dir, bytes);
	overlay->catalogue = overlay->state_dir + bytes;
	memcpy(overlay->catalogue, catalogue, length);
	changes_init(&overlay->changes);
	overlay->word = CHANGES_UNKNOWN;
	return overlay;
}

static void
overlay_close(struct overlay *overlay)
{
	for (int i = 0; i < OVERLAY_QUERY__MAX; i++) {
		store_finish(overlay->queries[i]);
		overlay->queries[i] = NULL;
	}
	store_close(overlay->store);
	overlay->store = NULL;
}

/* Forgets the edits; the next look reads them all. */
static void
overlay_forget(struct overlay *overlay)
{
	overlay_set_release(&overlay->set);
	overlay->word = CHANGES_UNKNOWN;
	overlay->state = (struct overlay_state){0};
	overlay->seq = 0;
}

void
overlay_free(struct overlay *overlay)
{
	if (overlay == NULL)
		return;
	overlay_close(overlay);
	overlay_forget(overlay);
	overlay_row_release(&overlay->row);
	changes_release(&overlay->changes);
	free(overlay);
}

/* ---- the files */

/* Without changes.seg all is right, but each look is one into the file. */
static void
overlay_follow(struct overlay *overlay, int64_t now_ns)
{
	char why[SEGMENT_WHY_MAX];
	bool anew;

	if (overlay->changes.segment == NULL && now_ns < overlay->retry_ns)
		return;
	if (changes_follow(&overlay->changes, overlay->state_dir, &anew, why,
			   sizeof(why)) != LC_OK)
		overlay->retry_ns = now_ns + OVERLAY_RETRY_S * CLOCK_NS_PER_S;
	if (anew)
		overlay->word = CHANGES_UNKNOWN;
}

/* Looks which files are there now. */
static enum lc_rc
overlay_look(struct overlay *overlay, int64_t now_ns, char *why,
	     size_t why_bytes)
{
	struct state_mark mark;
	enum lc_rc rc = state_find(overlay->state_dir, &mark, why, why_bytes);

	overlay->looked_ns = now_ns;
	if (rc == LC_OK && overlay->there &&
	    mark.device == overlay->mark.device &&
	    mark.inode == overlay->mark.inode) {
		overlay_follow(overlay, now_ns);
		return LC_OK;
	}
	overlay_close(overlay);
	overlay_forget(overlay);
	overlay->there = rc == LC_OK;
	if (rc == LC_OK) {
		overlay->mark = mark;
		overlay_follow(overlay, now_ns);
	}
	return rc == LC_NOT_FOUND ? LC_OK : rc;
}

/*
 * Opens the file; *old says that it holds no edits because it is of an
 * earlier Lightcone, or nothing at all yet.
 */
static enum lc_rc
overlay_open(struct overlay *overlay, bool *old, char *why, size_t why_bytes)
{
	int64_t version = 0;
	enum lc_rc rc = LC_OK;

	*old = false;
	if (overlay->queries[OVERLAY_QUERY__MAX - 1] != NULL)
		return LC_OK;
	if (overlay->store == NULL)
		rc = state_open_read(overlay->state_dir, &overlay->store, why,
				     why_bytes);
	if (rc == LC_NOT_FOUND) {
		/* An inode that nobody holds may be another file's next. */
		overlay->there = false;
		*old = true;
		return LC_OK;
	}
	if (rc != LC_OK)
		return rc;
	rc = store_pragma(overlay->store, "PRAGMA user_version", &version);
	*old = rc == LC_OK && version < OVERLAY_SCHEMA;
	for (int i = 0; i < OVERLAY_QUERY__MAX && rc == LC_OK && !*old; i++)
		if (overlay->queries[i] == NULL)
			rc = store_prepare(overlay->store, overlay_sql[i],
					   &overlay->queries[i]);
	return rc == LC_OK ? rc :
			     state_failed(overlay->store, rc, why, why_bytes);
}

/* ---- reading */

/* Words for what a query failed with, or for an edit that cannot be. */
static enum lc_rc
overlay_failed(struct overlay *overlay, enum lc_rc rc, char *why,
	       size_t why_bytes)
{
	if (rc != LC_INVALID)
		return state_failed(overlay->store, rc, why, why_bytes);
	snprintf(why, why_bytes,
		 "state.sqlite cannot be used: an edit in it is damaged");
	return LC_UNAVAILABLE;
}

static enum lc_rc
overlay_read_state(struct overlay *overlay, struct overlay_state *out)
{
	struct store_query *query = overlay->queries[OVERLAY_GENERATION];
	enum lc_rc rc;
	bool row;

	*out = (struct overlay_state){0};
	store_bind_text(query, 1, overlay->catalogue,
			strlen(overlay->catalogue));
	rc = store_step(query, &row);
	if (rc == LC_OK && row) {
		out->generation = store_int64(query, 0);
		out->dropped = store_int64(query, 1);
	}
	store_reset(query);
	return rc;
}

/* Takes the edit that is the query's present row. */
static enum lc_rc
overlay_take(struct overlay *overlay, const struct overlay_base *base,
	     char *why, size_t why_bytes)
{
	struct overlay_object *object;
	enum lc_rc rc = overlay_row_read(
		&overlay->row, overlay->queries[OVERLAY_EDITS],
		overlay->queries[OVERLAY_VALUES], base->columns, &object);

	if (rc != LC_OK)
		return overlay_failed(overlay, rc, why, why_bytes);
	rc = base->find(base->context, object->names->key,
			object->names->key_length, &object->base_id);
	if (rc == LC_NOT_FOUND) {
		object->base_id = -1;
		rc = LC_OK;
	}
	if (rc == LC_OK && !overlay_set_put(&overlay->set, object)) {
		snprintf(why, why_bytes, "out of memory");
		rc = LC_NO_MEMORY;
	}
	if (rc == LC_OK)
		overlay->seq = object->seq;
	else
		free(object);
	return rc;
}

/* Reads the edits that came after those that were read. */
static enum lc_rc
overlay_read_edits(struct overlay *overlay, const struct overlay_base *base,
		   char *why, size_t why_bytes)
{
	struct store_query *query = overlay->queries[OVERLAY_EDITS];
	enum lc_rc rc;
	bool row;

	store_bind_text(query, 1, overlay->catalogue,
			strlen(overlay->catalogue));
	store_bind_int64(query, 2, overlay->seq);
	for (;;) {
		rc = store_step(query, &row);
		if (rc != LC_OK)
			rc = overlay_failed(overlay, rc, why, why_bytes);
		else if (row)
			rc = overlay_take(overlay, base, why, why_bytes);
		if (rc != LC_OK || !row)
			break;
	}
	store_reset(query);
	return rc;
}

/* Within a transaction: all of it is of one moment. */
static enum lc_rc
overlay_read_moment(struct overlay *overlay, const struct overlay_base *base,
		    char *why, size_t why_bytes)
{
	struct overlay_state state;
	enum lc_rc rc = overlay_read_state(overlay, &state);

	if (rc != LC_OK)
		return overlay_failed(overlay, rc, why, why_bytes);
	if (base->generation != overlay->base_generation ||
	    state.dropped != overlay->state.dropped ||
	    state.generation < overlay->state.generation)
		overlay_forget(overlay);
	if (state.generation != overlay->state.generation)
		rc = overlay_read_edits(overlay, base, why, why_bytes);
	if (rc == LC_OK)
		overlay->state = state;
	return rc;
}

static enum lc_rc
overlay_read(struct overlay *overlay, const struct overlay_base *base,
	     char *why, size_t why_bytes)
{
	enum lc_rc rc;
	bool old;

	rc = overlay_open(overlay, &old, why, why_bytes);
	if (rc != LC_OK || old)
		return rc;
	rc = store_exec(overlay->store, "BEGIN");
	if (rc != LC_OK)
		return overlay_failed(overlay, rc, why, why_bytes);
	rc = overlay_read_moment(overlay, base, why, why_bytes);
	store_undo(overlay->store); /* only its end is wanted */
	return rc;
}

enum lc_rc
overlay_refresh(struct overlay *overlay, const struct overlay_base *base,
		char *why, size_t why_bytes)
{
	const int64_t now_ns = clock_tick_ns();
	enum lc_rc rc = LC_OK;
	uint64_t word;

	if (now_ns != overlay->looked_ns)
		rc = overlay_look(overlay, now_ns, why, why_bytes);
	word = changes_word(&overlay->changes);
	if (rc == LC_OK && (!overlay->there ||
			    (word == overlay->word && changes_is_still(word) &&
			     base->generation == overlay->base_generation)))
		return LC_OK;
	if (rc == LC_OK)
		rc = overlay_read(overlay, base, why, why_bytes);
	if (rc != LC_OK) {
		overlay_close(overlay);
		overlay_forget(overlay);
		overlay->there = false;
		overlay->looked_ns = 0;
		return rc;
	}
	overlay->base_generation = base->generation;
	overlay->word = word;
	return LC_OK;
}

/* ---- looking */

bool
overlay_is_empty(const struct overlay *overlay)
{
	return overlay->set.ids.count == 0;
}

int64_t
overlay_generation(const struct overlay *overlay)
{
	return overlay->state.generation;
}

const struct overlay_object *
overlay_hider(const struct overlay *overlay, int64_t base_id)
{
	const struct overlay_index *hidden = &overlay->set.hidden;
	size_t at = overlay_index_start(hidden, (uint64_t)base_id);

	return overlay_index_next(hidden, (uint64_t)base_id, &at);
}

bool
overlay_hides(const struct overlay *overlay, int64_t base_id)
{
	return overlay_hider(overlay, base_id) != NULL;
}

const struct overlay_object *
overlay_find(const struct overlay *overlay, const char *key, size_t length)
{
	return overlay_set_find(&overlay->set, key, length);
}

const struct overlay_object *
overlay_by_id(const struct overlay *overlay, int64_t id)
{
	const struct overlay_index *ids = &overlay->set.ids;
	size_t at = overlay_index_start(ids, (uint64_t)id);
	const struct overlay_object *object =
		overlay_index_next(ids, (uint64_t)id, &at);

	return object == NULL || object->deleted ? NULL : object;
}

int64_t
overlay_surplus(const struct overlay *overlay)
{
	/* No two edits hide the same object: each has a name of its own. */
	return (int64_t)overlay->set.living_count -
	       (int64_t)overlay->set.hidden.count;
}

uint32_t
overlay_columns(const struct overlay *overlay)
{
	uint32_t columns = 0;

	for (int i = 0; i < COLUMNS__MAX; i++)
		if (overlay->set.having[i] > 0)
			columns |= UINT32_C(1) << i;
	return columns;
}

size_t
overlay_count(const struct overlay *overlay)
{
	return overlay->set.living_count;
}

const struct overlay_object *
overlay_at(const struct overlay *overlay, size_t at)
{
	return overlay->set.living[at];
}

const struct angles_vector *
overlay_places(const struct overlay *overlay)
{
	return overlay->set.places;
}
