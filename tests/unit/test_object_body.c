/* An object as a body says it: the columns of the sky once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"
#include "engine/call.h"
#include "object_body.h"

static const struct lc_field *
body_field(const char *name)
{
	for (const struct lc_field *f = object_body_params; f->name != NULL;
	     f++)
		if (f->in == LC_IN_BODY && strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static double
number_of(const char *text)
{
	double number;

	assert_non_null(text);
	assert_int_equal(number_parse_double(text, strlen(text), &number),
			 NUMBER_OK);
	return number;
}

static void
same_as_column(const struct lc_field *field, int i)
{
	static const enum lc_type types[] = {[COLUMNS_TEXT] = LC_TEXT,
					     [COLUMNS_LIST] = LC_LIST,
					     [COLUMNS_REAL] = LC_NUMBER};
	const struct columns_column *column = &columns_table[i];
	const bool required = i == COLUMNS_RA || i == COLUMNS_DEC;

	assert_int_equal(field->type, types[column->type]);
	assert_string_equal(field->unit == NULL ? "" : field->unit,
			    column->unit);
	/* Of the name it also says which it may be. */
	if (i != COLUMNS_NAME)
		assert_string_equal(field->doc, column->doc);
	assert_int_equal(field->optional, !required);
	assert_int_equal(field->nullable, !required);
	if (column->type == COLUMNS_REAL) {
		assert_true(number_of(field->min) == column->min);
		assert_true(number_of(field->max) == column->max);
	}
	assert_ptr_equal(field->choices,
			 i == COLUMNS_OBJECT_TYPE ? columns_types : NULL);
}

static void
the_columns_are_all_there(void **state)
{
	int count = 0;

	(void)state;
	for (int i = 0; i < COLUMNS__MAX; i++) {
		const struct lc_field *field =
			body_field(columns_table[i].name);

		assert_non_null(field);
		same_as_column(field, i);
	}
	for (const struct lc_field *f = object_body_params; f->name != NULL;
	     f++)
		if (f->in == LC_IN_BODY && f->type != LC_ANY &&
		    strcmp(f->name, "catalogue") != 0) {
			assert_true(columns_find(f->name, strlen(f->name)) >=
				    0);
			count++;
		}
	assert_int_equal(count, COLUMNS__MAX);
}

/* ---- values */

/* A body in which each number is its column's own. */
static struct object_body
numbered(bool has)
{
	struct object_body body = {.ra_deg = -COLUMNS_RA,
				   .dec_deg = COLUMNS_DEC};

#define NUMBERED(field, column) \
	body.field = column;    \
	body.has_##field = has;
	OBJECT_BODY_NUMBERS(NUMBERED)
#undef NUMBERED
	return body;
}

static bool
is_numbered(int i)
{
	return columns_table[i].type == COLUMNS_REAL && i != COLUMNS_RA &&
	       i != COLUMNS_DEC;
}

static void
numbers_go_where_they_belong(void **state)
{
	const struct object_body all = numbered(true), none = numbered(false);
	struct columns_value values[COLUMNS__MAX];
	struct lc_call call = {.engine = NULL};

	(void)state;
	arena_init(&call.arena, NULL, 0);
	assert_int_equal(object_body_values(&call, &all, values), LC_OK);
	for (int i = 0; i < COLUMNS__MAX; i++)
		if (is_numbered(i)) {
			assert_true(values[i].present);
			assert_true(values[i].real == i);
		}
	assert_true(values[COLUMNS_RA].real == 360 - COLUMNS_RA);
	assert_true(values[COLUMNS_DEC].real == COLUMNS_DEC);
	assert_int_equal(object_body_values(&call, &none, values), LC_OK);
	for (int i = 0; i < COLUMNS__MAX; i++)
		assert_int_equal(values[i].present,
				 i == COLUMNS_RA || i == COLUMNS_DEC);
	arena_release(&call.arena);

	/* The struct's names are those of the columns. */
#define SAME(field, column) \
	assert_string_equal(#field, columns_table[column].name);
	OBJECT_BODY_NUMBERS(SAME)
#undef SAME
}

static void
minus_zero_is_zero(void **state)
{
	struct object_body body = {.ra_deg = -0.0, .dec_deg = -0.0};
	struct columns_value values[COLUMNS__MAX];
	struct lc_call call = {.engine = NULL};
	static const double zero = 0;

	(void)state;
	arena_init(&call.arena, NULL, 0);
	assert_int_equal(object_body_values(&call, &body, values), LC_OK);
	assert_memory_equal(&values[COLUMNS_RA].real, &zero, sizeof(zero));
	assert_memory_equal(&values[COLUMNS_DEC].real, &zero, sizeof(zero));
	body.ra_deg = 360;
	assert_int_equal(object_body_values(&call, &body, values), LC_OK);
	assert_memory_equal(&values[COLUMNS_RA].real, &zero, sizeof(zero));
	arena_release(&call.arena);
}

static void
texts_and_lists(void **state)
{
	static const char *const names[] = {"M 31", "", "Ändrömeda"};
	static const char *const one[] = {"PGC 2557"};
	const struct object_body body = {
		.aliases = {names, 3},
		.has_aliases = true,
		.identifiers = {one, 1},
		.has_identifiers = true,
		.type = "galaxy",
		.has_type = true,
		.constellation = "And",
		.has_constellation = true,
		.hubble_type = "Sb",
		.has_hubble_type = true,
	};
	const struct object_body empty = {.has_aliases = true};
	static const struct {
		int column;
		const char *text;
	} rows[] = {
		{COLUMNS_ALIASES, "M 31||Ändrömeda"},
		{COLUMNS_IDENTIFIERS, "PGC 2557"},
		{COLUMNS_OBJECT_TYPE, "galaxy"},
		{COLUMNS_CONSTELLATION, "And"},
		{COLUMNS_HUBBLE_TYPE, "Sb"},
	};
	struct columns_value values[COLUMNS__MAX];
	struct lc_call call = {.engine = NULL};

	(void)state;
	arena_init(&call.arena, NULL, 0);
	assert_int_equal(object_body_values(&call, &body, values), LC_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct columns_value *value = &values[rows[i].column];

		assert_true(value->present);
		assert_string_equal(value->text, rows[i].text);
		assert_int_equal(value->length, strlen(rows[i].text));
	}
	assert_false(values[COLUMNS_NAME].present); /* the caller's */
	assert_int_equal(object_body_values(&call, &empty, values), LC_OK);
	for (int i = 0; i < COLUMNS__MAX; i++)
		assert_int_equal(values[i].present,
				 i == COLUMNS_RA || i == COLUMNS_DEC);
	arena_release(&call.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_columns_are_all_there),
		cmocka_unit_test(numbers_go_where_they_belong),
		cmocka_unit_test(minus_zero_is_zero),
		cmocka_unit_test(texts_and_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
