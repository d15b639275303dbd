/*
 * Trace contexts on the wire: W3C Trace Context, level 1, with the cases of
 * its own test suite.
 */
#include "services/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TRACE "12345678901234567890123456789012"
#define SPAN "1234567890123456"
#define WELL "00-" TRACE "-" SPAN "-01"
#define ZEROS "00000000000000000000000000000000"

struct parent_case {
	const char *text;
	bool is;
	bool sampled;
};

static const struct parent_case parent_cases[] = {
	{WELL, true, true},
	{"00-" TRACE "-" SPAN "-00", true, false},
	{"00-abcdef78901234567890123456789012-abcdef7890123456-01", true, true},
	/* Of the flags, one bit. */
	{"00-" TRACE "-" SPAN "-ff", true, true},
	{"00-" TRACE "-" SPAN "-fe", true, false},
	{"00-" TRACE "-" SPAN "-03", true, true},
	{"00-" TRACE "-" SPAN "-02", true, false},
	/* White space of HTTP around it. */
	{" " WELL, true, true},
	{"\t" WELL, true, true},
	{WELL " ", true, true},
	{WELL "\t", true, true},
	{"\t " WELL " \t", true, true},
	{"\n" WELL, false, false},
	{WELL "\n", false, false},
	/* Its length. */
	{"", false, false},
	{" ", false, false},
	{"00", false, false},
	{"00-" TRACE "-" SPAN "-0", false, false},
	{"00-" TRACE "-" SPAN "-", false, false},
	{"00-" TRACE "-" SPAN "-001", false, false},
	{WELL ".", false, false},
	{WELL "-", false, false},
	{WELL "-what-the-future-will-be-like", false, false},
	/* Versions. */
	{"01-" TRACE "-" SPAN "-01", true, true},
	{"cc-" TRACE "-" SPAN "-01", true, true},
	{"fe-" TRACE "-" SPAN "-00", true, false},
	{"ff-" TRACE "-" SPAN "-01", false, false},
	{"cc-" TRACE "-" SPAN "-01-", true, true},
	{"cc-" TRACE "-" SPAN "-01-what-the-future-will-be-like", true, true},
	{"cc-" TRACE "-" SPAN "-01.what-the-future-will-be-like", false, false},
	{"cc-" TRACE "-" SPAN "-011", false, false},
	{"cc-" TRACE "-" SPAN "-1", false, false},
	{"CC-" TRACE "-" SPAN "-01", false, false},
	{".0-" TRACE "-" SPAN "-01", false, false},
	{"0.-" TRACE "-" SPAN "-01", false, false},
	{"0-" TRACE "-" SPAN "-01", false, false},
	{"000-" TRACE "-" SPAN "-01", false, false},
	{"0000-" TRACE "-" SPAN "-01", false, false},
	{"00_" TRACE "-" SPAN "-01", false, false},
	/* The trace. */
	{"00-" ZEROS "-" SPAN "-01", false, false},
	{"cc-" ZEROS "-" SPAN "-01", false, false},
	{"00-00000000000000000000000000000001-" SPAN "-01", true, true},
	{"00-10000000000000000000000000000000-" SPAN "-01", true, true},
	{"00-.2345678901234567890123456789012-" SPAN "-01", false, false},
	{"00-1234567890123456789012345678901.-" SPAN "-01", false, false},
	{"00-1234567890123456789012345678901A-" SPAN "-01", false, false},
	{"00-1234567890123456789012345678901g-" SPAN "-01", false, false},
	{"00-1234567890123456789012345678901-" SPAN "-01", false, false},
	{"00-123456789012345678901234567890123-" SPAN "-01", false, false},
	{"00-" TRACE "_" SPAN "-01", false, false},
	/* The parent. */
	{"00-" TRACE "-0000000000000000-01", false, false},
	{"00-" TRACE "-0000000000000001-01", true, true},
	{"00-" TRACE "-.234567890123456-01", false, false},
	{"00-" TRACE "-123456789012345.-01", false, false},
	{"00-" TRACE "-123456789012345F-01", false, false},
	{"00-" TRACE "-123456789012345-01", false, false},
	{"00-" TRACE "-12345678901234567-01", false, false},
	{"00-" TRACE "-" SPAN "_01", false, false},
	/* The flags. */
	{"00-" TRACE "-" SPAN "-.0", false, false},
	{"00-" TRACE "-" SPAN "-0.", false, false},
	{"00-" TRACE "-" SPAN "-0A", false, false},
	/* Two fields. */
	{WELL "," WELL, false, false},
	{WELL ", " WELL, false, false},
	{"cc-" TRACE "-" SPAN "-01-x, " WELL, false, false},
	{"cc-" TRACE "-" SPAN "-01," WELL, false, false},
	{"," WELL, false, false},
	{WELL ",", false, false},
};

static const struct trace_context nothing;

static bool
is_same(const struct trace_context *a, const struct trace_context *b)
{
	return a->high == b->high && a->low == b->low && a->span == b->span &&
	       a->parent == b->parent && a->sampled == b->sampled &&
	       a->remote == b->remote && a->silent == b->silent &&
	       a->caller == b->caller && a->state == b->state;
}

static void
test_parents(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(parent_cases); i++) {
		const struct parent_case *c = &parent_cases[i];
		const char *from = c->text + strspn(c->text, " \t");
		struct trace_context read, again;
		char text[TRACE_PARENT_BYTES];

		if (trace_parent_read(c->text, &read) != c->is)
			fail_msg("\"%s\" is %staken", c->text,
				 c->is ? "not " : "");
		if (!c->is) {
			assert_true(is_same(&read, &nothing));
			continue;
		}
		if (read.sampled != c->sampled || !read.remote ||
		    read.parent != 0 || read.state != NULL)
			fail_msg("\"%s\" is taken for another one", c->text);
		trace_parent_write(&read, text);
		/* As version 00, and without flags that we do not know. */
		assert_int_equal(strlen(text), TRACE_PARENT_BYTES - 1);
		assert_memory_equal(text, "00", 2);
		assert_memory_equal(text + 2, from + 2, 51);
		assert_string_equal(text + 53, c->sampled ? "01" : "00");
		assert_true(trace_parent_read(text, &again));
		assert_true(is_same(&again, &read));
	}
}

static void
test_ids(void **state)
{
	struct trace_context context = {.high = 0x0af7651916cd43dd,
					.low = 0x8448eb211c80319c,
					.span = 0x00f067aa0ba902b7,
					.sampled = true};
	char parent[TRACE_PARENT_BYTES], trace[33], span[17];

	(void)state;
	trace_parent_write(&context, parent);
	assert_string_equal(parent, "00-0af7651916cd43dd8448eb211c80319c-"
				    "00f067aa0ba902b7-01");
	trace_id_write(context.high, context.low, trace);
	assert_string_equal(trace, "0af7651916cd43dd8448eb211c80319c");
	trace_span_id_write(context.span, span);
	assert_string_equal(span, "00f067aa0ba902b7");
	/* Others are told of the caller, or nothing. */
	context.silent = true;
	trace_parent_write(&context, parent);
	assert_string_equal(parent, "");
	context.caller = 0xb7ad6b7169203331;
	trace_parent_write(&context, parent);
	assert_string_equal(parent, "00-0af7651916cd43dd8448eb211c80319c-"
				    "b7ad6b7169203331-00");
	context.caller_sampled = true;
	context.sampled = false;
	trace_parent_write(&context, parent);
	assert_string_equal(parent, "00-0af7651916cd43dd8448eb211c80319c-"
				    "b7ad6b7169203331-01");
	trace_parent_write(&nothing, parent);
	assert_string_equal(parent, "");
	assert_false(trace_parent_read(parent, &context));
}

#define SIGNS "abcdefghijklmnopqrstuvwxyz0123456789_-*/"
#define VALUE                                                                  \
	" !\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abc" \
	"defghijklmnopqrstuvwxyz{|}~"

struct state_case {
	const char *text;
	bool ok;
};

static const struct state_case state_cases[] = {
	{"foo=1", true},
	{"foo=1,bar=2", true},
	{"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", true},
	{"fw529a3039@dt=FfAAAA,x@y=1", true},
	{SIGNS "=" VALUE, true},
	{SIGNS "@a-z0-9_-*/=" VALUE, true},
	/* Nothing is no state, but does no harm beside some. */
	{"", false},
	{" ", false},
	{",", false},
	{" ,\t, ,", false},
	{",foo=1", true},
	{"foo=1,", true},
	{"foo=1,,bar=2", true},
	{"foo=1, ,\t,bar=2 ,", true},
	/* White space of HTTP. */
	{"foo=1 \t , \t bar=2, \t baz=3", true},
	{"foo=1\t \t,\t \tbar=2,\t \tbaz=3", true},
	{"\t foo=1 \t", true},
	{"foo= 1", true},
	{"foo=1 2", true},
	{"foo=1\t2", false},
	{"foo=\t1", false},
	{"foo =1", false},
	{"fo o=1", false},
	{"\nfoo=1", false},
	{"foo=1\n", false},
	{"foo=1\r\nbar=2", false},
	/* Keys. */
	{"=1", false},
	{"foo", false},
	{"foo,bar=2", false},
	{"FOO=1", false},
	{"Foo=1", false},
	{"foO=1", false},
	{"foo.bar=1", false},
	{"f\xc3\xb6o=1", false},
	{"1foo=1", true},
	{"0=1", true},
	{"_foo=1", false},
	{"-=1", false},
	{"foo@=1,bar=2", false},
	{"@foo=1,bar=2", false},
	{"@=1", false},
	{"foo@@bar=1,bar=2", false},
	{"foo@bar@baz=1,bar=2", false},
	{"0foo@bar=1", true},
	{"_foo@bar=1", false},
	{"foo@0bar=1", false},
	{"foo@_bar=1", false},
	{"foo@b0r=1", true},
	/* Values. */
	{"foo=", false},
	{"foo= ", false},
	{"foo=,bar=3", false},
	{"foo==", false},
	{"foo=bar=baz", false},
	{"foo=\x7f", false},
	{"foo=\x1f", false},
	{"foo=\xc3\xb6", false},
	/* Once each. */
	{"foo=1,foo=1", false},
	{"foo=1,foo=2", false},
	{"foo=1,bar=2,foo=3", false},
	{"foo=1,foo@a=2,foo@b=3,fooo=4,fo=5", true},
	{"foo@a=1,foo@a=2", false},
};

static void
test_states(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(state_cases); i++)
		if (trace_state_ok(state_cases[i].text) != state_cases[i].ok)
			fail_msg("\"%s\" is %spassed on", state_cases[i].text,
				 state_cases[i].ok ? "not " : "");
}

struct length_case {
	const char *before;
	char letter;
	int times;
	const char *after;
	bool ok;
};

static const struct length_case length_cases[] = {
	{"foo=1,", 'z', 256, "=1", true},
	{"foo=1,", 'z', 257, "=1", false},
	{"foo=1,", 't', 241, "@vvvvvvvvvvvvvv=1", true},
	{"foo=1,", 't', 242, "@v=1", false},
	{"t@", 'v', 14, "=1", true},
	{"t@", 'v', 15, "=1", false},
	{"foo=", '1', 256, "", true},
	{"foo=", '1', 257, "", false},
	{"foo=", ' ', 255, "1", true},
	{"foo=", ' ', 256, "1", false},
	{"foo=1", ' ', 507, "", true}, /* 512 in all */
	{"foo=1", ' ', 508, "", false},
	{"foo=1", ',', 507, "", true},
	{"foo=1", ',', 508, "", false},
	{"foo=1", ',', 60000, "", false},
};

static void
test_lengths(void **state)
{
	static char text[65536];

	(void)state;
	for (size_t i = 0; i < COUNT(length_cases); i++) {
		const struct length_case *c = &length_cases[i];
		size_t at = strlen(c->before);

		memcpy(text, c->before, at);
		memset(text + at, c->letter, (size_t)c->times);
		at += (size_t)c->times;
		snprintf(text + at, sizeof(text) - at, "%s", c->after);
		if (trace_state_ok(text) != c->ok)
			fail_msg("%s%d times '%c'%s is %spassed on", c->before,
				 c->times, c->letter, c->after,
				 c->ok ? "not " : "");
	}
}

/* As many members, of which some are empty. */
static void
members_write(char *text, size_t room, int members, int empty)
{
	size_t at = 0;

	for (int i = 0; i < members; i++)
		at += (size_t)snprintf(text + at, room - at, "%sbar%02d=%02d",
				       i > 0 ? "," : "", i, i);
	for (int i = 0; i < empty; i++)
		at += (size_t)snprintf(text + at, room - at, ", ");
}

static void
test_members(void **state)
{
	char text[1024];

	(void)state;
	members_write(text, sizeof(text), 32, 0);
	assert_true(trace_state_ok(text));
	members_write(text, sizeof(text), 32, 40);
	assert_true(trace_state_ok(text));
	members_write(text, sizeof(text), 33, 0);
	assert_false(trace_state_ok(text));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parents), cmocka_unit_test(test_ids),
		cmocka_unit_test(test_states),  cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests_name("trace context", tests, NULL, NULL);
}
