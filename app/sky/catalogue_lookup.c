#include "sky/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sky/layout.h"
#include "sky/pack.h"
#include "sky/reader.h"
#include "sky/zones.h"

/* Runs a query with one parameter of text; *row tells whether it has a row. */
static enum lc_rc
lookup_text(struct catalogue *catalogue, enum reader_query which,
	    const char *text, size_t length, struct store_query **out,
	    bool *row)
{
	enum lc_rc rc = reader_query(catalogue, which, out);

	if (rc != LC_OK)
		return rc;
	store_bind_text(*out, 1, text, length);
	rc = store_step(*out, row);
	if (rc == LC_OK)
		return LC_OK;
	rc = reader_failed(catalogue, rc);
	store_reset(*out);
	return rc;
}

/* ---- the catalogue as a whole */

enum lc_rc
catalogue_count(struct catalogue *catalogue, int64_t *objects)
{
	enum lc_rc rc = reader_number(catalogue, LAYOUT_FACT_OBJECTS, objects);

	*objects += overlay_surplus(catalogue->overlay);
	return rc;
}

enum lc_rc
catalogue_size(struct catalogue *catalogue, int64_t *bytes, int64_t *names)
{
	*bytes = catalogue->pointer.bytes;
	return reader_number(catalogue, LAYOUT_FACT_NAMES, names);
}

enum lc_rc
catalogue_fact(struct catalogue *catalogue, enum facts_fact which,
	       struct arena *arena, const char **out)
{
	const char *word = facts_words[which];
	struct store_query *query;
	const char *text;
	size_t length;
	bool row;
	enum lc_rc rc = lookup_text(catalogue, READER_FACT, word, strlen(word),
				    &query, &row);

	*out = "";
	if (rc != LC_OK)
		return rc;
	if (row) {
		text = store_text(query, 0, &length);
		*out = arena_dup(arena, text, length);
	}
	store_reset(query);
	return *out == NULL ? LC_NO_MEMORY : LC_OK;
}

enum lc_rc
catalogue_columns(struct catalogue *catalogue, const struct columns_set **out)
{
	const struct columns_set *columns;
	enum lc_rc rc = reader_columns(catalogue, &columns);

	if (rc != LC_OK)
		return rc;
	catalogue->shown = *columns;
	catalogue->shown.present |= overlay_columns(catalogue->overlay);
	*out = &catalogue->shown;
	return LC_OK;
}

/* ---- objects of the file */

/* A packed object of the file, until the query that gave it is reset. */
struct lookup_spot {
	struct store_query *query;
	int64_t id;
	const char *packed;
	size_t length;
};

/* Goes to the object with this number, from the key of its position on. */
static enum lc_rc
lookup_spot(struct catalogue *catalogue, int64_t key, int64_t number,
	    struct lookup_spot *spot)
{
	enum lc_rc rc = reader_query(catalogue, READER_SCAN, &spot->query);
	struct pack_head head;
	bool row = true;

	if (rc != LC_OK)
		return rc;
	if (key > INT64_MAX - ZONES_SHIFT_MAX)
		return reader_damaged(catalogue);
	store_bind_int64(spot->query, 1, key);
	store_bind_int64(spot->query, 2, key + ZONES_SHIFT_MAX);
	while ((rc = store_step(spot->query, &row)) == LC_OK && row) {
		spot->id = store_int64(spot->query, 0);
		spot->packed = store_blob(spot->query, 1, &spot->length);
		if (pack_read_head(spot->packed, spot->length, &head) &&
		    head.number == number)
			return LC_OK;
	}
	rc = rc == LC_OK ? reader_damaged(catalogue) :
			   reader_failed(catalogue, rc);
	store_reset(spot->query);
	return rc;
}

/* Finds an object of the file by a key of its names. */
static enum lc_rc
lookup_key(struct catalogue *catalogue, const char *key, size_t length,
	   struct lookup_spot *spot)
{
	struct store_query *query;
	int64_t place = 0, number = 0;
	bool row;
	enum lc_rc rc =
		lookup_text(catalogue, READER_NAME, key, length, &query, &row);

	if (rc != LC_OK)
		return rc;
	if (row) {
		place = store_int64(query, 0);
		number = store_int64(query, 1);
	}
	store_reset(query);
	return row ? lookup_spot(catalogue, place, number, spot) : LC_NOT_FOUND;
}

/* LC_NOT_FOUND when the key is not that of the object's main name. */
static enum lc_rc
lookup_check_main(struct catalogue *catalogue, const struct lookup_spot *spot,
		  const char *key, size_t length)
{
	char folded[NAMES_MAX_BYTES + 1];
	struct columns_value name;

	if (!pack_read_column(spot->packed, spot->length, COLUMNS_NAME,
			      &name) ||
	    !name.present)
		return reader_damaged(catalogue);
	return names_fold(name.text, name.length, folded) == length &&
			       memcmp(folded, key, length) == 0 ?
		       LC_OK :
		       LC_NOT_FOUND;
}

/* For edits: the object whose main name has this key. */
static enum lc_rc
lookup_main_name(void *context, const char *key, size_t length, int64_t *id)
{
	struct catalogue *catalogue = context;
	struct lookup_spot spot;
	enum lc_rc rc = lookup_key(catalogue, key, length, &spot);

	if (rc != LC_OK)
		return rc;
	*id = spot.id;
	rc = lookup_check_main(catalogue, &spot, key, length);
	store_reset(spot.query);
	return rc;
}

enum lc_rc
catalogue_refresh(struct catalogue *catalogue)
{
	struct overlay_base base = {
		.generation = catalogue->pointer.generation,
		.find = lookup_main_name,
		.context = catalogue,
	};
	enum lc_rc rc = reader_columns(catalogue, &base.columns);

	if (rc == LC_OK)
		rc = overlay_refresh(catalogue->overlay, &base, catalogue->why,
				     sizeof(catalogue->why));
	return rc;
}

/* ---- objects, edited or not */

/* Whether one of a list's names has this key. */
static bool
lookup_list_has(const char *list, size_t bytes, const char *key, size_t length)
{
	const char *end = list + bytes;
	char folded[NAMES_MAX_BYTES + 1];

	while (list < end) {
		const char *bar = memchr(list, '|', (size_t)(end - list));
		size_t name = (size_t)((bar == NULL ? end : bar) - list);

		if (names_fold(list, name, folded) == length &&
		    memcmp(folded, key, length) == 0)
			return true;
		list += name + 1;
	}
	return false;
}

/* Whether the file has the name among the object's own values. */
static bool
lookup_is_own(const struct lookup_spot *spot, const char *key, size_t length)
{
	static const int columns[] = {COLUMNS_NAME, COLUMNS_ALIASES,
				      COLUMNS_IDENTIFIERS};
	struct columns_value list;

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		if (!pack_read_column(spot->packed, spot->length, columns[i],
				      &list) ||
		    (list.present &&
		     lookup_list_has(list.text, list.length, key, length)))
			return true;
	return false;
}

/*
 * The edit that stands for an object of the file, asked for by a name that
 * an edit cannot take away, as it came from a list of further names; NULL
 * when there is none.
 */
static const struct overlay_object *
lookup_heir(struct catalogue *catalogue, const struct lookup_spot *spot,
	    const char *key, size_t length)
{
	const struct overlay_object *edited =
		overlay_hider(catalogue->overlay, spot->id);

	return edited == NULL || edited->deleted ||
			       lookup_is_own(spot, key, length) ?
		       NULL :
		       edited;
}

/* Whether the edit has it as an identifier only, which others may have too. */
static bool
lookup_is_identifier(const struct overlay_object *edited, const char *key,
		     size_t length)
{
	for (size_t i = 0; i < edited->name_count; i++)
		if (edited->names[i].rank != OVERLAY_IDENTIFIER &&
		    edited->names[i].key_length == length &&
		    memcmp(edited->names[i].key, key, length) == 0)
			return false;
	return true;
}

static void
lookup_place_edited(const struct overlay_object *edited,
		    struct catalogue_place *out)
{
	*out = (struct catalogue_place){edited->id, edited->ra_deg,
					edited->dec_deg};
}

/*
 * As catalogue_find_name(), of the objects that are in the file; with
 * `main_only` of those alone that no edit hides, by their main names.
 */
static enum lc_rc
lookup_file(struct catalogue *catalogue, const char *key, size_t length,
	    bool main_only, struct catalogue_place *out)
{
	const struct overlay_object *heir;
	struct lookup_spot spot;
	enum lc_rc rc = lookup_key(catalogue, key, length, &spot);

	if (rc != LC_OK)
		return rc;
	out->id = spot.id;
	if (!pack_read_place(spot.packed, spot.length, &out->ra_deg,
			     &out->dec_deg)) {
		rc = reader_damaged(catalogue);
	} else if (overlay_hides(catalogue->overlay, spot.id)) {
		heir = main_only ? NULL :
				   lookup_heir(catalogue, &spot, key, length);
		if (heir != NULL)
			lookup_place_edited(heir, out);
		else
			rc = LC_NOT_FOUND;
	} else if (main_only) {
		rc = lookup_check_main(catalogue, &spot, key, length);
	}
	store_reset(spot.query);
	return rc;
}

/*
 * A main name beats the others, whether its object was edited or not; of
 * those the edited objects' come first, and their identifiers last.
 */
enum lc_rc
catalogue_find_name(struct catalogue *catalogue, const char *name,
		    size_t length, struct catalogue_place *out)
{
	const struct overlay_object *edited;
	char key[NAMES_MAX_BYTES + 1];
	bool alias;
	enum lc_rc rc;

	length = names_fold(name, length, key);
	if (length == 0)
		return LC_NOT_FOUND;
	edited = overlay_find(catalogue->overlay, key, length);
	if (edited == NULL || edited->deleted)
		return lookup_file(catalogue, key, length, false, out);
	if (edited->names[0].key_length != length ||
	    memcmp(edited->names[0].key, key, length) != 0) {
		alias = !lookup_is_identifier(edited, key, length);
		rc = lookup_file(catalogue, key, length, alias, out);
		if (rc != LC_NOT_FOUND)
			return rc;
	}
	lookup_place_edited(edited, out);
	return LC_OK;
}

enum lc_rc
catalogue_any(struct catalogue *catalogue, struct catalogue_place *out)
{
	struct store_query *query;
	enum lc_rc rc = reader_query(catalogue, READER_SCAN, &query);
	const char *packed;
	bool row = true;
	size_t length;

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, 0);
	store_bind_int64(query, 2, INT64_MAX);
	do {
		rc = store_step(query, &row);
		out->id = rc == LC_OK && row ? store_int64(query, 0) : 0;
	} while (rc == LC_OK && row &&
		 overlay_hides(catalogue->overlay, out->id));
	if (rc != LC_OK) {
		rc = reader_failed(catalogue, rc);
	} else if (!row) {
		rc = LC_NOT_FOUND;
	} else {
		packed = store_blob(query, 1, &length);
		if (!pack_read_place(packed, length, &out->ra_deg,
				     &out->dec_deg))
			rc = reader_damaged(catalogue);
	}
	store_reset(query);
	return rc;
}

enum lc_rc
catalogue_shown_name(struct catalogue *catalogue, const char *key,
		     size_t length, char out[NAMES_MAX_BYTES + 1])
{
	struct columns_value main_name = {.present = false};
	struct lookup_spot spot;
	struct store_query *query;
	const char *shown;
	size_t bytes;
	bool row;
	enum lc_rc rc = lookup_key(catalogue, key, length, &spot);

	if (rc != LC_OK)
		return rc;
	if (overlay_hides(catalogue->overlay, spot.id))
		rc = LC_NOT_FOUND;
	else if (!pack_read_column(spot.packed, spot.length, COLUMNS_NAME,
				   &main_name))
		rc = reader_damaged(catalogue);
	if (rc == LC_OK)
		snprintf(out, NAMES_MAX_BYTES + 1, "%.*s",
			 (int)main_name.length, main_name.text);
	store_reset(spot.query);
	if (rc == LC_OK)
		rc = lookup_text(catalogue, READER_NAME, key, length, &query,
				 &row);
	if (rc != LC_OK)
		return rc;
	if (row && !store_is_null(query, 2)) {
		shown = store_text(query, 2, &bytes);
		snprintf(out, NAMES_MAX_BYTES + 1, "%.*s", (int)bytes, shown);
	}
	store_reset(query);
	return LC_OK;
}

/* Reads a packed object into the arena. */
static enum lc_rc
lookup_unpack(struct catalogue *catalogue, struct store_query *row,
	      struct arena *arena, const struct columns_value **out)
{
	const struct columns_set *columns;
	struct columns_value *values;
	enum lc_rc rc = reader_columns(catalogue, &columns);
	const char *packed;
	size_t length;

	if (rc != LC_OK)
		return rc;
	packed = store_blob(row, 1, &length);
	packed = arena_dup(arena, packed, length);
	values = arena_alloc(arena, (COLUMNS__MAX + columns->own_count) *
					    sizeof(*values));
	if (packed == NULL || values == NULL)
		return LC_NO_MEMORY;
	*out = values;
	return pack_read(packed, length, columns, values) ?
		       LC_OK :
		       reader_damaged(catalogue);
}

enum lc_rc
catalogue_object(struct catalogue *catalogue, int64_t id, struct arena *arena,
		 const struct columns_value **out)
{
	struct store_query *query;
	enum lc_rc rc;
	bool row;

	if (id < 0) {
		const struct overlay_object *edited =
			overlay_by_id(catalogue->overlay, id);

		if (edited != NULL)
			*out = edited->values;
		return edited != NULL ? LC_OK : LC_NOT_FOUND;
	}
	rc = reader_query(catalogue, READER_SPOT, &query);
	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, id);
	rc = store_step(query, &row);
	if (rc != LC_OK)
		rc = reader_failed(catalogue, rc);
	else
		rc = row ? lookup_unpack(catalogue, query, arena, out) :
			   LC_NOT_FOUND;
	store_reset(query);
	return rc;
}

uint64_t
catalogue_object_version(const struct catalogue *catalogue, int64_t id)
{
	/* Edits have numbers of their own, and so has each row of a file. */
	if (id < 0)
		return (uint64_t)id;
	return ((uint64_t)catalogue->pointer.generation +
		(uint64_t)catalogue->made_ns) *
		       UINT64_C(0x9e3779b97f4a7c15) ^
	       (uint64_t)id;
}
