#include "xml_flat.h"

#include <expat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The white space before a tag is dropped where only a tag is before it. */
static void
blank_drop(struct buf *flat)
{
	size_t end = flat->length;

	while (end > 0 && flat->bytes[end - 1] == '\n')
		end--;
	if (end > 0 && flat->bytes[end - 1] == '>')
		flat->length = end;
}

static void
element_begin(void *user, const char *name, const char **attributes)
{
	struct buf *flat = user;

	blank_drop(flat);
	buf_printf(flat, "<%s", name);
	for (; *attributes != NULL; attributes += 2)
		buf_printf(flat, " %s=\"%s\"", attributes[0], attributes[1]);
	buf_add_char(flat, '>');
}

static void
element_end(void *user, const char *name)
{
	blank_drop(user);
	buf_printf(user, "</%s>", name);
}

static void
text_more(void *user, const char *text, int length)
{
	buf_add(user, text, (size_t)length);
}

void
xml_flat(const struct buf *document, struct buf *flat)
{
	XML_Parser parser = XML_ParserCreate("UTF-8");

	assert_non_null(parser);
	assert_false(document->failed);
	XML_SetUserData(parser, flat);
	XML_SetElementHandler(parser, element_begin, element_end);
	XML_SetCharacterDataHandler(parser, text_more);
	if (XML_Parse(parser, document->bytes, (int)document->length, 1) !=
	    XML_STATUS_OK)
		fail_msg("%s in line %lu of: %.*s",
			 XML_ErrorString(XML_GetErrorCode(parser)),
			 XML_GetCurrentLineNumber(parser),
			 (int)document->length, document->bytes);
	XML_ParserFree(parser);
	buf_add(flat, "", 1);
	assert_false(flat->failed);
}
