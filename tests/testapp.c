#include "testapp.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "table.h"

enum { TICK_MS = 2 };

static atomic_int parked, computing, computing_most, computed, cancelled;
static atomic_int gone_count, streams_stopped;
static _Atomic int64_t last_cancelled_us;

/* ---- parked calls, and the thread that completes them */

struct parking {
	struct lc_call *call;
	int64_t since_ns, due_ns;
	struct parking *next;
};

static pthread_mutex_t parking_lock = PTHREAD_MUTEX_INITIALIZER;
static struct parking *parkings;
static atomic_bool ticking;
static pthread_t ticker;

static enum lc_rc
park_reply(struct lc_call *call, void *arg)
{
	const struct parking *parking = arg;

	json_int(lc_json(call), "parked_ms",
		 (clock_mono_ns() - parking->since_ns) / CLOCK_NS_PER_MS);
	return LC_OK;
}

static void
parking_complete(struct parking *parking)
{
	lc_complete(parking->call, park_reply, parking);
	atomic_fetch_sub(&parked, 1);
}

/* Takes what is due off the list; all of it with `everything`. */
static struct parking *
parkings_take(bool everything)
{
	struct parking **link = &parkings, *taken = NULL;
	int64_t now_ns = clock_mono_ns();

	pthread_mutex_lock(&parking_lock);
	while (*link != NULL) {
		struct parking *parking = *link;

		if (everything || parking->due_ns <= now_ns) {
			*link = parking->next;
			parking->next = taken;
			taken = parking;
		} else {
			link = &parking->next;
		}
	}
	pthread_mutex_unlock(&parking_lock);
	return taken;
}

static void
parkings_complete(bool everything)
{
	struct parking *next;

	for (struct parking *p = parkings_take(everything); p != NULL;
	     p = next) {
		next = p->next;
		parking_complete(p); /* and its memory goes with the call */
	}
}

/* The clock ended the call: it need not wait in the list any longer. */
static void
park_gone(struct lc_call *call, void *arg)
{
	struct parking **link = &parkings, *found = NULL;

	(void)arg;
	atomic_fetch_add(&gone_count, 1);
	pthread_mutex_lock(&parking_lock);
	while (*link != NULL && (*link)->call != call)
		link = &(*link)->next;
	if (*link != NULL) {
		found = *link;
		*link = found->next;
	}
	pthread_mutex_unlock(&parking_lock);
	if (found != NULL)
		parking_complete(found);
}

static void *
ticker_run(void *arg)
{
	const struct timespec pause = {.tv_nsec = TICK_MS * CLOCK_NS_PER_MS};

	(void)arg;
	while (atomic_load(&ticking)) {
		nanosleep(&pause, NULL);
		parkings_complete(false);
	}
	return NULL;
}

void
testapp_start(void)
{
	sigset_t all, before;

	atomic_store(&ticking, true);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&ticker, NULL, ticker_run, NULL) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
testapp_stop(void)
{
	atomic_store(&ticking, false);
	pthread_join(ticker, NULL);
	parkings_complete(true);
}

void
testapp_count(struct testapp_counts *counts)
{
	*counts = (struct testapp_counts){
		.parked = atomic_load(&parked),
		.computing = atomic_load(&computing),
		.computing_most = atomic_load(&computing_most),
		.computed = atomic_load(&computed),
		.cancelled = atomic_load(&cancelled),
		.gone = atomic_load(&gone_count),
		.streams_stopped = atomic_load(&streams_stopped),
		.last_cancelled_us = atomic_load(&last_cancelled_us),
	};
}

static enum lc_rc
park_for(struct lc_call *call, int64_t wait_ns)
{
	struct parking *parking = lc_alloc(call, sizeof(*parking));
	enum lc_rc rc;

	if (parking == NULL)
		return LC_NO_MEMORY;
	parking->call = call;
	parking->since_ns = clock_mono_ns();
	parking->due_ns = parking->since_ns + wait_ns;
	/*
	 * Listed under the lock that park_gone() takes: it cannot look for
	 * the call before the call is there.
	 */
	pthread_mutex_lock(&parking_lock);
	rc = lc_park(call, park_gone, NULL);
	if (rc == LC_OK) {
		atomic_fetch_add(&parked, 1);
		parking->next = parkings;
		parkings = parking;
	}
	pthread_mutex_unlock(&parking_lock);
	return rc == LC_OK ? LC_PARKED : rc;
}

struct park_query {
	int64_t wait_ms;
};

static const struct lc_field park_params[] = {
	LC_PARAM(park_query, wait_ms, .min = "0", .max = "60000", .def = "1000",
		 .doc = "How long to wait, ms."),
	LC_FIELD_END};

static enum lc_rc
park_run(struct lc_call *call, const void *args)
{
	const struct park_query *query = args;

	return park_for(call, query->wait_ms * CLOCK_NS_PER_MS);
}

static enum lc_rc
never_run(struct lc_call *call, const void *args)
{
	(void)args;
	return park_for(call, 3600 * CLOCK_NS_PER_S);
}

/* ---- heavy work */

struct compute_query {
	int64_t cpu_ms;
};

static const struct lc_field compute_params[] = {
	LC_PARAM(compute_query, cpu_ms, .min = "0", .max = "60000",
		 .def = "100", .doc = "How long to compute, ms."),
	LC_FIELD_END};

static void
most_raise(int now)
{
	int most = atomic_load(&computing_most);

	while (now > most &&
	       !atomic_compare_exchange_weak(&computing_most, &most, now))
		;
}

static int64_t
cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * CLOCK_NS_PER_S + used.tv_nsec;
}

void
testapp_compute_begin(void)
{
	most_raise(atomic_fetch_add(&computing, 1) + 1);
}

void
testapp_compute_end(enum lc_rc rc)
{
	atomic_fetch_sub(&computing, 1);
	if (rc == LC_OK) {
		atomic_fetch_add(&computed, 1);
	} else {
		atomic_store(&last_cancelled_us, clock_mono_ns() / 1000);
		atomic_fetch_add(&cancelled, 1);
	}
}

static enum lc_rc
compute_run(struct lc_call *call, const void *args)
{
	const struct compute_query *query = args;
	struct lc_progress *progress = lc_progress(call);
	int64_t begun_ns = cpu_ns(), used_ns = 0;
	int64_t wanted_ns = query->cpu_ms * CLOCK_NS_PER_MS;
	enum lc_rc rc = LC_OK;

	testapp_compute_begin();
	while (used_ns < wanted_ns && rc == LC_OK) {
		used_ns = cpu_ns() - begun_ns;
		progress_report(progress, (double)used_ns / (double)wanted_ns);
		rc = progress_stopped(progress);
	}
	testapp_compute_end(rc);
	if (rc != LC_OK)
		return rc;
	json_int(lc_json(call), "computed_ms", used_ns / CLOCK_NS_PER_MS);
	return LC_OK;
}

/* ---- an answer in pieces */

struct stream_query {
	int64_t chunks, every_ms, bytes;
};

static const struct lc_field stream_params[] = {
	LC_PARAM(stream_query, chunks, .min = "1", .max = "100000", .def = "10",
		 .doc = "How many pieces."),
	LC_PARAM(stream_query, every_ms, .min = "0", .max = "10000",
		 .def = "10", .doc = "The pause between them, ms."),
	LC_PARAM(stream_query, bytes, .min = "1", .max = "65536", .def = "1024",
		 .doc = "The bytes of a piece."),
	LC_FIELD_END};

static enum lc_rc
stream_run(struct lc_call *call, const void *args)
{
	const struct stream_query *query = args;
	const struct timespec pause = {.tv_sec = query->every_ms / 1000,
				       .tv_nsec = query->every_ms % 1000 *
						  CLOCK_NS_PER_MS};
	char *piece = lc_alloc(call, (size_t)query->bytes);
	enum lc_rc rc;

	if (piece == NULL)
		return LC_NO_MEMORY;
	memset(piece, '.', (size_t)query->bytes);
	piece[query->bytes - 1] = '\n';
	rc = lc_stream_begin(call, "text/plain; charset=utf-8");
	for (int64_t i = 0; i < query->chunks && rc == LC_OK; i++) {
		rc = lc_stream_write(call, piece, (size_t)query->bytes);
		nanosleep(&pause, NULL);
	}
	if (rc != LC_OK)
		atomic_fetch_add(&streams_stopped, 1);
	return rc;
}

/* ---- what there is to see */

static int
thread_count(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	int count = 0;

	while (tasks != NULL && (task = readdir(tasks)) != NULL)
		count += task->d_name[0] != '.';
	if (tasks != NULL)
		closedir(tasks);
	return count;
}

static int64_t
resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long total = 0, resident = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%ld %ld", &total, &resident) != 2)
		resident = 0;
	fclose(file);
	return (int64_t)resident * sysconf(_SC_PAGESIZE);
}

static enum lc_rc
stats_run(struct lc_call *call, const void *args)
{
	struct json *json = lc_json(call);
	struct testapp_counts counts;

	(void)args;
	testapp_count(&counts);
	json_int(json, "pid", getpid());
	json_int(json, "threads", thread_count());
	json_int(json, "rss_bytes", resident_bytes());
	json_int(json, "parked", counts.parked);
	json_int(json, "computing", counts.computing);
	json_int(json, "computing_most", counts.computing_most);
	json_int(json, "computed", counts.computed);
	json_int(json, "cancelled", counts.cancelled);
	json_int(json, "gone", counts.gone);
	json_int(json, "streams_stopped", counts.streams_stopped);
	json_int(json, "versioned_runs", testapp_versioned_runs());
	/* On the clock that all processes of a machine share. */
	json_int(json, "last_cancelled_us", counts.last_cancelled_us);
	json_int(json, "now_us", clock_mono_ns() / 1000);
	return LC_OK;
}

/* ---- the table */

static const struct lc_field park_reply_fields[] = {
	LC_FIELD("parked_ms", LC_INT, .unit = "ms", .doc = "How long."),
	LC_FIELD_END};

static const struct lc_field compute_reply[] = {
	LC_FIELD("computed_ms", LC_INT, .unit = "ms", .doc = "How long."),
	LC_FIELD_END};

#define COUNT_FIELD(field) LC_FIELD(field, LC_INT, .doc = "A count.")

static const struct lc_field stats_reply[] = {COUNT_FIELD("pid"),
					      COUNT_FIELD("threads"),
					      COUNT_FIELD("rss_bytes"),
					      COUNT_FIELD("parked"),
					      COUNT_FIELD("computing"),
					      COUNT_FIELD("computing_most"),
					      COUNT_FIELD("computed"),
					      COUNT_FIELD("cancelled"),
					      COUNT_FIELD("gone"),
					      COUNT_FIELD("streams_stopped"),
					      COUNT_FIELD("versioned_runs"),
					      COUNT_FIELD("last_cancelled_us"),
					      COUNT_FIELD("now_us"),
					      LC_FIELD_END};

const struct lc_tag testapp_tag = {"tests", "What only the tests have."};

#define TEST_ENDPOINT(word, kind, ms, ...)                  \
	static const struct lc_endpoint word##_endpoint = { \
		.method = LC_GET,                           \
		.path = "/" #word,                          \
		.tag = &testapp_tag,                        \
		.summary = #word,                           \
		.params = word##_params,                    \
		.args_size = sizeof(struct word##_query),   \
		.work = kind,                               \
		.deadline_ms = ms,                          \
		.run = word##_run,                          \
		__VA_ARGS__}

TEST_ENDPOINT(park, LC_QUICK, 10000, .reply = park_reply_fields);
TEST_ENDPOINT(compute, LC_HEAVY, 2000, .reply = compute_reply);
TEST_ENDPOINT(stream, LC_HEAVY, 30000, .formats = LC_AS_TEXT);

static const struct lc_endpoint never_endpoint = {
	.method = LC_GET,
	.path = "/never",
	.tag = &testapp_tag,
	.summary = "Parks for ever.",
	.work = LC_QUICK,
	.deadline_ms = 300,
	.reply = park_reply_fields,
	.run = never_run,
};

static const struct lc_endpoint stats_endpoint = {
	.method = LC_GET,
	.path = "/stats",
	.tag = &testapp_tag,
	.summary = "What there is to see.",
	.work = LC_QUICK,
	.deadline_ms = 1000,
	.reply = stats_reply,
	.run = stats_run,
};

#define DECLARED_ENDPOINTS                                                    \
	&park_endpoint, &never_endpoint, &compute_endpoint, &stream_endpoint, \
		&stats_endpoint, &typed_endpoint, &listed_endpoint,           \
		&item_endpoint, &body_endpoint, &nested_endpoint,             \
		&header_endpoint, &formats_endpoint, &cached_endpoint,        \
		&limited_endpoint, &metered_endpoint, &keyed_endpoint,        \
		&unkeyed_endpoint, &client_endpoint, &waiting_endpoint,       \
		&tables_endpoint, &search_endpoint, &either_endpoint,         \
		&versioned_endpoint, &kept_pieces_endpoint, &thing_get,       \
		&thing_put, &thing_delete, &long_endpoint, &origin_endpoint,  \
		&kept_quick, &kept_heavy, &kept_versioned, &bounded_endpoint, \
		&parts_endpoint, &both_get, &both_post, &picture_endpoint,    \
		&openapi_endpoint, &docs_endpoint, &www_endpoint

const struct lc_endpoint *const testapp_table[] = {
	DECLARED_ENDPOINTS, &guarded_get,    &guarded_post, &guarded_put,
	&guarded_patch,     &guarded_delete, NULL,
};

/* The same with the guard forgotten, which a test must notice. */
const struct lc_endpoint *const testapp_unguarded_table[] = {
	DECLARED_ENDPOINTS, &open_get,    &open_post, &open_put,
	&open_patch,        &open_delete, NULL,
};
