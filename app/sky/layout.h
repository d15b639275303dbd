/*
 * The layout of a catalogue's file, which build.c writes and reader.c reads.
 *
 *   spot    the objects, in the order of the zone index (sky/zones.h), some
 *           to a row as one blob (sky/pack.h) under the last one's key
 *   name    every name by which an object is found, by its folded key: the
 *           key that its position has, from which on its own is the first
 *           with its number; and the name as it is shown, where that is not
 *           the object's main one
 *   near    the keys of names once more, those of one length in one blob,
 *           each ended by a line feed: for a quick look through all of them;
 *           empty when there are more than LAYOUT_NEAR_MOST
 *   field   the catalogue's columns: those of columns_table that some object
 *           has, and then its own
 *   fact    what is known of the catalogue as a whole
 *
 * Whatever changes this, the keys of zones, the folding of names or the
 * columns of columns_table raises LAYOUT_VERSION.
 */
#ifndef SKY_LAYOUT_H
#define SKY_LAYOUT_H

#define LAYOUT_VERSION 4
#define LAYOUT_APPLICATION 0x4c434f4e /* "LCON" */

/* The same, but for a machine with the other order of bytes. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LAYOUT_APPLICATION_HERE LAYOUT_APPLICATION
#else
#define LAYOUT_APPLICATION_HERE (LAYOUT_APPLICATION + 1)
#endif

enum {
	LAYOUT_PAGE_BYTES = 8192,
	/* Two rows of spots fill a page, with what SQLite puts beside them. */
	LAYOUT_SPOT_BYTES = LAYOUT_PAGE_BYTES / 2 - 40,
	LAYOUT_NEAR_MOST = 200000, /* names */
	LAYOUT_NEAR_BYTES = 64     /* longer names are like no other */
};

#define LAYOUT_SQL                                                      \
	"CREATE TABLE spot (k INTEGER PRIMARY KEY, packed BLOB);"       \
	"CREATE TABLE name (key TEXT PRIMARY KEY, k INTEGER,"           \
	" number INTEGER, shown TEXT) WITHOUT ROWID;"                   \
	"CREATE TABLE near (length INTEGER PRIMARY KEY, keys BLOB);"    \
	"CREATE TABLE field (place INTEGER PRIMARY KEY, name TEXT,"     \
	" known INTEGER, type INTEGER, unit TEXT, ucd TEXT, doc TEXT);" \
	"CREATE TABLE fact (word TEXT PRIMARY KEY, value) WITHOUT ROWID;"

/* Words of `fact`; those of sky/facts.h are there too. */
#define LAYOUT_FACT_OBJECTS "objects"
#define LAYOUT_FACT_NAMES "names"
#define LAYOUT_FACT_PER_DEG "zones_per_deg"
/* Where there are any: the mean over the square degrees that have some. */
#define LAYOUT_FACT_DENSITY "objects_per_deg2"
#define LAYOUT_FACT_MADE "made_ns" /* since 1970: no two files have one */

#endif
