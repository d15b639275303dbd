#include "sky/tsv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

struct tsv {
	FILE *file;
	char line[TSV_LINE_MAX + 1];
	size_t length;
	bool too_long;
	struct tsv_cell cells[TSV_CELLS_MAX];
	size_t cells_count;
	char header[TSV_LINE_MAX + 1];
	struct tsv_cell columns[TSV_CELLS_MAX];
	size_t columns_count;
	int64_t number, bytes_read, bytes_total;
	char why[TSV_WHY_MAX];
};

/* Reads a line without its end; what does not fit is read and forgotten. */
static bool
tsv_read_line(struct tsv *tsv)
{
	int c;
	bool any = false;

	tsv->length = 0;
	tsv->too_long = false;
	while ((c = getc_unlocked(tsv->file)) != EOF) {
		any = true;
		tsv->bytes_read++;
		if (c == '\n')
			break;
		if (tsv->length < TSV_LINE_MAX)
			tsv->line[tsv->length++] = (char)c;
		else
			tsv->too_long = true;
	}
	if (tsv->length > 0 && tsv->line[tsv->length - 1] == '\r')
		tsv->length--;
	tsv->line[tsv->length] = '\0';
	tsv->number += any;
	return any;
}

/* Parts the line where the tabs are; SIZE_MAX when there are too many. */
static size_t
tsv_split(char *line, size_t length, struct tsv_cell *cells)
{
	char *const end = line + length;
	char *text = line;
	size_t count = 0;

	for (;;) {
		char *tab = memchr(text, '\t', (size_t)(end - text));
		char *last = tab == NULL ? end : tab;

		if (count == TSV_CELLS_MAX)
			return SIZE_MAX;
		while (text < last && text_is_space(*text))
			text++;
		while (last > text && text_is_space(last[-1]))
			last--;
		*last = '\0';
		cells[count++] = (struct tsv_cell){text, (size_t)(last - text)};
		if (tab == NULL)
			return count;
		text = tab + 1;
	}
}

static bool
tsv_is_blank(const struct tsv *tsv)
{
	return tsv->length == 0 || tsv->line[0] == '#';
}

/* Whether the line can be parted; otherwise `why` says what is wrong. */
static bool
tsv_line_ok(struct tsv *tsv)
{
	size_t valid = text_utf8_valid(tsv->line, tsv->length);

	if (tsv->too_long)
		snprintf(tsv->why, sizeof(tsv->why),
			 "the line is longer than %d bytes", TSV_LINE_MAX);
	else if (memchr(tsv->line, '\0', tsv->length) != NULL)
		snprintf(tsv->why, sizeof(tsv->why), "the line holds a NUL");
	else if (valid != tsv->length)
		snprintf(tsv->why, sizeof(tsv->why),
			 "byte %zu of the line is not UTF-8", valid + 1);
	else
		return true;
	return false;
}

static bool
tsv_read_header(struct tsv *tsv, char *why, size_t why_bytes)
{
	static const char mark[] = "\xef\xbb\xbf";
	const size_t mark_bytes = sizeof(mark) - 1;
	const char *text = tsv->line;

	do {
		if (!tsv_read_line(tsv)) {
			snprintf(why, why_bytes, "%s",
				 ferror(tsv->file) ?
					 strerror(errno) :
					 "the file has no header line");
			return false;
		}
		text = tsv->line;
		if (tsv->number == 1 && tsv->length >= mark_bytes &&
		    memcmp(text, mark, mark_bytes) == 0) {
			tsv->length -= mark_bytes;
			memmove(tsv->line, text + mark_bytes, tsv->length + 1);
		}
	} while (tsv_is_blank(tsv));
	if (!tsv_line_ok(tsv)) {
		snprintf(why, why_bytes, "the header: %s", tsv->why);
		return false;
	}
	memcpy(tsv->header, tsv->line, tsv->length + 1);
	tsv->columns_count = tsv_split(tsv->header, tsv->length, tsv->columns);
	if (tsv->columns_count == SIZE_MAX) {
		snprintf(why, why_bytes, "the header has more than %d columns",
			 TSV_CELLS_MAX);
		return false;
	}
	return true;
}

struct tsv *
tsv_open(const char *path, char *why, size_t why_bytes)
{
	struct tsv *tsv = calloc(1, sizeof(*tsv));
	struct stat status;

	if (tsv == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return NULL;
	}
	tsv->file = fopen(path, "re");
	if (tsv->file == NULL) {
		snprintf(why, why_bytes, "%s", strerror(errno));
		tsv_close(tsv);
		return NULL;
	}
	if (fstat(fileno(tsv->file), &status) == 0 && S_ISREG(status.st_mode))
		tsv->bytes_total = status.st_size;
	if (!tsv_read_header(tsv, why, why_bytes)) {
		tsv_close(tsv);
		return NULL;
	}
	return tsv;
}

void
tsv_close(struct tsv *tsv)
{
	if (tsv == NULL)
		return;
	if (tsv->file != NULL)
		fclose(tsv->file);
	free(tsv);
}

size_t
tsv_columns(const struct tsv *tsv)
{
	return tsv->columns_count;
}

const char *
tsv_column_name(const struct tsv *tsv, size_t column)
{
	return tsv->columns[column].text;
}

int
tsv_find(const struct tsv *tsv, const char *name)
{
	for (size_t i = 0; i < tsv->columns_count; i++)
		if (strcmp(tsv->columns[i].text, name) == 0)
			return (int)i;
	return -1;
}

enum tsv_result
tsv_next(struct tsv *tsv)
{
	tsv->cells_count = 0;
	do {
		if (tsv_read_line(tsv))
			continue;
		if (!ferror(tsv->file))
			return TSV_END;
		snprintf(tsv->why, sizeof(tsv->why), "%s", strerror(errno));
		return TSV_FAILED;
	} while (tsv_is_blank(tsv));
	if (!tsv_line_ok(tsv))
		return TSV_BAD;
	tsv->cells_count = tsv_split(tsv->line, tsv->length, tsv->cells);
	if (tsv->cells_count == tsv->columns_count)
		return TSV_ROW;
	if (tsv->cells_count == SIZE_MAX)
		snprintf(tsv->why, sizeof(tsv->why),
			 "the row has more than %d cells", TSV_CELLS_MAX);
	else
		snprintf(tsv->why, sizeof(tsv->why),
			 "the row has %zu cells, the header %zu",
			 tsv->cells_count, tsv->columns_count);
	return TSV_BAD;
}

struct tsv_cell
tsv_cell(const struct tsv *tsv, size_t column)
{
	return tsv->cells[column];
}

int64_t
tsv_line(const struct tsv *tsv)
{
	return tsv->number;
}

const char *
tsv_why(const struct tsv *tsv)
{
	return tsv->why;
}

int64_t
tsv_bytes_read(const struct tsv *tsv)
{
	return tsv->bytes_read;
}

int64_t
tsv_bytes_total(const struct tsv *tsv)
{
	return tsv->bytes_total;
}
