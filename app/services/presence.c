#include "services/presence.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

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

int
presence_show(const char *state_dir, const char *file)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int descriptor = presence_open(state_dir, file, O_RDWR | O_CREAT);

	if (descriptor >= 0 && fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
		close(descriptor);
		return -1;
	}
	return descriptor;
}

bool
presence_seen(const char *state_dir, const char *file)
{
	/* Asked only whether it could be had: nobody is kept out by that. */
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int descriptor = presence_open(state_dir, file, O_RDWR);
	bool seen;

	if (descriptor < 0)
		return false;
	seen = fcntl(descriptor, F_OFD_GETLK, &lock) == 0 &&
	       lock.l_type != F_UNLCK;
	close(descriptor);
	return seen;
}
