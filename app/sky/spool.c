#include "sky/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SPOOL_BUFFER_BYTES = 1 << 20 };

struct spool_frame {
	uint32_t key_length, value_length;
};

void
spool_init(struct spool *spool, int directory)
{
	*spool = (struct spool){.directory = directory, .file = -1};
}

void
spool_release(struct spool *spool)
{
	if (spool->file >= 0)
		close(spool->file);
	free(spool->buffer);
	spool->file = -1;
	spool->buffer = NULL;
}

void
spool_clear(struct spool *spool)
{
	int directory = spool->directory;

	spool_release(spool);
	spool_init(spool, directory);
}

const char *
spool_why(const struct spool *spool)
{
	return spool->why;
}

int64_t
spool_end(const struct spool *spool)
{
	return spool->written + (int64_t)spool->used;
}

static enum lc_rc
spool_failed(struct spool *spool, int code)
{
	snprintf(spool->why, sizeof(spool->why),
		 "a temporary file cannot be used: %s", strerror(code));
	return LC_UNAVAILABLE;
}

/* Some file systems have no files without a name. */
static int
spool_open(int directory)
{
	static const char name[] = "import.spool";
	int file = openat(directory, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return file;
	unlinkat(directory, name, 0);
	file = openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
		      0600);
	if (file >= 0)
		unlinkat(directory, name, 0);
	return file;
}

static enum lc_rc
spool_write(struct spool *spool, const char *bytes, size_t length)
{
	if (spool->file < 0)
		spool->file = spool_open(spool->directory);
	if (spool->file < 0)
		return spool_failed(spool, errno);
	for (size_t at = 0; at < length;) {
		ssize_t done = pwrite(spool->file, bytes + at, length - at,
				      spool->written + (int64_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return spool_failed(spool, done < 0 ? errno : ENOSPC);
		at += (size_t)done;
	}
	/* Only now: what fails is still in memory, and may be tried again. */
	spool->written += (int64_t)length;
	return LC_OK;
}

enum lc_rc
spool_flush(struct spool *spool)
{
	enum lc_rc rc = LC_OK;

	if (spool->used > 0)
		rc = spool_write(spool, spool->buffer, spool->used);
	if (rc == LC_OK)
		spool->used = 0;
	return rc;
}

enum lc_rc
spool_add(struct spool *spool, const void *key, size_t key_length,
	  const void *value, size_t value_length)
{
	const struct spool_frame frame = {(uint32_t)key_length,
					  (uint32_t)value_length};
	size_t length = sizeof(frame) + key_length + value_length;
	enum lc_rc rc = LC_OK;
	char *at;

	if (length > SPOOL_BUFFER_BYTES)
		return LC_INTERNAL; /* a table's row is shorter */
	if (spool->buffer == NULL)
		spool->buffer = malloc(SPOOL_BUFFER_BYTES);
	if (spool->buffer == NULL)
		return LC_NO_MEMORY;
	if (spool->used + length > SPOOL_BUFFER_BYTES)
		rc = spool_flush(spool);
	if (rc != LC_OK)
		return rc;
	at = spool->buffer + spool->used;
	memcpy(at, &frame, sizeof(frame));
	memcpy(at + sizeof(frame), key, key_length);
	if (value_length > 0)
		memcpy(at + sizeof(frame) + key_length, value, value_length);
	spool->used += length;
	return LC_OK;
}

enum lc_rc
spool_reader_init(struct spool_reader *reader, struct spool *spool,
		  int64_t from, int64_t to, size_t buffer_bytes)
{
	*reader = (struct spool_reader){.spool = spool,
					.at = from,
					.end = to,
					.capacity = buffer_bytes,
					.buffer = malloc(buffer_bytes)};
	return reader->buffer == NULL ? LC_NO_MEMORY : LC_OK;
}

void
spool_reader_release(struct spool_reader *reader)
{
	free(reader->buffer);
	reader->buffer = NULL;
}

/* Reads until `wanted` bytes are in memory after `next`. */
static enum lc_rc
spool_fill(struct spool_reader *reader, size_t wanted)
{
	if (wanted > reader->capacity) {
		char *larger = realloc(reader->buffer, wanted);

		if (larger == NULL)
			return LC_NO_MEMORY;
		reader->buffer = larger;
		reader->capacity = wanted;
	}
	memmove(reader->buffer, reader->buffer + reader->next,
		reader->have - reader->next);
	reader->have -= reader->next;
	reader->next = 0;
	while (reader->have < wanted) {
		size_t room = reader->capacity - reader->have;
		ssize_t done;

		if ((int64_t)room > reader->end - reader->at)
			room = (size_t)(reader->end - reader->at);
		done = pread(reader->spool->file, reader->buffer + reader->have,
			     room, reader->at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return spool_failed(reader->spool,
					    done < 0 ? errno : EIO);
		reader->have += (size_t)done;
		reader->at += done;
	}
	return LC_OK;
}

enum lc_rc
spool_read(struct spool_reader *reader, struct spool_record *record,
	   bool *there)
{
	struct spool_frame frame;
	enum lc_rc rc = LC_OK;
	size_t length;

	*there = reader->have > reader->next || reader->at < reader->end;
	if (!*there)
		return LC_OK;
	if (reader->have - reader->next < sizeof(frame))
		rc = spool_fill(reader, sizeof(frame));
	if (rc != LC_OK)
		return rc;
	memcpy(&frame, reader->buffer + reader->next, sizeof(frame));
	length = sizeof(frame) + frame.key_length + frame.value_length;
	if (reader->have - reader->next < length)
		rc = spool_fill(reader, length);
	if (rc != LC_OK)
		return rc;
	record->key = reader->buffer + reader->next + sizeof(frame);
	record->key_length = frame.key_length;
	record->value = (const char *)record->key + frame.key_length;
	record->value_length = frame.value_length;
	reader->next += length;
	return LC_OK;
}
