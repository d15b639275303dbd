/* The tracer: who is sampled, and what becomes of contexts. */
#include "services/trace.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/options.h"
#include "services/trace_export.h"
#include "services/trace_ring.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CALLER "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-"

enum { TRACES = 30000 };

static char directory[STATE_DIR_MAX];

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	state_dir_remove(directory);
	return 0;
}

static struct options
options_of(const char *sampler, const char *share)
{
	return (struct options){.state = directory,
				.traces = "otlp",
				.traces_off = "false",
				.trace_sampler = sampler,
				.trace_sampler_arg = share,
				.otlp_endpoint = "",
				.otlp_traces_endpoint = "",
				.trace_queue = 64};
}

static struct tracer *
tracer_of(const struct options *options)
{
	char why[TRACE_WHY_MAX] = "?";
	struct tracer *tracer = tracer_new(options, why, sizeof(why));

	assert_non_null(tracer);
	assert_string_equal(why, "");
	return tracer;
}

/* ---- options */

struct wanted_case {
	const char *traces;
	const char *off;
	const char *endpoint;
	const char *traces_endpoint;
	bool wanted;
};

static const struct wanted_case wanted_cases[] = {
	{"auto", "false", "", "", false},
	{"auto", "false", "http://localhost:4318", "", true},
	{"auto", "false", "", "http://localhost:4318/v1/traces", true},
	{"auto", "true", "http://localhost:4318", "", false},
	{"otlp", "false", "", "", true},
	{"otlp", "true", "", "", false},
	{"none", "false", "http://localhost:4318", "", false},
	{"none", "false", "", "", false},
};

static void
test_wanted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wanted_cases); i++) {
		const struct wanted_case *c = &wanted_cases[i];
		struct options options = options_of("always_on", "1");
		struct trace_context context;
		struct tracer *tracer;

		options.traces = c->traces;
		options.traces_off = c->off;
		options.otlp_endpoint = c->endpoint;
		options.otlp_traces_endpoint = c->traces_endpoint;
		tracer = tracer_of(&options);
		tracer_begin(tracer, NULL, NULL, &context);
		if (trace_export_wanted(&options) != c->wanted ||
		    context.sampled != c->wanted ||
		    (tracer_ring(tracer) != NULL) != c->wanted)
			fail_msg("traces %s, off %s, \"%s\", \"%s\"", c->traces,
				 c->off, c->endpoint, c->traces_endpoint);
		tracer_free(tracer);
	}
	tracer_free(NULL);
	assert_null(tracer_ring(NULL));
}

/* ---- sampling */

struct sampler_case {
	const char *sampler;
	const char *share;
	/* Of those without a caller, and of those of one that does (not). */
	double none, no, yes;
};

static const struct sampler_case sampler_cases[] = {
	{"always_on", "0", 1, 1, 1},
	{"always_off", "1", 0, 0, 0},
	{"parentbased_always_on", "0", 1, 0, 1},
	{"parentbased_always_off", "1", 0, 0, 1},
	{"traceidratio", "0.25", 0.25, 0.25, 0.25},
	{"traceidratio", "0", 0, 0, 0},
	{"traceidratio", "1", 1, 1, 1},
	{"traceidratio", "1e-30", 0, 0, 0},
	{"parentbased_traceidratio", "0.25", 0.25, 0, 1},
	{"parentbased_traceidratio", "0.01", 0.01, 0, 1},
	{"parentbased_traceidratio", "0.999", 0.999, 0, 1},
};

/* How many of so many traces are sampled. */
static int
sampled_of(struct tracer *tracer, const char *flags)
{
	struct trace_context context;
	char parent[TRACE_PARENT_BYTES];
	int sampled = 0;

	for (int i = 0; i < TRACES; i++) {
		tracer_begin(tracer, NULL, NULL, &context);
		if (flags != NULL) {
			trace_parent_write(&context, parent);
			memcpy(parent + 53, flags, 2);
			tracer_begin(tracer, parent, NULL, &context);
		}
		sampled += context.sampled;
	}
	return sampled;
}

static void
expect_share(const struct sampler_case *c, const char *flags, double share,
	     int sampled)
{
	const double sigma = sqrt(TRACES * share * (1 - share));

	if (fabs(sampled - TRACES * share) > 6 * sigma)
		fail_msg("%s of %s, flags %s: %d of %d", c->sampler, c->share,
			 flags != NULL ? flags : "none", sampled, TRACES);
}

static void
test_samplers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sampler_cases); i++) {
		const struct sampler_case *c = &sampler_cases[i];
		struct options options = options_of(c->sampler, c->share);
		struct tracer *tracer = tracer_of(&options);

		expect_share(c, NULL, c->none, sampled_of(tracer, NULL));
		expect_share(c, "00", c->no, sampled_of(tracer, "00"));
		expect_share(c, "01", c->yes, sampled_of(tracer, "01"));
		tracer_free(tracer);
	}
}

struct ratio_case {
	const char *share;
	const char *id;
	bool sampled;
};

/* What SDKs decide of these; the upper half has no say. */
static const struct ratio_case ratio_cases[] = {
	{"0.5", "00000000000000007fffffffffffffff", true},
	{"0.5", "00000000000000008000000000000000", false},
	{"0.5", "ffffffffffffffff7fffffffffffffff", true},
	{"0.5", "ffffffffffffffff0000000000000000", true},
	{"0.01", "ffffffffffffffff0000000000000000", true},
	{"0.01", "0000000000000000028f5c28f5c28f00", true},
	{"0.01", "0000000000000000028f5c28f5c29000", false},
	{"0", "ffffffffffffffff0000000000000000", false},
	{"1", "ffffffffffffffffffffffffffffffff", true},
	{"0.9999999999999999", "ffffffffffffffffffffffffffffffff", false},
};

static void
test_ratios(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ratio_cases); i++) {
		const struct ratio_case *c = &ratio_cases[i];
		struct options options = options_of("traceidratio", c->share);
		struct tracer *tracer = tracer_of(&options);
		char parent[TRACE_PARENT_BYTES];
		struct trace_context context;

		snprintf(parent, sizeof(parent), "00-%s-b7ad6b7169203331-00",
			 c->id);
		tracer_begin(tracer, parent, NULL, &context);
		if (context.sampled != c->sampled)
			fail_msg("%s of %s", c->id, c->share);
		tracer_free(tracer);
	}
}

/* ---- contexts */

static void
expect_told(const struct trace_context *context, const char *text)
{
	char told[TRACE_PARENT_BYTES];

	trace_parent_write(context, told);
	assert_string_equal(told, text);
}

static void
test_recording(void **state)
{
	struct options options = options_of("parentbased_always_off", "1");
	struct tracer *tracer = tracer_of(&options);
	struct trace_context begun, child, first;
	char told[TRACE_PARENT_BYTES];

	(void)state;
	tracer_begin(tracer, CALLER "01", "rojo=1", &begun);
	assert_int_equal(begun.high, 0x0af7651916cd43dd);
	assert_int_equal(begun.low, 0x8448eb211c80319c);
	assert_int_equal(begun.parent, 0xb7ad6b7169203331);
	assert_true(begun.span != 0 && begun.span != begun.parent);
	assert_true(begun.sampled && begun.remote && !begun.silent);
	assert_string_equal(begun.state, "rojo=1");
	snprintf(told, sizeof(told),
		 "00-0af7651916cd43dd8448eb211c80319c-%016" PRIx64 "-01",
		 begun.span);
	expect_told(&begun, told);
	tracer_child(tracer, &begun, &child);
	assert_int_equal(child.high, begun.high);
	assert_int_equal(child.low, begun.low);
	assert_int_equal(child.parent, begun.span);
	assert_true(child.span != 0 && child.span != begun.span);
	assert_true(child.sampled && !child.remote && !child.silent);
	assert_string_equal(child.state, "rojo=1");
	/* A sampler that says no is told of. */
	tracer_begin(tracer, NULL, "rojo=1", &first);
	assert_true((first.high | first.low) != 0 && first.span != 0);
	assert_true(first.parent == 0 && first.state == NULL);
	assert_false(first.sampled || first.remote || first.silent);
	trace_parent_write(&first, told);
	assert_string_equal(told + 53, "00");
	tracer_child(tracer, &first, &child);
	assert_false(child.sampled);
	/* Below none is a first one. */
	tracer_child(tracer, &(struct trace_context){.high = 0}, &child);
	assert_true((child.high | child.low) != 0 && child.parent == 0);
	tracer_free(tracer);
}

static void
expect_silent(struct tracer *tracer)
{
	struct trace_context begun, child, below;

	tracer_begin(tracer, CALLER "01", "rojo=1", &begun);
	assert_int_equal(begun.high, 0x0af7651916cd43dd);
	assert_int_equal(begun.parent, 0xb7ad6b7169203331);
	assert_true(begun.span != 0 && begun.span != begun.parent);
	assert_false(begun.sampled);
	assert_string_equal(begun.state, "rojo=1");
	expect_told(&begun, CALLER "01");
	tracer_child(tracer, &begun, &child);
	assert_int_equal(child.parent, begun.span);
	tracer_child(tracer, &child, &below);
	assert_false(child.sampled || below.sampled);
	expect_told(&child, CALLER "01");
	expect_told(&below, CALLER "01");
	tracer_begin(tracer, CALLER "00", NULL, &begun);
	expect_told(&begun, CALLER "00");
	/* One that was read, not begun. */
	assert_true(trace_parent_read(CALLER "01", &begun));
	tracer_child(tracer, &begun, &child);
	assert_false(child.sampled);
	expect_told(&child, CALLER "01");
	/* It has ids for the log, and nothing to tell. */
	tracer_begin(tracer, "nonsense", "rojo=1", &begun);
	assert_true((begun.high | begun.low) != 0 && begun.span != 0);
	assert_null(begun.state);
	expect_told(&begun, "");
	tracer_child(tracer, &begun, &child);
	assert_int_equal(child.low, begun.low);
	expect_told(&child, "");
	tracer_record(tracer, &(struct trace_span){.high = 1});
}

static void
test_silent(void **state)
{
	struct options options = options_of("always_on", "1");
	struct tracer *tracer;

	(void)state;
	options.traces = "none";
	tracer = tracer_of(&options);
	expect_silent(tracer);
	tracer_free(tracer);
	expect_silent(NULL);
	assert_int_equal(state_dir_count(directory), 0);
}

static void
test_states(void **state)
{
	static const char *const bad[] = {"", "rojo", "rojo=1,rojo=2", "R=1"};
	struct options options = options_of("always_on", "1");
	struct tracer *tracer = tracer_of(&options);
	char long_one[TRACE_STATE_MAX + 2] = "r=1";
	struct trace_context context;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		tracer_begin(tracer, CALLER "01", bad[i], &context);
		assert_null(context.state);
		assert_int_equal(context.parent, 0xb7ad6b7169203331);
	}
	memset(long_one + 3, ',', TRACE_STATE_MAX - 3);
	tracer_begin(tracer, CALLER "01", long_one, &context);
	assert_ptr_equal(context.state, long_one);
	long_one[TRACE_STATE_MAX] = ',';
	tracer_begin(tracer, CALLER "01", long_one, &context);
	assert_null(context.state);
	tracer_free(tracer);
}

static void
test_record(void **state)
{
	struct options options = options_of("always_on", "1");
	struct tracer *tracer = tracer_of(&options);
	char why[TRACE_WHY_MAX];
	struct trace_context context;
	struct trace_span span, got[2];
	struct trace_ring *ring;
	size_t passed;

	(void)state;
	tracer_begin(tracer, NULL, NULL, &context);
	trace_span_init(&span, &context, TRACE_SERVER, "GET /galaxy");
	tracer_record(tracer, &span);
	tracer_free(tracer);
	ring = trace_ring_open(directory, 64, why, sizeof(why));
	assert_non_null(ring);
	assert_true(trace_ring_lock(ring, directory));
	assert_int_equal(trace_ring_take(ring, got, 2, &passed), 1);
	assert_memory_equal(&got[0], &span, sizeof(span));
	trace_ring_close(ring);
}

/* ---- what cannot be had */

static int
unwritable_run(const char *path)
{
	struct options options = options_of("always_on", "1");
	char why[TRACE_WHY_MAX];
	struct tracer *tracer = tracer_new(&options, why, sizeof(why));
	struct trace_context context;

	(void)path;
	tracer_begin(tracer, NULL, NULL, &context);
	if (strstr(why, "spans.seg: Permission") == NULL || context.sampled ||
	    tracer_ring(tracer) != NULL)
		return EXIT_FAILURE;
	tracer_record(tracer, &(struct trace_span){.high = 1});
	tracer_free(tracer);
	return EXIT_SUCCESS;
}

static void
test_unwritable(void **state)
{
	(void)state;
	assert_int_equal(state_dir_unwritable(directory, unwritable_run), 0);
	assert_int_equal(state_dir_count(directory), 0);
}

static enum lc_rc
tracer_case(void)
{
	struct options options = options_of("always_on", "1");
	char why[TRACE_WHY_MAX];
	struct tracer *tracer = tracer_new(&options, why, sizeof(why));
	struct trace_context context;

	if (tracer == NULL)
		return LC_NO_MEMORY;
	tracer_begin(tracer, NULL, NULL, &context);
	assert_int_equal(context.sampled, why[0] == '\0');
	tracer_free(tracer);
	return LC_OK;
}

/* Where only the ring cannot be had, nothing is recorded. */
static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"tracer", tracer_case, true};

	(void)state;
	alloc_fail_each(&of);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_wanted),    IN_STATE(test_samplers),
		IN_STATE(test_ratios),    IN_STATE(test_recording),
		IN_STATE(test_silent),    IN_STATE(test_states),
		IN_STATE(test_record),    IN_STATE(test_unwritable),
		IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("tracer", tests, NULL, NULL);
}
