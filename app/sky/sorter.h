/*
 * Sorting records by their keys, byte by byte, within so much memory: what
 * does not fit is sorted in pieces, which are spooled to disk and merged
 * while they are read (D. Knuth, "The Art of Computer Programming", vol. 3,
 * section 5.4).
 *
 * No key may be another one's beginning followed by NULs.  One thread.
 * Failure is LC_UNAVAILABLE (sorter_why()) or LC_NO_MEMORY.
 */
#ifndef SKY_SORTER_H
#define SKY_SORTER_H

#include "sky/spool.h"

struct sorter;

/* NULL without memory.  Pieces are spooled to the directory. */
struct sorter *sorter_new(size_t memory_bytes, int directory);

/* NULL is harmless. */
void sorter_free(struct sorter *sorter);

/* Forgets all records. */
void sorter_clear(struct sorter *sorter);

const char *sorter_why(const struct sorter *sorter);

enum lc_rc sorter_add(struct sorter *sorter, const void *key, size_t key_length,
		      const void *value, size_t value_length) LC_CHECKED;

/*
 * Readies the records for being read in their order, from the first.  May be
 * called again, also after more were added.
 */
enum lc_rc sorter_sort(struct sorter *sorter) LC_CHECKED;

/* The next record; *there is false when there is none. */
enum lc_rc sorter_next(struct sorter *sorter, struct spool_record *record,
		       bool *there) LC_CHECKED;

#endif
