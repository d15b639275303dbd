/* Syslog: what it is sent, and what happens when it does not listen. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_line.h"
#include "log_fixture.h"
#include "state_dir.h"

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

enum { MESSAGE_MAX = 8192, MANY = 2000 };

static char directory[STATE_DIR_MAX], errors[256];
static struct sockaddr_un ours = {.sun_family = AF_UNIX};
static atomic_int lost;
static int listener = -1;

/* Nobody's /dev/log but the test's own; see LDFLAGS. */
int __real_connect(int descriptor, const struct sockaddr *to, socklen_t length);
int __wrap_connect(int descriptor, const struct sockaddr *to, socklen_t length);

int
__wrap_connect(int descriptor, const struct sockaddr *to, socklen_t length)
{
	const struct sockaddr_un *address = (const void *)to;

	if (to->sa_family == AF_UNIX &&
	    strcmp(address->sun_path, _PATH_LOG) == 0)
		return __real_connect(descriptor, (const void *)&ours,
				      sizeof(ours));
	return __real_connect(descriptor, to, length);
}

static void
count(void *arg, enum log_count what)
{
	(void)arg;
	if (what == LOG_COUNT_LOST)
		atomic_fetch_add(&lost, 1);
}

static void
syslogd_start(int kind)
{
	const struct timeval patience = {.tv_sec = 10};

	listener = socket(AF_UNIX, kind | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(
		bind(listener, (const struct sockaddr *)&ours, sizeof(ours)),
		0);
	assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO,
				    &patience, sizeof(patience)),
			 0);
	if (kind == SOCK_STREAM)
		assert_int_equal(listen(listener, 4), 0);
}

static void
syslogd_stop(void)
{
	if (listener >= 0)
		close(listener);
	listener = -1;
	unlink(ours.sun_path);
}

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	snprintf(errors, sizeof(errors), "%s/stderr", directory);
	assert_true(snprintf(ours.sun_path, sizeof(ours.sun_path), "%s/log",
			     directory) < (int)sizeof(ours.sun_path));
	atomic_store(&lost, 0);
	stderr_take(errors);
	log_watch(count, NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	log_watch(NULL, NULL);
	log_begin(NULL, NULL, NULL);
	syslogd_stop();
	stderr_give();
	state_dir_remove(directory);
	return 0;
}

/* What comes next: "<PRIORITY>" and what stands behind "lightcone[PID]: ". */
static void
message_is(int descriptor, int priority, const char *words)
{
	char got[MESSAGE_MAX], start[32], name[64], *at;
	ssize_t length = recv(descriptor, got, sizeof(got) - 1, 0);
	struct tm when;

	assert_true(length > 0);
	got[length] = '\0';
	snprintf(start, sizeof(start), "<%d>", LOG_DAEMON | priority);
	assert_memory_equal(got, start, strlen(start));
	at = strptime(got + strlen(start), "%b %e %H:%M:%S ", &when);
	assert_non_null(at);
	snprintf(name, sizeof(name), "lightcone[%ld]: ", (long)getpid());
	assert_memory_equal(at, name, strlen(name));
	at += strlen(name);
	if (words[0] == '*')
		assert_non_null(strstr(at, words + 1));
	else
		assert_string_equal(at, words);
	assert_null(strchr(at, '\n'));
}

static void
request_add(int status)
{
	struct log_line line;
	enum log_form form;

	assert_true(log_access_form(&form));
	log_line_begin(&line, form, "info");
	log_line_int(&line, "status", status);
	log_line_end(&line);
	log_access(&line);
}

static void
test_text(void **state)
{
	(void)state;
	syslogd_start(SOCK_DGRAM);
	log_begin("syslog", "syslog", "text");
	log_error("one\nof %d", 3);
	message_is(listener, LOG_ERR, "one of 3");
	log_warning("two");
	message_is(listener, LOG_WARNING, "two");
	log_notice("three");
	message_is(listener, LOG_NOTICE, "three");
	request_add(200);
	message_is(listener, LOG_INFO, "* level=info status=200");
	request_add(404);
	request_add(500);
	message_is(listener, LOG_INFO, "* level=info status=404");
	message_is(listener, LOG_INFO, "* level=info status=500");
	assert_string_equal(text_of(errors), "");
}

static void
test_json(void **state)
{
	(void)state;
	syslogd_start(SOCK_DGRAM);
	log_begin("syslog", NULL, "json");
	log_error("one");
	message_is(listener, LOG_ERR, "*Z\",\"level\":\"error\",\"pid\":");
	log_begin("syslog", NULL, "logfmt");
	log_error("two");
	message_is(listener, LOG_ERR, "* role=web msg=two");
}

/* Where it is a stream a NUL ends each. */
static void
test_stream(void **state)
{
	int connection;

	(void)state;
	syslogd_start(SOCK_STREAM);
	log_begin("syslog", NULL, NULL);
	connection = accept(listener, NULL, NULL);
	assert_true(connection >= 0);
	log_error("one");
	message_is(connection, LOG_ERR, "one");
	log_notice("two");
	message_is(connection, LOG_NOTICE, "two");
	close(connection);
	/* It is there again when it has hung up. */
	log_notice("three");
	connection = accept(listener, NULL, NULL);
	assert_true(connection >= 0);
	message_is(connection, LOG_NOTICE, "three");
	close(connection);
}

static void
test_away(void **state)
{
	(void)state;
	log_begin("syslog", NULL, NULL);
	log_error("one");
	assert_int_equal(lines_with(text_of(errors),
				    " warning: the log syslog cannot be "
				    "opened: No such file or directory; "),
			 1);
	assert_int_equal(lines_with(text_of(errors), "Z lightcone["), 2);
	assert_int_equal(lines_with(text_of(errors), " error: one\n"), 1);
	syslogd_start(SOCK_DGRAM);
	log_reopen();
	log_error("two");
	message_is(listener, LOG_ERR, "two");
	/* Another in its place, which is another socket. */
	syslogd_stop();
	syslogd_start(SOCK_DGRAM);
	log_error("three");
	message_is(listener, LOG_ERR, "three");
	syslogd_stop();
	log_error("four");
	assert_int_equal(lines_with(text_of(errors), " error: four\n"), 1);
	assert_int_equal(lines_in(text_of(errors)), 4);
	assert_int_equal(lost, 0);
}

/* One that hangs: nothing waits long, and what is lost is counted. */
static void
test_hangs(void **state)
{
	const int64_t begun_ns = clock_mono_ns();
	char got[MESSAGE_MAX];
	int taken = 0;

	(void)state;
	syslogd_start(SOCK_DGRAM);
	log_begin("syslog", NULL, NULL);
	for (int i = 0; i < MANY; i++)
		log_notice("%d", i);
	assert_true(clock_mono_ns() - begun_ns < 5 * CLOCK_NS_PER_S);
	assert_true(lost > 0);
	assert_int_equal(lines_with(text_of(errors), " the log syslog "
						     "has lost "),
			 1);
	while (recv(listener, got, sizeof(got), MSG_DONTWAIT) > 0)
		taken++;
	assert_int_equal(taken + lost, MANY);
	log_notice("it is there again");
	message_is(listener, LOG_NOTICE, "it is there again");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_text), TEST(test_json),  TEST(test_stream),
		TEST(test_away), TEST(test_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
