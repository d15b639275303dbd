/*
 * What the programs tell their operator: messages, and a line for each
 * request.
 *
 * Both go to standard error, where web servers put it into their own log, to
 * syslog, or to a file, by options log, access_log and log_format.  A file is
 * opened for appending; it is opened anew when it was renamed or removed
 * (which is looked at each second) and by log_reopen().  What cannot be
 * written is lost, and counted.
 *
 * A message is one line, written with one system call and so never torn.  The
 * same message, whatever its values, is written LOG_REPEAT_MOST times in
 * LOG_REPEAT_S seconds; how many more there were is said after that.
 *
 * Lines of requests are gathered and written some at a time, LOG_GATHER_MS
 * late at most; a process that is killed loses those.
 *
 * Any thread may call; those of the CPU pool write no lines of requests.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"

struct options;
struct log_line;

enum log_level { LOG_ERROR_ONLY, LOG_WARNINGS, LOG_NOTICES, LOG_LEVEL__MAX };
enum log_form { LOG_TEXT, LOG_LOGFMT, LOG_JSON };

enum { LOG_REPEAT_MOST = 20, LOG_REPEAT_S = 10, LOG_GATHER_MS = 200 };

/* Which messages are written from now on; LOG_NOTICES at start. */
void log_set_level(enum log_level level);

/*
 * Level, form and places as options say; messages go to standard error in
 * LOG_TEXT before.  `role` is the program's part: "web", "work", "stream".
 * What cannot be had is said by a warning on standard error, and is standard
 * error then.  Options need not live on.
 *
 * To be called before there are threads: SIGPIPE and SIGXFSZ are ignored from
 * then on, and SIGUSR2 is blocked, for a thread that waits for it and calls
 * log_reopen().  What is gathered is written when the process ends by exit(),
 * too.
 */
void log_start(const struct options *options, const char *role);

void log_error(const char *format, ...) LC_PRINTF(1, 2);
void log_warning(const char *format, ...) LC_PRINTF(1, 2);
void log_notice(const char *format, ...) LC_PRINTF(1, 2);

/* Whether lines of requests are wanted, and how; false: they are not. */
bool log_access_form(enum log_form *form);

/* Adds the line of a request, which has ended, to those that are written. */
void log_access(const struct log_line *line);

/*
 * Writes what is gathered, and says which messages were left out: now and
 * then, and before an end by _exit().  Waits for a reader no longer than
 * LOG_GATHER_MS.
 */
void log_flush(void);

/* Opens the files anew.  To be called by a thread, not by a handler. */
void log_reopen(void);

/* X(constant, name): what has been said by this process. */
#define LOG_COUNT_TABLE(X)                    \
	X(LOG_COUNT_ERROR, "error")           \
	X(LOG_COUNT_WARNING, "warning")       \
	X(LOG_COUNT_NOTICE, "notice")         \
	X(LOG_COUNT_SUPPRESSED, "suppressed") \
	X(LOG_COUNT_LOST, "lost")

enum log_count {
#define LOG_COUNT_ENUM(constant, name) constant,
	LOG_COUNT_TABLE(LOG_COUNT_ENUM)
#undef LOG_COUNT_ENUM
		LOG_COUNT__MAX
};

/* Whoever wants to know of each as it happens; NULL: nobody.  Set at start. */
void log_watch(void (*counted)(void *arg, enum log_count what), void *arg);

#endif
