/* What the tests of the log share: its start, and what it has written. */
#ifndef TESTS_LOG_FIXTURE_H
#define TESTS_LOG_FIXTURE_H

#include <stddef.h>

enum { LOG_TEXT_MAX = 1 << 23 };

/* log_start() with options as the programs read them; NULL: the default. */
void log_begin(const char *log, const char *access, const char *format);
void log_begin_level(const char *level);

/*
 * Standard error is a file of that name until it is given back: one that is
 * not there yet, for appending as web servers have it.
 */
void stderr_take(const char *path);
void stderr_give(void);

/* All that is in a file, as a text that the next call overwrites. */
const char *text_of(const char *path);

/* How many lines are in a text, all whole; how many with these words. */
size_t lines_in(const char *text);
size_t lines_with(const char *text, const char *words);

/* Polls until the file has so many lines with these words, or fails. */
void lines_await(const char *path, const char *words, size_t count);

#endif
