#include "sky/votable.h"

#include <stdarg.h>
#include <string.h>

void
votable_fail(struct votable *votable, enum lc_rc rc, const char *format, ...)
{
	va_list list;

	if (votable->rc != LC_OK)
		return;
	votable->rc = rc;
	votable->table.line = votable_line(votable);
	va_start(list, format);
	vsnprintf(votable->table.why, sizeof(votable->table.why), format, list);
	va_end(list);
	/* Where the parser is not at work it need not stop. */
	(void)XML_StopParser(votable->parser, XML_FALSE);
}

int64_t
votable_line(const struct votable *votable)
{
	return (int64_t)XML_GetCurrentLineNumber(votable->parser);
}

static void XMLCALL
document_start(void *of, const char *name, const char **attributes)
{
	struct votable *votable = of;
	enum votable_element parent = VOTABLE_NONE;

	if (votable->depth == VOTABLE_DEPTH_MAX) {
		votable_fail(votable, LC_INVALID,
			     "more than %d elements lie within each other, at "
			     "line %lld",
			     VOTABLE_DEPTH_MAX,
			     (long long)votable_line(votable));
		return;
	}
	if (votable->depth > 0)
		parent = votable->stack[votable->depth - 1];
	votable->stack[votable->depth] = (uint8_t)votable_element_begin(
		votable, parent, name, attributes);
	votable->depth++;
}

static void XMLCALL
document_end(void *of, const char *name)
{
	struct votable *votable = of;

	(void)name;
	/* After a failure the parser may still tell of an end. */
	if (votable->rc != LC_OK)
		return;
	votable->depth--;
	votable_element_end(
		votable, (enum votable_element)votable->stack[votable->depth]);
}

/* The text of a cell; what is beyond the most that a row may have is left. */
static void
document_cell(struct votable *votable, const char *text, size_t length)
{
	size_t used = votable->row_length - votable->cells_seen;

	if (length > TABLE_ROW_MAX - used) {
		votable->row_fault = VOTABLE_ROW_TOO_LARGE;
		return;
	}
	memcpy(votable->row + votable->row_length, text, length);
	votable->row_length += length;
}

static void
document_stream(struct votable *votable, const char *text, size_t length)
{
	struct votable_binary *binary = &votable->binary;
	bool first = binary->text_at == binary->text.length;

	votable_binary_add(binary, text, length,
			   first ? votable_line(votable) : 0);
}

static void XMLCALL
document_characters(void *of, const char *text, int length)
{
	struct votable *votable = of;
	struct buf *words = &votable->words[VOTABLE_WORDS_OPEN];

	if (votable->in_cell)
		document_cell(votable, text, (size_t)length);
	else if (votable->collecting && words->length < VOTABLE_TEXT_MAX)
		buf_add(words, text, (size_t)length);
	else if (votable->depth > 0 &&
		 votable->stack[votable->depth - 1] == VOTABLE_STREAM)
		document_stream(votable, text, (size_t)length);
}

/*
 * No VOTable needs entities of its own; documents that are meant to exhaust
 * memory, or to have local files read, do.
 */
static void XMLCALL
document_entity(void *of, const XML_Char *name, int is_parameter,
		const XML_Char *value, int value_length, const XML_Char *base,
		const XML_Char *system, const XML_Char *public,
		const XML_Char *notation)
{
	struct votable *votable = of;

	(void)name, (void)is_parameter, (void)value, (void)value_length;
	(void)base, (void)system, (void)public, (void)notation;
	votable_fail(votable, LC_INVALID,
		     "line %lld declares an entity, and entity declarations "
		     "are not read",
		     (long long)votable_line(votable));
}

static void XMLCALL
document_skipped(void *of, const XML_Char *name, int is_parameter)
{
	struct votable *votable = of;

	if (is_parameter)
		return;
	votable_fail(votable, LC_INVALID,
		     "line %lld refers to the entity \"%.40s\", which is not "
		     "known",
		     (long long)votable_line(votable), name);
}

void
votable_document_begin(struct votable *votable)
{
	XML_Parser parser = votable->parser;

	XML_SetUserData(parser, votable);
	XML_SetElementHandler(parser, document_start, document_end);
	XML_SetCharacterDataHandler(parser, document_characters);
	XML_SetEntityDeclHandler(parser, document_entity);
	XML_SetSkippedEntityHandler(parser, document_skipped);
	votable->depth = 0;
	votable->data_seen = 0;
	votable->collecting = votable->begun = false;
	votable->in_cell = votable->row_ready = false;
}
