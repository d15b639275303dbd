#include "base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_gather.h"
#include "base/log_line.h"
#include "base/log_place.h"
#include "base/log_repeat.h"
#include "base/options.h"

enum {
	LOG_MESSAGE_MAX = 2048,
	LOG_MESSAGE_WAIT_MS = 50,
	LOG_END_WAIT_MS = LOG_GATHER_MS,
	LOG_ROLE_MAX = 16
};

static void place_tell(struct log_place *place);

static const struct {
	const char *name;
	int priority;
	enum log_count count;
} levels[LOG_LEVEL__MAX] = {
	[LOG_ERROR_ONLY] = {"error", LOG_ERR, LOG_COUNT_ERROR},
	[LOG_WARNINGS] = {"warning", LOG_WARNING, LOG_COUNT_WARNING},
	[LOG_NOTICES] = {"notice", LOG_NOTICE, LOG_COUNT_NOTICE},
};

/* A process has one log. */
static atomic_int log_level = LOG_NOTICES;
static atomic_int log_form = LOG_TEXT;
static char log_role[LOG_ROLE_MAX];
static bool log_access_wanted;
static struct log_place messages = LOG_PLACE_STDERR;
static struct log_place last_resort = LOG_PLACE_STDERR;
static struct log_place requests = LOG_PLACE_STDERR;
static struct log_gather gathered = LOG_GATHER_TO(&requests, place_tell);
static struct log_repeats repeats = {.lock = {PTHREAD_MUTEX_INITIALIZER}};
static pthread_once_t ending = PTHREAD_ONCE_INIT;
static struct {
	struct lock lock;
	void (*counted)(void *arg, enum log_count what);
	void *arg;
} watch = {.lock = {PTHREAD_MUTEX_INITIALIZER}};

/* ---- counting */

void
log_watch(void (*counted)(void *arg, enum log_count what), void *arg)
{
	lock_take(&watch.lock);
	watch.counted = counted;
	watch.arg = arg;
	lock_give(&watch.lock);
}

static void
log_count(enum log_count what, size_t times)
{
	lock_take(&watch.lock);
	while (watch.counted != NULL && times-- > 0)
		watch.counted(watch.arg, what);
	lock_give(&watch.lock);
}

/* ---- messages */

/* As people read it; syslog has the time and the level itself. */
static size_t
message_text(struct log_line *line, enum log_level level, const char *words)
{
	char now[CLOCK_RFC3339_MAX];
	size_t prefix;
	int length;

	clock_rfc3339(now);
	length = snprintf(line->bytes, sizeof(line->bytes),
			  "%s lightcone[%ld] %s: ", now, (long)getpid(),
			  levels[level].name);
	prefix = length > 0 ? (size_t)length : 0;
	line->length = prefix + log_line_plain(line->bytes + prefix, words,
					       LOG_MESSAGE_MAX - 2 - prefix);
	line->bytes[line->length++] = '\n';
	return prefix;
}

static void
message_fields(struct log_line *line, enum log_form form, enum log_level level,
	       const char *words)
{
	log_line_begin(line, form, levels[level].name);
	log_line_int(line, "pid", getpid());
	log_line_text(line, "role", log_role);
	log_line_text_to(line, "msg", words, LOG_MESSAGE_MAX);
	log_line_end(line);
}

static void
message_write(struct log_place *place, enum log_level level, const char *words)
{
	enum log_form form = (enum log_form)atomic_load(&log_form);
	struct log_line line;
	struct log_lines lines = {.bytes = line.bytes,
				  .priority = levels[level].priority};
	size_t done;

	if (form == LOG_TEXT)
		lines.prefix = message_text(&line, level, words);
	else
		message_fields(&line, form, level, words);
	lines.length = line.length;
	done = log_place_write(place, &lines, LOG_MESSAGE_WAIT_MS);
	if (done < lines.length)
		log_place_lose(place, line.bytes + done, lines.length - done);
	log_count(levels[level].count, 1);
}

/* What has become of lines, on standard error. */
static void
place_tell(struct log_place *place)
{
	char words[LOG_MESSAGE_MAX];
	size_t lost = log_place_lost(place);

	if (lost > 0)
		log_count(LOG_COUNT_LOST, lost);
	if (log_place_complains(place, words, sizeof(words)) &&
	    log_repeat_may(&repeats, "%s", words, LOG_WARNINGS,
			   clock_mono_ns()))
		message_write(&last_resort, LOG_WARNINGS, words);
}

static void
left_out_say(bool all)
{
	char words[LOG_REPEAT_WORDS + 64];
	struct log_left_out left_out;

	while (log_repeat_take(&repeats, clock_mono_ns(), all, &left_out)) {
		snprintf(words, sizeof(words),
			 "%llu more like this were left out: %s",
			 (unsigned long long)left_out.count, left_out.words);
		message_write(&messages, left_out.level, words);
		place_tell(&messages);
	}
}

static void
log_end(void)
{
	left_out_say(true);
	if (!log_gather_write(&gathered, LOG_END_WAIT_MS))
		log_gather_drop(&gathered);
}

static void
log_end_later(void)
{
	if (atexit(log_end) != 0)
		message_write(&messages, LOG_WARNINGS,
			      "the log's last lines may be lost");
}

static void
log_say(enum log_level level, const char *format, va_list list)
{
	char words[LOG_MESSAGE_MAX];

	if ((int)level > atomic_load(&log_level))
		return;
	if (vsnprintf(words, sizeof(words), format, list) < 0)
		return;
	left_out_say(false);
	if (log_repeat_may(&repeats, format, words, level, clock_mono_ns())) {
		message_write(&messages, level, words);
		place_tell(&messages);
	} else {
		pthread_once(&ending, log_end_later);
		log_count(LOG_COUNT_SUPPRESSED, 1);
	}
}

#define LOG_DEFINE(name, level)               \
	void name(const char *format, ...)    \
	{                                     \
		va_list list;                 \
                                              \
		va_start(list, format);       \
		log_say(level, format, list); \
		va_end(list);                 \
	}

LOG_DEFINE(log_error, LOG_ERROR_ONLY)
LOG_DEFINE(log_warning, LOG_WARNINGS)
LOG_DEFINE(log_notice, LOG_NOTICES)

/* ---- lines of requests */

bool
log_access_form(enum log_form *form)
{
	*form = atomic_load(&log_form) == LOG_JSON ? LOG_JSON : LOG_LOGFMT;
	return log_access_wanted;
}

void
log_access(const struct log_line *line)
{
	if (log_access_wanted)
		log_gather_add(&gathered, line->bytes, line->length);
}

/* ---- starting, and what comes now and then */

void
log_set_level(enum log_level level)
{
	atomic_store(&log_level, (int)level);
}

/* Else it is the next file that is opened, and messages are written there. */
static void
stderr_keep(void)
{
	int nothing;

	if (fcntl(STDERR_FILENO, F_GETFD) >= 0)
		return;
	nothing = open("/dev/null", O_WRONLY);
	if (nothing < 0 || nothing == STDERR_FILENO)
		return;
	if (dup2(nothing, STDERR_FILENO) < 0)
		return;
	close(nothing);
}

/*
 * write(2) tells of a pipe without a reader, and of a file that may not grow;
 * the other one is awaited.
 */
static void
signals_prepare(void)
{
	sigset_t reopen;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&reopen);
	sigaddset(&reopen, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &reopen, NULL);
}

static enum log_form
form_of(const char *setting)
{
	if (strcmp(setting, "json") == 0)
		return LOG_JSON;
	return strcmp(setting, "logfmt") == 0 ? LOG_LOGFMT : LOG_TEXT;
}

static enum log_level
level_of(const char *setting)
{
	for (int level = 0; level < LOG_LEVEL__MAX; level++)
		if (strcmp(setting, levels[level].name) == 0)
			return (enum log_level)level;
	return LOG_NOTICES;
}

void
log_start(const struct options *options, const char *role)
{
	stderr_keep();
	signals_prepare();
	pthread_once(&ending, log_end_later);
	log_flush(); /* of an earlier start */
	snprintf(log_role, sizeof(log_role), "%s", role);
	log_set_level(level_of(options->log_level));
	atomic_store(&log_form, (int)form_of(options->log_format));
	log_place_set(&messages, options->log);
	place_tell(&messages);
	log_access_wanted = strcmp(options->access_log, "off") != 0;
	log_place_set(&requests,
		      log_access_wanted ? options->access_log : "stderr");
	place_tell(&requests);
}

void
log_flush(void)
{
	left_out_say(false);
	log_gather_write(&gathered, LOG_END_WAIT_MS);
}

void
log_reopen(void)
{
	log_place_reopen(&messages);
	place_tell(&messages);
	log_place_reopen(&requests);
	place_tell(&requests);
}
