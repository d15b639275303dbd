#include "base/log_send.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_line.h"
#include "base/log_place.h"

_Static_assert((int)LOG_LINE_MAX <= PIPE_BUF, "a line is a piece");

size_t
log_lines_whole(const char *bytes, size_t length)
{
	const char *last = memrchr(bytes, '\n', length);

	return last != NULL ? (size_t)(last - bytes) + 1 : 0;
}

/*
 * Whether it takes something, now or in time.  Standard error is others', so
 * it cannot be made one that never waits.
 */
static bool
sink_is_ready(int descriptor, int64_t until_ns)
{
	struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
	int64_t left_ms;
	int found;

	do {
		left_ms = until_ns == 0 ? 0 :
					  (until_ns - clock_mono_ns()) /
						  CLOCK_NS_PER_MS;
		found = poll(&ready, 1, left_ms > 0 ? (int)left_ms : 0);
	} while (found < 0 && errno == EINTR);
	if (found == 0)
		errno = EAGAIN;
	return found != 0; /* what is wrong with it the next call says */
}

/* ---- regular files */

/* Takes the beginning of a line back, if nobody has written behind it. */
static void
tail_cut(int descriptor, size_t torn)
{
	const off_t end = lseek(descriptor, 0, SEEK_CUR);
	const int error = errno;
	struct stat file;

	if (torn > 0 && end >= (off_t)torn && fstat(descriptor, &file) == 0 &&
	    file.st_size == end &&
	    ftruncate(descriptor, end - (off_t)torn) != 0)
		errno = error; /* then it stays */
	errno = error;
}

enum log_sent
log_send_whole(const struct log_sink *sink, const struct log_lines *lines,
	       size_t *done)
{
	const size_t begun = *done;
	size_t whole;

	while (*done < lines->length) {
		ssize_t part = write(sink->descriptor, lines->bytes + *done,
				     lines->length - *done);

		if (part > 0) {
			*done += (size_t)part;
			continue;
		}
		if (part < 0 && errno == EINTR)
			continue;
		whole = begun +
			log_lines_whole(lines->bytes + begun, *done - begun);
		if (sink->is_ours)
			tail_cut(sink->descriptor, *done - whole);
		*done = whole;
		return LOG_SENT_FULL;
	}
	return LOG_SENT;
}

/* ---- pipes, terminals, sockets */

/* As many lines as are taken in one; what was begun is ended alone. */
static size_t
piece_length(const struct log_lines *lines, size_t done)
{
	size_t length = lines->length - done;

	if (length <= PIPE_BUF)
		return length;
	length = log_lines_whole(lines->bytes + done, PIPE_BUF);
	return length > 0 ? length : PIPE_BUF;
}

/*
 * Who was ready may not be any more: other processes write there, too.  Where
 * the kernel cannot refuse to wait (pipes before Linux 6.4) this may wait.
 */
static ssize_t
piece_write(int descriptor, const char *bytes, size_t length)
{
	struct iovec piece = {.iov_base = (void *)(uintptr_t)bytes,
			      .iov_len = length};
	ssize_t part = pwritev2(descriptor, &piece, 1, -1, RWF_NOWAIT);

	if (part < 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
		part = write(descriptor, bytes, length);
	return part;
}

enum log_sent
log_send_pieces(const struct log_sink *sink, const struct log_lines *lines,
		int64_t until_ns, size_t *done)
{
	while (*done < lines->length) {
		ssize_t part;

		if (!sink_is_ready(sink->descriptor, until_ns))
			return LOG_SENT_LATER;
		part = piece_write(sink->descriptor, lines->bytes + *done,
				   piece_length(lines, *done));
		if (part > 0)
			*done += (size_t)part;
		else if (part == 0 || errno == EAGAIN)
			return LOG_SENT_LATER;
		else if (errno != EINTR)
			return LOG_SENT_BROKEN;
	}
	return LOG_SENT;
}

/* ---- syslogd */

int
log_send_open(const char *path, bool *is_stream)
{
	static const int kinds[] = {SOCK_DGRAM, SOCK_STREAM};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int error = ENAMETOOLONG;

	if (strlen(path) < sizeof(address.sun_path)) {
		memcpy(address.sun_path, path, strlen(path) + 1);
		error = EPROTOTYPE;
	}
	for (int i = 0; i < 2 && error == EPROTOTYPE; i++) {
		int made = socket(AF_UNIX,
				  kinds[i] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		*is_stream = kinds[i] == SOCK_STREAM;
		if (made >= 0 && connect(made, (struct sockaddr *)&address,
					 sizeof(address)) == 0)
			return made;
		error = errno;
		if (made >= 0)
			close(made);
	}
	errno = error;
	return -1;
}

/* The service's own name and its process, in the time of the place. */
static int
syslog_head(char *head, size_t bytes, int priority)
{
	const time_t now = time(NULL);
	char when[32] = "";
	struct tm local;

	if (localtime_r(&now, &local) != NULL)
		strftime(when, sizeof(when), "%h %e %T", &local);
	return snprintf(head, bytes,
			"<%d>%s lightcone[%ld]: ", LOG_DAEMON | priority, when,
			(long)getpid());
}

/* One line, without its end. */
static enum log_sent
syslog_send(const struct log_sink *sink, struct iovec parts[3],
	    int64_t until_ns)
{
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
	size_t whole = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len;

	for (;;) {
		ssize_t part = sendmsg(sink->descriptor, &message,
				       MSG_NOSIGNAL | MSG_DONTWAIT);

		if (part == (ssize_t)whole)
			return LOG_SENT;
		if (part >= 0) {
			errno = EMSGSIZE;
			return LOG_SENT_BROKEN; /* half a message in a stream */
		}
		if (errno == EAGAIN || errno == ENOBUFS) {
			if (until_ns <= clock_mono_ns() ||
			    !sink_is_ready(sink->descriptor, until_ns))
				return LOG_SENT_LATER;
		} else if (errno != EINTR) {
			return LOG_SENT_BROKEN;
		}
	}
}

enum log_sent
log_send_syslog(const struct log_sink *sink, const struct log_lines *lines,
		int64_t until_ns, size_t *done)
{
	char head[96], nothing[1] = "";
	struct iovec parts[3];
	enum log_sent sent = LOG_SENT;

	parts[0].iov_base = head;
	parts[0].iov_len =
		(size_t)syslog_head(head, sizeof(head), lines->priority);
	parts[2].iov_base = nothing;
	parts[2].iov_len = sink->is_stream ? 1 : 0;
	while (sent == LOG_SENT && *done < lines->length) {
		const char *line = lines->bytes + *done;
		const char *end = memchr(line, '\n', lines->length - *done);
		const char *from = *done == 0 ? line + lines->prefix : line;

		if (end == NULL)
			end = lines->bytes + lines->length;
		parts[1].iov_base = (void *)(uintptr_t)from;
		parts[1].iov_len = (size_t)(end - from);
		sent = syslog_send(sink, parts, until_ns);
		if (sent == LOG_SENT)
			*done = (size_t)(end - lines->bytes) + 1;
	}
	return sent;
}
