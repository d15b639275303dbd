#include "sky/catalogue.h"

#include <string.h>

#include "base/text.h"
#include "sky/layout.h"
#include "sky/reader.h"

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

enum lc_rc
catalogue_count(struct catalogue *catalogue, int64_t *objects)
{
	static const char word[] = LAYOUT_FACT_OBJECTS;
	struct store_query *query;
	bool row;
	enum lc_rc rc = lookup_text(catalogue, READER_FACT, word,
				    sizeof(word) - 1, &query, &row);

	*objects = 0;
	if (rc != LC_OK)
		return rc;
	if (row)
		*objects = store_int64(query, 0);
	store_reset(query);
	return LC_OK;
}

enum lc_rc
catalogue_licence(struct catalogue *catalogue, struct arena *arena,
		  const char **out)
{
	static const char word[] = LAYOUT_FACT_LICENCE;
	struct store_query *query;
	const char *text;
	size_t length;
	bool row;
	enum lc_rc rc = lookup_text(catalogue, READER_FACT, word,
				    sizeof(word) - 1, &query, &row);

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
catalogue_find_name(struct catalogue *catalogue, const char *name,
		    size_t length, struct catalogue_place *out)
{
	char key[NAMES_MAX_BYTES + 1];
	size_t key_length = names_fold(name, length, key);
	struct store_query *query;
	enum lc_rc rc;
	bool row;

	if (key_length == 0)
		return LC_NOT_FOUND;
	rc = lookup_text(catalogue, READER_NAME, key, key_length, &query, &row);
	if (rc != LC_OK)
		return rc;
	if (row) {
		out->id = store_int64(query, 0);
		out->ra_deg = store_real(query, 1);
		out->dec_deg = store_real(query, 2);
	}
	store_reset(query);
	return row ? LC_OK : LC_NOT_FOUND;
}

static enum lc_rc
lookup_values(struct store_query *query, struct arena *arena,
	      struct columns_value *values)
{
	for (int i = 0; i < COLUMNS_LISTED; i++) {
		struct columns_value *value = &values[i];
		const char *text;
		size_t length;

		if (store_is_null(query, i))
			continue;
		value->present = true;
		if (columns_table[i].type == COLUMNS_REAL) {
			value->real = store_real(query, i);
			continue;
		}
		text = store_text(query, i, &length);
		value->length = (uint32_t)length;
		value->text = arena_dup(arena, text, length);
		if (value->text == NULL)
			return LC_NO_MEMORY;
	}
	return LC_OK;
}

enum lc_rc
catalogue_object(struct catalogue *catalogue, int64_t id, struct arena *arena,
		 struct columns_value **out)
{
	struct store_query *query;
	enum lc_rc rc = reader_query(catalogue, READER_OBJECT, &query);
	bool row;

	if (rc != LC_OK)
		return rc;
	*out = arena_alloc(arena, COLUMNS_LISTED * sizeof(**out));
	if (*out == NULL)
		return LC_NO_MEMORY;
	store_bind_int64(query, 1, id);
	rc = store_step(query, &row);
	if (rc != LC_OK)
		rc = reader_failed(catalogue, rc);
	else
		rc = row ? lookup_values(query, arena, *out) : LC_NOT_FOUND;
	store_reset(query);
	return rc;
}
