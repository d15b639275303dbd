/*
 * Spans for tests/blackbox, in the ring of option `state`:
 *
 *	tests/spans put COUNT [MARK]   puts so many, and prints each as JSON
 *	tests/spans fill COUNT         puts so many, and prints how many it took
 *	tests/spans look               prints what has become of all of them
 *
 * MARK, a number, is in the ids: nobody else's are the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/number.h"
#include "base/options.h"
#include "services/trace_ring.h"

static bool
number(const char *text, int64_t *out)
{
	return number_parse_int64(text, strlen(text), out) == NUMBER_OK;
}

/* ---- spans: what they are is said twice, here and by the exporter */

static const struct {
	enum trace_kind kind;
	const char *name, *state;
	bool remote, failed;
} sorts[] = {
	{TRACE_SERVER, "GET /galaxy", "a=1,b@c=2", true, false},
	{TRACE_INTERNAL, "bind", NULL, false, false},
	{TRACE_CLIENT, "cache", NULL, false, true},
	{TRACE_PRODUCER, "event \xe2\x98\x85", NULL, false, false},
	{TRACE_CONSUMER, "job", "x=y", false, false},
};

enum { SORTS = sizeof(sorts) / sizeof(sorts[0]) };

static void
tell(struct json *json, enum trace_key key, const char *text, int64_t value,
     struct trace_span *span)
{
	if (trace_key_is_number[key]) {
		trace_span_int(span, key, value);
		json_int(json, trace_key_names[key], value);
	} else {
		trace_span_text(span, key, text);
		json_text(json, trace_key_names[key], text);
	}
}

static void
attributes_make(struct json *json, int64_t index, struct trace_span *span)
{
	static const int64_t numbers[] = {0, 200, -1, INT64_MAX, INT64_MIN};

	json_object_begin(json, "attributes");
	tell(json, TRACE_PATH, "/galaxy/\xe2\x98\x85\"\\\x01", 0, span);
	tell(json, TRACE_ROUTE, index % 2 == 0 ? "/galaxy/{name}" : "", 0,
	     span);
	tell(json, TRACE_STATUS, NULL, numbers[index % 5], span);
	tell(json, TRACE_JOB_NUMBER, NULL, index, span);
	json_object_end(json);
}

static void
span_make(int64_t mark, int64_t index, struct trace_span *span,
	  struct buf *line)
{
	const struct trace_context context = {
		.high = UINT64_C(0xa000000000000000) + (uint64_t)mark,
		.low = (uint64_t)index + 1,
		.span = UINT64_C(0xf000000000000000) + (uint64_t)index,
		.parent = index % SORTS == 0 ? 0 : (uint64_t)index,
		.sampled = true,
		.remote = sorts[index % SORTS].remote,
		.state = sorts[index % SORTS].state,
	};
	char id[33];
	struct json json;

	trace_span_init(span, &context, sorts[index % SORTS].kind,
			sorts[index % SORTS].name);
	span->start_ns = clock_unix_ms() * CLOCK_NS_PER_MS + index;
	span->end_ns = span->start_ns + 1000 + index;
	span->failed = sorts[index % SORTS].failed;
	json_init(&json, line);
	json_object_begin(&json, NULL);
	snprintf(id, sizeof(id), "%016" PRIx64 "%016" PRIx64, context.high,
		 context.low);
	json_text(&json, "trace", id);
	snprintf(id, sizeof(id), "%016" PRIx64, context.span);
	json_text(&json, "span", id);
	snprintf(id, sizeof(id), "%016" PRIx64, context.parent);
	json_text(&json, "parent", context.parent != 0 ? id : "");
	json_text(&json, "state", context.state != NULL ? context.state : "");
	json_bool(&json, "remote", context.remote);
	json_bool(&json, "failed", span->failed);
	json_text(&json, "name", sorts[index % SORTS].name);
	json_int(&json, "kind", sorts[index % SORTS].kind);
	json_int(&json, "start", span->start_ns);
	json_int(&json, "end", span->end_ns);
	attributes_make(&json, index, span);
	json_object_end(&json);
	buf_add_char(line, '\n');
}

/* ---- what there is to do */

static int
put(struct trace_ring *ring, int64_t count, int64_t mark, bool quiet)
{
	int64_t taken = 0;
	struct buf line;

	buf_init(&line);
	for (int64_t i = 0; i < count; i++) {
		struct trace_span span;

		buf_reset(&line);
		span_make(mark, i, &span, &line);
		if (!trace_ring_put(ring, &span))
			continue;
		taken++;
		if (!quiet)
			fwrite(line.bytes, 1, line.length, stdout);
	}
	if (quiet)
		printf("%" PRId64 "\n", taken);
	buf_release(&line);
	return 0;
}

static int
look(const struct trace_ring *ring)
{
	static const char *const names[] = {
#define NAME(constant, name) [constant] = name,
		TRACE_COUNT_TABLE(NAME)
#undef NAME
	};
	struct trace_export_state state;
	struct json json;
	struct buf out;

	trace_ring_look(ring, &state);
	buf_init(&out);
	json_init(&json, &out);
	json_object_begin(&json, NULL);
	for (int i = 0; i < TRACE_COUNT__MAX; i++)
		json_int(&json, names[i],
			 trace_ring_count(ring, (enum trace_count)i));
	json_int(&json, "waiting", trace_ring_waiting(ring));
	json_bool(&json, "known", state.known);
	json_bool(&json, "well", state.well);
	json_int(&json, "since_ms", state.since_ms);
	json_text(&json, "why", state.why);
	json_object_end(&json);
	printf("%.*s\n", (int)out.length, out.bytes);
	buf_release(&out);
	return 0;
}

static int
usage(void)
{
	fputs("usage: spans put COUNT [MARK] | fill COUNT | look\n", stderr);
	return 2;
}

static int
act(struct trace_ring *ring, int argc, char **argv)
{
	int64_t count, mark = 0;

	if (argc == 2 && strcmp(argv[1], "look") == 0)
		return look(ring);
	if (argc < 3 || argc > 4 || !number(argv[2], &count) ||
	    (argc == 4 && !number(argv[3], &mark)))
		return usage();
	return put(ring, count, mark, strcmp(argv[1], "fill") == 0);
}

int
main(int argc, char **argv)
{
	char why[TRACE_WHY_MAX] = "";
	struct options options;
	struct trace_ring *ring;
	struct buf wrong;
	int code;

	buf_init(&wrong);
	if (options_load(&options, &wrong) != LC_OK) {
		fprintf(stderr, "%.*s\n", (int)wrong.length, wrong.bytes);
		return 2;
	}
	buf_release(&wrong);
	ring = trace_ring_open(options.state, options.trace_queue, why,
			       sizeof(why));
	if (ring == NULL) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	code = act(ring, argc, argv);
	trace_ring_close(ring);
	options_release(&options);
	return code;
}
