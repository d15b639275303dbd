#include "gate/arrival.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* FastCGI specification 1.0, section 3.3 and appendix 8. */
enum {
	RECORD_VERSION = 1,
	RECORD_HEADER_BYTES = 8,
	RECORD_PARAMS = 4,
	RECORD_STDIN = 5,
};

/* What is longer than this is given to libfcgi, to be waited for there. */
enum { ARRIVAL_LOOK_BYTES = 16384 };

/* The content and padding that follow a record's header. */
static size_t
record_bytes(const unsigned char *header)
{
	return (size_t)header[4] * 256 + header[5] + header[6];
}

static bool
record_is_empty(const unsigned char *header)
{
	return header[4] == 0 && header[5] == 0;
}

static enum arrival
records_look(const unsigned char *bytes, size_t length)
{
	bool head = false;
	size_t at = 0;

	while (length - at >= RECORD_HEADER_BYTES) {
		const unsigned char *header = bytes + at;
		size_t content = record_bytes(header);

		if (header[0] != RECORD_VERSION)
			return ARRIVAL_NEVER;
		at += RECORD_HEADER_BYTES;
		if (length - at < content)
			break;
		at += content;
		if (header[1] == RECORD_PARAMS && record_is_empty(header))
			head = true;
		else if (header[1] == RECORD_STDIN && record_is_empty(header))
			return head ? ARRIVAL_WHOLE : ARRIVAL_NEVER;
	}
	if (length == ARRIVAL_LOOK_BYTES)
		return ARRIVAL_HEAD;
	return length > 0 && bytes[0] != RECORD_VERSION ? ARRIVAL_NEVER :
							  ARRIVAL_PARTLY;
}

enum arrival
arrival_look(int connection)
{
	unsigned char bytes[ARRIVAL_LOOK_BYTES];
	ssize_t length =
		recv(connection, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);

	if (length > 0)
		return records_look(bytes, (size_t)length);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return ARRIVAL_PARTLY;
	return ARRIVAL_NEVER;
}
