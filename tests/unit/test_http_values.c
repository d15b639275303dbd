/* Values that a client sends: named formats, names of requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/formats.h"
#include "http/request_id.h"
#include "threads.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1
#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* ---- formats */

struct format_case {
	const char *text;
	size_t length;
	bool ok;
};

static void
format_check(const char *name, const struct format_case *cases, size_t count)
{
	const struct format *format = format_find(name);

	assert_non_null(format);
	assert_string_equal(format->name, name);
	for (size_t i = 0; i < count; i++) {
		/* A copy of just the bytes: a reading beyond them is seen. */
		char *copy = malloc(cases[i].length + (cases[i].length == 0));

		assert_non_null(copy);
		memcpy(copy, cases[i].text, cases[i].length);
		if (format->ok(copy, cases[i].length) != cases[i].ok)
			fail_msg("%s: \"%s\" is said to be %s", name,
				 cases[i].text, cases[i].ok ? "bad" : "good");
		free(copy);
	}
}

static void
test_table(void **state)
{
	static const char *const names[] = {"date-time", "date", "email", "uri",
					    "uuid"};
	static const char *const examples[] = {
		"2026-03-01T12:00:00Z", "2026-03-01", "ada@example.org",
		"https://example.org/hook",
		"123e4567-e89b-12d3-a456-426614174000"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct format *format = format_find(names[i]);

		assert_non_null(format);
		assert_true(format->ok(examples[i], strlen(examples[i])));
		assert_non_null(strstr(format->sentence, examples[i]));
		for (size_t j = 0; j < COUNT(examples); j++)
			assert_int_equal(
				format->ok(examples[j], strlen(examples[j])),
				i == j);
	}
	assert_null(format_find(""));
	assert_null(format_find("Date"));
	assert_null(format_find("time"));
}

static void
test_date(void **state)
{
	static const struct format_case cases[] = {
		{BYTES("2026-03-01"), true},   {BYTES("0000-01-01"), true},
		{BYTES("9999-12-31"), true},   {BYTES("2024-02-29"), true},
		{BYTES("2000-02-29"), true},   {BYTES("1900-02-29"), false},
		{BYTES("2023-02-29"), false},  {BYTES("2024-02-30"), false},
		{BYTES("2026-04-31"), false},  {BYTES("2026-01-31"), true},
		{BYTES("2026-01-32"), false},  {BYTES("2026-00-10"), false},
		{BYTES("2026-13-10"), false},  {BYTES("2026-03-00"), false},
		{BYTES("2026-3-1"), false},    {BYTES("26-03-01"), false},
		{BYTES("2026/03/01"), false},  {BYTES("20260301"), false},
		{BYTES("2026-03-01 "), false}, {BYTES(" 2026-03-01"), false},
		{BYTES("2026-03-0\0"), false}, {BYTES("2026-03-01Z"), false},
		{BYTES("-026-03-01"), false},  {BYTES("+026-03-01"), false},
		{BYTES("2026-03-+1"), false},  {BYTES(""), false},
		{BYTES("\xff"), false},
	};

	(void)state;
	format_check("date", cases, COUNT(cases));
}

static void
test_date_time(void **state)
{
	static const struct format_case cases[] = {
		{BYTES("2026-03-01T12:00:00Z"), true},
		{BYTES("2026-03-01t12:00:00z"), true},
		{BYTES("2026-03-01T12:00:00+00:00"), true},
		{BYTES("2026-03-01T12:00:00-00:00"), true},
		{BYTES("2026-03-01T23:59:59.123456789123456789-23:59"), true},
		{BYTES("1985-04-12T23:20:50.52Z"), true},
		{BYTES("2024-02-29T00:00:00Z"), true},
		{BYTES("2023-02-29T00:00:00Z"), false},
		{BYTES("2026-03-01T24:00:00Z"), false},
		{BYTES("2026-03-01T12:60:00Z"), false},
		{BYTES("2026-03-01T12:00:61Z"), false},
		{BYTES("2026-03-01T12:00:00"), false},
		{BYTES("2026-03-01T12:00:00+24:00"), false},
		{BYTES("2026-03-01T12:00:00+00:60"), false},
		{BYTES("2026-03-01T12:00:00+0100"), false},
		{BYTES("2026-03-01T12:00:00+01"), false},
		{BYTES("2026-03-01T12:00:00 01:00"), false},
		{BYTES("2026-03-01T12:00:00+01:00Z"), false},
		{BYTES("2026-03-01T12:00:00ZZ"), false},
		{BYTES("2026-03-01T12:00:00.Z"), false},
		{BYTES("2026-03-01T12:00:00."), false},
		{BYTES("2026-03-01T12:00:00.5"), false},
		{BYTES("2026-03-01T12:00:00,5Z"), false},
		{BYTES("2026-03-01T12:00Z"), false},
		{BYTES("2026-03-01 12:00:00Z"), false},
		{BYTES("2026-03-01"), false},
		{BYTES("2026-03-01T12:00:00\0"), false},
		{BYTES(""), false},
		/* leap seconds (RFC 3339 sections 5.7 and 5.8) */
		{BYTES("1990-12-31T23:59:60Z"), true},
		{BYTES("1990-12-31T15:59:60-08:00"), true},
		{BYTES("1998-12-31T23:59:60.5Z"), true},
		{BYTES("1997-06-30T23:59:60Z"), true},
		{BYTES("1997-07-01T00:59:60+01:00"), true},
		{BYTES("1999-01-01T09:29:60+09:30"), true},
		{BYTES("1997-06-29T23:59:60-23:59"), false},
		{BYTES("1997-06-30T00:59:60-23:00"), true},
		{BYTES("1998-12-31T00:00:60-23:59"), true},
		{BYTES("1990-12-31T23:59:61Z"), false},
		{BYTES("1990-12-31T23:58:60Z"), false},
		{BYTES("1990-12-31T22:59:60Z"), false},
		{BYTES("1990-12-31T23:59:60+01:00"), false},
		{BYTES("1990-12-31T00:00:60+00:01"), false},
		{BYTES("1990-12-30T23:59:60Z"), false},
		{BYTES("1990-12-01T00:00:60+00:01"), false},
		{BYTES("1997-07-02T00:59:60+01:00"), false},
		{BYTES("1997-03-31T23:59:60Z"), false},
		{BYTES("1997-06-30T12:00:60Z"), false},
	};

	(void)state;
	format_check("date-time", cases, COUNT(cases));
}

static void
test_email(void **state)
{
	static const struct format_case cases[] = {
		{BYTES("ada@example.org"), true},
		{BYTES("Ada.Lovelace+hooks@mail.example-1.org"), true},
		{BYTES("a!#$%&'*+-/=?^_`{|}~@example.org"), true},
		{BYTES("a@b"), true},
		{BYTES("1@2.org"), true},
		{BYTES(SIXTY "abcd@example.org"), true},
		{BYTES(SIXTY "abcde@example.org"), false},
		{BYTES("a@" SIXTY "abc.org"), true},
		{BYTES("a@" SIXTY "abcd.org"), false},
		{BYTES("a@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefgh"),
		 true},
		{BYTES("a@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefghi"),
		 false},
		{BYTES("ab@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefgh"),
		 false},
		{BYTES(""), false},
		{BYTES("@"), false},
		{BYTES("a@"), false},
		{BYTES("@example.org"), false},
		{BYTES("example.org"), false},
		{BYTES("a@b@example.org"), false},
		{BYTES(".a@example.org"), false},
		{BYTES("a.@example.org"), false},
		{BYTES("a..b@example.org"), false},
		{BYTES(".@example.org"), false},
		{BYTES("a b@example.org"), false},
		{BYTES("\"a b\"@example.org"), false},
		{BYTES("a@[192.0.2.1]"), false},
		{BYTES("a@.org"), false},
		{BYTES("a@example."), false},
		{BYTES("a@exa..mple"), false},
		{BYTES("a@-example.org"), false},
		{BYTES("a@example-.org"), false},
		{BYTES("a@example.org-"), false},
		{BYTES("a@exa_mple.org"), false},
		{BYTES("a@example.org\n"), false},
		{BYTES("a@example.org\r\nBcc: b@example.org"), false},
		{BYTES("a\r\n@example.org"), false},
		{BYTES("a@example.org\0"), false},
		{BYTES("a\0@example.org"), false},
		{BYTES("a,b@example.org"), false},
		{BYTES("Ada <ada@example.org>"), false},
		{BYTES("a(x)@example.org"), false},
		{BYTES("a@example.org,b"), false},
		{BYTES("\xc3\xa9@example.org"), false},
		{BYTES("a@\xc3\xa9.org"), false},
		{BYTES("a@example.org%0d%0a"), false},
		{BYTES("a\\@example.org"), false},
		{BYTES("a;b@example.org"), false},
	};

	(void)state;
	format_check("email", cases, COUNT(cases));
}

static void
test_uri(void **state)
{
	static const struct format_case cases[] = {
		{BYTES("https://example.org/hook"), true},
		{BYTES("http://example.org"), true},
		{BYTES("HTTP://EXAMPLE.ORG/"), true},
		{BYTES("http://localhost:8080/a;b=c/@x/~y?q=1&r=%2F#top"),
		 true},
		{BYTES("https://192.0.2.1:443"), true},
		{BYTES("https://[2001:db8::1]:8443/?a"), true},
		{BYTES("https://[::1]"), true},
		{BYTES("https://example.org?q"), true},
		{BYTES("https://example.org#f"), true},
		{BYTES("https://example.org/?u=a@b"), true},
		{BYTES("http://" SIXTY "." SIXTY "." SIXTY "." SIXTY
		       ".abcdefghi/"),
		 true},
		{BYTES("http://" SIXTY "." SIXTY "." SIXTY "." SIXTY
		       ".abcdefghij/"),
		 false},
		{BYTES("https://example.org/a#b#c"), false},
		{BYTES("https://example.org/%2"), false},
		{BYTES("https://example.org/%"), false},
		{BYTES("https://example.org/%zz"), false},
		{BYTES("https://example.org:/"), false},
		{BYTES("https://example.org:65535/"), true},
		{BYTES("https://example.org:65536/"), false},
		{BYTES("https://example.org:8x/"), false},
		{BYTES("https://example.org:80:80/"), false},
		{BYTES("https://user@example.org/"), false},
		{BYTES("https://user:secret@example.org/"), false},
		{BYTES("https://@example.org/"), false},
		{BYTES("https://example.org\\@evil.example/"), false},
		{BYTES("https://example.org/\\"), false},
		{BYTES("https://"), false},
		{BYTES("https:///path"), false},
		{BYTES("https://:80/"), false},
		{BYTES("https://?q"), false},
		{BYTES("https://[::1"), false},
		{BYTES("https://[::1]x/"), false},
		{BYTES("https://[fe80::1%25eth0]/"), false},
		{BYTES("https://[example.org]/"), false},
		{BYTES("https://exa%6dple.org/"), false},
		{BYTES("https://exa_mple.org/"), false},
		{BYTES("https://-example.org/"), false},
		{BYTES("https://example..org/"), false},
		{BYTES("https:/example.org/"), false},
		{BYTES("https:example.org"), false},
		{BYTES("https:"), false},
		{BYTES("https"), false},
		{BYTES("//example.org/"), false},
		{BYTES("/hook"), false},
		{BYTES("ftp://example.org/"), false},
		{BYTES("file:///etc/passwd"), false},
		{BYTES("javascript://example.org/%0aalert(1)"), false},
		{BYTES("httpss://example.org/"), false},
		{BYTES("http ://example.org/"), false},
		{BYTES(" http://example.org/"), false},
		{BYTES("http://example.org/ "), false},
		{BYTES("http://example.org/a b"), false},
		{BYTES("http://example.org/\r\nHost: b"), false},
		{BYTES("http://example.org\r\n/"), false},
		{BYTES("http://example.org/\0"), false},
		{BYTES("http://example.org\0.evil/"), false},
		{BYTES("http://example.org/\x7f"), false},
		{BYTES("http://example.org/\xc3\xa9"), false},
		{BYTES("http://example.org/\"<>^`{|}"), false},
		{BYTES("http://example.org/[a]"), false},
		{BYTES(""), false},
		{BYTES(":"), false},
		{BYTES("://"), false},
	};

	(void)state;
	format_check("uri", cases, COUNT(cases));
}

static void
test_uuid(void **state)
{
	static const struct format_case cases[] = {
		{BYTES("123e4567-e89b-12d3-a456-426614174000"), true},
		{BYTES("123E4567-E89B-12D3-A456-42661417400F"), true},
		{BYTES("00000000-0000-0000-0000-000000000000"), true},
		{BYTES("123e4567-e89b-12d3-a456-42661417400"), false},
		{BYTES("123e4567-e89b-12d3-a456-4266141740000"), false},
		{BYTES("123e4567-e89b-12d3-a456-42661417400g"), false},
		{BYTES("123e4567e89b12d3a456426614174000"), false},
		{BYTES("123e4567-e89b-12d3-a4564-26614174000"), false},
		{BYTES("{23e4567-e89b-12d3-a456-42661417400}"), false},
		{BYTES("123e4567-e89b-12d3-a456-42661417400\0"), false},
		{BYTES(""), false},
	};

	(void)state;
	format_check("uuid", cases, COUNT(cases));
}

/* ---- names of requests */

static void
test_id_ok(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{NULL, false},
		{"", false},
		{"a", true},
		{"AZaz09._~+/=:-", true},
		{SIXTY SIXTY "abcdefgh", true},
		{SIXTY SIXTY "abcdefghi", false},
		{"a b", false},
		{"a\r\nSet-Cookie: b", false},
		{"a\n", false},
		{"a,b", false},
		{"\"a\"", false},
		{"a;b", false},
		{"a{b}", false},
		{"a\\", false},
		{"a%0a", false},
		{"<a>", false},
		{"a\x7f", false},
		{"\xc3\xa9", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (request_id_ok(cases[i].text) != cases[i].ok)
			fail_msg("\"%s\"", cases[i].text);
}

enum { MAKERS = 4, MADE_EACH = 5000 };

struct maker {
	char made[MADE_EACH][REQUEST_ID_BYTES];
};

static void
make_all(struct maker *maker)
{
	for (int i = 0; i < MADE_EACH; i++)
		request_id_make(maker->made[i]);
}

static void *
make_run(void *arg)
{
	static _Atomic int next;
	struct maker *makers = arg;

	make_all(&makers[next++]);
	return NULL;
}

static int
id_compare(const void *a, const void *b)
{
	return memcmp(a, b, REQUEST_ID_BYTES);
}

/*
 * Four children that were forked before the first name was made, then four
 * threads that make the first one, then four children that come after.
 */
static void
test_id_make(void **state)
{
	enum { ALL = 3 * MAKERS };
	struct maker *makers =
		mmap(NULL, ALL * sizeof(*makers), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char(*ids)[REQUEST_ID_BYTES];
	pthread_t threads[MAKERS];

	(void)state;
	assert_true(makers != MAP_FAILED);
	for (int round = 0; round < 3; round++) {
		if (round == 1) {
			threads_run(threads, MAKERS, make_run, makers + MAKERS);
			threads_join(threads, MAKERS);
			continue;
		}
		for (int i = 0; i < MAKERS; i++) {
			pid_t child = fork();

			assert_true(child >= 0);
			if (child == 0) {
				make_all(&makers[round * MAKERS + i]);
				_exit(0);
			}
		}
		for (int i = 0; i < MAKERS; i++) {
			int status;

			assert_true(wait(&status) > 0);
			assert_int_equal(status, 0);
		}
	}
	ids = makers[0].made;
	for (int i = 0; i < ALL * MADE_EACH; i++) {
		assert_int_equal(strlen(ids[i]), REQUEST_ID_BYTES - 1);
		assert_true(request_id_ok(ids[i]));
	}
	qsort(ids, ALL * MADE_EACH, REQUEST_ID_BYTES, id_compare);
	for (int i = 1; i < ALL * MADE_EACH; i++)
		if (id_compare(ids[i - 1], ids[i]) == 0)
			fail_msg("%s was made twice", ids[i]);
	munmap(makers, ALL * sizeof(*makers));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_date),
		cmocka_unit_test(test_date_time),
		cmocka_unit_test(test_email),
		cmocka_unit_test(test_uri),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_id_ok),
		cmocka_unit_test(test_id_make),
	};

	return cmocka_run_group_tests_name("http values", tests, NULL, NULL);
}
