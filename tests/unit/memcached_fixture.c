#include "memcached_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "child.h"

enum { START_TRIES = 1000, START_PAUSE_NS = 10000000 };

static int
socket_to(const struct memcached_process *process)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.107s",
		 process->socket);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) ==
	    0)
		return fd;
	close(fd);
	return -1;
}

/* Whether it takes connections, before it ends. */
static bool
memcached_is_up(struct memcached_process *process)
{
	const struct timespec pause = {.tv_nsec = START_PAUSE_NS};

	for (int i = 0; i < START_TRIES; i++) {
		int fd = socket_to(process), status;

		if (fd >= 0) {
			close(fd);
			return true;
		}
		if (waitpid(process->pid, &status, WNOHANG) != 0) {
			process->pid = 0;
			return false;
		}
		nanosleep(&pause, NULL);
	}
	return false;
}

void
memcached_start(struct memcached_process *process, const char *directory,
		const char *name, const char *megabytes)
{
	snprintf(process->socket, sizeof(process->socket), "%s/%s", directory,
		 name);
	unlink(process->socket);
	process->pid = child_fork();
	if (process->pid == 0) {
		/* -u is for root alone, and harmless else. */
		execlp("memcached", "memcached", "-u", "root", "-t", "2", "-m",
		       megabytes != NULL ? megabytes : "64", "-s",
		       process->socket, (char *)NULL);
		_exit(127);
	}
	if (memcached_is_up(process))
		return;
	memcached_kill(process);
	skip();
}

void
memcached_kill(struct memcached_process *process)
{
	if (process->pid == 0)
		return;
	kill(process->pid, SIGKILL);
	waitpid(process->pid, NULL, 0);
	process->pid = 0;
}

void
memcached_freeze(const struct memcached_process *process)
{
	int status;

	assert_int_equal(kill(process->pid, SIGSTOP), 0);
	assert_int_equal(waitpid(process->pid, &status, WUNTRACED),
			 process->pid);
	assert_true(WIFSTOPPED(status));
}

void
memcached_thaw(const struct memcached_process *process)
{
	assert_int_equal(kill(process->pid, SIGCONT), 0);
}

size_t
memcached_say(const struct memcached_process *process, const void *bytes,
	      size_t length, const char *end, char *answer, size_t answer_bytes)
{
	const size_t end_length = strlen(end);
	int fd = socket_to(process);
	size_t got = 0;
	ssize_t more;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	while (got < end_length ||
	       memcmp(answer + got - end_length, end, end_length) != 0) {
		more = read(fd, answer + got, answer_bytes - got);
		assert_true(more > 0);
		got += (size_t)more;
	}
	close(fd);
	return got;
}
