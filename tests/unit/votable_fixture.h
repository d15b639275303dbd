/*
 * What the tests of VOTables share: documents from strings, and what is read
 * of them as a text.
 */
#ifndef TESTS_VOTABLE_FIXTURE_H
#define TESTS_VOTABLE_FIXTURE_H

#include <stddef.h>

#include "base/buf.h"
#include "sky/table_kinds.h"

#define VOTABLE_HEAD "<VOTABLE version=\"1.4\"><RESOURCE><TABLE>"
#define VOTABLE_TAIL "</TABLE></RESOURCE></VOTABLE>"

/* Opens a document; whatever is wrong with it is in `why`. */
enum lc_rc votable_fixture_open(const char *document, size_t length,
				struct table **out, char *why,
				size_t why_bytes);

/*
 * Adds the rows: cells with '|' between them, '-' for what is absent; "!LINE
 * REASON" for a bad row, "FAILED REASON" at the end of what cannot be read.
 * Ends in NUL.
 */
void votable_fixture_rows(struct table *table, struct buf *out);

/*
 * The same for a document that is opened and closed; "NOT OPENED REASON"
 * when it is none.  The rows are read twice, and must be the same.
 */
void votable_fixture_read(const char *document, size_t length, struct buf *out);

/* Adds base64 of the bytes. */
void votable_fixture_base64(struct buf *out, const void *bytes, size_t length);

#endif
