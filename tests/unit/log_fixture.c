#include "log_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/options.h"

enum { AWAIT_MS = 10000, VARIABLE_MAX = 512 };

static int stderr_before = -1;

static void
begin(const char *log, const char *access, const char *format,
      const char *level)
{
	static const char *const names[] = {"LOG", "ACCESS_LOG", "LOG_FORMAT",
					    "LOG_LEVEL"};
	const char *values[] = {log, access, format, level};
	char variables[4][VARIABLE_MAX], *environment[5];
	struct options options;
	struct buf why;
	int count = 0;

	for (int i = 0; i < 4; i++) {
		if (values[i] == NULL)
			continue;
		snprintf(variables[count], VARIABLE_MAX, "LIGHTCONE_%s=%s",
			 names[i], values[i]);
		environment[count] = variables[count];
		count++;
	}
	environment[count] = NULL;
	buf_init(&why);
	assert_int_equal(options_load_from(&options, NULL, environment, &why),
			 LC_OK);
	buf_release(&why);
	log_start(&options, "web");
	options_release(&options);
}

void
log_begin(const char *log, const char *access, const char *format)
{
	begin(log, access, format, NULL);
}

void
log_begin_level(const char *level)
{
	begin(NULL, NULL, NULL, level);
}

void
stderr_take(const char *path)
{
	int file = open(
		path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);

	assert_true(file >= 0);
	stderr_before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	assert_true(stderr_before >= 0);
	assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
	close(file);
}

void
stderr_give(void)
{
	assert_int_equal(dup2(stderr_before, STDERR_FILENO), STDERR_FILENO);
	close(stderr_before);
	stderr_before = -1;
}

const char *
text_of(const char *path)
{
	static char text[LOG_TEXT_MAX];
	FILE *file = fopen(path, "re");
	size_t length = 0;

	if (file != NULL) {
		length = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[length] = '\0';
	return text;
}

size_t
lines_with(const char *text, const char *words)
{
	size_t count = 0;

	while (*text != '\0') {
		const char *end = strchr(text, '\n');
		const char *found = strstr(text, words);

		assert_non_null(end);
		count += found != NULL && found < end;
		text = end + 1;
	}
	return count;
}

size_t
lines_in(const char *text)
{
	return lines_with(text, "");
}

void
lines_await(const char *path, const char *words, size_t count)
{
	const struct timespec pause = {.tv_nsec = 2000000};

	for (int i = 0; i < AWAIT_MS / 2; i++) {
		if (lines_with(text_of(path), words) == count)
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("%s: not %zu lines with \"%s\" in\n%s", path, count, words,
		 text_of(path));
}
