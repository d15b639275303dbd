#include "sky/mapping_guess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { GUESS_EXACT = 900, GUESS_PER_COLUMN = 8 };

/* That a column may be a field. */
struct guess_candidate {
	int column, field, weight;
	double times, over;
	enum mapping_dimension dimension;
	char unit[MAPPING_UNIT_MAX];
};

/* What a column's header says besides its name. */
struct guess_header {
	char key[MAPPING_KEY_MAX];   /* of all but a unit in brackets */
	char stem[MAPPING_KEY_MAX];  /* without a unit after it; may be "" */
	char unit[MAPPING_UNIT_MAX]; /* of the column, or in brackets */
	char stem_unit[MAPPING_UNIT_MAX]; /* that after the stem */
};

struct guess {
	const struct table *table;
	struct mapping_guess *out;
	struct guess_header *headers;
	struct guess_candidate *candidates;
	size_t count;
	bool types_known; /* the column "type" holds words of ours */
};

static void
guess_copy(char out[MAPPING_UNIT_MAX], const char *text, size_t length)
{
	/* No unit is that long: what is cut is no unit either. */
	snprintf(out, MAPPING_UNIT_MAX, "%.*s", (int)length, text);
}

static bool
guess_is_unit(const char *text)
{
	struct mapping_unit unit;

	return mapping_units_read(text, &unit) &&
	       unit.dimension != MAPPING_NUMBER;
}

/* The header's length without a unit in brackets at its end. */
static size_t
guess_brackets(const char *name, char unit[MAPPING_UNIT_MAX])
{
	size_t length = strlen(name), at = length;

	if (length == 0 || (name[length - 1] != ')' && name[length - 1] != ']'))
		return length;
	while (at > 0 && name[at] != '(' && name[at] != '[')
		at--;
	guess_copy(unit, name + at + 1, length - at - 2);
	if (at > 0 && guess_is_unit(unit))
		return at;
	unit[0] = '\0';
	return length;
}

/* A unit that follows after '_', as in "rv_km_s" or "plx_mas". */
static void
guess_stem(const char *name, size_t length, struct guess_header *header)
{
	size_t at = length;

	for (int words = 1; words <= 2; words++) {
		while (at > 0 && name[at - 1] != '_')
			at--;
		if (at < 2)
			return;
		guess_copy(header->stem_unit, name + at, length - at);
		for (char *c = header->stem_unit; *c != '\0'; c++)
			if (*c == '_')
				*c = '/';
		if (guess_is_unit(header->stem_unit)) {
			mapping_words_key(name, at - 1, header->stem);
			return;
		}
		at--;
	}
}

static void
guess_header(const struct table_column *column, struct guess_header *header)
{
	size_t length = guess_brackets(column->name, header->unit);

	if (*column->unit != '\0')
		guess_copy(header->unit, column->unit, strlen(column->unit));
	mapping_words_key(column->name, length, header->key);
	guess_stem(column->name, length, header);
}

static bool
guess_has_key(const struct guess *guess, const char *key, size_t length)
{
	for (size_t i = 0; i < guess->out->count; i++)
		if (strlen(guess->headers[i].key) == length &&
		    memcmp(guess->headers[i].key, key, length) == 0)
			return true;
	return false;
}

static bool
guess_has_any(const struct guess *guess, const char *keys)
{
	while (*keys != '\0') {
		size_t length = strcspn(keys, " ");

		if (guess_has_key(guess, keys, length))
			return true;
		keys += length;
		keys += *keys == ' ';
	}
	return false;
}

/* Whether values of the table's type can be what the field holds. */
static bool
guess_fits_type(enum table_type type, int field, bool asked)
{
	const bool text = type == TABLE_TEXT || type == TABLE_UNTYPED;

	if (type == TABLE_BOOL)
		return false;
	if (field == COLUMNS_NAME)
		return text || type == TABLE_INTEGER;
	if (field == MAPPING_COORDINATES || field == MAPPING_DEC_SIGN)
		return text;
	if (field >= COLUMNS__MAX || field == COLUMNS_RA ||
	    field == COLUMNS_DEC)
		return true;
	if (columns_table[field].type != COLUMNS_REAL)
		return text;
	return type != TABLE_TEXT || asked;
}

/* Whether the unit can become the field's, and how. */
static bool
guess_fits_unit(const char *text, int field, struct guess_candidate *out)
{
	const char *ours = mapping_words_unit(field);
	const bool is_ra = field == COLUMNS_RA || field == MAPPING_RA_B1950;
	struct mapping_unit from, to;

	out->times = out->over = 1;
	out->dimension = MAPPING_NUMBER;
	if (ours == NULL || *text == '\0')
		return true;
	if (!mapping_units_read(text, &from) || !mapping_units_read(ours, &to))
		return false;
	out->dimension = from.dimension;
	if (from.dimension == MAPPING_NUMBER)
		return true;
	guess_copy(out->unit, text, strlen(text));
	if (from.dimension == MAPPING_HMS && is_ra)
		from = (struct mapping_unit){MAPPING_HOURS, 1, 1};
	if (from.dimension == MAPPING_DMS &&
	    (field == COLUMNS_RA || field == COLUMNS_DEC ||
	     field >= COLUMNS__MAX))
		return true;
	if (from.dimension == MAPPING_HOURS && !is_ra)
		return false;
	return mapping_units_convert(&from, &to, &out->times, &out->over);
}

/* Whether it says that it measures half of what our field does. */
static bool
guess_is_half(const struct table_column *column, int field)
{
	if (field != COLUMNS_MAJOR_AXIS && field != COLUMNS_MINOR_AXIS)
		return false;
	for (const char *at = column->doc; *at != '\0'; at++)
		if (text_begins_nocase(at, "semi-m") ||
		    text_begins_nocase(at, "semim"))
			return true;
	return false;
}

static void
guess_add(struct guess *guess, size_t column, int field, int weight,
	  const char *unit)
{
	const struct table_column *of = table_column(guess->table, column);
	struct guess_candidate *candidate = &guess->candidates[guess->count];

	if (guess->count == guess->out->count * GUESS_PER_COLUMN)
		return;
	*candidate = (struct guess_candidate){
		.column = (int)column, .field = field, .weight = weight};
	if (!guess_fits_type(of->type, field, false) ||
	    !guess_fits_unit(unit, field, candidate))
		return;
	if (weight < GUESS_EXACT && guess_is_half(of, field))
		candidate->times *= 2;
	guess->count++;
}

static void
guess_by_key(struct guess *guess, size_t column, const char *key,
	     const char *unit)
{
	for (const struct mapping_word *word = mapping_words; word->key != NULL;
	     word++) {
		if (strcmp(word->key, key) != 0)
			continue;
		if ((word->with != NULL && !guess_has_any(guess, word->with)) ||
		    (word->without != NULL &&
		     guess_has_any(guess, word->without)) ||
		    (word->unit_needed && *unit == '\0'))
			continue;
		guess_add(guess, column, word->field, word->weight,
			  *unit == '\0' && word->unit != NULL ? word->unit :
								unit);
	}
}

static void
guess_column(struct guess *guess, size_t column)
{
	const struct table_column *of = table_column(guess->table, column);
	const struct guess_header *header = &guess->headers[column];

	for (int field = 0; field < COLUMNS__MAX; field++)
		if (text_equal_nocase(columns_table[field].name, of->name) &&
		    (field != COLUMNS_OBJECT_TYPE || guess->types_known))
			guess_add(guess, column, field, GUESS_EXACT,
				  header->unit);
	if (*of->ucd != '\0')
		for (const struct mapping_ucd *ucd = mapping_ucds;
		     ucd->ucd != NULL; ucd++) {
			int weight = mapping_words_weigh_ucd(ucd, of->ucd);

			if (weight > 0)
				guess_add(guess, column, ucd->field, weight,
					  header->unit);
		}
	guess_by_key(guess, column, header->key, header->unit);
	if (*header->stem != '\0')
		guess_by_key(guess, column, header->stem,
			     *header->unit != '\0' ? header->unit :
						     header->stem_unit);
}

/* The weightiest first, of equals the column that comes first. */
static int
guess_compare(const void *one, const void *other)
{
	const struct guess_candidate *a = one, *b = other;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->column != b->column ? (a->column > b->column) * 2 - 1 :
	       a->field != b->field   ? (a->field > b->field) * 2 - 1 :
					0;
}

static void
guess_take(struct mapping_guess *out, const struct guess_candidate *candidate)
{
	struct mapping_link *link = &out->links[candidate->column];

	if (link->field != MAPPING_NONE ||
	    out->column_of[candidate->field] >= 0)
		return;
	link->field = candidate->field;
	link->times = candidate->times;
	link->over = candidate->over;
	link->dimension = candidate->dimension;
	memcpy(link->unit, candidate->unit, sizeof(link->unit));
	out->column_of[candidate->field] = candidate->column;
}

/* Whether the header is one of our own making, whose types are our words. */
static bool
guess_types_known(const struct table *table)
{
	static const int fields[] = {COLUMNS_NAME, COLUMNS_RA, COLUMNS_DEC};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const char *name = columns_table[fields[i]].name;

		if (table_find(table, name, strlen(name)) < 0)
			return false;
	}
	return true;
}

/* The unit of a column that is asked for: the word's, the table's, or ours. */
static enum lc_rc
guess_check_asked(const struct guess *guess, size_t column, char *why,
		  size_t why_bytes)
{
	const struct table_column *of = table_column(guess->table, column);
	const struct guess_header *header = &guess->headers[column];
	struct mapping_link *link = &guess->out->links[column];
	struct guess_candidate fit = {.column = 0};
	const char *unit = *link->unit != '\0'   ? link->unit :
			   *header->unit != '\0' ? header->unit :
						   header->stem_unit;

	if (!guess_fits_type(of->type, link->field, true)) {
		snprintf(why, why_bytes,
			 "--map %.60s=%s: the column's values are of another "
			 "kind",
			 of->name, mapping_words_field(link->field));
		return LC_INVALID;
	}
	if (!guess_fits_unit(unit, link->field, &fit)) {
		snprintf(why, why_bytes,
			 "--map %.60s=%s: the column is in \"%.30s\", which "
			 "cannot be converted to %s",
			 of->name, mapping_words_field(link->field), unit,
			 *mapping_words_unit(link->field) == '\0' ?
				 "a plain number" :
				 mapping_words_unit(link->field));
		return LC_INVALID;
	}
	link->times = fit.times;
	link->over = fit.over;
	link->dimension = fit.dimension;
	memcpy(link->unit, fit.unit, sizeof(link->unit));
	return LC_OK;
}

static enum lc_rc
guess_all(struct guess *guess, const struct mapping_wishes *wishes, char *why,
	  size_t why_bytes)
{
	struct mapping_guess *out = guess->out;
	enum lc_rc rc;

	for (size_t i = 0; i < out->count; i++) {
		guess_header(table_column(guess->table, i), &guess->headers[i]);
		memcpy(out->links[i].key, guess->headers[i].key,
		       sizeof(out->links[i].key));
	}
	rc = mapping_guess_ask(out, guess->table, wishes, why, why_bytes);
	for (size_t i = 0; i < out->count && rc == LC_OK; i++) {
		if (out->links[i].field == MAPPING_NONE)
			guess_column(guess, i);
		else if (out->links[i].field >= 0)
			rc = guess_check_asked(guess, i, why, why_bytes);
	}
	if (rc != LC_OK)
		return rc;
	qsort(guess->candidates, guess->count, sizeof(*guess->candidates),
	      guess_compare);
	for (size_t i = 0; i < guess->count; i++)
		guess_take(out, &guess->candidates[i]);
	return mapping_guess_position(out, guess->table, wishes, why,
				      why_bytes);
}

enum lc_rc
mapping_guess_init(struct mapping_guess *out, const struct table *table,
		   const struct mapping_wishes *wishes, char *why,
		   size_t why_bytes)
{
	struct guess guess = {.table = table, .out = out};
	enum lc_rc rc = LC_NO_MEMORY;

	*out = (struct mapping_guess){.count = table_count(table)};
	for (int i = 0; i < MAPPING_FIELD__MAX; i++)
		out->column_of[i] = -1;
	out->links = calloc(out->count + 1, sizeof(*out->links));
	guess.headers = calloc(out->count + 1, sizeof(*guess.headers));
	guess.candidates = calloc(out->count * GUESS_PER_COLUMN + 1,
				  sizeof(*guess.candidates));
	if (out->links == NULL || guess.headers == NULL ||
	    guess.candidates == NULL) {
		snprintf(why, why_bytes, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < out->count; i++)
		out->links[i] = (struct mapping_link){
			.field = MAPPING_NONE, .times = 1, .over = 1};
	guess.types_known = guess_types_known(table);
	rc = guess_all(&guess, wishes, why, why_bytes);
out:
	free(guess.headers);
	free(guess.candidates);
	return rc;
}

void
mapping_guess_release(struct mapping_guess *guess)
{
	free(guess->links);
	guess->links = NULL;
}
