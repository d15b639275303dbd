/*
 * A file of text as lines in one large buffer.  Of interest to the reader of
 * delimited text only.
 *
 * Before a row is looked at, table_source_ready() sees to it that the buffer
 * holds all of it, unless it is longer than TABLE_ROW_MAX; so rows are read,
 * and written into, where they stand.  The end of a file's last line is put
 * there when the file lacks it.
 *
 * Lines end in LF; in CR when the file's first TABLE_ROW_MAX bytes hold CRs
 * and no LF.  The functions that return false set errno.
 */
#ifndef SKY_TABLE_SOURCE_H
#define SKY_TABLE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sky/table.h"

enum {
	TABLE_SOURCE_WORD = 8, /* so many bytes may be read beyond the end */
	TABLE_SOURCE_READ = 1 << 18,
	TABLE_SOURCE_BYTES = TABLE_SOURCE_READ + TABLE_ROW_MAX
};

struct table_source {
	int file;
	char line_end;
	bool last;        /* the file has nothing after `end` */
	char *at;         /* the row that is next */
	char *end;        /* of what is in the buffer */
	int added;        /* bytes before `end` that the file has not */
	int64_t line;     /* in which `at` is, from 1 */
	int64_t read_end; /* the place in the file where reading goes on */
	char bytes[TABLE_SOURCE_BYTES + TABLE_SOURCE_WORD];
};

/* Goes to the file's beginning, past a byte-order mark. */
bool table_source_begin(struct table_source *source, int file) LC_CHECKED;

/* Goes to a place in the file, which is in that line. */
void table_source_go(struct table_source *source, int64_t offset, int64_t line);

/* Reads on; of use to table_source_ready() only. */
bool table_source_fill(struct table_source *source) LC_CHECKED;

/* Goes past the end of the present line, however long it is. */
bool table_source_skip(struct table_source *source) LC_CHECKED;

/* The place of `at` in the file. */
int64_t table_source_offset(const struct table_source *source);

/* Makes the next row whole; there is none if then `at` is `end`. */
static inline bool
table_source_ready(struct table_source *source)
{
	return source->last || source->end - source->at > TABLE_ROW_MAX ||
	       table_source_fill(source);
}

#endif
