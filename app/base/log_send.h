/*
 * How lines of the log get out, by what takes them: a regular file, which
 * takes everything at once; a pipe, a terminal or a socket, which takes a
 * piece while it has room; and syslogd, which takes a line.
 *
 * Each piece is whole lines, and so short (PIPE_BUF) that a pipe takes it in
 * one: lines of several processes do not mix.  Where it does not end well
 * errno says why.
 */
#ifndef BASE_LOG_SEND_H
#define BASE_LOG_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_lines;

enum log_sent {
	LOG_SENT,
	LOG_SENT_LATER, /* there is no room now */
	LOG_SENT_FULL,  /* there is none, and what was begun is undone */
	LOG_SENT_BROKEN /* nobody is there */
};

struct log_sink {
	int descriptor;
	bool is_regular;
	bool is_ours;   /* nobody else cuts it, or we it of others */
	bool is_stream; /* of syslogd: messages end with a NUL */
};

/*
 * All of them send what stands behind the first *done bytes, and raise that;
 * they wait until the time on clock_mono_ns(), or not at all for 0.
 */
enum log_sent log_send_whole(const struct log_sink *sink,
			     const struct log_lines *lines, size_t *done);
enum log_sent log_send_pieces(const struct log_sink *sink,
			      const struct log_lines *lines, int64_t until_ns,
			      size_t *done);

/* As RFC 3164 has it on the machine itself: <30>Jan  2 03:04:05 name[1]: */
enum log_sent log_send_syslog(const struct log_sink *sink,
			      const struct log_lines *lines, int64_t until_ns,
			      size_t *done);

/* A connection to syslogd's socket; -1: there is none, and errno says why. */
int log_send_open(const char *path, bool *is_stream);

/* How many bytes of the text are whole lines. */
size_t log_lines_whole(const char *bytes, size_t length);

#endif
