/*
 * Objects written as a table: VOTable 1.4, CSV, TSV or JSON.
 *
 * One thread begins a table, writes its rows one after the other, and ends
 * it.  All goes into the caller's buffer, which may be sent and reset between
 * any two of these calls; memory does not grow with the number of rows.  When
 * memory is exhausted the buffer has failed, and what it holds is of no use.
 *
 * VOTable: http://www.ivoa.net/documents/VOTable/20191021/ (TABLEDATA, an
 * empty cell is null), its INFO elements as DALI 1.1, section 4.4, and the
 * note "Data Origin in the VO" name them.  Text is declared as char, and is
 * UTF-8: every reader tried shows it rightly, and cone searches must have an
 * identifier of that type.  CSV: RFC 4180; TSV the same without quotes, tabs
 * and line ends in values being spaces.  A null is an empty cell there.
 * JSON: {"catalogue", "title", "licence", "citation", "columns": [...],
 * "rows": [...], "overflow": false}; a row is an object of the values that
 * are present by their names, the catalogue's own in a member "columns".
 */
#ifndef SKY_ROWS_H
#define SKY_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "sky/columns.h"

enum rows_format {
	ROWS_VOTABLE,
	ROWS_CSV,
	ROWS_TSV,
	ROWS_JSON,
	ROWS_FORMAT__MAX
};

/* What is written of a table as a whole.  Texts that are not there are "". */
struct rows_table {
	const char *catalogue; /* its name */
	const char *title;
	const char *description;
	const char *licence;
	const char *citation;
	const char *protocol; /* "ivo://ivoa.net/std/ConeSearch/v1.03" */
	const char *request;  /* what was asked */
	/*
	 * Own columns' names differ from each other; one that is called as a
	 * column of ours is written with a number after its name.
	 */
	const struct columns_set *columns;
	/*
	 * 1: name and position; 2: all but identifiers; 3: all that the
	 * catalogue has.
	 */
	int verbosity;
	bool separation; /* a column separation_deg after dec_deg */
	/*
	 * The UCDs of name and position as Simple Cone Search 1.03 has them:
	 * ID_MAIN, POS_EQ_RA_MAIN, POS_EQ_DEC_MAIN.
	 */
	bool old_ucds;
};

struct rows_method;
struct rows_cell;

/* Of interest to the writers only. */
struct rows {
	const struct rows_method *method;
	const struct rows_table *table;
	struct rows_cell *cells; /* the columns that are written */
	size_t count;
	struct buf *out;
	size_t most;      /* that a row can take beside its texts */
	bool any;         /* row was written */
	size_t status_at; /* where a VOTable's status was written */
};

/*
 * Prepares for a table in this format; `table` must stay, and `arena`, from
 * which some memory is taken.  LC_NO_MEMORY.
 */
enum lc_rc rows_init(struct rows *rows, enum rows_format format,
		     const struct rows_table *table, struct arena *arena,
		     struct buf *out) LC_CHECKED;

/* Writes what comes before the rows. */
void rows_begin(struct rows *rows);

/*
 * Writes a row: COLUMNS__MAX values and those of the catalogue's own columns,
 * of which only those need be there that the verbosity asks for.  In CSV and
 * TSV a separation of NaN is an empty cell.
 */
void rows_row(struct rows *rows, const struct columns_value *values,
	      double separation_deg);

/*
 * Writes what comes after the rows: whether there would have been more, and,
 * if `error` is not NULL, why the rows are not all there.  CSV and TSV have
 * no place for either; there an error is a last line that begins with '#' and
 * does not look like a row.
 */
void rows_end(struct rows *rows, bool overflow, const char *error);

/* Writes a document that says only what is wrong. */
void rows_error(enum rows_format format, const char *message, struct buf *out);

const char *rows_media_type(enum rows_format format);

/*
 * Finds the format that a word or a media type stands for, in any case, and
 * the media type to answer with: who asks for one gets that one.  False: it
 * stands for none.
 */
bool rows_named(const char *word, enum rows_format *format,
		const char **media_type);

#endif
