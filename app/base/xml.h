/*
 * Text that goes into XML 1.0.
 *
 * What comes out stands rightly between tags and within a quoted attribute,
 * and is read back as the same text, line ends and tabs too.  Characters
 * that XML cannot hold (most control characters, U+FFFE, U+FFFF), and bytes
 * that are not UTF-8, become U+FFFD.  Any thread may call.
 */
#ifndef BASE_XML_H
#define BASE_XML_H

#include <stddef.h>

#include "base/buf.h"

/* Of one byte at most so many are made; so many more must have room. */
enum { XML_ESCAPE_MOST = 6, XML_ESCAPE_SLACK = 8 };

/* Writes the text, escaped, where there is room for it; returns its end. */
char *xml_escape(char *at, const char *text, size_t length);

/* Adds the text, escaped. */
void xml_text(struct buf *out, const char *text);

/* Adds ` name="text"`, the text escaped. */
void xml_attribute(struct buf *out, const char *name, const char *text);

/* Adds `<name>text</name>` and a new line, or nothing when the text is "". */
void xml_element(struct buf *out, const char *name, const char *text);

#endif
