/* Spools: what is written is read, from every beginning, on any disk. */
#include "sky/spool.h"

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

enum { RECORDS = 1500, KEY_MAX = 200, VALUE_MAX = 61440 };

static char directory_path[STATE_DIR_MAX];
static int directory;
static int64_t begins[RECORDS + 1];

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

/* The i-th record, the same each time. */
static struct spool_record
record_of(size_t i)
{
	static char bytes[KEY_MAX + VALUE_MAX];
	struct chance chance = {i * 7919 + 1};
	struct spool_record record = {.key = bytes};

	chance_bits(&chance);
	record.key_length = 1 + chance_below(&chance, KEY_MAX);
	record.value = bytes + record.key_length;
	if (i % 3 != 0)
		record.value_length = chance_below(
			&chance, i % 10 == 1 ? VALUE_MAX + 1 : 100);
	for (size_t at = 0; at < record.key_length + record.value_length; at++)
		bytes[at] = (char)(i * 31 + at * 7 + at / 251);
	return record;
}

static enum lc_rc
add(struct spool *spool, size_t i)
{
	struct spool_record record = record_of(i);

	return spool_add(spool, record.key, record.key_length, record.value,
			 record.value_length);
}

static void
check(const struct spool_record *record, size_t i)
{
	struct spool_record expected = record_of(i);

	assert_int_equal(record->key_length, expected.key_length);
	assert_int_equal(record->value_length, expected.value_length);
	assert_memory_equal(record->key, expected.key, expected.key_length);
	assert_true(memcmp(record->value, expected.value,
			   expected.value_length) == 0);
}

/* Reads the records from one to before another. */
static void
read_back(struct spool *spool, size_t from, size_t to, size_t buffer_bytes)
{
	struct spool_reader reader;
	struct spool_record record;
	bool there;

	assert_int_equal(spool_reader_init(&reader, spool, begins[from],
					   begins[to], buffer_bytes),
			 LC_OK);
	for (size_t i = from; i < to; i++) {
		assert_int_equal(spool_read(&reader, &record, &there), LC_OK);
		assert_true(there);
		check(&record, i);
	}
	for (int again = 0; again < 2; again++) {
		assert_int_equal(spool_read(&reader, &record, &there), LC_OK);
		assert_false(there);
	}
	spool_reader_release(&reader);
}

static void
records_are_read_from_every_beginning(void **state)
{
	static const size_t buffers[] = {1, 100, 4096, 1 << 20};
	struct spool spool;

	(void)state;
	spool_init(&spool, directory);
	for (int again = 0; again < 2; again++) {
		for (size_t i = 0; i < RECORDS; i++) {
			begins[i] = spool_end(&spool);
			assert_int_equal(add(&spool, i), LC_OK);
		}
		begins[RECORDS] = spool_end(&spool);
		assert_int_equal(spool_flush(&spool), LC_OK);
		assert_int_equal(spool_end(&spool), begins[RECORDS]);
		for (size_t b = 0; b < 4; b++)
			read_back(&spool, 0, RECORDS, buffers[b]);
		for (size_t i = 0; i < RECORDS; i += 13)
			read_back(&spool, i, RECORDS - i / 2, 512);
		spool_clear(&spool);
		assert_int_equal(spool_end(&spool), 0);
	}
	spool_release(&spool);
	assert_int_equal(state_dir_count(directory_path), 0);
}

static void
more_follow_what_was_read(void **state)
{
	struct spool spool;

	(void)state;
	spool_init(&spool, directory);
	for (size_t i = 0; i < 60; i++) {
		begins[i] = spool_end(&spool);
		assert_int_equal(add(&spool, i), LC_OK);
		begins[i + 1] = spool_end(&spool);
		assert_int_equal(spool_flush(&spool), LC_OK);
		read_back(&spool, 0, i + 1, 64);
	}
	read_back(&spool, 0, 0, 64);
	spool_release(&spool);
}

static void
what_is_too_long_is_told(void **state)
{
	char *bytes = calloc(1, 1 << 20);
	struct spool spool;

	(void)state;
	assert_non_null(bytes);
	spool_init(&spool, directory);
	assert_int_equal(spool_add(&spool, "k", 1, bytes, 1 << 20),
			 LC_INTERNAL);
	begins[0] = spool_end(&spool);
	assert_int_equal(begins[0], 0);
	assert_int_equal(add(&spool, 0), LC_OK);
	begins[1] = spool_end(&spool);
	assert_int_equal(spool_flush(&spool), LC_OK);
	read_back(&spool, 0, 1, 64);
	spool_release(&spool);
	free(bytes);
}

/* And when there is room again, nothing is missing. */
static void
a_full_disk_is_told(void **state)
{
	enum lc_rc rc = LC_OK;
	struct spool spool;
	size_t count = 0;

	(void)state;
	spool_init(&spool, directory);
	full_disk_from(1200000);
	for (; rc == LC_OK && count < RECORDS; count++) {
		begins[count] = spool_end(&spool);
		rc = add(&spool, count);
	}
	full_disk_no_more();
	assert_int_equal(rc, LC_UNAVAILABLE);
	assert_non_null(strstr(spool_why(&spool), "File too large"));
	assert_null(strstr(spool_why(&spool), directory_path));
	count--; /* which was not added */
	assert_int_equal(spool_end(&spool), begins[count]);
	assert_int_equal(spool_flush(&spool), LC_OK);
	read_back(&spool, 0, count, 4096);
	spool_release(&spool);
}

static void
no_directory_is_told(void **state)
{
	struct spool spool;

	(void)state;
	spool_init(&spool, -1);
	assert_int_equal(add(&spool, 1), LC_OK);
	assert_int_equal(spool_flush(&spool), LC_UNAVAILABLE);
	assert_non_null(strstr(spool_why(&spool), "temporary file"));
	spool_release(&spool);
}

static enum lc_rc
spool_case(void)
{
	struct spool_reader reader = {.buffer = NULL};
	struct spool_record record;
	struct spool spool;
	bool there = true;
	enum lc_rc rc = LC_OK;

	spool_init(&spool, directory);
	for (size_t i = 0; i < 40 && rc == LC_OK; i++)
		rc = add(&spool, i);
	if (rc == LC_OK)
		rc = spool_flush(&spool);
	if (rc == LC_OK)
		rc = spool_reader_init(&reader, &spool, 0, spool_end(&spool),
				       16);
	while (rc == LC_OK && there)
		rc = spool_read(&reader, &record, &there);
	spool_reader_release(&reader);
	spool_release(&spool);
	return rc;
}

static void
memory_may_run_out(void **state)
{
	(void)state;
	alloc_fail_each(&(struct alloc_case){"a spool", spool_case, false});
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read_from_every_beginning),
		cmocka_unit_test(more_follow_what_was_read),
		cmocka_unit_test(what_is_too_long_is_told),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(no_directory_is_told),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
