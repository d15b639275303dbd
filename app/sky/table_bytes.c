#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sky/table.h"
#include "sky/table_kinds.h"

/* The descriptor is taken, also on failure. */
static enum lc_rc
bytes_open(int descriptor, struct table **out, char *why, size_t why_bytes)
{
	FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "r");

	*out = NULL;
	if (file != NULL)
		return table_text_open(file, out, why, why_bytes);
	snprintf(why, why_bytes, "%s", strerror(errno));
	if (descriptor >= 0)
		close(descriptor);
	return LC_NO_MEMORY;
}

enum lc_rc
table_text_bytes(const char *bytes, size_t length, struct table **out,
		 char *why, size_t why_bytes)
{
	int descriptor = memfd_create("table", MFD_CLOEXEC);
	size_t done = 0;

	while (descriptor >= 0 && done < length) {
		ssize_t more = write(descriptor, bytes + done, length - done);

		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0) {
			int error = errno;

			close(descriptor);
			errno = error;
			descriptor = -1;
		}
		done += more > 0 ? (size_t)more : 0;
	}
	if (descriptor >= 0)
		(void)lseek(descriptor, 0, SEEK_SET);
	return bytes_open(descriptor, out, why, why_bytes);
}
