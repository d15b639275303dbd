/* Expat, to read back what our writers of XML wrote. */
#ifndef TESTS_XML_FLAT_H
#define TESTS_XML_FLAT_H

#include "base/buf.h"

/*
 * Adds the document to `flat`, as its elements with their attributes and
 * texts, nothing escaped any more and without white space between tags, and
 * ends it with a NUL; fails the test when it is not well-formed XML.
 */
void xml_flat(const struct buf *document, struct buf *flat);

#endif
