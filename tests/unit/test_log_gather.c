/* Lines of requests: all there, whole, in order and soon. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_gather.h"
#include "base/log_line.h"
#include "base/number.h"
#include "child.h"
#include "log_fixture.h"
#include "state_dir.h"

enum {
	PROCESSES = 3,
	THREADS = 3,
	EACH = 1000,
	WRITERS = PROCESSES * THREADS,
	STUCK_LINES = 3000
};

static char directory[STATE_DIR_MAX], file[256], errors[256];
static atomic_int lost;

static void
count(void *arg, enum log_count what)
{
	(void)arg;
	if (what == LOG_COUNT_LOST)
		atomic_fetch_add(&lost, 1);
}

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	snprintf(file, sizeof(file), "%s/access", directory);
	snprintf(errors, sizeof(errors), "%s/stderr", directory);
	stderr_take(errors);
	atomic_store(&lost, 0);
	log_watch(count, NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	log_watch(NULL, NULL);
	log_begin(NULL, NULL, NULL);
	stderr_give();
	state_dir_remove(directory);
	return 0;
}

/* A line of a length that depends on its number. */
static void
line_add(int writer, int number)
{
	struct log_line line;
	enum log_form form;
	char filler[512];

	if (!log_access_form(&form))
		return;
	memset(filler, 'a' + writer, sizeof(filler));
	filler[(number * 37 + writer) % (int)(sizeof(filler) - 1) + 1] = '\0';
	log_line_begin(&line, form, "info");
	log_line_int(&line, "writer", writer);
	log_line_int(&line, "number", number);
	log_line_text(&line, "filler", filler);
	log_line_end(&line);
	log_access(&line);
}

static int64_t
field_of(const char *line, const char *name)
{
	const char *at = strstr(line, name);
	int64_t value;

	assert_non_null(at);
	at += strlen(name);
	assert_int_equal(
		number_parse_int64(at, strspn(at, "0123456789"), &value),
		NUMBER_OK);
	return value;
}

/* Each writer's lines from the first to the last, each just as it was. */
static void
lines_are_all(const char *text, int writers, int each)
{
	int next[WRITERS] = {0};

	while (*text != '\0') {
		const char *end = strchr(text, '\n');
		int64_t writer, number;
		size_t filler;

		assert_non_null(end);
		assert_memory_equal(text, "time=20", 7);
		writer = field_of(text, " writer=");
		number = field_of(text, " number=");
		assert_true(writer < writers);
		assert_int_equal(number, next[writer]);
		next[writer]++;
		filler = (size_t)(number * 37 + writer) % 511 + 1;
		assert_true((size_t)(end - text) > filler);
		for (const char *at = end - filler; at < end; at++)
			assert_int_equal(*at, 'a' + (int)writer);
		assert_int_equal(end[-(ptrdiff_t)filler - 1], '=');
		text = end + 1;
	}
	for (int i = 0; i < writers; i++)
		assert_int_equal(next[i], each);
}

/* ---- when they are written */

static void
test_soon(void **state)
{
	int64_t begun_ns;

	(void)state;
	log_begin(NULL, file, NULL);
	line_add(0, 0);
	line_add(0, 1);
	/* Nobody writes a further one, nor tells to flush. */
	begun_ns = clock_mono_ns();
	lines_await(file, "", 2);
	assert_true(clock_mono_ns() - begun_ns < 5 * CLOCK_NS_PER_S);
	line_add(0, 2);
	log_flush();
	lines_are_all(text_of(file), 1, 3);
	/* And when it has slept for long. */
	line_add(0, 3);
	lines_await(file, "", 4);
}

static void
test_off(void **state)
{
	enum log_form form;

	(void)state;
	log_begin(NULL, NULL, NULL);
	assert_false(log_access_form(&form));
	log_begin(NULL, file, NULL);
	assert_true(log_access_form(&form));
	assert_int_equal(form, LOG_LOGFMT);
	log_begin(NULL, file, "json");
	assert_true(log_access_form(&form));
	assert_int_equal(form, LOG_JSON);
	assert_string_equal(text_of(file), "");
}

/* Under CGI: one line, or some, and then the end; no thread for the one. */
static void
end_after(int lines, bool abruptly)
{
	log_watch(NULL, NULL);
	log_begin(NULL, file, NULL);
	for (int i = 0; i < lines; i++)
		line_add(0, i);
	if (!abruptly)
		exit(EXIT_SUCCESS);
	log_flush();
	_exit(EXIT_SUCCESS);
}

static void
test_end(void **state)
{
	int status;

	(void)state;
	for (int i = 0; i < 6; i++) {
		const int lines = 1 + i % 3;
		pid_t child = child_fork();

		if (child == 0)
			end_after(lines, i >= 3);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		lines_are_all(text_of(file), 1, lines);
		assert_int_equal(unlink(file), 0);
	}
}

/* ---- many */

struct writer {
	int number;
	pthread_t thread;
};

static void *
write_lines(void *arg)
{
	const struct writer *writer = arg;

	for (int i = 0; i < EACH; i++)
		line_add(writer->number, i);
	return NULL;
}

static void
threads_write(int first)
{
	struct writer writers[THREADS];

	for (int i = 0; i < THREADS; i++) {
		writers[i].number = first + i;
		assert_int_equal(pthread_create(&writers[i].thread, NULL,
						write_lines, &writers[i]),
				 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(writers[i].thread, NULL);
}

/* All of them at the same time into one file. */
static void
test_processes(void **state)
{
	pid_t children[PROCESSES];
	int status, gate[2];
	char c;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = child_fork();
		if (children[i] > 0)
			continue;
		log_watch(NULL, NULL);
		close(gate[1]);
		log_begin(NULL, file, NULL);
		if (read(gate[0], &c, 1) != 0)
			_exit(2);
		threads_write(i * THREADS);
		exit(EXIT_SUCCESS);
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	lines_are_all(text_of(file), WRITERS, EACH);
}

/* While the file is opened anew, and what is gathered written, by others. */
static void
test_threads(void **state)
{
	struct writer writers[THREADS];

	(void)state;
	log_begin(NULL, file, NULL);
	for (int i = 0; i < THREADS; i++) {
		writers[i].number = i;
		assert_int_equal(pthread_create(&writers[i].thread, NULL,
						write_lines, &writers[i]),
				 0);
	}
	for (int i = 0; i < 50; i++) {
		log_reopen();
		log_flush();
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(writers[i].thread, NULL);
	log_flush();
	lines_are_all(text_of(file), THREADS, EACH);
	assert_int_equal(lost, 0);
}

/* ---- a reader that does not read */

/* What a pipe has: whole lines, one after the other, some left out. */
static int
pipe_lines(int reader)
{
	static char text[1 << 20];
	size_t length = 0;
	int64_t last = -1;
	int lines = 0;
	ssize_t part;

	while ((part = read(reader, text + length, sizeof(text) - 1 - length)) >
	       0)
		length += (size_t)part;
	text[length] = '\0';
	for (char *at = text; *at != '\0'; lines++) {
		char *end = strchr(at, '\n');

		assert_non_null(end);
		assert_memory_equal(at, "time=20", 7);
		assert_true(field_of(at, " number=") > last);
		last = field_of(at, " number=");
		at = end + 1;
	}
	return lines;
}

static void
test_stuck(void **state)
{
	int64_t begun_ns, took_ns;
	int reader, lines;

	(void)state;
	assert_int_equal(mkfifo(file, 0600), 0);
	reader = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
	log_begin(NULL, file, NULL);
	begun_ns = clock_mono_ns();
	for (int i = 0; i < STUCK_LINES; i++)
		line_add(0, i);
	took_ns = clock_mono_ns() - begun_ns;
	assert_true(took_ns < 2 * CLOCK_NS_PER_S);
	assert_true(lost > STUCK_LINES / 2);
	/* What it could not take it has later, and all others are counted. */
	assert_int_equal(lines_with(text_of(errors), " has lost "), 1);
	lines = pipe_lines(reader);
	assert_true(lines > 100);
	for (int i = 0; i < 10; i++) {
		log_flush();
		lines += pipe_lines(reader);
	}
	assert_int_equal(lines + lost, STUCK_LINES);
	close(reader);
}

/* What could not be written by the end is lost, and counted. */
static void
told(struct log_place *place)
{
	(void)place;
}

static void
test_drop(void **state)
{
	static struct log_place place = LOG_PLACE_STDERR;
	static struct log_gather gather = LOG_GATHER_TO(&place, told);
	char text[64];
	int reader;

	(void)state;
	assert_int_equal(mkfifo(file, 0600), 0);
	reader = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
	log_place_set(&place, file);
	for (int i = 0; i < STUCK_LINES; i++) {
		snprintf(text, sizeof(text), "time=20 number=%d%40s\n", i, "");
		log_gather_add(&gather, text, strlen(text));
	}
	assert_false(log_gather_write(&gather, 1));
	log_gather_drop(&gather);
	assert_int_equal(pipe_lines(reader) + (int)log_place_lost(&place),
			 STUCK_LINES);
	close(reader);
	log_place_set(&place, "stderr");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		/* Before this process has a thread that writes. */
		TEST(test_processes), TEST(test_end),     TEST(test_off),
		TEST(test_soon),      TEST(test_threads), TEST(test_stuck),
		TEST(test_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
