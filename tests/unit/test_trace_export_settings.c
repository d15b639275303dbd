/*
 * What the exporter makes of options: where spans go, with which header
 * fields, and whose they are; and how long it waits between attempts.
 */
#include "services/trace_export_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "services/trace_export.h"
#include "services/trace_export_pause.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *const nothing[] = {NULL};

static void
options_default(struct options *options)
{
	struct buf why;

	buf_init(&why);
	assert_int_equal(options_load_from(options, NULL, nothing, &why),
			 LC_OK);
	buf_release(&why);
}

static void
make(struct trace_export_settings *settings, const struct options *options)
{
	assert_int_equal(trace_export_settings_init(settings, options), LC_OK);
}

/* ---- where to */

static void
test_url(void **state)
{
	static const struct {
		const char *base, *whole, *url;
	} cases[] = {
		{"", "", "http://localhost:4318/v1/traces"},
		{"http://c:4318", "", "http://c:4318/v1/traces"},
		{"http://c:4318/", "", "http://c:4318/v1/traces"},
		{"https://c//", "", "https://c/v1/traces"},
		{"https://c/otlp", "", "https://c/otlp/v1/traces"},
		{"https://c/otlp/", "", "https://c/otlp/v1/traces"},
		{"https://c/otlp/?k=1/", "", "https://c/otlp/v1/traces?k=1/"},
		{"https://c?k=1", "", "https://c/v1/traces?k=1"},
		{"", "http://c:4318", "http://c:4318"},
		{"", "http://c/own/", "http://c/own/"},
		{"http://no", "https://c/t?x", "https://c/t?x"},
	};
	struct trace_export_settings settings;
	struct options options;

	(void)state;
	options_default(&options);
	for (size_t i = 0; i < COUNT(cases); i++) {
		options.otlp_endpoint = cases[i].base;
		options.otlp_traces_endpoint = cases[i].whole;
		make(&settings, &options);
		assert_string_equal(settings.url, cases[i].url);
		trace_export_settings_release(&settings);
	}
	options_release(&options);
}

static void
test_wanted(void **state)
{
	static const struct {
		const char *traces, *off, *base, *whole;
		bool wanted;
	} cases[] = {
		{"auto", "false", "", "", false},
		{"auto", "false", "http://c", "", true},
		{"auto", "false", "", "http://c", true},
		{"auto", "true", "http://c", "", false},
		{"otlp", "false", "", "", true},
		{"otlp", "true", "", "", false},
		{"none", "false", "http://c", "http://c", false},
	};
	struct options options;

	(void)state;
	options_default(&options);
	for (size_t i = 0; i < COUNT(cases); i++) {
		options.traces = cases[i].traces;
		options.traces_off = cases[i].off;
		options.otlp_endpoint = cases[i].base;
		options.otlp_traces_endpoint = cases[i].whole;
		if (trace_export_wanted(&options) != cases[i].wanted)
			fail_msg("case %zu", i);
	}
	options_release(&options);
}

/* ---- header fields */

static void
test_fields(void **state)
{
	static const struct {
		const char *text;
		const char *lines; /* each with a '|' behind it */
		unsigned wrong;
	} cases[] = {
		{"", "", 0},
		{"a=b", "a: b|", 0},
		{" a = b , c=d ", "a: b|c: d|", 0},
		{"a=b,,c=d,", "a: b|c: d|", 0},
		{",", "", 0},
		{"Authorization=Basic%20dTpw", "Authorization: Basic dTpw|", 0},
		{"authorization=Basic dTpw==", "authorization: Basic dTpw==|",
		 0},
		{"a=%2C%3D%25", "a: ,=%|", 0},
		{"a=b+c", "a: b+c|", 0},
		{"a=b;c=d", "a: b;c=d|", 0},
		{"a=%C3%A9", "a: \xc3\xa9|", 0},
		{"a=", "a;|", 0},
		{"a=x%09y", "a: x\ty|", 0},
		{"a=1,a=2", "a: 1|a: 2|", 0},
		{"%61=b", "a: b|", 0},
		{"nothing", "", 1},
		{"=b", "", 1},
		{"a=%", "", 1},
		{"a=%4", "", 1},
		{"a=%zz", "", 1},
		{"a=%00", "", 1},
		{"a=b%0D%0AHost:%20c", "", 1},
		{"a=b%0a", "", 1},
		{"a=%7f", "", 1},
		{"a b=c", "", 1},
		{"a:=c", "", 1},
		{"a%0d=c", "", 1},
		{"\xc3\xa9=c", "", 1},
		{"Content-Type=text/plain", "", 1},
		{"content-encoding=br,transfer-encoding=chunked", "", 2},
		{"Content-Length=1,connection=close,EXPECT=x", "", 3},
		{"host=tenant", "host: tenant|", 0},
		{"bad,a=b,%zz=1,c=d", "a: b|c: d|", 2},
	};
	struct trace_export_settings settings;
	struct options options;
	char lines[200];

	(void)state;
	options_default(&options);
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t length = 0;

		options.otlp_headers = cases[i].text;
		make(&settings, &options);
		lines[0] = '\0';
		for (size_t j = 0; j < settings.field_count; j++)
			length += (size_t)snprintf(lines + length,
						   sizeof(lines) - length,
						   "%s|", settings.fields[j]);
		if (strcmp(lines, cases[i].lines) != 0 ||
		    settings.fields_wrong != cases[i].wrong)
			fail_msg("\"%s\": \"%s\", %u", cases[i].text, lines,
				 settings.fields_wrong);
		trace_export_settings_release(&settings);
	}
	options_release(&options);
}

/* ---- the resource */

static const char *
attribute(const struct trace_export_settings *settings, const char *name)
{
	const char *found = NULL;

	for (size_t i = 0; i < settings->resource_count; i++)
		if (strcmp(settings->resource[i].name, name) == 0) {
			assert_null(found);
			found = settings->resource[i].value;
		}
	return found;
}

static void
test_resource_alone(void **state)
{
	struct trace_export_settings settings, other;
	struct options options;
	char host[256] = "", id[64];

	(void)state;
	options_default(&options);
	options.state = "/some/state";
	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	make(&settings, &options);
	assert_int_equal(settings.resource_count, 7);
	assert_string_equal(attribute(&settings, "service.name"), "lightcone");
	assert_string_equal(attribute(&settings, "service.version"),
			    LIGHTCONE_VERSION);
	assert_string_equal(attribute(&settings, "host.name"), host);
	assert_string_equal(attribute(&settings, "telemetry.sdk.name"),
			    "lightcone");
	assert_string_equal(attribute(&settings, "telemetry.sdk.language"),
			    "c");
	assert_string_equal(attribute(&settings, "telemetry.sdk.version"),
			    LIGHTCONE_VERSION);
	/* The same whenever it is asked for, and no other place's. */
	snprintf(id, sizeof(id), "%s",
		 attribute(&settings, "service.instance.id"));
	assert_int_equal(strlen(id), 36);
	assert_int_equal(id[14], '8');
	make(&other, &options);
	assert_string_equal(attribute(&other, "service.instance.id"), id);
	trace_export_settings_release(&other);
	options.state = "/other/state";
	make(&other, &options);
	assert_string_not_equal(attribute(&other, "service.instance.id"), id);
	trace_export_settings_release(&other);
	trace_export_settings_release(&settings);
	options_release(&options);
}

static void
test_resource(void **state)
{
	static const struct {
		const char *text, *service;
		const char *name, *value; /* what must be there, or NULL */
		unsigned wrong;
	} cases[] = {
		{"a=b", "lightcone", "a", "b", 0},
		{"a=b,a=c", "lightcone", "a", "c", 0},
		{"a.b/c=x%20y%2Cz", "lightcone", "a.b/c", "x y,z", 0},
		{"a%3Db=c", "lightcone", "a=b", "c", 0},
		{"a=b=c", "lightcone", "a", "b=c", 0},
		{"a=%E2%98%80", "lightcone", "a", "\xe2\x98\x80", 0},
		{"a=", "lightcone", "a", NULL, 0},
		{"service.name=sky", "lightcone", "service.name", "sky", 0},
		{"service.name=sky", "own", "service.name", "own", 0},
		{"service.name=", "lightcone", "service.name", "lightcone", 0},
		{"service.version=7", "lightcone", "service.version", "7", 0},
		{"service.instance.id=i", "x", "service.instance.id", "i", 0},
		{"host.name=h", "lightcone", "host.name", "h", 0},
		{"telemetry.sdk.name=h", "x", "telemetry.sdk.name", "lightcone",
		 0},
		{"a=%FF", "lightcone", "a", NULL, 1},
		{"a=%ED%A0%80", "lightcone", "a", NULL, 1},
		{"%FF=a", "lightcone", "\xff", NULL, 1},
		{"a,b=c", "lightcone", "b", "c", 1},
		{"a=%,b=%0,c=%00,d=ok", "lightcone", "d", "ok", 3},
	};
	struct trace_export_settings settings;
	struct options options;

	(void)state;
	options_default(&options);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *value;

		options.service_attributes = cases[i].text;
		options.service_name = cases[i].service;
		make(&settings, &options);
		value = attribute(&settings, cases[i].name);
		if ((value == NULL) != (cases[i].value == NULL) ||
		    (value != NULL && strcmp(value, cases[i].value) != 0) ||
		    settings.attributes_wrong != cases[i].wrong)
			fail_msg("\"%s\": %s, %u", cases[i].text,
				 value != NULL ? value : "nothing",
				 settings.attributes_wrong);
		assert_string_equal(
			attribute(&settings, "telemetry.sdk.language"), "c");
		trace_export_settings_release(&settings);
	}
	options_release(&options);
}

static struct options alloc_options;

static enum lc_rc
alloc_run(void)
{
	struct trace_export_settings settings;
	enum lc_rc rc = trace_export_settings_init(&settings, &alloc_options);

	trace_export_settings_release(&settings);
	return rc;
}

static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"settings", alloc_run, true};

	(void)state;
	options_default(&alloc_options);
	alloc_options.otlp_headers = "a=b,c=d";
	alloc_options.service_attributes = "a=b,c=d";
	alloc_fail_each(&of);
	options_release(&alloc_options);
}

/* ---- pauses */

struct pause_case {
	const char *what;
	int64_t asked_s[8];
	int64_t least_ms[8], most_ms[8]; /* 0: the end */
};

static const struct pause_case pause_cases[] = {
	{"ever longer",
	 {0},
	 {750, 1500, 3000, 6000, 12000, 22500, 22500},
	 {1250, 2500, 5000, 10000, 20000, 37500, 37500}},
	{"as asked",
	 {1, 2, 60, 300, 301, INT64_MAX},
	 {1000, 2000, 60000, 300000, 300000, 300000},
	 {1000, 2000, 60000, 300000, 300000, 300000}},
	{"asked for none, or in the past",
	 {0, -1, INT64_MIN},
	 {750, 1500, 3000},
	 {1250, 2500, 5000}},
	{"asked once in between",
	 {0, 7, 0},
	 {750, 7000, 3000},
	 {1250, 7000, 5000}},
};

static void
test_pauses(void **state)
{
	static const uint32_t chances[] = {0, 1, 4711, UINT32_MAX / 2,
					   UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT(pause_cases) * COUNT(chances); i++) {
		const struct pause_case *c = &pause_cases[i / COUNT(chances)];
		struct trace_pause pause = {.next_ms = 0};

		for (int j = 0; j < 8 && c->most_ms[j] != 0; j++) {
			int64_t ms = trace_pause_next_ms(
				&pause, c->asked_s[j],
				chances[i % COUNT(chances)]);

			if (ms < c->least_ms[j] || ms > c->most_ms[j])
				fail_msg("%s: number %d is %lld", c->what, j,
					 (long long)ms);
		}
		trace_pause_end(&pause);
		assert_in_range(trace_pause_next_ms(&pause, 0, 0), 750, 1250);
	}
}

/* Those that fail at once do not come back at once. */
static void
test_pauses_differ(void **state)
{
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	for (uint32_t chance = 0; chance < 1000; chance++) {
		struct trace_pause pause = {.next_ms = 0};
		int64_t ms = trace_pause_next_ms(&pause, 0, chance);

		least = ms < least ? ms : least;
		most = ms > most ? ms : most;
	}
	assert_true(most - least > 450);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_resource_alone),
		cmocka_unit_test(test_resource),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_pauses_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
