/* Packed objects: all types come back, and damage is told or harmless. */
#include "sky/pack.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"

enum { OWN = 9, ALL = COLUMNS__MAX + OWN };

static const struct columns_column own[OWN] = {
	{.name = "text", .type = COLUMNS_TEXT},
	{.name = "list", .type = COLUMNS_LIST},
	{.name = "real", .type = COLUMNS_REAL},
	{.name = "single", .type = COLUMNS_SINGLE},
	{.name = "small", .type = COLUMNS_INTEGER},
	{.name = "large", .type = COLUMNS_INTEGER},
	{.name = "truth", .type = COLUMNS_BOOL},
	{.name = "counts", .type = COLUMNS_REAL}, /* integers were written */
	{.name = "last", .type = COLUMNS_TEXT},
};
static const struct columns_set set = {.own_count = OWN, .own = own};

/* As they were when the values were written. */
static const enum columns_type written[OWN] = {
	COLUMNS_TEXT,   COLUMNS_LIST,    COLUMNS_REAL,
	COLUMNS_SINGLE, COLUMNS_INTEGER, COLUMNS_INTEGER,
	COLUMNS_BOOL,   COLUMNS_INTEGER, COLUMNS_TEXT,
};

static const struct pack_head head = {
	.place = {0.6, 0, 0.8}, .number = 77, .key = 5};

static enum columns_type
type_of(size_t i)
{
	return i < COLUMNS__MAX ? columns_table[i].type :
				  own[i - COLUMNS__MAX].type;
}

static bool
is_text(enum columns_type type)
{
	return type == COLUMNS_TEXT || type == COLUMNS_LIST;
}

static void
set_text(struct columns_value *value, const char *text)
{
	value->present = true;
	value->text = text;
	value->length = (uint32_t)strlen(text);
}

/* Values of all columns, of which each is there by this chance. */
static void
make_values(struct columns_value values[ALL], struct chance *chance,
	    double there)
{
	static const char *const texts[] = {"", "a", "NGC 224",
					    "\xc3\xa9toile|b"};

	for (size_t i = 0; i < ALL; i++) {
		enum columns_type type = i < COLUMNS__MAX ?
						 columns_table[i].type :
						 written[i - COLUMNS__MAX];

		values[i] = (struct columns_value){.present = false};
		if (chance_unit(chance) >= there)
			continue;
		values[i].present = true;
		if (is_text(type))
			set_text(&values[i], texts[chance_below(chance, 4)]);
		else if (type == COLUMNS_INTEGER)
			values[i].integer = (int64_t)chance_bits(chance) >>
					    chance_below(chance, 64);
		else if (type == COLUMNS_BOOL)
			values[i].truth = chance_below(chance, 2) == 1;
		else
			values[i].real = chance_unit(chance) * 360 - 90;
	}
}

static void
check_equal(const struct columns_value *read, const struct columns_value *wrote,
	    size_t i)
{
	assert_int_equal(read->present, wrote->present);
	if (!wrote->present)
		return;
	if (is_text(type_of(i))) {
		assert_int_equal(read->length, wrote->length);
		assert_string_equal(read->text, wrote->text);
	} else if (type_of(i) == COLUMNS_INTEGER) {
		assert_true(read->integer == wrote->integer);
	} else if (type_of(i) == COLUMNS_BOOL) {
		assert_true(read->truth == wrote->truth);
	} else if (i >= COLUMNS__MAX &&
		   written[i - COLUMNS__MAX] == COLUMNS_INTEGER) {
		assert_true(read->real == (double)wrote->integer);
	} else {
		assert_true(read->real == wrote->real);
	}
}

static void
check_columns(const struct buf *blob, const struct columns_value *wrote)
{
	struct columns_value value;
	double ra_deg, dec_deg;

	for (int i = 0; i < COLUMNS__MAX; i++) {
		assert_true(
			pack_read_column(blob->bytes, blob->length, i, &value));
		check_equal(&value, &wrote[i], (size_t)i);
	}
	assert_int_equal(
		pack_read_place(blob->bytes, blob->length, &ra_deg, &dec_deg),
		wrote[COLUMNS_RA].present && wrote[COLUMNS_DEC].present);
	if (!wrote[COLUMNS_RA].present || !wrote[COLUMNS_DEC].present)
		return;
	assert_true(ra_deg == wrote[COLUMNS_RA].real);
	assert_true(dec_deg == wrote[COLUMNS_DEC].real);
}

static void
all_types_come_back(void **state)
{
	struct columns_value wrote[ALL], read[ALL];
	struct chance chance = {1};
	struct pack_head again;
	struct buf blob;

	(void)state;
	buf_init(&blob);
	for (int i = 0; i < 2000; i++) {
		buf_reset(&blob);
		make_values(wrote, &chance, i % 5 / 4.0);
		pack_write(&blob, &head, wrote, written, OWN);
		assert_false(blob.failed);
		assert_true(pack_fits(wrote, written, OWN));
		assert_true(pack_read_head(blob.bytes, blob.length, &again));
		assert_memory_equal(&again.place, &head.place,
				    sizeof(head.place));
		assert_int_equal(again.number, head.number);
		assert_int_equal(again.key, head.key);
		assert_int_equal(again.bytes, blob.length);
		assert_true(pack_read(blob.bytes, blob.length, &set, read));
		for (size_t c = 0; c < ALL; c++)
			check_equal(&read[c], &wrote[c], c);
		check_columns(&blob, wrote);
	}
	buf_release(&blob);
}

/* Several in a blob: each head says where the next object begins. */
static void
objects_stand_in_a_row(void **state)
{
	struct columns_value wrote[ALL], read[ALL];
	struct chance chance = {2};
	struct pack_head each = head;
	struct buf blob;
	size_t at = 0;

	(void)state;
	buf_init(&blob);
	for (each.number = 1; each.number <= 20; each.number++) {
		size_t from = blob.length;

		make_values(wrote, &chance, 0.5);
		pack_write(&blob, &each, wrote, written, OWN);
		pack_set_key(blob.bytes + from, 100 + each.number);
	}
	for (int64_t number = 1; number <= 20; number++) {
		assert_true(pack_read_head(blob.bytes + at, blob.length - at,
					   &each));
		assert_int_equal(each.number, number);
		assert_int_equal(each.key, 100 + number);
		assert_true(pack_read(blob.bytes + at, each.bytes, &set, read));
		at += each.bytes;
	}
	assert_int_equal(at, blob.length);
	buf_release(&blob);
}

static void
integers_of_all_sizes_come_back(void **state)
{
	static const int64_t cases[] = {0,         1,         -1,
					INT32_MAX, INT32_MIN, 2147483648,
					INT64_MAX, INT64_MIN, -2147483649};
	const struct columns_column column = {.type = COLUMNS_INTEGER};
	const struct columns_set one = {.own_count = 1, .own = &column};
	struct columns_value wrote[COLUMNS__MAX + 1] = {{.present = false}};
	struct columns_value read[COLUMNS__MAX + 1];
	struct buf blob;

	(void)state;
	buf_init(&blob);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_reset(&blob);
		wrote[COLUMNS__MAX].present = true;
		wrote[COLUMNS__MAX].integer = cases[i];
		pack_write(&blob, &head, wrote, &column.type, 1);
		assert_true(pack_read(blob.bytes, blob.length, &one, read));
		assert_true(read[COLUMNS__MAX].integer == cases[i]);
	}
	buf_release(&blob);
}

/* What one type wrote is not taken for another, but integers for reals. */
static void
types_do_not_mix(void **state)
{
	struct columns_value wrote[COLUMNS__MAX + 1] = {{.present = false}};
	struct columns_value read[COLUMNS__MAX + 1];
	struct buf blob;

	(void)state;
	buf_init(&blob);
	for (int as = 0; as < COLUMNS_TYPE__MAX; as++)
		for (int by = 0; by < COLUMNS_TYPE__MAX; by++) {
			const enum columns_type type = (enum columns_type)by;
			const struct columns_column column = {
				.type = (enum columns_type)as};
			const struct columns_set one = {.own_count = 1,
							.own = &column};
			bool text = is_text(type);
			bool real = as == COLUMNS_REAL || as == COLUMNS_SINGLE;

			buf_reset(&blob);
			if (text)
				set_text(&wrote[COLUMNS__MAX], "abcdefgh");
			else
				wrote[COLUMNS__MAX] = (struct columns_value){
					.present = true, .integer = 1};
			pack_write(&blob, &head, wrote, &type, 1);
			assert_int_equal(
				pack_read(blob.bytes, blob.length, &one, read),
				text     ? is_text(column.type) :
				as == by ? true :
					   real && by != COLUMNS_BOOL);
		}
	buf_release(&blob);
}

static void
texts_have_a_length(void **state)
{
	char *text = malloc(65537);
	struct columns_value wrote[ALL] = {{.present = false}}, read[ALL];
	struct buf blob;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 65536);
	text[65536] = '\0';
	buf_init(&blob);
	for (size_t i = COLUMNS__MAX; i <= COLUMNS__MAX + 1; i++) {
		set_text(&wrote[i], text + 1);
		buf_reset(&blob);
		pack_write(&blob, &head, wrote, written, OWN);
		assert_false(blob.failed);
		assert_true(pack_fits(wrote, written, OWN));
		assert_true(pack_read(blob.bytes, blob.length, &set, read));
		assert_int_equal(read[i].length, 65535);
		set_text(&wrote[i], text);
		pack_write(&blob, &head, wrote, written, OWN);
		assert_true(blob.failed);
		assert_false(pack_fits(wrote, written, OWN));
		set_text(&wrote[i], "");
	}
	set_text(&wrote[COLUMNS_NAME], text);
	assert_false(pack_fits(wrote, written, OWN));
	buf_release(&blob);
	free(text);
}

/* ---- damage */

/* Whether the value is one that its type can have, and inside the blob. */
static void
check_valid(const struct columns_value *value, size_t i, const char *bytes,
	    size_t length)
{
	if (!value->present)
		return;
	if (is_text(type_of(i))) {
		assert_true(value->text >= bytes);
		assert_true(value->text + value->length < bytes + length);
		assert_true(value->text[value->length] == '\0');
	} else if (type_of(i) == COLUMNS_REAL || type_of(i) == COLUMNS_SINGLE) {
		assert_true(isfinite(value->real));
	} else if (type_of(i) == COLUMNS_BOOL) {
		assert_true(value->integer == 0 || value->truth);
	}
}

/* Reads it all ways; returns whether it was taken as a whole. */
static bool
read_damaged(const char *bytes, size_t length)
{
	struct columns_value read[ALL], value;
	struct pack_head any;
	double ra_deg, dec_deg;
	bool taken;

	for (size_t i = 0; i < ALL; i++)
		read[i] = (struct columns_value){.integer = 0};
	taken = pack_read(bytes, length, &set, read);
	for (size_t i = 0; taken && i < ALL; i++)
		check_valid(&read[i], i, bytes, length);
	for (int i = 0; i < COLUMNS__MAX; i++)
		if (pack_read_column(bytes, length, i, &value))
			check_valid(&value, (size_t)i, bytes, length);
	if (pack_read_place(bytes, length, &ra_deg, &dec_deg))
		assert_true(isfinite(ra_deg) && isfinite(dec_deg));
	if (pack_read_head(bytes, length, &any))
		assert_in_range(any.bytes, sizeof(any), length);
	else
		assert_false(taken);
	return taken;
}

/* Each in memory of just its size, so that a sanitizer sees the end. */
static void
damage_is_told_or_harmless(void **state)
{
	struct columns_value wrote[ALL];
	struct chance chance = {3};
	struct buf blob;

	(void)state;
	buf_init(&blob);
	for (int round = 0; round < 4; round++) {
		char *copy;

		buf_reset(&blob);
		make_values(wrote, &chance, round % 2 == 0 ? 1 : 0.6);
		pack_write(&blob, &head, wrote, written, OWN);
		for (size_t cut = 0; cut < blob.length; cut++) {
			copy = malloc(cut + (cut == 0));
			assert_non_null(copy);
			memcpy(copy, blob.bytes, cut);
			if (read_damaged(copy, cut))
				fail_msg("%zu of %zu bytes are taken", cut,
					 blob.length);
			free(copy);
		}
		copy = malloc(blob.length + 1);
		assert_non_null(copy);
		memcpy(copy, blob.bytes, blob.length);
		copy[blob.length] = '\0';
		assert_false(read_damaged(copy, blob.length + 1));
		free(copy);
		copy = malloc(blob.length);
		assert_non_null(copy);
		memcpy(copy, blob.bytes, blob.length);
		assert_true(read_damaged(copy, blob.length));
		for (size_t at = 0; at < blob.length; at++)
			for (int other = 1; other < 256; other++) {
				copy[at] = (char)(blob.bytes[at] ^ other);
				read_damaged(copy, blob.length);
				copy[at] = blob.bytes[at];
			}
		free(copy);
	}
	buf_release(&blob);
}

static void
noise_is_told_or_harmless(void **state)
{
	struct chance chance = {4};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t length = chance_below(&chance, 200);
		char *bytes = malloc(length + 1);

		assert_non_null(bytes);
		for (size_t at = 0; at < length; at++)
			bytes[at] = (char)(chance_below(&chance, 8) *
					   (i % 3 == 0 ? 37 : 1));
		read_damaged(bytes, length);
		free(bytes);
	}
	assert_false(read_damaged("", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_types_come_back),
		cmocka_unit_test(objects_stand_in_a_row),
		cmocka_unit_test(integers_of_all_sizes_come_back),
		cmocka_unit_test(types_do_not_mix),
		cmocka_unit_test(texts_have_a_length),
		cmocka_unit_test(damage_is_told_or_harmless),
		cmocka_unit_test(noise_is_told_or_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
