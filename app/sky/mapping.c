#include "sky/mapping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sky/mapping_plan.h"

/* No Gaia source has a smaller number; other tables' "source_id" have. */
#define GAIA_LEAST (INT64_C(1) << 32)

static const enum columns_type own_types[] = {
	[TABLE_UNTYPED] = COLUMNS_TEXT,    [TABLE_TEXT] = COLUMNS_TEXT,
	[TABLE_REAL] = COLUMNS_REAL,       [TABLE_SINGLE] = COLUMNS_SINGLE,
	[TABLE_INTEGER] = COLUMNS_INTEGER, [TABLE_BOOL] = COLUMNS_BOOL,
};

static void
mapping_plan_name(struct mapping *mapping, const char *catalogue)
{
	const int column = mapping->guess.column_of[COLUMNS_NAME];
	const struct mapping_link *link;
	const char *acronym;

	if (column < 0) {
		mapping_name_init(&mapping->name, -1, TABLE_UNTYPED,
				  catalogue == NULL ? "row" : catalogue, 0);
		return;
	}
	link = &mapping->guess.links[column];
	acronym = mapping_words_acronym(link->key);
	mapping_name_init(&mapping->name, column,
			  table_column(mapping->table, (size_t)column)->type,
			  acronym,
			  strcmp(link->key, "sourceid") == 0 ? GAIA_LEAST : 0);
}

static void
mapping_plan_step(struct mapping *mapping, int field)
{
	const int column = mapping->guess.column_of[field];
	const struct columns_column *of = &columns_table[field];
	struct mapping_step *step = &mapping->steps[mapping->step_count];
	const struct table_column *from;

	if (column < 0)
		return;
	from = table_column(mapping->table, (size_t)column);
	*step = (struct mapping_step){
		.column = column,
		.field = field,
		.from = from->type,
		.times = mapping->guess.links[column].times,
		.over = mapping->guess.links[column].over,
		.min = of->min,
		.max = of->max,
		.name = from->name,
		.word = of->name,
		.unit = of->unit,
	};
	mapping->step_count++;
}

static void
mapping_plan_own(struct mapping *mapping, size_t column)
{
	const struct table_column *from = table_column(mapping->table, column);
	const size_t i = mapping->own_count++;

	mapping->own[i] = (struct mapping_own){
		.column = (int)column,
		.settles = from->type == TABLE_UNTYPED,
		.type = own_types[from->type],
	};
	mapping->own_columns[i] = (struct columns_column){
		.name = from->name,
		.type = mapping->own[i].type,
		.unit = from->unit,
		.ucd = from->ucd,
		.doc = from->doc,
	};
}

/* Room for what the guess needs; LC_NO_MEMORY. */
static enum lc_rc
mapping_make_room(struct mapping *mapping)
{
	const size_t count = mapping->guess.count + 1;
	const int *column_of = mapping->guess.column_of;

	mapping->own = calloc(count, sizeof(*mapping->own));
	mapping->own_types = calloc(count, sizeof(*mapping->own_types));
	mapping->own_columns = calloc(count, sizeof(*mapping->own_columns));
	if (mapping->own == NULL || mapping->own_types == NULL ||
	    mapping->own_columns == NULL)
		return LC_NO_MEMORY;
	if (column_of[COLUMNS_ALIASES] < 0 &&
	    column_of[COLUMNS_IDENTIFIERS] < 0)
		return LC_OK;
	mapping->list_room = malloc(TABLE_ROW_MAX);
	return mapping->list_room == NULL ? LC_NO_MEMORY : LC_OK;
}

static enum lc_rc
mapping_plan(struct mapping *mapping, const struct mapping_wishes *wishes)
{
	enum lc_rc rc = mapping_make_room(mapping);

	if (rc != LC_OK)
		return rc;
	mapping_plan_name(mapping, wishes->catalogue);
	mapping_place_init(&mapping->place, &mapping->guess, mapping->table);
	mapping->positions_only = wishes->positions_only;
	if (mapping->positions_only)
		return LC_OK;
	for (int field = 0; field < COLUMNS__MAX; field++)
		if (field != COLUMNS_NAME && field != COLUMNS_RA &&
		    field != COLUMNS_DEC)
			mapping_plan_step(mapping, field);
	for (size_t i = 0; i < mapping->guess.count; i++)
		if (mapping->guess.links[i].field == MAPPING_NONE ||
		    mapping->guess.links[i].field == MAPPING_OWN)
			mapping_plan_own(mapping, i);
	mapping->set.own = mapping->own_columns;
	mapping->set.own_count = mapping->own_count;
	return LC_OK;
}

enum lc_rc
mapping_new(const struct table *table, const struct mapping_wishes *wishes,
	    struct mapping **out, char *why, size_t why_bytes)
{
	struct mapping *mapping = calloc(1, sizeof(*mapping));
	enum lc_rc rc;

	*out = NULL;
	if (mapping == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	mapping->table = table;
	rc = mapping_guess_init(&mapping->guess, table, wishes, why, why_bytes);
	if (rc == LC_OK) {
		rc = mapping_plan(mapping, wishes);
		if (rc != LC_OK)
			snprintf(why, why_bytes, "out of memory");
	}
	if (rc == LC_OK)
		*out = mapping;
	else
		mapping_free(mapping);
	return rc;
}

void
mapping_free(struct mapping *mapping)
{
	if (mapping == NULL)
		return;
	mapping_guess_release(&mapping->guess);
	free(mapping->own);
	free(mapping->own_types);
	free(mapping->own_columns);
	free(mapping->list_room);
	free(mapping);
}

size_t
mapping_own_count(const struct mapping *mapping)
{
	return mapping->own_count;
}

int
mapping_name_column(const struct mapping *mapping)
{
	return mapping->name.column;
}

/* The fields of ours but name and position; *present gets their bits. */
static enum lc_rc
mapping_read_steps(struct mapping *mapping, const struct table_cell *cells,
		   struct columns_value *values, uint32_t *present, char *why,
		   size_t why_bytes)
{
	size_t list_used = 0;

	for (size_t i = 0; i < mapping->step_count; i++) {
		const struct mapping_step *step = &mapping->steps[i];
		struct columns_value *value = &values[step->field];

		if (mapping_value_read(step, &cells[step->column], value, why,
				       why_bytes) != LC_OK)
			return LC_INVALID;
		if (!value->present)
			continue;
		if (columns_table[step->field].type == COLUMNS_LIST)
			mapping_value_list(value, mapping->list_room,
					   &list_used);
		*present |= UINT32_C(1) << step->field;
	}
	return LC_OK;
}

enum lc_rc
mapping_row(struct mapping *mapping, const struct table *table,
	    struct columns_value *values, char *why, size_t why_bytes)
{
	const struct table_cell *cells = table_cells(table);
	uint32_t present = UINT32_C(1) << COLUMNS_NAME |
			   UINT32_C(1) << COLUMNS_RA |
			   UINT32_C(1) << COLUMNS_DEC;
	enum lc_rc rc = LC_OK;

	/* All bits zero is an absent value. */
	memset(values, 0,
	       (COLUMNS__MAX + mapping->own_count) * sizeof(*values));
	mapping->row++;
	if (!mapping->positions_only)
		rc = mapping_name_read(&mapping->name, cells, mapping->row,
				       &values[COLUMNS_NAME], why, why_bytes);
	if (rc == LC_OK)
		rc = mapping_place_read(&mapping->place, cells,
					&values[COLUMNS_RA],
					&values[COLUMNS_DEC], why, why_bytes);
	if (rc == LC_OK)
		rc = mapping_read_steps(mapping, cells, values, &present, why,
					why_bytes);
	if (rc != LC_OK)
		return rc;
	for (size_t i = 0; i < mapping->own_count; i++) {
		struct mapping_own *own = &mapping->own[i];

		if (!mapping_value_own(own, &cells[own->column],
				       &values[COLUMNS__MAX + i],
				       &mapping->own_types[i]))
			mapping->must_restart = true;
	}
	mapping->set.present |= present;
	return LC_OK;
}

void
mapping_skip_row(struct mapping *mapping)
{
	mapping->row++;
}

const enum columns_type *
mapping_own_types(const struct mapping *mapping)
{
	return mapping->own_types;
}

const struct columns_set *
mapping_columns(struct mapping *mapping)
{
	for (size_t i = 0; i < mapping->own_count; i++)
		mapping->own_columns[i].type = mapping->own[i].type;
	return &mapping->set;
}

bool
mapping_must_restart(const struct mapping *mapping)
{
	return mapping->must_restart;
}

void
mapping_restart(struct mapping *mapping)
{
	mapping->must_restart = false;
	mapping->set.present = 0;
	mapping->row = 0;
}
