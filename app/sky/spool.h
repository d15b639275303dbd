/*
 * Records on disk, for what does not fit into memory: written one after the
 * other into a file without a name, which goes with its process, and read
 * back from any of their beginnings.  A record is a key and a value, each of
 * so many bytes.
 *
 * One thread.  Failure is LC_UNAVAILABLE (a full disk, say; spool_why()) or
 * LC_NO_MEMORY.
 */
#ifndef SKY_SPOOL_H
#define SKY_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum { SPOOL_WHY_MAX = 128 };

struct spool {
	int directory;
	int file; /* -1: nothing was written yet */
	int64_t written;
	char *buffer;
	size_t used;
	char why[SPOOL_WHY_MAX];
};

struct spool_record {
	const void *key, *value; /* until the next read */
	size_t key_length, value_length;
};

/* A spool in a directory, which must stay open as long. */
void spool_init(struct spool *spool, int directory);
void spool_release(struct spool *spool);

/* Forgets all records. */
void spool_clear(struct spool *spool);

const char *spool_why(const struct spool *spool);

/* Where the next record will begin. */
int64_t spool_end(const struct spool *spool);

enum lc_rc spool_add(struct spool *spool, const void *key, size_t key_length,
		     const void *value, size_t value_length) LC_CHECKED;

/* Writes what is still in memory; before anything is read. */
enum lc_rc spool_flush(struct spool *spool) LC_CHECKED;

struct spool_reader {
	struct spool *spool;
	int64_t at, end; /* of what is not in memory yet */
	char *buffer;
	size_t capacity, have, next;
};

/* Reads the records from one beginning to another. */
enum lc_rc spool_reader_init(struct spool_reader *reader, struct spool *spool,
			     int64_t from, int64_t to, size_t buffer_bytes)
	LC_CHECKED;
void spool_reader_release(struct spool_reader *reader);

/* The next record; *there is false when there is none. */
enum lc_rc spool_read(struct spool_reader *reader, struct spool_record *record,
		      bool *there) LC_CHECKED;

#endif
