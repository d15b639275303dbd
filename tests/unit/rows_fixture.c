#include "rows_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/json_parse.h"

#define BIT(column) (UINT32_C(1) << (column))

static const struct columns_column own[ROWS_FIXTURE_OWN] = {
	{"flux <x>", COLUMNS_REAL, "mJy", "phot.flux", "Flux & more.", 0, 0},
	{"7\"", COLUMNS_SINGLE, "mag", "pos_eq_ra_main", "", 0, 0},
	{"main id", COLUMNS_TEXT, "", "meta.id;meta.main", "", 0, 0},
	{"main_id", COLUMNS_LIST, "", "META.ID;META.MAIN;meta.x", "", 0, 0},
	{"n,m", COLUMNS_INTEGER, "", "meta.number", "", 0, 0},
	{"flag", COLUMNS_BOOL, "", "meta.code;meta.main", "", 0, 0},
	{"icrs", COLUMNS_REAL, "deg", "pos.eq.ra", "", 0, 0},
	{"\xce\xb1", COLUMNS_REAL, "deg", "pos.eq.dec;meta.main", "", 0, 0},
	{"", COLUMNS_REAL, "", "not a ucd", "", 0, 0},
};

const struct columns_set rows_fixture_set = {
	.present = BIT(COLUMNS_NAME) | BIT(COLUMNS_RA) | BIT(COLUMNS_DEC) |
		   BIT(COLUMNS_ALIASES) | BIT(COLUMNS_MAGNITUDE_V) |
		   BIT(COLUMNS_IDENTIFIERS),
	.own_count = ROWS_FIXTURE_OWN,
	.own = own,
};

const struct columns_set rows_fixture_bare = {.present = 0};

const struct rows_table rows_fixture_whole = {
	.catalogue = "stars",
	.title = "Stars & <others>",
	.description = "What is \"seen\"",
	.licence = "CC-BY\n4.0",
	.citation = "\xce\xb1 et al.",
	.protocol = "ivo://ivoa.net/std/ConeSearch/v1.03",
	.request = "RA=1&DEC=2",
	.columns = &rows_fixture_set,
	.verbosity = 3,
	.separation = true,
	.old_ucds = true,
};

static struct columns_value
text(const char *word)
{
	return (struct columns_value){.present = true,
				      .length = (uint32_t)strlen(word),
				      .text = word};
}

static struct columns_value
real(double value)
{
	return (struct columns_value){.present = true, .real = value};
}

void
rows_fixture_row_full(struct columns_value *values)
{
	memset(values, 0, ROWS_FIXTURE_VALUES * sizeof(*values));
	values[COLUMNS_NAME] = text("A & B");
	values[COLUMNS_ALIASES] = text("M 1|Crab, \"big\"");
	values[COLUMNS_RA] = real(10.6847917);
	values[COLUMNS_DEC] = real(-1e-7);
	values[COLUMNS_MAGNITUDE_V] = real(3.44);
	values[COLUMNS_IDENTIFIERS] = text("|PGC 1||UGC 2|");
	values[COLUMNS__MAX] = real(-1.5e300);
	values[COLUMNS__MAX + 1] = real(0.1);
	values[COLUMNS__MAX + 2] = text("");
	values[COLUMNS__MAX + 3] = text("x");
	values[COLUMNS__MAX + 4] =
		(struct columns_value){.present = true, .integer = INT64_MIN};
	values[COLUMNS__MAX + 5] =
		(struct columns_value){.present = true, .truth = true};
	values[COLUMNS__MAX + 6] = real(360);
	values[COLUMNS__MAX + 8] = real(0);
}

void
rows_fixture_row_empty(struct columns_value *values, const char *name)
{
	memset(values, 0, ROWS_FIXTURE_VALUES * sizeof(*values));
	values[COLUMNS_NAME] = text(name);
	values[COLUMNS_RA] = real(0);
	values[COLUMNS_DEC] = real(90);
}

enum lc_rc
rows_fixture_table_write(enum rows_format format,
			 const struct rows_table *table,
			 struct columns_value (*values)[ROWS_FIXTURE_VALUES],
			 size_t count, bool overflow, const char *error,
			 struct buf *out)
{
	struct arena arena;
	struct rows rows;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = rows_init(&rows, format, table, &arena, out);
	if (rc == LC_OK) {
		rows_begin(&rows);
		for (size_t i = 0; i < count; i++)
			rows_row(&rows, values[i], 0.25);
		rows_end(&rows, overflow, error);
		rc = out->failed ? LC_NO_MEMORY : LC_OK;
	}
	arena_release(&arena);
	return rc;
}

void
rows_fixture_table_make(enum rows_format format, const struct rows_table *table,
			struct columns_value (*values)[ROWS_FIXTURE_VALUES],
			size_t count, bool overflow, const char *error,
			struct buf *out)
{
	buf_reset(out);
	assert_int_equal(rows_fixture_table_write(format, table, values, count,
						  overflow, error, out),
			 LC_OK);
}

struct json_object *
rows_fixture_json_take(const struct buf *out)
{
	struct json_object *object = NULL;
	struct json_fault fault;

	if (json_parse(out->bytes, out->length, &object, &fault) != LC_OK)
		fail_msg("%s at %zu of %.*s", fault.message, fault.offset,
			 (int)out->length, out->bytes);
	return object;
}

struct json_object *
rows_fixture_json_member(struct json_object *object, const char *name)
{
	struct json_object *member = NULL;

	json_object_object_get_ex(object, name, &member);
	return member;
}
