/* What the tests' jobs do, as endpoints that are in no table. */
#include "testwork.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_MAX_BYTES = 256, MB = 1 << 20, PAGE = 4096 };

static const struct lc_tag tag = {"work", "What the tests' jobs do."};

struct job_args {
	int64_t ms, times, mb, bytes;
	const char *path, *word;
};

static const struct lc_field params[] = {
	LC_PARAM(job_args, ms, .in = LC_IN_BODY, .min = "0", .def = "0",
		 .doc = "How long it lasts."),
	LC_PARAM(job_args, times, .in = LC_IN_BODY, .min = "0", .def = "0",
		 .doc = "How often it fails."),
	LC_PARAM(job_args, mb, .in = LC_IN_BODY, .min = "0", .def = "0",
		 .doc = "How much memory it wants."),
	LC_PARAM(job_args, bytes, .in = LC_IN_BODY, .min = "0", .def = "0",
		 .doc = "How large its result is."),
	LC_PARAM(job_args, path, .in = LC_IN_BODY, .def = "",
		 .doc = "The file into which it writes a line."),
	LC_PARAM(job_args, word, .in = LC_IN_BODY, .def = "",
		 .doc = "What it writes there."),
	LC_FIELD_END};

#define TEST_JOB(name, kind, ...)                     \
	const struct lc_endpoint testwork_##name = {  \
		.method = LC_POST,                    \
		.path = "/testwork/" #name,           \
		.tag = &tag,                          \
		.summary = #name,                     \
		.params = params,                     \
		.args_size = sizeof(struct job_args), \
		.work = kind,                         \
		.deadline_ms = 1000,                  \
		.run = name##_run}

/* One write, which other processes' do not come between. */
static enum lc_rc
line_write(const struct job_args *args, const char *what)
{
	char line[LINE_MAX_BYTES];
	struct timespec now;
	int length, file;
	ssize_t written;

	if (args->path[0] == '\0')
		return LC_OK;
	clock_gettime(CLOCK_REALTIME, &now);
	length = snprintf(line, sizeof(line), "%s %s %lld\n", what, args->word,
			  (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	file = open(args->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
		    0600);
	if (file < 0)
		return LC_UNAVAILABLE;
	written = write(file, line, (size_t)length);
	close(file);
	return written == length ? LC_OK : LC_UNAVAILABLE;
}

static enum lc_rc
pass_time(struct lc_call *call, int64_t ms, bool asks)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};
	struct lc_progress *progress = lc_progress(call);
	const int64_t from_ns = clock_mono_ns();
	const int64_t until_ns = from_ns + ms * CLOCK_NS_PER_MS;
	enum lc_rc rc = LC_OK;
	int64_t now_ns;

	while (rc == LC_OK && (now_ns = clock_mono_ns()) < until_ns) {
		nanosleep(&pause, NULL);
		progress_report(progress, (double)(now_ns - from_ns) /
						  (double)(until_ns - from_ns));
		rc = asks ? progress_stopped(progress) : LC_OK;
	}
	return rc;
}

static enum lc_rc
empty_run(struct lc_call *call, const void *args)
{
	(void)call;
	return line_write(args, "ran");
}

TEST_JOB(empty, LC_QUICK);

/* Asks its progress. */
static enum lc_rc
sleep_run(struct lc_call *call, const void *args)
{
	const struct job_args *job = args;
	enum lc_rc rc = line_write(job, "begin");

	if (rc == LC_OK)
		rc = pass_time(call, job->ms, true);
	return rc == LC_OK ? line_write(job, "end") : rc;
}

TEST_JOB(sleep, LC_QUICK);

/* The same on the pool. */
static enum lc_rc
long_run(struct lc_call *call, const void *args)
{
	return sleep_run(call, args);
}

TEST_JOB(long, LC_HEAVY);

/* Does not ask. */
static enum lc_rc
stubborn_run(struct lc_call *call, const void *args)
{
	const struct job_args *job = args;
	enum lc_rc rc = line_write(job, "begin");

	if (rc == LC_OK)
		rc = pass_time(call, job->ms, false);
	return rc == LC_OK ? line_write(job, "end") : rc;
}

TEST_JOB(stubborn, LC_QUICK);

static enum lc_rc
crash_run(struct lc_call *call, const void *args)
{
	(void)call;
	if (line_write(args, "ran") == LC_OK)
		signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	return LC_OK;
}

TEST_JOB(crash, LC_QUICK);

static enum lc_rc
exit_run(struct lc_call *call, const void *args)
{
	(void)call;
	(void)args;
	_exit(3);
}

TEST_JOB(exit, LC_QUICK);

static int64_t
lines_count(const char *path)
{
	FILE *file = fopen(path, "re");
	int64_t count = 0;

	for (int c; file != NULL && (c = getc(file)) != EOF;)
		count += c == '\n';
	if (file != NULL)
		fclose(file);
	return count;
}

static enum lc_rc
fail_run(struct lc_call *call, const void *args)
{
	const struct job_args *job = args;

	if (line_write(job, "ran") != LC_OK ||
	    lines_count(job->path) <= job->times)
		return lc_fail(call, LC_UNAVAILABLE, "it is not time yet");
	return LC_OK;
}

TEST_JOB(fail, LC_QUICK);

static enum lc_rc
bad_run(struct lc_call *call, const void *args)
{
	if (line_write(args, "ran") != LC_OK)
		return LC_UNAVAILABLE;
	return lc_fail(call, LC_INVALID, "it will never be right");
}

TEST_JOB(bad, LC_QUICK);

static enum lc_rc
effect_run(struct lc_call *call, const void *args)
{
	const struct job_args *job = args;
	enum lc_rc rc = pass_time(call, job->ms, true);

	return rc == LC_OK ? line_write(job, "effect") : rc;
}

TEST_JOB(effect, LC_QUICK);

static enum lc_rc
big_run(struct lc_call *call, const void *args)
{
	const struct job_args *job = args;
	size_t bytes = (size_t)job->mb * MB;
	volatile char *memory = malloc(bytes);

	if (memory == NULL)
		return lc_fail(call, LC_NO_MEMORY, "%lld MB are not to be had",
			       (long long)job->mb);
	for (size_t i = 0; i < bytes; i += PAGE)
		memory[i] = 1;
	free((void *)(uintptr_t)memory);
	return LC_OK;
}

TEST_JOB(big, LC_QUICK);

static enum lc_rc
result_run(struct lc_call *call, const void *args)
{
	const struct job_args *job = args;
	struct buf *body = lc_body(call, "text/plain");
	enum lc_rc rc = pass_time(call, job->ms, true);

	for (int64_t i = 0; i < job->bytes; i++)
		buf_add_char(body, (char)('a' + i % 26));
	return rc;
}

TEST_JOB(result, LC_QUICK);

/* Where it writes is not in the payload of a periodic job. */
static enum lc_rc
tick_run(struct lc_call *call, const void *args)
{
	const char *path = getenv("TESTWORK_TICKS");
	struct job_args job = {.path = path != NULL ? path : "", .word = ""};

	(void)call;
	(void)args;
	return line_write(&job, "tick");
}

TEST_JOB(tick, LC_QUICK);
