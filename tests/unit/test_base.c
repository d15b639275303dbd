/* The room base, less numbers, options and text, which have their own programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/progress.h"
#include "base/rc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- arena */

/* Every piece is zeroed, aligned, and its own. */
static void
test_arena(void **state)
{
	static const size_t sizes[] = {1,    0,    3,    16,   100, 2048,
				       2049, 4096, 4097, 9999, 7,   1};
	_Alignas(max_align_t) char first[256];
	unsigned char *pieces[COUNT(sizes)];
	struct arena arena;

	(void)state;
	memset(first, 'x', sizeof(first));
	/* An odd start: the arena itself must see to the alignment. */
	arena_init(&arena, first + 1, sizeof(first) - 1);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		pieces[i] = arena_alloc(&arena, sizes[i]);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t),
				 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], 0);
		memset(pieces[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], i + 1);
	assert_true((char *)pieces[0] > first &&
		    (char *)pieces[0] < first + sizeof(first));
	arena_release(&arena);
	assert_non_null(arena_alloc(&arena, 1));
	arena_release(&arena);
}

static void
test_arena_text(void **state)
{
	struct arena arena;
	char *text;

	(void)state;
	arena_init(&arena, NULL, 0);
	text = arena_dup(&arena, "M31 and more", 3);
	assert_string_equal(text, "M31");
	text = arena_dup(&arena, NULL, 0);
	assert_string_equal(text, "");
	text = arena_printf(&arena, "%s %d", "NGC", 224);
	assert_string_equal(text, "NGC 224");
	text = arena_printf(&arena, "%6000d", 1);
	assert_int_equal(strlen(text), 6000);
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_dup(&arena, "", SIZE_MAX));
	assert_non_null(arena_alloc(&arena, 8));
	arena_release(&arena);
}

/* ---- buf */

static void
test_buf(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf);
	buf_add(&buf, NULL, 0);
	for (int i = 0; i < 1000; i++)
		buf_printf(&buf, "%04d", i);
	assert_int_equal(buf.length, 4000);
	for (int i = 0; i < 1000; i++) {
		char four[8];

		snprintf(four, sizeof(four), "%04d", i);
		assert_memory_equal(buf.bytes + 4 * (size_t)i, four, 4);
	}
	buf_reset(&buf);
	buf_add_text(&buf, "a");
	buf_add_char(&buf, '\0');
	buf_add(&buf, "bc", 1);
	assert_int_equal(buf.length, 3);
	assert_memory_equal(buf.bytes, "a\0b", 3);
	buf_printf(&buf, "%5000d", 7);
	assert_int_equal(buf.length, 5003);
	assert_false(buf.failed);
	buf_release(&buf);
}

/* What can never be had fails, and stays failed until a reset. */
static void
test_buf_failed(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf);
	buf_add_text(&buf, "kept");
	assert_null(buf_room(&buf, SIZE_MAX - 2));
	assert_true(buf.failed);
	buf_add_text(&buf, "ignored");
	buf_printf(&buf, "%d", 1);
	buf_add_html(&buf, "<");
	assert_int_equal(buf.length, 4);
	buf_reset(&buf);
	buf_add_text(&buf, "new");
	assert_false(buf.failed);
	assert_memory_equal(buf.bytes, "new", 3);
	buf_release(&buf);
}

static void
test_buf_html(void **state)
{
	static const struct {
		const char *text, *html;
	} cases[] = {
		{"", ""},
		{"M 31", "M 31"},
		{"<b class=\"x\">&amp;</b>",
		 "&lt;b class=&quot;x&quot;&gt;&amp;amp;&lt;/b&gt;"},
		{"'\xc3\xa9'", "&#39;\xc3\xa9&#39;"},
	};
	struct buf buf;

	(void)state;
	buf_init(&buf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&buf);
		buf_add_html(&buf, cases[i].text);
		buf_add_char(&buf, '\0');
		assert_string_equal(buf.bytes, cases[i].html);
	}
	buf_release(&buf);
}

/* ---- clock, progress, log, rc */

static void
test_clock(void **state)
{
	int64_t before = clock_mono_ns(), last = before;
	char now[CLOCK_RFC3339_MAX];
	struct tm read = {0};
	double apart;

	(void)state;
	assert_true(before > 0);
	for (int i = 0; i < 1000; i++) {
		int64_t next = clock_mono_ns();

		assert_true(next >= last);
		last = next;
	}
	clock_rfc3339(now);
	assert_int_equal(strlen(now), strlen("2026-03-01T12:00:00.123Z"));
	assert_string_equal(strptime(now, "%Y-%m-%dT%H:%M:%S", &read) + 4, "Z");
	/* time() reads a clock that may be a tick behind, before the second. */
	apart = difftime(time(NULL), timegm(&read));
	assert_true(apart >= -1 && apart < 10);
}

static void
test_clock_of(void **state)
{
	static const struct {
		int64_t unix_ms;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{1772366400123, "2026-03-01T12:00:00.123Z"},
		{951782400000, "2000-02-29T00:00:00.000Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{-1000, "1969-12-31T23:59:59.000Z"},
		{253402300799999, "9999-12-31T23:59:59.999Z"},
		{253402300800000, ""},
		{INT64_MIN, ""},
		{INT64_MAX, ""},
	};
	char text[CLOCK_RFC3339_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		clock_rfc3339_of(cases[i].unix_ms, text);
		assert_string_equal(text, cases[i].text);
	}
	assert_true(llabs(clock_unix_ms() / 1000 - (int64_t)time(NULL)) < 10);
}

static void
test_progress(void **state)
{
	struct lc_progress progress;
	enum lc_rc rc = LC_OK;

	(void)state;
	assert_int_equal(progress_stopped(NULL), LC_OK);
	progress_report(NULL, 1);
	progress_init(&progress, 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(progress_stopped(&progress), LC_OK);
	progress_report(&progress, 0.25);
	assert_true(progress_done(&progress) == 0.25);
	progress_report(&progress, -1);
	assert_true(progress_done(&progress) == 0);
	progress_report(&progress, 2);
	assert_true(progress_done(&progress) == 1);
	progress_stop(&progress, LC_STOPPING);
	progress_stop(&progress, LC_CANCELLED);
	assert_int_equal(progress_stopped(&progress), LC_STOPPING);
	/* A deadline is noticed without anybody's telling. */
	progress_init(&progress, clock_mono_ns());
	for (int i = 0; i < 64; i++)
		rc = progress_stopped(&progress);
	assert_int_equal(rc, LC_DEADLINE);
}

static void
test_progress_child(void **state)
{
	struct lc_progress parent, child, grandchild;
	enum lc_rc rc = LC_OK;

	(void)state;
	progress_init(&parent, 0);
	progress_child(&child, &parent);
	progress_child(&grandchild, &child);
	assert_int_equal(progress_stopped(&grandchild), LC_OK);
	/* What stops one stops those below, and its own reason goes first. */
	progress_stop(&child, LC_CANCELLED);
	assert_int_equal(progress_stopped(&parent), LC_OK);
	assert_int_equal(progress_stopped(&grandchild), LC_CANCELLED);
	progress_stop(&parent, LC_STOPPING);
	assert_int_equal(progress_stopped(&parent), LC_STOPPING);
	assert_int_equal(progress_stopped(&grandchild), LC_CANCELLED);
	progress_child(&child, &parent);
	assert_int_equal(progress_stopped(&child), LC_STOPPING);
	/* It has the parent's deadline. */
	progress_init(&parent, clock_mono_ns());
	progress_child(&child, &parent);
	for (int i = 0; i < 64; i++)
		rc = progress_stopped(&child);
	assert_int_equal(rc, LC_DEADLINE);
}

static void
test_progress_raise(void **state)
{
	struct lc_progress progress;

	(void)state;
	progress_init(&progress, 0);
	progress_raise(&progress, 0.5);
	progress_raise(&progress, 0.25);
	assert_true(progress_done(&progress) == 0.5);
	progress_raise(&progress, 3);
	assert_true(progress_done(&progress) == 1);
}

static void
test_rc(void **state)
{
	(void)state;
	assert_int_equal(LC_OK, 0);
	for (int rc = 0; rc < LC_RC__MAX; rc++) {
		const char *label = rc_label((enum lc_rc)rc);
		int status = rc_status((enum lc_rc)rc);

		assert_true(status >= 200 && status < 600);
		assert_int_equal(strspn(label, "abcdefghijklmnopqrstuvwxyz-"),
				 strlen(label));
		assert_true(rc_title((enum lc_rc)rc)[0] != '\0');
		for (int other = 0; other < rc; other++)
			assert_string_not_equal(label,
						rc_label((enum lc_rc)other));
	}
	assert_int_equal(rc_status(LC_INVALID), 422);
	assert_int_equal(rc_status(LC_NO_MEMORY), 503);
	assert_int_equal(rc_status(LC_DEADLINE), 504);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_arena_text),
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_buf_failed),
		cmocka_unit_test(test_buf_html),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_clock_of),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_progress_child),
		cmocka_unit_test(test_progress_raise),
		cmocka_unit_test(test_rc),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
