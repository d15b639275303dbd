/* The cone search against looking at every object of the real catalogue. */
#include "sky/cone.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/number.h"
#include "chance.h"
#include "sky/angles.h"
#include "sky/table.h"
#include "sky_fixture.h"

enum { OBJECTS = 13375 };

struct object {
	char name[32], type[32];
	double ra_deg, dec_deg;
	double magnitude; /* V, else B, else NaN */
	long double direction[3];
};

struct match {
	const char *name; /* of an object */
	double separation_deg;
};

static struct sky_fixture fixture;
static struct catalogue_set *set;
static struct catalogue *catalogue;
static struct object objects[OBJECTS];
static struct match matching[OBJECTS];

static char shown[OBJECTS][32]; /* names of the rows that were given */

static struct chance chance = {88172645463325252u};

static const long double degree = 3.141592653589793238462643L / 180;

static void
direction(double ra_deg, double dec_deg, long double out[3])
{
	long double dec = dec_deg * degree, ra = ra_deg * degree;

	out[0] = cosl(dec) * cosl(ra);
	out[1] = cosl(dec) * sinl(ra);
	out[2] = sinl(dec);
}

static const struct table_cell *
cell_of(const struct table *table, const char *column)
{
	int at = table_find(table, column, strlen(column));

	assert_true(at >= 0);
	return &table_cells(table)[at];
}

static double
cell_number(const struct table *table, const char *column)
{
	const struct table_cell *cell = cell_of(table, column);
	double value = (double)NAN;

	if (cell->present)
		assert_int_equal(
			number_parse_double(cell->text, cell->length, &value),
			NUMBER_OK);
	return value;
}

static void
cell_text(const struct table *table, const char *column, char out[32])
{
	const struct table_cell *cell = cell_of(table, column);

	snprintf(out, 32, "%s", cell->present ? cell->text : "");
}

static int
set_up(void **state)
{
	struct build_counts counts;
	char path[PATH_MAX], why[256];
	struct table *table;
	size_t count = 0;

	(void)state;
	sky_fixture_init(&fixture);
	sky_fixture_import(&fixture, "openngc", &counts);
	assert_int_equal(counts.objects, OBJECTS);
	assert_int_equal(table_open(sky_fixture_source(
					    "conf/catalogue/openngc.tsv", path),
				    &table, why, sizeof(why)),
			 LC_OK);
	while (table_next(table) == TABLE_ROW) {
		struct object *o = &objects[count++];

		cell_text(table, "name", o->name);
		cell_text(table, "type", o->type);
		o->ra_deg = cell_number(table, "ra_deg");
		o->dec_deg = cell_number(table, "dec_deg");
		direction(o->ra_deg, o->dec_deg, o->direction);
		o->magnitude = cell_number(table, "magnitude_v");
		if (isnan(o->magnitude))
			o->magnitude = cell_number(table, "magnitude_b");
	}
	table_close(table);
	assert_int_equal(count, OBJECTS);
	set = catalogue_set_new(fixture.state, true);
	assert_int_equal(
		catalogue_acquire(set, "openngc", &catalogue, why, sizeof(why)),
		LC_OK);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	catalogue_release(catalogue);
	catalogue_set_free(set);
	sky_fixture_release(&fixture);
	return 0;
}

static long double
along(const long double a[3], const long double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* The separation by another formula, in more digits. */
static double
separation(const long double a[3], const long double b[3])
{
	long double x = a[1] * b[2] - a[2] * b[1];
	long double y = a[2] * b[0] - a[0] * b[2];
	long double z = a[0] * b[1] - a[1] * b[0];

	return (double)(atan2l(sqrtl(x * x + y * y + z * z), along(a, b)) /
			degree);
}

static int
by_separation(const void *a, const void *b)
{
	double x = ((const struct match *)a)->separation_deg;
	double y = ((const struct match *)b)->separation_deg;

	return (x > y) - (x < y);
}

/* Fills `matching` by looking at all objects. */
static size_t
look_at_all(const struct cone_query *q)
{
	long double least =
		q->radius_deg > 179 ? -2 : cosl((q->radius_deg + 0.1) * degree);
	long double centre[3];
	size_t count = 0;

	direction(q->ra_deg, q->dec_deg, centre);
	for (size_t i = 0; i < OBJECTS; i++) {
		const struct object *o = &objects[i];
		double away_deg;

		if (along(centre, o->direction) < least)
			continue;
		away_deg = separation(centre, o->direction);
		if (away_deg > q->radius_deg ||
		    (q->type != NULL && strcmp(q->type, o->type) != 0) ||
		    (q->has_magnitude_max &&
		     !(o->magnitude <= q->magnitude_max)))
			continue;
		matching[count++] = (struct match){o->name, away_deg};
	}
	qsort(matching, count, sizeof(*matching), by_separation);
	return count;
}

static bool
is_in_order(const struct cone_row *rows, size_t i)
{
	char p[NAMES_ORDER_BYTES], q[NAMES_ORDER_BYTES];
	size_t m, n;
	int order;

	if (rows[i - 1].separation_deg != rows[i].separation_deg)
		return rows[i - 1].separation_deg < rows[i].separation_deg;
	m = names_order(shown[i - 1], strlen(shown[i - 1]), p);
	n = names_order(shown[i], strlen(shown[i]), q);
	order = memcmp(p, q, m < n ? m : n);
	return order < 0 || (order == 0 && m < n);
}

/* Row i's object, at its place or among those as far as it. */
static bool
is_expected(double separation_deg, size_t i, size_t count)
{
	size_t at = i;

	while (at > 0 &&
	       matching[at - 1].separation_deg >= separation_deg - 1e-9)
		at--;
	for (; at < count; at++) {
		if (matching[at].separation_deg > separation_deg + 1e-9)
			return false;
		if (strcmp(matching[at].name, shown[i]) == 0)
			return fabs(matching[at].separation_deg -
				    separation_deg) <= 1e-10;
	}
	return false;
}

static void
check_row(struct cone_result *result, size_t i, size_t expected)
{
	double separation_deg = result->rows[i].separation_deg;
	double grains = separation_deg * 1e10;
	const struct columns_value *values;

	assert_int_equal(cone_values(catalogue, result, i, &values), LC_OK);
	snprintf(shown[i], sizeof(shown[i]), "%s", values[COLUMNS_NAME].text);
	assert_true(fabs(grains - nearbyint(grains)) < 0.001);
	if (i > 0)
		assert_true(is_in_order(result->rows, i));
	if (!is_expected(separation_deg, i, expected))
		fail_msg("%s should not be in row %zu", shown[i], i);
}

static size_t
check(const struct cone_query *query)
{
	size_t expected = look_at_all(query), rows = expected;
	struct cone_result result;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	assert_int_equal(cone_search(catalogue, query, NULL, &arena, &result),
			 LC_OK);
	if (result.matched != (int64_t)expected)
		fail_msg("radius %.12f around %.12f %.12f: %lld, not %zu",
			 query->radius_deg, query->ra_deg, query->dec_deg,
			 (long long)result.matched, expected);
	if (query->limit < (int64_t)rows)
		rows = (size_t)query->limit;
	assert_int_equal(result.count, rows);
	assert_int_equal(result.more, expected > rows);
	for (size_t i = 0; i < rows; i++)
		check_row(&result, i, expected);
	arena_release(&arena);
	return expected;
}

static void
random_cones_agree(void **state)
{
	size_t found = 0;

	(void)state;
	for (int i = 0; i < 160; i++) {
		struct cone_query query = {
			.ra_deg = 360 * chance_unit(&chance),
			.dec_deg = angles_degrees(
				asin(2 * chance_unit(&chance) - 1)),
			.radius_deg = pow(10, 4 * chance_unit(&chance) - 2),
			.limit = i % 2 == 0 ? OBJECTS : 20,
		};

		if (i % 4 < 2) {
			const struct object *o = &objects[(
				size_t)(chance_unit(&chance) * OBJECTS)];

			query.ra_deg = o->ra_deg;
			query.dec_deg = o->dec_deg;
		}
		found += check(&query);
	}
	assert_true(found > 10000);
}

static void
poles_and_wrap_agree(void **state)
{
	static const double radii[] = {0,  1e-7,      0.25,    10,  89.999999,
				       90, 90.000001, 179.999, 180, 1000};
	static const double decs[] = {-90, -0.25, 50.745, 89.9999999};
	static const double ras[] = {0, 359.9, 359.999999999};

	(void)state;
	for (size_t i = 0; i < sizeof(radii) / sizeof(*radii); i++)
		for (size_t j = 0; j < sizeof(decs) / sizeof(*decs); j++)
			for (size_t k = 0; k < sizeof(ras) / sizeof(*ras); k++)
				check(&(struct cone_query){.ra_deg = ras[k],
							   .dec_deg = decs[j],
							   .radius_deg =
								   radii[i],
							   .limit = 30});
}

static void
everything_is_found(void **state)
{
	const struct cone_query query = {.ra_deg = 10,
					 .dec_deg = 20,
					 .radius_deg = 180,
					 .limit = OBJECTS};

	(void)state;
	assert_int_equal(check(&query), OBJECTS);
}

static void
a_position_itself_is_at_zero(void **state)
{
	struct cone_result result;
	struct arena arena;

	(void)state;
	for (size_t i = 0; i < OBJECTS; i += 97) {
		const struct cone_query query = {.ra_deg = objects[i].ra_deg,
						 .dec_deg = objects[i].dec_deg,
						 .limit = 10};

		arena_init(&arena, NULL, 0);
		assert_int_equal(
			cone_search(catalogue, &query, NULL, &arena, &result),
			LC_OK);
		assert_true(result.count >= 1);
		assert_true(result.rows[0].separation_deg == 0);
		arena_release(&arena);
	}
}

/* A separation that was reported finds its object again, as the radius. */
static void
the_edge_is_inside(void **state)
{
	struct cone_query query = {.dec_deg = 12.39, .ra_deg = 187.7};
	struct cone_result all, some;
	struct arena arena;

	(void)state;
	arena_init(&arena, NULL, 0);
	query.radius_deg = 2;
	query.limit = 100;
	assert_int_equal(cone_search(catalogue, &query, NULL, &arena, &all),
			 LC_OK);
	assert_true(all.count > 50);
	for (size_t i = 0; i < all.count; i++) {
		query.radius_deg = all.rows[i].separation_deg;
		assert_int_equal(
			cone_search(catalogue, &query, NULL, &arena, &some),
			LC_OK);
		assert_true(some.count > i);
		query.radius_deg -= 1e-9;
		assert_int_equal(
			cone_search(catalogue, &query, NULL, &arena, &some),
			LC_OK);
		assert_int_equal(some.count, i);
	}
	arena_release(&arena);
}

static void
filters_agree(void **state)
{
	struct cone_query query = {.ra_deg = 190, .dec_deg = 10, .limit = 50};

	(void)state;
	for (size_t i = 0; columns_types[i] != NULL; i++) {
		query.type = columns_types[i];
		query.radius_deg = 180;
		assert_true(check(&query) > 0);
		query.has_magnitude_max = true;
		query.magnitude_max = 12;
		query.radius_deg = 60;
		check(&query);
		query.has_magnitude_max = false;
	}
	query.type = NULL;
	query.has_magnitude_max = true;
	query.magnitude_max = 3.44; /* that of M 31 */
	query.radius_deg = 180;
	assert_true(check(&query) > 5);
}

static void
no_rows_are_still_counted(void **state)
{
	const struct cone_query query = {
		.ra_deg = 187.7, .dec_deg = 12.4, .radius_deg = 5};

	(void)state;
	assert_true(check(&query) > 100);
}

static double
weight(const char *name, double radius_deg)
{
	struct catalogue *reader = sky_fixture_acquire(set, name);
	double rows;

	assert_int_equal(cone_weight(reader, radius_deg, &rows), LC_OK);
	catalogue_release(reader);
	return rows;
}

/* What is in one place is met there, not thinned over the whole sky. */
static void
a_dense_field_weighs_what_it_holds(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text);
	buf_add_text(&text, SKY_FIXTURE_SMALL);
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "d%d\t100.%03d\t20.5\t\n", i, i);
	buf_add_char(&text, '\0');
	assert_false(text.failed);
	sky_fixture_import_small(&fixture, "dense", text.bytes);
	buf_release(&text);
	assert_true(weight("dense", 1) == 1000);
	assert_true(weight("dense", 180) == 1000);
	assert_true(weight("dense", 0.1) < 100);
	assert_true(weight("dense", 0) == 0);
}

/* Many columns of its own make a row many. */
static void
wide_rows_weigh_more(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text);
	buf_add_text(&text, "name\tra_deg\tdec_deg");
	for (int i = 0; i < 320; i++)
		buf_printf(&text, "\tw%d", i);
	buf_add_text(&text, "\na\t1\t2");
	for (int i = 0; i < 320; i++)
		buf_printf(&text, "\t%d", i);
	buf_add(&text, "\n", 2);
	assert_false(text.failed);
	sky_fixture_import_small(&fixture, "wide", text.bytes);
	buf_release(&text);
	assert_true(weight("wide", 180) == 11);
}

static void
a_stopped_search_returns(void **state)
{
	const struct cone_query query = {.radius_deg = 180, .limit = 10};
	struct lc_progress progress;
	struct cone_result result;
	struct arena arena;
	enum lc_rc rc = LC_OK;

	(void)state;
	arena_init(&arena, NULL, 0);
	progress_init(&progress, 0);
	progress_stop(&progress, LC_CANCELLED);
	assert_int_equal(
		cone_search(catalogue, &query, &progress, &arena, &result),
		LC_CANCELLED);
	/* The clock is looked at now and then only. */
	progress_init(&progress, 1);
	for (int i = 0; i < 10 && rc == LC_OK; i++)
		rc = cone_search(catalogue, &query, &progress, &arena, &result);
	assert_int_equal(rc, LC_DEADLINE);
	assert_int_equal(cone_search(catalogue, &query, NULL, &arena, &result),
			 LC_OK);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_cones_agree),
		cmocka_unit_test(poles_and_wrap_agree),
		cmocka_unit_test(everything_is_found),
		cmocka_unit_test(a_position_itself_is_at_zero),
		cmocka_unit_test(the_edge_is_inside),
		cmocka_unit_test(filters_agree),
		cmocka_unit_test(no_rows_are_still_counted),
		cmocka_unit_test(a_stopped_search_returns),
		cmocka_unit_test(a_dense_field_weighs_what_it_holds),
		cmocka_unit_test(wide_rows_weigh_more),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
