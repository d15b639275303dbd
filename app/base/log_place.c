#include "base/log_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_send.h"

enum { PLACE_MODE = 0640 };

/* ---- opening */

static void
place_close(struct log_place *place)
{
	if (place->descriptor >= 0)
		close(place->descriptor);
	place->descriptor = -1;
}

/* Files, and devices as /dev/null is one. */
static bool
takes_all(int descriptor, const struct stat *file)
{
	return S_ISREG(file->st_mode) ||
	       (S_ISCHR(file->st_mode) && !isatty(descriptor));
}

/* A FIFO that nobody reads is refused, and does not hold us. */
static int
file_open(struct log_place *place)
{
	int descriptor = open(place->path,
			      O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
				      O_NONBLOCK | O_NOCTTY,
			      PLACE_MODE);
	struct stat file;

	if (descriptor >= 0 && fstat(descriptor, &file) == 0) {
		place->is_regular = takes_all(descriptor, &file);
		place->device = file.st_dev;
		place->inode = file.st_ino;
	}
	return descriptor;
}

static bool
place_open(struct log_place *place)
{
	place_close(place);
	place->descriptor =
		place->kind == LOG_AT_FILE ?
			file_open(place) :
			log_send_open(place->path, &place->is_stream);
	place->open_error = place->descriptor < 0 ? errno : 0;
	if (place->descriptor >= 0)
		place->said_error = 0;
	return place->descriptor >= 0;
}

/* Whether its name is still its own. */
static bool
file_is_there(const struct log_place *place)
{
	struct stat there;

	return stat(place->path, &there) == 0 &&
	       there.st_dev == place->device && there.st_ino == place->inode;
}

static void
place_look(struct log_place *place)
{
	int64_t now_ns = clock_tick_ns();

	if (place->kind == LOG_AT_STDERR ||
	    now_ns - place->looked_ns < LOG_PLACE_LOOK_MS * CLOCK_NS_PER_MS)
		return;
	place->looked_ns = now_ns;
	if (place->descriptor < 0 ||
	    (place->kind == LOG_AT_FILE && !file_is_there(place)))
		place_open(place);
}

static void
place_set(struct log_place *place, const char *setting)
{
	place_close(place);
	place->kind = LOG_AT_STDERR;
	place->is_regular = place->stuck = false;
	place->open_error = place->said_error = 0;
	place->looked_ns = clock_tick_ns();
	if (strcmp(setting, "stderr") == 0)
		return;
	place->kind = LOG_AT_FILE;
	if (strcmp(setting, "syslog") == 0) {
		place->kind = LOG_AT_SYSLOG;
		setting = _PATH_LOG;
	}
	snprintf(place->path, sizeof(place->path), "%s", setting);
	place_open(place);
}

void
log_place_set(struct log_place *place, const char *setting)
{
	lock_take(&place->lock);
	place_set(place, setting);
	lock_give(&place->lock);
}

void
log_place_reopen(struct log_place *place)
{
	lock_take(&place->lock);
	place->looked_ns = clock_tick_ns();
	if (place->kind != LOG_AT_STDERR)
		place_open(place);
	lock_give(&place->lock);
}

/* ---- writing */

static void
lines_lose(struct log_place *place, const char *bytes, size_t length, int error)
{
	size_t lines = 0;

	for (const char *end = bytes + length; bytes < end; lines++) {
		bytes = memchr(bytes, '\n', (size_t)(end - bytes));
		bytes = bytes != NULL ? bytes + 1 : end;
	}
	atomic_store(&place->lost_error, error);
	atomic_fetch_add(&place->lost_unsaid, lines);
	atomic_fetch_add(&place->lost, lines);
}

void
log_place_lose(struct log_place *place, const char *bytes, size_t length)
{
	lines_lose(place, bytes, length, EAGAIN);
}

static struct log_sink
place_sink(const struct log_place *place)
{
	struct stat file;

	if (place->descriptor >= 0)
		return (struct log_sink){.descriptor = place->descriptor,
					 .is_regular = place->is_regular,
					 .is_ours = true,
					 .is_stream = place->is_stream};
	/* Whose it is may change: web servers do as they like. */
	return (struct log_sink){.descriptor = STDERR_FILENO,
				 .is_regular =
					 fstat(STDERR_FILENO, &file) == 0 &&
					 takes_all(STDERR_FILENO, &file)};
}

static enum log_sent
place_send(struct log_place *place, const struct log_lines *lines,
	   int64_t until_ns, size_t *done)
{
	struct log_sink sink = place_sink(place);

	if (place->descriptor >= 0 && place->kind == LOG_AT_SYSLOG)
		return log_send_syslog(&sink, lines, until_ns, done);
	atomic_store(&place->is_quick, sink.is_regular);
	if (sink.is_regular)
		return log_send_whole(&sink, lines, done);
	return log_send_pieces(&sink, lines, until_ns, done);
}

/*
 * Who has hung up may be there again already; if not, standard error is.
 * Done when that, too, does not take it.
 */
static enum log_sent
place_write(struct log_place *place, const struct log_lines *lines,
	    int64_t until_ns, size_t *done)
{
	enum log_sent sent = place_send(place, lines, until_ns, done);

	if (sent == LOG_SENT_BROKEN && place->descriptor >= 0) {
		place_open(place);
		sent = place_send(place, lines, until_ns, done);
	}
	if (sent == LOG_SENT_BROKEN && place->descriptor >= 0) {
		place->open_error = errno;
		place_close(place);
		sent = place_send(place, lines, until_ns, done);
	}
	return sent;
}

size_t
log_place_write(struct log_place *place, const struct log_lines *lines,
		int wait_ms)
{
	int64_t until_ns = 0;
	enum log_sent sent;
	size_t done = 0;

	lock_take(&place->lock);
	place_look(place);
	if (wait_ms > 0 && !place->stuck)
		until_ns = clock_mono_ns() + wait_ms * CLOCK_NS_PER_MS;
	sent = place_write(place, lines, until_ns, &done);
	if (sent == LOG_SENT)
		place->stuck = false;
	else if (sent == LOG_SENT_LATER && until_ns != 0)
		place->stuck = true;
	if (sent == LOG_SENT_FULL || sent == LOG_SENT_BROKEN) {
		lines_lose(place, lines->bytes + done, lines->length - done,
			   errno);
		done = lines->length;
	}
	lock_give(&place->lock);
	return done;
}

/* ---- complaining */

size_t
log_place_lost(struct log_place *place)
{
	return atomic_load(&place->lost) > 0 ?
		       atomic_exchange(&place->lost, 0) :
		       0;
}

static const char *
place_name(const struct log_place *place)
{
	return place->kind == LOG_AT_SYSLOG ? "syslog" : place->path;
}

static bool
place_complains(struct log_place *place, char *words, size_t bytes)
{
	const int64_t now_ns = clock_mono_ns();
	size_t lost;

	if (place->open_error != place->said_error) {
		place->said_error = place->open_error;
		snprintf(words, bytes,
			 "the log %s cannot be opened: %s; its lines go to "
			 "standard error until it can be",
			 place_name(place), strerror(place->open_error));
		return true;
	}
	if (place->kind == LOG_AT_STDERR ||
	    atomic_load(&place->lost_unsaid) == 0 ||
	    (place->said_ns != 0 &&
	     now_ns - place->said_ns < LOG_PLACE_COMPLAIN_S * CLOCK_NS_PER_S))
		return false;
	place->said_ns = now_ns;
	lost = atomic_exchange(&place->lost_unsaid, 0);
	snprintf(words, bytes, "the log %s has lost %zu line%s: %s",
		 place_name(place), lost, lost == 1 ? "" : "s",
		 strerror(atomic_load(&place->lost_error)));
	return true;
}

bool
log_place_complains(struct log_place *place, char *words, size_t bytes)
{
	bool complains;

	/* Whoever writes just now will ask as well. */
	if (pthread_mutex_trylock(&place->lock.mutex) != 0)
		return false;
	complains = place_complains(place, words, bytes);
	lock_give(&place->lock);
	return complains;
}
