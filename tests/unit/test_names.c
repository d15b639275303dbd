/* Which spellings are one name, and in which order names stand. */
#include "sky/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const char *const folds[][2] = {
	{"NGC 224", "NGC224"},
	{"ngc0224", "NGC224"},
	{"NGC0224", "NGC224"},
	{"NGC-224", "NGC224"},
	{"N.G.C. 224", "NGC224"},
	{"ngc_00224", "NGC224"},
	{" NGC  224 ", "NGC224"},
	{"NGC\u00a0224", "NGC224"},
	{"M31", "M31"},
	{"m 031", "M31"},
	{"Messier 31", "M31"},
	{"messier031", "M31"},
	{"M-31", "M31"},
	{"Caldwell 14", "C14"},
	{"Melotte 22", "MEL22"},
	{"Mel 22", "MEL22"},
	{"Collinder 399", "CL399"},
	{"Cr 399", "CL399"},
	{"Barnard 33", "B33"},
	{"Harvard 21", "H21"},
	{"Hickson 79", "HCG79"},
	{"LEDA 2557", "PGC2557"},
	{"PGC002557", "PGC2557"},
	{"PGC2557", "PGC2557"},
	{"pgc 0002557", "PGC2557"},
	{"leda002557", "PGC2557"},
	{"UGC 00454", "UGC454"},
	{"ugc454", "UGC454"},
	{"UGCA 015", "UGCA15"},
	{"IC0080 NED01", "IC80NED01"},
	{"IRAS 00047+2725", "IRAS472725"},
	{"IRAS 00047 2725", "IRAS472725"},
	{"iras00047+2725", "IRAS472725"},
	{"IRAS 00047-2725", "IRAS47-2725"},
	{"ESO 056-115", "ESO56-115"},
	{"ESO 56-115", "ESO56-115"},
	{"ESO-056-0115", "ESO56-115"},
	{"ESO-LV 185-0380", "ESOLV185-380"},
	{"MCG +04-01-025", "MCG4-1-25"},
	{"mcg+4-1-25", "MCG4-1-25"},
	{"MCG 04-01-025", "MCG4-1-25"},
	{"MCG -04-01-025", "MCG-4-1-25"},
	{"MCG \u22124-1-25", "MCG-4-1-25"},
	{"2MASX J00424433+4116074", "2MASXJ004244334116074"},
	{"2masxj00424433+4116074", "2MASXJ004244334116074"},
	{"2MASX J00424433 4116074", "2MASXJ004244334116074"},
	{"2MASX J00424433-4116074", "2MASXJ00424433-4116074"},
	{"SDSS J123049.42+122328.0", "SDSSJ123049.42122328.0"},
	{"BD -0 1", "BD-01"},
	{"IC 80 NED01", "IC80NED01"},
	{"NGC 2573B", "NGC2573B"},
	{"Barnard's Galaxy", "BARNARDSGALAXY"},
	{"Barnard\u2019s Galaxy", "BARNARDSGALAXY"},
	{"Bow-Tie nebula", "BOWTIENEBULA"},
	{"the Pleiades", "PLEIADES"},
	{"Theta Carinae", "THETACARINAE"},
	{"Messier", "MESSIER"},
	{"NGC 0", "NGC0"},
	{"NGC 000", "NGC0"},
	{"h & chi Persei", "H&CHIPERSEI"},
	{"\u0410\u043d\u0434", "\u0410\u043d\u0434"},
	{"", ""},
	{" '_ ", ""},
};

static void
spellings_fold_to_one_key(void **state)
{
	char key[NAMES_MAX_BYTES + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(folds) / sizeof(*folds); i++) {
		size_t length =
			names_fold(folds[i][0], strlen(folds[i][0]), key);

		assert_string_equal(key, folds[i][1]);
		assert_int_equal(length, strlen(folds[i][1]));
	}
}

static void
a_key_folds_to_itself(void **state)
{
	char key[NAMES_MAX_BYTES + 1], again[NAMES_MAX_BYTES + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(folds) / sizeof(*folds); i++) {
		size_t length =
			names_fold(folds[i][0], strlen(folds[i][0]), key);

		assert_int_equal(names_fold(key, length, again), length);
		assert_string_equal(again, key);
	}
}

static void
long_names_have_no_key(void **state)
{
	char name[NAMES_MAX_BYTES + 1], key[NAMES_MAX_BYTES + 1];

	(void)state;
	memset(name, 'a', sizeof(name));
	assert_int_equal(names_fold(name, NAMES_MAX_BYTES, key),
			 NAMES_MAX_BYTES);
	assert_int_equal(names_fold(name, NAMES_MAX_BYTES + 1, key), 0);
}

/* Whatever bytes come, the key is no longer, and UTF-8 stays UTF-8. */
static void
any_bytes_fold(void **state)
{
	static const char bits[][4] = {
		"M",    "0",    "7",    "-",      "+",      " ", ".", "'",
		"\xe2", "\x88", "\x92", "\u2212", "\u00e9", "E", "S", "O"};
	char name[NAMES_MAX_BYTES], key[NAMES_MAX_BYTES + 1];
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t length = 0, end;

		for (int i = 0; i < 12; i++) {
			const char *bit;

			random = random * 1664525 + 1013904223;
			bit = bits[random >> 28];
			memcpy(name + length, bit, strlen(bit));
			length += strlen(bit);
		}
		end = names_fold(name, length, key);
		assert_true(end <= length);
		assert_int_equal(strlen(key), end);
		if (text_is_utf8(name, length))
			assert_true(text_is_utf8(key, end));
	}
}

static int
compare(const char *a, const char *b)
{
	char x[NAMES_ORDER_BYTES], y[NAMES_ORDER_BYTES];
	size_t m = names_order(a, strlen(a), x);
	size_t n = names_order(b, strlen(b), y);
	int order = memcmp(x, y, m < n ? m : n);

	return order != 0 ? order : (m > n) - (m < n);
}

static void
names_sort_as_people_count(void **state)
{
	static const char *const sorted[] = {
		"B 33",        "IC 1",        "IC 2",     "IC 10",
		"IC 80 NED01", "IC 80 NED02", "NGC 9",    "NGC 10",
		"NGC 99",      "NGC 100",     "NGC 1000", "NGC 2573",
		"NGC 2573A",   "NGC 2573B",   "NGC 10000"};

	(void)state;
	for (size_t i = 1; i < sizeof(sorted) / sizeof(*sorted); i++)
		if (compare(sorted[i - 1], sorted[i]) >= 0)
			fail_msg("%s is not before %s", sorted[i - 1],
				 sorted[i]);
	assert_int_equal(compare("NGC 007", "ngc 7"), 0);
}

static void
the_longest_order_fits(void **state)
{
	char name[NAMES_MAX_BYTES + 50], order[NAMES_ORDER_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 == 0 ? 'a' : '1';
	assert_true(names_order(name, sizeof(name), order) < NAMES_ORDER_BYTES);
	memset(name, '1', sizeof(name));
	assert_true(names_order(name, sizeof(name), order) < NAMES_ORDER_BYTES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_fold_to_one_key),
		cmocka_unit_test(a_key_folds_to_itself),
		cmocka_unit_test(long_names_have_no_key),
		cmocka_unit_test(any_bytes_fold),
		cmocka_unit_test(names_sort_as_people_count),
		cmocka_unit_test(the_longest_order_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
