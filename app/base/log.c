#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LOG_LINE_MAX = 2048 };

static atomic_int log_level = LOG_NOTICES;

void
log_set_level(enum log_level level)
{
	atomic_store(&log_level, (int)level);
}

void
log_set_level_word(const char *word)
{
	if (strcmp(word, "error") == 0)
		log_set_level(LOG_ERROR_ONLY);
	else if (strcmp(word, "warning") == 0)
		log_set_level(LOG_WARNINGS);
	else
		log_set_level(LOG_NOTICES);
}

static void
log_line(enum log_level level, const char *word, const char *format,
	 va_list list)
{
	char line[LOG_LINE_MAX];
	char now[CLOCK_RFC3339_MAX];
	size_t length;
	int part;

	if ((int)level > atomic_load(&log_level))
		return;
	clock_rfc3339(now);
	part = snprintf(line, sizeof(line), "%s lightcone[%ld] %s: ", now,
			(long)getpid(), word);
	length = part > 0 ? (size_t)part : 0;
	part = vsnprintf(line + length, sizeof(line) - length - 1, format,
			 list);
	if (part > 0)
		length += (size_t)part;
	if (length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	/* A message holds what strangers sent: it stays on its line. */
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = ' ';
	line[length++] = '\n';
	if (write(STDERR_FILENO, line, length) < 0)
		return; /* there is nowhere left to complain */
}

#define LOG_DEFINE(name, level, word)                \
	void name(const char *format, ...)           \
	{                                            \
		va_list list;                        \
                                                     \
		va_start(list, format);              \
		log_line(level, word, format, list); \
		va_end(list);                        \
	}

LOG_DEFINE(log_error, LOG_ERROR_ONLY, "error")
LOG_DEFINE(log_warning, LOG_WARNINGS, "warning")
LOG_DEFINE(log_notice, LOG_NOTICES, "notice")
