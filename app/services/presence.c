#include "services/presence.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"

enum { PRESENCE_TEXT_MAX = 24 };

static int
presence_open(const char *state_dir, const char *file, int flags)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s", state_dir, file);

	if (length < 0 || length >= (int)sizeof(path))
		return -1;
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		    S_IRUSR | S_IWUSR);
}

/* Asked only whether the lock could be had: nobody is kept out by that. */
static bool
presence_locked(int descriptor)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(descriptor, F_OFD_GETLK, &lock) == 0 &&
	       lock.l_type != F_UNLCK;
}

static void
presence_write(int descriptor)
{
	char text[PRESENCE_TEXT_MAX];
	int length = snprintf(text, sizeof(text), "%lld\n",
			      (long long)clock_unix_ms());

	if (ftruncate(descriptor, 0) != 0 ||
	    pwrite(descriptor, text, (size_t)length, 0) != length)
		log_warning("/health does not learn when we have started: %s",
			    strerror(errno));
}

static int64_t
presence_read(int descriptor)
{
	char text[PRESENCE_TEXT_MAX];
	ssize_t length = pread(descriptor, text, sizeof(text), 0);
	int64_t ms;

	if (length < 2 || text[length - 1] != '\n' ||
	    number_parse_int64(text, (size_t)length - 1, &ms) != NUMBER_OK)
		return 0;
	return ms;
}

int
presence_show(const char *state_dir, const char *file)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int descriptor = presence_open(state_dir, file, O_RDWR | O_CREAT);

	if (descriptor < 0)
		return -1;
	if (!presence_locked(descriptor))
		presence_write(descriptor);
	if (fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
		close(descriptor);
		return -1;
	}
	return descriptor;
}

bool
presence_look(const char *state_dir, const char *file, int64_t *since_ms)
{
	int descriptor = presence_open(state_dir, file, O_RDWR);
	bool seen;

	*since_ms = 0;
	if (descriptor < 0)
		return false;
	seen = presence_locked(descriptor);
	if (seen)
		*since_ms = presence_read(descriptor);
	close(descriptor);
	return seen;
}

bool
presence_seen(const char *state_dir, const char *file)
{
	int64_t since_ms;

	return presence_look(state_dir, file, &since_ms);
}
