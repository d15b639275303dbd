#include "sky/table_kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "sky/votable.h"

enum {
	PIECE_BYTES = 1 << 16,
	/* A tag or comment is held as a whole: this is the most of one. */
	TOKEN_BYTES_MAX = 1 << 20
};

/* What the parser has done with a piece of the file. */
enum pump { PUMP_MORE, PUMP_PAUSED, PUMP_FINISHED, PUMP_FAILED };

static enum lc_rc
votable_refuse(struct votable *votable)
{
	enum XML_Error error = XML_GetErrorCode(votable->parser);
	bool cut = error == XML_ERROR_NO_ELEMENTS ||
		   error == XML_ERROR_UNCLOSED_TOKEN ||
		   error == XML_ERROR_UNCLOSED_CDATA_SECTION ||
		   error == XML_ERROR_PARTIAL_CHAR;

	if (error == XML_ERROR_NO_MEMORY)
		votable_fail(votable, LC_NO_MEMORY, "out of memory");
	else
		votable_fail(votable, LC_INVALID,
			     "%snot well-formed at line %lld: %s",
			     cut && votable->final ? "the file is cut: " : "",
			     (long long)votable_line(votable),
			     XML_ErrorString(error));
	return votable->rc;
}

/* Gives the parser the next piece of the file. */
static enum XML_Status
votable_feed(struct votable *votable)
{
	struct table *table = &votable->table;
	void *piece = XML_GetBuffer(votable->parser, PIECE_BYTES);
	size_t length;

	if (piece == NULL)
		return XML_STATUS_ERROR;
	length = fread(piece, 1, PIECE_BYTES, votable->file);
	if (ferror(votable->file)) {
		votable_fail(votable, LC_UNAVAILABLE, "%s", strerror(errno));
		return XML_STATUS_ERROR;
	}
	table->bytes_read += (int64_t)length;
	votable->final = length < PIECE_BYTES;
	return XML_ParseBuffer(votable->parser, (int)length, votable->final);
}

static enum pump
votable_pump(struct votable *votable)
{
	enum XML_Status status = votable->suspended ?
					 XML_ResumeParser(votable->parser) :
					 votable_feed(votable);

	votable->suspended = status == XML_STATUS_SUSPENDED;
	if (status == XML_STATUS_ERROR || votable->rc != LC_OK) {
		votable_refuse(votable);
		return PUMP_FAILED;
	}
	if (votable->suspended)
		return PUMP_PAUSED;
	if (votable->final)
		return PUMP_FINISHED;
	if (votable->table.bytes_read -
		    XML_GetCurrentByteIndex(votable->parser) >
	    TOKEN_BYTES_MAX) {
		votable_fail(votable, LC_INVALID,
			     "the tag or comment at line %lld has more than %d "
			     "bytes",
			     (long long)votable_line(votable), TOKEN_BYTES_MAX);
		return PUMP_FAILED;
	}
	return PUMP_MORE;
}

/* Reads up to the first row. */
static enum lc_rc
votable_start(struct votable *votable)
{
	enum pump pump;

	do
		pump = votable_pump(votable);
	while (!votable->begun && (pump == PUMP_MORE || pump == PUMP_PAUSED));
	if (pump == PUMP_FAILED || votable->begun)
		return votable->rc;
	if (votable->said_error[0] != '\0')
		votable_fail(votable, LC_INVALID,
			     "the service that wrote it reports an error: %s",
			     votable->said_error);
	else
		votable_fail(votable, LC_INVALID,
			     "it is a VOTable, but no table in it has data");
	return votable->rc;
}

static enum lc_rc
votable_rewind(struct table *table)
{
	struct votable *votable = (struct votable *)table;

	votable->rc = LC_OK;
	votable->final = votable->suspended = false;
	table->bytes_read = table->line = 0;
	if (fseeko(votable->file, 0, SEEK_SET) != 0) {
		votable_fail(votable, LC_UNAVAILABLE, "%s", strerror(errno));
		return votable->rc;
	}
	if (!XML_ParserReset(votable->parser, NULL))
		return LC_INTERNAL;
	votable_document_begin(votable);
	if (votable->settled)
		votable_binary_reset(&votable->binary);
	return votable_start(votable);
}

static enum table_result
votable_cells(struct votable *votable)
{
	struct table *table = &votable->table;

	if (votable->row_fault != NULL) {
		snprintf(table->why, sizeof(table->why), "%s",
			 votable->row_fault);
		return TABLE_BAD;
	}
	if (votable->cells_seen != table->count) {
		snprintf(table->why, sizeof(table->why),
			 "the row has %zu cells, the table %zu columns",
			 votable->cells_seen, table->count);
		return TABLE_BAD;
	}
	votable->starts[table->count] = (uint32_t)votable->row_length;
	for (size_t i = 0; i < table->count; i++) {
		uint32_t start = votable->starts[i];

		if (!votable_cell_text(
			    &votable->fields[i], votable->row + start,
			    votable->starts[i + 1] - start - 1,
			    &table->cells[i], table->why, sizeof(table->why)))
			return TABLE_BAD;
	}
	return TABLE_ROW;
}

static enum table_result
votable_next_tabledata(struct votable *votable)
{
	for (;;) {
		enum pump pump = votable_pump(votable);

		if (votable->row_ready) {
			votable->row_ready = false;
			return votable_cells(votable);
		}
		if (pump == PUMP_FAILED)
			return TABLE_FAILED;
		if (pump == PUMP_FINISHED)
			return TABLE_END;
	}
}

/* More is there for the rows, or there are no more. */
static enum table_result
votable_more_binary(struct votable *votable)
{
	struct table *table = &votable->table;

	if (!votable->final || votable->suspended)
		return votable_pump(votable) == PUMP_FAILED ? TABLE_FAILED :
							      TABLE_ROW;
	if (votable_binary_complete(&votable->binary, table->why,
				    sizeof(table->why)))
		return TABLE_END;
	votable->rc = LC_INVALID;
	return TABLE_FAILED;
}

static enum table_result
votable_next_binary(struct votable *votable)
{
	struct table *table = &votable->table;
	struct votable_binary *binary = &votable->binary;
	const struct votable_room room = {votable->row,
					  votable->row + VOTABLE_ROW_BYTES};
	enum table_result result;

	for (;;) {
		switch (votable_binary_next(binary, room, table->cells,
					    table->why, sizeof(table->why))) {
		case VOTABLE_BINARY_ROW:
			table->line = binary->row_line;
			return TABLE_ROW;
		case VOTABLE_BINARY_BAD:
			table->line = binary->row_line;
			return TABLE_BAD;
		case VOTABLE_BINARY_FAILED:
			table->line = binary->text_line;
			votable->rc = LC_INVALID;
			return TABLE_FAILED;
		case VOTABLE_BINARY_NO_MEMORY:
			votable_fail(votable, LC_NO_MEMORY, "out of memory");
			return TABLE_FAILED;
		case VOTABLE_BINARY_MORE:
			break;
		}
		result = votable_more_binary(votable);
		if (result != TABLE_ROW)
			return result;
	}
}

static enum table_result
votable_next(struct table *table)
{
	struct votable *votable = (struct votable *)table;

	if (votable->rc != LC_OK)
		return TABLE_FAILED;
	if (votable->in_binary)
		return votable_next_binary(votable);
	if (votable->final && !votable->suspended)
		return TABLE_END;
	return votable_next_tabledata(votable);
}

static void
votable_close(struct table *table)
{
	struct votable *votable = (struct votable *)table;

	if (votable->parser != NULL)
		XML_ParserFree(votable->parser);
	for (size_t i = 0; i < VOTABLE_WORDS__MAX; i++)
		buf_release(&votable->words[i]);
	votable_binary_release(&votable->binary);
	arena_release(&votable->arena);
	free(votable->fields);
	free(table->columns);
	free(table->cells);
	fclose(votable->file);
	free(votable);
}

static const struct table_methods votable_methods = {
	"VOTable",
	votable_next,
	votable_rewind,
	votable_close,
};

/* Everything as it is before the file is looked at; NULL without memory. */
static struct votable *
votable_new(FILE *file)
{
	static const XML_Memory_Handling_Suite memory = {malloc, realloc, free};
	struct votable *votable = calloc(1, sizeof(*votable));
	struct stat status;

	if (votable == NULL)
		return NULL;
	votable->table.methods = &votable_methods;
	votable->file = file;
	for (size_t i = 0; i < VOTABLE_WORDS__MAX; i++)
		buf_init(&votable->words[i]);
	buf_init(&votable->binary.text);
	buf_init(&votable->binary.bytes);
	arena_init(&votable->arena, NULL, 0);
	if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode))
		votable->table.bytes_total = status.st_size;
	votable->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (votable->parser != NULL) {
		votable_document_begin(votable);
		return votable;
	}
	free(votable);
	return NULL;
}

enum lc_rc
table_votable_open(FILE *file, struct table **out, char *why, size_t why_bytes)
{
	struct votable *votable = votable_new(file);
	enum lc_rc rc;

	if (votable == NULL) {
		fclose(file);
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	rc = votable_start(votable);
	/* Where there are no results, other tables are better than none. */
	if (rc == LC_INVALID && votable->refused_meta && !votable->settled &&
	    votable->final && !votable->suspended) {
		votable->take_meta = true;
		rc = votable_rewind(&votable->table);
	}
	if (rc == LC_OK) {
		*out = &votable->table;
		return LC_OK;
	}
	snprintf(why, why_bytes, "%s", votable->table.why);
	votable_close(&votable->table);
	return rc;
}
