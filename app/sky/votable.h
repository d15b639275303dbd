/*
 * A VOTable that is being read: what sky/table_votable.c, which pulls rows
 * out of it, and sky/votable_document.c, to which expat pushes the document,
 * share.  Of no interest to others.
 *
 * The document is followed with a stack of the elements that are open; one
 * that is of no interest counts as VOTABLE_OTHER, and all that is in it too.
 */
#ifndef SKY_VOTABLE_H
#define SKY_VOTABLE_H

#include <expat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "sky/table_kinds.h"
#include "sky/votable_binary.h"
#include "sky/votable_field.h"

enum {
	VOTABLE_DEPTH_MAX = 64,
	VOTABLE_SYSTEMS_MAX = 64, /* COOSYS elements that are kept */
	VOTABLE_TEXT_MAX = 4096,  /* bytes kept of a DESCRIPTION */
	VOTABLE_ROW_BYTES = TABLE_ROW_MAX + TABLE_COLUMNS_MAX, /* with NULs */
	VOTABLE_FIELDS_TEXT_MAX = 1 << 22 /* of all the fields' texts */
};

enum votable_element {
	VOTABLE_OTHER,
	VOTABLE_NONE, /* outside the root */
	VOTABLE_VOTABLE,
	VOTABLE_DEFINITIONS,
	VOTABLE_RESOURCE,
	VOTABLE_RESOURCE_META, /* which holds no results */
	VOTABLE_TABLE,
	VOTABLE_FIELD,
	VOTABLE_DESCRIPTION,
	VOTABLE_ERROR, /* the INFO that says so */
	VOTABLE_DATA,
	VOTABLE_TABLEDATA,
	VOTABLE_BINARY,
	VOTABLE_STREAM,
	VOTABLE_TR,
	VOTABLE_TD
};

/* Words that are kept: descriptions and names. */
enum votable_words {
	VOTABLE_WORDS_OPEN, /* those of the element that is open */
	VOTABLE_WORDS_DOCUMENT,
	VOTABLE_WORDS_RESOURCE,
	VOTABLE_WORDS_RESOURCE_NAME,
	VOTABLE_WORDS_TABLE,
	VOTABLE_WORDS_TABLE_NAME,
	VOTABLE_WORDS__MAX
};

/* A COOSYS, to which fields refer. */
struct votable_system {
	char id[64];
	char frame[48];
};

struct votable {
	struct table table;
	FILE *file;
	XML_Parser parser;
	bool final;     /* the whole file went to the parser */
	bool suspended; /* the parser has more of what it was given */
	enum lc_rc rc; /* other than LC_OK: it failed, and table.why says why */

	uint8_t stack[VOTABLE_DEPTH_MAX];
	size_t depth;
	bool collecting; /* characters go to VOTABLE_WORDS_OPEN */
	struct buf words[VOTABLE_WORDS__MAX];
	struct votable_system systems[VOTABLE_SYSTEMS_MAX];
	size_t systems_count;
	char said_error[128]; /* a service's complaint in the old manner */

	/* The fields of the last TABLE, whose texts the arena holds. */
	struct arena arena;
	size_t arena_bytes;
	struct votable_field *fields;
	size_t fields_room;
	char frame[48];     /* to which one of them refers */
	bool frame_is_main; /* and that one is the main position's */

	/* Which of the document's DATA is read, counted from 1. */
	size_t data_seen, data_read;
	bool take_meta;    /* also those that hold no results */
	bool refused_meta; /* there was one */
	bool settled;      /* the columns stand */
	bool begun;        /* so do the rows */

	bool in_binary, binary_nulls;
	struct votable_binary binary;

	/* A row of TABLEDATA; BINARY has room here for its texts. */
	bool row_ready, in_cell;
	const char *row_fault;
	size_t cells_seen, row_length;
	uint32_t starts[TABLE_COLUMNS_MAX + 1];
	char row[VOTABLE_ROW_BYTES + VOTABLE_ROOM_BEYOND];
};

/* Has the parser tell `votable` of a document that now begins. */
void votable_document_begin(struct votable *votable);

/*
 * Notes why nothing more can be read, if nothing was noted yet, and stops
 * the parser.
 */
void votable_fail(struct votable *votable, enum lc_rc rc, const char *format,
		  ...) LC_PRINTF(3, 4);

/* The present line of the document. */
int64_t votable_line(const struct votable *votable);

/* votable_element.c: what the elements mean. */

/*
 * What an element within `parent` is taken for; what it says of the table
 * is noted, and the parser paused where rows begin.
 */
enum votable_element votable_element_begin(struct votable *votable,
					   enum votable_element parent,
					   const char *name,
					   const char **attributes);

/* An element that was taken for that has ended: the parser pauses at a row. */
void votable_element_end(struct votable *votable, enum votable_element element);

/* The value of an attribute, or NULL. */
const char *votable_attribute(const char **attributes, const char *name);

/* votable_columns.c: what is known of the table before its rows. */

/* Forgets the fields, for those of another table. */
void votable_columns_reset(struct votable *votable);

/* Takes the attributes of a FIELD, and of a VALUES in it. */
void votable_columns_add(struct votable *votable, const char **attributes);
void votable_columns_set_null(struct votable *votable, const char *null);

/* Takes the last FIELD's description. */
void votable_columns_describe(struct votable *votable, const char *text);

/* Takes a COOSYS. */
void votable_columns_add_system(struct votable *votable,
				const char **attributes);

/* Makes the columns of the fields, and the facts: the rows begin. */
void votable_columns_settle(struct votable *votable);

#endif
