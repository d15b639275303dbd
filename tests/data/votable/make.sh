#!/bin/sh
# Makes the VOTables of this directory anew, with STILTS (Debian's package of
# that name): one small table of all its types and nulls, in each way to write
# a VOTable.  tests/unit/test_table_votable.c says what is to be read.
set -eu
cd "$(dirname "$0")"

for kind in tabledata binary-inline binary2-inline; do
	stilts tpipe ifmt=csv in=source.csv ofmt="votable-$kind" \
		out="stilts-${kind%-inline}.vot" \
		cmd='tablename "Types & <nulls>"' \
		cmd='addcol -units deg -ucd "pos.eq.ra;meta.main" -desc "Right ascension" RA toDouble(x)' \
		cmd='addcol -units deg -ucd "pos.eq.dec;meta.main" DEC toDouble(y)' \
		cmd='addcol single toFloat(x)' \
		cmd='addcol tiny toByte(n)' \
		cmd='addcol small toShort(n)' \
		cmd='addcol whole toInteger(n)' \
		cmd='addcol large toLong(n)*1000000000000L' \
		cmd='addcol list array(x,y)' \
		cmd='addcol integers "intArray(n, n + 1)"' \
		cmd='delcols "x y n"'
done
