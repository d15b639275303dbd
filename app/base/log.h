/*
 * What the programs tell their operator: one line a message on standard
 * error, where web servers put it into their own log.
 *
 * Any thread may call; a line is written with one system call and so is
 * never torn.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/rc.h"

enum log_level { LOG_ERROR_ONLY, LOG_WARNINGS, LOG_NOTICES, LOG_LEVEL__MAX };

/* Which messages are written from now on; LOG_NOTICES at start. */
void log_set_level(enum log_level level);
/* The same, as option log_level says it. */
void log_set_level_word(const char *word);

void log_error(const char *format, ...) LC_PRINTF(1, 2);
void log_warning(const char *format, ...) LC_PRINTF(1, 2);
void log_notice(const char *format, ...) LC_PRINTF(1, 2);

#endif
