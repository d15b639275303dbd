/* Messages: what they look like, what is left out, and what is counted. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>

#include "child.h"
#include "log_fixture.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

enum { THREADS = 4, EACH = 100 };

static char directory[STATE_DIR_MAX], errors[256], file[256];
static atomic_int counts[LOG_COUNT__MAX];

static void
count(void *arg, enum log_count what)
{
	assert_ptr_equal(arg, counts);
	atomic_fetch_add(&counts[what], 1);
}

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	snprintf(errors, sizeof(errors), "%s/stderr", directory);
	snprintf(file, sizeof(file), "%s/log", directory);
	for (int i = 0; i < LOG_COUNT__MAX; i++)
		atomic_store(&counts[i], 0);
	stderr_take(errors);
	log_watch(count, counts);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	log_begin(NULL, NULL, NULL);
	log_watch(NULL, NULL);
	stderr_give();
	state_dir_remove(directory);
	return 0;
}

/* ---- what they look like */

static void
test_text(void **state)
{
	const char *text;
	char start[64];

	(void)state;
	log_set_level(LOG_WARNINGS);
	log_notice("not to be seen");
	log_error("a stranger's\nline\x1b and\x7f \xff %d", 7);
	log_warning("%5000d", 1);
	log_set_level(LOG_NOTICES);
	log_notice("seen");
	text = text_of(errors);
	assert_null(strstr(text, "not to be seen"));
	snprintf(start, sizeof(start),
		 "Z lightcone[%ld] error: a stranger's"
		 " line  and  \xef\xbf\xbd 7\n",
		 (long)getpid());
	assert_ptr_equal(strstr(text, start), text + strlen("2026-11-30T19:00:"
							    "00.000"));
	assert_int_equal(lines_in(text), 3);
	text = strchr(text, '\n') + 1;
	assert_int_equal(strchr(text, '\n') - text, 2046);
	assert_int_equal(counts[LOG_COUNT_ERROR], 1);
	assert_int_equal(counts[LOG_COUNT_WARNING], 1);
	assert_int_equal(counts[LOG_COUNT_NOTICE], 1);
	assert_int_equal(counts[LOG_COUNT_LOST], 0);
}

struct form_case {
	const char *form;
	bool to_file;
	const char *before, *after; /* the process */
};

#define FORM_MSG "it is \\\"7\\\" \\u001b"

static const struct form_case form_cases[] = {
	{"logfmt", false,
	 "Z level=warning pid=", " role=web msg=\"" FORM_MSG "\"\n"},
	{"json", false, "Z\",\"level\":\"warning\",\"pid\":",
	 ",\"role\":\"web\",\"msg\":\"" FORM_MSG "\"}\n"},
	{"text", true, "Z lightcone[", "] warning: it is \"7\"  \n"},
	{"logfmt", true,
	 "Z level=warning pid=", " role=web msg=\"" FORM_MSG "\"\n"},
	{"json", true, "Z\",\"level\":\"warning\",\"pid\":",
	 ",\"role\":\"web\",\"msg\":\"" FORM_MSG "\"}\n"},
};

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(form_cases); i++) {
		const struct form_case *c = &form_cases[i];
		const char *path = c->to_file ? file : errors, *text;
		char end[256];

		log_begin(c->to_file ? file : NULL, NULL, c->form);
		log_warning("it is \"%d\" \x1b", 7);
		text = text_of(path);
		snprintf(end, sizeof(end), "%s%ld%s", c->before, (long)getpid(),
			 c->after);
		assert_int_equal(lines_in(text), 1);
		assert_true(strlen(text) > strlen(end));
		assert_string_equal(text + strlen(text) - strlen(end), end);
		assert_int_equal(truncate(path, 0), 0);
	}
	assert_int_equal(counts[LOG_COUNT_WARNING], COUNT(form_cases));
}

/* Longer than any line, in all forms: still one line each. */
static void
test_long(void **state)
{
	static const char *const forms[] = {"text", "logfmt", "json"};

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		log_begin(file, NULL, forms[i]);
		log_error("%s %9000d", "\n\n\n", 1);
		assert_int_equal(lines_in(text_of(file)), i + 1);
	}
}

static void
test_levels(void **state)
{
	static const char *const settings[] = {"error", "warning", "notice"};

	(void)state;
	for (size_t i = 0; i < COUNT(settings); i++) {
		log_begin_level(settings[i]);
		log_error("of level one");
		log_warning("of level two");
		log_notice("of level three");
		assert_int_equal(lines_in(text_of(errors)), i + 1);
		assert_int_equal(truncate(errors, 0), 0);
	}
	assert_int_equal(counts[LOG_COUNT_ERROR], 3);
	assert_int_equal(counts[LOG_COUNT_WARNING], 2);
	assert_int_equal(counts[LOG_COUNT_NOTICE], 1);
}

/* ---- what is left out */

/* By one who ends as a program does, and says then what there was. */
static void
repeat_and_end(void)
{
	log_watch(NULL, NULL);
	log_begin(file, NULL, NULL);
	for (int i = 0; i < 100; i++)
		log_warning("for the %dth time", i);
	for (int i = 0; i < 100; i++)
		log_notice("%s %d", "job", i);
	exit(EXIT_SUCCESS);
}

static void
test_repeats(void **state)
{
	pid_t child = child_fork();
	const char *text;
	int status;

	(void)state;
	if (child == 0)
		repeat_and_end();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	text = text_of(file);
	assert_int_equal(lines_with(text, " warning: for the "),
			 LOG_REPEAT_MOST);
	assert_int_equal(lines_with(text, " notice: job "), 100);
	assert_int_equal(lines_with(text, " warning: 80 more like this were "
					  "left out: for the 99th time\n"),
			 1);
}

static void
test_repeats_are_counted(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++)
		log_error("again %d", i);
	assert_int_equal(counts[LOG_COUNT_ERROR], LOG_REPEAT_MOST);
	assert_int_equal(counts[LOG_COUNT_SUPPRESSED], 50 - LOG_REPEAT_MOST);
	assert_int_equal(lines_in(text_of(errors)), LOG_REPEAT_MOST);
}

/* ---- threads */

static void *
talk(void *arg)
{
	for (int i = 0; i < EACH; i++)
		log_notice("%s %d", (const char *)arg, i);
	return NULL;
}

static void
test_threads(void **state)
{
	static char words[THREADS][512];
	pthread_t threads[THREADS];

	(void)state;
	log_begin(file, NULL, "logfmt");
	for (int i = 0; i < THREADS; i++) {
		memset(words[i], 'a' + i, sizeof(words[i]) - 1);
		assert_int_equal(
			pthread_create(&threads[i], NULL, talk, words[i]), 0);
	}
	for (int i = 0; i < EACH / 2; i++)
		log_reopen();
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(lines_with(text_of(file), words[i]), EACH);
	assert_int_equal(lines_in(text_of(file)), THREADS * EACH);
	assert_int_equal(counts[LOG_COUNT_NOTICE], THREADS * EACH);
}

/* ---- where there is nowhere */

/* The next descriptor must not be standard error, and a pipe may break. */
static void
speak_into_nothing(void)
{
	int pipes[2], status;

	log_watch(NULL, NULL);
	close(STDERR_FILENO);
	log_begin(NULL, NULL, NULL);
	log_error("into nothing");
	status = open(file, O_WRONLY | O_CREAT, 0600) == STDERR_FILENO;
	if (pipe(pipes) != 0 || dup2(pipes[1], STDERR_FILENO) < 0)
		_exit(3);
	close(pipes[0]);
	close(pipes[1]);
	signal(SIGPIPE, SIG_DFL);
	log_begin(NULL, NULL, NULL);
	log_error("into a pipe that nobody reads");
	_exit(status);
}

/* A file that may not grow is no reason to die. */
static void
speak_into_little(void)
{
	const struct rlimit little = {.rlim_cur = 100,
				      .rlim_max = RLIM_INFINITY};

	log_watch(NULL, NULL);
	signal(SIGXFSZ, SIG_DFL);
	log_begin(file, NULL, NULL);
	if (setrlimit(RLIMIT_FSIZE, &little) != 0)
		_exit(2);
	for (int i = 0; i < 10; i++)
		log_error("a line of some length, number %d", i);
	_exit(EXIT_SUCCESS);
}

static void
test_little(void **state)
{
	pid_t child = child_fork();
	int status;

	(void)state;
	if (child == 0)
		speak_into_little();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(lines_in(text_of(file)), 1);
}

static void
test_nowhere(void **state)
{
	pid_t child = child_fork();
	int status;

	(void)state;
	if (child == 0)
		speak_into_nothing();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_string_equal(text_of(file), "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_text),    TEST(test_forms),
		TEST(test_long),    TEST(test_levels),
		TEST(test_repeats), TEST(test_repeats_are_counted),
		TEST(test_threads), TEST(test_nowhere),
		TEST(test_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
