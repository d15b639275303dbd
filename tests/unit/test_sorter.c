/* Sorting on disk against qsort(), with hardly any memory. */
#include "sky/sorter.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "chance.h"
#include "full_disk.h"
#include "state_dir.h"

enum { RECORDS = 2000, KEY_MAX = 200, VALUE_MAX = 61440 };

struct record {
	unsigned char key[KEY_MAX];
	size_t key_length;
	size_t value_length;
	size_t number;
};

static char directory_path[STATE_DIR_MAX];
static int directory;
static struct record records[RECORDS];       /* by their numbers */
static const struct record *sorted[RECORDS]; /* the first `count` */
static size_t count;
static unsigned seen[RECORDS];

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory_path);
	directory = open(directory_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0;
}

static int
tear_down(void **state)
{
	(void)state;
	close(directory);
	state_dir_remove(directory_path);
	return 0;
}

/* ---- keys of many kinds; none is the beginning of one that has NULs then */

static void
key_any(struct record *record, struct chance *chance)
{
	record->key_length = 1 + chance_below(chance, KEY_MAX);
	for (size_t i = 0; i < record->key_length; i++)
		record->key[i] = (unsigned char)(1 + chance_below(chance, 255));
}

/* Equal beginnings of any length, and many equal keys. */
static void
key_alike(struct record *record, struct chance *chance)
{
	record->key_length = 1 + chance_below(chance, 40);
	memset(record->key, 'A', record->key_length);
	if (chance_below(chance, 2) == 0)
		record->key[record->key_length - 1] = 'B';
}

/* As build_names.c has them: a name, a NUL, and a number of nine bytes. */
static void
key_name(struct record *record, struct chance *chance)
{
	static const unsigned char letters[] = {0x41, 0x42, 0x30, 0xff};
	size_t length = 1 + chance_below(chance, 24);

	for (size_t i = 0; i < length; i++)
		record->key[i] = letters[chance_below(chance, 4)];
	record->key[length++] = '\0';
	for (int i = 0; i < 9; i++)
		record->key[length++] =
			(unsigned char)chance_below(chance, i < 7 ? 2 : 256);
	record->key_length = length;
}

/* As build_spots.c has them: two numbers. */
static void
key_number(struct record *record, struct chance *chance)
{
	memset(record->key, 0, 16);
	for (int i = 5; i < 16; i++)
		record->key[i] = (unsigned char)chance_below(
			chance, i < 8 || i > 13 ? 256 : 2);
	record->key_length = 16;
}

static void (*const kinds[])(struct record *record, struct chance *chance) = {
	key_any, key_alike, key_name, key_number};

static void
make_records(size_t kind, struct chance *chance)
{
	for (size_t i = 0; i < RECORDS; i++) {
		struct record *record = &records[i];

		record->number = i;
		kinds[kind](record, chance);
		record->value_length =
			i % 7 == 0 ? 0 : sizeof(i) + chance_below(chance, 50);
		if (i % 250 == 1)
			record->value_length =
				sizeof(i) +
				chance_below(chance, VALUE_MAX - sizeof(i));
	}
	count = 0;
}

static const char *
value_of(const struct record *record)
{
	static char value[VALUE_MAX];

	memset(value, (int)record->number, record->value_length);
	if (record->value_length > 0)
		memcpy(value, &record->number, sizeof(record->number));
	return value;
}

static int
compare(const void *a, const void *b)
{
	const struct record *x = *(const struct record *const *)a;
	const struct record *y = *(const struct record *const *)b;
	size_t length =
		x->key_length < y->key_length ? x->key_length : y->key_length;
	int order = memcmp(x->key, y->key, length);

	if (order != 0)
		return order;
	return (x->key_length > y->key_length) -
	       (x->key_length < y->key_length);
}

static void
add(struct sorter *sorter, size_t most)
{
	for (size_t i = 0; i < most && count < RECORDS; i++) {
		const struct record *record = &records[count];

		sorted[count++] = record;
		assert_int_equal(
			sorter_add(sorter, record->key, record->key_length,
				   value_of(record), record->value_length),
			LC_OK);
	}
	qsort(sorted, count, sizeof(*sorted), compare);
}

/* What has an empty value is known by its key alone. */
static void
check(const struct spool_record *given, size_t at)
{
	size_t number;

	if (given->key_length != sorted[at]->key_length ||
	    memcmp(given->key, sorted[at]->key, given->key_length) != 0)
		fail_msg("the key of record %zu of %zu is wrong", at, count);
	if (given->value_length == 0)
		return;
	assert_true(given->value_length >= sizeof(number));
	memcpy(&number, given->value, sizeof(number));
	assert_true(number < count);
	seen[number]++;
	assert_int_equal(records[number].key_length, given->key_length);
	assert_memory_equal(records[number].key, given->key, given->key_length);
	assert_int_equal(records[number].value_length, given->value_length);
	assert_memory_equal(value_of(&records[number]), given->value,
			    given->value_length);
}

/* Sorts, and reads the first `most`, or all and that nothing follows. */
static void
read_sorted(struct sorter *sorter, size_t most)
{
	struct spool_record given;
	bool there;

	memset(seen, 0, sizeof(seen));
	assert_int_equal(sorter_sort(sorter), LC_OK);
	for (size_t at = 0; at < count && at < most; at++) {
		assert_int_equal(sorter_next(sorter, &given, &there), LC_OK);
		assert_true(there);
		check(&given, at);
	}
	if (most < count)
		return;
	for (int again = 0; again < 2; again++) {
		assert_int_equal(sorter_next(sorter, &given, &there), LC_OK);
		assert_false(there);
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(seen[i], records[i].value_length > 0);
}

static void
sort_in(size_t memory_bytes, size_t kind)
{
	struct chance chance = {memory_bytes * 4 + kind + 1};
	struct sorter *sorter = sorter_new(memory_bytes, directory);

	assert_non_null(sorter);
	make_records(kind, &chance);
	read_sorted(sorter, RECORDS); /* of nothing */
	add(sorter, 1);
	read_sorted(sorter, RECORDS);
	add(sorter, 500);
	read_sorted(sorter, RECORDS);
	read_sorted(sorter, RECORDS); /* once more */
	add(sorter, 300);
	read_sorted(sorter, 123); /* and no more */
	add(sorter, RECORDS);
	read_sorted(sorter, RECORDS);
	sorter_clear(sorter);
	count = 0;
	add(sorter, 40);
	read_sorted(sorter, RECORDS);
	sorter_free(sorter);
}

static void
records_are_sorted(void **state)
{
	static const size_t memories[] = {1,     300,     4096,
					  65536, 1 << 20, 64 << 20};

	(void)state;
	for (size_t i = 0; i < sizeof(memories) / sizeof(*memories); i++)
		for (size_t kind = 0; kind < 4; kind++)
			sort_in(memories[i], kind);
	assert_int_equal(state_dir_count(directory_path), 0);
}

static void
a_full_disk_is_told(void **state)
{
	struct sorter *sorter = sorter_new(4096, directory);
	struct chance chance = {42};
	enum lc_rc rc = LC_OK;

	(void)state;
	make_records(0, &chance);
	full_disk_from(50000);
	for (size_t i = 0; i < RECORDS && rc == LC_OK; i++)
		rc = sorter_add(sorter, records[i].key, records[i].key_length,
				value_of(&records[i]), records[i].value_length);
	if (rc == LC_OK)
		rc = sorter_sort(sorter);
	full_disk_no_more();
	assert_int_equal(rc, LC_UNAVAILABLE);
	assert_non_null(strstr(sorter_why(sorter), "File too large"));
	/* It can be used again. */
	sorter_clear(sorter);
	assert_string_equal(sorter_why(sorter), "");
	count = 0;
	add(sorter, 100);
	read_sorted(sorter, RECORDS);
	sorter_free(sorter);
}

static void
nothing_is_sorted_too(void **state)
{
	struct sorter *sorter = sorter_new(20000, directory);
	struct spool_record given;
	bool there = true;

	(void)state;
	assert_non_null(sorter);
	assert_int_equal(sorter_sort(sorter), LC_OK);
	assert_int_equal(sorter_next(sorter, &given, &there), LC_OK);
	assert_false(there);
	sorter_free(sorter);
}

static enum lc_rc
sorter_case(void)
{
	struct sorter *sorter = sorter_new(20000, directory);
	enum lc_rc rc = sorter == NULL ? LC_NO_MEMORY : LC_OK;
	struct spool_record given;
	bool there = true;

	for (size_t i = 0; i < 500 && rc == LC_OK; i++)
		rc = sorter_add(sorter, records[i].key, records[i].key_length,
				value_of(&records[i]), records[i].value_length);
	if (rc == LC_OK)
		rc = sorter_sort(sorter);
	while (rc == LC_OK && there)
		rc = sorter_next(sorter, &given, &there);
	sorter_free(sorter);
	return rc;
}

static void
memory_may_run_out(void **state)
{
	struct chance chance = {7};

	(void)state;
	make_records(1, &chance);
	alloc_fail_each(&(struct alloc_case){"a sorter", sorter_case, false});
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_sorted),
		cmocka_unit_test(nothing_is_sorted_too),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
