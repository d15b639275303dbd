/*
 * OTLP as it is written, by a reader of protobuf that is not ours and knows
 * the messages by a table of its own.
 */
#include "services/otlp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "http/json_c.h"
#include "http/json_parse.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MANY = 3000 };

/* ---- messages as the .proto files have them */

struct member {
	unsigned number;
	char type; /* m, a message; s, text; b, bytes; v, varint; 8; 4; 0, end */
	const char *name;
	const struct member *inside;
};

static const struct member value[] = {
	{1, 's', "string", NULL}, {3, 'v', "int", NULL}, {0, '\0', NULL, NULL}};
static const struct member pair[] = {
	{1, 's', "key", NULL}, {2, 'm', "value", value}, {0, '\0', NULL, NULL}};
static const struct member status[] = {{3, 'v', "code", NULL},
				       {0, '\0', NULL, NULL}};
static const struct member span[] = {
	{1, 'b', "trace_id", NULL},    {2, 'b', "span_id", NULL},
	{3, 's', "trace_state", NULL}, {4, 'b', "parent_span_id", NULL},
	{5, 's', "name", NULL},        {6, 'v', "kind", NULL},
	{7, '8', "start", NULL},       {8, '8', "end", NULL},
	{9, 'm', "attributes", pair},  {15, 'm', "status", status},
	{16, '4', "flags", NULL},      {0, '\0', NULL, NULL}};
static const struct member scope[] = {{1, 's', "name", NULL},
				      {2, 's', "version", NULL},
				      {0, '\0', NULL, NULL}};
static const struct member scope_spans[] = {{1, 'm', "scope", scope},
					    {2, 'm', "spans", span},
					    {0, '\0', NULL, NULL}};
static const struct member resource[] = {{1, 'm', "attributes", pair},
					 {0, '\0', NULL, NULL}};
static const struct member resource_spans[] = {
	{1, 'm', "resource", resource},
	{2, 'm', "scope_spans", scope_spans},
	{0, '\0', NULL, NULL}};
static const struct member request[] = {
	{1, 'm', "resource_spans", resource_spans}, {0, '\0', NULL, NULL}};

static const unsigned char *at, *last;

static uint64_t
varint(void)
{
	uint64_t number = 0;
	int shift = 0;

	for (;; shift += 7) {
		assert_true(at < last && shift < 70);
		number |= (uint64_t)(*at & 127) << shift;
		if (*at++ < 128)
			break;
	}
	/* As short as it can be. */
	assert_true(shift == 0 || number >> shift != 0);
	return number;
}

static uint64_t
fixed(int bytes)
{
	uint64_t number = 0;

	assert_true(last - at >= bytes);
	for (int i = 0; i < bytes; i++)
		number |= (uint64_t)*at++ << 8 * i;
	return number;
}

static void
tell_bytes(struct buf *out, char type, size_t length)
{
	if (type == 's') {
		buf_printf(out, "\"%.*s\" ", (int)length, (const char *)at);
		at += length;
		return;
	}
	for (size_t i = 0; i < length; i++)
		buf_printf(out, "%02x", *at++);
	buf_add_char(out, ' ');
}

/* What a message says, as a text. */
static void
tell(struct buf *out, const struct member *members, const unsigned char *end)
{
	static const char wires[] = "v8s..4";

	while (at < end) {
		const uint64_t tag = varint();
		const struct member *m = members;
		const unsigned wire = tag & 7;
		uint64_t length;

		while (m->number != 0 && m->number != tag >> 3)
			m++;
		assert_true(m->number != 0 && wire < 6);
		buf_printf(out, "%s", m->name);
		if (strchr("v84", m->type) != NULL) {
			assert_int_equal(wires[wire], m->type);
			buf_printf(out, ":%lld ",
				   (long long)(wire == 0 ? varint() :
					       wire == 1 ? fixed(8) :
							   fixed(4)));
			continue;
		}
		assert_int_equal(wire, 2);
		length = varint();
		assert_true(length <= (size_t)(end - at));
		buf_add_char(out, m->type == 'm' ? '{' : ':');
		if (m->type == 'm') {
			tell(out, m->inside, at + length);
			buf_add_text(out, "} ");
		} else {
			tell_bytes(out, m->type, length);
		}
	}
	assert_ptr_equal(at, end);
}

/* ---- what is written */

static const struct trace_context usual = {
	.high = UINT64_C(0x0123456789abcdef),
	.low = UINT64_C(0xfedcba9876543210),
	.span = UINT64_C(0x00000000000000ff),
	.parent = UINT64_C(0x8000000000000001),
	.sampled = true,
};

static void
times(struct trace_span *of, int64_t start_ns, int64_t end_ns)
{
	of->start_ns = start_ns;
	of->end_ns = end_ns;
}

static void
span_child(struct trace_span *of)
{
	trace_span_init(of, &usual, TRACE_INTERNAL, "bind");
	times(of, 1, INT64_MAX);
}

static void
span_root(struct trace_span *of)
{
	struct trace_context context = usual;

	context.parent = 0;
	trace_span_init(of, &context, TRACE_SERVER, "GET /galaxy");
	times(of, INT64_C(1700000000123456789), INT64_C(1700000000123456790));
	trace_span_text(of, TRACE_METHOD, "GET");
	trace_span_int(of, TRACE_STATUS, 500);
	of->failed = true;
}

static void
span_remote(struct trace_span *of)
{
	struct trace_context context = usual;

	context.remote = true;
	context.state = "a=1,b=2";
	trace_span_init(of, &context, TRACE_CONSUMER, "job");
	times(of, 2, 3);
	trace_span_int(of, TRACE_JOB_NUMBER, INT64_MIN);
	trace_span_int(of, TRACE_JOB_ATTEMPT, 0);
	trace_span_text(of, TRACE_JOB_KIND, "");
}

/* What strangers send stands in paths. */
static void
span_odd(struct trace_span *of)
{
	trace_span_init(of, &usual, TRACE_SERVER, "na\xffme");
	times(of, 2, 3);
	trace_span_text(of, TRACE_PATH,
			"/\xc3\x28\"\\\n\xf0\x9f\x98\x80\xe2\x98");
}

#define HEAD                                                               \
	"resource_spans{resource{attributes{key:\"service.name\" "         \
	"value{string:\"sky\" } } } scope_spans{scope{name:\"lightcone\" " \
	"version:\"" LIGHTCONE_VERSION "\" } spans{"
#define TAIL "} } } "
#define IDS \
	"trace_id:0123456789abcdeffedcba9876543210 span_id:00000000000000ff "

#define JSON_HEAD                                                         \
	"{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":"    \
	"\"service.name\",\"value\":{\"stringValue\":\"sky\"}}]},"        \
	"\"scopeSpans\":[{\"scope\":{\"name\":\"lightcone\",\"version\":" \
	"\"" LIGHTCONE_VERSION "\"},\"spans\":[{"
#define JSON_TAIL "}]}]}]}"
#define JSON_IDS                                            \
	"\"traceId\":\"0123456789abcdeffedcba9876543210\"," \
	"\"spanId\":\"00000000000000ff\","

static const struct {
	const char *what;
	void (*make)(struct trace_span *of);
	const char *told, *json;
} cases[] = {
	{"a child", span_child,
	 HEAD IDS "parent_span_id:8000000000000001 name:\"bind\" kind:1 "
		  "start:1 end:9223372036854775807 flags:257 " TAIL,
	 JSON_HEAD JSON_IDS
	 "\"parentSpanId\":\"8000000000000001\",\"flags\":257,"
	 "\"name\":\"bind\",\"kind\":1,\"startTimeUnixNano\":\"1\","
	 "\"endTimeUnixNano\":\"9223372036854775807\","
	 "\"attributes\":[]" JSON_TAIL},
	{"a request that failed", span_root,
	 HEAD IDS "name:\"GET /galaxy\" kind:2 start:1700000000123456789 "
		  "end:1700000000123456790 "
		  "attributes{key:\"http.request.method\" "
		  "value{string:\"GET\" } } "
		  "attributes{key:\"http.response.status_code\" "
		  "value{int:500 } } status{code:2 } flags:257 " TAIL,
	 JSON_HEAD JSON_IDS
	 "\"flags\":257,\"name\":\"GET /galaxy\",\"kind\":2,"
	 "\"startTimeUnixNano\":\"1700000000123456789\","
	 "\"endTimeUnixNano\":\"1700000000123456790\",\"attributes\":["
	 "{\"key\":\"http.request.method\",\"value\":"
	 "{\"stringValue\":\"GET\"}},"
	 "{\"key\":\"http.response.status_code\",\"value\":"
	 "{\"intValue\":\"500\"}}],\"status\":{\"code\":2}" JSON_TAIL},
	{"one below another program's", span_remote,
	 HEAD IDS "trace_state:\"a=1,b=2\" parent_span_id:8000000000000001 "
		  "name:\"job\" kind:5 start:2 end:3 "
		  "attributes{key:\"lightcone.job.number\" "
		  "value{int:-9223372036854775808 } } "
		  "attributes{key:\"lightcone.job.attempt\" value{int:0 } } "
		  "attributes{key:\"lightcone.job.kind\" "
		  "value{string:\"\" } } flags:769 " TAIL,
	 JSON_HEAD JSON_IDS
	 "\"traceState\":\"a=1,b=2\","
	 "\"parentSpanId\":\"8000000000000001\",\"flags\":769,"
	 "\"name\":\"job\",\"kind\":5,\"startTimeUnixNano\":\"2\","
	 "\"endTimeUnixNano\":\"3\",\"attributes\":["
	 "{\"key\":\"lightcone.job.number\",\"value\":"
	 "{\"intValue\":\"-9223372036854775808\"}},"
	 "{\"key\":\"lightcone.job.attempt\",\"value\":"
	 "{\"intValue\":\"0\"}},"
	 "{\"key\":\"lightcone.job.kind\",\"value\":"
	 "{\"stringValue\":\"\"}}]" JSON_TAIL},
	{"bytes that are no text", span_odd,
	 HEAD IDS "parent_span_id:8000000000000001 "
		  "name:\"na"
		  "\xef\xbf\xbd"
		  "me\" kind:2 start:2 end:3 "
		  "attributes{key:\"url.path\" value{string:\"/"
		  "\xef\xbf\xbd(\"\\\n\xf0\x9f\x98\x80\xef\xbf\xbd"
		  "\xef\xbf\xbd\" } } flags:257 " TAIL,
	 JSON_HEAD JSON_IDS
	 "\"parentSpanId\":\"8000000000000001\",\"flags\":257,"
	 "\"name\":\"na\xef\xbf\xbdme\",\"kind\":2,"
	 "\"startTimeUnixNano\":\"2\",\"endTimeUnixNano\":\"3\","
	 "\"attributes\":[{\"key\":\"url.path\",\"value\":"
	 "{\"stringValue\":\"/\xef\xbf\xbd(\\\"\\\\\\n\xf0\x9f\x98\x80"
	 "\xef\xbf\xbd\xef\xbf\xbd\"}}]" JSON_TAIL},
};

static const struct otlp_pair sky[] = {{"service.name", "sky"}};

static struct otlp_batch
batch_of(const struct trace_span *spans, size_t count)
{
	return (struct otlp_batch){sky, 1, spans, count};
}

static void
test_protobuf(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct trace_span one;
		const struct otlp_batch batch = batch_of(&one, 1);
		struct buf bytes, told;

		buf_init(&bytes);
		buf_init(&told);
		cases[i].make(&one);
		otlp_write_protobuf(&batch, &bytes);
		assert_false(bytes.failed);
		at = (const unsigned char *)bytes.bytes;
		last = at + bytes.length;
		tell(&told, request, last);
		buf_add_char(&told, '\0');
		if (strcmp(told.bytes, cases[i].told) != 0)
			fail_msg("%s:\n%s\n%s", cases[i].what, told.bytes,
				 cases[i].told);
		buf_release(&told);
		buf_release(&bytes);
	}
}

static void
test_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct trace_span one;
		const struct otlp_batch batch = batch_of(&one, 1);
		struct json_fault fault;
		struct json_object *root;
		struct buf out;

		buf_init(&out);
		cases[i].make(&one);
		otlp_write_json(&batch, &out);
		assert_false(out.failed);
		assert_int_equal(
			json_parse_own(out.bytes, out.length, &root, &fault),
			LC_OK);
		json_object_put(root);
		buf_add_char(&out, '\0');
		if (strcmp(out.bytes, cases[i].json) != 0)
			fail_msg("%s:\n%s\n%s", cases[i].what, out.bytes,
				 cases[i].json);
		buf_release(&out);
	}
}

/* Lengths of one, two, three and four bytes, of spans and of all around. */
static void
test_many(void **state)
{
	static struct trace_span spans[MANY];
	struct buf bytes, told;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		cases[i % COUNT(cases)].make(&spans[i]);
	buf_init(&bytes);
	buf_init(&told);
	for (size_t count = 0; count <= MANY; count = 8 * count + 1) {
		const struct otlp_batch batch = batch_of(spans, count);
		size_t found = 0;

		buf_reset(&bytes);
		buf_reset(&told);
		otlp_write_protobuf(&batch, &bytes);
		at = (const unsigned char *)bytes.bytes;
		last = at + bytes.length;
		tell(&told, request, last);
		buf_add_char(&told, '\0');
		for (const char *c = told.bytes;
		     (c = strstr(c, "spans{trace_id")) != NULL; c++)
			found++;
		assert_int_equal(found, count);
	}
	buf_release(&told);
	buf_release(&bytes);
}

static struct trace_span alloc_span;

static enum lc_rc
alloc_write(void (*write)(const struct otlp_batch *batch, struct buf *out))
{
	const struct otlp_batch batch = batch_of(&alloc_span, 1);
	struct buf out;
	enum lc_rc rc;

	buf_init(&out);
	write(&batch, &out);
	rc = out.failed ? LC_NO_MEMORY : LC_OK;
	buf_release(&out);
	return rc;
}

static enum lc_rc
alloc_protobuf(void)
{
	return alloc_write(otlp_write_protobuf);
}

static enum lc_rc
alloc_json(void)
{
	return alloc_write(otlp_write_json);
}

static void
test_no_memory(void **state)
{
	static const struct alloc_case of[] = {
		{"protobuf", alloc_protobuf, false},
		{"json", alloc_json, false}};

	(void)state;
	span_odd(&alloc_span);
	for (size_t i = 0; i < COUNT(of); i++)
		alloc_fail_each(&of[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protobuf),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
