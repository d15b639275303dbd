/*
 * Tables of tab-separated text, read line by line.
 *
 * The first line names the columns.  A byte-order mark, CR LF, blank lines
 * and lines that begin with '#' are skipped over.  A row that is not UTF-8,
 * holds a NUL, has more or fewer cells than the header, or is longer than
 * TSV_LINE_MAX is bad: it is reported, and reading goes on with the next.
 * One thread; the memory used does not grow with the file.
 */
#ifndef SKY_TSV_H
#define SKY_TSV_H

#include <stddef.h>
#include <stdint.h>

enum { TSV_LINE_MAX = 65536, TSV_CELLS_MAX = 256, TSV_WHY_MAX = 160 };

struct tsv;

struct tsv_cell {
	const char *text; /* without surrounding spaces; ends in NUL */
	size_t length;
};

enum tsv_result {
	TSV_ROW,   /* a row is there */
	TSV_BAD,   /* tsv_why() says what is wrong with this line */
	TSV_END,   /* nothing follows */
	TSV_FAILED /* the file cannot be read; tsv_why() */
};

/*
 * Opens the file and reads its header.  NULL, with the reason in `why`, when
 * it cannot be read or has none.
 */
struct tsv *tsv_open(const char *path, char *why, size_t why_bytes);

/* NULL is harmless. */
void tsv_close(struct tsv *tsv);

/* The header's columns, and the place of one of them, or -1. */
size_t tsv_columns(const struct tsv *tsv);
const char *tsv_column_name(const struct tsv *tsv, size_t column);
int tsv_find(const struct tsv *tsv, const char *name);

enum tsv_result tsv_next(struct tsv *tsv);

/* A cell of the present row; it lives until tsv_next(). */
struct tsv_cell tsv_cell(const struct tsv *tsv, size_t column);

/* Of the present line, the first of the file being 1. */
int64_t tsv_line(const struct tsv *tsv);
const char *tsv_why(const struct tsv *tsv);

/* Bytes read so far, and in all (0 when that is not known). */
int64_t tsv_bytes_read(const struct tsv *tsv);
int64_t tsv_bytes_total(const struct tsv *tsv);

#endif
