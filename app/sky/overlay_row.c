#include "sky/overlay_row.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/shortest.h"
#include "sky/names.h"

void
overlay_row_release(struct overlay_row *row)
{
	buf_release(&row->texts);
	free(row->values);
	*row = (struct overlay_row){0};
}

uint64_t
overlay_row_hash(const char *key, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)key[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* ---- values */

static const struct columns_column *
overlay_row_column(const struct columns_set *columns, size_t at)
{
	return at < COLUMNS__MAX ? &columns_table[at] :
				   &columns->own[at - COLUMNS__MAX];
}

/*
 * The place of a field, or `count`.  Values come in the order of the columns
 * as they were, so it is looked for from `from` on.
 */
static size_t
overlay_row_place(const struct columns_set *columns, size_t count, size_t from,
		  const char *field, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = (from + i) % count;
		const char *name = overlay_row_column(columns, at)->name;

		if (strncmp(name, field, length) == 0 && name[length] == '\0')
			return at;
	}
	return count;
}

/* Keeps a text; until overlay_row_settle() its value says where. */
static void
overlay_row_keep(struct overlay_row *row, struct columns_value *value,
		 const char *text, size_t length)
{
	value->integer = (int64_t)row->texts.length;
	value->length = (uint32_t)length;
	value->present = true;
	buf_add(&row->texts, text, length);
	buf_add_char(&row->texts, '\0');
}

static void
overlay_row_number(struct columns_value *value, enum columns_type type,
		   const char *text, size_t length)
{
	if (type == COLUMNS_REAL || type == COLUMNS_SINGLE) {
		value->present = number_parse_double(text, length,
						     &value->real) == NUMBER_OK;
		return;
	}
	value->present =
		number_parse_int64(text, length, &value->integer) == NUMBER_OK;
	if (type == COLUMNS_BOOL && value->present)
		value->truth = value->integer != 0;
}

/*
 * Takes the value in column 2 of the query.  The column may have had another
 * type when it was written; what is a number in either is one in both.
 */
static void
overlay_row_value(struct overlay_row *row, struct store_query *query,
		  enum columns_type type, struct columns_value *value)
{
	size_t length;
	const char *kind = store_text(query, 1, &length);
	const bool real = length == 4 && memcmp(kind, "real", 4) == 0;
	const bool text = type == COLUMNS_TEXT || type == COLUMNS_LIST;
	char number[SHORTEST_MAX];
	const char *bytes;

	if (store_is_null(query, 2))
		return;
	if (real && !text && (type == COLUMNS_REAL || type == COLUMNS_SINGLE)) {
		value->real = store_real(query, 2);
		value->present = true;
		return;
	}
	/* SQLite's own text of a real has 15 digits only. */
	if (real) {
		bytes = number;
		length = shortest_format(store_real(query, 2), number);
	} else {
		bytes = store_text(query, 2, &length);
	}
	if (text)
		overlay_row_keep(row, value, bytes, length);
	else
		overlay_row_number(value, type, bytes, length);
}

static enum lc_rc
overlay_row_values(struct overlay_row *row, struct store_query *query,
		   const struct columns_set *columns, int64_t seq)
{
	size_t place = 0;
	enum lc_rc rc;
	bool more;

	store_bind_int64(query, 1, seq);
	while ((rc = store_step(query, &more)) == LC_OK && more) {
		size_t length;
		const char *field = store_text(query, 0, &length);

		if (field == NULL)
			continue;
		place = overlay_row_place(columns, row->value_count, place,
					  field, length);
		if (place == row->value_count)
			place = 0;
		else
			overlay_row_value(
				row, query,
				overlay_row_column(columns, place)->type,
				&row->values[place]);
	}
	store_reset(query);
	return rc;
}

/* ---- names */

/* Keeps a name as its key and itself; whether it can be one. */
static bool
overlay_row_name(struct buf *texts, const char *key, size_t key_length,
		 const char *shown, size_t length)
{
	if (key_length == 0 || memchr(key, '\0', key_length) != NULL ||
	    memchr(shown, '\0', length) != NULL)
		return false;
	buf_add(texts, key, key_length);
	buf_add_char(texts, '\0');
	buf_add(texts, shown, length);
	buf_add_char(texts, '\0');
	return true;
}

/* Keeps the names of a list; how many. */
static size_t
overlay_row_list(struct overlay_row *row, int column)
{
	const struct columns_value *list = &row->values[column];
	char key[NAMES_MAX_BYTES + 1], name[NAMES_MAX_BYTES + 1];
	size_t count = 0, at = 0;

	while (list->present && !row->texts.failed && at < list->length) {
		/* The texts move when they grow. */
		const char *from =
			row->texts.bytes + (size_t)list->integer + at;
		const char *bar = memchr(from, '|', list->length - at);
		size_t length =
			bar == NULL ? list->length - at : (size_t)(bar - from);

		at += length + 1;
		if (length == 0 || length > NAMES_MAX_BYTES)
			continue;
		memcpy(name, from, length);
		count += overlay_row_name(&row->texts, key,
					  names_fold(name, length, key), name,
					  length);
	}
	return count;
}

/* ---- the object */

/* Where the names are among the texts, and how many follow the main one. */
struct overlay_row_names {
	size_t at, aliases, identifiers;
};

static void
overlay_row_point(struct overlay_object *object, struct overlay_name *names,
		  size_t aliases, const char *texts)
{
	for (size_t i = 0; i < object->name_count; i++) {
		struct overlay_name *name = &names[i];

		if (i == 0)
			name->rank = object->deleted ? OVERLAY_DELETED :
						       OVERLAY_MAIN;
		else
			name->rank = i <= aliases ? OVERLAY_ALIAS :
						    OVERLAY_IDENTIFIER;
		name->key = texts;
		name->key_length = (uint32_t)strlen(texts);
		texts += name->key_length + 1;
		name->shown = texts;
		name->shown_length = (uint32_t)strlen(texts);
		texts += name->shown_length + 1;
		name->hash = overlay_row_hash(name->key, name->key_length);
		name->object = object;
	}
	object->names = names;
}

/* Everything in one piece: the object, its values, its names, its texts. */
static struct overlay_object *
overlay_row_settle(const struct overlay_row *row, bool deleted,
		   const struct columns_set *columns,
		   const struct overlay_row_names *kept)
{
	const size_t count = deleted ? 0 : row->value_count;
	const size_t names = 1 + kept->aliases + kept->identifiers;
	struct overlay_object *object;
	struct columns_value *values;
	struct overlay_name *name;
	char *texts;

	object = malloc(sizeof(*object) + count * sizeof(*values) +
			names * sizeof(*name) + row->texts.length);
	if (object == NULL)
		return NULL;
	*object = (struct overlay_object){
		.base_id = -1, .deleted = deleted, .name_count = names};
	values = (struct columns_value *)(object + 1);
	name = (struct overlay_name *)(values + count);
	texts = (char *)(name + names);
	memcpy(texts, row->texts.bytes, row->texts.length);
	overlay_row_point(object, name, kept->aliases, texts + kept->at);
	if (deleted)
		return object;
	memcpy(values, row->values, count * sizeof(*values));
	for (size_t i = 0; i < count; i++) {
		enum columns_type type = overlay_row_column(columns, i)->type;

		if (values[i].present &&
		    (type == COLUMNS_TEXT || type == COLUMNS_LIST))
			values[i].text = texts + values[i].integer;
	}
	object->values = values;
	object->ra_deg = values[COLUMNS_RA].real;
	object->dec_deg = values[COLUMNS_DEC].real;
	return object;
}

static enum lc_rc
overlay_row_ready(struct overlay_row *row, size_t count)
{
	if (row->values == NULL || row->value_count != count) {
		free(row->values);
		row->values = malloc(count * sizeof(*row->values));
		row->value_count = count;
		if (row->values == NULL)
			return LC_NO_MEMORY;
	}
	memset(row->values, 0, count * sizeof(*row->values));
	buf_reset(&row->texts);
	return LC_OK;
}

static enum lc_rc
overlay_row_names(struct overlay_row *row, struct store_query *edits,
		  struct overlay_row_names *kept)
{
	size_t key_length, length;
	const char *key = store_text(edits, 1, &key_length);
	const char *name = store_text(edits, 2, &length);

	*kept = (struct overlay_row_names){0};
	if (key == NULL || name == NULL)
		return LC_INVALID;
	overlay_row_keep(row, &row->values[COLUMNS_NAME], name, length);
	kept->at = row->texts.length;
	if (!overlay_row_name(&row->texts, key, key_length, name, length))
		return LC_INVALID;
	kept->aliases = overlay_row_list(row, COLUMNS_ALIASES);
	kept->identifiers = overlay_row_list(row, COLUMNS_IDENTIFIERS);
	return row->texts.failed ? LC_NO_MEMORY : LC_OK;
}

enum lc_rc
overlay_row_read(struct overlay_row *row, struct store_query *edits,
		 struct store_query *values, const struct columns_set *columns,
		 struct overlay_object **out)
{
	const int64_t seq = store_int64(edits, 0);
	const bool deleted = store_int64(edits, 3) != 0;
	struct overlay_row_names kept;
	enum lc_rc rc =
		overlay_row_ready(row, COLUMNS__MAX + columns->own_count);

	*out = NULL;
	if (rc == LC_OK && !deleted)
		rc = overlay_row_values(row, values, columns, seq);
	if (rc == LC_OK &&
	    (seq < 1 || (!deleted && (!row->values[COLUMNS_RA].present ||
				      !row->values[COLUMNS_DEC].present))))
		rc = LC_INVALID;
	if (rc == LC_OK)
		rc = overlay_row_names(row, edits, &kept);
	if (rc != LC_OK)
		return rc;
	*out = overlay_row_settle(row, deleted, columns, &kept);
	if (*out == NULL)
		return LC_NO_MEMORY;
	(*out)->seq = seq;
	(*out)->id = -seq;
	return LC_OK;
}
