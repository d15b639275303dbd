/*
 * What is told of calls: counts and times, spans, and lines of the log, each
 * once, whatever way a call ends.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "engine/observe.h"
#include "peer.h"
#include "scene.h"
#include "services/trace_ring.h"
#include "../testapp.h"

enum { SPANS_MOST = 64, LOG_MOST = 65536, REQUESTS = 20 };

static const char traceparent[] =
	"HTTP_TRACEPARENT="
	"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

static const char *const settings[] = {"LIGHTCONE_POOL_IDLE=off",
				       "LIGHTCONE_TRACES=otlp",
				       "LIGHTCONE_LOG_FORMAT=logfmt", NULL};

static struct peer peers[REQUESTS];

static void
seen_open(struct scene *scene, const char *const *with)
{
	struct buf why;

	buf_init(&why);
	scene_open(scene, testapp_table, with, 2);
	assert_int_equal(observe_start(&scene->engine, METRICS_WEB, &why),
			 LC_OK);
	buf_release(&why);
	testapp_start();
}

static void
seen_close(struct scene *scene)
{
	testapp_stop();
	scene_close(scene);
}

/* ---- metrics */

static void
page_read(struct scene *scene, struct buf *out)
{
	struct metrics_page *page;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	buf_init(out);
	page = metrics_page_new(scene->engine.metrics, &arena);
	assert_non_null(page);
	assert_int_equal(metrics_page_write(page, METRICS_TEXT, out), LC_OK);
	buf_add_char(out, '\0');
	arena_release(&arena);
}

/* A sample's value; -1: there is none. */
static double
page_value(struct scene *scene, const char *sample)
{
	const size_t length = strlen(sample);
	const char *line;
	double value = -1;
	struct buf page;

	page_read(scene, &page);
	for (line = page.bytes; line != NULL && *line != '\0';
	     line = strchr(line, '\n'), line += line != NULL)
		if (strncmp(line, sample, length) == 0 && line[length] == ' ')
			assert_int_equal(sscanf(line + length, "%lf", &value),
					 1);
	buf_release(&page);
	return value;
}

#define COUNT_OF(method, route, status)                               \
	"http_server_request_duration_seconds_count{method=\"" method \
	"\",route=\"" route "\",status=\"" status "\"}"

static void
ask(struct scene *scene, const char *method, const char *uri, int status)
{
	peer_init(&peers[0]);
	assert_true(peer_ask(&peers[0], &scene->engine, method, uri));
	peers_answered(peers, 1, status);
}

static void
test_counted(void **state)
{
	static struct scene scene;

	(void)state;
	seen_open(&scene, settings);
	for (int i = 0; i < REQUESTS; i++)
		ask(&scene, "GET", "/stats", 200);
	ask(&scene, "HEAD", "/stats", 200);
	ask(&scene, "POST", "/stats", 405);
	ask(&scene, "BREW", "/stats", 405);
	for (int i = 0; i < REQUESTS; i++) {
		char uri[64];

		snprintf(uri, sizeof(uri), "/nowhere/%d", i);
		ask(&scene, "GET", uri, 404);
	}
	assert_true(page_value(&scene, COUNT_OF("GET", "/stats", "200")) ==
		    REQUESTS);
	assert_true(page_value(&scene, COUNT_OF("HEAD", "/stats", "200")) == 1);
	assert_true(page_value(&scene, COUNT_OF("POST", "other", "405")) == 1);
	assert_true(page_value(&scene, COUNT_OF("other", "other", "405")) == 1);
	assert_true(page_value(&scene, COUNT_OF("GET", "other", "404")) ==
		    REQUESTS);
	assert_true(page_value(&scene, "lightcone_request_failures_total"
				       "{reason=\"not-found\"}") == REQUESTS);
	assert_true(page_value(&scene, "http_server_active_requests") == 0);
	assert_true(page_value(&scene, "lightcone_request_stage_seconds_count"
				       "{stage=\"query\"}") >= REQUESTS);
	assert_true(page_value(&scene, "http_server_response_bytes_total") >
		    REQUESTS * 100);
	seen_close(&scene);
}

/* A process that was stopped while it made a series costs no other's counts. */
static void
test_series_late(void **state)
{
	struct flock lock = {.l_type = F_WRLCK,
			     .l_whence = SEEK_SET,
			     .l_start = METRICS_SLOTS,
			     .l_len = 1};
	static struct scene scene;
	char path[128];
	int file;

	(void)state;
	seen_open(&scene, settings);
	snprintf(path, sizeof(path), "%s/metrics.lock", scene.state);
	file = open(path, O_RDWR);
	assert_true(file >= 0);
	assert_int_equal(fcntl(file, F_OFD_SETLK, &lock), 0);
	ask(&scene, "GET", "/stats", 200);
	assert_true(page_value(&scene, COUNT_OF("GET", "/stats", "200")) == -1);
	close(file);
	UNTIL((ask(&scene, "GET", "/stats", 200),
	       page_value(&scene, COUNT_OF("GET", "/stats", "200"))) >= 1,
	      PEER_SOON_MS);
	seen_close(&scene);
}

/* Levels rise and fall, and a deadline and a client that leaves are told. */
static void
test_levels(void **state)
{
	static struct scene scene;

	(void)state;
	seen_open(&scene, settings);
	peer_go(&scene.engine, &peers[0], true, "/park?wait_ms=60000");
	peer_go(&scene.engine, &peers[1], true, "/park?wait_ms=60000");
	assert_true(page_value(&scene, "http_server_active_requests") == 2);
	assert_true(page_value(&scene, "lightcone_requests_parked") == 2);
	peer_leave(&peers[0]);
	UNTIL(page_value(&scene, "lightcone_requests_parked") == 1,
	      PEER_SOON_MS);
	assert_true(page_value(&scene, COUNT_OF("GET", "/park", "499")) == 1);
	testapp_stop();
	UNTIL(peers[1].finished == 1, PEER_SOON_MS);
	UNTIL(page_value(&scene, "http_server_active_requests") == 0,
	      PEER_SOON_MS);
	assert_true(page_value(&scene, "lightcone_requests_parked") == 0);
	testapp_start();
	ask(&scene, "GET", "/never", 504);
	UNTIL(page_value(&scene, "lightcone_request_failures_total"
				 "{reason=\"deadline\"}") == 1,
	      PEER_SOON_MS);
	assert_true(page_value(&scene, "lightcone_pool_queued") == 0);
	peer_release(&peers[1]);
	seen_close(&scene);
}

static void
test_switched_off(void **state)
{
	static const char *const off[] = {"LIGHTCONE_METRICS=off",
					  "LIGHTCONE_POOL_IDLE=off", NULL};
	static struct scene scene;

	(void)state;
	seen_open(&scene, off);
	ask(&scene, "GET", "/stats", 200);
	assert_null(scene.engine.metrics);
	assert_true(page_value(&scene, "http_server_active_requests") == -1);
	seen_close(&scene);
}

/* ---- spans */

static size_t
spans_take(struct scene *scene, struct trace_span *spans)
{
	struct trace_ring *ring;
	size_t count, passed;
	char why[TRACE_WHY_MAX];

	ring = trace_ring_open(scene->state, scene->options.trace_queue, why,
			       sizeof(why));
	assert_non_null(ring);
	assert_true(trace_ring_lock(ring, scene->state));
	count = trace_ring_take(ring, spans, SPANS_MOST, &passed);
	trace_ring_let_go(ring, passed);
	trace_ring_close(ring);
	return count;
}

static const struct trace_span *
span_named(const struct trace_span *spans, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(spans[i].name, name) == 0)
			return &spans[i];
	return NULL;
}

static void
attribute_is(const struct trace_span *span, enum trace_key key,
	     const char *text, int64_t number)
{
	struct trace_attribute found;
	size_t at = 0;

	while (trace_span_next(span, &at, &found)) {
		if (found.key != key)
			continue;
		if (text == NULL)
			assert_true(found.number == number);
		else
			assert_memory_equal(found.text, text, strlen(text));
		return;
	}
	fail_msg("%s has no %s", span->name, trace_key_names[key]);
}

static void
send_traced(struct scene *scene, const char *uri, int status)
{
	char method[] = "REQUEST_METHOD=GET", target[128], parent[128];
	char *variables[] = {method, target, parent, NULL};

	snprintf(target, sizeof(target), "REQUEST_URI=%s", uri);
	snprintf(parent, sizeof(parent), "%s", traceparent);
	peer_init(&peers[0]);
	assert_true(peer_send(&peers[0], &scene->engine, variables));
	peers_answered(peers, 1, status);
}

static void
test_spans(void **state)
{
	static struct trace_span spans[SPANS_MOST];
	const struct trace_span *server, *stage;
	static struct scene scene;
	size_t count;

	(void)state;
	seen_open(&scene, settings);
	send_traced(&scene, "/compute?ms=30", 200);
	count = spans_take(&scene, spans);
	server = span_named(spans, count, "GET /compute");
	assert_non_null(server);
	assert_true(server->high == 0x0af7651916cd43dd);
	assert_true(server->low == 0x8448eb211c80319c);
	assert_true(server->parent == 0xb7ad6b7169203331);
	assert_int_equal(server->kind, TRACE_SERVER);
	assert_true(server->remote);
	assert_false(server->failed);
	attribute_is(server, TRACE_METHOD, "GET", 0);
	attribute_is(server, TRACE_ROUTE, "/compute", 0);
	attribute_is(server, TRACE_PATH, "/compute", 0);
	attribute_is(server, TRACE_SCHEME, "http", 0);
	attribute_is(server, TRACE_STATUS, NULL, 200);
	for (const char *const *name =
		     (const char *const[]){"bind", "queue", "compute", "encode",
					   NULL};
	     *name != NULL; name++) {
		stage = span_named(spans, count, *name);
		assert_non_null(stage);
		assert_true(stage->parent == server->span);
		assert_true(stage->high == server->high);
		assert_true(stage->start_ns >= server->start_ns);
		assert_true(stage->end_ns <= server->end_ns);
		assert_true(stage->end_ns >= stage->start_ns);
	}
	assert_int_equal(count, 5);
	send_traced(&scene, "/never", 504);
	count = spans_take(&scene, spans);
	server = span_named(spans, count, "GET /never");
	assert_non_null(server);
	assert_true(server->failed);
	attribute_is(server, TRACE_ERROR_TYPE, "deadline", 0);
	seen_close(&scene);
}

/* ---- lines */

static void
log_read(const struct scene *scene, char text[LOG_MOST])
{
	char path[128];
	size_t length;
	FILE *file;

	log_flush();
	snprintf(path, sizeof(path), "%s/access.log", scene->state);
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(text, 1, LOG_MOST - 1, file);
	text[length] = '\0';
	fclose(file);
}

static void
test_lines(void **state)
{
	static char text[LOG_MOST], place[128];
	static struct scene scene;
	struct options logged;

	(void)state;
	seen_open(&scene, settings);
	snprintf(place, sizeof(place), "%s/access.log", scene.state);
	logged = scene.options;
	logged.access_log = place;
	log_start(&logged, "web");
	send_traced(&scene, "/stats", 200);
	ask(&scene, "GET", "/a%20place%0Awith=%22quotes%22", 404);
	ask(&scene, "GET", "/jobs/AbCdEf0123456789_-wxyz", 404);
	UNTIL((log_read(&scene, text), strstr(text, "/jobs/")) != NULL,
	      PEER_SOON_MS);
	assert_non_null(strstr(text, "method=GET path=/stats route=/stats "
				     "status=200 duration_ms="));
	assert_non_null(
		strstr(text, "trace_id=0af7651916cd43dd8448eb211c80319c"));
	assert_non_null(strstr(text, "path=\"/a place\\nwith=\\\"quotes\\\"\" "
				     "route=other"));
	assert_non_null(strstr(text, "reason=not-found detail=\""));
	/* Whoever knows a job's id may cancel it. */
	assert_non_null(strstr(text, "path=/jobs/AbCdEf... "));
	assert_non_null(strstr(text, "nothing at /jobs/AbCdEf...."));
	assert_null(strstr(text, "AbCdEf0"));
	log_start(&scene.options, "web");
	seen_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_series_late),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_switched_off),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
