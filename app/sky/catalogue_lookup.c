#include "sky/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sky/layout.h"
#include "sky/pack.h"
#include "sky/spots.h"
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
	*objects = catalogue->objects + overlay_surplus(catalogue->overlay);
	return LC_OK;
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

/* Goes to the object with this number, from the key of its position on. */
static enum lc_rc
lookup_spot(struct catalogue *catalogue, int64_t key, int64_t number,
	    struct spots *spots)
{
	enum lc_rc rc;
	bool there;

	if (key > INT64_MAX - ZONES_SHIFT_MAX)
		return reader_damaged(catalogue);
	rc = spots_start(spots, catalogue, READER_SCAN, key);
	if (rc != LC_OK)
		return rc;
	while ((rc = spots_next(spots, &there)) == LC_OK && there &&
	       spots->head.key <= key + ZONES_SHIFT_MAX)
		if (spots->head.number == number)
			return LC_OK;
	spots_end(spots);
	return rc == LC_OK ? reader_damaged(catalogue) : rc;
}

/* Finds an object of the file by a key of its names. */
static enum lc_rc
lookup_key(struct catalogue *catalogue, const char *key, size_t length,
	   struct spots *spots)
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
	return row ? lookup_spot(catalogue, place, number, spots) :
		     LC_NOT_FOUND;
}

/* LC_NOT_FOUND when the key is not that of the object's main name. */
static enum lc_rc
lookup_check_main(struct catalogue *catalogue, const struct spots *spots,
		  const char *key, size_t length)
{
	char folded[NAMES_MAX_BYTES + 1];
	struct columns_value name;

	if (!pack_read_column(spots->packed, spots->head.bytes, COLUMNS_NAME,
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
	struct spots spots;
	enum lc_rc rc = lookup_key(catalogue, key, length, &spots);

	if (rc != LC_OK)
		return rc;
	*id = spots.head.key;
	rc = lookup_check_main(catalogue, &spots, key, length);
	spots_end(&spots);
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
lookup_is_own(const struct spots *spots, const char *key, size_t length)
{
	static const int columns[] = {COLUMNS_NAME, COLUMNS_ALIASES,
				      COLUMNS_IDENTIFIERS};
	struct columns_value list;

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		if (!pack_read_column(spots->packed, spots->head.bytes,
				      columns[i], &list) ||
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
lookup_heir(struct catalogue *catalogue, const struct spots *spots,
	    const char *key, size_t length)
{
	const struct overlay_object *edited =
		overlay_hider(catalogue->overlay, spots->head.key);

	return edited == NULL || edited->deleted ||
			       lookup_is_own(spots, key, length) ?
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
	struct spots spots;
	enum lc_rc rc = lookup_key(catalogue, key, length, &spots);

	if (rc != LC_OK)
		return rc;
	out->id = spots.head.key;
	if (!pack_read_place(spots.packed, spots.head.bytes, &out->ra_deg,
			     &out->dec_deg)) {
		rc = reader_damaged(catalogue);
	} else if (overlay_hides(catalogue->overlay, spots.head.key)) {
		heir = main_only ? NULL :
				   lookup_heir(catalogue, &spots, key, length);
		if (heir != NULL)
			lookup_place_edited(heir, out);
		else
			rc = LC_NOT_FOUND;
	} else if (main_only) {
		rc = lookup_check_main(catalogue, &spots, key, length);
	}
	spots_end(&spots);
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
	struct spots spots;
	enum lc_rc rc = spots_start(&spots, catalogue, READER_SCAN, 0);
	bool there;

	if (rc != LC_OK)
		return rc;
	do
		rc = spots_next(&spots, &there);
	while (rc == LC_OK && there &&
	       overlay_hides(catalogue->overlay, spots.head.key));
	out->id = rc == LC_OK && there ? spots.head.key : 0;
	if (rc == LC_OK && !there)
		rc = LC_NOT_FOUND;
	else if (rc == LC_OK && !pack_read_place(spots.packed, spots.head.bytes,
						 &out->ra_deg, &out->dec_deg))
		rc = reader_damaged(catalogue);
	spots_end(&spots);
	return rc;
}

enum lc_rc
catalogue_shown_name(struct catalogue *catalogue, const char *key,
		     size_t length, char out[NAMES_MAX_BYTES + 1])
{
	struct columns_value main_name = {.present = false};
	struct spots spots;
	struct store_query *query;
	const char *shown;
	size_t bytes;
	bool row;
	enum lc_rc rc = lookup_key(catalogue, key, length, &spots);

	if (rc != LC_OK)
		return rc;
	if (overlay_hides(catalogue->overlay, spots.head.key))
		rc = LC_NOT_FOUND;
	else if (!pack_read_column(spots.packed, spots.head.bytes, COLUMNS_NAME,
				   &main_name))
		rc = reader_damaged(catalogue);
	if (rc == LC_OK)
		snprintf(out, NAMES_MAX_BYTES + 1, "%.*s",
			 (int)main_name.length, main_name.text);
	spots_end(&spots);
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
lookup_unpack(struct catalogue *catalogue, const struct spots *spots,
	      struct arena *arena, const struct columns_value **out)
{
	const struct columns_set *columns;
	struct columns_value *values;
	enum lc_rc rc = reader_columns(catalogue, &columns);
	const size_t length = spots->head.bytes;
	const char *packed;

	if (rc != LC_OK)
		return rc;
	packed = arena_dup(arena, spots->packed, length);
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
	struct spots spots;
	enum lc_rc rc;

	if (id < 0) {
		const struct overlay_object *edited =
			overlay_by_id(catalogue->overlay, id);

		if (edited != NULL)
			*out = edited->values;
		return edited != NULL ? LC_OK : LC_NOT_FOUND;
	}
	rc = spots_find(&spots, catalogue, id);
	if (rc != LC_OK)
		return rc;
	rc = lookup_unpack(catalogue, &spots, arena, out);
	spots_end(&spots);
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
