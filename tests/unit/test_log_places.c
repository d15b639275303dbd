/* Where lines go: files that come and go, pipes, full disks. */
#include "base/log_place.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>
#include <signal.h>

#include "base/clock.h"
#include "full_disk.h"
#include "log_fixture.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

enum { WAIT_MS = 50, FULL_BYTES = 1000, BATCH = 100, PIPE_MOST = 1 << 20 };

static char directory[STATE_DIR_MAX], folder[200], file[256], errors[256];
static struct log_place place = LOG_PLACE_STDERR;

static int
set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	state_dir_make(directory);
	snprintf(folder, sizeof(folder), "%s/logs", directory);
	snprintf(file, sizeof(file), "%s/log", folder);
	snprintf(errors, sizeof(errors), "%s/stderr", directory);
	assert_int_equal(mkdir(folder, 0700), 0);
	stderr_take(errors);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	log_place_set(&place, "stderr");
	log_place_lost(&place);
	atomic_store(&place.lost_unsaid, 0);
	place.said_ns = 0;
	stderr_give();
	unlink(file);
	rmdir(folder);
	state_dir_remove(directory);
	return 0;
}

/* Bytes that were dealt with. */
static size_t
say(const char *text, int wait_ms)
{
	const struct log_lines lines = {
		.bytes = text, .length = strlen(text), .priority = LOG_INFO};

	return log_place_write(&place, &lines, wait_ms);
}

static void
say_all(const char *text)
{
	assert_int_equal(say(text, WAIT_MS), strlen(text));
}

/* As if a second had passed. */
static void
let_look(void)
{
	place.looked_ns -= LOG_PLACE_LOOK_MS * CLOCK_NS_PER_MS;
}

static void
complains_with(const char *words)
{
	char said[512] = "nothing";
	bool complains = log_place_complains(&place, said, sizeof(said));

	if (complains != (words != NULL) ||
	    (words != NULL && strstr(said, words) == NULL))
		fail_msg("it says %s, and not %s", said, words);
}

/* ---- files that come and go */

static void
file_rename(void)
{
	char old[300];

	snprintf(old, sizeof(old), "%s/old", directory);
	assert_int_equal(rename(file, old), 0);
}

static void
file_remove(void)
{
	assert_int_equal(unlink(file), 0);
}

/* As logrotate's "create" does. */
static void
file_replace(void)
{
	int made;

	file_rename();
	made = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(made >= 0);
	close(made);
}

static void
file_stay(void)
{
	say_all("before\n");
}

struct gone_case {
	void (*happens)(void);
	bool told; /* by a signal, and not seen after a second */
	const char *text;
};

static const struct gone_case gone_cases[] = {
	{file_rename, false, "after\n"},
	{file_rename, true, "after\n"},
	{file_remove, false, "after\n"},
	{file_replace, false, "after\n"},
	{file_replace, true, "after\n"},
	{file_stay, false, "before\nbefore\nafter\n"},
	{file_stay, true, "before\nbefore\nafter\n"},
};

static void
test_gone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(gone_cases); i++) {
		const struct gone_case *c = &gone_cases[i];

		log_place_set(&place, file);
		say_all("before\n");
		c->happens();
		if (c->told)
			log_place_reopen(&place);
		else
			let_look();
		say_all("after\n");
		complains_with(NULL);
		assert_string_equal(text_of(file), c->text);
		assert_int_equal(unlink(file), 0);
	}
	assert_string_equal(text_of(errors), "");
}

/* It is not looked at for each line. */
static void
test_looks_seldom(void **state)
{
	int64_t looked_ns;

	(void)state;
	log_place_set(&place, file);
	let_look();
	say_all("one\n");
	looked_ns = place.looked_ns;
	file_rename();
	say_all("two\n");
	assert_true(place.looked_ns == looked_ns);
	assert_int_equal(access(file, F_OK), -1);
}

static void
test_mode(void **state)
{
	struct stat made;
	mode_t mask = umask(0027);

	(void)state;
	log_place_set(&place, file);
	assert_int_equal(stat(file, &made), 0);
	assert_int_equal(made.st_mode & 0777, 0640);
	assert_int_equal(unlink(file), 0);
	umask(0077);
	log_place_reopen(&place);
	umask(mask);
	assert_int_equal(stat(file, &made), 0);
	assert_int_equal(made.st_mode & 0777, 0600);
}

static void
test_directory_gone(void **state)
{
	(void)state;
	log_place_set(&place, file);
	say_all("before\n");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(folder), 0);
	let_look();
	say_all("while away\n");
	assert_string_equal(text_of(errors), "while away\n");
	complains_with("cannot be opened: No such file or directory");
	let_look();
	say_all("still away\n");
	complains_with(NULL);
	assert_int_equal(mkdir(folder, 0700), 0);
	say_all("it is not looked\n");
	let_look();
	say_all("after\n");
	assert_string_equal(text_of(file), "after\n");
	assert_int_equal(lines_in(text_of(errors)), 3);
	assert_int_equal(log_place_lost(&place), 0);
}

static void
test_cannot_open(void **state)
{
	(void)state;
	log_place_set(&place, folder);
	complains_with("cannot be opened: Is a directory");
	say_all("a line\n");
	complains_with(NULL);
	assert_string_equal(text_of(errors), "a line\n");
}

/* ---- full disks */

/* Lines that go on after the disk is full, and when it has room again. */
static void
test_full(void **state)
{
	char batch[BATCH * 11 + 1];
	size_t lines, lost;

	(void)state;
	for (int i = 0; i < BATCH; i++)
		snprintf(batch + i * 11, 12, "line %05d\n", i);
	log_place_set(&place, file);
	full_disk_from(FULL_BYTES);
	say_all(batch);
	lines = lines_in(text_of(file));
	assert_int_equal(lines, FULL_BYTES / 11);
	assert_memory_equal(text_of(file), batch, lines * 11);
	assert_int_equal(log_place_lost(&place), BATCH - lines);
	complains_with(" has lost 10 lines: File too large");
	say_all("more than has room\n");
	say_all("short\n");
	lost = log_place_lost(&place);
	complains_with(NULL); /* not yet again */
	place.said_ns -= LOG_PLACE_COMPLAIN_S * CLOCK_NS_PER_S;
	full_disk_no_more();
	assert_int_equal(lost, 1);
	complains_with(" has lost 1 line: ");
	complains_with(NULL);
	say_all("room\n");
	assert_int_equal(lines_with(text_of(file), "short\n"), 1);
	assert_int_equal(lines_with(text_of(file), "room\n"), 1);
	assert_int_equal(lines_in(text_of(file)), lines + 2);
}

/* ---- pipes */

static int
fifo_read(void)
{
	int reader = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	assert_true(reader >= 0);
	return reader;
}

static size_t
pipe_take(int reader, char *text, size_t most)
{
	ssize_t part = read(reader, text, most - 1);

	text[part > 0 ? part : 0] = '\0';
	return part > 0 ? (size_t)part : 0;
}

static void
test_fifo(void **state)
{
	char text[64];
	int reader;

	(void)state;
	assert_int_equal(mkfifo(file, 0600), 0);
	log_place_set(&place, file); /* and does not wait for a reader */
	complains_with("cannot be opened: No such device or address");
	say_all("one\n");
	reader = fifo_read();
	let_look();
	say_all("two\n");
	pipe_take(reader, text, sizeof(text));
	assert_string_equal(text, "two\n");
	close(reader);
	say_all("three\n");
	complains_with("cannot be opened: ");
	reader = fifo_read();
	let_look();
	say_all("four\n");
	/* One goes, and the next is there at once and has what is there. */
	close(reader);
	reader = fifo_read();
	say_all("five\n");
	pipe_take(reader, text, sizeof(text));
	assert_string_equal(text, "four\nfive\n");
	close(reader);
	assert_string_equal(text_of(errors), "one\nthree\n");
	assert_int_equal(log_place_lost(&place), 0);
}

/* How much of a text is taken in one go by who does not read, and how long. */
static size_t
offer(const char *text, int wait_ms, int64_t *took_ns)
{
	int64_t begun_ns = clock_mono_ns();
	size_t taken = say(text, wait_ms);

	*took_ns = clock_mono_ns() - begun_ns;
	assert_true(taken == 0 || text[taken - 1] == '\n');
	return taken;
}

static void
pipe_is_patient(int reader, const char *much)
{
	static char text[PIPE_MOST];
	size_t taken, more;
	int64_t took_ns;

	taken = offer(much, WAIT_MS, &took_ns);
	assert_true(taken > 4096 && taken < strlen(much));
	assert_true(took_ns >= WAIT_MS * CLOCK_NS_PER_MS / 2);
	/* Whoever comes next need not wait to know. */
	more = offer(much + taken, 20 * WAIT_MS, &took_ns);
	assert_int_equal(more, 0);
	assert_true(took_ns < 10 * WAIT_MS * CLOCK_NS_PER_MS);
	assert_int_equal(pipe_take(reader, text, sizeof(text)), taken);
	assert_memory_equal(text, much, taken);
	say_all("and on\n");
	pipe_take(reader, text, sizeof(text));
	assert_string_equal(text, "and on\n");
}

static void
test_slow_reader(void **state)
{
	static char much[PIPE_MOST];
	int reader, ends[2];

	(void)state;
	for (size_t i = 0; i < sizeof(much) - 1; i++)
		much[i] = (char)(i % 100 == 99 ? '\n' : 'a' + i % 26);
	much[sizeof(much) - sizeof(much) % 100] = '\0';
	assert_int_equal(mkfifo(file, 0600), 0);
	reader = fifo_read();
	log_place_set(&place, file);
	pipe_is_patient(reader, much);
	close(reader);
	/* The same of standard error, which is made to wait by others. */
	log_place_set(&place, "stderr");
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	pipe_is_patient(ends[0], much);
	close(ends[0]);
	assert_int_equal(say("nobody is there\n", WAIT_MS), 16);
	assert_int_equal(log_place_lost(&place), 1);
	complains_with(NULL); /* to whom */
	close(ends[1]);
}

enum { CROWD = 8, CROWD_ROUNDS = 60, CROWD_PATIENCE_S = 20 };

/* Writes until there is no room; who is held there is killed at last. */
static void
crowd_one(int go)
{
	static char piece[PIPE_MOST / 256];
	const struct log_lines lines = {
		.bytes = piece, .length = sizeof(piece), .priority = LOG_INFO};
	char all;

	memset(piece, 'x', sizeof(piece));
	piece[sizeof(piece) - 1] = '\n';
	alarm(CROWD_PATIENCE_S);
	while (read(go, &all, 1) > 0)
		continue;
	while (log_place_write(&place, &lines, 0) == sizeof(piece))
		continue;
	_exit(EXIT_SUCCESS);
}

/* How many of the crowd have ended by themselves. */
static int
crowd_write(void)
{
	pid_t crowd[CROWD];
	int go[2], status, ended = 0;

	assert_int_equal(pipe(go), 0);
	for (int i = 0; i < CROWD; i++) {
		crowd[i] = fork();
		assert_true(crowd[i] >= 0);
		if (crowd[i] == 0) {
			close(go[1]);
			crowd_one(go[0]);
		}
	}
	close(go[1]);
	for (int i = 0; i < CROWD; i++) {
		assert_int_equal(waitpid(crowd[i], &status, 0), crowd[i]);
		ended += WIFEXITED(status);
	}
	close(go[0]);
	return ended;
}

/* Of several that see room for one, none waits for a reader that is gone. */
static void
test_crowd(void **state)
{
	int ends[2];

	(void)state;
	for (int i = 0; i < CROWD_ROUNDS; i++) {
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
		assert_int_equal(crowd_write(), CROWD);
		close(ends[1]);
		close(ends[0]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_gone),        TEST(test_looks_seldom),
		TEST(test_mode),        TEST(test_directory_gone),
		TEST(test_cannot_open), TEST(test_full),
		TEST(test_fifo),        TEST(test_slow_reader),
		TEST(test_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
