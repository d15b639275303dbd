#include "observer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"

enum {
	ANSWER_MAX = 4096,
	ANSWER_WAIT_S = 10,
	INPUT_MAX = 1 << 18,   /* that is read at once */
	MESSAGE_MAX = 1 << 17, /* with its envelope */
	TARGET_MAX = 1024,
	HEAD_MAX = 14,
	OP_TEXT = 1,
	OP_CLOSE = 8,
	OP_PING = 9,
	OP_PONG = 10,
	FINAL = 0x80,
	PACKED = 0x40,
	MASKED = 0x80,
};

void
observer_init(struct observer *observer, int number)
{
	*observer = (struct observer){.number = number, .fd = -1, .last = -1};
	buf_init(&observer->rest);
	buf_init(&observer->out);
}

void
observer_close(struct observer *observer)
{
	if (observer->fd >= 0)
		close(observer->fd);
	observer->fd = -1;
	buf_release(&observer->rest);
	buf_init(&observer->rest);
	buf_release(&observer->out);
	buf_init(&observer->out);
	if (observer->unpacker != NULL)
		inflateEnd(observer->unpacker);
	free(observer->unpacker);
	observer->unpacker = NULL;
}

void
observer_release(struct observer *observer)
{
	observer_close(observer);
}

/* ---- connecting */

static int
connect_path(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
connect_port(const char *place)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	const char *colon = strrchr(place, ':');
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	address.sin_port =
		htons((uint16_t)seen_number(colon, strlen(colon), ":"));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static void
target_write(const struct observer *observer, const struct observed *observed,
	     char out[TARGET_MAX])
{
	const char *target = observed->target;
	const char *mark = strchr(target, '?') == NULL ? "?" : "&";

	if (observer->last < 0)
		snprintf(out, TARGET_MAX, "%s", target);
	else if (observed->epoch[0] == '\0')
		snprintf(out, TARGET_MAX, "%s%safter=%lld", target, mark,
			 (long long)observer->last);
	else
		snprintf(out, TARGET_MAX, "%s%safter=%lld&epoch=%s", target,
			 mark, (long long)observer->last, observed->epoch);
}

bool
observer_open_begin(struct observer *observer, const struct observed *observed)
{
	const struct timeval patience = {.tv_sec = ANSWER_WAIT_S};
	char target[TARGET_MAX], text[TARGET_MAX + 512];
	int length, fd = observed->place[0] == '/' ?
				 connect_path(observed->place) :
				 connect_port(observed->place);

	if (fd < 0)
		return false;
	observer->fd = fd;
	observer->closed = false;
	observer->before = observer->sent;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	target_write(observer, observed, target);
	length = snprintf(
		text, sizeof(text),
		"GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n%s\r\n",
		target,
		observed->packs ?
			"Sec-WebSocket-Extensions: permessage-deflate\r\n" :
			"");
	return send(fd, text, (size_t)length, MSG_NOSIGNAL) == length;
}

/* ---- sending */

bool
observer_flush(struct observer *observer)
{
	struct buf *out = &observer->out;
	ssize_t sent;

	if (out->length == 0 || observer->fd < 0)
		return out->length == 0;
	sent = send(observer->fd, out->bytes, out->length, MSG_NOSIGNAL);
	if (sent > 0) {
		memmove(out->bytes, out->bytes + sent,
			out->length - (size_t)sent);
		out->length -= (size_t)sent;
	}
	return out->length == 0;
}

static void
frame_send(struct observer *observer, unsigned op, const char *bytes,
	   size_t length)
{
	unsigned char head[HEAD_MAX] = {(unsigned char)(FINAL | op)};
	size_t at = 2, more = length < 126 ? 0 : length <= UINT16_MAX ? 2 : 8;

	head[1] = (unsigned char)(MASKED | (more == 0 ? length :
					    more == 2 ? 126 :
							127));
	for (size_t i = more; i-- > 0;)
		head[at++] = (unsigned char)(length >> 8 * i);
	buf_add(&observer->out, head, at + 4); /* a mask of zeros */
	buf_add(&observer->out, bytes, length);
	observer_flush(observer);
}

void
observer_publish(struct observer *observer, size_t bytes)
{
	static char text[MESSAGE_MAX];
	int length;

	/* Where there is no envelope, "seq" is the event's own number. */
	length = snprintf(text, sizeof(text),
			  "{\"seq\":%lld,\"from\":%d,\"sent\":%lld,\"fill\":\"",
			  (long long)++observer->sent, observer->number,
			  (long long)clock_mono_ns());
	while ((size_t)length + 2 < bytes && length + 2 < MESSAGE_MAX) {
		text[length] = (char)('a' + length % 26);
		length++;
	}
	text[length++] = '"';
	text[length++] = '}';
	frame_send(observer, OP_TEXT, text, (size_t)length);
}

int64_t
observer_under_way(const struct observer *observer)
{
	int64_t first = observer->back > observer->before ? observer->back :
							    observer->before;

	return observer->sent - first;
}

/* ---- receiving */

static void
epoch_take(struct observed *observed, const char *text, size_t length)
{
	static const char word[] = "\"epoch\":\"";
	const char *at = memmem(text, length, word, sizeof(word) - 1);

	if (observed->epoch[0] != '\0' || at == NULL)
		return;
	at += sizeof(word) - 1;
	if (text + length - at > OBSERVER_EPOCH)
		memcpy(observed->epoch, at, OBSERVER_EPOCH);
}

/* The number that a publisher has given to its message stands in the data. */
static void
own_take(struct observer *observer, const char *text, size_t length)
{
	const char *data = memmem(text, length, "\"data\":", 7);
	int64_t own;

	if (observer->sent == 0)
		return;
	if (data != NULL)
		length -= (size_t)(data - text);
	else
		data = text;
	if (seen_number(data, length, "\"from\":") != observer->number)
		return;
	own = seen_number(data, length, "\"seq\":");
	if (own > observer->back)
		observer->back = own;
}

static void
text_take(struct observer *observer, struct observed *observed,
	  const char *text, size_t length, int64_t now_ns)
{
	static const char gap[] = "{\"type\":\"gap\"";
	static const char error[] = "{\"type\":\"error\"";

	if (length > sizeof(error) &&
	    memcmp(text, error, sizeof(error) - 1) == 0) {
		observed->refusals++;
		return;
	}
	if (length > sizeof(gap) && memcmp(text, gap, sizeof(gap) - 1) == 0) {
		observed->gaps++;
		return;
	}
	epoch_take(observed, text, length);
	observer->last = seen_event(&observed->seen, observer->last, text,
				    length, now_ns);
	own_take(observer, text, length);
}

/* One that goes on where the last message has ended. */
static struct z_stream_s *
unpacker_of(struct observer *observer)
{
	struct z_stream_s *made;

	if (observer->unpacker != NULL)
		return observer->unpacker;
	made = calloc(1, sizeof(*made));
	if (made != NULL && inflateInit2(made, -MAX_WBITS) != Z_OK) {
		free(made);
		made = NULL;
	}
	observer->unpacker = made;
	return made;
}

/* NULL: that cannot be unpacked. */
static const char *
unpack(struct observer *observer, const unsigned char *bytes, size_t length,
       size_t *text_length)
{
	static unsigned char text[MESSAGE_MAX], whole[MESSAGE_MAX + 4];
	struct z_stream_s *unpacker = unpacker_of(observer);

	if (unpacker == NULL)
		return NULL;
	memcpy(whole, bytes, length);
	memcpy(whole + length, "\0\0\377\377", 4);
	unpacker->next_in = whole;
	unpacker->avail_in = (unsigned)length + 4;
	unpacker->next_out = text;
	unpacker->avail_out = sizeof(text);
	if (inflate(unpacker, Z_SYNC_FLUSH) != Z_OK || unpacker->avail_in > 0)
		return NULL;
	*text_length = sizeof(text) - unpacker->avail_out;
	return (const char *)text;
}

static void
packed_take(struct observer *observer, struct observed *observed,
	    const unsigned char *bytes, size_t length, int64_t now_ns)
{
	size_t text_length = 0;
	const char *text =
		observed->unpacked != NULL ?
			unpacked_text(observed->unpacked, bytes, length,
				      &text_length) :
			unpack(observer, bytes, length, &text_length);

	observed->packed++;
	if (text == NULL)
		observed->seen.strange++;
	else
		text_take(observer, observed, text, text_length, now_ns);
}

static void
close_take(struct observer *observer, struct observed *observed,
	   const unsigned char *bytes, size_t length)
{
	int code = length < 2 ? OBSERVER_NORMAL : bytes[0] << 8 | bytes[1];

	code -= OBSERVER_NORMAL;
	if (code < 0 || code >= OBSERVER_CODES)
		observed->seen.strange++;
	else
		observed->closes[code]++;
	observer->closed = true;
}

static void
frame_take(struct observer *observer, struct observed *observed, unsigned first,
	   const unsigned char *bytes, size_t length, int64_t now_ns)
{
	if (first == (FINAL | OP_TEXT))
		text_take(observer, observed, (const char *)bytes, length,
			  now_ns);
	else if (first == (FINAL | PACKED | OP_TEXT))
		packed_take(observer, observed, bytes, length, now_ns);
	else if (first == (FINAL | OP_CLOSE))
		close_take(observer, observed, bytes, length);
	else if (first == (FINAL | OP_PING))
		frame_send(observer, OP_PONG, (const char *)bytes, length);
	else if (first != (FINAL | OP_PONG))
		observed->seen.strange++;
}

/* Takes whole frames; gives how many bytes they had. */
static size_t
frames_take(struct observer *observer, struct observed *observed,
	    const unsigned char *bytes, size_t length, int64_t now_ns)
{
	size_t at = 0;

	while (length - at >= 2 && !observer->closed) {
		size_t head = 2, size = bytes[at + 1];
		size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;

		if (length - at < head + more)
			break;
		if (more > 0)
			size = 0;
		for (; more > 0; more--)
			size = size << 8 | bytes[at + head++];
		if (size > MESSAGE_MAX - HEAD_MAX) {
			observed->seen.strange++;
			observer->closed = true;
			break;
		}
		if (length - at - head < size)
			break;
		frame_take(observer, observed, bytes[at], bytes + at + head,
			   size, now_ns);
		at += head + size;
	}
	return at;
}

/* Takes what is whole, and keeps the rest. */
static void
input_take(struct observer *observer, struct observed *observed,
	   const unsigned char *bytes, size_t length)
{
	size_t taken =
		frames_take(observer, observed, bytes, length, clock_mono_ns());

	buf_reset(&observer->rest);
	buf_add(&observer->rest, bytes + taken, length - taken);
}

/* What comes after the answer are frames already. */
bool
observer_open_end(struct observer *observer, struct observed *observed)
{
	char answer[ANSWER_MAX];
	size_t length = 0;
	const char *end = NULL;

	while (end == NULL && length < sizeof(answer)) {
		ssize_t got = recv(observer->fd, answer + length,
				   sizeof(answer) - length, 0);

		if (got <= 0)
			return false;
		length += (size_t)got;
		end = memmem(answer, length, "\r\n\r\n", 4);
	}
	if (end == NULL || memcmp(answer, "HTTP/1.1 101", 12) != 0 ||
	    fcntl(observer->fd, F_SETFL, O_NONBLOCK) != 0)
		return false;
	end += 4;
	input_take(observer, observed, (const unsigned char *)end,
		   length - (size_t)(end - answer));
	return true;
}

bool
observer_read(struct observer *observer, struct observed *observed)
{
	static unsigned char input[INPUT_MAX + MESSAGE_MAX];
	size_t length = observer->rest.length;
	ssize_t got = recv(observer->fd, input + length, INPUT_MAX, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got > 0) {
		if (length > 0)
			memcpy(input, observer->rest.bytes, length);
		input_take(observer, observed, input, length + (size_t)got);
	} else {
		observed->closes[OBSERVER_ABNORMAL - OBSERVER_NORMAL]++;
		observer->closed = true;
	}
	if (observer->closed)
		observer_close(observer);
	return observer->fd >= 0;
}
