/*
 * Where the hub listens.  A socket's path is taken with a lock on a file
 * beside it, which the kernel gives back with a killed process: what is left
 * of a hub that is there no more is removed, and one that is there stays.
 */
#include "commands/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/number.h"
#include "commands/command.h"

static bool
path_write(struct stream_place *place, const char *directory, const char *file)
{
	int length = snprintf(place->path, sizeof(place->path), "%s%s",
			      directory, file);

	return length < (int)sizeof(((struct sockaddr_un *)0)->sun_path);
}

/* An address in numbers, of IPv6 in brackets; or this machine's own. */
static bool
address_read(struct stream_place *place, const char *text, size_t length)
{
	struct in6_addr address;

	place->by_ip6 =
		length >= 2 && text[0] == '[' && text[length - 1] == ']';
	if (place->by_ip6) {
		text++;
		length -= 2;
	}
	if (length >= sizeof(place->address))
		return false;
	memcpy(place->address, text, length);
	if (strcmp(place->address, "localhost") == 0)
		memcpy(place->address, "127.0.0.1", sizeof("127.0.0.1"));
	return inet_pton(place->by_ip6 ? AF_INET6 : AF_INET, place->address,
			 &address) == 1;
}

bool
stream_place_read(const struct options *options, struct stream_place *place)
{
	const char *text = options->stream_listen;
	const char *colon = strrchr(text, ':');

	*place = (struct stream_place){.lock = -1};
	if (text[0] == '\0')
		return path_write(place, options->state, "/stream.sock");
	if (text[0] == '/')
		return path_write(place, text, "");
	return colon != NULL &&
	       address_read(place, text, (size_t)(colon - text)) &&
	       number_parse_int64(colon + 1, strlen(colon + 1), &place->port) ==
		       NUMBER_OK &&
	       place->port > 0 && place->port < 65536;
}

/* Whatever else is there was put there by somebody. */
static int
path_look(const struct stream_place *place, struct buf *why)
{
	struct stat status;

	if (lstat(place->path, &status) != 0 || S_ISSOCK(status.st_mode))
		return COMMAND_OK;
	buf_printf(why, "%s is there, and no socket", place->path);
	return COMMAND_FAILED;
}

int
stream_place_take(struct stream_place *place, struct buf *why)
{
	char file[sizeof(place->path) + 8];

	if (place->path[0] == '\0')
		return COMMAND_OK;
	snprintf(file, sizeof(file), "%s.lock", place->path);
	place->lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (place->lock < 0) {
		buf_printf(why, "%s: %s", file, strerror(errno));
		return COMMAND_NO_WRITE;
	}
	if (flock(place->lock, LOCK_EX | LOCK_NB) == 0)
		return path_look(place, why);
	buf_printf(why, "another hub serves at %s", place->path);
	stream_place_release(place);
	return COMMAND_BUSY;
}

void
stream_place_leave(const struct stream_place *place)
{
	if (place->path[0] != '\0')
		unlink(place->path);
}

void
stream_place_release(struct stream_place *place)
{
	if (place->lock >= 0)
		close(place->lock);
	place->lock = -1;
}
