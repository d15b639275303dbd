#include "sky/table_source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool
table_source_fill(struct table_source *source)
{
	size_t kept = (size_t)(source->end - source->at);

	memmove(source->bytes, source->at, kept);
	source->at = source->bytes;
	source->end = source->bytes + kept;
	while (!source->last && kept < TABLE_SOURCE_BYTES) {
		ssize_t got =
			pread(source->file, source->end,
			      TABLE_SOURCE_BYTES - kept, source->read_end);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		source->last = got == 0;
		source->end += got;
		source->read_end += got;
		kept += (size_t)got;
	}
	/* There is room for it: the buffer was not full. */
	if (source->last && kept > 0 && source->end[-1] != source->line_end) {
		*source->end++ = source->line_end;
		source->added = 1;
	}
	return true;
}

void
table_source_go(struct table_source *source, int64_t offset, int64_t line)
{
	source->at = source->end = source->bytes;
	source->last = false;
	source->added = 0;
	source->line = line;
	source->read_end = offset;
}

int64_t
table_source_offset(const struct table_source *source)
{
	int64_t ahead = source->end - source->at - source->added;

	return source->read_end - (ahead > 0 ? ahead : 0);
}

bool
table_source_begin(struct table_source *source, int file)
{
	static const char mark[] = "\xef\xbb\xbf";
	const size_t mark_bytes = sizeof(mark) - 1;
	size_t length;

	source->file = file;
	source->line_end = '\n';
	table_source_go(source, 0, 1);
	if (!table_source_fill(source))
		return false;
	length = source->read_end < TABLE_ROW_MAX ? (size_t)source->read_end :
						    TABLE_ROW_MAX;
	if (memchr(source->at, '\r', length) != NULL &&
	    memchr(source->at, '\n', length) == NULL)
		source->line_end = '\r';
	if (length >= mark_bytes && memcmp(source->at, mark, mark_bytes) == 0)
		table_source_go(source, (int64_t)mark_bytes, 1);
	else
		table_source_go(source, 0, 1);
	return true;
}

bool
table_source_skip(struct table_source *source)
{
	for (;;) {
		char *end = memchr(source->at, source->line_end,
				   (size_t)(source->end - source->at));

		if (end != NULL) {
			source->at = end + 1;
			source->line++;
			return true;
		}
		source->at = source->end;
		if (source->last)
			return true;
		if (!table_source_fill(source))
			return false;
	}
}
