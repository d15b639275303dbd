#include "sky/votable.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

enum { NAME_MAX_BYTES = 256, SUFFIX_MAX = 16 };

void
votable_columns_reset(struct votable *votable)
{
	arena_release(&votable->arena);
	arena_init(&votable->arena, NULL, 0);
	votable->arena_bytes = 0;
	votable->table.count = 0;
	votable->frame[0] = '\0';
	votable->frame_is_main = false;
}

/* A copy without the spaces around it; "" for NULL, NULL when it failed. */
static const char *
columns_keep(struct votable *votable, const char *text, size_t most)
{
	size_t length;
	char *copy;

	if (text == NULL)
		return "";
	while (text_is_space(*text))
		text++;
	length = strlen(text);
	while (length > 0 && text_is_space(text[length - 1]))
		length--;
	length = text_utf8_cut(text, length, most);
	votable->arena_bytes += length;
	if (votable->arena_bytes > VOTABLE_FIELDS_TEXT_MAX) {
		votable_fail(votable, LC_INVALID,
			     "what its fields say of themselves has more than "
			     "%d bytes",
			     VOTABLE_FIELDS_TEXT_MAX);
		return NULL;
	}
	copy = arena_dup(&votable->arena, text, length);
	if (copy == NULL)
		votable_fail(votable, LC_NO_MEMORY, "out of memory");
	return copy;
}

/* Makes room for one more field and its column. */
static bool
columns_grow(struct votable *votable)
{
	size_t room = votable->fields_room == 0 ? 16 : 2 * votable->fields_room;
	struct votable_field *fields;
	struct table_column *columns;

	if (votable->table.count == TABLE_COLUMNS_MAX) {
		votable_fail(votable, LC_INVALID,
			     "the table has more than %d columns",
			     TABLE_COLUMNS_MAX);
		return false;
	}
	if (votable->table.count < votable->fields_room)
		return true;
	fields = realloc(votable->fields, room * sizeof(*fields));
	if (fields != NULL)
		votable->fields = fields;
	columns = realloc(votable->table.columns, room * sizeof(*columns));
	if (columns != NULL)
		votable->table.columns = columns;
	if (fields == NULL || columns == NULL) {
		votable_fail(votable, LC_NO_MEMORY, "out of memory");
		return false;
	}
	votable->fields_room = room;
	return true;
}

/* The frame of the main position's fields, or else of the first that has one. */
static void
columns_refer(struct votable *votable, const char *id, const char *ucd)
{
	bool is_main = text_begins_nocase(ucd, "pos") &&
		       (strstr(ucd, "meta.main") != NULL ||
			strstr(ucd, "_MAIN") != NULL);

	if (id == NULL || votable->frame_is_main ||
	    (votable->frame[0] != '\0' && !is_main))
		return;
	for (size_t i = 0; i < votable->systems_count; i++) {
		const struct votable_system *system = &votable->systems[i];

		if (strcmp(system->id, id) != 0)
			continue;
		memcpy(votable->frame, system->frame, sizeof(system->frame));
		votable->frame_is_main = is_main;
	}
}

void
votable_columns_add(struct votable *votable, const char **attributes)
{
	const char *name = votable_attribute(attributes, "name");
	struct votable_field *field;
	struct table_column *column;
	char why[TABLE_WHY_MAX / 2];

	if (!columns_grow(votable))
		return;
	if (name == NULL || *name == '\0')
		name = votable_attribute(attributes, "ID");
	field = &votable->fields[votable->table.count];
	column = &votable->table.columns[votable->table.count];
	*field = (struct votable_field){0};
	*column = (struct table_column){.doc = ""};
	column->name = columns_keep(votable, name, NAME_MAX_BYTES);
	column->unit = columns_keep(
		votable, votable_attribute(attributes, "unit"), NAME_MAX_BYTES);
	column->ucd = columns_keep(
		votable, votable_attribute(attributes, "ucd"), NAME_MAX_BYTES);
	if (votable->rc != LC_OK)
		return;
	field->name = column->name;
	votable->table.count++;
	if (!votable_field_shape(field,
				 votable_attribute(attributes, "datatype"),
				 votable_attribute(attributes, "arraysize"),
				 why, sizeof(why))) {
		votable_fail(votable, LC_INVALID, "field %zu, \"%.60s\", %s",
			     votable->table.count, column->name, why);
		return;
	}
	column->type = field->type;
	columns_refer(votable, votable_attribute(attributes, "ref"),
		      column->ucd);
}

void
votable_columns_set_null(struct votable *votable, const char *null)
{
	struct votable_field *field =
		&votable->fields[votable->table.count - 1];
	struct table_cell cell;
	char why[TABLE_WHY_MAX];
	char *copy;

	if (null == NULL)
		return;
	field->null = columns_keep(votable, null, VOTABLE_TEXT_MAX);
	if (field->null == NULL)
		return;
	copy = arena_dup(&votable->arena, field->null, strlen(field->null));
	if (copy == NULL) {
		votable_fail(votable, LC_NO_MEMORY, "out of memory");
		return;
	}
	/*
	 * The copy is the cell's.  When it cannot be a value of the field none
	 * is null but what is written in the same way.
	 */
	field->null_cell.present = false;
	if (votable_cell_text(field, copy, strlen(copy), &cell, why,
			      sizeof(why)))
		field->null_cell = cell;
}

void
votable_columns_describe(struct votable *votable, const char *text)
{
	struct table_column *column =
		&votable->table.columns[votable->table.count - 1];
	const char *doc = columns_keep(votable, text, VOTABLE_TEXT_MAX);

	if (doc != NULL)
		column->doc = doc;
}

/* Whether the equinox is the usual one of its frame. */
static bool
equinox_is(const char *equinox, double usual)
{
	double year;

	while (text_is_space(*equinox))
		equinox++;
	equinox += *equinox == 'J' || *equinox == 'B';
	if (*equinox == '\0')
		return true;
	return number_parse_double(equinox, strlen(equinox), &year) ==
		       NUMBER_OK &&
	       year == usual;
}

void
votable_columns_add_system(struct votable *votable, const char **attributes)
{
	static const struct {
		const char *system, *frame;
		double equinox; /* 0: it has none */
	} known[] = {
		{"ICRS", "ICRS", 0},
		{"eq_FK5", "FK5", 2000},
		{"FK5", "FK5", 2000},
		{"eq_FK4", "FK4", 1950},
		{"FK4", "FK4", 1950},
		{"galactic", "galactic", 0},
		{"GALACTIC_II", "galactic", 0},
	};
	const char *id = votable_attribute(attributes, "ID");
	const char *word = votable_attribute(attributes, "system");
	const char *equinox = votable_attribute(attributes, "equinox");
	struct votable_system *system;

	if (word == NULL)
		word = votable_attribute(attributes, "refframe");
	if (word == NULL || votable->systems_count == VOTABLE_SYSTEMS_MAX ||
	    (id != NULL && strlen(id) >= sizeof(system->id)))
		return;
	system = &votable->systems[votable->systems_count++];
	snprintf(system->id, sizeof(system->id), "%s", id == NULL ? "" : id);
	/* Whoever does not know the word must not take it for another frame. */
	snprintf(system->frame, sizeof(system->frame), "%.40s", word);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!text_equal_nocase(known[i].system, word))
			continue;
		if (known[i].equinox == 0 || equinox == NULL ||
		    equinox_is(equinox, known[i].equinox))
			snprintf(system->frame, sizeof(system->frame), "%s",
				 known[i].frame);
		else
			snprintf(system->frame, sizeof(system->frame),
				 "%s, equinox %.16s", known[i].frame, equinox);
	}
}

/* Whether one of the columns before this one has the name. */
static bool
columns_have(const struct votable *votable, size_t before, const char *name)
{
	for (size_t i = 0; i < before; i++)
		if (text_equal_nocase(votable->table.columns[i].name, name))
			return true;
	return false;
}

/* Gives the column a name that no other one before it has. */
static void
columns_name(struct votable *votable, size_t i)
{
	struct table_column *column = &votable->table.columns[i];
	const char *base = votable->fields[i].name;
	char name[NAME_MAX_BYTES + SUFFIX_MAX];
	size_t number = 1;

	snprintf(name, sizeof(name), "%s", base);
	if (*base == '\0') {
		snprintf(name, sizeof(name), "column_%zu", i + 1);
		column->name = columns_keep(votable, name, sizeof(name));
		base = column->name;
		if (base == NULL)
			return;
	}
	/* As many as have had the same name at first. */
	for (size_t j = 0; j < i; j++)
		number += text_equal_nocase(votable->fields[j].name, base);
	if (number == 1 && !columns_have(votable, i, base))
		return;
	do {
		number += number == 1;
		snprintf(name, sizeof(name), "%s_%zu", base, number++);
	} while (columns_have(votable, i, name));
	column->name = columns_keep(votable, name, sizeof(name));
}

static const char *
columns_words(struct votable *votable, enum votable_words which)
{
	struct buf *words = &votable->words[which];

	buf_add_char(words, '\0');
	if (words->failed) {
		votable_fail(votable, LC_NO_MEMORY, "out of memory");
		return "";
	}
	return words->bytes;
}

static void
columns_facts(struct votable *votable)
{
	static const uint8_t said[TABLE_FACT__MAX][3] = {
		[TABLE_TITLE] = {VOTABLE_WORDS_TABLE_NAME,
				 VOTABLE_WORDS_RESOURCE_NAME,
				 VOTABLE_WORDS_RESOURCE_NAME},
		[TABLE_DESCRIPTION] = {VOTABLE_WORDS_TABLE,
				       VOTABLE_WORDS_RESOURCE,
				       VOTABLE_WORDS_DOCUMENT},
	};
	const char **facts = votable->table.facts;

	for (unsigned i = TABLE_TITLE; i <= TABLE_DESCRIPTION; i++) {
		facts[i] = "";
		for (size_t j = 0; j < 3 && *facts[i] == '\0'; j++)
			facts[i] = columns_words(
				votable, (enum votable_words)said[i][j]);
	}
	/* The only one there is needs no reference. */
	if (votable->frame[0] == '\0' && votable->systems_count == 1)
		memcpy(votable->frame, votable->systems[0].frame,
		       sizeof(votable->frame));
	facts[TABLE_FRAME] = votable->frame;
}

/* BINARY's rows would have no end if they had no bytes. */
static bool
columns_have_bytes(const struct votable *votable)
{
	for (size_t i = 0; i < votable->table.count; i++)
		if (votable->fields[i].variable ||
		    votable_field_bytes(&votable->fields[i],
					votable->fields[i].elements) > 0)
			return true;
	return false;
}

void
votable_columns_settle(struct votable *votable)
{
	struct table *table = &votable->table;

	if (table->count == 0 ||
	    (votable->in_binary && !columns_have_bytes(votable))) {
		votable_fail(votable, LC_INVALID, "the table has no columns");
		return;
	}
	for (size_t i = 0; i < table->count && votable->rc == LC_OK; i++)
		columns_name(votable, i);
	for (size_t i = 0; i < table->count; i++)
		votable->fields[i].name = table->columns[i].name;
	table->cells = calloc(table->count, sizeof(*table->cells));
	if (table->cells == NULL)
		votable_fail(votable, LC_NO_MEMORY, "out of memory");
	if (votable->rc != LC_OK)
		return;
	columns_facts(votable);
	votable_binary_init(&votable->binary, votable->fields, table->count,
			    votable->binary_nulls);
	votable->data_read = votable->data_seen;
	votable->settled = true;
}
