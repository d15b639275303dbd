/* Heavy work in parts, and who did them. */
#include "testapp.h"

#include <pthread.h>
#include <time.h>

enum { PARTS_MOST = 1000, NAP_NS = 500000 };

struct parts_query {
	int64_t count, ms, fail;
};

struct parts_work {
	const struct parts_query *query;
	pthread_t by[PARTS_MOST];
	int64_t times[PARTS_MOST];
};

static const struct lc_field parts_params[] = {
	LC_PARAM(parts_query, count, .min = "0", .max = "1000", .def = "10",
		 .doc = "How many parts."),
	LC_PARAM(parts_query, ms, .min = "0", .max = "100", .def = "1",
		 .unit = "ms", .doc = "How long one takes."),
	LC_PARAM(parts_query, fail, .min = "-1", .max = "999", .def = "-1",
		 .doc = "Which one fails; -1: none."),
	LC_FIELD_END};

static const struct lc_field parts_reply[] = {
	LC_FIELD("once", LC_INT, .doc = "How many were done once."),
	LC_FIELD("threads", LC_INT, .doc = "How many threads did them."),
	LC_FIELD_END};

static const enum lc_rc parts_problems[] = {LC_UNAVAILABLE, LC_OK};

static const struct lc_example parts_examples[] = {
	{"Ten parts", "/parts?count=10&ms=0", NULL, 200}, {.target = NULL}};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum lc_rc
parts_part(void *arg, size_t index, struct lc_progress *progress)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	struct parts_work *work = arg;
	int64_t until_ms = now_ms() + work->query->ms;
	enum lc_rc rc = LC_OK;

	testapp_compute_begin();
	while (rc == LC_OK && now_ms() < until_ms) {
		nanosleep(&nap, NULL);
		rc = progress_stopped(progress);
	}
	work->by[index] = pthread_self();
	work->times[index]++;
	testapp_compute_end(rc);
	return (int64_t)index == work->query->fail ? LC_UNAVAILABLE : rc;
}

static int64_t
parts_threads(const struct parts_work *work, size_t count)
{
	int64_t threads = 0;

	for (size_t i = 0; i < count; i++) {
		size_t j = 0;

		while (j < i && !pthread_equal(work->by[i], work->by[j]))
			j++;
		threads += j == i;
	}
	return threads;
}

static enum lc_rc
parts_run(struct lc_call *call, const void *args)
{
	const struct parts_query *query = args;
	struct parts_work *work = lc_alloc(call, sizeof(*work));
	size_t count = (size_t)query->count;
	int64_t once = 0;
	enum lc_rc rc;

	if (work == NULL)
		return LC_NO_MEMORY;
	work->query = query;
	rc = lc_parts(call, count, parts_part, work, 1);
	if (rc == LC_UNAVAILABLE)
		return lc_fail(call, rc, "Part %d failed.", (int)query->fail);
	if (rc != LC_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		once += work->times[i] == 1;
	json_int(lc_json(call), "once", once);
	json_int(lc_json(call), "threads", parts_threads(work, count));
	return LC_OK;
}

const struct lc_endpoint parts_endpoint = {
	.method = LC_GET,
	.path = "/parts",
	.tag = &testapp_tag,
	.summary = "Heavy work in parts.",
	.params = parts_params,
	.args_size = sizeof(struct parts_query),
	.work = LC_HEAVY,
	.deadline_ms = 3000,
	.reply = parts_reply,
	.problems = parts_problems,
	.examples = parts_examples,
	.run = parts_run,
};
