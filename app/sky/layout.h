/*
 * The layout of a catalogue's file, which build.c writes and reader.c reads.
 *
 *   spot    what a search reads, in the order of the zone index: the unit
 *           vector, the type's place in columns_types, the magnitude by which
 *           objects are limited, the place of its name among all names, and
 *           all shown values as one blob (sky/pack.h)
 *   object  all columns of columns_table, by the same key
 *   name    every name by which an object is found, by its folded key
 *   near    the same keys, those of one length in one blob, each ended by a
 *           line feed: for a quick look through all of them
 *   fact    what is known of the catalogue as a whole
 *
 * Whatever changes this, the zones, the folding of names or the list of
 * types raises LAYOUT_VERSION.
 */
#ifndef SKY_LAYOUT_H
#define SKY_LAYOUT_H

#define LAYOUT_VERSION 2
#define LAYOUT_APPLICATION 0x4c434f4e /* "LCON" */

/* The same, but for a machine with the other order of bytes. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LAYOUT_APPLICATION_HERE LAYOUT_APPLICATION
#else
#define LAYOUT_APPLICATION_HERE (LAYOUT_APPLICATION + 1)
#endif

#define LAYOUT_SPOT                                                         \
	"CREATE TABLE spot (k INTEGER PRIMARY KEY, x REAL, y REAL, z REAL," \
	" type INTEGER, magnitude REAL, rank INTEGER, packed BLOB);"
#define LAYOUT_NAME                                                       \
	"CREATE TABLE name (key TEXT PRIMARY KEY, k INTEGER, shown TEXT)" \
	" WITHOUT ROWID;"
#define LAYOUT_NEAR "CREATE TABLE near (length INTEGER PRIMARY KEY, keys BLOB);"
#define LAYOUT_FACT \
	"CREATE TABLE fact (word TEXT PRIMARY KEY, value) WITHOUT ROWID;"

/* Words of `fact`. */
#define LAYOUT_FACT_OBJECTS "objects"
#define LAYOUT_FACT_NAMES "names"
#define LAYOUT_FACT_LICENCE "licence"

#endif
